"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _cases()
    _case_history()
    _mails()
    _outbox()
    op.create_table(
        "job_slots",
        sa.Column("job", sa.Text, nullable=False),
        sa.Column("slot", sa.Text, nullable=False),
        sa.Column("node", sa.Text, nullable=False),
        sa.Column("won_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("job", "slot", name="pk_job_slots"),
    )


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("party", sa.Text, nullable=False),
        sa.Column("party_key", sa.Text, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("account_key", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("completed_at", sa.BigInteger),
        sa.Column("closed_at", sa.BigInteger),
        sa.Column("touched_at", sa.BigInteger),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("queued_at", sa.BigInteger),
        sa.Column("failing", sa.Boolean, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("reference", name="uq_cases_reference"),
    )
    op.create_index("ix_cases_party", "cases", ["party_key", "opened_at"])
    op.create_index("ix_cases_account", "cases", ["account_key", "opened_at"])
    op.create_index("ix_cases_status", "cases", ["status", "opened_at"])
    op.create_index("ix_cases_opened", "cases", ["opened_at"])
    _partial("ix_cases_due", "cases", ["due_at"], "due_at IS NOT NULL")
    _partial("ix_cases_queue", "cases", ["queued_at", "id"], "queued_at IS NOT NULL")
    _partial("ix_cases_closed", "cases", ["closed_at", "outcome", "completed_at"], "closed_at IS NOT NULL")
    op.create_index(
        "ix_cases_failing",
        "cases",
        ["id"],
        sqlite_where=sa.text("failing IS 1"),
        postgresql_where=sa.text("failing IS true"),
    )


def _case_history() -> None:
    op.create_table(
        "case_history",
        _id(),
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case_history"),
        _of_case("case_history"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_case_history_case", "case_history", ["case_id", "id"])


def _mails() -> None:
    op.create_table(
        "mails",
        _id(),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("next_try_at", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("case_id", sa.Text),
        sa.Column("handled_at", sa.BigInteger),
        sa.Column("kind", sa.Text),
        sa.Column("silence", sa.Text),
        sa.Column("sender", sa.Text),
        sa.Column("subject", sa.Text),
        sa.Column("message_id", sa.Text),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("envelope", sa.Text, nullable=False),
        sa.Column("fresh", sa.Text),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mails"),
        sa.UniqueConstraint("digest", name="uq_mails_digest"),
        _of_case("mails"),
        sqlite_autoincrement=True,
    )
    _partial("ix_mails_waiting", "mails", ["next_try_at", "id"], "state = 'waiting'")
    _partial("ix_mails_parked", "mails", ["id"], "state = 'parked'")
    _partial("ix_mails_without_case", "mails", ["received_at"], "state = 'handled' AND case_id IS NULL")
    _partial("ix_mails_case", "mails", ["case_id", "id"], "case_id IS NOT NULL")
    op.create_index("ix_mails_received", "mails", ["received_at"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        _id(),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("next_try_at", sa.BigInteger, nullable=False),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("leased_by", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("settled_at", sa.BigInteger),
        sa.Column("error", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("case_id", sa.Text),
        sa.Column("envelope_sender", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("recipient_key", sa.Text, nullable=False),
        sa.Column("reply_to", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("message_id", name="uq_outbox_message_id"),
        _of_case("outbox"),
        sqlite_autoincrement=True,
    )
    _partial("ix_outbox_waiting", "outbox", ["next_try_at", "id"], "state = 'waiting'")
    _partial("ix_outbox_settled", "outbox", ["settled_at", "state"], "settled_at IS NOT NULL")
    _partial("ix_outbox_case", "outbox", ["case_id", "id"], "case_id IS NOT NULL")
    _partial("ix_outbox_without_case", "outbox", ["created_at"], "case_id IS NULL")
    op.create_index("ix_outbox_recipient", "outbox", ["recipient_key", "created_at"])


def _id() -> sa.Column[int]:
    return sa.Column(
        "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False
    )


def _of_case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=f"fk_{table}_case_id", ondelete="CASCADE")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
