"""Says what a mail is to the desk, and which case it belongs to.

`clues` reads from a mail what may tie it to a case, the store looks those up, and `recognise` weighs what was found.
In that order, because the reply address authenticates, a Message-ID of ours only points, and a typed reference or
the sender's name count for the same sender alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from mailflow.core.accounts import named_in
from mailflow.core.answer import Answer, Reading
from mailflow.core.case import Case, Outcome, Status
from mailflow.core.envelope import MailKind
from mailflow.core.form import Form, Kind
from mailflow.core.items import news_in
from mailflow.core.letters import Asking, LetterKind
from mailflow.core.mail import Mail
from mailflow.core.mailbox import read_mailboxes
from mailflow.core.reference import (
    Addresses,
    Purpose,
    Tagged,
    find_references,
    is_desk,
    tagged_addresses,
)
from mailflow.core.wish import Intent, Wish


@dataclass(frozen=True, slots=True)
class Clues:
    """What a mail carries that may tie it to a case. Nothing of it is believed yet."""

    tagged: tuple[Tagged, ...]  # addresses that claim to be ours, envelope recipients first
    message_ids: tuple[str, ...]  # of In-Reply-To and References, nearest first
    typed: tuple[str, ...]  # references written by hand in subject or body


@dataclass(frozen=True, slots=True)
class Matches:
    """The cases that the store knows for the clues."""

    by_reference: Mapping[str, Case]  # of the tagged addresses and the typed references
    by_message_id: Sequence[Case]  # whose letters the mail answers, nearest first
    of_sender: Sequence[Case]  # the open cases of the sender, and the latest closed one
    # By the letters of ours that it names, by their Message-IDs.
    asked: Mapping[str, Asking] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Belongs:
    """The case a mail belongs to."""

    case: Case
    how: str  # for `explain` and the history
    by_party: bool  # the mail is from the party itself, as far as its From field says
    threaded: bool = True  # it answers one of our letters, rather than being a fresh mail
    at_reply_address: bool = False  # the authentic one: the writer reads the party's mail
    proven: bool = False  # it shows that it has seen one of our letters, which only the party got
    conflict: bool = False  # another of its clues names a case of somebody else
    unclear: bool = False  # the sender has others, and nothing says that it means this one


@dataclass(frozen=True, slots=True)
class NewRequest:
    """Nothing ties the mail to a case."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """No case, no letter; the staff sees it in the digest."""

    why: str


def clues_of(mail: Mail, text: str, addresses: Addresses) -> Clues:
    """`text`: the mail's subject and fresh lines."""
    recipients = (*mail.envelope.recipients, *mail.addressed_to)
    ids = (*mail.in_reply_to, *reversed(mail.references))
    return Clues(tagged_addresses(addresses, recipients), tuple(dict.fromkeys(ids)), find_references(text))


def find_case(
    clues: Clues, matches: Matches, sender: str, addresses: Addresses, now: datetime
) -> Belongs | None:
    """The case that the mail itself points to, the strongest clue first."""
    found = _pointed(clues, matches, sender, addresses, now)
    return replace(found, conflict=_names_another(found.case, clues, matches)) if found else None


def _names_another(case: Case, clues: Clues, matches: Matches) -> bool:
    """Whether address, header and text disagree on whose case it is."""
    typed = (matches.by_reference.get(reference) for reference in clues.typed)
    named = (*matches.by_message_id, *(one for one in typed if one is not None))
    return any(not _is_party(one, case.party) for one in named)


def _pointed(
    clues: Clues, matches: Matches, sender: str, addresses: Addresses, now: datetime
) -> Belongs | None:
    for tagged in _reply_addresses(clues):
        case = matches.by_reference.get(tagged.reference)
        if addresses.genuine(tagged, case.party if case else "", now) and case is not None:
            how = "it came to the case's reply address"
            return Belongs(case, how, _is_party(case, sender), at_reply_address=True, proven=True)
    for case in matches.by_message_id:
        return Belongs(case, "it answers a letter of the case", _is_party(case, sender), proven=True)
    for case in matches.of_sender:
        if not set(case.thread).isdisjoint(clues.message_ids):
            return Belongs(case, "it goes on from the sender's own mail", by_party=True)
    for reference in clues.typed:
        case = matches.by_reference.get(reference)
        if case is not None and _is_party(case, sender):
            return Belongs(case, "it names the case's reference", by_party=True)
    return None


