"""What Alembic runs for each command: everything in the one transaction that the caller opened."""

from alembic import context

from mailflow.store.indexes import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite has it too, once BEGIN is ours
)
context.run_migrations()
