"""Account names and passwords side by side: "user / password: x / y", "login: x / y", tables. The names stay readable."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from mailflow.core.passwordchats import replied_to_login
from mailflow.core.passwordshapes import (
    ADDRESS_OR_LINK,
    QUOTED,
    WORD,
    is_answer,
    is_code,
    is_like_no_name,
    is_odd,
    is_phrase,
    trimmed,
)
from mailflow.core.secrettokens import Span, inner
from mailflow.core.secretview import FILLER, REACH, View

# What stands before the name of a password that is the second of two: "user /", "login and", "(user:".
_FIRST_OF_TWO = re.compile(
    r"[^\s:=][ \t]{0,2}(?:[/&+]|(?<=\s)(?:and|und|et|y|e|i|и|en|och|ve|та|és)|(?<=\w):)[ \t]{0,3}$",
    re.IGNORECASE,
)
_JOINT = 10  # characters that it has at most
_TWO_VALUES = re.compile(
    r"[ \t\"'`(*_]{0,8}(?:\r?\n[> \t]{0,8}){0,2}([^\s/|,;:]{1,100})"
    r"([ \t]{0,3}[/|,;:][ \t]{0,3}|[ \t]{1,3}(?:[&+]|and|und|et|y|e|i|и|en|och|ve|та)[ \t]{1,3}|[ \t]{1,3})"
    r"(?=([^\s|]{1,100}))"
)
_NAMED_VALUES = re.compile(
    r"[ \t\"'`(*_]{0,8}(?:\r?\n[> \t]{0,8})?[^\s/|,;:]{1,100}(?:[ \t]{0,3}[/|][ \t]{0,3}|:)(?=[^\s/|])([^\s|]{6,100})"
)
# The same on two lines of one word each.
_LINES = re.compile(
    r"[ \t]?[:：]?[ \t]{0,3}\r?\n[> \t]{0,8}[^\s:：]{2,100}[ \t]{0,3}\r?\n[> \t]{0,8}(\S{6,100})[ \t]{0,3}(?=\r?\n|\Z)"
)
# What parts the cells of a table, and whether it does nothing else.
_CUTS = (
    ("|", re.compile(r"\|"), True),
    ("\t", re.compile(r"\t+"), True),
    (";", re.compile(r";"), False),
    (",", re.compile(r","), False),
    ("  ", re.compile(r" {2,}"), False),
    (": ", re.compile(r": +"), True),  # as two cells of HTML become a line
)
_ONE = re.compile(rf"[ \t]{{1,3}}({WORD})")
_AS_WITH = re.compile(rf"[ \t]{{1,3}}\S{{1,60}}[ \t]([^\W\d_]{{2,5}})[ \t]({WORD})")
_ONE_AND = re.compile(r"[ \t]{1,3}[^\s\"'“„«]{1,60}[ \t]([^\W\d_]{1,4})(?=[ \t])")
_SIGN = re.compile(r"[!#$%^&*+=~?§€£]")
_SIGNED = re.compile(r"[^\W_][^\w\s-][\w]|[A-Za-z]_[0-9]|[^\w\s]\Z")  # a sign that few names have
_SENTENCE_END = re.compile(r"[.!?。！？](?=\s)|\n")
_NAME = re.compile(r"\w[._-]\w|[0-9]")
_NEAR = 5  # words between a password and the name of an account beside it
_ROW = 3  # words of "name jdoe,"
_LEAST_WORD = 4  # characters of a password that is but a word
_MARKS = ",:;()\"'"
_RULE = re.compile(r"[\s|+:=-]+")
_ROWS = 10
_HEAD_WORDS = 3  # of the name of a column
_EMPHASIS = " *_"


def is_second_of_two(view: View, start: int) -> bool:
    return _FIRST_OF_TWO.search(view.text, max(0, start - _JOINT), start) is not None


def second_of_two(view: View, place: int) -> Span | None:
    """Of the values "x / y" the second one; both where nothing tells which is which. Empty if that is no password, or was found before."""
    found = _TWO_VALUES.match(view.text, place)
    if found is None:
        return None
    if found[3][0] == FILLER:
        return place, place
    if quoted := QUOTED.match(view.text, found.start(3)):
        return inner(quoted)
    span = trimmed(view.text, *found.span(3))
    value = view.text[slice(*span)]
    if not value or is_answer(view, found[1]) or is_answer(view, value):
        return (place, place) if value and found[2].strip() else None
    return span if is_odd(value) else _of_words(view, found, span)


def _of_words(view: View, two: re.Match[str], second: Span) -> Span:
    """The second value that is a word, with those behind it if the line ends with them."""
    if not two[2].strip():
        return two.start(1), second[1]
    line = trimmed(view.text, second[0], view.line_end(second[0]))
    return line if is_phrase(view, view.text[slice(*line)].split()) else second


def typed_beside(view: View, start: int, end: int) -> Span | None:
    """As in "I typed my password x and my username y", and the other way round: x may be any word that tells nothing of it."""
    value = _ONE.match(view.text, end)
    span = trimmed(view.text, *value.span(1)) if value else (end, end)
    said = view.text[slice(*span)]
    is_word = len(said) >= _LEAST_WORD and said.replace("-", "").isalpha() and not is_answer(view, said)
    of_one = (
        view.text[start:end].casefold() not in view.words.several and said.casefold() not in view.words.thing
    )
    if not is_word or not of_one:
        return None
    before = _SENTENCE_END.split(view.text[max(0, start - REACH) : start])[-1].replace(",", " ,").split()
    # In a row without a verb a word in small letters may as well be one: "name jdoe, password works".
    if ("-" in said or said[0].isupper()) and _is_behind_name(view, before):
        return span
    if not any(
        word.casefold() in view.words.use or word.casefold() in view.words.by_means for word in before
    ):
        return None
    behind = _SENTENCE_END.split(view.text[span[1] : span[1] + REACH])[0].replace(",", " , ").split()
    return span if _leads_to_account(view, behind) or _comes_from_account(view, before) else None


def _is_behind_name(view: View, before: Sequence[str]) -> bool:
    """Whether "name jdoe," ends there, in a row of what somebody wrote down."""
    if len(before) < _ROW or before[-1] != ",":
        return False
    name = before[-3].casefold().rstrip(":")
    return (name in view.words.account or name in view.words.name) and _NAME.search(before[-2]) is not None


def _leads_to_account(view: View, behind: Sequence[str]) -> bool:
    """Whether "and my username jdoe" begins there."""
    words = [word.casefold() for word in behind[:_NEAR]]
    at = next((n for n, word in enumerate(words) if word in view.words.account), 0)
    may_stand = all(word in view.words.between or word in view.words.article for word in words[1:at])
    is_led = at > 0 and may_stand and _is_joined(view, words[0]) and len(behind) > at + 1
    return is_led and _NAME.search(behind[at + 1]) is not None


def _comes_from_account(view: View, before: Sequence[str]) -> bool:
    """Whether "username jdoe and my" ends there."""
    words = [word.casefold() for word in before[-_NEAR - 1 :]]
    at = next((n for n, word in enumerate(words) if word in view.words.account), len(words))
    behind = words[at + 1 :]
    may_stand = all(word in view.words.between or word in view.words.article for word in behind[2:])
    is_led = len(behind) > 1 and may_stand and _is_joined(view, behind[1])
    return is_led and _NAME.search(behind[0]) is not None


def _is_joined(view: View, word: str) -> bool:
    return word == "," or word in view.words.joins


def named_pairs(view: View) -> Iterator[Span]:
    """As in "login: x / y" and "credentials are x:y", where the name is that of both."""
    for start, end in view.places("pair"):
        if (
            entered := _entered_with(view, start, end)
            or _entered_as(view, start, end)
            or _and(view, start, end)
        ):
            yield entered
            continue
        if replies := list(replied_to_login(view, start, end)):
            yield from replies
            continue
        place = view.value_after(end)
        is_said = place and (place[1] or " " in view.text[start:end])  # "I log in with x / y"
        found = _NAMED_VALUES.match(view.text, place[0]) if place and is_said else None
        lines = None if found else _LINES.match(view.text, end)
        if either := found or lines:
            span = trimmed(view.text, *either.span(1))
            value = view.text[slice(*span)]
            # Below a "login" any name may stand, and names of projects below that.
            if (is_like_no_name if lines else is_code)(value) and not ADDRESS_OR_LINK.fullmatch(value):
                yield span


def _entered_with(view: View, start: int, end: int) -> Span | None:
    """As in "my user is jdoe and I get in with x": behind the name of an account in the sentence, what looks like none."""
    if view.text[start:end].casefold().split()[-1] not in view.words.by_means:
        return None
    value = _ONE.match(view.text, end)
    span = trimmed(view.text, *value.span(1)) if value else (end, end)
    said = view.text[slice(*span)]
    if not is_like_no_name(said) or ADDRESS_OR_LINK.fullmatch(said) or not _SIGNED.search(said):
        return None
    before = _SENTENCE_END.split(view.text[max(0, start - REACH) : start])[-1].split()
    return span if said not in before and _names_account(view, before) else None


def _entered_as(view: View, start: int, end: int) -> Span | None:
    """As in "I log in as jdoe with x"."""
    if view.text[start:end].casefold().split()[-1] not in view.words.as_words:
        return None
    found = _AS_WITH.match(view.text, end)
    span = (
        trimmed(view.text, *found.span(2))
        if found and found[1].casefold() in view.words.by_means
        else (end, end)
    )
    return span if is_code(view.text[slice(*span)]) else None


def _and(view: View, start: int, end: int) -> Span | None:
    """As in "I log in with jdoe and x", where x is quoted or looks like no name."""
    if view.text[start:end].casefold().split()[-1] not in view.words.by_means:
        return None
    found = _ONE_AND.match(view.text, end)
    if found is None or found[1].casefold() not in view.words.joins:
        return None
    if quoted := QUOTED.match(view.text, found.end()):
        return None if is_answer(view, view.text[slice(*inner(quoted))]) else inner(quoted)
    value = _ONE.match(view.text, found.end())
    span = trimmed(view.text, *value.span(1)) if value else (end, end)
    said = view.text[slice(*span)]
    return (
        span if is_like_no_name(said) and _SIGN.search(said) and not ADDRESS_OR_LINK.fullmatch(said) else None
    )


def _names_account(view: View, said: Sequence[str]) -> bool:
    """Whether a word for an account stands there and its name behind it, as in "my user is jo.doe"."""
    for at, word in enumerate(said):
        if word.casefold().strip(_MARKS) in view.words.account:
            behind = [name for name in said[at + 1 : at + 3] if name.casefold() not in view.words.is_words]
            if behind and _NAME.search(behind[0]):
                return True
    return False


class Table(NamedTuple):
    """A line that may be the head of one, and the column of a name in it."""

    cut: re.Pattern[str]
    sure: bool  # whether it is one by what parts its cells
    column: int
    first: bool  # whether nothing stands in the columns before
    cells: int
    head: str
    end: int


def table_of(view: View, start: int) -> Table | None:
    """The table whose head holds the name that stands there; it has a row of as many cells."""
    line, end = view.line_start(start), view.line_end(start)
    head = view.text[line:end]
    for sign, cut, sure in _CUTS:
        if sign not in head:
            continue
        names = cut.split(head)
        if any(len(name.split()) > _HEAD_WORDS for name in names):
            return None
        before = cut.split(view.text[line:start])
        first = not any(name.strip() for name in before[:-1])
        if sign == ": " and not _are_two_names(view, before):
            return None
        table = Table(cut, sure, len(before) - 1, first, len(names), head, end)
        return table if next(_rows(view, table), None) else None
    return None


def _are_two_names(view: View, before: list[str]) -> bool:
    """Whether it is "user: password", rather than what somebody answers. `before`: what stands before the latter."""
    bare = [cell.strip(_EMPHASIS) for cell in before]
    return len(bare) == 2 and bare[0].casefold() in view.words.account and not bare[1]


def cells_below(view: View, table: Table) -> Iterator[Span]:
    """The passwords in a table's column. Empty for one that was found before."""
    for row in _rows(view, table):
        start, end = _stripped(view.text, *row[table.column])
        if FILLER in view.text[start:end]:
            yield start, start
            continue
        quoted = QUOTED.fullmatch(view.text, start, end)
        span = inner(quoted) if quoted else trimmed(view.text, start, end)
        value = view.text[slice(*span)]
        words = value.split()
        if table.first or not table.sure:
            is_one = is_code(value) or (not table.first and bool(quoted or is_odd(value)))
        else:
            is_one = len(words) == 1 or is_phrase(view, words)
        if value and is_one and not is_answer(view, value):
            yield span


def _stripped(text: str, start: int, end: int) -> Span:
    cell = text[start:end]
    return start + len(cell) - len(cell.lstrip()), start + len(cell.rstrip())


def _rows(view: View, table: Table) -> Iterator[list[Span]]:
    """The cells of the lines below that have as many, without the line that is drawn below the head."""
    end = table.end
    for _ in range(_ROWS):
        start = end + 1
        end = view.line_end(start)
        if _RULE.fullmatch(view.text, start, end):
            continue
        cuts = [found.span() for found in table.cut.finditer(view.text, start, end)]
        if len(cuts) + 1 != table.cells or view.text[start:end] == table.head:
            return
        around = [(start, start), *cuts, (end, end)]
        yield [(first, last) for (_, first), (last, _) in pairwise(around)]
