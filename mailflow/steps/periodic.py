"""Time: what is due in the cases, the daily digest, and the purge. A ticker calls; the tables know what is due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from mailflow.core.case import Case
from mailflow.core.digest import Digest
from mailflow.core.events import DueTimePassed
from mailflow.core.letters import Letter, LetterKind, Rendered
from mailflow.core.timing import DAY, daily_slot
from mailflow.steps.app import App
from mailflow.steps.apply import Applied, apply_event
from mailflow.steps.handled import RETRY_WAITS, what_raised
from mailflow.steps.report import DIGEST, build_digest
from mailflow.steps.settle import longest_wait
from mailflow.store.caserow import UnreadableCase
from mailflow.store.engine import Unavailable
from mailflow.store.tally import ESCALATED
from mailflow.store.unit import UnitOfWork

_SLOTS_KEPT = 60 * DAY
_TALLIES_KEPT = 8 * DAY  # a little longer than anything that is counted, or an address for commands works
_PURGE_AT = time(4, 0)
_STUCK_WAITS = timedelta(hours=1)
ESCALATED_A_DAY = (
    20  # cases that one member of the staff is mailed about as they are due; the digest has them all
)


@dataclass(frozen=True, slots=True)
class PulledBack:
    """What waited for a moment that only a clock which was ahead can have meant."""

    mails: int
    letters: int
    slots: int


def pull_back(app: App) -> PulledBack | None:
    """Make due what a clock that was ahead has put off, once it has been set back; None if there is nothing.

    What failed waits as long as it may: a jump shorter than that wait is not told from one.
    """
    letter_wait = longest_wait(app.config.smarthost.retry)
    with app.begin("pull back") as uow:
        now = app.clock()  # not before: what came while others held the database would lie ahead
        pulled = PulledBack(
            uow.mails.pull_back(now, now + max(RETRY_WAITS)),
            uow.outbox.pull_back(now, now + letter_wait),
            uow.slots.pull_back(now),
        )
    return pulled if pulled.mails or pulled.letters or pulled.slots else None


@dataclass(frozen=True, slots=True)
class Stuck:
    """A case in which what was due raised: undone, and tried again later."""

    case: Case
    error: str
    next_try_at: datetime


def pass_time(app: App, limit: int) -> list[Applied | Stuck | UnreadableCase]:
    """Tell up to `limit` cases whose due time has passed; fewer than `limit` come back when none is left.

    One that raises undoes only itself. One that cannot be read is looked at again later: by then another program may have
    mended it, or this one may be the newer one that can.
    """
    with app.begin("due") as uow:
        told = [_tell(app, uow, case) for case in uow.cases.due(app.clock(), limit)]
        written = {
            id(letter): rendered
            for letters in _by_recipient(told).values()
            for letter, rendered in _escalated(app, uow, letters)
        }
    return [_with_letters(one, written) for one in told]


def _by_recipient(told: Sequence[Applied | Stuck | UnreadableCase]) -> Mapping[str, list[Letter]]:
    found = defaultdict[str, list[Letter]](list)
    for letter in (letter for one in told if isinstance(one, Applied) for letter in one.held):
        found[letter.to].append(letter)
    return found


def _escalated(app: App, uow: UnitOfWork, letters: Sequence[Letter]) -> list[tuple[Letter, Rendered]]:
    """Tell a member of the staff of the cases that these letters are about: in one mail, and of so many a day at most."""
    now, to = app.clock(), letters[0].to
    room = ESCALATED_A_DAY - uow.tally.count(ESCALATED, now - DAY, ESCALATED_A_DAY, to)
    told = letters[:room]
    if not told:
        return []
    for _ in told:
        uow.tally.put(ESCALATED, to, now)
    last = len(letters) >= room
    try:
        rendered = [app.renderer.render(_of_all(told, last=last), now)] * len(told)
    except Exception:  # noqa: BLE001 -- a template of the site's; each of the letters was rendered by itself before
        rendered = [app.renderer.render(letter, now) for letter in told]
    for one in {letter.message_id: letter for letter in rendered}.values():
        uow.outbox.put(one, now)
    return list(zip(told, rendered, strict=True))


def _of_all(letters: Sequence[Letter], *, last: bool) -> Letter:
    """One letter that says what these say. About several cases it is of none, so that a command has to name one."""
    first, *others = letters
    facts = {**first.facts, "others": tuple(letter.facts["case"] for letter in others), "last": last}
    both = replace(first, facts=facts)
    return replace(both, case_id=None, reference=None) if others else both


def _with_letters(
    one: Applied | Stuck | UnreadableCase, written: Mapping[int, Rendered]
) -> Applied | Stuck | UnreadableCase:
    if not isinstance(one, Applied) or not one.held:
        return one
    mailed = tuple(written[id(letter)] for letter in one.held if id(letter) in written)
    return replace(one, letters=(*one.letters, *mailed))


def _tell(app: App, uow: UnitOfWork, case: Case | UnreadableCase) -> Applied | Stuck | UnreadableCase:
    if isinstance(case, UnreadableCase):
        uow.cases.put_off(case.id, app.clock() + _STUCK_WAITS)
        return case
    try:
        with uow.savepoint():
            return apply_event(app, uow, case, DueTimePassed(), "time", hold=LetterKind.ESCALATION)
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 -- whatever a case raises must not stop the next one
        stuck = Stuck(case, what_raised(error), app.clock() + _STUCK_WAITS)
        uow.cases.save(case.evolve(stuck=stuck.error, due_at=stuck.next_try_at))
        return stuck


def send_digest(app: App, node: str) -> Digest | None:
    """Write today's digest to the staff, once, whichever node comes first and however often it is asked.

    None when none was written.
    """
    settings, desk, now = app.config.digest, app.config.desk, app.clock()
    with app.begin("digest") as uow:
        if not uow.slots.win(DIGEST, daily_slot(now, settings.at, desk.time_zone), node, now):
            return None
        digest = build_digest(app, uow, now)
        if digest.empty and not settings.send_empty:
            return None
        for address in desk.staff:
            letter = Letter(LetterKind.DIGEST, address, facts={"digest": digest})
            uow.outbox.put(app.renderer.render(letter, now), now)
    return digest


@dataclass(frozen=True, slots=True)
class Purged:
    rows: int  # cases, mails and letters
    raws: int  # mails and letters of which only what was read or said is left


def purge(app: App, node: str) -> Purged | None:
    """Delete what is kept no longer: closed cases with all their mail, mail that belongs to none, and the bytes of mails.

    Once a day, whichever node comes first; None when today's was done. A few at a time, so that nobody waits long.
    """
    now = app.clock()
    with app.begin("purge") as uow:
        if not uow.slots.win("purge", daily_slot(now, _PURGE_AT, app.config.desk.time_zone), node, now):
            return None
        uow.slots.purge(now - _SLOTS_KEPT)
    _until_none_is_left(app, lambda uow: uow.tally.purge(now - _TALLIES_KEPT))
    return purge_now(app, "time")


def purge_now(app: App, by: str) -> Purged:
    """`by` is who asked for it, for the audit log."""
    now, kept = app.clock(), app.config.case
    closed_before, received_before = now - kept.keep_closed, now - kept.keep_raw
    rows = _until_none_is_left(
        app,
        lambda uow: (
            uow.cases.purge(closed_before) + uow.mails.purge(closed_before) + uow.outbox.purge(closed_before)
        ),
    )
    raws = _until_none_is_left(
        app,
        lambda uow: uow.mails.delete_raw(received_before, now) + uow.outbox.delete_raw(received_before, now),
    )
    if rows or raws:
        with app.begin("purge record") as uow:
            uow.audit.add(now, by, "purge", facts={"rows": rows, "raws": raws})
    return Purged(rows, raws)


def _until_none_is_left(app: App, delete_some: Callable[[UnitOfWork], int]) -> int:
    deleted = 0
    while True:
        with app.begin("purge some") as uow:
            count = delete_some(uow)
        if not count:
            return deleted
        deleted += count
