"""What the audit log says of one case is found without reading all of it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    of_a_case = sa.text("reference IS NOT NULL")
    op.create_index(
        "ix_audit_reference",
        "audit",
        ["reference", "number"],
        sqlite_where=of_a_case,
        postgresql_where=of_a_case,
    )
