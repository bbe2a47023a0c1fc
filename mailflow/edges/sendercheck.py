"""Computes who wrote a mail where no mail server of ours has said so: DKIM, SPF and DMARC, as far as they can tell.

Only what can speak for the domain of the From field is asked for. Its policy comes first, while no question has been used
up: nothing in the mail can keep us from learning that the domain forbids it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from mailflow.config import Authentication as Settings
from mailflow.core.authentication import COMPUTED, Authentication, judged
from mailflow.core.authresults import Check
from mailflow.core.dmarc import Organizational, Record, is_aligned, record_of, speaks_for
from mailflow.core.envelope import Envelope
from mailflow.core.mail import Mail
from mailflow.core.relaying import way_of
from mailflow.edges.dkimcheck import check_signatures
from mailflow.edges.resolving import NotAnsweredError, Questions, made_quick, make_resolver
from mailflow.edges.spfcheck import check_spf
from mailflow.steps.app import TemporaryFailure

_QUICK: Final = timedelta(seconds=2)  # most mails' questions are answered in a tenth of it


class DnsSenderCheck:
    """May be called from several threads at once."""

    def __init__(self, settings: Settings, organizational: Organizational) -> None:
        """Raises `OSError` where there is no DNS server to ask."""
        self._settings = settings
        self._organizational = organizational
        self._resolver = make_resolver(settings)
        self._quick = made_quick(self._resolver)

    def compute(self, raw: bytes, mail: Mail, *, last: bool, quick: bool = False) -> Authentication:
        """What can be found. Raises `TemporaryFailure` when DNS does not say enough now, unless this is the `last` try."""
        if mail.sender is None:
            return Authentication(source=COMPUTED)
        domain = mail.sender.rpartition("@")[2]
        if quick:
            questions = Questions(self._quick, self._settings, _QUICK)
        else:
            questions = Questions(self._resolver, self._settings)
        try:
            record, below = self._policy(domain, questions)
        except NotAnsweredError as error:
            if not last:
                raise TemporaryFailure(f"DMARC of the sender's domain: {error}") from error
            return judged(domain, COMPUTED, (Check("dmarc", "temperror", domain),), self._organizational)
        checks = (
            *check_signatures(raw, domain, self._organizational, questions),
            *self._spf(mail, domain, questions),
        )
        spoken = speaks_for(checks, domain, record, self._organizational)
        troubled = not spoken and any(check.result == "temperror" for check in checks)
        if troubled and not last:
            raise TemporaryFailure("DKIM or SPF of the sender's domain")
        dmarc = _dmarc(domain, record, below=below, spoken=spoken, troubled=troubled)
        return judged(domain, COMPUTED, (*checks, dmarc), self._organizational)

    def _policy(self, domain: str, questions: Questions) -> tuple[Record | None, bool]:
        """The record of the domain or else of the organizational one above it, which is for all below (RFC 7489, 6.6.3)."""
        above = self._organizational(domain)
        for name in dict.fromkeys((domain, above)):
            texts = (text.decode("utf-8", "replace") for text in questions.texts(f"_dmarc.{name}"))
            if record := record_of(tuple(texts)):
                return record, name != domain
        return None, False

    def _spf(self, mail: Mail, domain: str, questions: Questions) -> tuple[Check, ...]:
        """None where it could not speak for From, or where nobody whom we believe has said who the client was."""
        envelope: Envelope = mail.envelope
        client = way_of(envelope, mail.fields, self._settings.relays).client
        sender = envelope.sender.rpartition("@")[2].lower()
        if client is None or not is_aligned(sender, domain, self._organizational):
            return ()
        return (check_spf(client, envelope.sender, questions),)


def _dmarc(domain: str, record: Record | None, *, below: bool, spoken: bool, troubled: bool) -> Check:
    if record is None:
        return Check("dmarc", "none", domain)
    result = "pass" if spoken else "temperror" if troubled else "fail"
    return Check("dmarc", result, domain, record.asks(below=below))
