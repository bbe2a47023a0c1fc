"""How many letters leave, whatever the other side does: a machine that hides it, a forger, or a desk like this one.

Three things bound them. Budgets, counted in the database, so that all nodes share them. A party whose mails bring
nothing new, twice in a row, is talked to no longer: two machines that answer each other end there. And as anybody can
write any From (RFC 5321, 7.1), what bears a party's address speaks for the party only if it shows that its writer has
read one of our letters, or comes from where the party's mail came from before. What is held back is flagged, and the
staff decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from mailflow.core import signs
from mailflow.core.authentication import Verdict
from mailflow.core.case import DECIDED, Case, Flag, Status, with_source
from mailflow.core.decision import Decision, Note
from mailflow.core.domains import upper_domain
from mailflow.core.envelope import MailKind
from mailflow.core.events import (
    DueTimePassed,
    Event,
    PersonWrote,
    StaffAsked,
    StaffClosed,
    StaffCorrected,
    StaffMerged,
    StaffReopened,
)
from mailflow.core.form import Form
from mailflow.core.letters import TO_STAFF, Letter
from mailflow.core.policy import Policy

FRUITLESS = 2  # mails in a row that bring nothing: from here on they get no letter
SAID_AGAIN_WITHIN = timedelta(days=7)  # a text that says nothing of an account, from the same domain
_REACTION = timedelta(hours=1)  # what comes so soon after our letter, and answers nothing, is an echo of it
NEXT_TRY = timedelta(hours=25)  # when the letters of a day that is full are counted no longer
_LEAST_WORDS = 12  # of a text that can be told again: two people may well write the same short sentence
# What brings something whatever it says.
_BRING = frozenset({MailKind.WITHDRAWAL, MailKind.DISOWNED, MailKind.PROOF_SUBMITTED})
# Who wrote is a machine or somebody else, or nobody is reached: by time no letter goes there, not even a first one.
_NOT_WRITTEN_TO = frozenset({Flag.GOING_IN_CIRCLES, Flag.ANSWERED_FROM_ELSEWHERE, Flag.ADDRESS_FAILING})
_NOT_REMINDED = _NOT_WRITTEN_TO | {Flag.MAYBE_FORGED}


@dataclass(frozen=True, slots=True)
class Spent:
    """Letters that were written in the last 24 hours. All but the first count letters to unproven parties alone.

    Of the last two those that mails led to and those by time are counted apart: reminders take nothing from newcomers.
    """

    to_address: int = 0  # the party's
    to_mailbox: int = 0  # to all addresses that lead to the party's mailbox by a tag, as far as that shows
    to_domain: int = 0  # that of the party's address
    in_all: int = 0


def domain_of(address: str) -> str:
    """The upper domain of an address: what a budget is kept for."""
    return upper_domain(address.rpartition("@")[2])


def text_key(sender: str, text: str, form: Form) -> str | None:
    """What tells that a machine sent the same text before, under the address of another ticket; None if nothing can.

    Its addresses begin with what they are for and differ in what follows (`ticket-1@`, `ticket-2@`). Those of two people
    may differ in numbers too (john11@, john1984@), and they may well send the same words; as may anybody send the form
    with nothing filled in. A machine's texts differ in numbers and addresses.
    """
    local, _, domain = sender.casefold().rpartition("@")
    ticket = signs.TICKET.match(local)
    if ticket is None:
        return None
    words = [word for word in text.casefold().split() if word.isalpha() or word[:-1].isalpha()]
    if sum(word.rstrip(":.?") not in form.words for word in words) < _LEAST_WORDS:
        return None
    told = (ticket["role"], upper_domain(domain), *words)
    return sha256("\0".join(told).encode("utf-8", "replace")).hexdigest()[:32]


def reads_our_letters(case: Case | None, event: Event) -> bool:
    """Whether somebody is known to read what is sent to the party, or to the address that the mail bears."""
    return (isinstance(event, PersonWrote) and event.proven) or (case is not None and case.confirmed)


def is_familiar(case: Case, proven: bool, source: str) -> bool:
    """Whether a mail that bears the party's address may speak for the party."""
    if proven or not case.sources:
        return True
    return source in case.sources and Flag.MAYBE_FORGED not in case.flags


