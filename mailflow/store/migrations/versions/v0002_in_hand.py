"""Which mails a process has in hand."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "in_hand",
        sa.Column("mail_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("run", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("mail_id", name="pk_in_hand"),
    )
