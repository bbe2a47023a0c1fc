"""Recovery codes: by their form, by the words beside them, and by the others that they stand with."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from mailflow.core.phrases import CJK
from mailflow.core.secrettokens import Span, parted
from mailflow.core.secretview import MOST, REACH, View

_SHEET = 60  # lines of codes below their name
_DIGITS = 16  # of a recovery code
_ONE_LIST = 100  # characters between two commits of one list, at most
_TOLD = 12  # characters before a code in which a "sha256" says that it is none
_MARGIN = 20  # characters around a code that is a paragraph of its own
_PROSE = 2  # lines between the name and the codes

# A recovery code of PyPI: sixteen hexadecimal digits, in no address, path or longer word.
# The pattern looks back from behind them, as one that begins with what may not stand before is slow to search for.
_HEX = re.compile(parted(r"[0-9A-Fa-f][0-9A-Fa-f]{15}(?<![\w/=+%.@-][0-9A-Fa-f]{16})(?![\w/=+%@-]|\.\w)"))
_SIXTEEN = re.compile(r"[0-9A-Fa-f]{16}")
_STRICT = re.compile(
    r"[0-9a-f]{16}|[0-9A-F]{16}|(?:[0-9a-f]{4,8}-){1,7}[0-9a-f]{4,8}|(?:[0-9A-F]{4,8}-){2,7}[0-9A-F]{4,8}"
)
_LOOSE = re.compile(r"[0-9A-Za-z]{3,8}(?:-[0-9A-Za-z]{3,8}){1,7}|[0-9A-Za-z]{8,32}")
# What is typed off by hand has letters for digits: "7e2a 9bO4 d51f c3l8".
_BY_HAND = r"(?:[0-9A-Fa-fOol]{4}[ -]){3}[0-9A-Fa-fOol]{4}"
_SPACED = re.compile(
    rf"{_BY_HAND}|(?:[0-9A-Fa-f]{{4}} ){{1,7}}[0-9A-Fa-f]{{4}}|[0-9]{{3,5}} [0-9]{{3,5}}|[0-9a-f]{{5}} [0-9a-f]{{5}}"
)
_NEXT = re.compile(
    parted(
        rf"[ \t\"'`*_(<]{{0,6}}({_BY_HAND}(?![\w-])|(?:[0-9A-Fa-f]{{4}}[ -]){{1,7}}[0-9A-Fa-f]{{4}}(?![\w-])"
        r"|[0-9]{3,5} [0-9]{3,5}(?![\w-])"
        r"|[0-9A-Za-z]{3,8}(?:-[0-9A-Za-z]{3,8}){1,7}(?![\w@-])|[0-9A-Za-z]{6,32}(?![\w@-]))[\"'`*_)>]{0,6}"
    )
)
_AND = re.compile(
    r"[ \t]{0,3}(?:[,;/&+、，·•|–-]|\r?\n)?[ \t]{0,3}(?:and|und|et|y|e|и|or)?(?=[ \t\"'`]|(?<=[,;/、，|])\S)|[ \t]?(?:和|与|與|跟|及|と|과|와|하고)[ \t]?",
    re.IGNORECASE,
)
_GROUPS = re.compile(parted(rf"(?<![\w-])(?<![0-9A-Fa-f]{{4}} ){_BY_HAND}(?![\w-]| [0-9A-Fa-f]{{4}}\b)"))
# A digit in the first or second of groups: few texts have any, which is told far sooner.
_OF_GROUPS = re.compile(r"[0-9][0-9a-f]{0,3}[ -][0-9a-f]{4}[ -]")
_PARAGRAPH = re.compile(
    r"(?:\A|\n[> \t]{0,8}\r?\n)[> \t]{0,8}([^\s]{16})[ \t]{0,8}(?=\r?\n[> \t]{0,8}\r?\n|\s*\Z)"
)
# What may stand between the name of codes and a list of them: "my codes, which are on paper:".
_REMARK_BEFORE = re.compile(r",[^.!?:：\n]{1,60}[:：]")
_ALL_HEX = re.compile(r"[0-9A-Fa-f -]+")
# One that a mail program or its writer broke in two; of which a blot left a part.
_BROKEN = re.compile(
    parted(
        r"[0-9A-Fa-f](?<![\w/=+%.@-][0-9A-Fa-f])[0-9A-Fa-f]{2,12}-?[ \t]?\r?\n[> \t]{0,8}[0-9A-Fa-f]{3,13}(?![\w/=+%@-]|\.\w)"
    )
)
_BLOTTED = re.compile(r"(?:[.?_*…]{2,8} ?)?(?:[0-9A-Fa-f]{4,14}(?: ?[.?_*…]{2,8} ?| |$)){1,4}")
_BLOT = re.compile(r"[.?_*…]{2}")
_MARKER = re.compile(r"[>\s]*(?:[-*•·–☐□▢][ \t]|[(\[]?(?:\d{1,2}[.):\]]|[A-Za-z][)\]])[ \t]*)?")
_NO_PROSE = " \t\r>"  # what a blank line may hold
_OPENING, _CLOSING = frozenset("\"'`*_([<•·"), frozenset("\"'`*_)]>.,;:!?")  # marks around a code
_ITEMS = re.compile(r"[^\s,;|/·•]+")
_CELLS = re.compile(r"(?:[^|·•\s]|[ ](?![ \t]))+")  # of a row, apart by a mark or by more than one blank
_BLANK = re.compile(r"([xX?*_.#–])\1+(?:-\1+)*")  # of a code that cannot be read
# What may stand behind a code that is one whatever stands there: "<- crossed out, used in January".
_NOTE = re.compile(r"[\"'`*_)>]{0,3}[ \t]{1,8}(?:<-|->|←|→|--?|–|—|#|//|[(\[])[^\n]*")
_NUMBER = re.compile(r"[> \t]*[(\[]?(\d{1,2})[.):\]]")
# What a program reads of a picture: with letters and digits that look alike.
_BY_EYE = re.compile(r"(?:[0-9A-FIOSZa-floqsz]{4}[ -]){3}[0-9A-FIOSZa-floqsz]{4}")
_GROUP_WITH_DIGIT = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{0,3}[0-9]")
# Five and five hexadecimal digits, as GitHub and others give them out.
_FIVES = re.compile(
    parted(r"-(?<=[0-9A-Fa-f]{5}-)(?<![\w/=+%.@-][0-9A-Fa-f]{5}-)[0-9A-Fa-f]{5}(?![\w/=+%@-]|\.\w)")
)
_FIVE = 5
# Numbers in a row behind a colon, and those with a mark before each: "a) 12345678 b) 23456789".
_ROW = re.compile(
    parted(r"[:：][ \t]{0,3}[0-9]{8,10}(?:[ \t]{0,2}[,;/|][ \t]{0,2}[0-9]{8,10}){1,20}(?![\w-])")
)
_MARKED = re.compile(
    parted(
        r"(?:(?<![\w.])[A-Za-z0-9]{1,2}[.)]|[0-9]\ufe0f?\u20e3|•)[ \t]{0,2}([0-9]{8,10}|[0-9A-Fa-f]{5}-[0-9A-Fa-f]{5})(?![\w-])"
    )
)
_NUMBER_IN_ROW = re.compile(r"[0-9]{8,10}")
_EIGHT = re.compile(parted(r"(?<![\w.,/+#=-])(?<![0-9] )[0-9]{8}(?![\w/%-]|[.,][0-9]| [0-9])"))
_NUMBERED = re.compile(
    rf"(?<![^\s,;|/{CJK}，、。：])[^\s,;|/\d{CJK}，、。：]{{0,40}}\d[^\s,;|/{CJK}，、。：]{{3,}}"
)
_TWO_DIGITS = re.compile(r"\d[^\n]*?\d")
# Groups told one by one: "First: KTRW-83QN", in one of which letters and digits mix.
_OF_GROUPS_ONLY = re.compile(
    r"(?<![A-Za-z0-9_@./-])(?:[0-9A-Z]{3,8}(?:-[0-9A-Z]{3,8}){1,3}|[0-9a-z]{3,8}(?:-[0-9a-z]{3,8}){1,3})(?![A-Za-z0-9_@-]|\.[A-Za-z0-9])"
)
_MIXED = re.compile(r"[0-9][A-Za-z]|[A-Za-z][0-9]")
_APART = 100  # characters between the name of codes and the first, and between two
_ITEM = re.compile(r"[\s\"'`*_-]{0,6}(?:\(?\w{1,2}[.):]\s{0,3})?[\s\"'`*_-]{0,3}")
_BETWEEN = re.compile(
    r"[\s\"'`*_,;/|&)、，-]{1,8}(?:(?:and|und|et|y|e|и|or|en|i|ve)\s)?(?:\(?\w{1,2}[.):]\s{0,3})?[\"'`*_-]{0,3}",
    re.IGNORECASE,
)
_FEW_WORDS = re.compile(r"[ \t](?:[^\W\d_]{1,12}[ \t]){1,4}")  # from the name of codes to the first
_SEVERAL, _MANY = 2, 3  # of them, and behind such words
_JOINT = 8  # characters of " was: "
_BEFORE_ORDINAL = " \t\r\"'(*-—–>"
_SHORT = re.compile(r"[0-9a-f]{8,12}|[0-9A-F]{8,12}")
_DIGIT, _LETTER = re.compile("[0-9]"), re.compile("[A-Za-z]")
_REMARK = re.compile(r"\(?\[?\w{1,8}\]?\)?")
_REFERENCE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")
_GROUP, _JOINTS = re.compile(r"[0-9A-Za-z]+"), re.compile(r"[^0-9A-Za-z]+")
_LEAST_ALIKE = 8  # digits and letters: fewer are soon a number of something else
_ALPHABETS = ("0-9", "0-9a-f", "0-9A-F", "0-9a-z", "0-9A-Z", "0-9A-Za-z")
_DATES = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9]|(?:19|20)[0-9]{2} (?:19|20)[0-9]{2}")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


def recovery_codes(view: View) -> Iterator[Span]:
    lines = _Lines(view)
    if view.holds_code and _SIXTEEN.search(view.long_words):
        yield from _hex_codes(view, lines)
    if view.holds_code and _OF_GROUPS.search(view.text):
        yield from _groups(view)
    if view.holds_code:
        yield from _fives(view)
    seen = 0
    for start, end in view.code_names:
        first, last = max(seen, view.line_start(start)), view.line_end(end)
        if view.may_hold_code(first, end + 2 * REACH):
            yield from _in_line(view, first, last, start)
            yield from _in_row(view, end, last)
            yield from _behind_name(view, end)
            yield from _counted(view, start, end)
        seen = max(seen, last)
        yield from _sheet(view, last, lines)


def _hex_codes(view: View, lines: _Lines) -> Iterator[Span]:
    """Two of them are a sheet wherever they stand; one needs a word for codes near it, or others that are half readable."""
    found = [m.span() for m in _HEX.finditer(view.text) if _is_hex_code(m[0])]
    codes = [*islice(_not_harmless(view, found) if view.no_secrets else found, MOST + 1)]
    beside = [*_broken(view, codes), *_beside(view, codes, lines)]
    if len(codes) > 1 or len(beside) > 1:
        yield from codes
        yield from beside
    for start, end in codes[:1]:
        around = (view.line_start(start, 4), view.line_end(view.line_end(end) + 1))
        named = any(around[0] <= name[0] <= around[1] for name in view.code_names)
        if named or _is_told(view, start, end):
            yield start, end
            yield from beside
        elif _is_all(view, start, end):
            yield start, end


def _is_all(view: View, start: int, end: int) -> bool:
    """Whether it is a paragraph of its own near which nothing tells that it is no code."""
    paragraph = _PARAGRAPH.search(view.text, max(0, start - _MARGIN), end + _MARGIN)
    return (
        paragraph is not None
        and paragraph.span(1) == (start, end)
        and paragraph[1].islower()
        and not view.tells_against(max(0, start - REACH), end + REACH)
    )


def _groups(view: View) -> Iterator[Span]:
    """Four groups of four, wherever they stand; not in capitals, in which the names of keys are written."""
    for found in _GROUPS.finditer(view.text):
        told = view.tells_against(view.line_start(found.start(), 3), view.line_end(found.end()))
        if found[0].islower() and has_both(found[0]) and not told:
            yield found.span()


def _fives(view: View) -> Iterator[Span]:
    """Two of five and five digits are a sheet wherever they stand, and one needs a word for codes in its line.

    It may be told once more without its hyphen.
    """
    found = [(mark.start() - _FIVE, mark.end()) for mark in _FIVES.finditer(view.text)]
    mixed = [span for span in found if has_both(view.text[slice(*span)])]
    codes = list(islice(_not_harmless(view, mixed), MOST + 1))
    if len(codes) == 1 and not _is_told(view, *codes[0]):
        return
    yield from codes
    for start, end in codes[:_SHEET]:
        glued = view.lowered[start:end].replace("-", "")
        place = view.lowered.find(glued)
        if place >= 0:
            yield place, place + len(glued)


def _is_told(view: View, start: int, end: int) -> bool:
    """Whether a word for a code stands in the line of what has the form of one."""
    told, first = view.told("code"), view.line_start(start)
    place = bisect_left(told, (first, first))
    return place < len(told) and told[place][0] < view.line_end(end)


def numbers_for_emergencies(view: View) -> Iterator[Span]:
    """As in "these numbers are for emergencies: x, y, z": three numbers of eight digits and more near such words."""
    for start, end in view.places("emergency") if view.holds_code else ():
        first, last = max(0, start - REACH), min(len(view.text), end + REACH)
        found = [number.span() for number in _EIGHT.finditer(view.text, first, last)]
        if len(found) > 2 and not view.tells_against(max(0, found[0][0] - _TOLD), found[-1][1]):
            yield from found


def _is_hex_code(word: str) -> bool:
    """Whether hexadecimal digits hold both letters, all of one case, and numbers."""
    return (word.islower() or word.isupper()) and not word.isalpha()


def _not_harmless(view: View, found: list[Span]) -> Iterator[Span]:
    """Those that are told to be no codes left out; a list of commits goes on as long as nothing names codes."""
    harmless = None
    for start, end in found:
        goes_on = (
            harmless is not None and start - harmless <= _ONE_LIST and not view.names_codes(harmless, start)
        )
        if goes_on or view.tells_against(view.line_start(start, 3), view.line_end(end)):
            harmless = end
        else:
            yield start, end


def _broken(view: View, codes: list[Span]) -> Iterator[Span]:
    """Codes near others that were broken in two at the end of a line."""
    seen = 0
    for start, end in codes[:_SHEET]:
        first, seen = max(seen, view.line_start(start, 3)), max(seen, view.line_end(view.line_end(end) + 1))
        for found in _BROKEN.finditer(view.text, first, seen):
            digits = "".join(filter(str.isalnum, found[0]))
            if len(digits) == _DIGITS and has_both(digits):
                yield found.span()


def _beside(view: View, codes: list[Span], lines: _Lines) -> Iterator[Span]:
    """What stands in the lines above and below codes that stand in no prose: others in groups, or half readable."""
    seen = 0
    for start, end in codes[:_SHEET]:
        if not lines[view.line_start(start)].codes:
            continue
        first, seen = max(seen, view.line_start(start, 3)), max(seen, min(len(view.text), end + REACH))
        while first < seen:
            line = lines[first]
            if line.strict or len(line.codes) == 1:
                yield from line.codes
            yield from _blotted(view.text, first, line.end)
            first = line.end + 1


def _blotted(text: str, start: int, end: int) -> Iterator[Span]:
    """A line with nothing but what can be read of a code."""
    start = _behind_marker(text, start, end)
    part = text[start:end].rstrip()
    if _BLOT.search(part) and _BLOTTED.fullmatch(part) and has_both(part):
        yield start, start + len(part)


def _in_line(view: View, start: int, end: int, name: int) -> Iterator[Span]:
    """What has the form of codes in a line; of those before the name of them, which begins at `name`, less will do for several."""
    for groups in _GROUPS.finditer(view.text, start, end):
        if has_both(groups[0]):
            yield groups.span()
    short: list[Span] = []
    for item in _NUMBERED.finditer(view.text, start, end):
        span = _bare(view.text, *item.span())
        code = view.text[slice(*span)]
        if not has_both(code) or view.tells_against(max(start, item.start() - _TOLD), item.start()):
            continue
        if _is_strict(code):
            yield span
        elif span[1] <= name and _SHORT.fullmatch(code):
            short.append(span)
    if len(short) > 1 and len({last - first for first, last in short}) == 1:
        yield from short


def _in_row(view: View, start: int, end: int) -> Iterator[Span]:
    """Two numbers and more in the line behind the name, with nothing but marks between."""
    if row := _ROW.search(view.text, start, end):
        yield from (number.span() for number in _NUMBER_IN_ROW.finditer(view.text, *row.span()))
    marked = [found.span(1) for found in _MARKED.finditer(view.text, start, end)]
    if len(marked) > 1:
        yield from marked


def _behind_name(view: View, name_end: int) -> Iterator[Span]:
    """As in "my recovery codes are x, y and z", "backup code x", "backup code x is refused"."""
    yield from _listed(view, name_end, joined=False)
    if found := view.value_after(name_end):
        yield from _listed(view, found[0], joined=bool(found[1]))
    elif remark := _REMARK_BEFORE.match(view.text, name_end):
        codes = list(_listed(view, remark.end(), joined=False))
        if len(codes) > 1 and all(_ALL_HEX.fullmatch(view.text, *code) for code in codes):
            yield from codes


def _counted(view: View, start: int, end: int) -> Iterator[Span]:
    """As in "a sheet with twelve codes. First: x, second: y", "my codes: x, y" and "the codes I saved are x, y, z".

    They are of one form, though it be that of our references.
    """
    found: list[re.Match[str]] = []
    place, least = end, _SEVERAL
    while len(found) < _SHEET and (code := _OF_GROUPS_ONLY.search(view.text, place, place + _APART)):
        label = view.text[place : code.start()]
        follows = _BETWEEN.fullmatch(label) is not None if found else _follows(view, end, code.start())
        if not found and not follows and _FEW_WORDS.fullmatch(label):
            follows, least = True, _MANY
        if not follows and not _is_counted(view, label, first=not found):
            break
        if found and _form(code[0]) != _form(found[0][0]):
            break
        found.append(code)
        place = code.end()
    is_sheet = len(found) >= least and any(_MIXED.search(code[0]) for code in found)
    if is_sheet and not view.tells_against(max(0, start - _TOLD), found[0].start()):
        yield from (code.span() for code in found)


def _follows(view: View, end: int, place: int) -> bool:
    """Whether what begins at a place is the value of the name that ends at `end`, perhaps with a "(1)" before it."""
    value = view.value_after(end)
    return value is not None and bool(value[1]) and _ITEM.fullmatch(view.text, value[0], place) is not None


def _is_counted(view: View, label: str, *, first: bool) -> bool:
    """Whether what stands before a code says which one it is; of the first one, in its own sentence or that of the name."""
    told = view.words.ordinal.search(label)
    if told is None or len(label) - told.end() > _JOINT:
        return False
    stop = max(label.rfind(mark) for mark in ".!?。\n")
    return not first or stop < 0 or not label[stop + 1 : told.start()].strip(_BEFORE_ORDINAL)


def _form(code: str) -> list[int]:
    return [len(group) for group in code.split("-")]


def _listed(view: View, place: int, *, joined: bool) -> Iterator[Span]:
    code = _NEXT.match(view.text, place)
    while code and _is_code(code[1], joined=joined):
        yield code.span(1)
        more = _AND.match(view.text, code.end())
        code = _NEXT.match(view.text, more.end()) if more else None


def _sheet(view: View, line_end: int, lines: _Lines) -> Iterator[Span]:
    """Lines of nothing but codes, at most two lines of prose below their name."""
    spans: list[Span] = []
    strict, prose, number = False, 0, 0
    if not view.may_hold_code(line_end, len(view.text)):
        return
    if not _TWO_DIGITS.search(view.text, line_end, line_end + REACH):
        return
    for _ in range(_SHEET):
        if line_end >= len(view.text):
            break
        line = lines[line_end + 1]
        goes_on = line.number == number + 1 > 1  # "4) cannot be read" between others that are numbered
        prose += line.prose and not goes_on
        if line.prose and not goes_on and (spans or prose > _PROSE):
            break
        number = line.number
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
    number: int  # of an item of a list, or 0


class _Lines(dict[int, _Line]):
    """Lines by their start, each looked at once though it stands below several names."""

    def __init__(self, view: View) -> None:
        self._view = view

    def __missing__(self, start: int) -> _Line:
        text, end = self._view.text, self._view.line_end(start)
        codes = _codes_of_line(text, start, end)
        strict = any(_is_strict(text[slice(*span)]) for span in codes)
        prose = not codes and text[start:end].strip(_NO_PROSE) != ""
        item = _NUMBER.match(text, start, end)
        self[start] = line = _Line(end, codes, strict, prose, int(item[1]) if item else 0)
        return line


def _codes_of_line(text: str, start: int, end: int) -> list[Span]:
    """The codes of a line that holds nothing else but its number and a remark such as "(used)"."""
    if not _TWO_DIGITS.search(text, start, end):
        return []
    start = _behind_marker(text, start, end)
    first, last = _bare(text, start, end)
    if _SPACED.fullmatch(text, first, last) or _is_by_eye(text[first:last]):
        return [(first, last)]
    cells = [
        _bare(text, _behind_marker(text, *cell.span()), cell.end())
        for cell in _CELLS.finditer(text, start, end)
    ]
    if all(_SPACED.fullmatch(text, *cell) for cell in cells):
        return cells
    codes = []
    for item in _ITEMS.finditer(text, start, end):
        span = _bare(text, *item.span())
        if _is_code(text[slice(*span)], joined=False):
            codes.append(span)
            value = text[slice(*span)]
            if (_is_strict(value) or value.replace("-", "").isdigit()) and _NOTE.match(text, span[1], end):
                break
        elif not _BLANK.fullmatch(text, *span) and (not _REMARK.fullmatch(item[0]) or not codes):
            return []
    return codes


def alike(view: View, codes: Iterable[str]) -> Iterator[Span]:
    """What has the same form as codes of the text that were found: the next ones, wherever they are told."""
    forms = {form for form in map(_form_of, codes) if form is not None}
    found = sorted({match.span() for form in forms for match in islice(form.finditer(view.text), MOST + 1)})
    yield from _not_harmless(view, [span for span in found if _may_be_next(view.text[slice(*span)])])


def _may_be_next(code: str) -> bool:
    mixed = has_both(code) or "".join(_GROUP.findall(code)).isdigit()
    return mixed and not _is_known(code) and not _DATES.fullmatch(code)


def _form_of(code: str) -> re.Pattern[str] | None:
    """What finds codes of the same groups, of the same digits or letters; None for what may as well be something else."""
    groups = _GROUP.findall(code)
    joints = set(_JOINTS.findall(code))
    if sum(map(len, groups)) < _LEAST_ALIKE or len(joints) > 1 or not _DIGIT.search(code):
        return None
    letters = next(letters for letters in _ALPHABETS if re.fullmatch(f"[{letters}]+", "".join(groups)))
    joint = re.escape("".join(joints))
    parts = joint.join(f"[{letters}]{{{len(group)}}}" for group in groups)
    return re.compile(parted(rf"(?<![\w/=+%.@#-])(?<![0-9] ){parts}(?![\w/=+%@-]|\.\w| [0-9])"))


def _is_by_eye(line: str) -> bool:
    """Whether it is four groups as a program read them off a picture, of which half at least have digits."""
    return _BY_EYE.fullmatch(line) is not None and len(_GROUP_WITH_DIGIT.findall(line)) > 1


def _behind_marker(text: str, start: int, end: int) -> int:
    marker = _MARKER.match(text, start, end)
    return marker.end() if marker else start


def _bare(text: str, start: int, end: int) -> Span:
    while start < end and (text[start] in _OPENING or text[start].isspace()):
        start += 1
    while end > start and (text[end - 1] in _CLOSING or text[end - 1].isspace()):
        end -= 1
    return start, end


def _is_strict(word: str) -> bool:
    return bool(_STRICT.fullmatch(word)) and has_both(word) and not _is_known(word)


def _is_code(word: str, *, joined: bool) -> bool:
    """Looks like one; right behind "recovery code:" (`joined`) a shorter or merely numeric one will do."""
    digits = sum(map(str.isdigit, word))
    if digits < 2 or _is_known(word):
        return False
    if joined or " " in word:
        return True
    return bool(_LOOSE.fullmatch(word)) and (digits < len(word) or 8 <= digits <= 10)


def _is_known(word: str) -> bool:
    """A reference of ours, or a UUID: identifies, and opens nothing."""
    is_reference = _REFERENCE.fullmatch(word) and _LETTER.search(word)  # few of them have none
    return bool(is_reference or UUID.fullmatch(word))


def has_both(word: str) -> bool:
    """Whether a word in ASCII has digits and letters."""
    return _DIGIT.search(word) is not None and _LETTER.search(word) is not None
