"""What the parts of a mail hold: the text a person wrote, what is attached, and what a delivery report says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice, pairwise

from mailflow.core.attached import ATTACHED_LIMIT, may_be_text, text_of
from mailflow.core.decoding import decode
from mailflow.core.htmltext import MARKUP_LIMIT, has_coloured_answers, html_to_text
from mailflow.core.mime import HEADER_LIMIT, Part, first_field, message_ids, read_fields, split_parts
from mailflow.core.plaintext import clean_text, unflow
from mailflow.core.unread import field_texts, long_runs, outside, says_more, without_markup, written_in

BODY_LIMIT = 1024 * 1024  # bytes of a text part, as encoded
TEXT_LIMIT = 512 * 1024  # characters
LINE_LIMIT = 20_000
REPORT_LIMIT = 100

_BODIES = frozenset({"text/plain", "text/html", "text/markdown", "text/x-markdown"})
_REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_MAILS = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"})
_ONE_OF = frozenset({"multipart/alternative", "multipart/related", "multipart/report", "multipart/signed"})
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})

# What a reader sees in HTML and no plain text beside it shows: words struck out, lists of which one is chosen, boxes, also as pictures.
_ONLY_IN_HTML = re.compile(
    r"<(?:s|del|strike|input|select)[\s>]|line-through|\balt=[\"']?(?:[☐☑☒✅✔✓]|&#(?:x261[0-2]|974[4-6]);|(?:un)?checked\b)|aria-checked",
    re.IGNORECASE,
)
# What each of them holds, in lower case: most pages of programs hold none, which is told far sooner.
_OF_IT = ("<del", "<strike", "<input", "<select", "line-through", "alt=", "aria-checked")
_STRUCK = re.compile(r"<s[\s>]")
_META_CHARSET = re.compile(rb"charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_BLANK_LINE = re.compile(rb"\n[ \t\r]*+\n")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_RETURNED_ID = re.compile(r"^[> \t]{0,20}Message-ID:\s{0,20}<([^<>\s]{1,500})>", re.IGNORECASE | re.MULTILINE)
_STUB_WORDS = 40
_AROUND_WORD = "*_.,:;!?<>()[]\"'"
_STUB_SOURCE = 64 * 1024  # characters of the other text that are looked at
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li)[\s/>]", re.IGNORECASE)
_BREAKS = 2  # of HTML for each line end of the plain text, if that has lost some
_LINES_COMPARED = 6  # with text; what is quoted below may be joined by spaces
_DIAGNOSTIC_LIMIT = 500
_ATTACHED_MAILS = 3  # of which each may hold others


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is named, never shown."""

    name: str  # as the sender wrote it, control characters removed; "" if unnamed
    content_type: str
    size: int  # bytes, as encoded


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A per-recipient group of a message/delivery-status part (RFC 3464, 2.3)."""

    recipient: str
    action: str  # failed, delayed, delivered, relayed, expanded
    status: str  # an enhanced status code such as "5.1.1", or ""
    diagnostic: str


@dataclass(slots=True)
class Contents:
    """What has been read of a mail's MIME parts so far, and how much may still be read."""

    problems: list[str]
    returned: bool  # whether mails in it came back, rather than being shown by a person
    text: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    reports: list[DeliveryReport] = field(default_factory=list)
    returned_ids: list[str] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)  # the name and the text of each attachment that is text
    unread: list[str] = field(default_factory=list)  # other texts of people's
    runs: str = ""  # whatever is long enough for a token and stands elsewhere, a line each
    attached_runs: list[str] = field(default_factory=list)  # the same of attached mails
    passed_over: list[Part] = field(default_factory=list)  # bodies beside which another one is read
    _bytes_left: int = BODY_LIMIT
    _attached_left: int = ATTACHED_LIMIT
    _reports_left: int = 1  # parts that are looked at
    _mails_left: int = 3
    _attached_mails_left: int = _ATTACHED_MAILS
    _sources: dict[int, str] = field(default_factory=dict)  # by the part's id
    _texts: dict[int, str] = field(default_factory=dict)

    def take(self, part: Part) -> list[Part]:
        """Take in a part and those in it; the ones that are its body, to be read by a person."""
        if part.children:
            return self._take_multipart(part)
        if part.content_type in _REPORTS and self._reports_left:
            self._reports_left -= 1
            self.reports += _reports(part)
            self.attached_runs.append(part.content([], HEADER_LIMIT).decode("latin-1"))
        elif part.content_type in _MAILS and self.returned and self._mails_left:
            self._mails_left -= 1
            header = part.content([], 2 * HEADER_LIMIT)
            fields, _ = read_fields(header, 0, len(header), [], only={"message-id"})
            self.returned_ids += message_ids(first_field(fields, "message-id"))[:1]
            self._attach_mail(part)
        elif part.content_type in _BODIES and part.disposition != "attachment" and not part.filename:
            return [part]
        else:
            self._attach(part)
        return []

    def _attach(self, part: Part) -> None:
        self.attachments.append(Attachment(part.filename, part.content_type, max(0, part.end - part.start)))
        if part.content_type in _MAILS or part.filename.lower().endswith(".eml"):
            self._attach_mail(part)
        elif may_be_text(part) and self._attached_left:
            problems: list[str] = []
            text = text_of(part, part.parameters.get("charset", ""), problems, self._attached_left)
            if text:
                size = max(part.end - part.start, len(text))  # what is compressed is short
                self._attached_left = max(0, self._attached_left - size)
                self.problems += problems
                self.attached.append(text)

    def _attach_mail(self, part: Part) -> None:
        """A mail that is shown or came back: its words are as much in our hands as those of a text that is attached."""
        if not (self._attached_left and self._attached_mails_left):
            return
        raw = part.content(self.problems, self._attached_left)
        self._attached_left = max(0, self._attached_left - (part.end - part.start))
        inner = Contents([], returned=False, _attached_mails_left=self._attached_mails_left - 1)
        inner.take_all(split_parts(raw, inner.problems))
        self._attached_mails_left = inner._attached_mails_left
        self.attached += [inner.text, *inner.attached, *inner.unread]
        self.attached_runs.append(inner.runs)

    def _take_multipart(self, part: Part) -> list[Part]:
        if part.content_type == "multipart/report":
            self.returned = True
        bodies = [self.take(child) for child in part.children]
        read = self._to_be_read(part.content_type, bodies)
        if part.content_type in _ONE_OF:
            chosen = {*map(id, read)}
            self.passed_over += [body for body in chain.from_iterable(bodies) if id(body) not in chosen]
        return read

    def _to_be_read(self, content_type: str, bodies: list[list[Part]]) -> list[Part]:
        match content_type:
            case "multipart/alternative":
                return self._preferred([body for body in bodies if body])
            case "multipart/report":
                return bodies[0]
            case "multipart/related" | "multipart/signed":
                return next(filter(None, bodies), [])
            case _:
                return [*chain.from_iterable(bodies)]

    def _preferred(self, alternatives: list[list[Part]]) -> list[Part]:
        """The plain one, unless it only says that there is another, or cannot show what that one says (RFC 2046, 5.1.4 would
        have the last).
        """
        plain = [body for body in alternatives if all(part.content_type != "text/html" for part in body)]
        rich = [body for body in alternatives if any(part.content_type == "text/html" for part in body)]
        if not (plain and rich):
            return alternatives[-1] if alternatives else []
        sources = [self._source(part) for part in rich[-1]]
        marked = any(_is_only_in_html(source) or has_coloured_answers(source) for source in sources)
        less = marked or self._is_stub(plain[0], rich[-1]) or self._runs_on(plain[0], rich[-1])
        return rich[-1] if less else plain[0]

    def _is_stub(self, plain: list[Part], rich: list[Part]) -> bool:
        """Whether a plain text is short, most of its words stand nowhere in the other one, and that one says more."""
        text = "\n".join(map(self._source, plain)).lower()
        words = text.split(maxsplit=_STUB_WORDS + 1)
        if len(words) > _STUB_WORDS:
            return False
        shown = "\n".join(map(self._text, rich))[:_STUB_SOURCE]
        others = {word.strip(_AROUND_WORD) for word in shown.lower().split()}
        known = sum(word.strip(_AROUND_WORD) in others for word in words)
        return 2 * known <= len(words) and len(shown) > len(text)

    def _runs_on(self, plain: list[Part], rich: list[Part]) -> bool:
        """Whether most lines of the other text stand in a plain one with nothing between them, as some phones write it."""
        text = "\n".join(map(self._source, plain))
        source = "\n".join(map(self._source, rich))[:_STUB_SOURCE]
        if text.count("\n") * _BREAKS > len(_BREAK.findall(source)) or not text.strip():
            return False
        lines = (line.split() for line in "\n".join(map(self._text, rich)).split("\n"))
        first = islice(filter(None, lines), _LINES_COMPARED)
        joints = [f"{above[-1]}{below[0]}" for above, below in pairwise(first)]
        return bool(joints) and 2 * sum(joint in text for joint in joints) >= len(joints)

    def _source(self, part: Part) -> str:
        if id(part) not in self._sources:
            data = part.content(self.problems, self._bytes_left)
            self._bytes_left = max(0, self._bytes_left - len(data))
            charset = part.parameters.get("charset") or _declared(part, data)
            self._sources[id(part)], problem = decode(data, charset)
            self.problems += [problem] if problem else []
        return self._sources[id(part)]

    def _text(self, part: Part) -> str:
        if id(part) not in self._texts:
            self._texts[id(part)] = self._converted(part, self._source(part))
        return self._texts[id(part)]

    def _converted(self, part: Part, source: str) -> str:
        if part.content_type == "text/html":
            if source.count("<") > MARKUP_LIMIT:
                self.problems.append(f"HTML cut behind {MARKUP_LIMIT} tags")
            return html_to_text(source)
        if part.parameters.get("format", "").lower() == "flowed":
            delsp = part.parameters.get("delsp", "").lower() == "yes"
            return unflow(source.replace("\r\n", "\n"), delsp)
        return source

    def take_all(self, root: Part) -> None:
        """Take in a whole mail."""
        parts = self.take(root) or _only_body(root)
        text = clean_text("\n".join(text for text in map(self._text, parts) if text))
        self.text = _capped(text, self.problems)
        others = ((part, self._source(part)) for part in self.passed_over)
        self.unread += [self._text(part) for part, source in others if says_more(source, self.text)]
        sources = (self._source(part) for part in parts if part.content_type == "text/html")
        self.unread += [without_markup(source) for source in sources if says_more(source, self.text)]
        self.unread += written_in(root.fields)
        self.runs = long_runs(
            (
                *field_texts(root.fields),
                outside(root),
                *(attachment.name for attachment in self.attachments),
                *(source for source in self._sources.values() if "<" in source),
                text[len(self.text) - 1 :],
                *self.attached_runs,
            )
        )


