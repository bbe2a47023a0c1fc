"""HTML as the lines of text its reader saw: hidden text dropped, quotes marked, table rows as labels and values.

Any input takes linear time, as the patterns of `core/markup.py` do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from mailflow.core.markup import MARKUP, RAW, read_attributes, unescape
from mailflow.core.page import Page

MARKUP_LIMIT = 10_000  # tags and comments

_TARGET = re.compile(r"""\bhref\s*+=\s*+["']?((?:https?|mailto):[^\s"'<>]++)""", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f]+")

_EMPTY = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
})  # fmt: skip
_WITHOUT_EFFECT = _EMPTY | {"a"}
_UNSEEN = frozenset({
    "audio", "datalist", "head", "iframe", "script", "style", "svg", "template", "title", "video",
    "del", "s", "strike",  # who strikes a word out takes it back
})  # fmt: skip
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div",
    "dl", "dt", "fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "td",
    "textarea", "th", "tr", "ul",
})  # fmt: skip
# A blank line stands before and behind.
_SPACED = frozenset({"dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"})
_MAY_HIDE = ("hid", "none", ":0", ": 0", "line-through")
_HIDING = re.compile(
    r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden|mso-hide\s{0,9}:\s{0,9}all"
    r"|text-decoration(?:-line)?\s{0,9}:[^;]{0,40}line-through|opacity\s{0,9}:\s{0,9}0(?:\.0{1,9})?\s{0,9}(?:[;!]|$)"
    r"|(?:font-size|max-height)\s{0,9}:\s{0,9}0(?:\.0{1,9})?(?:px|pt|em|rem|%)?\s{0,9}(?:[;!]|$)"
)
_INTRODUCTION = ("gmail_attr", "moz-cite-prefix")  # of "On … wrote:", in any language
_QUOTED = ("yahoo_quoted", "protonmail_quote", "zmail_extra", 'name="quote"')
# Outlook's; what they open goes to the end.
_QUOTED_ON = (
    "divrplyfwdmsg",
    "border-top:solid #e1e1e1",
    "border-top:solid #b5c4df",
)
# A blockquote that is no quote: editors indent by it.
_INDENTED = (
    "border:none",
    "border: none",
    "border: medium none",
)
_CITED = ("border-left", "cite", "quote")
_PREFORMATTED = ("white-space:pre", "white-space: pre")
_TIGHT = ("msonormal", "margin:0", "margin: 0", "margin-top:0", "margin-bottom:0")
_COLOUR = re.compile(
    r"(?<![\w-])color\s{0,9}[:=]\s{0,9}[\"']?\s{0,9}"
    r"(?:#(?P<hex>[0-9a-f]{6}|[0-9a-f]{3})(?![0-9a-f])|rgb\((?P<rgb>\d{1,3},\s?\d{1,3},\s?\d{1,3})\)|(?P<named>[a-z]{3,30}))"
)
_WHITE = ("color:white", "color: white", "color:#fff", "color: #fff", 'color="#fff', 'color="white')
_BACKGROUND = re.compile(
    r"(?:background(?:-color)?|bgcolor)\s{0,9}[:=]\s{0,9}[\"']?\s{0,9}([^\s;\"'>]{1,30})"
)
_WHITES = frozenset({"#fff", "#ffffff", "white", "none", "transparent", "inherit", "initial"})
_COLOURED_TEXT = re.compile(r"<(?:font|span|p|div)\b[^<>]{0,300}?(?<![\w-])color[^<>]{0,300}")
_MOST_COLOURED = 200  # tags that are looked at
_QUOTE_BEGINS = re.compile("<blockquote|" + "|".join(map(re.escape, _QUOTED_ON)))
_COLOURLESS = frozenset({
    "auto", "black", "currentcolor", "darkgray", "darkgrey", "dimgray", "dimgrey", "gray", "graytext", "grey", "inherit",
    "initial", "lightgray", "lightgrey", "silver", "transparent", "unset", "white", "windowtext",
})  # fmt: skip
_COLOURED = 64  # of 255, between the strongest and the weakest of red, green and blue
_INLINE = re.compile(r"display\s{0,9}:\s{0,9}inline\s{0,9}(?:[;\"']|$)")
_CHECKED = re.compile(r"aria-checked\s{0,9}=\s{0,9}[\"']?true")
_OPTION = re.compile(r"<option\b(?P<attributes>[^>]{0,500})>(?P<text>[^<]{0,500})", re.IGNORECASE)
_SELECTED = re.compile(r"\bselected\b", re.IGNORECASE)
_MOST_OPTIONS = 1_000
_URL_LIMIT = 1000
_ALT_LIMIT = 4  # a smiley or a tick; more describes a picture
_PICTURED = {"checked": "[x] ", "unchecked": "[ ] "}
_RULE = "_" * 32
_NO_NUMBER = -1


