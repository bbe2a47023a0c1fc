"""Letters as finished bytes: the words of a template, our header fields, and a check of the whole before it leaves.

Built by hand rather than by `email`: it costs a tenth, and no library decides what becomes a header field.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from mailflow.config import Config, shipped
from mailflow.core.headers import (
    address_field,
    check,
    date_field,
    ids_field,
    plain_ids,
    text_field,
    thread_ids,
    token_field,
)
from mailflow.core.letters import TO_STAFF, Letter, LetterKind, Rendered
from mailflow.core.reference import Addresses
from mailflow.edges.samples import samples
from mailflow.edges.templates import Templates, place_of

Fields = dict[str, bytes]

_TO_STUFF = re.compile(r"^(?= |From )", re.MULTILINE)
_LINE_LIMIT = 998  # RFC 5322, 2.1.1
# RFC 3834, 5, and what Exchange looks at: whoever answers automatically must not answer this.
_REPLIED = token_field("Auto-Submitted", "auto-replied")
_GENERATED = token_field("Auto-Submitted", "auto-generated")
_ALWAYS: Fields = {
    "X-Auto-Response-Suppress": token_field("X-Auto-Response-Suppress", "All"),
    "MIME-Version": token_field("MIME-Version", "1.0"),
}


def _content(subtype: str, encoding: str, parameters: str = "") -> Fields:
    return {
        "Content-Type": token_field("Content-Type", f"text/{subtype}; charset=utf-8{parameters}"),
        "Content-Transfer-Encoding": token_field("Content-Transfer-Encoding", encoding),
    }


# RFC 3676: who reads on a phone gets paragraphs that fill its lines, and whose program does not know it what it always got.
_FLOWED = "; format=flowed"
_ASCII_TEXT = _content("plain", "7bit", _FLOWED)
_UTF8_TEXT = _content("plain", "quoted-printable", _FLOWED)
_UTF8_HTML = _content("html", "quoted-printable")


class LetterRenderer:
    """The `steps.app.Renderer` of the daemon."""

    def __init__(
        self,
        config: Config,
        addresses: Addresses,
        new_id: Callable[[], str],
        folders: Sequence[Path] | None = None,
    ) -> None:
        """A template is taken from the first of `folders` that has it, when it is first needed."""
        self._desk = config.desk
        self._policy = config.policy
        self._from = address_field("From", [(config.desk.name, config.desk.address)])
        self._addresses = addresses
        self._by_mail = config.authentication.tells
        self._new_id = new_id
        folders = folders or (config.templates, shipped("templates"))
        self._templates = Templates(folders, config.policy.form, config.desk.time_zone)

    def check(self, now: datetime) -> None:
        """Raise `ValueError` when a template is missing or cannot work: for the start, rather than for a letter.

        Each is tried with whatever the desk may have to say by it.
        """
        self._templates.check()
        for sample in samples(self._policy, now):
            try:
                self.render(sample.letter, now)
            except Exception as error:
                raise ValueError(
                    f"{place_of(error, sample.letter.kind)} cannot be written where {sample.when}: {error}"
                ) from error

    def render(self, letter: Letter, now: datetime) -> Rendered:
        variables = self._variables(letter, now)
        subject, flowing = self._templates.text(letter.kind, variables, tells_of_secret=bool(letter.secrets))
        message_id = f"{self._new_id()}@{self._desk.address.rpartition('@')[2]}"
        reply_to = self._reply_to(letter, now)
        content, body = self._content(letter, _stuffed(flowing), variables)
        fields = {
            "From": self._from,
            "To": address_field("To", [("", letter.to)]),
            "Subject": text_field("Subject", subject),
            "Date": date_field(now),
            "Message-ID": ids_field("Message-ID", [message_id]),
            **_thread(letter),
            **({"Reply-To": address_field("Reply-To", reply_to)} if reply_to else {}),
            "Auto-Submitted": _REPLIED if letter.in_reply_to else _GENERATED,
            **_ALWAYS,
            **content,
        }
        raw = b"".join((*fields.values(), b"\r\n", body))
        check(raw, [*fields], letter.to)
        return Rendered(
            message_id=message_id,
            kind=letter.kind.value,
            case_id=letter.case_id,
            envelope_sender=self._envelope_sender(letter, now),
            recipient=letter.to,
            reply_to=", ".join(address for _, address in reply_to),
            subject=subject,
            text=flowing.replace(" \n", "\n"),
            raw=raw,
            asked=letter.asked,
        )

    def _variables(self, letter: Letter, now: datetime) -> dict[str, object]:
        return {
            **letter.facts,
            **({"kinds": letter.secrets} if letter.secrets else {}),
            "reference": letter.reference or "",
            "service": self._desk.service,
            "desk_name": self._desk.name,
            "desk_address": self._desk.address,
            "now": now,
            "by_mail": self._by_mail,
        }

    def _reply_to(self, letter: Letter, now: datetime) -> list[tuple[str, str]]:
        """A person's answers go to their case. Those of the staff are commands, where it can be told who wrote them.

        Where it cannot, none would be obeyed: there they stay among the staff.
        """
        if letter.kind in TO_STAFF and self._by_mail:
            return [(self._desk.name, self._addresses.staff(letter.reference, letter.to, now))]
        if letter.kind in TO_STAFF:
            return [("", address) for address in self._desk.staff]
        if letter.reference is None:
            return []
        return [(self._desk.name, self._addresses.reply(letter.reference, letter.to, now))]

    def _envelope_sender(self, letter: Letter, now: datetime) -> str:
        if letter.kind in TO_STAFF or letter.reference is None:
            return self._desk.address
        return self._addresses.bounce(letter.reference, letter.to, now)

    def _content(self, letter: Letter, text: str, variables: Mapping[str, object]) -> tuple[Fields, bytes]:
        if letter.kind is LetterKind.DIGEST:
            return _alternative(text, self._templates.html(variables), f"=_{self._new_id()}")
        if text.isascii() and max(map(len, text.split("\n"))) <= _LINE_LIMIT:
            return _ASCII_TEXT, text.replace("\n", "\r\n").encode()
        return _UTF8_TEXT, _quoted_printable(text)


def _stuffed(text: str) -> str:
    """Flowed text as it has to be sent (RFC 3676, 4.4): with a space more before what begins with one, or like an mbox's line.

    What begins with ">" is one of a quote, as in the answers to commands.
    """
    return _TO_STUFF.sub(" ", text)


def _thread(letter: Letter) -> Fields:
    """What the letter answers; Message-IDs that are not plain are left out."""
    answered = plain_ids([letter.in_reply_to] if letter.in_reply_to else [])
    thread = thread_ids([*letter.references, *(one for one in answered if one not in letter.references)])
    fields = {}
    if answered:
        fields["In-Reply-To"] = ids_field("In-Reply-To", answered)
    if thread:
        fields["References"] = ids_field("References", thread)
    return fields


def _alternative(text: str, html: str, boundary: str) -> tuple[Fields, bytes]:
    """Both parts are quoted-printable, in which "=_" cannot stand, so neither can hold the boundary."""
    parts = [(_UTF8_TEXT, _quoted_printable(text)), (_UTF8_HTML, _quoted_printable(html))]
    line = f"--{boundary}".encode()
    body = b"".join(b"%b\r\n%b\r\n%b\r\n" % (line, b"".join(fields.values()), part) for fields, part in parts)
    content_type = token_field("Content-Type", f'multipart/alternative; boundary="{boundary}"')
    return {"Content-Type": content_type}, body + line + b"--\r\n"


def _quoted_printable(text: str) -> bytes:
    return quopri.encodestring(text.encode()).replace(b"\n", b"\r\n")
