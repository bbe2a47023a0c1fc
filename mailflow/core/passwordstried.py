"""Passwords that no word for them stands beside: what somebody tried, set it to, or uses everywhere.

Any of these may be an account's name, which is lost to the staff where it is masked. So the account is to have another
name in the text, or the text to speak of a password and of no name that is not told.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, pairwise

from mailflow.core.accountnames import AccountNames
from mailflow.core.passwordshapes import WORD, is_sure, may_be_one, run_of, trimmed, words_in
from mailflow.core.secrettokens import Span
from mailflow.core.secretview import FILLER, REACH, View

_CHUNK = re.compile(WORD)
_LEAST_LIKE = 4  # letters that two begin with alike
_GAP = 8  # words between "tried" and the first of them
_BETWEEN = 3  # and between two
_MOST = 12
_COLONS = ":："
_NEAR = 80  # characters around them in which the name of an account is asked for
_BEHIND = re.compile(rf"[ \t]{{0,3}}[:：]?[ \t\"'`“„«*]{{0,4}}({WORD})")
_BEFORE = re.compile(rf"({WORD})[ \t]?$")
_STOP = re.compile(r"[.!?](?=\s)|[。！？\n]")
_APART = (",", ":", "–", "—", "-")
# What is typed in a step, to the end of what is said; a name; a site that is opened.
_STEP = re.compile(
    r"[ \t]{0,3}[:：]?[ \t]{0,3}([^\n,;!?()]{2,60}?)(?=[,;!?()]|\.?[ \t]{0,3}(?:\n|\Z)|\.[ \t])"
)
_STEP_WORDS = 4
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{1,39}", re.ASCII)
_WORD = re.compile(r"\S+")
_SITE = re.compile(r"[\w-]\.[a-z]{2,8}\b|log-?in|sign-?in|anmeld|connexion|вход", re.IGNORECASE)


def tried(view: View) -> Iterator[Span]:
    """As in "here is what I tried: X1, X2" and "I tried to log in with X"."""
    names = AccountNames(view)
    for start, end in view.places("tried"):
        behind = _chunks(view, end, min(len(view.text), end + REACH))
        before = _chunks(view, view.line_start(start), start)[::-1]
        if not any(may_be_one(view, view.text[slice(*span)]) for span in (*behind, *before)):
            continue
        spans = _row(view, behind, names.starts, is_before=False)
        spans = spans or _row(view, before, names.starts, is_before=True)
        around = [start, end, *chain(*spans)]
        if not names.is_asked_for(min(around) - _NEAR, max(around) + _NEAR):
            for span in _passwords(view, spans, names):
                yield span
                yield from _alike(view, span, names)


def _chunks(view: View, first: int, last: int) -> list[Span]:
    return [trimmed(view.text, *found.span()) for found in _CHUNK.finditer(view.text, first, last)]


def _row(view: View, chunks: Sequence[Span], names: Collection[int], *, is_before: bool) -> list[Span]:
    """What may be passwords among the words beside a place, from there on, with few words between."""
    spans: list[Span] = []
    gap: list[Span] = []
    for span in chunks:
        value = view.text[slice(*span)]
        if span[0] in names:
            break
        if may_be_one(view, value):
            if not spans and not _leads(view, gap, is_before=is_before):
                break
            spans.append(span)
            gap = []
        elif any(map(str.isalnum, value)) and FILLER not in value:
            gap.append(span)
        if len(spans) == _MOST or len(gap) > (_BETWEEN if spans or is_before else _GAP):
            break
        if spans and gap and not _is_small(view, gap[-1]):
            break
    return spans


def _leads(view: View, gap: Sequence[Span], *, is_before: bool) -> bool:
    """Whether the words between "tried" and a value tell that it was typed: none, a "with" or a colon, or nothing of a thing."""
    said = [view.text[slice(*span)].casefold() for span in gap]
    if any(word.strip(_COLONS) in view.words.things for word in said):
        return False
    if all(_is_small(view, span) for span in gap):
        return True
    return not is_before and (said[-1] in view.words.by_means or said[-1][-1] in _COLONS)


def _is_small(view: View, span: Span) -> bool:
    words = view.words
    said = view.text[slice(*span)].casefold().strip(_COLONS)
    return (
        said in words.joins
        or said in words.other
        or said in words.between
        or said in words.no_password
        or said in words.by_means
        or said in words.is_words
        or said in words.still
    )


def _passwords(view: View, spans: Sequence[Span], names: AccountNames) -> Iterator[Span]:
    """Those that cannot be names: several that are alike, or with a password's shape, where the account has another name."""
    values = [view.text[slice(*span)] for span in spans]
    is_named = names.another_than(values)
    runs = [run_of(value) for value in values]
    for span, value, run in zip(spans, values, runs, strict=True):
        is_one_of_some = len(run) >= _LEAST_LIKE and runs.count(run) > 1
        if (is_one_of_some and (is_named or view.places("password"))) or (is_named and is_sure(value)):
            yield span


def habit(view: View) -> Iterator[Span]:
    """As in "I use the same one everywhere, x", "I always type x" and "so it ought to be x", and what is like it."""
    names = AccountNames(view)
    for start, end in view.places("habit"):
        value = next(_typed(view, start, end, names.starts), None)
        if (
            value
            and names.another_than([view.text[slice(*value)]])
            and not _goes_on_with_another(view, value[1])
        ):
            yield value
            yield from _alike(view, value, names)


