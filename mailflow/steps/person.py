"""A mail whose writer waits for an answer: to which case it belongs, what it may do there, or that none takes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mailflow.core.accounts import with_mentioned
from mailflow.core.authentication import Handling, Verdict, handling_of, why_not_believed
from mailflow.core.case import Case, Flag, Status
from mailflow.core.envelope import MailKind
from mailflow.core.events import Event, PersonWrote, StrangerWrote, UnprovenWrote
from mailflow.core.intent import own_subject
from mailflow.core.origin import declines_answers
from mailflow.core.recognise import (
    Belongs,
    NewRequest,
    SetAside,
    asked_of,
    find_case_of_sender,
    heard,
    kind_in_case,
    kind_of_first,
    of_several,
    takes_back,
    takes_back_elsewhere,
    without_lost,
)
from mailflow.core.restraint import (
    SAID_AGAIN_WITHIN,
    flags_of_stranger,
    flags_of_text_again,
    is_familiar,
    text_key,
)
from mailflow.core.silence import SAID_AGAIN, silence_by_words
from mailflow.core.source import source_of
from mailflow.core.wish import Intent
from mailflow.steps.again import case_that_heard
from mailflow.steps.app import App
from mailflow.steps.apply import apply_event
from mailflow.steps.handled import Handled
from mailflow.steps.machine import by_machine
from mailflow.steps.match import current_case
from mailflow.steps.obey import obey
from mailflow.steps.senders import with_oddities
from mailflow.steps.understand import Said, Ties, Understood, ties_of
from mailflow.store.tally import TEXT
from mailflow.store.unit import UnitOfWork

_AGAIN = "it has come before, and was heard then"
_STRANGER = "it is not from the party of the case"
_CONFLICT = "its address, header and text name cases of different people"
_ELSEWHERE = "it bears the party's address, but comes from elsewhere and answers no letter of ours"
_BY_STAFF = "a member of the staff answered a letter of the desk"
# RFC 6531 takes a way out that carries SMTPUTF8 to the end, which we do not promise; a domain has an ASCII form.
_NOT_ASCII = "letters cannot be written to this address, which is not ASCII"


def by_person(app: App, uow: UnitOfWork, understood: Understood) -> Handled:
    """Everything about it but its own row, in the transaction of `uow`."""
    sender = understood.mail.sender
    assert sender is not None, "a mail without a sender is not answered"
    uow.cases.lock_party(sender)
    if understood.for_commands:
        return _commands(app, uow, understood)
    ties = ties_of(uow, understood)
    handled = _as_said(understood, understood.said(ties.asked, ties.letters, ties.known))
    if why := _why_none_may_take_it(app, understood, sender):
        return _set_aside(handled, why)
    declines = declines_answers(understood.mail)
    if silence := silence_by_words(handled.reading, handled.wish, declines_answers=declines):
        return replace(by_machine(app, uow, understood, silence), set_aside=True)
    if (heard := case_that_heard(uow, understood, _own_cases(ties))) is not None:
        return replace(handled, case=heard, how=_AGAIN, silence=_AGAIN)
    return _matched(app, uow, understood, handled, ties)


def _matched(app: App, uow: UnitOfWork, understood: Understood, handled: Handled, ties: Ties) -> Handled:
    lasting = without_lost(understood.clues, understood.sender, app.addresses, app.clock())
    found = ties.pointed or find_case_of_sender(
        lasting, ties.matches, handled.reading, handled.wish, app.config.policy.form
    )
    if isinstance(found, SetAside):
        return _set_aside(handled, found.why)
    if isinstance(found, NewRequest):
        if ties.asked is not None:  # as what it says to that case, which is not its own
            handled = _as_said(understood, understood.said(None, ties.letters))
        handled = replace(handled, reading=heard(handled.kind, handled.reading))
        return _in_no_case(app, uow, handled, ties.matches.of_sender)
    mine = ties.matches.of_sender
    if found.by_party and takes_back(handled.wish):
        mine = [*mine, *uow.cases.closed_of(understood.sender)]
    handled, found = _of_several(app, understood, handled, ties, found, mine)
    elsewhere = takes_back_elsewhere(understood.mail, understood.clues, ties.pointed, app.addresses.desk)
    others = [one for one in ties.matches.of_sender if one.status is not Status.CLOSED]
    return _in_case(app, uow, handled, found, others, elsewhere=elsewhere)


def _of_several(
    app: App, understood: Understood, handled: Handled, ties: Ties, found: Belongs, mine: Sequence[Case]
) -> tuple[Handled, Belongs]:
    """The mail, and which case of the sender's it means; as what it says to that one, where it seemed to answer another's letter."""
    subject = "" if ties.pointed else own_subject(handled.body.subject, app.config.lexicon.intent)
    text = f"{subject}\n{handled.body.fresh}"
    form, pointed = app.config.policy.form, ties.pointed is not None
    meant = of_several(found, mine, text, handled.reading, handled.wish, form, pointed=pointed)
    if meant.case.id == found.case.id or ties.asked is None:
        return handled, meant
    asked = () if pointed else asked_of(understood.clues, ties.matches, meant.case)
    said = understood.said(asked, ties.letters, tuple(meant.case.answers.values()))
    return _as_said(understood, said), meant


def _own_cases(ties: Ties) -> Iterator[Case]:
    if ties.pointed and ties.pointed.by_party:
        yield ties.pointed.case
    yield from ties.matches.of_sender


def _commands(app: App, uow: UnitOfWork, understood: Understood) -> Handled:
    """A mail to an address that only letters to the staff hold: nobody else's request, whoever wrote it."""
    found, body = understood.authentication, understood.body
    handled = Handled.of(understood, MailKind.REQUEST, Said(body))
    obeyed = obey(app, uow, understood.mail, body, understood.for_commands, found)
    if obeyed.silence is not None:
        return _set_aside(handled, obeyed.silence)
    return replace(handled, kind=MailKind.STAFF_COMMANDS, letters=obeyed.letters, acts=obeyed.acts)


