"""The tables, the same on SQLite and PostgreSQL; `migrations/` makes them, and the indexes of `indexes.py`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    and_,
    literal_column,
)

from mailflow.store.columns import Json, JsonText, Key, Moment, Words

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)


def _id() -> Column[int]:
    # SQLite numbers rows only in a column declared INTEGER; an id is never given twice.
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True)


def _case_id(*, nullable: bool = True) -> Column[str]:
    return Column("case_id", Text, ForeignKey("cases.id", ondelete="CASCADE"), nullable=nullable)


# The inbox and the archive in one: a mail stays where it was accepted.
mails = Table(
    "mails",
    metadata,
    _id(),
    Column("digest", LargeBinary, unique=True, nullable=False),
    Column("state", Text, nullable=False),  # waiting, handled, parked
    Column("received_at", Moment, nullable=False),
    Column("next_try_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Words),
    _case_id(),
    Column("handled_at", Moment),
    Column("kind", Text),
    Column("silence", Words),  # why it got no letter
    Column("sender", Words),
    Column("subject", Words),
    Column("message_id", Words),
    Column("size", Integer, nullable=False),  # bytes, as received
    Column("envelope", Json, nullable=False),
    Column("fresh", Words),  # the person's own new words, secrets masked, where there is no key
    Column("fresh_sealed", LargeBinary),  # the same where there is one: see `store.seal`
    Column("key_id", Text),  # what `raw` is sealed with; without it `raw` stands as it is
    Column("raw_deleted_at", Moment),
    Column("filler", LargeBinary),  # on SQLite, before what was received: see `store.mails`
    Column("raw", LargeBinary, nullable=False),  # last, so that SQLite reads the others without it
    sqlite_autoincrement=True,
)

cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("reference", Words, unique=True, nullable=False),
    Column("party", Words, nullable=False),
    Column("party_key", Key, nullable=False),
    Column("account", Words, nullable=False),
    Column("account_key", Key),
    Column("status", Text, nullable=False),
    Column("outcome", Text),
    Column("opened_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("completed_at", Moment),
    Column("closed_at", Moment),
    Column("touched_at", Moment),
    Column("due_at", Moment),
    Column("queued_at", Moment),  # completed_at while it is in review
    Column("failing", Boolean, nullable=False),  # its flags have address_failing
    Column("details", JsonText, nullable=False),  # every other field of `core.case.Case`
)

case_history = Table(  # only ever added to
    "case_history",
    metadata,
    _id(),
    _case_id(nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", Words, nullable=False),
    Column("kind", Text, nullable=False),
    Column("facts", Json, nullable=False),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    Column("message_id", Words, unique=True, nullable=False),
    Column("state", Text, nullable=False),  # waiting, sent, failed, dropped
    Column("next_try_at", Moment, nullable=False),
    Column("lease_until", Moment),
    Column("leased_by", Text),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("settled_at", Moment),  # sent or given up
    Column("error", Words),
    Column("kind", Text, nullable=False),
    _case_id(),
    Column("envelope_sender", Words, nullable=False),
    Column("recipient", Words, nullable=False),
    Column("recipient_key", Key, nullable=False),
    Column("reply_to", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("text", Words, nullable=False),  # empty where it is sealed
    Column("raw", LargeBinary, nullable=False),
    Column("key_id", Text),  # as in `mails`
    Column("text_sealed", LargeBinary),
    Column("raw_deleted_at", Moment),
    Column("asked", Json),  # the items that it asks for; NULL where an older program wrote it
    Column("retried_at", Moment),  # by the staff
    sqlite_autoincrement=True,
)

# The mails that are being handled. No foreign key: to check it would wait for the lock by which they are claimed.
in_hand = Table(
    "in_hand",
    metadata,
    Column("mail_id", BigInteger, primary_key=True, autoincrement=False),
    Column("run", Text, nullable=False),  # of the process
)

# The keys with which anything is sealed: a node that lacks one of them must not start.
encryption_keys = Table(
    "encryption_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("used_since", Moment, nullable=False),
)

# What was found of who wrote a mail, or who is finding it. Without `found` it is leased until `next_try_at`.
sender_checks = Table(
    "sender_checks",
    metadata,
    Column(
        "mail_id",
        BigInteger,
        ForeignKey("mails.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("found", Json),  # `core.authentication.Authentication`
    Column("next_try_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),  # leases that nobody has settled or put off
)

audit = Table(  # only ever added to: triggers, which its migration makes, refuse everything else
    "audit",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("verb", Text, nullable=False),
    Column("reference", Text),
    Column("facts", Text, nullable=False),  # JSON as it was hashed
    Column("previous", Text, nullable=False, unique=True),  # two cannot follow one
    Column("hash", Text, nullable=False),
)

# Of the last days only; see `store.tally`.
tallies = Table(
    "tallies",
    metadata,
    _id(),
    Column("what", Text, nullable=False),
    Column("key", Key, nullable=False),
    Column("at", Moment, nullable=False),
    Column("about", Text),
    sqlite_autoincrement=True,
)

# One row: see `migrations`.
schema_admits = Table("schema_admits", metadata, Column("oldest", Text, primary_key=True))

job_slots = Table(
    "job_slots",
    metadata,
    Column("job", Text, primary_key=True),
    Column("slot", Text, primary_key=True),
    Column("node", Text, nullable=False),
    Column("won_at", Moment, nullable=False),
)


def is_(column: ColumnElement[str], value: str) -> ColumnElement[bool]:
    """The column's value as a literal in the statement: a bound one would hide it from a partial index."""
    return column == literal_column(f"'{value}'")


# What partial indexes hold, and queries ask for.
mail_waits = is_(mails.c.state, "waiting")
mail_is_parked = is_(mails.c.state, "parked")
mail_has_no_case = and_(is_(mails.c.state, "handled"), mails.c.case_id.is_(None))
mail_has_raw = mails.c.raw_deleted_at.is_(None)
letter_has_raw = outbox.c.raw_deleted_at.is_(None)
letter_waits = is_(outbox.c.state, "waiting")
letter_has_no_case = outbox.c.case_id.is_(None)
case_is_queued = cases.c.queued_at.is_not(None)
