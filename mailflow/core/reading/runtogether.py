"""A form whose lines a mail program ran together, and maybe broke elsewhere: its labels begin lines again.

"PyPI Username: jdoe Reason for request: lost my phone Recovery Codes: [x] I never generated …". Only beside the form's own
statements, behind their boxes: what they stand in is no sentence of the person's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

from mailflow.core.form import Field, Kind
from mailflow.core.reading.fresh import BOX_SIGN, OPEN, TICKED
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import WORD, lower, words_of
from mailflow.core.text import Line, paragraphs

_BOX = re.compile(f"(?={BOX_SIGN.pattern})(?:{TICKED.pattern}|{OPEN})")
_LETTER = re.compile(r"[^\W\d_]")
_HEADING = " \t\n#*-–—>"  # before a label
_BEHIND = " \t\n:：*-–—"  # behind it
_LONGEST = 20_000  # characters of a paragraph
_MOST_BOXES = 30
_LABEL_WORDS = 5
_REACH = 80  # characters that these take at most
_ASKED_FIRST = frozenset({Kind.NAME, Kind.ADDRESS, Kind.REASON})


def parted(lines: Sequence[Line], own: str, terms: Terms) -> Sequence[Line]:
    """The lines, of which one that runs on behind a label or a statement of the form is several, each with its place in it."""
    if BOX_SIGN.search(own) is None:
        return lines
    left: list[Line] = []
    for told, paragraph in paragraphs(lines):
        if told:
            _close_boxes(paragraph)
        left += _parts(paragraph, terms) if told and any(map(_has_box_inside, paragraph)) else paragraph
    return left


def _close_boxes(paragraph: list[Line]) -> None:
    """Where a line was broken within an open box, give that to the next one."""
    for place, (line, following) in enumerate(pairwise(paragraph)):
        if line.text.endswith("[") and following.text.startswith("]"):
            paragraph[place] = line._replace(text=line.text[:-1])
            paragraph[place + 1] = following._replace(text=f"[ {following.text}", begin=-2)


def _has_box_inside(line: Line) -> bool:
    """Whether a box stands behind words; in a longer line nothing is looked for."""
    if len(line.text) > _LONGEST or BOX_SIGN.search(line.text) is None:
        return False
    letter = _LETTER.search(line.text)
    return letter is not None and _BOX.search(line.text, letter.end()) is not None


def _parts(paragraph: Sequence[Line], terms: Terms) -> Iterator[Line]:
    """Each part from one cut to the next is a line, whatever breaks are in it, and an empty one stands before each label."""
    text = "\n".join([line.text for line in paragraph])
    labels, cuts = _cuts(text, terms) if len(text) <= _LONGEST else (set(), set())
    if not labels:
        yield from paragraph
        return
    for start, stop in pairwise([0, *sorted(cuts - {0, len(text)}), len(text)]):
        before = text.rfind("\n", 0, start) + 1
        line = paragraph[text.count("\n", 0, start)]
        part = text[start:stop]
        if start in labels:
            yield line._replace(text="")
        yield line._replace(text=part.rstrip(), begin=line.begin + start - before)


def _cuts(text: str, terms: Terms) -> tuple[set[int], set[int]]:
    """Where the labels begin, and where a line does: at each label, at the box behind it, and behind the last statement."""
    low = lower(text)
    flat = " ".join(low.split())
    stated = {
        start: (field, end) for field, wording in terms.statements for start, end in wording.spans(low, flat)
    }
    labels: set[int] = set()
    cuts: set[int] = set()
    for box in islice(_BOX.finditer(text), _MOST_BOXES):
        words = text[box.end() :]
        field, end = stated.get(box.end() + len(words) - len(words.lstrip()), (None, 0))
        if field is not None:
            labels.add(_label_before(text, box.start(), field, terms))
            cuts |= {box.start(), end}
    if labels:
        first, behind = _first_labels(text[: min(labels)], terms)
        labels |= first
        cuts |= behind
    return labels, labels | cuts


def _label_before(text: str, place: int, field: Field, terms: Terms) -> int:
    """Where the label of a field begins that stands right before a box; the box's place if none does."""
    told = text[:place].rstrip(_BEHIND)
    for word in list(WORD.finditer(told, max(0, len(told) - _REACH)))[-_LABEL_WORDS:]:
        label = _label_at(told, word.start(), terms)
        if label is not None and label[0].item == field.item and label[1] == len(told):
            return len(told[: word.start()].rstrip(_HEADING))
    return place


def _first_labels(text: str, terms: Terms) -> tuple[set[int], set[int]]:
    """Where the labels of what a form asks first begin, written as headings are, and what stands behind each."""
    left = {field.item for field in terms.form.fields if field.kind in _ASKED_FIRST}
    labels: set[int] = set()
    cuts: set[int] = set()
    for word in WORD.finditer(text):
        label = _label_at(text, word.start(), terms) if word[0][0].isupper() else None
        if label is None or label[0].item not in left or label[0].kind not in _ASKED_FIRST:
            continue
        left.discard(label[0].item)
        labels.add(len(text[: word.start()].rstrip(_HEADING)))
        if not text[label[1] :].lstrip(" *").startswith((":", "：")):
            cuts.add(label[1])
    return labels, cuts


def _label_at(text: str, place: int, terms: Terms) -> tuple[Field, int] | None:
    """The field whose label begins at a place, and where the label ends."""
    words = list(islice(WORD.finditer(text, place, place + _REACH), _LABEL_WORDS))
    for last in range(len(words), 0, -1):
        said = words_of(lower(text[place : words[last - 1].end()]))
        label = terms.label_before(said)
        if label is not None and label[1] == sum(not terms.is_service(one) for one in said):
            return label[0], words[last - 1].end()
    return None