def _as_said(understood: Understood, said: Said) -> Handled:
    kind = kind_of_first(said.reading, said.wish, understood.app.config.policy.form)
    return Handled.of(understood, kind, said)


def _why_none_may_take_it(app: App, understood: Understood, sender: str) -> str:
    """Why no case may take a mail, whatever it says; "" if one may."""
    if _from_staff(app, understood):
        return _BY_STAFF
    return "" if sender.isascii() else _NOT_ASCII


def _from_staff(app: App, understood: Understood) -> bool:
    """Staff who answer a digest or an escalation must not open a case by it."""
    staff = map(str.lower, app.config.policy.staff)
    return bool(understood.clues.message_ids) and understood.sender.lower() in staff


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
    form, sender = app.config.policy.form, handled.mail.sender or ""
    text = "" if handled.reading.answers else text_key(sender, handled.body.fresh, form)
    if text and (opened := uow.tally.last(TEXT, text, app.clock() - SAID_AGAIN_WITHIN)):
        case = uow.cases.get(opened, lock=True)
        if case is not None:
            return _said_again(app, uow, handled, case)
    known = frozenset(source for case in senders if case.letters for source in case.sources[:1])
    handled = _applied(app, uow, handled, None, _event(app, handled, handling, known_sources=known))
    if text and handled.case:
        uow.tally.put(TEXT, text, app.clock(), handled.case.id)
    return handled


def _said_again(app: App, uow: UnitOfWork, handled: Handled, case: Case) -> Handled:
    """A ticket system writes from a new address each time: its mail joins the case that its first one opened.

    The digest lists it all the same: its words alone tell it.
    """
    how = "a machine of its domain sent this text before"
    handled = replace(_set_aside(handled, SAID_AGAIN.why), how=how, by_party=False)
    event = StrangerWrote(handled.mail.sender or "", str(handled.mail_id), flags_of_text_again(case))
    return _applied(app, uow, handled, case, event)


def _in_case(
    app: App, uow: UnitOfWork, handled: Handled, found: Belongs, open_ones: Sequence[Case], *, elsewhere: bool
) -> Handled:
    case = current_case(uow, found.case)
    found = replace(found, case=case)
    form = app.config.policy.form
    handled = replace(handled, reading=with_mentioned(case, handled.reading, form))
    kind = kind_in_case(found, handled.reading, handled.wish, form, elsewhere=elsewhere)
    handled = replace(
        handled,
        how=found.how,
        by_party=found.by_party,
        kind=kind,
        reading=heard(kind, handled.reading),
    )
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
    event = replace(
        _event(app, handled, handling, at_reply_address=found.at_reply_address, proven=found.proven),
        others=tuple(one for one in open_ones if one.id != case.id),
        unclear=found.unclear,
    )
    if not is_familiar(case, event.proven, event.source):
        return _by_unproven(app, uow, handled, case, _ELSEWHERE, elsewhere=True)
    return _applied(app, uow, handled, case, event)


def _by_stranger(app: App, uow: UnitOfWork, handled: Handled, case: Case, flags: frozenset[Flag]) -> Handled:
    found = with_oddities(handled.authentication, handled.mail, (case.party,))
    handled = replace(handled, silence=_STRANGER, authentication=found)
    sender = handled.mail.sender or ""
    event = StrangerWrote(sender, str(handled.mail_id), flags, odd=bool(found.oddities))
    return _applied(app, uow, handled, case, event)


def _by_unproven(
    app: App, uow: UnitOfWork, handled: Handled, case: Case, why: str, *, elsewhere: bool = False
) -> Handled:
    handled = replace(handled, silence=why)
    event = UnprovenWrote(
        str(handled.mail_id),
        why,
        odd=bool(handled.authentication.oddities),
        elsewhere=elsewhere,
        message_id=handled.mail.message_id,
    )
    return _applied(app, uow, handled, case, event)


def _event(
    app: App,
    handled: Handled,
    handling: Handling,
    *,
    at_reply_address: bool = False,
    proven: bool = False,
    known_sources: frozenset[str] = frozenset(),
) -> PersonWrote:
    found = handled.authentication
    return PersonWrote(
        kind=handled.kind,
        sender=handled.mail.sender or "",
        reading=handled.reading,
        mail_id=str(handled.mail_id),
        message_id=handled.mail.message_id,
        references=handled.mail.references,
        topic=handled.wish.topic,
        wants=handled.wish.intent,
        secrets=handled.body.secrets,
        proof=found.verdict if found.source else None,
        trusted=handling is Handling.FULL,
        odd=bool(found.oddities),
        at_reply_address=at_reply_address,
        proven=proven or found.verdict is Verdict.PASS,
        source=source_of(handled.mail, app.config.authentication.relays),
        may_disown=handled.wish.may_disown,
        known_sources=known_sources,
    )


def _applied(app: App, uow: UnitOfWork, handled: Handled, case: Case | None, event: Event) -> Handled:
    applied = apply_event(app, uow, case, event, handled.mail.sender or "")
    return replace(handled, case=applied.case, letters=applied.letters, event=event)
