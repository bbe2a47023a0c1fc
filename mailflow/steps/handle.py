"""Handle: take the oldest mails of the inbox and do everything about each in one transaction.

What the mail is, which case it belongs to, what it says, what happens to the case, and the finished bytes of every
letter. A crash before the commit leaves the mail to be handled again, and a row that says in whose hands it was; after
it nothing is left to do.
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mailflow.core.answer import Reading
from mailflow.core.answers import read_answers, with_subject
from mailflow.core.authentication import Handling, Verdict, handling_of, why_not_believed
from mailflow.core.body import Body, read_body, redacted, without_desk, without_letters
from mailflow.core.case import Case, Flag, Status
from mailflow.core.envelope import MailKind
from mailflow.core.events import AddressFailed, Event, PersonWrote, StrangerWrote, UnprovenWrote
from mailflow.core.intent import own_subject, read_wish
from mailflow.core.mail import Mail, parse
from mailflow.core.origin import Silence, why_not_answer
from mailflow.core.reading.context import YES_TO_WHAT_WAS_ASKED
from mailflow.core.recognise import (
    Belongs,
    Clues,
    NewRequest,
    SetAside,
    case_of_bounce,
    clues_of,
    find_case,
    find_case_of_sender,
    kind_in_case,
    kind_of_first,
    without_lost,
)
from mailflow.core.reference import Purpose, Tagged
from mailflow.core.restraint import SAID_AGAIN_WITHIN, flags_of_stranger, is_familiar, text_key
from mailflow.core.source import source_of
from mailflow.core.timing import retry_wait
from mailflow.core.wish import Intent, Wish
from mailflow.steps.app import App
from mailflow.steps.apply import apply_event
from mailflow.steps.handled import RETRY_WAITS, Failed, Handled
from mailflow.steps.match import current_case, matches_of
from mailflow.steps.obey import obey
from mailflow.steps.operate import record
from mailflow.steps.senders import who_wrote, with_oddities
from mailflow.store.engine import Unavailable
from mailflow.store.mails import StoredMail
from mailflow.store.tally import TEXT
from mailflow.store.unit import UnitOfWork

_SAID_AGAIN = "a machine of its domain sent this text before, and it says nothing of an account"
_STRANGER = "it is not from the party of the case"
_CONFLICT = "its address, header and text name cases of different people"
_ELSEWHERE = "it bears the party's address, but comes from elsewhere and answers no letter of ours"
_ENDED = "the process ended while this mail was handled"


def handle_waiting(app: App, limit: int) -> list[Handled | Failed]:
    """Handle up to `limit` mails in one transaction, each in a savepoint, so that a bad one undoes only itself.

    One that may have ended a process is first counted, and afterwards handled alone. Nothing comes back when none waits.
    """
    with app.claim(app.clock(), limit, checked=app.sender_check is not None) as claim:
        done = [
            *(_left(app, claim.uow, stored) for stored in claim.left),
            *(_try(app, claim.uow, stored) for stored in claim.mails),
        ]
        record(app, claim.uow, (act for one in done if isinstance(one, Handled) for act in one.acts))
        return done


def _try(app: App, uow: UnitOfWork, stored: StoredMail) -> Handled | Failed:
    try:
        with uow.savepoint():
            return handle(app, uow, stored)
    except Unavailable:
        raise  # the database's fault, not the mail's: the whole transaction is tried again
    except Exception as error:  # noqa: BLE001 -- whatever a mail raises must not stop the next one
        return _failed(app, uow, stored, _told(error))


def _left(app: App, uow: UnitOfWork, stored: StoredMail) -> Failed:
    """A process ended while the mail was in hand: maybe by it, maybe by another one, maybe by a power cut.

    So the first time it is tried at once; again, and it was alone.
    """
    return _failed(app, uow, stored, _ENDED, at_once=not stored.attempts)


def _failed(app: App, uow: UnitOfWork, stored: StoredMail, said: str, *, at_once: bool = False) -> Failed:
    attempts = stored.attempts + 1
    if attempts > len(RETRY_WAITS):
        uow.mails.park(stored.id, said)
        return Failed(stored.id, said, attempts, None)
    next_try_at = stored.next_try_at if at_once else app.clock() + retry_wait(attempts, RETRY_WAITS)
    uow.mails.failed(stored.id, said, next_try_at)
    return Failed(stored.id, said, attempts, next_try_at)


def _told(error: Exception) -> str:
    """What raised, and where. Its text stays out: it may quote the mail, and this goes into the log and the digest."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "mailflow" in Path(frame.filename).parts]
    last = (ours or frames)[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}, line {last.lineno}, {last.name}"


