"""The mail transactions of one SMTP session, pipelined where the smarthost offers it (RFC 2920).

Then the content of a letter leaves together with MAIL, RCPT and DATA of the next one, and a letter costs one round trip
instead of four. The session may break at any moment; which letters that concerns, and how, is said here too.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from mailflow.edges.client import Client, Reply
from mailflow.edges.session import said
from mailflow.steps.app import Outgoing, PermanentFailure, SmarthostFailing, TemporaryFailure, Told

_LINE_END = re.compile(rb"\r\n|\r|\n")
# 5xx that speak of us, not of the recipient or the letter: bad sequence, authentication (RFC 4954, 6), encryption.
_ABOUT_US = frozenset({503, 530, 534, 535, 538})
_TOO_MUCH = 552
_STATUS = re.compile(r"5\.\d{1,3}\.\d{1,3}\b")
_TOO_LONG = frozenset({"5.2.3", "5.3.4"})  # for the recipient's system, for any (RFC 3463)


@dataclass(frozen=True, slots=True)
class Taken:
    """A letter that is being sent, whatever session it is offered to."""

    letter: Outgoing
    deadline: float  # of `time.monotonic`


Following = Callable[[], Taken | None]  # the next letter, if there is one


class Transactions:
    """At most two letters are under way: one of which the content was sent, and one that is offered."""

    def __init__(self, session: Client, where: str, final_timeout: float) -> None:
        """`final_timeout`: seconds for the answer to a whole letter."""
        self.session = session
        self._final_timeout = final_timeout
        self._sent_at = 0.0
        self.used_at = time.monotonic()
        self._where = where
        self._pipelining = session.has_extn("pipelining")
        self.proven = False  # it has answered MAIL, RCPT and DATA: what breaks it now is no letter's fault
        self._offered: Taken | None = None
        self._stages: list[tuple[str, str]] = []  # of the one that is offered: names and commands
        self._refusal: Exception | None = None  # of the one that is offered
        self._sent: Taken | None = None

    @property
    def busy(self) -> bool:
        return self._offered is not None or self._sent is not None

    def start(self, following: Following) -> Iterator[Told]:
        """Offer a letter while nothing is under way. Raises `client.LOST`."""
        yield from self._offer(following)
        if self._offered is not None:
            self._send(b"")
            if not self._pipelining:
                yield from self.go_on(following)

    def go_on(self, following: Following) -> Iterator[Told]:
        """Read what was answered, which may have to come yet, and send what follows. Raises `client.LOST`."""
        if self._sent is not None:
            yield self._read_answer(self._sent)
            self._give_back_what_was_waited()
        if self._offered is None:
            return
        self._read_offer(self._offered)
        taken, refusal = self._offered, self._refusal
        self._offered, self.proven = None, True
        if refusal is None:
            self._sent = taken
        else:
            yield taken.letter, refusal
        if self._pipelining:
            yield from self._offer(following)
        self._send(_on_the_wire(taken.letter.raw) if refusal is None else b"")

    def broken(self, error: Exception, *, others: bool) -> list[tuple[Taken, Exception | None]]:
        """What becomes of the letters under way; None: another session is to try. `others`: there is one.

        Of a letter whose content was sent only the queue may decide, as the smarthost may have taken it. Of one that was
        offered it has nothing; the letter may still be what broke a new session.
        """
        letters: list[tuple[Taken, Exception | None]] = []
        if self._sent is not None:
            letters.append((self._sent, SmarthostFailing(said(f"{self._where} after the letter", error))))
        if self._offered is not None:
            innocent = self.proven or (others and not self.session.in_transaction)
            failure = None if innocent else SmarthostFailing(said(self._where, error))
            letters.append((self._offered, self._refusal or failure))
        self._offered = self._sent = None
        return letters

    def _offer(self, following: Following) -> Iterator[Told]:
        """Make the commands for the next letter that this session can carry."""
        while (taken := following()) is not None:
            letter = taken.letter
            try:
                parameters = _parameters(self.session, letter)
            except PermanentFailure as failure:
                yield letter, failure
                continue
            # One that was refused is still under way there; one whose content is sent ends by itself.
            reset = [("RSET", "RSET")] if self.session.in_transaction and self._sent is None else []
            mail = f"MAIL FROM:<{letter.envelope_sender}>{parameters}"
            self._stages = [
                *reset,
                ("MAIL", mail),
                ("RCPT", f"RCPT TO:<{letter.recipient}>"),
                ("DATA", "DATA"),
            ]
            self._offered, self._refusal = taken, None
            return

    def _send(self, content: bytes) -> None:
        """The content of one letter, and what offers the next one."""
        commands = [command for _, command in self._stages] if self._offered and self._pipelining else []
        whole = content + "".join(f"{command}\r\n" for command in commands).encode()
        if whole:
            under_way = self._sent or self._offered
            assert under_way is not None, "something is sent"
            self.session.deadline = under_way.deadline
            self.session.send(whole)
        self.used_at = time.monotonic()
        if self._sent is not None:
            self._sent_at = self.used_at
            self.session.wait_until(self._sent_at + self._final_timeout)

    def _read_offer(self, taken: Taken) -> None:
        """Until it may have its content, or `_refusal` says why not."""
        self.session.deadline = taken.deadline
        for stage, command in self._stages:
            success = 3 if stage == "DATA" else 2
            if self._pipelining:
                reply = self.session.reply(success=success)
            else:
                reply = self.session.ask(command, success=success)
            refused = self._refused(stage, reply)
            self._refusal = self._refusal or refused
            if self._refusal and not self._pipelining:
                return

    def _refused(self, stage: str, reply: Reply) -> Exception | None:
        if stage == "DATA":
            if reply.code != 354:
                return self._failure(stage, reply)
            if self._refusal:  # it waits for a letter to nobody (RFC 2920, 3.1)
                self._end_nothing()
        elif reply.positive:
            self.session.in_transaction = stage != "RSET"
        elif stage == "RCPT" and not _is_about_us(reply):
            return self._failure(stage, reply)
        elif stage == "MAIL" and _is_too_long(reply):
            return PermanentFailure(self._said(stage, reply))
        else:  # about us, or about now: the recipient is not at fault
            return SmarthostFailing(self._said(stage, reply))
        return None

    def _end_nothing(self) -> None:
        self.session.send(b".\r\n")
        self.session.reply()
        self.session.in_transaction = False

    def _give_back_what_was_waited(self) -> None:
        """For the answer to one letter: that was none of the next one's time."""
        if self._offered is not None:
            waited = time.monotonic() - self._sent_at
            self._offered = replace(self._offered, deadline=self._offered.deadline + waited)

    def _read_answer(self, taken: Taken) -> Told:
        reply = self.session.reply()
        self._sent, self.session.in_transaction = None, False
        self.used_at = time.monotonic()
        return taken.letter, None if reply.positive else self._failure("the letter", reply)

    def _failure(self, stage: str, reply: Reply) -> TemporaryFailure | PermanentFailure:
        if reply.code in _ABOUT_US:
            return SmarthostFailing(self._said(stage, reply))
        if reply.negative_for_good:
            return PermanentFailure(self._said(stage, reply))
        return TemporaryFailure(self._said(stage, reply))

    def _said(self, stage: str, reply: Reply) -> str:
        return said(f"{self._where} to {stage}", f"{reply.code} {reply.text}")