def with_writer(before: Case | None, event: PersonWrote, heard: Case, now: datetime) -> Case:
    """The case `heard` of a mail, with what the mail tells of who writes: from where, and whether it goes in circles."""
    # From where mail came before its party showed that it reads ours, a forger may have written.
    first_proof = before is not None and heard.confirmed and not before.confirmed
    known = () if first_proof else heard.sources
    sources = with_source(known, event.source)
    flags = heard.flags - {Flag.MAYBE_FORGED} if event.proven else heard.flags
    # Nobody goes in circles by their first mail.
    if before is None or _brings_something(before, event, heard, now):
        return heard.evolve(sources=sources, fruitless=0, flags=flags - {Flag.GOING_IN_CIRCLES})
    fruitless = heard.fruitless + 1
    flags |= {Flag.GOING_IN_CIRCLES} if fruitless >= FRUITLESS else set()
    return heard.evolve(sources=sources, fruitless=fruitless, flags=flags)


def flags_of_stranger(*, proven: bool) -> frozenset[Flag]:
    """What the staff is told of a mail from another address; `proven`: it answers one of our letters."""
    return frozenset({Flag.STRANGER_WROTE, *([Flag.ANSWERED_FROM_ELSEWHERE] if proven else [])})


def flags_of_text_again(case: Case) -> frozenset[Flag]:
    """What the staff is told of the case whose first mail a machine's text was, now that it has come again.

    A machine that we remind would write again and again; a party that has answered us is none, whoever copies its words.
    """
    return frozenset({Flag.STRANGER_WROTE} if case.confirmed else {Flag.GOING_IN_CIRCLES})


def may_be_reminded(case: Case) -> bool:
    """Whether letters that nobody asked for may go to the party.

    Who was never written to, and never proved to be there, is not reminded of what they have not read: the mail may
    be forged, and its letter was held back for that. Who wrote amid a flood is sent that one letter later, and no more: else
    each mail of the flood would lead to several. Who was looked for in vain is reminded once. Where nobody looks, that says
    nothing of who wrote, and all are reminded alike.
    """
    if case.flags & _NOT_REMINDED:
        return False
    if case.confirmed:
        return True
    return case.letters > 0 and not case.held_back and not (case.reminders and _looked_for_in_vain(case))


def first_letter_at(case: Case, policy: Policy) -> datetime | None:
    """When the first letter is next tried that a budget held back; None if there is none, or too late to send it.

    Each case is tried at the same distance from its mail, longer than letters of a day are counted: who wrote first is written
    to first, and as many come together as wrote together. Whatever else happens in the case does not move it.
    """
    if not case.held_back or case.letters or case.flags & _NOT_WRITTEN_TO:
        return None
    tries = (case.changed_at - case.opened_at) // NEXT_TRY
    next_try = case.opened_at + (tries + 1) * NEXT_TRY
    return next_try if next_try < case.waiting_since + policy.close_after else None


def _looked_for_in_vain(case: Case) -> bool:
    return case.status is Status.AWAITING_ANSWERS and case.proof not in {None, Verdict.PASS}


def restrained(
    before: Case | None, decision: Decision, event: Event, policy: Policy, spent: Spent, now: datetime
) -> Decision:
    """The decision without the letters that are too many. What the staff says is always sent.

    What time has to say waits for a day with room: people's reminders that an outage or a flood has heaped up.
    """
    if isinstance(event, StaffAsked | StaffClosed | StaffCorrected | StaffReopened | StaffMerged):
        return decision
    to_party = [letter for letter in decision.letters if letter.kind not in TO_STAFF]
    room = _room(before, decision.case, event, policy, spent)
    if len(to_party) <= room.letters:
        return decision
    too_many = to_party[room.letters :]
    if isinstance(event, DueTimePassed) and before and _may_wait(before, policy, now):
        put_off = Decision(before, Note("put_off", {"not_written": _kinds_of(too_many)}))
        return put_off if _waits_for_first(before) else replace(put_off, put_off_until=now + NEXT_TRY)
    return _held_back(decision, too_many, room)


