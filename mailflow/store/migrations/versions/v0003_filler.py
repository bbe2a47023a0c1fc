"""What stands before a received mail on SQLite, so that none of it is in a page of the table."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    column = sa.Column("filler", sa.LargeBinary)
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("mails", column)
        return
    given = sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'mails'")
    last_id = op.get_bind().execute(given).scalar()
    # A new column would stand last; this one has to stand before `raw`.
    with op.batch_alter_table(
        "mails", recreate="always", table_kwargs={"sqlite_autoincrement": True}
    ) as mails:
        mails.add_column(column, insert_before="raw")
    if last_id is not None:  # no id is given twice, also not that of the last mail when it was purged
        restore = sa.text("UPDATE sqlite_sequence SET seq = :last_id WHERE name = 'mails'")
        if not op.get_bind().execute(restore, {"last_id": last_id}).rowcount:
            insert = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('mails', :last_id)")
            op.get_bind().execute(insert, {"last_id": last_id})