def handle(app: App, uow: UnitOfWork, stored: StoredMail) -> Handled:
    """Everything about one mail, in the transaction of `uow`."""
    mail = parse(stored.raw, stored.envelope)
    body = read_body(mail, app.config.lexicon, app.addresses.desk)
    silence = why_not_answer(mail, app.config.desk.address)
    if silence is not None:
        handled = _machine(app, uow, stored, mail, body, silence)
        handled = replace(handled, authentication=who_wrote(app.config, mail, stored.authentication))
    else:
        handled = _person(app, uow, stored, mail, body)
    _settle(app, uow, handled)
    return handled


def _machine(
    app: App, uow: UnitOfWork, stored: StoredMail, mail: Mail, body: Body, silence: Silence
) -> Handled:
    """Nobody waits for an answer. A bounce that is genuinely ours marks the party's address as failing."""
    handled = Handled(
        stored.id,
        silence.kind,
        mail,
        body,
        Reading(),
        Wish(Intent.NONE),
        silence=silence.why,
        source=silence.source,
    )
    clues = clues_of(mail, "", app.addresses)
    matches = matches_of(uow, clues, "")
    if silence.kind is not MailKind.BOUNCE or not clues.tagged:  # filed with the case whose letter it answers
        pointed = find_case(clues, matches, mail.sender or "", app.addresses, app.clock())
        return replace(handled, case=pointed.case, how=pointed.how) if pointed else handled
    case = case_of_bounce(clues, matches, app.addresses, app.clock())
    if case is None:
        return handled
    event = _failure_of(mail, case)
    applied = apply_event(app, uow, current_case(uow, case), event, mail.sender or "a mail server")
    return replace(handled, case=applied.case, event=event)


def _failure_of(mail: Mail, case: Case) -> AddressFailed:
    report = next(
        (report for report in mail.reports if report.action == "failed"), next(iter(mail.reports), None)
    )
    if report is None:
        return AddressFailed(case.party, "", "")
    status = report.status if report.action == "failed" else "4.0.0"  # delayed, relayed…: not failed yet
    return AddressFailed(case.party, status, report.diagnostic)


def _person(app: App, uow: UnitOfWork, stored: StoredMail, mail: Mail, body: Body) -> Handled:
    assert mail.sender is not None, "a mail without a sender is not answered"
    uow.cases.lock_party(mail.sender)
    clues = clues_of(mail, f"{body.subject}\n{body.fresh}", app.addresses)
    for_commands = [tagged for tagged in clues.tagged if tagged.purpose is Purpose.STAFF]
    if for_commands:
        return _commands(app, uow, stored, mail, body, for_commands)
    matches = matches_of(uow, clues, mail.sender)
    pointed = find_case(clues, matches, mail.sender, app.addresses, app.clock())
    if pointed and clues.typed:  # a reference stands among the fresh lines: maybe all of our letter does
        body = without_letters(body, (letter.text for letter in uow.outbox.of_case(pointed.case.id)))
    read_for = pointed.case if pointed else _likely(matches.of_sender)
    handled = _read(app, stored, mail, body, read_for)
    if _from_staff(app, mail, clues):
        return _set_aside(handled, "a member of the staff answered a letter of the desk")
    if not mail.sender.isascii():
        # RFC 6531 takes a way out that carries SMTPUTF8 to the end, which we do not promise; a domain has an ASCII form.
        return _set_aside(handled, "letters cannot be written to this address, which is not ASCII")
    form = app.config.policy.form
    lasting = without_lost(clues, mail.sender, app.addresses, app.clock())
    found = pointed or find_case_of_sender(lasting, matches, handled.reading, handled.wish, form)
    if isinstance(found, SetAside):
        return _set_aside(handled, found.why)
    if isinstance(found, NewRequest):
        if read_for is not None:  # as what it says to that case, which is not its own
            handled = _read(app, stored, mail, body, None)
        return _in_no_case(app, uow, handled, matches.of_sender)
    return _in_case(app, uow, handled, found)


