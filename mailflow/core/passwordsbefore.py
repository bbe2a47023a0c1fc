"""Passwords that stand before the word for them: "x is my password", "I always used x as password"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from mailflow.core.passwordframes import asked_about
from mailflow.core.passwordphrases import before_joint
from mailflow.core.passwordshapes import (
    WORD,
    is_another_thing,
    is_answer,
    is_code,
    is_like_no_name,
    is_phrase,
    trimmed,
)
from mailflow.core.secrettokens import Span, inner
from mailflow.core.secretview import View

_WINDOW = 120  # characters before the name
_JOINT_WORDS = 5  # "was once", and a "my old" before the name
_PUT = 3  # words of "typed x into"
_PHRASE_WORDS = 12
_AS_MY = 2  # words between what stands behind a "with" and the name
_GLUED = 8  # characters of an "as" in a language without spaces
_CLOSING = re.compile(
    r"(?:\"([^\"\n]{1,100})\"|“([^”\n]{1,100})”|„([^“”\n]{1,100})[“”]|«\s?([^»\n]{1,100}?)\s?»|(?<!\w)'([^'\n]{1,100})'"
    r"|`([^`\n]{1,100})`|「([^」\n]{1,100})」|‘([^’\n]{1,100})’|»([^«»\n]{1,100})«|‚([^‘’\n]{1,100})[‘’]|『([^』\n]{1,100})』)[ \t]{0,2}[,;:–—-]?\s{0,2}$"
)
_STOPS = frozenset(".!?;:,")  # of a sentence or a part of it
_ENDS_NO_CODE = (".", ":")
_JOINING = " \t\r\n,;:–—-"
_QUOTES = frozenset("\"”“»«'`」』’‘")
_WORDS = re.compile(r"\S+")
_LAST_WORD = re.compile(rf"({WORD})\s{{0,3}}$")
_REMARK = re.compile(r"[ \t]\([^()\n]{1,60}\)[ \t,;:–—-]{0,4}$")  # on what stands before it
# As in "x <- password" and "x = password", with pictures between.
_ARROW = re.compile(
    r"[^\w\"'`”»!?\n]{0,12}(<-{1,2}|[←⟵⇐👈]|=>|->|[=→⇒])[ \t]{0,3}((?:[^\W\d_][\w'’]{0,12}[ \t]){0,2})$"
)
_ENDED = re.compile(r"[ \t*_)]{0,3}(?:[,;.!)](?=\s|\Z)|\r?\n|\Z)")  # more than a dot: "password.example.org"
_FORWARD = ("=>", "->", "=", "→", "⇒")


def in_front(view: View, start: int, end: int) -> Span | None:
    """The password before its name, which stands from `start` to `end`."""
    words = view.words
    line = max(view.line_start(start), start - _WINDOW)
    if not view.text[max(0, start - _GLUED) : start].isascii():
        glued = words.glued_as.search(view.text, max(line, start - _GLUED), start)
        if glued:
            return _quoted_or_code(view, line, glued.start())
    if (asked := asked_about(view, line, start, end)) and (span := _quoted_or_code(view, line, asked)):
        return span
    if arrow := _ARROW.search(view.text, line, start):
        return _pointed_at(view, line, arrow, end)
    return _joined(view, line, start, end) or _put_into(view, line, start)


def _joined(view: View, line: int, start: int, end: int) -> Span | None:
    """What an "is" or "as" joins to the name behind it."""
    words = view.words
    above = max(view.line_start(start, 2), start - _WINDOW)
    near = view.text[above:start].casefold().split()[-_JOINT_WORDS:]
    if words.is_words.keys().isdisjoint(near) and words.as_words.keys().isdisjoint(near):
        return None
    of_words = view.text[start:end].casefold() in words.of_words
    for place in _joints(view, above, start):
        said = view.text[place:start].split(None, 1)[0].casefold()
        if place >= line and said in words.is_words and (span := _quoted_or_code(view, line, place)):
            return span
        if (
            place >= line
            and of_words
            and said in words.is_words
            and (span := before_joint(view, line, place))
        ):
            return span
        if said in words.as_words and not is_another_thing(view, end):
            return _quoted_or_code(view, above, place) or _used(view, above, place, start)
    return None


def _put_into(view: View, line: int, start: int) -> Span | None:
    """As in "I typed x into the password field"."""
    words = view.words
    before = list(islice(_backwards(view.text, line, start), _JOINT_WORDS))
    while before and before[0][1].casefold() in words.between and before[0][1].casefold() not in words.into:
        before.pop(0)
    if len(before) < _PUT or before[0][1].casefold() not in words.into:
        return None
    (place, value), (_, verb) = before[1:_PUT]
    span = trimmed(view.text, place, place + len(value))
    if verb.casefold() in words.use and is_code(view.text[slice(*span)]):
        return span
    return _words_put(view, line, before[0][0])


def _words_put(view: View, line: int, end: int) -> Span | None:
    """As in "I typed w x y z into the password field"."""
    for place, word in islice(_backwards(view.text, line, end), _PHRASE_WORDS):
        if word[-1] in _STOPS:
            return None
        if word.casefold() in view.words.use:
            span = trimmed(view.text, place + len(word) + 1, end)
            said = view.text[slice(*span)].split()
            return span if len(said) > _PUT - 1 and is_phrase(view, said, answers=0) else None
    return None


def _pointed_at(view: View, line: int, arrow: re.Match[str], end: int) -> Span | None:
    """As in "x <- my password", where the name ends what is said."""
    is_name = all(
        word in view.words.between or word in view.words.is_words for word in arrow[2].casefold().split()
    )
    if not is_name or not _ENDED.match(view.text, end):
        return None
    span = _right_before(view, line, arrow.start())
    # What points to the name may as well give it a value, as in programs.
    is_sure = arrow[1] not in _FORWARD or (span and is_like_no_name(view.text[slice(*span)]))
    return span if is_sure else None


def _joints(view: View, first: int, start: int) -> Iterator[int]:
    """Where "is" or "as" stands before a name, with no end of a sentence between, the nearest first."""
    words = view.words
    for place, word in islice(_backwards(view.text, first, start), _JOINT_WORDS):
        said = word.casefold()
        if word[-1] in _STOPS:
            return
        if said in words.as_words:
            behind = words.as_words[said].match(view.text, place, start)
            if behind and all(
                each in words.between for each in view.text[behind.end() : start].casefold().split()
            ):
                yield place
        elif said in words.is_words and words.is_words[said].match(view.text, place, start):
            yield place


def _backwards(text: str, first: int, end: int) -> Iterator[tuple[int, str]]:
    """The words before a place, the last one first, and where each begins."""
    return ((word.start(), word[0]) for word in reversed([*_WORDS.finditer(text, first, end)]))


def _quoted_or_code(view: View, first: int, end: int) -> Span | None:
    """What is quoted right before a place, or a word there that can be nothing but a code; a remark may stand between."""
    remark = _REMARK.search(view.text, first, end)
    return _right_before(view, first, end) or (_right_before(view, first, remark.start()) if remark else None)


def _right_before(view: View, first: int, end: int) -> Span | None:
    before = view.text[first:end].rstrip(_JOINING)
    if before[-1:] in _QUOTES and (closing := _CLOSING.search(view.text, first, end)):
        span = inner(closing)
        return None if is_answer(view, view.text[slice(*span)]) else span
    found = _LAST_WORD.search(view.text, first, end)
    if found is None or found[1].endswith(_ENDS_NO_CODE):
        return None
    span = trimmed(view.text, *found.span(1))
    return span if is_code(view.text[slice(*span)]) else None


def _used(view: View, first: int, end: int, name: int) -> Span | None:
    """The words between a verb such as "used", or a "with", and the "as"."""
    words = view.words
    last = len(view.text[first:end].rstrip()) + first
    verbs = (words.use, words.by_means) if len(view.text[end:name].split()) <= _AS_MY else (words.use,)
    for place, word in islice(_backwards(view.text, first, end), _PHRASE_WORDS):
        if word[-1] in _STOPS:
            return None
        if any(word.casefold() in some for some in verbs):
            span = _behind_account(view, trimmed(view.text, place + len(word) + 1, last))
            return span if is_phrase(view, view.text[slice(*span)].split()) else None
    return None


def _behind_account(view: View, span: Span) -> Span:
    """Without the name before, as in "jdoe as user and x"."""
    words = list(_WORDS.finditer(view.text, *span))
    account = (at for at, word in enumerate(words) if word[0].casefold() in view.words.account)
    behind = words[next(account, len(words)) :]
    joined = next((word.end() for word in behind if word[0].casefold() in view.words.joins), None)
    return span if joined is None else trimmed(view.text, joined + 1, span[1])
