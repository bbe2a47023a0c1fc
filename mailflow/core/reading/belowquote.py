"""What stands right below quoted lines, and so answers them."""

from __future__ import annotations

from collections.abc import Iterator

from mailflow.core.reading.fresh import Fresh
from mailflow.core.text import Mark

_APART = 2  # empty lines between a question and its answer


def answers(fresh: Fresh) -> Iterator[tuple[list[str], int, int]]:
    """Quoted lines that stand together, and where the paragraph below them begins and ends."""
    lines = fresh.lines
    if not any(line.mark is Mark.QUOTED for line in lines):
        return
    for index, line in enumerate(lines):
        if line.mark is not Mark.FRESH or not line.text.strip():
            continue
        above = index - 1
        while above >= 0 and above >= index - _APART and not lines[above].text.strip():
            above -= 1
        if above < 0 or lines[above].mark is not Mark.QUOTED or not lines[above].text.strip():
            continue
        first = above
        while first > 0 and lines[first - 1].mark is Mark.QUOTED and lines[first - 1].text.strip():
            first -= 1
        start = fresh.starts[index]
        yield [quoted.text for quoted in lines[first : above + 1]], start, fresh.paragraph_end(start)