def _parameters(session: Client, letter: Outgoing) -> str:
    """Of MAIL, as far as the smarthost offers them (RFC 1870, RFC 6152, RFC 6531). Raises `PermanentFailure`.

    Where 8BITMIME is not offered, a letter with 8-bit bytes goes out as it is: nobody has refused that for decades.
    """
    given = ""
    if session.has_extn("size"):
        most = session.esmtp_features["size"]
        if most.isdecimal() and 0 < int(most) < len(letter.raw):
            raise PermanentFailure(f"552 5.3.4 the smarthost takes no letter of {len(letter.raw)} bytes")
        given += f" SIZE={len(letter.raw)}"
    if not letter.raw.isascii() and session.has_extn("8bitmime"):
        given += " BODY=8BITMIME"
    if not (letter.envelope_sender.isascii() and letter.recipient.isascii()):
        if not session.has_extn("smtputf8"):
            raise PermanentFailure("550 5.6.7 the smarthost takes no address outside ASCII (SMTPUTF8)")
        given += " SMTPUTF8"
    return given


def _is_about_us(reply: Reply) -> bool:
    """Whether RCPT is refused as we may not send (RFC 3463, 3.8), so that the next recipient fares no better.

    Exim says "relay not permitted" without a status. A policy against this recipient alone looks the same: that letter is
    tried again, too, until it is given up.
    """
    status = _STATUS.match(reply.text)
    return (
        status[0].startswith("5.7.") if status else reply.negative_for_good and "relay" in reply.text.lower()
    )


def _is_too_long(reply: Reply) -> bool:
    """Whether MAIL is refused for the size of this letter (RFC 1870, 6.1); nothing is known of the next one then."""
    status = _STATUS.match(reply.text)
    return status[0] in _TOO_LONG if status else reply.code == _TOO_MUCH


def _on_the_wire(raw: bytes) -> bytes:
    """The letter with CRLF line ends only, dots doubled, and the final dot (RFC 5321, 2.3.8 and 4.5.2)."""
    if not raw.count(b"\r\n") == raw.count(b"\r") == raw.count(b"\n"):
        raw = _LINE_END.sub(b"\r\n", raw)
    return (b"\r\n" + raw.removesuffix(b"\r\n")).replace(b"\r\n.", b"\r\n..")[2:] + b"\r\n.\r\n"
