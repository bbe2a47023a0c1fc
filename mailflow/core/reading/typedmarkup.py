"""HTML that stands in a mail as text: what web forms send so, and what people paste from a page's source.

Its tags are taken out before anything is read: what begins a block begins a line, cells stand between bars, and boxes are typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from mailflow.core.markup import unescape
from mailflow.core.text import Line, Mark

_LONGEST = 4_000  # characters of a line
_MOST_LINES = 500
_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>p|br|div|h[1-6]|li|[uo]l|t[dhr]|table|tbody|thead|hr|pre|form|input|label|b|strong|i|em|u|s|strike|del|span|font|code|small|big|a)"
    r"(?P<attributes>\s[^<>]{0,300})?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,8}|#\d{2,6}|#x[0-9A-Fa-f]{2,5});")
_FENCE = re.compile(r"`{3,}\w*[ \t]*")  # above and below what Markdown shows as it is
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "pre", "form"})
_LINES = frozenset({"br", "div", "hr", "ul", "ol"})
_STRUCK = frozenset({"s", "strike", "del"})
_CELLS = frozenset({"td", "th"})


def as_text(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines without the tags and entities in the person's own; what was one line may be several of its number."""
    marked = (place for place, line in enumerate(lines) if line.mark is Mark.FRESH and _is_marked(line.text))
    places = frozenset(islice(marked, _MOST_LINES))
    if not places:
        return lines
    return [
        part for place, line in enumerate(lines) for part in (_parts(line) if place in places else (line,))
    ]


def _is_marked(text: str) -> bool:
    if len(text) > _LONGEST:
        return False
    if text.startswith("```"):
        return True
    return bool(("<" in text and _TAG.search(text)) or ("&" in text and _ENTITY.search(text)))


def _parts(line: Line) -> Iterator[Line]:
    if _FENCE.fullmatch(line.text):
        yield line._replace(text="")
        return
    text = _ENTITY.sub(lambda entity: unescape(entity[0]), _TAG.sub(_shown, line.text)).replace("\xa0", " ")
    for part in text.strip("\n").split("\n"):
        yield line._replace(text=part)


def _shown(tag: re.Match[str]) -> str:
    """What is seen of a tag."""
    name, closes = tag["name"].lower(), bool(tag["close"])
    if name in _CELLS:
        return "" if closes else "| "
    if name in _STRUCK:
        return "~~"
    if name == "tr":
        return " |\n" if closes else ""
    if name == "li":
        return "" if closes else "\n- "
    if name == "input":
        return _box((tag["attributes"] or "").lower())
    return "\n\n" if name in _PARAGRAPHS else "\n" if name in _LINES else ""


def _box(attributes: str) -> str:
    if "checkbox" not in attributes and "radio" not in attributes:
        return ""
    return "[x] " if "checked" in attributes else "[ ] "