def html_to_text(source: str) -> str:
    """Lines of text, the last one ended too; quoted ones begin with "> ". Past MARKUP_LIMIT tags it reads no more."""
    reader = _Reader(source)
    at = count = 0
    while markup := MARKUP.search(source, at):
        if markup.start() > at:
            reader.text(source[at : markup.start()])
        at = reader.markup(markup)
        count += 1
        if count == MARKUP_LIMIT:
            return reader.page.finish()
    reader.text(source[at:])
    return reader.page.finish()


def has_coloured_answers(source: str) -> bool:
    """Whether something in a quote may have a colour of its own, by which programs mark what was typed there."""
    low = source.lower()
    quote = _QUOTE_BEGINS.search(low) if "<blockquote" in low or _any(_QUOTED_ON, low) else None
    coloured = islice(_COLOURED_TEXT.finditer(low, quote.start()), _MOST_COLOURED) if quote else ()
    return any(_is_coloured(tag[0]) for tag in coloured)


def _hides(attributes: dict[str, str]) -> bool:
    return "hidden" in attributes or bool(_HIDING.search(attributes.get("style", "")))


def _is_white(low: str) -> bool:
    colour = _COLOUR.search(low)
    return colour is not None and (colour["named"] == "white" or colour["hex"] in ("fff", "ffffff"))


def _any(words: tuple[str, ...], text: str) -> bool:
    for word in words:  # noqa: SIM110 -- a generator takes longer than all these comparisons
        if word in text:
            return True
    return False


