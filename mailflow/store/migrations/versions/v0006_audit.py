"""The audit log: a table to which entries can only be added, each after the last one."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_SAID = "the audit log is only ever added to, at its end"
_LAST = "SELECT coalesce(max(number), 0) FROM audit"
_LAST_HASH = f"SELECT hash FROM audit WHERE number = ({_LAST})"  # noqa: S608 - no value is in it
_FOLLOWS = f"NEW.number = ({_LAST}) + 1 AND NEW.previous = coalesce(({_LAST_HASH}), '{'0' * 64}')"

# INSERT OR REPLACE deletes without telling the trigger of deletes (https://sqlite.org/lang_conflict.html), and comes
# to the trigger of inserts first.
_SQLITE = (
    f"CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, '{_SAID}'); END",
    f"CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, '{_SAID}'); END",
    (
        f"CREATE TRIGGER audit_follows BEFORE INSERT ON audit WHEN NOT ({_FOLLOWS})"
        f" BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
    ),
)
_POSTGRESQL = (
    (
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION USING ERRCODE = '23000', MESSAGE = '{_SAID}'; END $$"
    ),
    (
        f"CREATE FUNCTION audit_follow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT ({_FOLLOWS}) THEN"
        f" RAISE EXCEPTION USING ERRCODE = '23000', MESSAGE = '{_SAID}'; END IF; RETURN NEW; END $$"
    ),
    (
        "CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
    ),
    "CREATE TRIGGER audit_follows BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_follow()",
)


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("reference", sa.Text),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
        sa.UniqueConstraint("previous", name="uq_audit_previous"),
    )
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.get_bind().exec_driver_sql(statement)
