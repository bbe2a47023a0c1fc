"""Obey: what a member of the staff commands by mail, and the one letter that says what became of it.

A command that cannot be done undoes itself alone. What was done is handed back for the audit log, which has to be
written when all mails of the transaction are handled: who adds to it keeps every other node from it until the commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailflow.config import organizational_domain
from mailflow.core.authentication import Authentication, is_sealed
from mailflow.core.body import Body
from mailflow.core.commandanswer import CommandAnswer
from mailflow.core.commands import Fault, ReadCommands, read_commands, why_not_obeyed
from mailflow.core.commandtable import TABLE, Command, Verb
from mailflow.core.letters import Letter, LetterKind, Rendered
from mailflow.core.mail import Mail
from mailflow.core.reference import NO_CASE, STAFF_LIFETIME, Tagged
from mailflow.core.timing import DAY
from mailflow.steps.app import App
from mailflow.steps.find import UnknownCase
from mailflow.steps.look import found, shown
from mailflow.steps.operate import Act, act_in, in_words, merge_in
from mailflow.store.caserow import UnreadableCase
from mailflow.store.engine import Unavailable
from mailflow.store.tally import ANSWER, HELP, OBEYED
from mailflow.store.unit import UnitOfWork

_TOLD = "it holds no command, and its sender was told within a day what to write"
_SPENT = "it was not obeyed: its sender got as many answers to commands today as may be written"


@dataclass(frozen=True, slots=True)
class Obeyed:
    letters: tuple[Rendered, ...] = ()  # to the persons, then the one to the staff
    acts: tuple[Act, ...] = ()
    silence: str | None = None  # why it was not obeyed


@dataclass(frozen=True, slots=True)
class _Done:
    answer: CommandAnswer
    letters: tuple[Rendered, ...] = ()
    acts: tuple[Act, ...] = ()


def obey(
    app: App, uow: UnitOfWork, mail: Mail, body: Body, tagged: Sequence[Tagged], found: Authentication
) -> Obeyed:
    """`tagged`: the addresses for commands that the mail came to; `found`: who wrote it."""
    now = app.clock()
    member = _member(app, mail.sender or "")
    genuine = next((one for one in tagged if app.addresses.genuine(one, member, now)), None)
    message_id = mail.message_id or ""
    why = why_not_obeyed(
        from_staff=bool(member),
        verdict=found.verdict,
        genuine=genuine is not None,
        message_id=message_id,
        sealed=is_sealed(found, mail.fields, organizational_domain, "message-id"),
        known=bool(uow.tally.count(OBEYED, now - STAFF_LIFETIME - DAY, 1, message_id)),
    )
    if why is not None or genuine is None:
        return Obeyed(silence=why)
    reference = None if genuine.reference == NO_CASE else genuine.reference
    read = read_commands(body.lines, reference)
    if not read.commands and not read.meant:
        return _told_what_to_write(app, uow, mail, member, reference)
    most = app.config.digest.answers_per_day
    if uow.tally.count(ANSWER, now - DAY, most, member) >= most:
        return Obeyed(silence=_SPENT)
    uow.tally.put(OBEYED, message_id, now)
    uow.tally.put(ANSWER, member, now)
    if read.meant:
        uow.tally.put(HELP, member, now)  # they are told what to write
    return _obeyed(app, uow, mail, member, reference, read)


def _member(app: App, sender: str) -> str:
    """The member of the staff whose address this is, as the configuration writes it; "" if it is nobody's."""
    return next((one for one in app.config.desk.staff if one.lower() == sender.lower()), "")


def _told_what_to_write(app: App, uow: UnitOfWork, mail: Mail, member: str, reference: str | None) -> Obeyed:
    """Once a day: the mail may be an absence notice that does not say so."""
    now = app.clock()
    if uow.tally.count(HELP, now - DAY, 1, member):
        return Obeyed(silence=_TOLD)
    uow.tally.put(HELP, member, now)
    return Obeyed((_write(app, uow, mail, member, reference, ReadCommands((), ""), ()),))


def _obeyed(
    app: App, uow: UnitOfWork, mail: Mail, member: str, reference: str | None, read: ReadCommands
) -> Obeyed:
    done = [_try(app, uow, command, member) for command in read.commands if not _is_help(command)]
    answer = _write(app, uow, mail, member, reference, read, tuple(one.answer for one in done))
    letters = tuple(letter for one in done for letter in one.letters)
    return Obeyed((*letters, answer), tuple(act for one in done for act in one.acts))


def _is_help(command: Command | Fault) -> bool:
    return isinstance(command, Command) and command.verb is Verb.HELP


def _try(app: App, uow: UnitOfWork, command: Command | Fault, member: str) -> _Done:
    if isinstance(command, Fault):
        return _Done(CommandAnswer(command.line, f"Not done: {command.why}."))
    try:
        with uow.savepoint():
            return _do(app, uow, command, member)
    except Unavailable:
        raise  # the database's fault, not the command's: the whole transaction is tried again
    except (UnknownCase, UnreadableCase, ValueError) as error:
        return _Done(CommandAnswer(command.line, f"Not done: {error}."))
    except Exception as error:  # noqa: BLE001 -- whatever a command raises must not undo the others
        return _Done(CommandAnswer(command.line, f"Not done: a fault of mailflow ({type(error).__name__})."))


def _do(app: App, uow: UnitOfWork, command: Command, member: str) -> _Done:
    if command.into:
        applied, act = merge_in(app, uow, command.reference, command.into, member)
    elif command.event is not None:
        applied, act = act_in(app, uow, command.reference, command.event, member)
    elif command.verb is Verb.FIND:
        return _Done(found(app, uow, command))
    else:
        return _Done(shown(app, uow, command))
    return _Done(
        CommandAnswer(command.line, f"{in_words(applied, command.event, app.config.policy.form)}."),
        applied.letters,
        (act,),
    )


def _write(
    app: App,
    uow: UnitOfWork,
    mail: Mail,
    member: str,
    reference: str | None,
    read: ReadCommands,
    answers: tuple[CommandAnswer, ...],
) -> Rendered:
    unsure = not answers or any(isinstance(one, Fault) or _is_help(one) for one in read.commands)
    letter = Letter(
        LetterKind.COMMANDS,
        member,
        reference=reference,
        in_reply_to=mail.message_id,
        references=mail.references,
        facts={"answers": answers, "rest": read.rest, "help": tuple(TABLE.values()) if unsure else ()},
    )
    rendered = app.renderer.render(letter, app.clock())
    uow.outbox.put(rendered, app.clock())
    return rendered
