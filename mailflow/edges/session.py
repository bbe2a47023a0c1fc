"""A new SMTP session with the smarthost: connected, greeted, under TLS and logged in as the site wants, ready for MAIL."""

from __future__ import annotations

import ipaddress
import smtplib
import ssl
from base64 import b64encode
from functools import cached_property

from mailflow.config import Smarthost
from mailflow.core.display import one_line
from mailflow.edges.client import LOST, Client
from mailflow.edges.greeting import is_of_a_desk
from mailflow.steps.app import SmarthostDown

_LONGEST_TEXT = 300  # characters of what the smarthost said


class _TlsError(Exception):
    """STARTTLS was offered, and did not come about."""


class Sessions:
    """Makes sessions."""

    def __init__(self, settings: Smarthost, hostname: str) -> None:
        self._settings = settings
        self._hostname = hostname
        self.where = f"{settings.host}:{settings.port}"

    def open(self, deadline: float) -> Client:
        """Raises `SmarthostDown`: whatever fails until then is about us or the smarthost, not about a letter."""
        wants_tls = self._settings.tls != "off"
        needs_tls = self._settings.tls == "required" or bool(self._settings.user)
        try:
            try:
                return self._open(deadline, tls=wants_tls)
            except _TlsError:
                if needs_tls:
                    raise
                return self._open(deadline, tls=False)  # TLS that fails is no worse than none (RFC 7435)
        except (*LOST, _TlsError, ValueError) as error:
            raise SmarthostDown(said(self.where, error)) from error

    def _open(self, deadline: float, *, tls: bool) -> Client:
        settings = self._settings
        session = Client(
            settings.host, settings.port, self._hostname, settings.timeout.total_seconds(), deadline
        )
        try:
            self._refuse_a_desk(session)
            session.ehlo_or_helo_if_needed()
            if tls:
                self._start_tls(session)
            if settings.user:
                self._log_in(session)
        except BaseException:
            session.close()
            raise
        return session

    def _refuse_a_desk(self, session: Client) -> None:
        """Each letter would be refused there, as one to a recipient that is not known, and the recipient blamed."""
        if is_of_a_desk(session.greeting):
            why = "is a desk itself, maybe this one: [smarthost] has to name another server"
            raise SmarthostDown(said(self.where, why))

    def _start_tls(self, session: Client) -> None:
        offered = session.has_extn("starttls")
        if offered:
            # A password is shown to nobody who cannot prove to be the smarthost, even if letters would be.
            proof = self._settings.tls == "required" or (self._settings.user and not _is_loopback(session))
            try:
                session.starttls(context=self._verifying if proof else self._unverifying)
            except smtplib.SMTPResponseException:  # 454: not now
                offered = False
            except OSError as error:
                raise _TlsError(f"TLS failed: {_reason(error)}") from error
            else:
                session.ehlo_or_helo_if_needed()
        if not offered and self._settings.tls == "required":
            raise SmarthostDown(said(self.where, 'offers no STARTTLS, and [smarthost] tls is "required"'))

    def _log_in(self, session: Client) -> None:
        if not (session.encrypted or _is_loopback(session)):
            raise SmarthostDown(said(self.where, "offers no STARTTLS; the password is not sent in the clear"))
        user, password = self._settings.user, self._settings.password
        offered = session.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in offered:  # RFC 4616; smtplib's own login takes ASCII only
            reply = session.ask("AUTH PLAIN " + _base64(f"\0{user}\0{password}"))
        elif "LOGIN" in offered:
            reply = session.ask(f"AUTH LOGIN {_base64(user)}", success=3)
            if reply.code == 334:
                reply = session.ask(_base64(password))
        else:
            raise SmarthostDown(said(self.where, "offers neither AUTH PLAIN nor AUTH LOGIN"))
        if not reply.positive:  # its text is not shown: some servers quote the command, password and all
            raise SmarthostDown(said(self.where, f"refuses the login of [smarthost] user ({reply.code})"))

    @cached_property
    def _verifying(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    @cached_property
    def _unverifying(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context


def said(where: str, what: object) -> str:
    """One bounded line that says where something failed, and by what."""
    return one_line(f"{where}: {_reason(what)}", _LONGEST_TEXT)


def _reason(what: object) -> object:
    match what:
        case smtplib.SMTPResponseException():
            said = what.smtp_error
            return f"{what.smtp_code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
        case ssl.SSLCertVerificationError():
            return what.verify_message
        case OSError():
            return what.strerror or str(what)
    return what


def _is_loopback(session: Client) -> bool:
    return ipaddress.ip_address(session.peer).is_loopback


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()
