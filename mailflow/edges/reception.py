"""What the desk says to EHLO, MAIL, RCPT and to a whole mail: the handler behind the SMTP sessions."""

# ruff: noqa: N802, ARG002 - aiosmtpd names these methods and says what they take
from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

from aiosmtpd import smtp

from mailflow.config import Smtp
from mailflow.core.envelope import Envelope
from mailflow.edges.connection import OnEvent
from mailflow.edges.data import NO_ROOM, NO_SPACE, TOO_BIG
from mailflow.edges.limits import Budget
from mailflow.edges.smtp import Session
from mailflow.steps.app import PermanentFailure, TemporaryFailure
from mailflow.steps.receive import MailLoop

_TAG = re.compile(r"\+[^@]*@")  # of a reply address: it lets its holder speak for a case, so nobody is told

Accepts = Callable[[str], bool]  # whether this desk takes mail for an address
HasSpace = Callable[[int], bool]  # whether the disk can take so many more bytes of mail
# Done once the mail is stored; whether it had come before.
Submit = Callable[[Envelope, bytes], "asyncio.Future[bool]"]


class Reception:
    """aiosmtpd's handler API; `MISSING` has it go on with what it does by itself."""

    def __init__(
        self,
        settings: Smtp,
        accepts: Accepts,
        has_space: HasSpace,
        submit: Submit,
        budget: Budget,
        on_event: OnEvent,
    ) -> None:
        self._settings = settings
        self._accepts = accepts
        self._has_space = has_space
        self._submit = submit
        self._budget = budget
        self._on_event = on_event

    async def handle_EHLO(
        self,
        server: Session,
        session: smtp.Session,
        envelope: smtp.Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        offers = ["PIPELINING", f"SIZE {self._settings.size_limit}", "8BITMIME", "SMTPUTF8"]
        if server.offers_tls:
            offers.append("STARTTLS")
        lines = [responses[0], *(f"250-{offer}" for offer in offers)]
        lines[-1] = lines[-1].replace("-", " ", 1)
        return lines

    async def handle_MAIL(
        self,
        server: Session,
        session: smtp.Session,
        envelope: smtp.Envelope,
        address: str,
        options: list[str],
    ) -> Any:
        if address != "<>" and "@" not in address:
            return "553 5.1.7 Sender needs a domain"
        if not address.isascii() and not envelope.smtp_utf8:
            return "553 5.6.7 Sender needs SMTPUTF8"
        announced = next((option[5:] for option in options if option.startswith("SIZE=")), "0")
        if not announced.isascii():  # aiosmtpd takes digits of any script, and signs such as "²"
            return "501 5.5.4 SIZE needs a number"
        size = int(announced)
        if size > self._settings.size_limit:
            return TOO_BIG
        if not self._budget.fits(size):
            return NO_ROOM
        return smtp.MISSING if self._has_space(self._budget.used + size) else NO_SPACE

    async def handle_RCPT(
        self,
        server: Session,
        session: smtp.Session,
        envelope: smtp.Envelope,
        address: str,
        options: list[str],
    ) -> Any:
        if len(envelope.rcpt_tos) >= self._settings.max_recipients:
            return "452 4.5.3 Too many recipients"
        return smtp.MISSING if self._accepts(address) else "550 5.1.1 No such mailbox here"

    async def handle_DATA(
        self, server: Session, session: smtp.Session, envelope: smtp.Envelope, mail: bytes
    ) -> str:
        """250 only after the commit. A client that is gone, or a session that is cut, does not undo it."""
        sender = "" if envelope.mail_from == "<>" else envelope.mail_from or ""
        arrived = Envelope(sender, tuple(envelope.rcpt_tos), server.client, session.host_name or "")
        try:
            known = await self._submit(arrived, mail)
        except MailLoop:
            return "554 5.4.6 Too many Received fields: this mail goes round in a loop"
        except PermanentFailure:
            return "554 5.0.0 Mail cannot be taken"
        except TemporaryFailure:
            return "451 4.3.0 Mail cannot be stored now; try again later"
        self._on_event(
            "duplicate" if known else "received",
            remote=arrived.remote,
            helo=arrived.helo,
            sender=arrived.sender,
            recipients=tuple(_TAG.sub("+…@", recipient) for recipient in arrived.recipients),
            size=len(mail),
            tls=server.secured,
        )
        return "250 2.0.0 Ok: stored"
