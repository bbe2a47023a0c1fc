"""Tables typed as text: a line of labels above a line of values, and rows of a label and its value between bars."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

from mailflow.core.form import Field
from mailflow.core.reading.agreements import offers_both
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.slots import LABEL, Slot
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import words_of
from mailflow.core.text import Line, Mark

_LONGEST = 400  # characters of a row
_MOST_ROWS = 500
_ROW = re.compile(r"[ \t]*\|[^\n]*\|[^\n]*\|[ \t]*")
_RULE = re.compile(r"[ \t|:+-]*")  # between the labels and the values: "|---|---|"
_CELL = re.compile(r"[^|]+")
_NUMBER = re.compile(r"[ \t]*\d{1,2}[.)]?[ \t]*")
_ENDS = ("?", "？", ":", "：", ".")
_SEPARATORS = ("|", "\t", ";", ",")
_LEAST = 2  # labels
_LISTING = ("/", "|", ";", ",", "&", "+")
_BETWEEN_LABELS = re.compile(r"[/|;,&+][^\n:：]{2,60}+[:：]")
_LISTED = re.compile(r"^(?P<labels>[^\n:：]{5,80})[:：](?P<values>[^\n]{2,200})$", re.MULTILINE)
# A line of short cells and no sentence, as few lines of prose are.
_HEADER = re.compile(r"\n[ \t|]*[^\n|\t;,.!?]{1,60}+(?:[|\t;,][^\n|\t;,.!?]{1,60}+)++[ \t|]*(?=\n|\Z)")


def as_labels(lines: Sequence[Line], own: str, terms: Terms) -> Sequence[Line]:
    """The lines with "| label | value |" as "label: value", each of its length; what stands below a row of labels stays.

    A row without a value states nothing.
    """
    if "|" not in own:
        return lines
    left = list(lines)
    under_labels = False
    rows = (place for place, line in enumerate(lines) if line.mark is Mark.FRESH and "|" in line.text)
    last = -1
    for place in islice(rows, _MOST_ROWS):
        text = lines[place].text
        under_labels = under_labels and place == last + 1
        last = place
        if len(text) > _LONGEST or not _ROW.fullmatch(text):
            continue
        under_labels = under_labels or bool(_fields(text, "|", terms))
        if not under_labels:
            left[place] = left[place]._replace(text=_as_label(text))
    return left


def _as_label(row: str) -> str:
    cells = [cell.span() for cell in _CELL.finditer(row)]
    if len(cells) > 1 and _NUMBER.fullmatch(row, *cells[0]):
        end = _end(row, cells[0])
        row = row if row[end - 1] in ".)" else f"{row[:end]}.{row[end + 1 :]}"
        cells = cells[1:] if len(cells) > 2 else cells
    label, *values = cells
    if not any(row[start:end].strip() for start, end in values):
        return " " * len(row)
    end = _end(row, label)
    if row[:end].strip(" \t|") and not row[:end].endswith(_ENDS):
        row = f"{row[:end]}:{row[end + 1 :]}"
    return row.replace("|", " ")


def _end(row: str, cell: tuple[int, int]) -> int:
    return cell[0] + len(row[slice(*cell)].rstrip())


def under_labels(fresh: Fresh, terms: Terms, asked: Sequence[str]) -> Iterator[Slot]:
    """The values of a line below a line that holds nothing but labels, in their order: "user name;codes", "jdoe;lost".

    A subject such as "PyPI account, lost address" is no such line.
    """
    if not _HEADER.search(f"\n{fresh.text}"):
        return
    items = frozenset(asked)
    lines = ((start, fresh.text[start : fresh.line_end(start)]) for start in fresh.starts)
    told = (
        (start, line)
        for start, line in lines
        if start >= fresh.subject and (line[:1].isalnum() or not _RULE.fullmatch(line))
    )
    for (_, labels), (following, line) in pairwise(told):
        separator = next((sign for sign in _SEPARATORS if sign in labels), None)
        if separator is None or separator not in line or len(labels) > _LONGEST:
            continue
        if separator != "|" and labels.count(separator) != line.count(separator):
            continue  # as of most lines of prose
        fields = _fields(labels, separator, terms)
        values = list(_parts(fresh.text, following, following + len(line), separator)) if fields else []
        if fields and len(fields) == len(values):
            for field, (begin, end) in zip(fields, values, strict=True):
                if begin < end:
                    yield Slot((field,), begin, end, "column", LABEL, begin, asked=field.item in items)


def in_row(fresh: Fresh, terms: Terms, asked: Sequence[str]) -> Iterator[Slot]:
    """The values behind a row of labels that are as many as those: "Recovery codes / Code of Conduct: lost / agreed".

    A "yes / no" behind two of them may be the form's own.
    """
    items = frozenset(asked)
    for line in _LISTED.finditer(fresh.text) if _BETWEEN_LABELS.search(fresh.text) else ():
        separator = next((sign for sign in _LISTING if sign in line["labels"]), "")
        if not separator or line["values"].count(separator) != line["labels"].count(separator):
            continue
        fields = _fields(line["labels"], separator, terms)
        values = list(_parts(fresh.text, *line.span("values"), separator))
        if len(fields) == len(values) and not offers_both(line["values"], terms):
            for field, (begin, end) in zip(fields, values, strict=True):
                if begin < end:
                    yield Slot((field,), begin, end, "row", LABEL, line.start(), asked=field.item in items)


def _fields(line: str, separator: str, terms: Terms) -> list[Field]:
    """The fields of a line that holds nothing but two labels or more, else none."""
    cells = [line[start:end] for start, end in _parts(line, 0, len(line), separator)]
    fields = [field for cell in cells if (field := terms.whole_label(words_of(cell))) is not None]
    return fields if len(fields) == len(cells) >= _LEAST else []


def _parts(text: str, start: int, end: int, separator: str) -> Iterator[tuple[int, int]]:
    """The parts of a line, without the spaces around each; of a row without the bars at its ends."""
    line = text[start:end]
    if separator == "|":
        begins = len(line) - len(line.lstrip())
        begins += line.startswith("|", begins)
        start, line = start + begins, line[begins:].rstrip().removesuffix("|")
    for part in line.split(separator):
        begin = start + len(part) - len(part.lstrip())
        yield begin, begin + len(part.strip())
        start += len(part) + 1
