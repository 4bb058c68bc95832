"""Alembic's entry: runs on the connection that `shared.migrations.upgrade` opened and locked."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transactional_ddl=False,
    render_as_batch=True,
)
context.run_migrations()
