"""Passwords that another sentence tells than the one that names them: "My son made it up. It is x", "x has 15 characters"."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from mailflow.core.accountnames import AccountNames
from mailflow.core.passwordshapes import (
    ADDRESS_OR_LINK,
    CLAUSE_END,
    QUOTED,
    WORD,
    is_another_thing,
    is_answer,
    is_code,
    is_like_no_name,
    is_sure,
    may_be_one,
    trimmed,
)
from mailflow.core.phrases import CJK
from mailflow.core.secrettokens import Span, inner
from mailflow.core.secretview import FILLER, REACH, View

_WORDS = re.compile(r"[^\s.,;:!?()\"'“”„«»]+")
_VALUE = re.compile(rf"[ \t]{{0,3}}[:：]?(?:[ \t*_]{{1,4}}|(?<=[{CJK}]))(?:\r?\n[> \t]{{0,8}})?({WORD})")
_CLAUSE = re.compile(r"(?:\A|[.,;:!?()–—\n。，；：！？]|[^\w\s]-)[ \t>\"']{0,3}\Z")
_LAST_WORD = re.compile(r"([^\W\d_]+)[ \t]\Z")
_STOP = re.compile(r"[.!?](?=\s)|[。！？]|\n[ \t]{0,8}\n")
_LEAST_WORD = 4  # letters of a password without a digit or sign
_ADJECTIVE = re.compile(r"[ \t]([^\W\d_]{3,12})(?=,)")
_APPOSED = re.compile(rf"[ \t]?[,–—(-][ \t]?({WORD})")
_APPOSED_END = re.compile(r"[ \t]?(?:[,–—)-]|[.!?](?=\s|\Z))")
_IS_BEHIND = re.compile(r"[ \t]?[,–—)-][ \t]([^\W\d_]{1,10})")
_MEASURED = re.compile(
    rf"({WORD})[ \t]{{1,2}}((?:[^\W\d_]{{1,10}}[ \t]{{1,2}}){{0,3}})(?:[0-9]{{1,2}}[ \t])?\Z"
)
_NEAR = 100  # characters of a sentence before the name, and before "15 characters"


def told_apart(view: View, names: Sequence[Span], known: Sequence[int]) -> Iterator[Span]:
    """`known`: where those begin that were found beside the names."""
    accounts = AccountNames(view)
    for start, end in view.told_behind(names, "it_is"):
        yield from _said_next(view, names, accounts, known, (start, end))
    for start, _ in view.told("spelled"):
        yield from _measured(view, accounts, start)
    for _, end in names:
        yield from _apposed(view, accounts, end)


def _said_next(
    view: View, names: Sequence[Span], accounts: AccountNames, known: Sequence[int], place: Span
) -> Iterator[Span]:
    """As in "My son made up the password. It is x", "the password yes, it's x" and "How long may a password be? Mine is x"."""
    start, end = place
    value = _value(view, end)
    if value is None or not _begins_clause(view, start) or _is_described(view, value[1]):
        return
    said = view.text[slice(*value)]
    name = names[bisect_left(names, (start, start)) - 1]
    between = view.text[name[1] : start]
    stops = len(_STOP.findall(between))
    found = bisect_left(known, name[0])
    is_told = found < len(known) and known[found] < start
    is_near = start - name[1] <= REACH and stops <= 1 and not is_told and FILLER not in between
    is_near = is_near and not is_another_thing(view, name[1])
    first = _sentence_start(view, name[0])
    is_of_it = is_near and not _speaks_of_another(view, first, start)
    if may_be_one(view, said) or (is_code(said) and said[1:].isdigit()):
        is_named = accounts.another_than([said])
        sure = is_like_no_name(said) or not said.isascii() or _is_mine(view, start)
        sure = sure and not _is_lost(view, first, start)
        sure = sure and not _speaks_of_another(view, value[1], _rest(view, value[1]))
        if is_of_it and (is_named or sure):
            yield value
        elif is_sure(said) and is_named:
            yield from () if _speaks_of_another(view, _sentence_start(view, start), start) else [value]
    elif is_of_it and _is_mine(view, start) and _is_word(view, value):
        yield value


def _is_described(view: View, place: int) -> bool:
    """Whether it is "it is jdoe who changed it"."""
    word = _WORDS.match(view.text, place + 1)
    return word is not None and word[0].casefold() in view.words.relative


def _is_mine(view: View, place: int) -> bool:
    """Whether it is "mine" that is told."""
    return any(start == place for start, _ in view.told("mine_is"))


def _is_word(view: View, span: Span) -> bool:
    """Whether a part of the sentence ends with a word."""
    said = view.text[slice(*span)]
    following = _WORDS.match(view.text, span[1] + 1)
    is_joined = following is not None and following[0].casefold() in view.words.joins
    ends = is_joined or CLAUSE_END.match(view.text, span[1]) is not None
    return ends and len(said) >= _LEAST_WORD and said.isalpha()


def _value(view: View, place: int) -> Span | None:
    """What is quoted behind a place, or else the word there, behind a "definitely"."""
    place = view.past_surely(place)
    if quoted := QUOTED.match(view.text, place):
        return inner(quoted)
    word = _VALUE.match(view.text, place)
    span = trimmed(view.text, *word.span(1)) if word else (place, place)
    value = view.text[slice(*span)]
    return None if not value or is_answer(view, value) or ADDRESS_OR_LINK.fullmatch(value) else span


def _begins_clause(view: View, place: int) -> bool:
    """Whether a part of a sentence begins at a place, perhaps with a "but"."""
    before = view.text[max(0, place - _NEAR) : place]
    word = _LAST_WORD.search(before)
    said = word[1].casefold() if word else ""
    is_joined = said in view.words.joins or view.words.rather.fullmatch(said) is not None
    return is_joined or _CLAUSE.search(before) is not None


def _sentence_start(view: View, place: int) -> int:
    return view.since(_STOP, place, _NEAR)


def _rest(view: View, place: int) -> int:
    """Where the sentence ends that goes on at a place."""
    return view.until(_STOP, place, _NEAR)


def _speaks_of_another(view: View, start: int, end: int) -> bool:
    return view.names_another([word.casefold() for word in _WORDS.findall(view.text, start, end)])


def _is_lost(view: View, start: int, end: int) -> bool:
    """Whether it is "I forgot my password" between two places."""
    return any(word.casefold() in view.words.forgot for word in _WORDS.findall(view.text, start, end))


def _measured(view: View, accounts: AccountNames, place: int) -> Iterator[Span]:
    """As in "x is 15 characters and has upper case"."""
    found = _MEASURED.search(view.text, max(0, place - _NEAR), place)
    span = trimmed(view.text, *found.span(1)) if found else (place, place)
    value = view.text[slice(*span)]
    if (
        found is None
        or not may_be_one(view, value)
        or not is_like_no_name(value)
        or span[0] in accounts.starts
    ):
        return
    words = view.words
    between = all(
        word in words.is_words
        or word in words.between
        or word in words.no_password
        or word in words.surely
        or word in words.by_now
        or word in words.knows
        for word in found[2].casefold().split()
    )
    if between and not _speaks_of_another(view, _sentence_start(view, span[0]), _rest(view, place)):
        yield span


def _apposed(view: View, accounts: AccountNames, end: int) -> Iterator[Span]:
    """As in "somebody knows my password, x, from a leak", where the account has another name."""
    adjective = _ADJECTIVE.match(view.text, end)
    if adjective and adjective[1].casefold() in view.words.other:
        end = adjective.end()
    found = _APPOSED.match(view.text, end)
    span = trimmed(view.text, *found.span(1)) if found else (end, end)
    value = view.text[slice(*span)]
    if not _APPOSED_END.match(view.text, span[1]) or is_answer(view, value):
        return
    if (may_be_one(view, value) or _is_subject(view, span)) and accounts.another_than([value]):
        yield span


def _is_subject(view: View, span: Span) -> bool:
    """Whether a word of no dictionary stands there, and an "is" behind it: "my old password, x, was too short"."""
    value = view.text[slice(*span)]
    behind = _IS_BEHIND.match(view.text, span[1])
    return (
        behind is not None
        and behind[1].casefold() in view.words.is_words
        and value.isalpha()
        and value.islower()
        and not view.words.ordinary.has(value)
        and value not in view.words.surely
        and value not in view.words.by_now
    )
