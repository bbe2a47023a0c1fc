"""The rules of mails: the party writes, somebody else does, or a letter of ours comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mailflow.core.case import DECIDED, Case, Flag, Outcome, Status
from mailflow.core.decision import Decision, Note, Now
from mailflow.core.envelope import MailKind
from mailflow.core.events import AddressFailed, AddressReached, PersonWrote, StrangerWrote, UnprovenWrote
from mailflow.core.letters import Letter, LetterKind
from mailflow.core.reference import new_reference
from mailflow.core.restraint import may_be_reminded
from mailflow.core.rules.asking import ask_or_queue, ask_which, first_again, say_status, which_it_is
from mailflow.core.rules.changes import close, into_review, letter_of, reopen
from mailflow.core.rules.hearing import changes_one, heard_in, note_of, odd_flags
from mailflow.core.wish import Intent

_FOR_AN_ACCOUNT = frozenset({Intent.RECOVERY, Intent.AGAIN, Intent.GO_ON, Intent.YES})


def open_case(_: None, event: PersonWrote, now: Now) -> Decision:
    case = Case(
        id=now.new_id,
        reference=new_reference(now.new_id),
        party=event.sender,
        status=Status.AWAITING_ANSWERS,
        opened_at=now.time,
        changed_at=now.time,
        waiting_since=now.time,
    )
    case = heard_in(case, event, now, opened=True)
    if event.kind is MailKind.OFF_TOPIC:
        return Decision(close(case, Outcome.REDIRECTED, now), note_of(event), _redirect(case, event, now))
    return ask_or_queue(case, event, now, LetterKind.RECEIVED)


def person_wrote(case: Case, event: PersonWrote, now: Now) -> Decision:
    """The party of an open case wrote."""
    if event.unclear and changes_one(case, event, now.policy.form):
        return ask_which(case, event, now)
    case = heard_in(case, event, now)
    if event.kind is MailKind.DISOWNED:
        return _disowned(case, event, now)
    if event.kind is MailKind.WITHDRAWAL:
        letter = letter_of(LetterKind.WITHDRAWN, case, {"text": "", **which_it_is(case, event, now)})
        return Decision(close(case, Outcome.WITHDRAWN, now), note_of(event), (letter,))
    if event.kind is MailKind.FOLLOW_UP_STATUS:
        return say_status(case, event, now)
    if event.kind is MailKind.OFF_TOPIC:
        return Decision(case, note_of(event), _redirect(case, event, now))
    received = LetterKind.RECEIVED if case.status is Status.AWAITING_ANSWERS else LetterKind.NOTED
    if event.kind is MailKind.DUPLICATE_REQUEST:
        received = LetterKind.DUPLICATE
    return ask_or_queue(case, event, now, received)


def wrote_after_closing(case: Case, event: PersonWrote, now: Now) -> Decision:
    """Thanks change nothing, a question is answered, and anything else takes the case up again."""
    decided = case.outcome in DECIDED
    case = heard_in(case, event, now)
    if event.kind is MailKind.DISOWNED:
        return _disowned(case, event, now)
    if event.kind in {MailKind.WITHDRAWAL, MailKind.CONFIRMATION} and not _asks_to_go_on(case, event):
        return Decision(case, note_of(event))
    if Flag.DISOWNED in case.flags and not _asks_anew(event):
        return Decision(case.evolve(waiting_since=now.time), note_of(event))  # the staff is to read it
    if event.kind is MailKind.FOLLOW_UP_STATUS:
        return say_status(case, event, now)
    if event.kind is MailKind.OFF_TOPIC:
        return Decision(case, note_of(event), _redirect(case, event, now))
    case = reopen(case, now)
    if decided:
        case = case.evolve(flags=case.flags | {Flag.WROTE_AFTER_CLOSING})
    return ask_or_queue(case, event, now, LetterKind.NOTED if decided else LetterKind.RECEIVED, reopened=True)


def _disowned(case: Case, event: PersonWrote, now: Now) -> Decision:
    """The party says that the request is not theirs: it is closed, and nothing that it said counts any more.

    One that the staff has decided is theirs to look at again, as it stands: an account may have been given away.
    """
    told = LetterKind.DISOWNED in case.last_letters
    which = which_it_is(case, event, now)
    case = case.evolve(flags=case.flags | {Flag.DISOWNED})
    decided = case.outcome in DECIDED
    if decided:
        case = into_review(reopen(case.evolve(flags=case.flags | {Flag.WROTE_AFTER_CLOSING}), now), now)
    else:
        case = close(case, Outcome.WITHDRAWN, now).evolve(answers={}, doubts={}, asked=())
    letter = letter_of(LetterKind.DISOWNED, case, {"closed": not decided, **which})
    return Decision(case, note_of(event), () if told else (letter,))


def _asks_anew(event: PersonWrote) -> bool:
    """Whether who disowned a request asks for an account after all, rather than tell more of what was not theirs."""
    return event.wants in _FOR_AN_ACCOUNT or len(event.reading.answers) > 1


def _asks_to_go_on(case: Case, event: PersonWrote) -> bool:
    """The last letter to who was silent asks "Do you still need us?", so a mere yes does as well there."""
    mere_yes = event.wants is Intent.YES and case.outcome is Outcome.EXPIRED
    return mere_yes or event.wants is Intent.GO_ON


def stranger_wrote(case: Case, event: StrangerWrote, _: Now) -> Decision:
    """Somebody else's mail joins the case for the staff to see. It says nothing for the party, and gets no letter."""
    flagged = case.evolve(flags=case.flags | event.flags | odd_flags(event))
    return Decision(flagged, Note("stranger_wrote", {"sender": event.sender, "mail": event.mail_id}))


