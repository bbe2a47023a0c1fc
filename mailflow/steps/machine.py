"""A mail that nobody wrote, or whose writer waits for no answer: an autoreply, a bounce, a mailing list's."""

from __future__ import annotations

from dataclasses import replace

from mailflow.core.case import Case
from mailflow.core.envelope import MailKind
from mailflow.core.events import AddressFailed
from mailflow.core.mail import Mail
from mailflow.core.recognise import case_of_bounce, find_case
from mailflow.core.silence import Silence
from mailflow.steps.app import App
from mailflow.steps.apply import apply_event
from mailflow.steps.handled import Handled
from mailflow.steps.match import current_case, matches_of
from mailflow.steps.understand import Said, Understood
from mailflow.store.unit import UnitOfWork


def by_machine(app: App, uow: UnitOfWork, understood: Understood, silence: Silence) -> Handled:
    """It is filed, with the case whose letter it answers. A bounce that is genuinely ours marks the party's address."""
    said = Said(understood.body)
    handled = replace(
        Handled.of(understood, silence.kind, said),
        silence=silence.why,
        source=silence.source,
        set_aside=silence.kind is MailKind.REQUEST,
    )
    clues, now = understood.clues, app.clock()
    matches = matches_of(uow, clues, "")
    if silence.kind is not MailKind.BOUNCE or not clues.tagged:
        pointed = find_case(clues, matches, understood.sender, app.addresses, now)
        return replace(handled, case=pointed.case, how=pointed.how) if pointed else handled
    case = case_of_bounce(clues, matches, app.addresses, now)
    if case is None:
        return handled
    event = _failure_of(understood.mail, case)
    by = understood.sender or "a mail server"
    return replace(handled, case=apply_event(app, uow, current_case(uow, case), event, by).case, event=event)


def _failure_of(mail: Mail, case: Case) -> AddressFailed:
    report = next(
        (report for report in mail.reports if report.action == "failed"), next(iter(mail.reports), None)
    )
    if report is None:
        return AddressFailed(case.party, "", "")
    status = report.status if report.action == "failed" else "4.0.0"  # delayed, relayed…: not failed yet
    return AddressFailed(case.party, status, report.diagnostic)
