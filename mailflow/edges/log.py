"""The mail log: one function for each event, and nobody logs otherwise. Which event a result is says `logresults.py`.

What people wrote is never logged, neither body nor subject, and no secret; addresses are, since operators need them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailflow.edges.logline import configure, event, finish, first_line, forget, observe, trouble, unread_for

__all__ = ["EVENTS", "configure", "finish", "forget", "observe", "unread_for"]


# -------------------------------------------------------------------------------------------------- the listener


def listening(*, address: str, starttls: bool) -> None:
    event("info", "listening", address=address, starttls=starttls)


def connected(*, remote: str) -> None:
    event("debug", "connected", remote=remote)


def refused(*, remote: str, reply: str) -> None:
    """A connection that got no session."""
    event("info", "refused", remote=remote, reply=reply)


def received(*, remote: str, helo: str, sender: str, recipients: Sequence[str], size: int, tls: bool) -> None:
    """The mail is stored: what is logged here gets its 250."""
    event(
        "info",
        "received",
        remote=remote,
        helo=helo,
        sender=sender,
        recipients=recipients,
        size=size,
        tls=tls,
    )


def duplicate(
    *, remote: str, helo: str, sender: str, recipients: Sequence[str], size: int, tls: bool
) -> None:
    """The mail has come before and stands there: it gets its 250 again, and nothing more is done with it."""
    event(
        "info",
        "duplicate",
        remote=remote,
        helo=helo,
        sender=sender,
        recipients=recipients,
        size=size,
        tls=tls,
    )


def rejected(*, remote: str, reply: str) -> None:
    """A command or a mail was answered 4xx or 5xx."""
    event("info", "rejected", remote=remote, reply=reply)


def session_failed(*, remote: str, error: BaseException) -> None:
    """The listener itself raised; the client got 451."""
    event("error", "session_failed", remote=remote, **trouble(error))


def tls_failed(*, remote: str, error: str) -> None:
    event("info", "tls_failed", remote=remote, error=error)


def store_failed(*, mails: int, error: BaseException | str) -> None:
    """The database took none of these mails; their clients got 451 and keep them."""
    event("error", "store_failed", mails=mails, **trouble(error))


# -------------------------------------------------------------------------------------------------- who wrote a mail


def sender_checked(*, mail: int, verdict: str, domain: str, source: str) -> None:
    """It was found, or cannot be told, whether `domain` vouches for a mail that waits."""
    event("info", "sender_checked", mail=mail, verdict=verdict, domain=domain, source=source)


def sender_check_failed(*, mail: int, error: BaseException | str, settled: bool) -> None:
    """The mail waits until it can be told who wrote it; `settled`: it has waited long enough, and does not."""
    event("warning", "sender_check_failed", mail=mail, settled=settled, **trouble(error))


# -------------------------------------------------------------------------------------------------- handling a mail


def handled(*, mail: int, sender: str, kind: str, reference: str | None, letters: Sequence[str]) -> None:
    """`letters` are the kinds of those that were written."""
    event("info", "handled", mail=mail, sender=sender, kind=kind, reference=reference, letters=letters)


def silent(*, mail: int, sender: str, kind: str, reference: str | None, why: str, source: str) -> None:
    """No letter answers this mail; `source` is the section of the RFC that says so, if one does."""
    event("info", "silent", mail=mail, sender=sender, kind=kind, reference=reference, why=why, source=source)


def set_aside(*, mail: int, sender: str, why: str) -> None:
    """A person's mail that no case took: the digest lists it."""
    event("warning", "set_aside", mail=mail, sender=sender, why=why)


def handling_failed(
    *, mail: int, attempts: int, error: BaseException | str, next_try_at: datetime | None
) -> None:
    event(
        "warning", "handling_failed", mail=mail, attempts=attempts, next_try_at=next_try_at, **trouble(error)
    )


def parked(*, mail: int, attempts: int, error: BaseException | str) -> None:
    event("error", "parked", mail=mail, attempts=attempts, **trouble(error))


# -------------------------------------------------------------------------------------------------- cases and letters


def case_changed(*, reference: str, by: str, what: str, status: str, letters: Sequence[str]) -> None:
    """Time passed for it, or the staff acted; what a mail did to it stands in `handled`."""
    event("info", "case_changed", reference=reference, by=by, what=what, status=status, letters=letters)


def case_stuck(*, reference: str, error: BaseException | str, next_try_at: datetime) -> None:
    """What was due in it raised; the digest says so too."""
    event("error", "case_stuck", reference=reference, next_try_at=next_try_at, **trouble(error))


def case_unreadable(*, reference: str, why: str) -> None:
    """Its row is damaged, or a later mailflow wrote it: nothing happens in it. Once in the life of a process."""
    event("error", "case_unreadable", reference=reference, why=why)


def letter_sent(*, letter: int, kind: str, recipient: str, message_id: str, attempts: int) -> None:
    """The smarthost took it. `attempts` counts this one."""
    event(
        "info",
        "letter_sent",
        letter=letter,
        kind=kind,
        recipient=recipient,
        message_id=message_id,
        attempts=attempts,
    )


