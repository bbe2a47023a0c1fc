"""What a letter asks is kept with it: an answer may come when others have asked something else."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("asked", sa.Text))
