"""The way out to the smarthost: one kept SMTP connection, one letter at a time.

A letter can arrive twice, and only so: the connection broke after its final dot and before the smarthost's reply to it
came. That is a `SmarthostFailing`; the queue sends it again, with the same Message-ID.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
import smtplib
import socket
import ssl
import time
from base64 import b64encode
from functools import cached_property

from mailflow.config import Smarthost
from mailflow.core.display import one_line
from mailflow.edges.client import LOST, Client, Reply
from mailflow.steps.app import PermanentFailure, SmarthostDown, SmarthostFailing, TemporaryFailure
from mailflow.steps.deliver import TIMEOUTS_A_LETTER

KEPT_FOR = 30.0  # seconds at rest; smarthosts wait 5 minutes (RFC 5321, 4.5.3.2.7), firewalls often less
_QUIT_WITHIN = 1.0  # seconds
_LONGEST_TEXT = 300  # characters of what the smarthost said
_LINE_END = re.compile(rb"\r\n|\r|\n")
# What would end or break a path in MAIL or RCPT (RFC 5321, 4.1.2), or is no character at all.
_UNFIT = re.compile("[\\x00-\\x20<>\\x7f\\ud800-\\udfff]")
# 5xx that speak of us, not of the recipient or the letter: bad sequence, authentication (RFC 4954, 6), encryption.
_ABOUT_US = frozenset({503, 530, 534, 535, 538})


class _TlsError(Exception):
    """STARTTLS was offered, and did not come about."""


class SmarthostRelay:
    """For one thread at a time. The connection is made with the first letter and made anew when it died at rest."""

    def __init__(self, settings: Smarthost, hostname: str = "") -> None:
        """`hostname` is what EHLO says; smtplib's own default asks the resolver, so this machine's name is taken."""
        self._settings = settings
        self._hostname = hostname or socket.gethostname()
        self._session: Client | None = None
        self._used_at = 0.0

    def send(self, envelope_sender: str, recipient: str, raw: bytes) -> None:
        """Hand one letter over. Raises what `steps.app.Relay` says."""
        if _UNFIT.search(recipient) or not recipient:
            raise PermanentFailure(_text("no SMTP command can hold this address", recipient))
        if _UNFIT.search(envelope_sender):
            raise TemporaryFailure(_text("no SMTP command can hold this envelope sender", envelope_sender))
        deadline = time.monotonic() + TIMEOUTS_A_LETTER * self._settings.timeout.total_seconds()
        try:
            self._transfer(self._offered(envelope_sender, recipient, raw, deadline), raw)
        except LOST as error:
            self._drop()
            raise SmarthostFailing(_text(self._where, error)) from error
        finally:
            self._used_at = time.monotonic()

    def close_if_idle(self) -> None:
        """Give the connection back when no letter has needed it for a while."""
        if self._session is not None and time.monotonic() - self._used_at > KEPT_FOR:
            self.close()

    def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.deadline = time.monotonic() + _QUIT_WITHIN
            with contextlib.suppress(*LOST):
                session.quit()
            session.close()

    def _offered(self, sender: str, recipient: str, raw: bytes, deadline: float) -> Client:
        """A session that has taken MAIL and RCPT: the kept one, or a new one if that is dead."""
        self.close_if_idle()
        if self._session is not None:
            self._session.deadline = deadline
            try:
                self._offer(self._session, sender, recipient, raw)
            except LOST:  # before DATA: the smarthost has nothing of this letter
                self._drop()
            else:
                return self._session
        session = self._session = self._connect(deadline)
        self._offer(session, sender, recipient, raw)
        return session

    def _offer(self, session: Client, sender: str, recipient: str, raw: bytes) -> None:
        if session.in_transaction:  # the last letter was refused
            session.ask("RSET")
            session.in_transaction = False
        reply = session.ask(f"MAIL FROM:<{sender}>{_parameters(session, sender + recipient, raw)}")
        if not reply.positive:  # about us, or about now: the recipient is not at fault
            raise SmarthostFailing(self._said("MAIL", reply))
        session.in_transaction = True
        reply = session.ask(f"RCPT TO:<{recipient}>")
        if not reply.positive:
            raise self._failure("RCPT", reply)

    def _transfer(self, session: Client, raw: bytes) -> None:
        reply = session.ask("DATA")
        if reply.code != 354:
            raise self._failure("DATA", reply)
        session.send(_on_the_wire(raw))
        try:
            reply = session.reply()
        except LOST as error:  # it may have taken the letter: only the queue may send it again
            self._drop()
            raise SmarthostFailing(_text(f"{self._where} after the letter", error)) from error
        session.in_transaction = False
        if not reply.positive:
            raise self._failure("the letter", reply)

    def _failure(self, stage: str, reply: Reply) -> TemporaryFailure | PermanentFailure:
        if reply.code in _ABOUT_US:
            return SmarthostFailing(self._said(stage, reply))
        if reply.negative_for_good:
            return PermanentFailure(self._said(stage, reply))
        return TemporaryFailure(self._said(stage, reply))

    # ---------------------------------------------------------------------------------------------- a new session

    def _connect(self, deadline: float) -> Client:
        """A session that is ready for MAIL; whatever fails until then is about us or the smarthost."""
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
            raise SmarthostDown(_text(self._where, error)) from error

    def _open(self, deadline: float, *, tls: bool) -> Client:
        settings = self._settings
        session = Client(
            settings.host, settings.port, self._hostname, settings.timeout.total_seconds(), deadline
        )
        try:
            session.ehlo_or_helo_if_needed()
            if tls:
                self._start_tls(session)
            if settings.user:
                self._log_in(session)
        except BaseException:
            session.close()
            raise
        return session

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
            raise SmarthostDown(_text(self._where, 'offers no STARTTLS, and [smarthost] tls is "required"'))

    def _log_in(self, session: Client) -> None:
        if not (session.encrypted or _is_loopback(session)):
            raise SmarthostDown(
                _text(self._where, "offers no STARTTLS; the password is not sent in the clear")
            )
        user, password = self._settings.user, self._settings.password
        offered = session.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in offered:  # RFC 4616; smtplib's own login takes ASCII only
            reply = session.ask("AUTH PLAIN " + _base64(f"\0{user}\0{password}"))
        elif "LOGIN" in offered:
            reply = session.ask(f"AUTH LOGIN {_base64(user)}")
            if reply.code == 334:
                reply = session.ask(_base64(password))
        else:
            raise SmarthostDown(_text(self._where, "offers neither AUTH PLAIN nor AUTH LOGIN"))
        if not reply.positive:  # its text is not shown: some servers quote the command, password and all
            raise SmarthostDown(_text(self._where, f"refuses the login of [smarthost] user ({reply.code})"))

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

    def _drop(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    @property
    def _where(self) -> str:
        return f"{self._settings.host}:{self._settings.port}"

    def _said(self, stage: str, reply: Reply) -> str:
        return _text(f"{self._where} to {stage}", f"{reply.code} {reply.text}")


def _parameters(session: Client, addresses: str, raw: bytes) -> str:
    """Of MAIL, as far as the smarthost offers them (RFC 1870, RFC 6152, RFC 6531).

    Where 8BITMIME is not offered, a letter with 8-bit bytes goes out as it is: nobody has refused that for decades.
    """
    parameters = ""
    if session.has_extn("size"):
        parameters += f" SIZE={len(raw)}"
    if not raw.isascii() and session.has_extn("8bitmime"):
        parameters += " BODY=8BITMIME"
    if not addresses.isascii():
        if not session.has_extn("smtputf8"):
            raise PermanentFailure("550 5.6.7 the smarthost takes no address outside ASCII (SMTPUTF8)")
        parameters += " SMTPUTF8"
    return parameters


def _on_the_wire(raw: bytes) -> bytes:
    """The letter with CRLF line ends only, dots doubled, and the final dot (RFC 5321, 2.3.8 and 4.5.2)."""
    if not raw.count(b"\r\n") == raw.count(b"\r") == raw.count(b"\n"):
        raw = _LINE_END.sub(b"\r\n", raw)
    return (b"\r\n" + raw.removesuffix(b"\r\n")).replace(b"\r\n.", b"\r\n..")[2:] + b"\r\n.\r\n"


def _is_loopback(session: Client) -> bool:
    return ipaddress.ip_address(session.peer).is_loopback


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _text(where: str, what: object) -> str:
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