def letter_retry(
    *, letter: int, kind: str, recipient: str, attempts: int, error: str, next_try_at: datetime | None
) -> None:
    event(
        "info",
        "letter_retry",
        letter=letter,
        kind=kind,
        recipient=recipient,
        attempts=attempts,
        error=error,
        next_try_at=next_try_at,
    )


def letter_failed(*, letter: int, kind: str, recipient: str, attempts: int, error: str) -> None:
    """Refused for good, or too old. The digest lists it."""
    event(
        "warning",
        "letter_failed",
        letter=letter,
        kind=kind,
        recipient=recipient,
        attempts=attempts,
        error=error,
    )


def letter_put_back(
    *, letter: int, kind: str, recipient: str, error: str, next_try_at: datetime | None
) -> None:
    """No letter can leave now, whichever it is."""
    event(
        "warning",
        "letter_put_back",
        letter=letter,
        kind=kind,
        recipient=recipient,
        error=error,
        next_try_at=next_try_at,
    )


# -------------------------------------------------------------------------------------------------- jobs and daemon


def letters_unsettled(*, number: int, error: BaseException | str) -> None:
    """The process is about to end, and letters that were sent will be sent again."""
    event("error", "letters_unsettled", number=number, **trouble(error))


def digest_written(*, recipients: Sequence[str]) -> None:
    event("info", "digest_written", recipients=recipients)


def purged(*, rows: int, raws: int) -> None:
    """`rows` are cases, mails and letters; of `raws` only what was read or said is left."""
    event("info", "purged", rows=rows, raws=raws)


def clock_set_back(*, mails: int, letters: int) -> None:
    """So many waited for a time to come that a clock had shown which was ahead; they are due now."""
    event("warning", "clock_set_back", mails=mails, letters=letters)


def audit_head(*, head: str) -> None:
    """The last entry of the audit log: `mailflow audit verify --head` knows by it whether the end was cut off since."""
    event("info", "audit_head", head=head)


def scrubbed() -> None:
    """What secrets were masked in stands beside the rows no longer either: see `store.scrub`."""
    event("info", "scrubbed")


def starting(*, version: str, node: str, roles: Sequence[str], config: str) -> None:
    event("info", "starting", version=version, node=node, roles=roles, config=config)


def made(*, what: Sequence[str]) -> None:
    """What was not there at the start: right for a desk's first one, else its database may be gone, or another meant."""
    event("warning", "made", what=what)


def in_the_clear() -> None:
    """There is no key: who has the database reads every mail in it."""
    event("warning", "in_the_clear", setting="database.encryption_key")


def later_schema(*, version: str, known: str) -> None:
    """A later mailflow has upgraded the tables, and this one still works with them: its turn has come."""
    event("warning", "later_schema", version=version, known=known)


def ready(*, monitoring: str = "") -> None:
    """`monitoring` is where /healthz and /metrics are."""
    event("info", "ready", monitoring=monitoring)


def stopping(*, signal: str) -> None:
    event("info", "stopping", signal=signal)


def stopped(*, unfinished: int = 0) -> None:
    """`unfinished` counts what was still in hand when the time was over; it stays queued."""
    event("warning" if unfinished else "info", "stopped", unfinished=unfinished)


def config_taken(*, source: str, needs_restart: Sequence[str] = ()) -> None:
    """`needs_restart` names the keys that were changed and that only a restart takes over."""
    level = "warning" if needs_restart else "info"
    event(level, "config_taken", source=source, needs_restart=needs_restart or None)


def config_refused(*, source: str, problems: Sequence[str]) -> None:
    """The new configuration has errors; the old one stays."""
    event("error", "config_refused", source=source, problems=problems)


def database_lost(*, error: BaseException | str, reason: str = "") -> None:
    """`reason`: the database's own words ("database is locked"), which say nothing of a mail when it fails as a whole."""
    event("error", "database_lost", reason=first_line(reason) or None, **trouble(error))


def database_back() -> None:
    event("info", "database_back")


def disk_low(*, free: int, least: int) -> None:
    """No mail is taken until more than `least` bytes are free again."""
    event("error", "disk_low", free=free, least=least)


def disk_back(*, free: int) -> None:
    event("info", "disk_back", free=free)


def crashed(*, where: str, error: BaseException) -> None:
    """Something raised that nobody expected; the loop goes on."""
    event("error", "crashed", where=where, **trouble(error))


EVENTS = (
    "audit_head",
    "made",
    "in_the_clear",
    "later_schema",
    "listening",
    "connected",
    "refused",
    "received",
    "duplicate",
    "rejected",
    "session_failed",
    "tls_failed",
    "store_failed",
    "sender_checked",
    "sender_check_failed",
    "handled",
    "silent",
    "set_aside",
    "handling_failed",
    "parked",
    "case_changed",
    "case_stuck",
    "case_unreadable",
    "letter_sent",
    "letter_retry",
    "letter_failed",
    "letter_put_back",
    "digest_written",
    "purged",
    "clock_set_back",
    "scrubbed",
    "starting",
    "ready",
    "stopping",
    "stopped",
    "config_taken",
    "config_refused",
    "database_lost",
    "letters_unsettled",
    "database_back",
    "disk_low",
    "disk_back",
    "crashed",
)