def _typed(view: View, start: int, end: int, names: Collection[int]) -> Iterator[Span]:
    """What is no name by its shape behind a place, or behind a comma or colon in its sentence, or right before."""
    is_apart = True
    for span in _chunks(view, end, _rest(view, end)):
        value = view.text[slice(*span)]
        if value.casefold() in view.words.things or span[0] in names:
            return
        if may_be_one(view, value):
            if is_apart and is_sure(value) and not _speaks_of_another(view, start):
                yield span
            return
        is_apart = view.text[span[1] - 1 : span[1] + 1].strip()[-1:] in _APART or (
            is_apart and _is_small(view, span)
        )
    before = _BEFORE.search(view.text, max(0, start - _NEAR), start)
    span = trimmed(view.text, *before.span(1)) if before else (start, start)
    value = view.text[slice(*span)]
    if before and may_be_one(view, value) and is_sure(value) and not _speaks_of_another(view, span[0]):
        yield span


def _goes_on_with_another(view: View, place: int) -> bool:
    """Whether the rest of a sentence names another thing, or an account: "x as project name"."""
    return view.names_another(words_in(view.text[place : _rest(view, place)]))


def _rest(view: View, place: int) -> int:
    stop = _STOP.search(view.text, place, place + REACH)
    return stop.start() + 1 if stop else min(len(view.text), place + REACH)


def _alike(view: View, span: Span, names: AccountNames) -> Iterator[Span]:
    """What begins with the same letters near one, with a password's shape: "Parsnip55, so it ought to be Parsnip55!"."""
    run = run_of(view.text[slice(*span)])
    first, last = max(0, span[0] - REACH), min(len(view.text), span[1] + REACH)
    for other in _chunks(view, first, last) if len(run) >= _LEAST_LIKE else ():
        value = view.text[slice(*other)]
        if (
            run_of(value) == run
            and is_sure(value)
            and may_be_one(view, value)
            and other[0] not in names.starts
        ):
            yield other


def steps(view: View) -> Iterator[Span]:
    """As in "I open example.org, I type jdoe, I type x": the first is the name, the second the password."""
    for (_, end), (start, last) in pairwise(view.places("steps")):
        name = _STEP.match(view.text, end) if start - end <= _NEAR else None
        value = _STEP.match(view.text, last)
        if name is None or value is None or not _SITE.search(view.text, max(0, end - REACH), end):
            continue
        first, span = trimmed(view.text, *name.span(1)), _words_of(view, value.span(1))
        said = view.text[slice(*span)].split()
        is_name = _NAME.fullmatch(view.text, *first) and _is_no_thing(view, view.text[slice(*first)])
        is_one = 0 < len(said) <= _STEP_WORDS and _is_no_thing(view, said[0]) and not said[0].isdigit()
        if is_name and is_one and span[0] > first[1]:
            yield span


def _words_of(view: View, span: Span) -> Span:
    """The words up to an "and"."""
    for word in _WORD.finditer(view.text, *span):
        if word.start() > span[0] and word[0].casefold() in view.words.joins:
            return trimmed(view.text, span[0], word.start())
    return trimmed(view.text, *span)


def _is_no_thing(view: View, word: str) -> bool:
    words, said = view.words, word.casefold()
    return not (
        said in words.things
        or said in words.account
        or said in words.no_password
        or said in words.between
        or said in words.article
    )


def set_to(view: View) -> Iterator[Span]:
    """As in "could you reset it to X?": nobody resets a name."""
    names = AccountNames(view)
    for start, end in view.places("set_to"):
        if (value := _BEHIND.match(view.text, end)) and not _speaks_of_another(view, start):
            yield from _one(view, names, start, trimmed(view.text, *value.span(1)))


def changed_to(view: View) -> Iterator[Span]:
    """As in "I changed it to X", which may as well be said of a name that was told right before."""
    names = AccountNames(view)
    for start, end in view.places("changed_to"):
        if (value := _BEHIND.match(view.text, end)) and not _speaks_of_another(view, start, _NEAR):
            yield from _one(view, names, start, trimmed(view.text, *value.span(1)))


def set_before(view: View) -> Iterator[Span]:
    """The same in languages whose verb stands behind."""
    names = AccountNames(view)
    for start, _ in view.places("set_before"):
        if (value := _BEFORE.search(view.text, max(0, start - _NEAR), start)) and not _speaks_of_another(
            view, value.start(1), _NEAR
        ):
            yield from _one(view, names, start, trimmed(view.text, *value.span(1)))


def _one(view: View, names: AccountNames, place: int, span: Span) -> Iterator[Span]:
    """The value if it cannot be a name."""
    value = view.text[slice(*span)]
    if not may_be_one(view, value) or span[0] in names.starts:
        return
    is_near = any(start <= place and place - start <= REACH for start, _ in view.places("password"))
    if is_near or (is_sure(value) and names.another_than([value])):
        yield span


def _speaks_of_another(view: View, place: int, reach: int = 0) -> bool:
    """Whether the sentence before a place, and what stands so near before, names another thing, or an account."""
    first = min(view.since(_STOP, place, REACH), max(0, place - reach))
    return view.names_another(words_in(view.text[first:place])) or any(
        first <= start < place for start, _ in view.told("user_name")
    )
