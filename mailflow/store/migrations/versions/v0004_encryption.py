"""Mails and letters that are encrypted, and when what was received or sent of them is deleted."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from mailflow.store.migrations.sqlite import add_before

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    add_before("mails", "filler", _columns("fresh_sealed"))
    for column in _columns("text_sealed"):
        op.add_column("outbox", column)
    op.create_table(
        "encryption_keys",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("used_since", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_encryption_keys"),
    )
    _not_deleted("ix_mails_raw", "mails", "received_at")
    _not_deleted("ix_outbox_raw", "outbox", "created_at")


def _columns(sealed: str) -> list[sa.Column[Any]]:
    return [
        sa.Column("key_id", sa.Text),
        sa.Column(sealed, sa.LargeBinary),
        sa.Column("raw_deleted_at", sa.BigInteger),
    ]


def _not_deleted(name: str, table: str, column: str) -> None:
    where = sa.text("raw_deleted_at IS NULL")
    op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)
