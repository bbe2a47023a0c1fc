"""A text as it is looked through for phrases: its words, and the marks between them."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from functools import partial
from itertools import accumulate

from mailflow.core.reading.meaning import MARKS, Hit, Meaning
from mailflow.core.reading.words import CJK, has_cjk

_PLAIN_WORD = re.compile(r"(\w+)")  # where no CJK stands
_WORD_APART = re.compile(rf"([^\W{CJK}]+)")
_MARK = re.compile(
    rf"""(?P<run>[{CJK}]+)
    |(?P<question>[?？])
    |(?P<stop>[.!](?=[\s"')\]]|\Z)|[。！…\U0001f600-\U0001f64f\U0001f910-\U0001f93f\U0001f970-\U0001f97a]
        |(?<=\s)[:;]-?[()/|]+(?=\s|\Z))
    |(?P<semicolon>[;；])
    |(?P<comma>[,、，—]|(?<=\s)[-–/|](?=\s))
    |(?P<both>(?<=\s)&(?=\s))
    |(?P<open>[(（\[【])
    |(?P<close>[)）\]】])
    |(?P<colon>[:：=](?=\s|\Z|[^\x00-\x7f]))
    |(?P<line>\n)""",
    re.VERBOSE,
)
_SHORT = 6  # characters between words that are worth remembering
_LONGER = 64  # the same of punctuation and blank lines alone
_SPACES = (" ", "\n")
# Abbreviations whose last stop ends no sentence: "i.e.", "d.h.", "т.е."
_ABBREVIATED = frozenset({"ie", "eg", "dh", "zb", "ua", "bv", "te", "те", "tj"})
# Months as they stand behind "3." in the languages that write ordinal numbers so: German, Dutch, the Nordic ones, Czech.
_MONTHS = frozenset({
    "januar", "jänner", "februar", "feber", "märz", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "dezember",
    "januari", "februari", "maart", "mars", "mei", "maj", "augustus", "augusti", "desember", "december",
    "ledna", "února", "března", "dubna", "května", "června", "července", "srpna", "září", "října", "listopadu", "prosince",
})  # fmt: skip
_KEPT = 20_000  # what stands between words; hostile mail must not fill the memory

RUN = Meaning(())  # a run of Chinese, Japanese or Korean, which stands among the marks
_KINDS = {**MARKS, "run": RUN}
_LINE = MARKS["line"]

new_hit = partial(tuple.__new__, Hit)  # takes half the time of calling the class


class _Marks(dict[str, tuple[Hit, ...]]):
    """The marks that stand between two words, by what stands there.

    Where that ends in no space the kind of character behind it belongs to it: "x" for ASCII, "é" for another. Kept, because
    they are the same few again and again: to search a text for them costs as much as finding the phrases.
    """

    def __missing__(self, between: str) -> tuple[Hit, ...]:
        marks = tuple(
            [
                Hit(match.start() - 1, match.end() - 1, _KINDS[match.lastgroup or ""])
                for match in _MARK.finditer(f"x{between}")
            ]
        )
        if len(self) >= _KEPT:
            self.clear()
        if len(between) <= (_SHORT if has_cjk(between) else _LONGER):
            self[between] = marks
        return marks


_marks = _Marks()


class Tokens:
    """The words of a text, where they begin and end, and the marks before each, in the order in which they stand."""

    __slots__ = ("ends", "forms", "marks", "runs", "starts")

    def __init__(self, low: str, hard: AbstractSet[int]) -> None:
        """A newline at a place in `hard` ends the sentence."""
        self.runs = has_cjk(low)
        pieces = (_WORD_APART if self.runs else _PLAIN_WORD).split(low)  # between, word, between, …, between
        ends = list(accumulate(map(len, pieces)))
        self.forms = pieces[1::2]
        self.starts, self.ends = ends[::2], ends[1::2]
        self.marks: dict[int, list[Hit]] = {}  # by the number of the word they stand before
        apart = pieces[::2]
        for number in [number for number, between in enumerate(apart) if between != " "]:
            between, end = apart[number], ends[2 * number]
            if between[-1:] not in _SPACES and (behind := low[end : end + 1]):
                between += "x" if behind.isascii() else "é"
            known = _marks[between]
            if between[:1] == "." and self._ends_no_sentence(number, apart[number - 1]):
                continue
            if known:
                start = end - len(apart[number])
                found = [
                    new_hit((start + first, start + last, kind))
                    for first, last, kind in known
                    if kind is not _LINE or start + first in hard
                ]
                if found:
                    self.marks[number] = found

    def _ends_no_sentence(self, number: int, before: str) -> bool:
        """Whether a stop before a word is that of an abbreviation or a date; `before`: what stands before the last word."""
        if before == ".":
            return "".join(self.forms[number - 2 : number]) in _ABBREVIATED
        following = self.forms[number] if number < len(self.forms) else ""
        return following in _MONTHS and self.forms[number - 1].isdigit()
