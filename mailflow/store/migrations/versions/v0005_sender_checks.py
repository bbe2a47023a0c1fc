"""What was found of who wrote a mail."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "sender_checks",
        sa.Column("mail_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("found", sa.Text),
        sa.Column("next_try_at", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("mail_id", name="pk_sender_checks"),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["mails.id"], name="fk_sender_checks_mail_id", ondelete="CASCADE"
        ),
    )
