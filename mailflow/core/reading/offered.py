"""Ways to answer that a form offers side by side, of which people mark one: "yes / ~~no~~", "yes / NO", "[ ] lost [x] there".

What they struck out or passed over is blanked before anything is read, so that the answer is left where it stood. An offer
of which nothing is marked is blanked too; "no / yes" behind no label stays, as it may answer two questions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, islice, pairwise

from mailflow.core.form import Field
from mailflow.core.reading.agreements import way_says
from mailflow.core.reading.fresh import BOX_SIGN, OPEN, TICKED
from mailflow.core.reading.terms import Terms, normal_label
from mailflow.core.reading.words import blank
from mailflow.core.text import Line, Mark

_LONGEST = 400  # characters of a line in which an offer is looked for
_MOST_LINES = 500  # with one of its signs
_MOST_BOXES = 6  # in a line
_SIGN = re.compile(rf"[~/\u0336{BOX_SIGN.pattern[1:]}(?:(?<!~)|~)")
_SIGN_OF_OFFER = re.compile(rf"[/\u0336]|~~|{BOX_SIGN.pattern}[^\n]*{BOX_SIGN.pattern}")
_STRUCK = re.compile(
    r"(?:/[ \t]{0,4}|(?<!\w))(?:~~(?=[^\s~])[^~]{1,300}(?<=[^\s~])~~(?!\w)|(?:\S\u0336)+)(?:[ \t]{0,4}/)?"
)
_BOX = re.compile(f"(?P<ticked>{TICKED.pattern})|(?P<open>{OPEN})")
_BRACKET = re.compile(r"[(（]([^()（）]{3,300})[)）](?=[ \t]{0,4}[:：])")
_WORD = re.compile(r"[*_]{0,3}[^\W_][\w'’]*\*{0,3}")
_WORD_ALONE = re.compile(r"[^\W_](?:[^*_]*[^\W_])?")
_EMPHASISED = re.compile(r"([*_]{1,3})[^*_]+\1")
_MOST_WORDS = 4  # of one way to answer
_ONE_LABEL = re.compile(r"\W*(?:(?P<number>\d{1,2}[.):])|[^\d,;:]{1,80}[:?：？])[ \t]*")
_WINDOW = 60  # characters on each side that hold them
_BESIDE = " \t/|,;·"  # what parts one from the next
_BULLETS = " \t-*•·+>|"
_ITEM = re.compile(
    rf"(?:[^\n:?：？]{{1,80}}[:?：？])?[ \t{re.escape(_BULLETS)}]*(?P<box>{TICKED.pattern}|{OPEN})[ \t]*(?P<text>[^\n]+)"
)
_LONGEST_LABEL = 120  # characters before a box
_CAPITALS = frozenset({"ok"})  # what is written so anyway
_Span = tuple[int, int]


def chosen(lines: Sequence[Line], own: str, terms: Terms) -> Sequence[Line]:
    """The lines with blanks of the same length for what of an offer was not chosen."""
    if _SIGN.search(own) is None:
        return lines
    left = list(lines)
    places = (
        place
        for place, line in enumerate(lines)
        if line.mark is Mark.FRESH and len(line.text) <= _LONGEST and _SIGN_OF_OFFER.search(line.text)
    )
    for place in islice(places, _MOST_LINES):
        left[place] = left[place]._replace(text=_left(left[place].text, terms))
    for place, box in _left_open(left):
        left[place] = left[place]._replace(text=left[place].text[:box])
    return left


def _left_open(lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """The lines, and where in them an open box begins, of some of which another is ticked: what stands there was not chosen."""
    for _, some in groupby(enumerate(map(_item, lines)), lambda one: one[1] is not None):
        items = [(place, item, TICKED.match(item["box"]) is not None) for place, item in some if item]
        if len({ticked for _, _, ticked in items}) > 1:
            for place, item, ticked in items:
                if not ticked:
                    yield place, item.start("box")


def _item(line: Line) -> re.Match[str] | None:
    """The box at the beginning of a line of theirs, with the words behind it."""
    if line.mark is not Mark.FRESH or not BOX_SIGN.search(line.text[:_LONGEST_LABEL]):
        return None
    return _ITEM.match(line.text[:_LONGEST])


def _left(text: str, terms: Terms) -> str:
    if "~~" in text or "\u0336" in text:
        text = _STRUCK.sub(blank, text)
    if "/" in text:
        text = _BRACKET.sub(
            lambda bracket: blank(bracket) if _names_choices(bracket[1], terms) else bracket[0], text
        )
        text = _without(text, _passed_over(text, terms))
    boxes = list(_BOX.finditer(text))
    if not 1 < len(boxes) <= _MOST_BOXES:
        return text
    return _without(text, _around_boxes(text, boxes, terms) or _open_ways(text, boxes))


def _open_ways(text: str, boxes: Sequence[re.Match[str]]) -> list[_Span]:
    """The open boxes of a line with their words, which stand behind them, or before where nothing follows the last one."""
    places = [0, *(place for box in boxes for place in box.span()), len(text)]
    label = _ONE_LABEL.match(text)
    places[0] = label.end() if label and label.end() <= places[1] else 0
    before, behind = text[places[0] : places[1]].strip(_BULLETS), text[places[-2] :].strip()
    if before and behind:
        return []  # a sentence that speaks of boxes
    starts, ends = (places[:-2:2], places[2:-1:2]) if before else (places[1:-1:2], places[3::2])
    ways = zip(boxes, starts, ends, strict=True)
    return [(start, end) for box, start, end in ways if box.lastgroup == "open"]


def _names_choices(text: str, terms: Terms) -> bool:
    """Whether all parts of a text are choices of the form, as its template lists them: "Reason (lost_2fa / other):"."""
    named = {normal_label(name) for field in terms.form.fields for name in _names(field)}
    parts = [normal_label(part) for part in text.split("/")]
    return named.issuperset(part for part in parts if part.strip(" …"))


def _names(field: Field) -> Iterator[str]:
    for choice in field.choices:
        yield from (choice, choice.replace("_", " "))
    for _, label in field.choice_labels:
        yield label


def _without(text: str, spans: Sequence[_Span]) -> str:
    for start, end in spans:
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


def _passed_over(text: str, terms: Terms) -> list[_Span]:
    """The one of "yes / no" that is not marked, where the other is, or both behind the label or number of one question."""
    if text.count("/") != 1:
        return []
    place = text.index("/")
    one = _said_before(text, place, terms)
    other = _said_behind(text, place + 1, terms)
    if one is None or other is None or _says(text, one, terms) is _says(text, other, terms):
        return []
    if not any(map(str.isalnum, text[: one[0]] + text[other[1] :])):
        return []
    marked = [_is_emphasised(text[slice(*way)]) for way in (one, other)]
    if not any(marked):
        marked = [_is_in_capitals(text[slice(*way)]) for way in (one, other)]
    if any(marked) and not all(marked):
        taken = one if marked[0] else other
        word = _WORD_ALONE.search(text, *taken)
        return [(one[0], word.start()), (word.end(), other[1])] if word else []
    label = _ONE_LABEL.fullmatch(text, 0, one[0])
    return [(one[0] if label["number"] else 0, other[1])] if label else []


def _is_emphasised(way: str) -> bool:
    return _EMPHASISED.fullmatch(way) is not None


def _is_in_capitals(way: str) -> bool:
    return way.isupper() and len(way) > 1 and way.lower() not in _CAPITALS


def _around_boxes(text: str, boxes: Sequence[re.Match[str]], terms: Terms) -> list[_Span]:
    """The two boxes of "yes [ ] no [x]" or "[x] yes [ ] no", and the words of those that are not the one ticked."""
    spans: list[_Span] = []
    for box, following in pairwise(boxes):
        if spans and box.start() < spans[-1][1]:
            continue
        behind = (_said_before(text, box.start(), terms), _said_before(text, following.start(), terms))
        before = (_said_behind(text, box.end(), terms), _said_behind(text, following.end(), terms))
        one, other = behind if behind[0] else before
        between = behind[1] if behind[0] else before[0]
        if not (one and other and _is_all(text, box.end(), following.start(), between)):
            continue
        if _says(text, one, terms) is _says(text, other, terms):
            continue
        ticked = [mark.lastgroup == "ticked" for mark in (box, following)]
        start, end = min(box.start(), one[0]), max(following.end(), other[1])
        if ticked[0] is ticked[1]:
            # Nothing was chosen: the offer goes with the label before it, or with the line if it begins that.
            spans.append((0, end if text[:start].strip() else len(text)))
        else:
            chosen_one = one if ticked[0] else other
            spans += [(start, chosen_one[0]), (chosen_one[1], end), *_third_ways(text, boxes, end)]
    return spans


def _third_ways(text: str, boxes: Sequence[re.Match[str]], place: int) -> Iterator[_Span]:
    """The open boxes behind a place with their words, where another was ticked: "[x] yes [ ] no [ ] undecided"."""
    for box, following in zip(boxes, (*boxes[1:], None), strict=False):
        if box.start() >= place and box.lastgroup == "open":
            yield box.start(), following.start() if following else len(text)


def _is_all(text: str, start: int, end: int, way: _Span | None) -> bool:
    """Whether a way to answer is all that stands between two boxes."""
    return way is not None and not (text[start : way[0]] + text[way[1] : end]).strip(_BESIDE)


def _says(text: str, way: _Span, terms: Terms) -> bool | None:
    return way_says(text[slice(*way)], terms)


def _said_before(text: str, place: int, terms: Terms) -> _Span | None:
    """The longest yes or no that ends right before a place."""
    words = [word.span() for word in _WORD.finditer(text, max(0, place - _WINDOW), place)][-_MOST_WORDS:]
    ways = [(start, words[-1][1]) for start, _ in words]
    return _longest(text, ways, terms) if words and not text[words[-1][1] : place].strip(_BESIDE) else None


def _said_behind(text: str, place: int, terms: Terms) -> _Span | None:
    """The longest yes or no that begins right behind a place."""
    words = [word.span() for word in _WORD.finditer(text, place, place + _WINDOW)][:_MOST_WORDS]
    ways = [(words[0][0], end) for _, end in reversed(words)]
    return _longest(text, ways, terms) if words and not text[place : words[0][0]].strip(_BESIDE) else None


def _longest(text: str, ways: Sequence[_Span], terms: Terms) -> _Span | None:
    return next((way for way in ways if _says(text, way, terms) is not None), None)