def unproven_wrote(case: Case, event: UnprovenWrote, now: Now) -> Decision:
    """A mail that only claims to be the party's joins the case for the staff to see, and gets no letter either.

    But the first one from a second place does, where nobody has answered a letter: it may be the party's, and the mail
    that opened the case a forger's. Whoever reads the party's mail can go on from there.
    """
    flags = {Flag.UNPROVEN_WROTE} if case.confirmed else {Flag.UNPROVEN_WROTE, Flag.MAYBE_FORGED}
    flagged = case.evolve(flags=case.flags | flags | odd_flags(event))
    first = event.elsewhere and not case.confirmed and may_be_reminded(case)
    letters = (
        tuple(replace(letter, **_thread_of(event)) for letter in first_again(case, now)) if first else ()
    )
    return Decision(flagged, Note("unproven_wrote", {"mail": event.mail_id, "why": event.why}), letters)


def _thread_of(event: UnprovenWrote) -> dict[str, Any]:
    return {"in_reply_to": event.message_id, "references": (event.message_id,) if event.message_id else ()}


def address_failed(case: Case, event: AddressFailed, _: Now) -> Decision:
    """A bounce of the party's address. A delay (status 4.x.x) is only noted."""
    facts = {"address": event.address, "status": event.status, "detail": event.detail}
    if event.address.lower() != case.party.lower() or event.status.startswith("4"):
        return Decision(case, Note("delivery_trouble", facts))
    return Decision(case.evolve(flags=case.flags | {Flag.ADDRESS_FAILING}), Note("address_failed", facts))


def address_reached(case: Case, _: AddressReached, __: Now) -> Decision:
    """The party's address is refused no longer: letters that nobody asked for go there again."""
    return Decision(case.evolve(flags=case.flags - {Flag.ADDRESS_FAILING}), Note("address_reached", {}))


def _redirect(case: Case, event: PersonWrote, now: Now) -> tuple[Letter, ...]:
    """The way to the desk in charge: said once a case."""
    if LetterKind.REDIRECTED in case.last_letters:
        return ()
    redirect = next((one for one in now.policy.redirects if one.topic == event.topic), None)
    if redirect is None:
        return ()
    facts = {"topic": redirect.topic, "say": redirect.say, "url": redirect.url, "text": ""}
    return (letter_of(LetterKind.REDIRECTED, case, facts),)