def read_contents(root: Part, *, returned: bool, problems: list[str]) -> Contents:
    """What a mail holds; `returned` says that it came with a null reverse-path, as bounces do."""
    contents = Contents(problems, returned)
    contents.take_all(root)
    if not contents.text.strip() and any(
        attachment.content_type in _TNEF for attachment in contents.attachments
    ):
        problems.append("its text is in winmail.dat, which is not opened")
    if returned and not contents.returned_ids:  # qmail and others return a mail as plain text
        contents.returned_ids = _RETURNED_ID.findall(contents.text)[:1]
    return contents


def _declared(part: Part, data: bytes) -> str:
    """The charset that HTML names in itself."""
    declared = _META_CHARSET.search(data[:1024]) if part.content_type == "text/html" else None
    return declared[1].decode("ascii", "replace") if declared else ""


def _only_body(root: Part) -> list[Part]:
    """What is read where nothing is plainly the body: text with a file name, a multipart that could not be split."""
    if root.content_type.startswith("multipart/") and not root.children:
        return [root]
    bodies = (part for part in root.walk() if part.content_type in _BODIES)
    return [part for part in bodies if part is root or part.disposition != "attachment"][:1]


def _capped(text: str, problems: list[str]) -> str:
    """The text with its last line ended."""
    if len(text) > TEXT_LIMIT:
        problems.append(f"text cut to {TEXT_LIMIT // 1024} KB")
        text = text[:TEXT_LIMIT]
    if text.count("\n") > LINE_LIMIT:
        problems.append(f"text cut to {LINE_LIMIT} lines")
        text = "\n".join(text.split("\n", LINE_LIMIT)[:LINE_LIMIT])
    return text if not text or text.endswith("\n") else f"{text}\n"


