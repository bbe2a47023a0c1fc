"""Understand: what a mail is, what may tie it to a case, and what it says; all that takes long and changes nothing.

It is done before the transaction that handles the mail, so that nobody waits for a lock meanwhile. What an answer says
depends on what our letter asked: a snapshot shows the case that the mail seems to belong to. The transaction looks
again, and only where it finds something else is the mail read again in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

from mailflow.config import Config
from mailflow.core.answer import Answer, Reading
from mailflow.core.answers import read_answers, with_subject
from mailflow.core.authentication import Authentication
from mailflow.core.body import Body, beside_letters, read_body, with_masked, without_desk, without_struck
from mailflow.core.case import Case, Status
from mailflow.core.forwarded import with_own_forwarded, without_cited, without_own_words
from mailflow.core.intent import own_subject, read_wish
from mailflow.core.mail import Mail, parse
from mailflow.core.options import with_chosen
from mailflow.core.origin import why_not_answer
from mailflow.core.reading.likeness import Writer
from mailflow.core.reading.works import BESIDE_PUBLISHING
from mailflow.core.reading.yeses import YES_TO_WHAT_WAS_ASKED
from mailflow.core.recognise import Belongs, Clues, Matches, answers_others, asked_of, clues_of, find_case
from mailflow.core.reference import Purpose, Tagged
from mailflow.core.silence import Silence
from mailflow.core.text import Line
from mailflow.core.typed import with_typed
from mailflow.core.unexplained import unexplained
from mailflow.core.wish import Intent, Wish
from mailflow.steps.app import App
from mailflow.steps.match import matches_of
from mailflow.steps.senders import who_wrote
from mailflow.store.engine import Unavailable
from mailflow.store.mails import StoredMail
from mailflow.store.unit import UnitOfWork

# The projects they speak of are no proof.
_OF_NO_ACCOUNT = frozenset({Intent.OFF_TOPIC, Intent.BULK, Intent.STATUS})
_TAKE_BACK = frozenset({Intent.WITHDRAWAL, Intent.DISOWNED})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Said:
    """What a mail says, as the answer to a letter or to none."""

    body: Body
    reading: Reading = field(default_factory=Reading)
    wish: Wish = field(default_factory=lambda: Wish(Intent.NONE))


@dataclass(frozen=True, slots=True)
class Ties:
    """The cases that a mail may belong to, as the database has them at one moment."""

    matches: Matches
    pointed: Belongs | None  # that which the mail itself points to
    asked: tuple[str, ...] | None  # by the letter that it most likely answers; None: it answers none of ours
    known: tuple[Answer, ...] = ()  # what the case of that letter was told
    letters: tuple[str, ...] = ()  # of that case, where the mail quotes any or may hold them unmarked


@dataclass
class Understood:
    """A mail that was read. What it says is remembered by all that it depends on."""

    app: App
    stored: StoredMail
    mail: Mail
    body: Body
    silence: Silence | None  # why nobody waits for an answer
    _said: dict[tuple[object, ...], Said] = field(default_factory=dict)

    @property
    def sender(self) -> str:
        return self.mail.sender or ""

    @cached_property
    def clues(self) -> Clues:
        text = "" if self.silence else f"{self.body.subject}\n{self.body.fresh}"
        return clues_of(self.mail, text, self.app.addresses)

    @cached_property
    def authentication(self) -> Authentication:
        return who_wrote(self.app.config, self.mail, self.stored.authentication)

    @property
    def bodies(self) -> Sequence[Body]:
        """As it came, and as it was read: then more may be masked."""
        return [self.body, *(said.body for said in self._said.values())]

    @property
    def for_commands(self) -> Sequence[Tagged]:
        """The addresses among its recipients that only letters to the staff hold."""
        return [tagged for tagged in self.clues.tagged if tagged.purpose is Purpose.STAFF]

    def said(
        self, asked: tuple[str, ...] | None, letters: tuple[str, ...] = (), known: tuple[Answer, ...] = ()
    ) -> Said:
        """What the mail says as the answer to a letter that asked this, or (None) as one that opens a case.

        `known`: what the case was told before.
        """
        context = (asked, letters, known)
        if context not in self._said:
            form = self.app.config.policy.form
            body = beside_letters(self.body, letters, form) if letters else self.body
            self._said[context] = what_is_said(self.app.config, self.mail, body, asked, known)
        return self._said[context]


def read_ahead(app: App, mails: Iterable[StoredMail]) -> dict[int, Understood]:
    """What is understood of the mails, by their ids. One that raises is left out: in its transaction it raises again.

    Each step is taken for all of them before the next one, as what it needs then stays in the processor's caches.
    """
    understood = {one.stored.id: one for one in _understood(app, mails)}
    persons = [one for one in understood.values() if one.silence is None and not one.for_commands]
    if not persons:
        return understood
    with app.read() as uow:
        uow.cases.look_for([one.sender for one in persons])
        ties = [_unless_it_raises(ties_of, uow, one) for one in persons]
    for one, found in zip(persons, ties, strict=True):
        if found is not None:
            _unless_it_raises(one.said, found.asked, found.letters, found.known)
    return understood


def understand(app: App, stored: StoredMail) -> Understood:
    """All that can be told of a mail without a look at any case."""
    mail = _parsed(stored)
    return _with_silence(app, stored, mail, _body_of(app, mail))


def _understood(app: App, mails: Iterable[StoredMail]) -> list[Understood]:
    """The same of some mails."""
    parsed = [(stored, _unless_it_raises(_parsed, stored)) for stored in mails]
    read = [(stored, mail, _unless_it_raises(_body_of, app, mail)) for stored, mail in parsed if mail]
    understood = [
        _unless_it_raises(_with_silence, app, stored, mail, body) for stored, mail, body in read if body
    ]
    return [one for one in understood if one]


def _parsed(stored: StoredMail) -> Mail:
    return parse(stored.raw, stored.envelope)  # which raises where somebody has changed what was sealed


def _body_of(app: App, mail: Mail) -> Body:
    return read_body(mail, app.config.lexicon, app.addresses.desk)


def _with_silence(app: App, stored: StoredMail, mail: Mail, body: Body) -> Understood:
    silence = why_not_answer(mail, app.config.desk.address, app.config.subjects)
    return Understood(app, stored, mail, body, silence)


def ties_of(uow: UnitOfWork, understood: Understood) -> Ties:
    """The cases that a person's mail may belong to, as `uow` sees them."""
    app, clues, sender = understood.app, understood.clues, understood.sender
    matches = matches_of(uow, clues, sender)
    pointed = find_case(clues, matches, sender, app.addresses, app.clock())
    letters: tuple[str, ...] = ()
    # A reference among the fresh lines: maybe all of our letter stands there. In a quote answers may stand.
    if pointed and (clues.typed or understood.body.quotes):
        letters = tuple(letter.text for letter in uow.outbox.of_case(pointed.case.id))
    if answers_others(understood.mail, pointed, app.addresses.desk):
        return Ties(matches, pointed, None, letters=letters)
    case = pointed.case if pointed else _likely(matches.of_sender)
    if case is None:
        return Ties(matches, pointed, None, letters=letters)
    return Ties(matches, pointed, asked_of(clues, matches, case), tuple(case.answers.values()), letters)