def asked_of(clues: Clues, matches: Matches, case: Case) -> tuple[str, ...]:
    """The items that the letter asked for which a mail answers, as its numbers and a plain "yes" mean those.

    Who answers an own mail has in mind the letter that was answered by it. Where no letter can be told, as a way out may
    give our letters other Message-IDs, it is what was asked last.
    """
    for one in clues.message_ids:
        if one in matches.asked:
            return matches.asked[one].questions
        if one not in case.thread:
            break
    closed = LetterKind.EXPIRED if case.outcome is Outcome.EXPIRED else ""
    return Asking(closed, case.asked).questions


def answers_others(mail: Mail, pointed: Belongs | None, desk: str) -> bool:
    """Whether it answers what somebody else wrote, and the desk only gets a copy: then a "yes" in it is no yes to our letter.

    A way out may give our letters other Message-IDs, so what goes to the reply address of one, or names its reference, answers
    the letter unless it goes to somebody else in the first place.
    """
    # The latter's last one is what it answers (RFC 5322, 3.6.4).
    answered = mail.in_reply_to or mail.references[-1:]
    if not answered or pointed is None:
        return bool(answered)
    domain = desk.rpartition("@")[2].lower()
    if any(one.rpartition("@")[2].lower() == domain for one in answered):
        return False
    return not any(is_desk(address, desk) for address in _first_addressed(mail))


def _first_addressed(mail: Mail) -> list[str]:
    """The addresses of To: to whom a mail is written, rather than who gets a copy."""
    return [box.address for value in mail.headers("to") for box in read_mailboxes(value).found]


def takes_back_elsewhere(mail: Mail, clues: Clues, pointed: Belongs | None, desk: str) -> bool:
    """Whether what a mail takes back may be taken back from somebody else, with no reference named.

    It answers somebody else's mail, who may have named the desk as where answers go, or the desk is in Cc. An alias of the desk's
    own domain is the desk.
    """
    if not clues.typed and answers_others(mail, pointed, desk):
        return True
    domain = f"@{desk.rpartition('@')[2].lower()}"
    to = _first_addressed(mail)
    return bool(to) and not clues.typed and not any(address.lower().endswith(domain) for address in to)


def without_lost(clues: Clues, sender: str, addresses: Addresses, now: datetime) -> Clues:
    """The clues of a mail that points to no case, less the reply addresses that are the sender's own.

    Their case was deleted since, or the database was restored from before it. The person starts anew.
    """
    if not clues.tagged:
        return clues
    tagged = (tagged for tagged in clues.tagged if not addresses.genuine(tagged, sender, now))
    return replace(clues, tagged=tuple(tagged))


def find_case_of_sender(
    clues: Clues, matches: Matches, reading: Reading, wish: Wish, form: Form
) -> Belongs | NewRequest | SetAside:
    """The case of a mail that points to none: one of the sender's own, unless it is about something new."""
    open_ones = [case for case in matches.of_sender if case.status is not Status.CLOSED]
    about = [case for case in open_ones if _same_account(case, reading, form)]
    if about:
        return _senders(about, "the sender has an open case about this account")
    joinable = [case for case in open_ones if not _another_account(case, reading, form)]
    if joinable:
        return _senders(joinable, "the sender has an open case")
    if _reply_addresses(clues):
        return SetAside("it came to a reply address that is not genuine or has expired")
    closed = [case for case in matches.of_sender if case.status is Status.CLOSED]
    if closed and not open_ones and _is_afterword(closed, reading, wish):
        return _senders(closed, "the sender's last case is closed, and this asks for nothing new")
    return NewRequest()