def _reports(part: Part) -> Iterator[DeliveryReport]:
    """The groups of fields behind the first, which is the message's (RFC 3464, 2.1)."""
    groups = _BLANK_LINE.split(part.content([], HEADER_LIMIT).strip(), maxsplit=REPORT_LIMIT)
    for group in groups[:REPORT_LIMIT]:
        fields, _ = read_fields(group, 0, len(group), [])
        # The original recipient is the address that we wrote to; the final one may be where it was forwarded.
        recipient = first_field(fields, "original-recipient") or first_field(fields, "final-recipient")
        if recipient:
            yield DeliveryReport(
                recipient=_behind_type(recipient).strip("<> "),
                action=first_field(fields, "action").lower()[:20],
                status=next(iter(_STATUS.findall(first_field(fields, "status"))), ""),
                diagnostic=_behind_type(first_field(fields, "diagnostic-code"))[:_DIAGNOSTIC_LIMIT],
            )


def _behind_type(value: str) -> str:
    """What follows "rfc822;" or "smtp;"."""
    return value.partition(";")[2].strip() or value


def _is_only_in_html(source: str) -> bool:
    """Whether a page shows what a plain text cannot: what is struck out, and boxes."""
    low = source.lower()
    likely = not low.isascii() or _STRUCK.search(low) or any(piece in low for piece in _OF_IT)
    return bool(likely) and _ONLY_IN_HTML.search(source) is not None
