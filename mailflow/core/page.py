"""A page of text in the making: lines with quote marks, and table rows as labels and values."""

from __future__ import annotations

from dataclasses import dataclass, field

_MARKS_LIMIT = 20
_TABLE_LIMIT = 30
_LABEL_LIMIT = 60
_BOXES = ("[x]", "[ ]")
_STANDS_OUT = -1


_TextLine = tuple[int, str]  # quote marks before it, text; what stands out of a quote has -1


@dataclass(slots=True)
class _Table:
    outside: list[_TextLine]  # where its rows go
    cells: list[list[_TextLine]] = field(default_factory=list)  # of the row that is open


class Page:
    """Text is written to it piece by piece; `finish` gives it as a whole."""

    def __init__(self) -> None:
        self.quotes = 0  # quote marks before each line from now on
        self.bullet = ""  # what stands before the next text
        self.gap = False  # whether a blank line stands before the next text
        self.stands_out = False  # whether text has a colour of its own in the quote that it stands in
        self._lines: list[_TextLine] = []  # of the page, or of the cell that is open
        self._line: list[str] = []
        self._tables: list[_Table] = []
        self._ignored = 0  # tables that are nested too deep

    def write(self, text: str) -> None:
        """Text whose white space is single. A non-breaking space makes a line that is seen though it is blank."""
        if text[:1] == " " and (not self._line or self._line[-1].endswith(" ")):
            text = text[1:]
        if text:
            self._line.append(text)

    def write_as_is(self, text: str) -> None:
        """Text with its spaces and line ends."""
        first, *others = text.split("\n")
        self._line.append(first)
        for other in others:
            self.end_line(even_empty=True)
            self._line.append(other)

    def written(self) -> int:
        """A place on the line, for `since`."""
        return len(self._line)

    def since(self, place: int) -> str:
        return "".join(self._line[place:])

    def end_line(self, *, even_empty: bool = False) -> None:
        if not (self._line or even_empty):
            return
        text = "".join(self._line)
        self._line.clear()
        if not (even_empty or text.strip(" ")):
            return
        text = text.replace("\xa0", " ")
        text = text if text == "-- " else text.rstrip()  # RFC 3676, 4.3: a signature follows
        if text:
            text, self.bullet = self.bullet + text, ""
            if self.gap:
                self._put("")
            self.gap = False
        self._put(text)

    def _put(self, text: str) -> None:
        """No blank line at the top, and no two together."""
        if text or (self._lines and self._lines[-1][1]):
            self._lines.append((_STANDS_OUT if self.stands_out and self.quotes == 1 else self.quotes, text))

    def place(self) -> tuple[object, int]:
        """A place between two lines, for `quote_since`."""
        return self._lines, len(self._lines)

    def quote_since(self, place: tuple[object, int]) -> None:
        """Quote the lines written since then, if they introduce a quote: "On … wrote:", but no forwarded header."""
        lines, start = place
        if lines is not self._lines:
            return
        introduction = [text for _, text in self._lines[start:] if text]
        if introduction and introduction[-1][-1] in ":：" and not introduction[0].startswith("--"):
            self._lines[start:] = [(quotes + 1, text) for quotes, text in self._lines[start:]]

    def begin_table(self) -> None:
        self.end_line()
        if len(self._tables) < _TABLE_LIMIT:
            self._tables.append(_Table(self._lines))
        else:
            self._ignored += 1

    def begin_cell(self) -> None:
        self.end_line()
        if self._tables:
            self._lines = []
            self._tables[-1].cells.append(self._lines)

    def end_cell(self) -> None:
        self.end_line()
        if self._tables:
            self._lines = self._tables[-1].outside

    def end_row(self) -> None:
        self.end_cell()
        if self._tables and self._tables[-1].cells:
            self._lines += _row(self._tables[-1].cells)
            self._tables[-1].cells = []

    def end_table(self) -> None:
        self.end_line()
        if self._ignored:
            self._ignored -= 1
        elif self._tables:
            self.end_row()
            self._tables.pop()

    def finish(self) -> str:
        self.end_line()
        self._ignored = 0
        while self._tables:
            self.end_table()
        standing_out = 0 if self._answers_stand_out() else 1
        marked = (
            _marked(standing_out if quotes == _STANDS_OUT else quotes, text) for quotes, text in self._lines
        )
        text = "\n".join(marked).strip("\n")
        return f"{text}\n" if text else ""

    def _answers_stand_out(self) -> bool:
        """Whether what stands out of a quote is less than the rest, and so was typed into it: most of it is how it looks."""
        told = {_STANDS_OUT: 0, 1: 0}
        for quotes, text in self._lines:
            if quotes in told:
                told[quotes] += len(text)
        return 0 < told[_STANDS_OUT] < told[1]


def _marked(quotes: int, text: str) -> str:
    return ("> " * min(quotes, _MARKS_LIMIT) + text).rstrip() if quotes else text


def _row(cells: list[list[_TextLine]]) -> list[_TextLine]:
    """A table's row: label and value on one line, short cells with bars between them, others one below the other."""
    for cell in cells:
        del cell[len(cell) - (bool(cell) and not cell[-1][1]) :]
    full = [cell for cell in cells if cell]
    if len({quotes for cell in full for quotes, _ in cell}) == 1:
        quotes = full[0][0][0]
        if len(cells) == 2 and len(cells[0]) == 1 and len(cells[0][0][1]) <= _LABEL_LIMIT:
            value = cells[1][0][1] if cells[1] else ""
            return [(quotes, _labelled(cells[0][0][1], value)), *cells[1][1:]]
        if all(len(cell) == 1 for cell in full):
            return [(quotes, " | ".join(cell[0][1] for cell in full))]
    return [line for cell in full for line in cell]


def _labelled(label: str, value: str) -> str:
    colon = "" if label in _BOXES or label[-1] in ":：?？.!。" else ":"
    return f"{label}{colon} {value}".rstrip()