def takes_back(wish: Wish) -> bool:
    return wish.intent in _TAKE_BACK


def of_several(
    found: Belongs,
    mine: Sequence[Case],
    text: str,
    reading: Reading,
    wish: Wish,
    form: Form,
    *,
    pointed: bool,
) -> Belongs:
    """The case that a mail means of several that its sender has: the one that it names, whatever letter it answers.

    `mine`: the sender's open cases, and the closed ones of a mail that takes something back. `text`: the person's own fresh words.
    `pointed`: the mail points to the case, else it is only the likeliest one. What answers the questions of a letter stays
    with its case.
    """
    others = [case for case in mine if case.id != found.case.id and not case.merged_into]
    if not (found.by_party and others):
        return found
    open_ones = [case for case in others if _is_open(case)]
    named = named_in(text, open_ones if found.case.merged_into else [found.case, *open_ones], form)
    if not named:
        told = pointed or _same_account(found.case, reading, form) or not open_ones
        is_closed = any(named_in(text, [case], form) for case in others if not _is_open(case))
        return replace(found, unclear=not told or (is_closed and takes_back(wish)))
    if len(named) > 1:
        return _another(found, next(filter(_is_open, named)), unclear=True)
    (case,) = named
    if case.id != found.case.id and pointed and _answers_letter(found.case, reading, form):
        return replace(found, unclear=takes_back(wish))
    return _another(found, case)


def _is_open(case: Case) -> bool:
    return case.status is not Status.CLOSED


def _another(found: Belongs, case: Case, *, unclear: bool = False) -> Belongs:
    """The same of a case of the sender's. A letter shows that they read their mail; its reply address is that of its own case."""
    if case.id == found.case.id:
        return replace(found, unclear=unclear)
    how = "it names another request of the sender's"
    return replace(found, case=case, how=how, at_reply_address=False, unclear=unclear)


def _answers_letter(case: Case, reading: Reading, form: Form) -> bool:
    """Whether it answers what the case waits for; one that does not know its account may be told any."""
    return not case.account or any(form.by_key[key].item in case.asked for key in news_in(case, reading))


def case_of_bounce(clues: Clues, matches: Matches, addresses: Addresses, now: datetime) -> Case | None:
    """The case whose letter came back: only an authentic address of ours says so."""
    for tagged in clues.tagged:
        if tagged.purpose is Purpose.STAFF:
            continue
        case = matches.by_reference.get(tagged.reference)
        if addresses.genuine(tagged, case.party if case else "", now) and case is not None:
            return case
    return None


def kind_of_first(reading: Reading, wish: Wish, form: Form) -> MailKind:
    """What a mail is that belongs to no case. Who answers what a request needs is not sent elsewhere."""
    if wish.intent is Intent.WITHDRAWAL:
        return MailKind.WITHDRAWAL
    answers_form = any(form.by_key[key].required for key in reading.answers)
    if wish.intent in {Intent.OFF_TOPIC, Intent.BULK} and (wish.certain or not answers_form):
        return MailKind.OFF_TOPIC
    return _FIRST.get(wish.intent, MailKind.REQUEST)


# Of what is asked before, or asked about, from where the desk does not know the writer. Both open a case like any first
# mail: who else has one about the account is nothing to tell them.
_FIRST = {Intent.AGAIN: MailKind.DUPLICATE_REQUEST, Intent.STATUS: MailKind.FOLLOW_UP_STATUS}


