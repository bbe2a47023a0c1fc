"""A letter that the staff has tried again is given up as long after that as another after it was written."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("retried_at", sa.BigInteger))
