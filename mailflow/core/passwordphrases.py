"""Passwords of several words: where they end in a sentence, right beside their name, and another one behind one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailflow.core.passwordshapes import CLAUSE_END, is_answer, is_phrase
from mailflow.core.secrettokens import Span
from mailflow.core.secretview import View

_LEAST, _MOST = 3, 8  # words of one that nothing but its place tells
_WORD = re.compile(r"[^\s.!?;,:()|\"“”«»]+")
_PLAIN = r"[^\W\d_][\w'’-]{0,30}"
_RUN = re.compile(rf"{_PLAIN}(?:[ \t]{_PLAIN}){{1,9}}")
_BEHIND_JOIN = 3  # words behind an "and" that may name an account
_SPELLED = 24  # characters between a phrase and what says how it is written
_APART = re.compile(r"[ \t]{1,3}(\(|(?:--?|–|—)[ \t])|(,)[ \t]|[ \t]")
_LEADS = 3  # words of "or perhaps it is"
_BEFORE = re.compile(
    rf"(?<![^.!?;:,\n(])[ \t*_>\"'-]{{0,8}}({_PLAIN}(?:[ \t]{_PLAIN}){{2,7}})[ \t,–—-]{{1,4}}$"
)


def told_until(view: View, place: int, end: int) -> int:
    """Where a phrase ends that begins at a place: before "also with spaces", and before "and my user is x"."""
    spelled = [start for start, _ in view.told("spelled") if place < start < end][:1]
    last = spelled[0] if spelled else end
    words = list(_WORD.finditer(view.text, place, last))
    for number, word in enumerate(words):
        behind = (each[0].casefold() for each in words[number + 1 : number + 1 + _BEHIND_JOIN])
        if word[0].casefold() in view.words.joins and not view.words.account.isdisjoint(behind):
            return word.start()
    while spelled and words and is_answer(view, words[-1][0]):
        last = words.pop().start()
    return last


def is_spelled_behind(view: View, end: int) -> bool:
    """Whether it is told right behind a place how something is written: "x y z, with spaces"."""
    return any(end <= start <= end + _SPELLED for start, _ in view.told("spelled"))


def beside_name(view: View, start: int, end: int) -> Span | None:
    """As in "my passphrase w x y z is from …", "my passphrase, w x y z, …" and "my passphrase (w x y z)"."""
    of_words = view.text[start:end].casefold() in view.words.of_words
    apart = _APART.match(view.text, end) if of_words else None
    run = _RUN.match(view.text, apart.end()) if apart else None
    if apart is None or run is None:
        return None
    words = list(_WORD.finditer(view.text, *run.span()))
    said = next((word for word in words if view.joint_at(word.start(), word[0].casefold())), None)
    words = [word for word in words if said is None or word.start() < said.start()]
    if not words or not _may_be_one(view, [word[0] for word in words]):
        return None
    span = words[0].start(), words[-1].end()
    if apart[1] or apart[2]:
        is_remark = said is None and CLAUSE_END.match(view.text, span[1]) is not None
        return span if is_remark and not _tells_of_spelling(view, span) else None
    return span if said or is_spelled_behind(view, span[1]) else None


def before_joint(view: View, first: int, end: int) -> Span | None:
    """As in "w x y z is my passphrase". `end`: where the "is" begins."""
    found = _BEFORE.search(view.text, first, end)
    return found.span(1) if found and _may_be_one(view, found[1].split()) else None


def another(view: View, span: Span) -> Iterator[Span]:
    """As in "w x y z or maybe w x y a": as many words as the first has, in all that its clause says or with the same beginning."""
    first = view.text[slice(*span)].split()
    run = _RUN.match(view.text, _led_to(view, span[1])) if len(first) >= _LEAST else None
    words = list(_WORD.finditer(view.text, *run.span()))[: len(first)] if run else []
    said = [word[0] for word in words]
    is_like = bool(said) and said[0].casefold() == first[0].casefold()
    ends = len(said) == len(first) and CLAUSE_END.match(view.text, words[-1].end())
    if (is_like or ends) and is_phrase(view, said, answers=len(said) // 2 if is_like else 0):
        yield words[0].start(), words[-1].end()


def _led_to(view: View, place: int) -> int:
    """Where what is told begins behind "or", "or maybe"; the place itself if nothing leads on."""
    end, joined = place, False
    words = view.words
    for word in list(_WORD.finditer(view.text, place, view.line_end(place)))[:_LEADS]:
        said = word[0].casefold()
        if view.text[end : word.start()].strip(" \t,") or not (
            said in words.joins or (joined and said in words.other)
        ):
            break
        end, joined = word.end(), True
    return end + 1 if joined else place


def _may_be_one(view: View, said: Sequence[str]) -> bool:
    """Whether these are words that tell nothing of a password."""
    words = view.words
    others = (words.thing, words.joins, words.account)
    return _LEAST <= len(said) <= _MOST and not any(
        is_answer(view, word) or any(word.casefold() in some for some in others) for word in said
    )


def _tells_of_spelling(view: View, span: Span) -> bool:
    """As "(six random words)" does."""
    return any(span[0] <= start < span[1] for start, _ in view.told("spelled"))
