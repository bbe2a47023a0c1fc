"""Look: what a member of the staff is shown who asks by mail. Nothing is changed, and nothing goes on record."""

from __future__ import annotations

from itertools import islice
from typing import Final

from mailflow.core.case import Case
from mailflow.core.commandanswer import CommandAnswer, ShownMail
from mailflow.core.commandtable import Command
from mailflow.core.digest import CaseBrief, brief
from mailflow.core.display import lines
from mailflow.core.lookalikes import in_ascii
from mailflow.core.reference import normal_reference
from mailflow.steps.app import App
from mailflow.steps.around import around
from mailflow.steps.find import find_case
from mailflow.store.caserow import readable
from mailflow.store.mails import ListedMail
from mailflow.store.unit import UnitOfWork

MOST_FOUND: Final = 10  # cases
_MAILS: Final = 3
_LINES, _WORDS = 40, 2000  # of one mail, and characters of it


def shown(app: App, uow: UnitOfWork, command: Command) -> CommandAnswer:
    """A case, with the last mails that were written about it. Raises `UnknownCase`."""
    case = find_case(uow, command.reference)
    newest_first = (mail for mail in reversed(uow.mails.of_case(case.id)) if (mail.fresh or "").strip())
    mails = [_shown_mail(mail) for mail in islice(newest_first, _MAILS)]
    return CommandAnswer(command.line, "", (_brief(app, uow, case),), tuple(reversed(mails)))


def found(app: App, uow: UnitOfWork, command: Command) -> CommandAnswer:
    """The newest cases of an address, about an account, or with a reference."""
    views, sought = uow.views, command.sought
    named = uow.cases.by_reference(normal_reference(sought) or "")
    every = [
        *([named] if named else ()),
        *readable(views.cases(party=sought, limit=MOST_FOUND + 1)),
        *readable(views.cases(account=sought, limit=MOST_FOUND + 1)),
    ]
    cases = sorted({case.id: case for case in every}.values(), key=lambda case: case.opened_at, reverse=True)
    said = "These are the newest ones." if len(cases) > MOST_FOUND else "" if cases else "There are none."
    return CommandAnswer(command.line, said, tuple(_brief(app, uow, case) for case in cases[:MOST_FOUND]))


def _brief(app: App, uow: UnitOfWork, case: Case) -> CaseBrief:
    form, now = app.config.policy.form, app.clock()
    return brief(case, form, now, around(uow, case, form, now))


def _shown_mail(mail: ListedMail) -> ShownMail:
    words = lines((mail.fresh or "").strip())
    first = "\n".join(words[:_LINES])[:_WORDS]
    more = f"mailflow queue show mail:{mail.id}" if len(first) < len("\n".join(words)) else ""
    return ShownMail(
        mail.received_at, in_ascii(mail.sender or ""), mail.subject or "", first, more, mail.silence or ""
    )
