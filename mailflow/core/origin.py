"""Says which mails are never answered: what machines, lists and loops send, and what we wrote ourselves.

Two answering machines that write to each other never stop, so one sign is enough for silence. But a person who gets
no answer is as bad: a field that people's own mail carries (Feedback-ID, a request for a receipt) is no sign.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from mailflow.core import signs
from mailflow.core.envelope import MailKind
from mailflow.core.mail import Mail
from mailflow.core.mailbox import read_mailboxes
from mailflow.core.reference import is_desk, is_postmaster
from mailflow.core.silence import Silence
from mailflow.core.subjects import Subjects


@dataclass(frozen=True, slots=True)
class Look:
    """What the checks look at."""

    mail: Mail
    desk: str  # its address
    subjects: Subjects  # those of what programs send


def why_not_answer(mail: Mail, desk_address: str, subjects: Subjects) -> Silence | None:
    """The first reason to stay silent towards a mail, or None for a person's mail.

    The envelope
      null_sender           a null reverse-path (RFC 5321, 4.5.5; RFC 3834, 2)
    The header fields
      auto_submitted        Auto-Submitted other than "no" (RFC 3834, 2 and 5)
      list_field            List-* (RFC 2369, RFC 2919, RFC 8058), what lists wrote before these, and a list in Errors-To,
                            Resent-From, Resent-Sender or X-Loop
      precedence            Precedence and kin: bulk, junk, list, auto_reply (RFC 3834, 3.1.8; RFC 2076, 3.9)
      suppressed            X-Auto-Response-Suppress with All (MS-OXCMAIL, 2.1.3.2.20)
      machine_field         a field that only answering machines and ticket systems write (conventions of vendors)
      failed_recipients     X-Failed-Recipients (Exim)
      answering_program     an autoresponder as X-Mailer, Delivered-To or X-POST-MessageClass (conventions of vendors)
      notifying_program     a device or what watches machines as X-Mailer
      our_loop              X-Loop with our address (procmail)
    The MIME structure
      delivery_report       message/delivery-status (RFC 3464, RFC 6533)
      other_report          receipts, complaints and other multipart/reports (RFC 6522, RFC 8098, RFC 5965)
      calendars_answer      a calendar's data without a word beside it (RFC 5546)
      reaction              a sign that one tap on a letter sends (Gmail)
    The sender
      unknown_sender        no From, or none that is one unambiguous mailbox (RFC 5322, 3.6.2)
      our_own               the desk or one of its reply addresses (RFC 3834, 2)
      daemon_sender         mailer-daemon, postmaster and kin, in From, Sender, the envelope or the display name (RFC 2142, 5)
      list_sender           owner-*, *-request, *-bounces, listserv, majordomo, in the same (RFC 3834, 2; RFC 5230, 4.6)
      no_reply_sender       no-reply and its translations (a convention)
      robot_sender          a device, or what watches machines (a convention)
      automatic_subject     the prefixes with which mail programs mark an absence notice (conventions of vendors)
      bounce_subject        the subjects of delivery reports (conventions of vendors)
    The recipient
      not_addressed         neither envelope nor header names the desk (RFC 3834, 2), but perhaps its postmaster
    """
    look = Look(mail, desk_address, subjects)
    for check in CHECKS:
        if (silence := check(look)) is not None:
            return silence
    return None


def declines_answers(mail: Mail) -> bool:
    """Whether it has X-Auto-Response-Suppress with AutoReply (MS-OXCMAIL, 2.1.3.2.20).

    Machines' mail has it, but Exchange puts it on what people write, too: so it counts where a mail asks nothing. OOF,
    DR, NDR, RN and NRN decline absence notices and reports; the desk's answers are neither.
    """
    return bool(_suppressing(mail, "autoreply"))


# The envelope


def null_sender(look: Look) -> Silence | None:
    # Return-Path is what is left of the envelope in a mail that came through a pipe, or was sent on.
    if look.mail.envelope.sender in ("", "<>") or "<>" in map(str.strip, look.mail.headers("return-path")):
        why = "Its envelope sender is the null one."
        return _machine(look, why, "RFC 5321, section 4.5.5; RFC 3834, section 2")
    return None


# The header fields


def auto_submitted(look: Look) -> Silence | None:
    for field in ("auto-submitted", "x-auto-submitted"):
        for value in look.mail.headers(field):
            keyword = _words_of(value)[0]
            if keyword not in ("", "no"):
                why = f"It says that a program sent it: {_titled(field)} is {_shown(keyword)}."
                return _machine(look, why, "RFC 3834, section 5")
    return None


def list_field(look: Look) -> Silence | None:
    if field := next((name for name, _ in look.mail.fields if name in signs.LIST_FIELDS), ""):
        why = f"It went to a list or to many: it has a {_titled(field)} field."
        kind = MailKind.BOUNCE if _reports_delivery(look) else MailKind.OFF_TOPIC
        return Silence(why, "RFC 2369; RFC 2919", kind)
    for field in signs.LIST_ADDRESS_FIELDS:
        if any(
            _is_list(box.address) for value in look.mail.headers(field) for box in read_mailboxes(value).found
        ):
            return _machine(look, f"A list sent it on, as its {_titled(field)} field says.", signs.VENDORS)
    return None


def _is_list(address: str) -> bool:
    local, host = _local(address), address.rpartition("@")[2]
    managed = signs.LIST_SENDER.search(local) or local.endswith("-owner")
    return bool(managed or signs.LIST_HOST.match(host))


def precedence(look: Look) -> Silence | None:
    for field in ("precedence", "x-precedence", "preference"):
        for value in look.mail.headers(field):
            if signs.PRECEDENCE_OF_MANY.intersection(_words_of(value)):
                why = f"It asks for no answer: {_titled(field)} is {_shown(value)}."
                return _machine(look, why, "RFC 3834, section 3.1.8; RFC 2076, section 3.9")
    return None


def suppressed(look: Look) -> Silence | None:
    if value := _suppressing(look.mail, "all"):
        why = f"It declines automatic answers: X-Auto-Response-Suppress is {_shown(value)}."
        return _machine(look, why, signs.OXCMAIL)
    return None


def _suppressing(mail: Mail, what: str) -> str:
    values = mail.headers("x-auto-response-suppress")
    return next((value for value in values if what in map(str.strip, value.lower().split(","))), "")


def machine_field(look: Look) -> Silence | None:
    for name, value in look.mail.fields:
        whose = signs.MACHINE_FIELDS.get(name) or (
            signs.VENDORS if name.startswith(signs.MACHINE_FIELDS_BEGIN) else ""
        )
        if whose and value.strip().lower() not in ("no", "false", "0", "none"):
            return _machine(look, f"Only programs write its field {_titled(name)}.", whose)
    return None


def failed_recipients(look: Look) -> Silence | None:
    if look.mail.headers("x-failed-recipients"):
        why = "It reports a failed delivery: it has an X-Failed-Recipients field."
        return Silence(why, "a convention of Exim", MailKind.BOUNCE)
    return None


def answering_program(look: Look) -> Silence | None:
    for field in ("x-mailer", "user-agent", "x-post-messageclass", "delivered-to"):
        for value in look.mail.headers(field):
            if signs.ANSWERING_PROGRAM.search(value):
                why = f"An answering machine sent it: {_titled(field)} is {_shown(value)}."
                return _machine(look, why, signs.VENDORS)
    return None


def notifying_program(look: Look) -> Silence | None:
    for value in (*look.mail.headers("x-mailer"), *look.mail.headers("user-agent")):
        if signs.NOTIFYING_PROGRAM.search(value):
            return _machine(look, f"No person writes with what sent it: {_shown(value)}.", signs.VENDORS)
    return None


def our_loop(look: Look) -> Silence | None:
    if _names_desk(look.mail.headers("x-loop"), look.desk):
        return _machine(look, "It has been here before: X-Loop names this desk.", "a convention of procmail")
    return None


# The MIME structure. A mail that a person attaches stays closed: the report in a forwarded bounce is not the mail's.


def delivery_report(look: Look) -> Silence | None:
    if look.mail.reports or signs.DELIVERY_TYPES.intersection(look.mail.content_types):
        return Silence("It holds a delivery report.", "RFC 3464; RFC 6533", MailKind.BOUNCE)
    return None


def other_report(look: Look) -> Silence | None:
    if found := signs.REPORT_TYPES.intersection(look.mail.content_types):
        return _machine(look, f"It holds a report: {min(found)}.", "RFC 6522; RFC 8098; RFC 5965")
    return None


def calendars_answer(look: Look) -> Silence | None:
    if "text/calendar" in look.mail.content_types and not look.mail.text.strip():
        return _machine(look, "A calendar sent it, and nobody wrote a word beside it.", "RFC 5546")
    return None


def reaction(look: Look) -> Silence | None:
    """It was meant for nobody to answer, and a thumb under a letter of three questions answers none of them."""
    if signs.REACTION_TYPE in look.mail.content_types:
        return _machine(look, "It is a reaction to a mail, of one sign.", "a convention of Gmail")
    return None


# The sender


def unknown_sender(look: Look) -> Silence | None:
    if look.mail.sender is None:
        kind = MailKind.BOUNCE if _reports_delivery(look) else MailKind.REQUEST
        return Silence("Its From field does not name exactly one mailbox.", "RFC 5322, section 3.6.2", kind)
    return None


def our_own(look: Look) -> Silence | None:
    if is_desk(look.mail.sender or "", look.desk):
        return _machine(look, "It came from this desk's own address.", "RFC 3834, section 2")
    return None


def daemon_sender(look: Look) -> Silence | None:
    if _from_daemon(look.mail):
        why = "A mail system sent it, not a person."
        return _machine(look, why, "RFC 3834, section 2; RFC 2142, section 5")
    return None


def list_sender(look: Look) -> Silence | None:
    from_field, *handed_on_by = _local_parts(look.mail)
    # shop-owner@ may be a person; as who sent another's mail it is a list's manager.
    managed = any(local.endswith("-owner") and local != from_field for local in handed_on_by)
    if managed or any(signs.LIST_SENDER.search(local) for local in (from_field, *handed_on_by)):
        why = "A mailing list or its manager sent it."
        return _machine(look, why, "RFC 3834, section 2; RFC 5230, section 4.6")
    return None


def no_reply_sender(look: Look) -> Silence | None:
    if signs.NO_REPLY.search(_local(look.mail.sender)) or signs.NO_REPLY.search(
        _local(look.mail.envelope.sender)
    ):
        return _machine(look, "Its sender's address says that nobody reads answers.", "a convention")
    return None


def robot_sender(look: Look) -> Silence | None:
    if signs.ROBOT.match(_local(look.mail.sender)):
        return _machine(look, "Its sender's address is a program's or a device's.", "a convention")
    return None


def automatic_subject(look: Look) -> Silence | None:
    subject = look.mail.subject.strip()
    told = look.subjects.of_answer(subject)
    # "Auto: " is what RFC 5230, 5.3 proposes for Sieve's vacation; in German it is a car. Only an answer counts.
    if not told and subject.lower().startswith("auto:") and look.mail.in_reply_to:
        told = subject[:5]
    if told:
        # What follows is not told: it may hold a secret, and this goes into the log.
        why = f"Its subject is that of an automatic answer: {_shown(told)}."
        return _machine(look, why, signs.VENDORS)
    return None


def bounce_subject(look: Look) -> Silence | None:
    if begins := look.subjects.of_bounce(look.mail.subject):
        why = f"Its subject is that of a delivery report: {_shown(begins)}."
        return Silence(why, signs.VENDORS, MailKind.BOUNCE)
    return None


# The recipient


def not_addressed(look: Look) -> Silence | None:
    """Only where nothing at all names the desk.

    RFC 3834 would have the header name it; but the envelope decides, as an alias or a Bcc is a person's right, and
    what is not ours the listener has refused. So this catches what a pipe or a relay led astray.
    """
    if any(
        is_desk(address, look.desk) for address in (*look.mail.envelope.recipients, *look.mail.addressed_to)
    ):
        return None
    if any(_names_desk(look.mail.headers(field), look.desk) for field in signs.DELIVERY_FIELDS):
        return None
    if any(is_postmaster(address, look.desk) for address in look.mail.envelope.recipients):
        why = "It was written to the postmaster, not to the desk."
        return Silence(why, "RFC 5321, section 4.5.1", MailKind.REQUEST)
    return _machine(look, "Neither its envelope nor its header names this desk.", "RFC 3834, section 2")


CHECKS: tuple[Callable[[Look], Silence | None], ...] = (
    null_sender,
    auto_submitted,
    list_field,
    precedence,
    suppressed,
    machine_field,
    failed_recipients,
    answering_program,
    notifying_program,
    our_loop,
    delivery_report,
    other_report,
    calendars_answer,
    reaction,
    unknown_sender,
    our_own,
    daemon_sender,
    list_sender,
    no_reply_sender,
    robot_sender,
    automatic_subject,
    bounce_subject,
    not_addressed,
)


def _words_of(value: str) -> list[str]:
    """What a field says in a word or several, without comments and quotes; what else stands in it counts as a word."""
    words = re.split(r"[,;]", re.sub(r"\([^()]*\)?", "", value).lower())
    return [word.strip(" \t\r\n\"'") for word in words]


def _names_desk(values: tuple[str, ...], desk: str) -> bool:
    return any(is_desk(word.strip("<>,;"), desk) for value in values for word in value.split()[:100])


def _machine(look: Look, why: str, source: str) -> Silence:
    """A delivery report is a bounce, whichever sign gave it away."""
    return Silence(why, source, MailKind.BOUNCE if _reports_delivery(look) else MailKind.AUTO_GENERATED)


def _reports_delivery(look: Look) -> bool:
    mail = look.mail
    if (
        mail.reports
        or signs.DELIVERY_TYPES.intersection(mail.content_types)
        or mail.headers("x-failed-recipients")
    ):
        return True
    told = _from_daemon(mail) or bool(look.subjects.of_bounce(mail.subject))
    return told and not signs.RECEIPT_TYPES.intersection(mail.content_types)


def _from_daemon(mail: Mail) -> bool:
    return (
        any(signs.DAEMON.match(part) for part in _local_parts(mail))
        or mail.sender_name.strip().lower() in signs.DAEMON_NAMES
    )


def _local_parts(mail: Mail) -> tuple[str, ...]:
    """Of From; of the envelope's sender and of the Sender field, which name who handed the mail on."""
    named = (box.address for value in mail.headers("sender") for box in read_mailboxes(value).found[:1])
    return (_local(mail.sender), _local(mail.envelope.sender), *map(_local, named))


def _local(address: str | None) -> str:
    return (address or "").rpartition("@")[0].lower()[:200]


def _shown(value: str) -> str:
    return '"' + "".join(c if c.isprintable() else " " for c in value.strip()[:60]) + '"'


def _titled(field: str) -> str:
    return "-".join(word.capitalize() for word in field.split("-"))