def _commands(
    app: App, uow: UnitOfWork, stored: StoredMail, mail: Mail, body: Body, tagged: Sequence[Tagged]
) -> Handled:
    """A mail to an address that only letters to the staff hold: nobody else's request, whoever wrote it."""
    found = who_wrote(app.config, mail, stored.authentication)
    handled = Handled(
        stored.id, MailKind.REQUEST, mail, body, Reading(), Wish(Intent.NONE), authentication=found
    )
    obeyed = obey(app, uow, mail, body, tagged, found)
    if obeyed.silence is not None:
        return _set_aside(handled, obeyed.silence)
    return replace(handled, kind=MailKind.STAFF_COMMANDS, letters=obeyed.letters, acts=obeyed.acts)


def _read(app: App, stored: StoredMail, mail: Mail, body: Body, case: Case | None) -> Handled:
    """What the mail says, understood with what our last letter asked as context."""
    policy, lexicon = app.config.policy, app.config.lexicon
    asked = case.asked if case else None
    subject = own_subject(body.subject, lexicon.intent) if case is None else ""
    lines = with_subject(subject, without_desk(body.lines, app.addresses.desk))
    reading = read_answers(lines, policy.form, asked, lexicon.answers, mail.sender or "")

    def wish_beside(reading: Reading) -> Wish:
        return read_wish(
            body.lines,
            body.subject,
            reading,
            policy.redirects,
            lexicon.intent,
            in_case=case is not None,
            form=policy.form,
        )

    wish, sparing = wish_beside(reading), reading.without(YES_TO_WHAT_WAS_ASKED)
    if sparing != reading and (beside := wish_beside(sparing)).intent is Intent.WITHDRAWAL:
        reading, wish = (
            sparing,
            beside,
        )  # "yes, I got back in": who needs us no longer agrees to nothing of ours
    found = who_wrote(app.config, mail, stored.authentication)
    kind = kind_of_first(reading, wish, policy.form)
    return Handled(stored.id, kind, mail, body, reading, wish, authentication=found)


def _from_staff(app: App, mail: Mail, clues: Clues) -> bool:
    """Staff who answer a digest or an escalation must not open a case by it."""
    return bool(clues.message_ids) and (mail.sender or "").lower() in map(str.lower, app.config.policy.staff)


def _set_aside(handled: Handled, why: str) -> Handled:
    return replace(handled, silence=why, set_aside=True)


def _in_no_case(app: App, uow: UnitOfWork, handled: Handled, senders: Sequence[Case]) -> Handled:
    found = handled.authentication
    handling = handling_of(found.verdict, app.config.policy.senders, in_case=False)
    if handling is Handling.STAFF:
        # Whatever it is about: the digest lists no mail that is off topic, and has to list this one.
        return _set_aside(replace(handled, kind=MailKind.REQUEST), why_not_believed(found))
    if handled.wish.intent is Intent.BULK:
        return _set_aside(handled, "it offers something for sale, and nobody waits for an answer")
    if handled.kind is MailKind.WITHDRAWAL:
        return _set_aside(handled, "it takes back a request that is not there")
    text = "" if handled.reading.answers else text_key(handled.mail.sender or "", handled.body.fresh)
    if text and (opened := uow.tally.last(TEXT, text, app.clock() - SAID_AGAIN_WITHIN)):
        case = uow.cases.get(opened, lock=True)
        if case is not None:
            return _said_again(app, uow, handled, case)
    known = frozenset(source for case in senders if case.letters for source in case.sources[:1])
    handled = _applied(app, uow, handled, None, replace(_event(handled, handling), known_sources=known))
    if text and handled.case:
        uow.tally.put(TEXT, text, app.clock(), handled.case.id)
    return handled


