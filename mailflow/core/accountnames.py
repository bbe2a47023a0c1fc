"""Which names of accounts a text tells: what else looks like a password may be one where the account has another name."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cached_property
from itertools import islice

from mailflow.core.passwordshapes import trimmed
from mailflow.core.phrases import CJK
from mailflow.core.secrettokens import Span
from mailflow.core.secretview import View

_GLUED = re.compile(rf"[{CJK}]{{0,6}}[ \t]?[:：]?[ \t]?([A-Za-z0-9][\w.-]{{1,39}})", re.ASCII)
_CJK = re.compile(f"[{CJK}]")
_WORD = re.compile(r"[^\s:=\"'`*(),;]{1,60}")
_REST = 80  # characters behind "my name" in which it is told
_WORDS = 5  # of them, of which the last may be the name: "on there is x"
_STOP = re.compile(r"[.!?](?=\s|\Z)|\n")
_ANSWERED = re.compile(  # "> What is your user name?" above the name
    r"[^\n.!?]{0,30}[ \t]?\?[ \t]{0,3}\r?\n(?:>?[ \t]{0,3}\r?\n)?[ \t]{0,3}([A-Za-z0-9][\w.-]{1,39})[ \t]{0,3}(?=\r?\n|\Z)"
)
_OR = re.compile(r"[ \t]([^\W\d_]{1,8})[ \t]([A-Za-z0-9][\w.-]{1,39})")
_LIKE = 4  # letters that two names begin with alike
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{1,39}", re.ASCII)
_SIGNED = re.compile(r"[0-9]|\w[._-]\w")


class AccountNames:
    """What stands behind "user name", "the account" and "I am" in a text, looked for when it is first asked."""

    def __init__(self, view: View) -> None:
        self._view = view

    @cached_property
    def told(self) -> list[Span]:
        found = [
            name_behind(self._view, end, signed=names == "self")
            for names in ("user_name", "holder", "self")
            for _, end in self._view.told(names)
        ]
        return [*filter(None, found), *(other for span in found if span for other in self._or_another(span))]

    @cached_property
    def starts(self) -> Collection[int]:
        """Where they begin."""
        return {start for start, _ in self.told}

    def _or_another(self, span: Span) -> list[Span]:
        """The second of "jdoe2 or jdoe3"."""
        words, text = self._view.words, self._view.text
        other = _OR.match(text, span[1])
        if other is None or other[1].casefold() not in words.joins:
            return []
        second = trimmed(text, *other.span(2))
        first, value = text[slice(*span)].casefold(), text[slice(*second)].casefold()
        return [second] if first[:_LIKE] == value[:_LIKE] else []

    def another_than(self, values: Collection[str]) -> bool:
        """Whether an account is told to have a name that is none of these."""
        said = {value.casefold() for value in values}
        return any(self._view.text[slice(*span)].casefold() not in said for span in self.told)

    def is_asked_for(self, start: int, end: int) -> bool:
        """Whether a user name is spoken of between two places, and not told."""
        return any(start <= place < end for place in self._untold)

    @cached_property
    def _untold(self) -> list[int]:
        view = self._view
        return [
            start for start, end in view.told("user_name") if name_behind(view, end, signed=False) is None
        ]


def name_behind(view: View, place: int, *, signed: bool) -> Span | None:
    """The name that the rest of a sentence tells. `signed`: only one that no word looks like."""
    if asked := _ANSWERED.match(view.text, place):
        return asked.span(1)
    if _CJK.match(view.text, place - 1) and (glued := _GLUED.match(view.text, place)):
        return trimmed(view.text, *glued.span(1))
    stop = _STOP.search(view.text, place, place + _REST)
    rest = stop.start() if stop else place + _REST
    for word in islice(_WORD.finditer(view.text, place, rest), _WORDS):
        span = trimmed(view.text, *word.span())
        value = view.text[slice(*span)]
        if _is_name(view, value, signed=signed):
            return span
        if signed or not _leads_on(view, value.casefold()):
            return None
    return None


def _is_name(view: View, value: str, *, signed: bool) -> bool:
    if _NAME.fullmatch(value) is None or _leads_on(view, value.casefold()):
        return False
    return _SIGNED.search(value) is not None or (not signed and not view.words.ordinary.has(value.casefold()))


def _leads_on(view: View, word: str) -> bool:
    words = view.words
    return word in words.is_words or word in words.between or word in words.no_password or word in words.still
