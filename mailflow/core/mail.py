"""What a received mail is: its envelope and the few facts of it that mailflow needs.

`parse` never raises: whatever arrives becomes a `Mail`, with what had to be capped or guessed in `problems`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

from mailflow.core.contents import Attachment, DeliveryReport, read_contents
from mailflow.core.decoding import decode_words
from mailflow.core.envelope import Envelope
from mailflow.core.mailbox import Mailbox, Mailboxes, read_mailboxes, sound_address
from mailflow.core.mime import clean_value, is_header_read, message_ids, split_parts
from mailflow.core.secrettokens import tokens

__all__ = ["Attachment", "DeliveryReport", "Mail", "parse"]

ADDRESS_LIMIT = 100
ID_LIMIT = 100
_NAME_LIMIT = 255  # characters
_DATE_LIMIT = 100
_INJECTED = re.compile(r"[\r\n]+(?=[!-9;-~]{1,60}:)")
# A name of nothing but encoded words (RFC 2047, 5), which may hold signs that must not stand in them. The name is dropped.
_ENCODED_NAME = re.compile(r"(?:=\?[^?\s<>\"]{1,80}\?[BbQq]\?[^?\s<>\"]*+\?=\s*+)+<([^<>\s]+)>\s*")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as far as mailflow needs it. Values hold no control characters; of each list the caps below hold."""

    envelope: Envelope
    # The From address, domain in lower case and in ASCII; None unless there is one unambiguous mailbox.
    sender: str | None
    sender_name: str  # its display name, decoded
    addressed_to: tuple[str, ...]  # every mailbox of To and Cc, in order
    subject: str  # decoded, one line
    message_id: str | None  # without angle brackets, as all message ids
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    date: datetime | None  # aware, UTC
    fields: tuple[tuple[str, str], ...]  # in order: lower-case name; unfolded value, not decoded
    content_types: tuple[str, ...]  # of every MIME part, depth first, lower-case; attached mails stay closed
    text: str  # the body as text: flowed lines joined, HTML converted; lines end in "\n"
    attachments: tuple[Attachment, ...] = ()
    # Name and text of those attachments that are text, to be searched for secrets and never shown.
    attached: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()  # other texts of people's, searched in the same way (`core/unread.py`)
    hides_token: bool = False  # whether a token stands anywhere else
    reports: tuple[DeliveryReport, ...] = ()
    returned_ids: tuple[str, ...] = ()  # Message-IDs of the mails that a report returns
    written_name: str = ""  # the first display name of From, with what nobody sees
    header_read: bool = True  # all of it, and not only the part that a cap or a line that is no field left
    problems: tuple[str, ...] = ()  # what was capped, replaced or guessed
    _index: dict[str, list[str]] = field(default_factory=dict, repr=False, compare=False)

    def headers(self, name: str) -> tuple[str, ...]:
        """All values of a header field, in order; `name` in any case."""
        if not self._index:
            for key, value in self.fields:
                self._index.setdefault(key, []).append(value)
        return tuple(self._index.get(name.lower(), ()))

    def header(self, name: str) -> str:
        """The first value of a header field, or ""."""
        return next(iter(self.headers(name)), "")


def parse(raw: bytes, envelope: Envelope) -> Mail:
    """The mail in these bytes. Never raises, and takes linear time."""
    problems: list[str] = []
    root = split_parts(raw, problems)
    contents = read_contents(root, returned=not envelope.sender, problems=problems)
    named: dict[str, list[str]] = {}
    for name, value in root.fields:
        named.setdefault(name, []).append(value)
    names = named.get("from", [])
    hides_token = bool(tokens(contents.runs))
    mailboxes = read_mailboxes(names[0]) if names else Mailboxes((), certain=False)
    sender = _sender(names, mailboxes, envelope, problems)

    def ids(name: str) -> tuple[str, ...]:
        found = _ids(named.get(name, []), problems)
        return tuple(each for each in found if not tokens(each)) if hides_token else found

    return Mail(
        envelope=envelope,
        sender=sender.address if sender else None,
        sender_name=clean_value(sender.name)[:_NAME_LIMIT] if sender else "",
        written_name=mailboxes.found[0].name if mailboxes.found else "",
        addressed_to=_addresses([*named.get("to", []), *named.get("cc", [])], problems),
        subject=_subject(named.get("subject", [""])[0], problems),
        message_id=next(iter(ids("message-id")), None),
        in_reply_to=ids("in-reply-to"),
        references=ids("references"),
        date=_date(named.get("date", [""])[0]),
        fields=root.fields,
        header_read=is_header_read(raw, root.start),
        content_types=tuple(part.content_type for part in root.walk()),
        text=contents.text,
        attachments=tuple(contents.attachments),
        attached=tuple(contents.attached),
        unread=tuple(contents.unread),
        hides_token=hides_token,
        reports=tuple(contents.reports) or _failed(named.get("x-failed-recipients", [])),
        returned_ids=tuple(contents.returned_ids),
        problems=tuple(dict.fromkeys(problems)),
    )


def _sender(
    values: list[str], mailboxes: Mailboxes, envelope: Envelope, problems: list[str]
) -> Mailbox | None:
    """The one mailbox that every reader finds in the one From field, or that its envelope confirms."""
    if len(values) == 1 and mailboxes.certain and len(mailboxes.found) == 1:
        return mailboxes.found[0]
    if len(values) == 1 and (match := _ENCODED_NAME.fullmatch(values[0])):
        address = sound_address(match[1])
        if address is not None and address.lower() == envelope.sender.lower():
            problems.append("the name in From is unsound")
            return Mailbox("", address)
    problems.append("From does not name exactly one mailbox")
    return None


def _subject(value: str, problems: list[str]) -> str:
    """Without what pretends to be more fields of the header, behind a line end that was encoded."""
    text, *injected = _INJECTED.split(decode_words(value), maxsplit=1)
    if injected:
        problems.append("the subject holds a line end and a field")
    return clean_value(text)


def _addresses(values: list[str], problems: list[str]) -> tuple[str, ...]:
    found: list[str] = []
    for value in values:
        mailboxes = read_mailboxes(value, ADDRESS_LIMIT + 1 - len(found))
        found += [mailbox.address for mailbox in mailboxes.found]
        if len(found) > ADDRESS_LIMIT:
            problems.append(f"more than {ADDRESS_LIMIT} addresses")
            break
    return tuple(found[:ADDRESS_LIMIT])


def _ids(values: list[str], problems: list[str]) -> tuple[str, ...]:
    found = [message_id for value in values for message_id in message_ids(value)]
    if len(found) > ID_LIMIT:
        problems.append(f"more than {ID_LIMIT} message ids")
    return tuple(found[-ID_LIMIT:])  # the nearest mails stand last (RFC 5322, 3.6.4)


def _failed(values: list[str]) -> tuple[DeliveryReport, ...]:
    """Exim's and Gmail's way to say what a delivery report says."""
    return tuple(DeliveryReport(address, "failed", "", "") for address in _addresses(values, []))


def _date(value: str) -> datetime | None:
    try:
        parsed = parsedate_tz(value[:_DATE_LIMIT])
        moment = datetime(*parsed[:6], tzinfo=UTC) if parsed else None
        return moment - timedelta(seconds=parsed[9] or 0) if parsed and moment else None
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