def _said_again(app: App, uow: UnitOfWork, handled: Handled, case: Case) -> Handled:
    """A ticket system writes from a new address each time: its mail joins the case that its first one opened."""
    handled = replace(
        handled, how="a machine of its domain sent this text before", by_party=False, silence=_SAID_AGAIN
    )
    event = StrangerWrote(handled.mail.sender or "", str(handled.mail_id), frozenset({Flag.GOING_IN_CIRCLES}))
    return _applied(app, uow, handled, case, event)


def _in_case(app: App, uow: UnitOfWork, handled: Handled, found: Belongs) -> Handled:
    case = current_case(uow, found.case)
    found = replace(found, case=case)
    handled = replace(handled, how=found.how, by_party=found.by_party)
    kind = kind_in_case(found, handled.reading, handled.wish, app.config.policy.form)
    handled = replace(handled, kind=kind)
    if not found.by_party:
        return _by_stranger(app, uow, handled, case, flags_of_stranger(proven=found.proven))
    if found.conflict:
        return _by_unproven(app, uow, handled, case, _CONFLICT)
    handling = handling_of(
        handled.authentication.verdict,
        app.config.policy.senders,
        in_case=True,
        at_reply_address=found.at_reply_address,
    )
    if handling is Handling.STAFF:
        return _by_unproven(app, uow, handled, case, why_not_believed(handled.authentication))
    event = _event(handled, handling)
    event = replace(event, at_reply_address=found.at_reply_address, proven=found.proven or event.proven)
    if not is_familiar(case, event.proven, event.source):
        return _by_unproven(app, uow, handled, case, _ELSEWHERE)
    return _applied(app, uow, handled, case, event)


def _by_stranger(app: App, uow: UnitOfWork, handled: Handled, case: Case, flags: frozenset[Flag]) -> Handled:
    found = with_oddities(handled.authentication, handled.mail, (case.party,))
    handled = replace(handled, silence=_STRANGER, authentication=found)
    sender = handled.mail.sender or ""
    event = StrangerWrote(sender, str(handled.mail_id), flags, odd=bool(found.oddities))
    return _applied(app, uow, handled, case, event)


def _by_unproven(app: App, uow: UnitOfWork, handled: Handled, case: Case, why: str) -> Handled:
    handled = replace(handled, silence=why)
    event = UnprovenWrote(str(handled.mail_id), why, odd=bool(handled.authentication.oddities))
    return _applied(app, uow, handled, case, event)


def _event(handled: Handled, handling: Handling) -> PersonWrote:
    found = handled.authentication
    return PersonWrote(
        kind=handled.kind,
        sender=handled.mail.sender or "",
        reading=handled.reading,
        mail_id=str(handled.mail_id),
        message_id=handled.mail.message_id,
        references=handled.mail.references,
        topic=handled.wish.topic,
        secrets=handled.body.secrets,
        proof=found.verdict if found.source else None,
        trusted=handling is Handling.FULL,
        odd=bool(found.oddities),
        proven=found.verdict is Verdict.PASS,
        source=source_of(handled.mail),
    )


def _applied(app: App, uow: UnitOfWork, handled: Handled, case: Case | None, event: Event) -> Handled:
    applied = apply_event(app, uow, case, event, handled.mail.sender or "")
    return replace(handled, case=applied.case, letters=applied.letters, event=event)


def _likely(cases: Sequence[Case]) -> Case | None:
    """The case whose last letter a fresh mail of its party most likely answers."""
    open_ones = [case for case in cases if case.status is not Status.CLOSED]
    return max(open_ones, key=lambda case: case.changed_at, default=None)


def _settle(app: App, uow: UnitOfWork, handled: Handled) -> None:
    mail, body, found = handled.mail, handled.body, handled.authentication
    if found.source or found.oddities:
        uow.senders.put(handled.mail_id, found, app.clock())
    uow.mails.handled(
        handled.mail_id,
        now=app.clock(),
        kind=handled.kind,
        case_id=handled.case.id if handled.case else None,
        sender=mail.sender or "",
        subject=body.subject,
        message_id=mail.message_id,
        silence=handled.silence,
        fresh=body.fresh,
        raw=redacted(mail, body) if body.masked else None,
    )
