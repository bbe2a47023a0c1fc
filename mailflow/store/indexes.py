"""The indexes as `migrations/` makes them: for who compares or makes tables, as no statement names one.

A partial index holds only what waits or is due, so that looking for work costs the same however much is stored.
SQLite uses one only when the query repeats its condition word for word: both take it from `schema.py`.
"""

from __future__ import annotations

from sqlalchemy import Column, ColumnElement, Index

from mailflow.store.schema import (
    audit,
    case_history,
    case_is_queued,
    cases,
    letter_has_no_case,
    letter_has_raw,
    letter_waits,
    mail_has_no_case,
    mail_has_raw,
    mail_is_parked,
    mail_waits,
    mails,
    metadata,
    outbox,
    tallies,
)

__all__ = ["metadata"]


def _partial(name: str, where: ColumnElement[bool], *columns: Column[str]) -> Index:
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


_partial("ix_mails_waiting", mail_waits, mails.c.next_try_at, mails.c.id)
_partial("ix_mails_parked", mail_is_parked, mails.c.id)
_partial("ix_mails_without_case", mail_has_no_case, mails.c.received_at)
_partial("ix_mails_case", mails.c.case_id.is_not(None), mails.c.case_id, mails.c.id)
_partial("ix_mails_raw", mail_has_raw, mails.c.received_at)
Index("ix_mails_received", mails.c.received_at)

Index("ix_cases_party", cases.c.party_key, cases.c.opened_at)
Index("ix_cases_account", cases.c.account_key, cases.c.opened_at)
Index("ix_cases_status", cases.c.status, cases.c.opened_at)
Index("ix_cases_opened", cases.c.opened_at)
_partial("ix_cases_due", cases.c.due_at.is_not(None), cases.c.due_at)
_partial("ix_cases_queue", case_is_queued, cases.c.queued_at, cases.c.id)
_partial(
    "ix_cases_closed",
    cases.c.closed_at.is_not(None),
    cases.c.closed_at,
    cases.c.outcome,
    cases.c.completed_at,
)
_partial("ix_cases_failing", cases.c.failing.is_(True), cases.c.id)

_partial("ix_audit_reference", audit.c.reference.is_not(None), audit.c.reference, audit.c.number)

Index("ix_case_history_case", case_history.c.case_id, case_history.c.id)

Index("ix_tallies_key", tallies.c.what, tallies.c.key, tallies.c.at)
Index("ix_tallies_at", tallies.c.what, tallies.c.at)

_partial("ix_outbox_waiting", letter_waits, outbox.c.next_try_at, outbox.c.id)
_partial("ix_outbox_settled", outbox.c.settled_at.is_not(None), outbox.c.settled_at, outbox.c.state)
_partial("ix_outbox_case", outbox.c.case_id.is_not(None), outbox.c.case_id, outbox.c.id)
_partial("ix_outbox_without_case", letter_has_no_case, outbox.c.created_at)
_partial("ix_outbox_raw", letter_has_raw, outbox.c.created_at)
Index("ix_outbox_recipient", outbox.c.recipient_key, outbox.c.created_at)