def _is_coloured(attributes: str) -> bool:
    """Whether text has a colour by which people mark their answers: none of black, white and grey."""
    colour = _COLOUR.search(attributes)
    if colour is None:
        return False
    if named := colour["named"]:
        return named not in _COLOURLESS
    digits = colour["hex"] or ""
    values = [int(value) for value in re.findall(r"\d+", colour["rgb"] or "")] or [
        int(digits[place : place + len(digits) // 3].ljust(2, digits[place]), 16)
        for place in range(0, len(digits), len(digits) // 3)
    ]
    return max(values) - min(values) >= _COLOURED


@dataclass(slots=True)
class _Effects:
    """What an element does to what is in it, until its end tag."""

    undo: tuple[Callable[[], None], ...]
    nested: int = 1  # elements of the same name that are open


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.page = Page()
        self.hidden = ""  # the name of the element that hides all until its end tag
        self.nested = 0  # elements of that name that are open
        self.effects: dict[str, list[_Effects]] = {}
        self.blockquotes: list[bool] = []  # whether each that is open is a quote
        self.preformatted = 0
        self.tight = False  # whether the paragraph has no blank line around it
        self.lists: list[int] = []  # the last number, or none
        self.link: tuple[str, int] | None = None  # the target, and where on the line its text begins

    @cached_property
    def low(self) -> str:
        return self.source.lower()

    @cached_property
    def last_blockquote(self) -> int:
        return self.low.rfind("<blockquote")

    @cached_property
    def on_white(self) -> bool:
        """Whether nothing has a background but white, so that nobody sees white text."""
        return all(match[1] in _WHITES for match in _BACKGROUND.finditer(self.low))

    @cached_property
    def last_select(self) -> int:
        """Where the last list to choose from ends."""
        return self.low.rfind("</select")

    def text(self, source: str) -> None:
        if self.hidden or not source:
            return
        if self.preformatted:
            self.page.write_as_is(unescape(source).replace("\r", ""))
        else:
            self.page.write(unescape(_SPACE.sub(" ", source)))

    def markup(self, match: re.Match[str]) -> int:
        """Take in a tag, a comment or a declaration; where to read on."""
        closing, name, attributes = match.group("close", "name", "attributes")
        name = (name or "").lower()
        if name not in _TOLD and ("@" in name or name[-1:] == ":"):
            self.text(match[0])  # <jane@example.org> is meant as text, and so is <https:…>
        elif not self.hidden or self._shows(name, closing=bool(closing)):
            if closing:
                self._close(name)
            elif name in _TOLD or attributes or name in self.effects:
                self._open(name, attributes, match.end())
        if name in RAW and not closing:
            end = RAW[name].search(self.source, match.end())
            return end.start() if end else len(self.source)
        if name == "select" and not (closing or self.hidden):
            return self._select(match.end())
        return match.end()

    def _select(self, start: int) -> int:
        """Write what is chosen of a list, which is the first where nothing is; where to read on."""
        end = self.low.find("</select", start) if start < self.last_select else -1
        if end < 0:
            return start
        options = list(islice(_OPTION.finditer(self.source, start, end), _MOST_OPTIONS))
        chosen = [option for option in options if _SELECTED.search(option["attributes"])] or options[:1]
        self.page.write(" / ".join(unescape(_SPACE.sub(" ", option["text"])).strip() for option in chosen))
        return end

    def _shows(self, name: str, *, closing: bool) -> bool:
        """Whether a tag ends what is hidden without being its end tag, which some elements may leave out."""
        if self.hidden == name and (closing or name != "p"):
            self.nested += -1 if closing else 1
            self.hidden = self.hidden if self.nested else ""
        elif self.hidden in ("head", "p") and name in _BLOCKS:
            self.hidden = ""
            return True
        return False

    def _open(self, name: str, attributes: str, end: int) -> None:
        low = attributes.lower()
        if name in _UNSEEN or (
            low
            and (
                (_any(_MAY_HIDE, low) and _hides(read_attributes(low)))
                or (_any(_WHITE, low) and self.on_white and _is_white(low))
            )
        ):
            if name not in _EMPTY and not (name == "svg" and low.endswith("/")):
                self.hidden, self.nested = name, 1
            return
        if name in _BLOCKS and not ("inline" in low and _INLINE.search(low)):
            self.tight = bool(low) and _any(_TIGHT, low)
            self._end_block(spaced=name in _SPACED and not self.tight)
        if name in _OPENED:
            _OPENED[name](self, attributes)
        if "aria-checked" in low and name not in _EMPTY:
            self.page.write("[x] " if _CHECKED.search(low) else "[ ] ")
        undo = tuple(self._effects(name, low, end)) if low and name not in _WITHOUT_EFFECT else ()
        if undo:
            self.effects.setdefault(name, []).append(_Effects(undo))
        elif open_effects := self.effects.get(name):
            open_effects[-1].nested += 1

    def _end_block(self, *, spaced: bool) -> None:
        self.page.end_line()
        self.page.gap = self.page.gap or spaced
        self.link = None

    def _effects(self, name: str, low: str, end: int) -> Iterator[Callable[[], None]]:
        """Let attributes take effect; what ends it."""
        page = self.page
        if _any(_QUOTED_ON, low):
            page.end_line()
            page.quotes += 1
        elif _any(_INTRODUCTION, low):
            place = page.place()
            yield lambda: page.quote_since(place)
        elif _any(_QUOTED, low) and name != "blockquote" and self.last_blockquote < end:
            page.quotes += 1
            yield self._unquote
        elif page.quotes and not (page.stands_out or self.link) and "color" in low and _is_coloured(low):
            page.end_line()
            page.stands_out = True
            yield self._end_colour
        if _any(_PREFORMATTED, low):
            self.preformatted += 1
            yield self.end_preformatted

    def _end_colour(self) -> None:
        self.page.end_line()
        self.page.stands_out = False

    def _unquote(self) -> None:
        self.page.quotes -= 1

    def _close(self, name: str) -> None:
        if name in _BLOCKS:
            self._end_block(spaced=name in _SPACED and not (name == "p" and self.tight))
        if name in _CLOSED:
            _CLOSED[name](self)
        if open_effects := self.effects.get(name):
            open_effects[-1].nested -= 1
            if not open_effects[-1].nested:
                for undo in open_effects.pop().undo:
                    undo()

    # Elements

    def rule(self) -> None:
        self.page.end_line()
        self.page.write(_RULE)
        self.page.end_line()

    def image(self, attributes: str) -> None:
        found = read_attributes(attributes)
        alternative = found.get("alt", "")
        if alternative.lower() in _PICTURED and found.get("aria-roledescription", "checkbox") == "checkbox":
            self.page.write(_PICTURED[alternative.lower()])  # as Google Docs has them
        elif len(alternative) <= _ALT_LIMIT:
            self.page.write(alternative)

    def input(self, attributes: str) -> None:
        found = read_attributes(attributes)
        match found.get("type", "text").lower():
            case "checkbox":
                self.page.write("[x] " if "checked" in found else "[ ] ")
            case "radio":
                self.page.write("(x) " if "checked" in found else "( ) ")
            case "text" | "email" | "tel" | "url" | "number" | "date":
                self.page.write(_SPACE.sub(" ", found.get("value", "")))

    def begin_link(self, attributes: str) -> None:
        target = _TARGET.search(attributes)
        self.link = (unescape(target[1]), self.page.written()) if target else None

    def end_link(self) -> None:
        if self.link:
            target, place = self.link
            self.page.write(_shown_target(self.page.since(place), target))
            self.link = None

    def begin_quote(self, attributes: str) -> None:
        low = attributes.lower()
        cited = _any(_CITED, low) or not _any(_INDENTED, low)
        self.blockquotes.append(cited)
        self.page.quotes += cited

    def end_quote(self) -> None:
        if self.blockquotes:
            self.page.quotes -= self.blockquotes.pop()

    def begin_preformatted(self) -> None:
        self.preformatted += 1

    def end_preformatted(self) -> None:
        self.preformatted = max(0, self.preformatted - 1)

    def begin_numbered(self, attributes: str) -> None:
        start = read_attributes(attributes).get("start", "1")
        self.lists.append(int(start) - 1 if start.isdecimal() and len(start) < 5 else 0)

    def end_list(self) -> None:
        del self.lists[-1:]

    def begin_item(self) -> None:
        self.page.bullet = "- "
        if self.lists and self.lists[-1] != _NO_NUMBER:
            self.lists[-1] += 1
            self.page.bullet = f"{self.lists[-1]}. "

    def end_item(self) -> None:
        self.page.bullet = ""


def _shown_target(text: str, target: str) -> str:
    """A link's target as it stands behind its text, unless the text says it already."""
    if not text.strip() or len(target) > _URL_LIMIT:
        return ""
    kind, _, rest = target.partition(":")
    if kind.lower() == "mailto":
        if "@" in text:
            return ""  # what people see is what they wrote, wherever it leads
        target = rest = rest.partition("?")[0]
    said = rest.lower().strip("/").removeprefix("www.")
    return "" if said in text.lower() else f" <{target}>"


_OPENED: dict[str, Callable[[_Reader, str], None]] = {
    "a": _Reader.begin_link,
    "blockquote": _Reader.begin_quote,
    "br": lambda reader, _: reader.page.end_line(even_empty=True),
    "hr": lambda reader, _: reader.rule(),
    "img": _Reader.image,
    "input": _Reader.input,
    "li": lambda reader, _: reader.begin_item(),
    "ol": _Reader.begin_numbered,
    "pre": lambda reader, _: reader.begin_preformatted(),
    "table": lambda reader, _: reader.page.begin_table(),
    "td": lambda reader, _: reader.page.begin_cell(),
    "textarea": lambda reader, _: reader.begin_preformatted(),
    "th": lambda reader, _: reader.page.begin_cell(),
    "tr": lambda reader, _: reader.page.end_row(),
    "ul": lambda reader, _: reader.lists.append(_NO_NUMBER),
}
_CLOSED: dict[str, Callable[[_Reader], None]] = {
    "a": _Reader.end_link,
    "blockquote": _Reader.end_quote,
    "li": _Reader.end_item,
    "ol": _Reader.end_list,
    "pre": _Reader.end_preformatted,
    "table": lambda reader: reader.page.end_table(),
    "td": lambda reader: reader.page.end_cell(),
    "textarea": _Reader.end_preformatted,
    "th": lambda reader: reader.page.end_cell(),
    "tr": lambda reader: reader.page.end_row(),
    "ul": _Reader.end_list,
}
_TOLD = frozenset({*_BLOCKS, *_UNSEEN, *_OPENED})  # other tags say nothing without attributes