def _may_wait(case: Case, policy: Policy, now: datetime) -> bool:
    """For others than who is known to be there no longer than till the case closes: a flood must end."""
    lasting = case.confirmed or now - case.waiting_since < policy.close_after
    return lasting and case.letters < policy.letters_per_case


@dataclass(frozen=True, slots=True)
class _Room:
    letters: int  # that may go to the party now
    flag: Flag = Flag.LETTERS_SPENT  # what the staff is told if there are more
    later: bool = (
        False  # whether it is others that took the room of a first letter: it goes on a day with some
    )


_NO_ROOM = _Room(0)


def _room(before: Case | None, case: Case, event: Event, policy: Policy, spent: Spent) -> _Room:
    if isinstance(event, PersonWrote) and case.fruitless >= FRUITLESS:
        return _Room(0, Flag.GOING_IN_CIRCLES)
    if before is not None and isinstance(event, DueTimePassed) and _waits_for_first(before):
        return _room_for_first(policy, spent)
    if not reads_our_letters(before, event):
        if before is None and spent.to_address and not _comes_from_where_others_did(event):
            return _Room(0, Flag.MAYBE_FORGED)
        if spent.to_mailbox >= policy.letters_per_day:
            return _NO_ROOM
        if spent.to_domain >= policy.letters_per_domain or spent.in_all >= policy.letters_in_all:
            return _Room(0, later=before is None)
    room = min(policy.letters_per_day - spent.to_address, policy.letters_per_case - case.letters)
    return _Room(max(0, room))


def _waits_for_first(case: Case) -> bool:
    return case.held_back and not case.letters


def _room_for_first(policy: Policy, spent: Spent) -> _Room:
    """For a first letter that was held back: one, to who got no other today, and of the letters by time no more than half.

    The other half is for reminders, which a flood would else keep from everybody.
    """
    taken = 2 * spent.to_domain >= policy.letters_per_domain or 2 * spent.in_all >= policy.letters_in_all
    return _NO_ROOM if taken or spent.to_address or spent.to_mailbox else _Room(1)


def _comes_from_where_others_did(event: Event) -> bool:
    return isinstance(event, PersonWrote) and event.source in event.known_sources


def _brings_something(before: Case, event: PersonWrote, heard: Case, now: datetime) -> bool:
    if event.kind in _BRING or event.secrets or _said(heard) != _said(before):
        return True
    # Thanks gets no letter, and anything else takes a decided request up again: that ends by itself.
    if before.outcome in DECIDED:
        return True
    # Who asks how far it is, or adds to what the staff has, need not be readable: only one right behind our letter is an echo.
    if event.kind is MailKind.FOLLOW_UP_STATUS or before.status is not Status.AWAITING_ANSWERS:
        last = max(before.last_letters.values(), default=before.opened_at)
        # A letter that is hours ahead was written before the clock was set back.
        return abs(now - last) >= _REACTION
    return False


def _said(case: Case) -> Mapping[str, object]:
    """What the party said, without where it stood. What only raises a doubt settles nothing."""
    return {key: answer.value for key, answer in case.answers.items()}


def _held_back(decision: Decision, letters: list[Letter], room: _Room) -> Decision:
    kept = tuple(letter for letter in decision.letters if letter not in letters)
    case = decision.case
    flagged = case.evolve(flags=case.flags | {room.flag}, held_back=case.held_back or room.later)
    facts = {**decision.note.facts, "not_written": _kinds_of(letters)}
    return Decision(flagged, Note(decision.note.kind, facts), kept)


def _kinds_of(letters: list[Letter]) -> list[str]:
    return [letter.kind.value for letter in letters]
