"""Time: what is due in the cases, the daily digest, and the purge. A ticker calls; the tables know what is due."""

from __future__ import annotations

from mailflow.core.digest import Digest, make_digest
from mailflow.core.events import DueTimePassed
from mailflow.core.letters import Letter, LetterKind
from mailflow.core.timing import DAY, daily_slot
from mailflow.steps.app import App
from mailflow.steps.apply import Applied, apply_event
from mailflow.store.unit import UnitOfWork

_SLOTS_KEPT = 60 * DAY
_CASES_LISTED = 500  # in one section of a digest; the rest is counted


def pass_time(app: App, limit: int) -> list[Applied]:
    """Tell up to `limit` cases whose due time has passed; fewer than `limit` come back when none is left."""
    with app.begin() as uow:
        due = uow.cases.due(app.clock(), limit)
        return [apply_event(app, uow, case, DueTimePassed(), "time") for case in due]


def send_digest(app: App, node: str) -> bool:
    """Write today's digest to the staff, once, whichever node comes first and however often it is asked."""
    settings, desk, now = app.config.digest, app.config.desk, app.clock()
    with app.begin() as uow:
        if not uow.slots.win("digest", daily_slot(now, settings.at, desk.time_zone), node, now):
            return False
        digest = build_digest(app, uow)
        if digest.empty and not settings.send_empty:
            return False
        for address in desk.staff:
            letter = Letter(LetterKind.DIGEST, address, facts={"digest": digest})
            uow.outbox.put(app.renderer.render(letter, now), now)
    return True


def build_digest(app: App, uow: UnitOfWork) -> Digest:
    """The staff's view of the desk now."""
    now = app.clock()
    since = now - DAY
    return make_digest(
        now=now,
        cases=uow.views.open_cases(_CASES_LISTED),
        parked=uow.views.parked(),
        failed=uow.views.failed_letters(since),
        set_aside=uow.views.set_aside(since),
        numbers=uow.views.numbers(since, now),
        form=app.config.policy.form,
        since=since,
    )


def purge(app: App) -> int:
    """Delete what is kept no longer: closed cases with all their mail, and mail that belongs to none."""
    now = app.clock()
    before = now - app.config.case.keep_closed
    with app.begin() as uow:
        uow.slots.purge(now - _SLOTS_KEPT)
        return uow.cases.purge(before) + uow.mails.purge(before)
