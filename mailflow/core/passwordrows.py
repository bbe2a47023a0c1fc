"""Passwords in rows that programs export, in lines of notes and beside a "key": "https://…,jdoe,x,,", "pypi jdoe x", "jdoe / x"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailflow.core.passwordshapes import (
    ADDRESS_OR_LINK,
    CLAUSE_END,
    WORD,
    is_answer,
    is_code,
    is_like_no_name,
    is_mixed,
    is_odd,
    is_unmistakable,
    trimmed,
)
from mailflow.core.secrettokens import Span
from mailflow.core.secretview import FILLER, View

# Rows have no spaces behind what parts their cells, as sentences have.
_PARTED = re.compile(r"[,;]\S*[,;]")
_LINE = re.compile(r"[^\n]{5,400}")
_CUTS = ("\t", ";", ",")
_LEAST_CELLS = 3
_HOST = r"(?:[\w-]{1,40}\.){1,3}(?:com|org|net|io|dev|edu|info|example)"  # no account's name, as "jo.doe" is
_LINK = re.compile(rf"https?://\S+|{_HOST}(?:/\S*)?", re.IGNORECASE)
_NO_VALUE = re.compile(
    r"v?[0-9]+(?:[.:/-]\w+)+|\{.*|\w+=.*|\w+#[0-9]{4}|.*[<>].*", re.DOTALL
)  # versions, dates, "Jo#1234"
_LEAST = 5  # characters of a password in a row with a link and a name
# "jdoe / x" and "index / jdoe / x", a line each.
_PAIR = re.compile(
    r"^[> \t*•-]{0,8}(?:[^\s/|]{1,40}[ \t]{1,3}[/|][ \t]{1,3})?[^\s/|]{2,60}[ \t]{1,3}(?:[/|]|--?|–|—)[ \t]{1,3}(\S{6,60})[ \t\r]*$",
    re.MULTILINE,
)
_PAIR_MARKS = (" / ", " | ", " - ", " – ", " — ")
_SIGN = re.compile(r"[!#$%^&*+=~?§€£@]")
# A place with a name and a password behind it: "pypi jdoe x", "example.org: jdoe x".
_NOTE = re.compile(
    rf"\n[> \t*•\"'-]{{0,8}}(?:(?:test\.?)?pypi|{_HOST})[ \t]{{0,2}}(?:[:=–-][ \t]{{1,2}}|[ \t])"
    r"[ \t]{0,2}([^\s:=]{2,60})[ \t]{1,3}(?:[-–/|][ \t]{1,2})?(\S{6,60})[ \t\r\"']*(?=\n|\Z)",
    re.IGNORECASE,
)
_ENDS = frozenset(",;/-")
_BEFORE_KEY = 80  # characters of "user jdoe, and the "
_VALUE = re.compile(rf"[ \t\"'`]{{0,3}}({WORD})")
_NO_KEY = re.compile(
    r"[0-9A-Z]{4}-[0-9A-Z]{4}|(?:0x)?[0-9A-Fa-f]+|(?:yubi|nitro|solo|titan).*|(?:ed|rsa|ecdsa)-?[0-9]+",
    re.IGNORECASE,
)


def rows(view: View) -> Iterator[Span]:
    if "\t" in view.text or _PARTED.search(view.long_words):
        yield from _exported(view)
    if any(mark in view.text for mark in _PAIR_MARKS):
        for found in _PAIR.finditer(view.text):
            value = found[1]
            if is_mixed(value) and _SIGN.search(value) and not _is_none(view, value):
                yield found.span(1)
    if "password" in view.named or "export" in view.named:
        yield from _noted(view)


def _exported(view: View) -> Iterator[Span]:
    """The password of each row: what can be nothing else, or stands with a name and a link."""
    told = view.places("export") or view.places("password")
    for line in _LINE.finditer(view.text):
        cut = next((cut for cut in _CUTS if line[0].count(cut) >= _LEAST_CELLS - 1), None)
        if cut is None or ". " in line[0] or (cut != "\t" and f"{cut} " in line[0].rstrip()):
            continue
        cells = _cells(view.text, line.start(), line[0], cut)
        sure = [cell for cell in cells if _is_sure(view, view.text[slice(*cell)])]
        yield from sure or (_beside_link(view, cells) if told else ())


def _cells(text: str, start: int, line: str, cut: str) -> list[Span]:
    cells, place = [], start
    for cell in line.split(cut):
        cells.append(trimmed(text, place, place + len(cell)))
        place += len(cell) + 1
    return cells


def _is_sure(view: View, value: str) -> bool:
    return " " not in value and is_unmistakable(value) and not _is_none(view, value)


def _beside_link(view: View, cells: Sequence[Span]) -> Iterator[Span]:
    """Of "link, name, x" or of "name, x, link" the last or middle one."""
    values = [view.text[slice(*cell)] for cell in cells]
    links = [at for at, value in enumerate(values) if _LINK.fullmatch(value)]
    behind = [cells[at + 2] for at in links if _is_pair(view, values[at + 1 : at + 3])]
    if not behind and len(links) == 1 and links[0] > 1 and _is_pair(view, values[links[0] - 2 : links[0]]):
        behind = [cells[links[0] - 1]]
    yield from behind[:1]


def _is_pair(view: View, two: Sequence[str]) -> bool:
    if len(two) < 2 or not two[0] or _LINK.fullmatch(two[0]) or len(two[1]) < _LEAST:
        return False
    value = two[1]
    return is_odd(value) and any(map(str.isalpha, value)) and not _is_none(view, value)


def _is_none(view: View, value: str) -> bool:
    is_other = _NO_VALUE.fullmatch(value) or ADDRESS_OR_LINK.search(value) or _LINK.fullmatch(value)
    return FILLER in value or is_other is not None or is_answer(view, value)


def _noted(view: View) -> Iterator[Span]:
    for found in _NOTE.finditer(f"\n{view.text}"):
        name, span = found[1].casefold().strip(",;"), trimmed(view.text, found.start(2) - 1, found.end(2) - 1)
        value = view.text[slice(*span)]
        is_value = is_code(value) and (is_mixed(value) or _SIGN.search(value)) and not _is_none(view, value)
        is_word = name in view.words.account or view.words.ordinary.has(name) or is_answer(view, name)
        if is_value and not is_word:
            yield span


def keys_beside(view: View) -> Iterator[Span]:
    """As in "user jdoe, key x": what looks like no name behind that of an account."""
    for start, end in view.places("key"):
        before = view.text[max(0, start - _BEFORE_KEY) : start].split()
        place = view.value_after(end)
        found = _VALUE.match(view.text, place[0]) if place and _is_behind_account(view, before) else None
        span = trimmed(view.text, *found.span(1)) if found else (end, end)
        value = view.text[slice(*span)]
        is_value = is_like_no_name(value) and not _NO_KEY.fullmatch(value) and not _is_none(view, value)
        if is_value and CLAUSE_END.match(view.text, span[1]):
            yield span


def _is_behind_account(view: View, before: Sequence[str]) -> bool:
    """Whether "user jdoe, " or "user is jdoe and the " ends there."""
    words = [word.casefold().strip(":=\"'(") for word in before[-5:]]
    at = next((n for n, word in enumerate(words) if word in view.words.account), len(words))
    behind = [word for word in words[at + 1 :] if word and word not in view.words.is_words]
    if not behind or is_answer(view, behind[0]):
        return False
    name, *rest = behind
    if name[-1] not in _ENDS:
        if not rest or (rest[0] not in view.words.joins and rest[0] not in _ENDS):
            return False
        rest = rest[1:]
    return all(word in view.words.article or word in view.words.between for word in rest)