def _likely(cases: Sequence[Case]) -> Case | None:
    """The case whose last letter a fresh mail of its party most likely answers."""
    open_ones = [case for case in cases if case.status is not Status.CLOSED]
    return max(open_ones, key=lambda case: case.changed_at, default=None)


def what_is_said(
    config: Config, mail: Mail, body: Body, asked: tuple[str, ...] | None, known: Iterable[Answer] = ()
) -> Said:
    """What the mail says, understood with what our letter asked as context (None: it answers none); without the secrets
    that only show now. `known`: what the case was told before.
    """
    said = _as_told(config, mail, body, asked)
    unnamed = unexplained(
        _lines_to_read(config, said.body, said.body.lines, asked),
        said.reading,
        known,
        Writer(mail.sender or "", mail.sender_name),
        config.policy.form,
        config.lexicon.intent,
    )
    return _as_told(config, mail, with_masked(body, unnamed), asked) if unnamed else said


def _as_told(config: Config, mail: Mail, body: Body, asked: tuple[str, ...] | None) -> Said:
    policy, lexicon = config.policy, config.lexicon
    terms = lexicon.answers.terms(policy.form)
    typed = body.lines
    if asked is None and mail.sender:
        body = replace(body, lines=_with_cited(config, mail.sender, body))
    elif asked is not None:
        answered = with_typed(body.lines, policy.form, lexicon.text)
        body = replace(body, lines=with_chosen(answered, lexicon.text, terms))
    told = terms.said_signs.written(without_struck(body.lines))
    lines = _lines_to_read(config, body, told, asked)
    reading = read_answers(lines, policy.form, asked, lexicon.answers, mail.sender or "", mail.sender_name)
    if asked is None:
        reading = without_cited(reading, policy.form, typed, body.lines)

    def wish_beside(reading: Reading) -> Wish:
        return _wish(config, body, told, reading, in_case=asked is not None)

    wish, sparing = wish_beside(reading), reading.without(YES_TO_WHAT_WAS_ASKED)
    if sparing != reading and (beside := wish_beside(sparing)).intent in _TAKE_BACK:
        # "yes, I got back in": who needs us no longer agrees to nothing of ours.
        return Said(body, sparing, beside)
    if wish.of_others:
        reading = without_own_words(reading, policy.form)
    return Said(body, reading.without(BESIDE_PUBLISHING) if wish.intent in _OF_NO_ACCOUNT else reading, wish)


def _with_cited(config: Config, sender: str, body: Body) -> tuple[Line, ...]:
    """The lines of a first mail, with those of a mail of their own that they forward, unless they say that it was not theirs."""
    lines = with_own_forwarded(body.lines, sender, config.lexicon.text)
    if lines == body.lines:
        return lines
    wish = _wish(config, body, without_struck(body.lines), Reading(), in_case=False)
    return body.lines if wish.may_disown else lines


def _lines_to_read(
    config: Config, body: Body, lines: Iterable[Line], asked: tuple[str, ...] | None
) -> tuple[Line, ...]:
    """The lines of a mail, without the desk's own addresses, and with the subject of a first one."""
    subject = own_subject(body.subject, config.lexicon.intent) if asked is None else ""
    return with_subject(subject, without_desk(lines, config.desk.address))


def _wish(config: Config, body: Body, told: Sequence[Line], reading: Reading, *, in_case: bool) -> Wish:
    policy = config.policy
    return read_wish(
        told,
        body.subject,
        reading,
        policy.redirects,
        config.lexicon.intent,
        in_case=in_case,
        form=policy.form,
    )


def _unless_it_raises(step: Callable[..., T], *given: object) -> T | None:
    try:
        return step(*given)
    except Unavailable:
        raise  # the database's fault, not the mail's
    except Exception:  # noqa: BLE001 -- it raises once more where that is counted
        return None
