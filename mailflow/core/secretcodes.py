"""Codes and keys that show by the words beside them: recovery codes, seeds of authenticators, keys of services."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mailflow.core.secretforms import Span
from mailflow.core.secretview import REACH, View

_SHEET = 60  # lines of codes below their name
_PROSE = 2  # lines between the name and the codes

# A recovery code of PyPI: sixteen hexadecimal digits, in no address, path or longer word.
# The pattern looks back from behind them, as one that begins with what may not stand before is slow to search for.
_HEX = re.compile(r"[0-9A-Fa-f][0-9A-Fa-f]{15}(?<![\w/=+%.@-][0-9A-Fa-f]{16})(?![\w/=+%@-]|\.\w)")
_SIXTEEN = re.compile(r"[0-9A-Fa-f]{16}")
_STRICT = re.compile(
    r"[0-9a-f]{16}|[0-9A-F]{16}|(?:[0-9a-f]{4,8}-){1,7}[0-9a-f]{4,8}|(?:[0-9A-F]{4,8}-){2,7}[0-9A-F]{4,8}"
)
_LOOSE = re.compile(r"[0-9A-Za-z]{3,8}(?:-[0-9A-Za-z]{3,8}){1,7}|[0-9A-Za-z]{8,32}")
_SPACED = re.compile(r"(?:[0-9A-Fa-f]{4} ){1,7}[0-9A-Fa-f]{4}|[0-9]{3,5} [0-9]{3,5}")
_NEXT = re.compile(
    r"[ \t\"'`*_(<]{0,6}((?:[0-9A-Fa-f]{4}[ -]){1,7}[0-9A-Fa-f]{4}(?![\w-])|[0-9]{3,5} [0-9]{3,5}(?![\w-])"
    r"|[0-9A-Za-z]{3,8}(?:-[0-9A-Za-z]{3,8}){1,7}(?![\w@-])|[0-9A-Za-z]{6,32}(?![\w@-]))[\"'`*_)>]{0,6}"
)
_AND = re.compile(
    r"[ \t]{0,3}(?:[,;/&+]|\r?\n)?[ \t]{0,3}(?:and|und|et|y|e|и|or)?(?=[ \t\"'`])", re.IGNORECASE
)
_MARKER = re.compile(r"[>\s]*(?:[-*•·–][ \t]|[(\[]?\d{1,2}[.):\]][ \t]*)?")
_ITEMS = re.compile(r"[^\s,;|/]+")
_NUMBERED = re.compile(r"(?<![^\s,;|/])[^\s,;|/\d]{0,40}\d[^\s,;|/]{3,}")
_TWO_DIGITS = re.compile(r"\d[^\n]*?\d")
_DIGIT, _LETTER = re.compile("[0-9]"), re.compile("[A-Za-z]")
_REMARK = re.compile(r"\(?\[?\w{1,8}\]?\)?")
_REFERENCE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)

_BASE32 = re.compile(
    r"(?<![\w/=+-])(?:[A-Z2-7]{16,128}={0,6}|[a-z2-7]{16,128}|(?:[A-Za-z2-7]{4}[ -]){3,31}[A-Za-z2-7]{1,4})(?![\w/+-])"
)
_SEED_OF_ONE_WORD = re.compile(r"[A-Za-z2-7]{16}|[A-Za-z2-7]{4}-[A-Za-z2-7]{4}-")
_SEED_OF_FOURS = re.compile(r"[ -][A-Za-z2-7]{4}[ -][A-Za-z2-7]{4}[ -]")
# What has the form of a seed and of nothing else, named or not.
_BETWEEN_FOURS = r"(?:[ -]|[ \t]?\r?\n[> \t]{0,8})"
_FOURS = re.compile(
    rf"(?<![\w/=+-])(?:(?:[A-Z2-7]{{4}}{_BETWEEN_FOURS}){{3,31}}[A-Z2-7]{{1,4}}"
    rf"|(?:[a-z2-7]{{4}}{_BETWEEN_FOURS}){{3,31}}[a-z2-7]{{1,4}})(?![\w/+-])"
)
# One of them has a group in which letters and digits mix, and stands in what it can be made of: both are told far sooner.
_MIXED_GROUP = re.compile(
    r"[2-7](?<![0-9A-Za-z]{4}[2-7])(?:(?<=[A-Za-z][2-7])[0-9A-Za-z]{0,2}|[0-9]{0,2}[A-Za-z][0-9A-Za-z]{0,2})"
    r"(?![0-9A-Za-z])"
)
_OF_FOURS = re.compile(r"[A-Za-z2-7 \t\r\n>-]+")
_LONG_SEED = re.compile(r"(?<![\w/=+.-])(?:[A-Z2-7]{16,128}|[a-z2-7]{32})={0,6}(?![\w/+@-]|\.\w)")
_NO_HEX = re.compile(r"[G-Zg-z]")
_OTPAUTH = re.compile(r"otpauth(?:-migration)?://[^\s<>\"'`]+", re.IGNORECASE)
_QUOTES = re.compile(r"[ \t\"'`*_(<]{0,6}(?:\r?\n[> \t]{0,8}){0,2}[\"'`]{0,3}")
_KEY = re.compile(r"[\w.~+/=:-]{20,400}")


def recovery_codes(view: View) -> Iterator[Span]:
    if view.holds_code and _SIXTEEN.search(view.long_words):
        yield from _hex_codes(view)
    seen = 0
    lines = _Lines(view)
    for start, end in view.code_names:
        first, last = max(seen, view.line_start(start)), view.line_end(end)
        if view.may_hold_code(first, end + 2 * REACH):
            yield from _in_line(view, first, last)
            yield from _behind_name(view, end)
        seen = max(seen, last)
        yield from _sheet(view, last, lines)


def _hex_codes(view: View) -> Iterator[Span]:
    """Two of them are a sheet wherever they stand; one needs a word for codes near it."""
    found = [m.span() for m in _HEX.finditer(view.text) if _is_hex_code(m[0])]
    codes = [span for span in found if not _is_told_harmless(view, *span)] if view.no_secrets else found
    if len(codes) > 1:
        yield from codes
    for start, end in codes[:1]:
        around = (view.line_start(start, 4), view.line_end(view.line_end(end) + 1))
        if any(around[0] <= name[0] <= around[1] for name in view.code_names):
            yield start, end


def _is_hex_code(word: str) -> bool:
    """Whether hexadecimal digits hold both letters, all of one case, and numbers."""
    return (word.islower() or word.isupper()) and not word.isalpha()


def _is_told_harmless(view: View, start: int, end: int) -> bool:
    return view.tells_against(view.line_start(start, 3), view.line_end(end))


def _in_line(view: View, start: int, end: int) -> Iterator[Span]:
    for item in _NUMBERED.finditer(view.text, start, end):
        span = _bare(view.text, *item.span())
        if _is_strict(view.text[slice(*span)]):
            yield span


def _behind_name(view: View, name_end: int) -> Iterator[Span]:
    """As in "my recovery codes are x, y and z", "backup code x", "backup code x is refused"."""
    yield from _listed(view, name_end, joined=False)
    if found := view.value_after(name_end):
        yield from _listed(view, found[0], joined=bool(found[1]))


def _listed(view: View, place: int, *, joined: bool) -> Iterator[Span]:
    code = _NEXT.match(view.text, place)
    while code and _is_code(code[1], joined=joined):
        yield code.span(1)
        more = _AND.match(view.text, code.end())
        code = _NEXT.match(view.text, more.end()) if more else None


def _sheet(view: View, line_end: int, lines: _Lines) -> Iterator[Span]:
    """Lines of nothing but codes, at most two lines of prose below their name."""
    spans: list[Span] = []
    strict, prose = False, 0
    if not view.may_hold_code(line_end, len(view.text)):
        return
    if not _TWO_DIGITS.search(view.text, line_end, line_end + REACH):
        return
    for _ in range(_SHEET):
        if line_end >= len(view.text):
            break
        line = lines[line_end + 1]
        prose += line.prose
        if line.prose and (spans or prose > _PROSE):
            break
        spans += line.codes
        strict = strict or line.strict
        line_end = line.end
    # One line such as "jdoe-2024" may as well be a name.
    if strict or len(spans) > 1:
        yield from spans


class _Line(NamedTuple):
    end: int
    codes: list[Span]
    strict: bool  # whether one of them is a code whatever stands beside it
    prose: bool  # neither codes nor blank


class _Lines(dict[int, _Line]):
    """Lines by their start, each looked at once though it stands below several names."""

    def __init__(self, view: View) -> None:
        self._view = view

    def __missing__(self, start: int) -> _Line:
        text, end = self._view.text, self._view.line_end(start)
        codes = _codes_of_line(text, start, end)
        strict = any(_is_strict(text[slice(*span)]) for span in codes)
        prose = not codes and text[start:end].strip(" \t\r>") != ""
        self[start] = line = _Line(end, codes, strict, prose)
        return line


def _codes_of_line(text: str, start: int, end: int) -> list[Span]:
    """The codes of a line that holds nothing else but its number and a remark such as "(used)"."""
    if not _TWO_DIGITS.search(text, start, end):
        return []
    marker = _MARKER.match(text, start, end)
    start = marker.end() if marker else start
    first, last = _bare(text, start, end)
    if _SPACED.fullmatch(text, first, last):
        return [(first, last)]
    codes = []
    for item in _ITEMS.finditer(text, start, end):
        span = _bare(text, *item.span())
        if _is_code(text[slice(*span)], joined=False):
            codes.append(span)
        elif not _REMARK.fullmatch(item[0]) or not codes:
            return []
    return codes


def _bare(text: str, start: int, end: int) -> Span:
    while start < end and (text[start] in "\"'`*_([<" or text[start].isspace()):
        start += 1
    while end > start and (text[end - 1] in "\"'`*_)]>.,;:!?" or text[end - 1].isspace()):
        end -= 1
    return start, end


def _is_strict(word: str) -> bool:
    return bool(_STRICT.fullmatch(word)) and _has_both(word) and not _is_known(word)


def _is_code(word: str, *, joined: bool) -> bool:
    """Looks like one; right behind "recovery code:" (`joined`) a shorter or merely numeric one will do."""
    digits = 0 if word.isalpha() else sum(c.isdigit() for c in word)
    if digits < 2 or _is_known(word):
        return False
    if joined or " " in word:
        return True
    return bool(_LOOSE.fullmatch(word)) and (digits < len(word) or 8 <= digits <= 10)


def _is_known(word: str) -> bool:
    """A reference of ours, or a UUID: identifies, and opens nothing."""
    return bool(_REFERENCE.fullmatch(word) or _UUID.fullmatch(word))


def _has_both(word: str) -> bool:
    """Whether a word in ASCII has digits and letters."""
    return _DIGIT.search(word) is not None and _LETTER.search(word) is not None


def totp_seeds(view: View) -> Iterator[Span]:
    for found in _OTPAUTH.finditer(view.text) if "otpauth" in view.lowered else ():
        yield found.start(), found.start() + len(found[0].rstrip(".,;)"))
    yield from _by_form(view)
    seen = 0
    places = list(view.places("seed"))
    one_word = bool(places) and _SEED_OF_ONE_WORD.search(view.long_words) is not None
    for _start, end in places:
        stop = view.line_end(view.line_end(view.line_end(end) + 1) + 1)
        for found in _base32(view, max(seen, end), stop, one_word=one_word):
            if _is_seed(found[0]) or (found[0].isupper() and _is_value(view, end, found.start())):
                yield found.span()
        seen = max(seen, stop)


def _by_form(view: View) -> Iterator[Span]:
    """Seeds that nothing names: groups of four in which letters and digits mix, or one long word of them."""
    if not view.holds_code:
        return
    if _LONG_SEED.search(view.long_words):
        for found in _LONG_SEED.finditer(view.text):
            if _NO_HEX.search(found[0]) and sum(map(str.isdigit, found[0])) > 2:
                yield found.span()
    for run in _OF_FOURS.finditer(view.text) if _MIXED_GROUP.search(view.text) else ():
        yield from _fours(view.text, *run.span()) if _MIXED_GROUP.search(run[0]) else ()


def _fours(text: str, start: int, end: int) -> Iterator[Span]:
    for found in _FOURS.finditer(text, start, end + 1):
        groups = re.split(r"[\s>-]+", found[0])
        if _NO_HEX.search(found[0]) and sum(map(_has_both, groups)) > found[0].islower():
            yield found.span()


def _base32(view: View, start: int, end: int, *, one_word: bool) -> Iterator[re.Match[str]]:
    """What has the form of a seed: one long word, or groups of four; few texts have any, which a simpler look tells.

    `one_word`: whether the text has such a word anywhere, which is looked for once and not at each name of a seed.
    """
    if one_word or _SEED_OF_FOURS.search(view.text, start, end):
        yield from _BASE32.finditer(view.text, start, end)


def _is_value(view: View, name_end: int, start: int) -> bool:
    """Whether what begins there is the value that a name is said to have."""
    place = view.value_after(name_end)
    quotes = _QUOTES.match(view.text, place[0]) if place and place[1] else None
    return quotes is not None and quotes.end() == start


def _is_seed(word: str) -> bool:
    """More than a word: long words in capitals exist, and four words of four letters in a row."""
    digits = sum(c.isdigit() for c in word)
    return (
        digits > 1
        or (digits == 1 and word.isupper())
        or (len(word) >= 24 and word.isalpha() and word.isupper())
    )


def service_keys(view: View) -> Iterator[Span]:
    """As in "my API key is x": twenty characters or more with letters and digits, and not the name of a commit."""
    for start, end in view.places("token"):
        place = view.value_after(end)
        quotes = _QUOTES.match(view.text, place[0]) if place and place[1] else None
        found = _KEY.match(view.text, quotes.end()) if quotes else None
        if found is None or "://" in found[0] or not _has_both(found[0]) or _UUID.fullmatch(found[0]):
            continue
        if not view.tells_against(view.line_start(start), found.start()):
            yield found.start(), found.start() + len(found[0].rstrip(".:"))