def kind_in_case(
    belongs: Belongs, reading: Reading, wish: Wish, form: Form, *, elsewhere: bool = False
) -> MailKind:
    """What a mail of the party is to its case. `elsewhere`: what it takes back may not be ours (`takes_back_elsewhere`)."""
    case = belongs.case
    news = news_in(case, reading)
    if (taken_back := _taken_back(case, wish)) is not None:
        return MailKind.AMENDMENT if elsewhere else taken_back
    says_it_all = any(isinstance(answer.value, bool) for answer in reading.answers.values())
    only_asks = wish.intent is Intent.STATUS and not news and not says_it_all
    again = not belongs.threaded and len(reading.answers) > 1 and _same_account(case, reading, form)
    adds = (
        (wish.goes_on or wish.intent is Intent.STATUS)
        and bool(news)
        and reading.answers.keys() - news <= set(form.account_keys)
    )
    if again and not (only_asks or adds):  # who asks after it, or adds to it, may say anew what it is about
        return MailKind.DUPLICATE_REQUEST
    if wish.intent is Intent.PROOF or any(field.key in news for field in form.of_kind(Kind.URL)):
        return MailKind.PROOF_SUBMITTED
    if wish.intent in _CONFIRMS and (not news or case.status in _WITH_STAFF):
        return MailKind.CONFIRMATION
    off_topic = wish.intent is Intent.OFF_TOPIC and all(form.by_key[key].beside for key in news)
    if (news and not off_topic) or reading.doubts:
        return MailKind.AMENDMENT
    return _IN_CASE.get(wish.intent, MailKind.AMENDMENT)


def _taken_back(case: Case, wish: Wish) -> MailKind | None:
    """A mere "that was not me" may answer a question of the staff."""
    if wish.intent is Intent.DISOWNED and (wish.certain or case.status is not Status.AWAITING_REQUESTER):
        return MailKind.DISOWNED
    return MailKind.WITHDRAWAL if wish.intent is Intent.WITHDRAWAL else None


_TAKE_BACK = frozenset({Intent.WITHDRAWAL, Intent.DISOWNED})
_WITH_STAFF = frozenset({Status.IN_REVIEW, Status.AWAITING_REQUESTER})
_CONFIRMS = frozenset({Intent.CONFIRMATION, Intent.YES, Intent.GO_ON})
_AFTERWORDS = _CONFIRMS | {Intent.WITHDRAWAL, Intent.STATUS}
_IN_CASE = {
    Intent.STATUS: MailKind.FOLLOW_UP_STATUS,
    Intent.OFF_TOPIC: MailKind.OFF_TOPIC,
    Intent.BULK: MailKind.OFF_TOPIC,
}


def heard(kind: MailKind, reading: Reading) -> Reading:
    """What counts of what was read: nothing in a mail that is sent elsewhere, whose names and losses are of other things.

    Nor in one that disowns the request: there is none of theirs that it could answer.
    """
    return Reading() if kind in {MailKind.OFF_TOPIC, MailKind.DISOWNED} else reading


def _reply_addresses(clues: Clues) -> list[Tagged]:
    return [tagged for tagged in clues.tagged if tagged.purpose is Purpose.REPLY]


def _is_party(case: Case, sender: str) -> bool:
    return case.party.lower() == sender.lower()


def _senders(cases: Sequence[Case], how: str) -> Belongs:
    newest = max(cases, key=lambda case: case.changed_at)
    return Belongs(newest, how, by_party=True, threaded=False)


def _accounts(answers: Mapping[str, Answer], form: Form) -> dict[str, str]:
    return {key: str(answers[key].value).lower() for key in form.account_keys if key in answers}


def _same_account(case: Case, reading: Reading, form: Form) -> bool:
    said, known = _accounts(reading.answers, form), _accounts(case.answers, form)
    return any(known.get(key) == value for key, value in said.items())


def _another_account(case: Case, reading: Reading, form: Form) -> bool:
    """Whether this is a request of its own: it names another account, and says more besides.

    A lone name may as well correct the open case.
    """
    said, known = _accounts(reading.answers, form), _accounts(case.answers, form)
    contradicts = any(known.get(key, value) != value for key, value in said.items())
    return contradicts and len(reading.answers) > len(said) + 1


def _is_afterword(closed: Sequence[Case], reading: Reading, wish: Wish) -> bool:
    if wish.intent in _AFTERWORDS and not reading.answers:
        return True
    redirected = any(case.outcome is Outcome.REDIRECTED for case in closed)
    return redirected and wish.intent is Intent.OFF_TOPIC and not reading.answers
