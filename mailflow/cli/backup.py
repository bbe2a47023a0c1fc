"""The commands that save the database into a file and put it back. Only SQLite's: PostgreSQL brings better ones."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import URL, make_url

from mailflow.bootstrap import (
    NotReady,
    open_database,
    open_store,
    read_keyring,
    read_keys,
    upgrade_tables,
    utc_now,
)
from mailflow.cli import exits
from mailflow.cli.command import Site, site
from mailflow.cli.show import complain, say
from mailflow.cli.who import staff
from mailflow.config import Config, shipped
from mailflow.config.files import credentials_folder
from mailflow.store import backup as copies
from mailflow.store import migrations
from mailflow.store.engine import Unavailable
from mailflow.store.unit import Store

BACKUP = "backup"  # the verbs of the audit log
RESTORE = "restore"


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@site
@exits.stopped_in_order()
def backup(site: Site, file: Path) -> None:
    """Save the whole database into FILE, which must not be there yet. The desk may run meanwhile.

    FILE gets its name once it is complete, on the disk and was read through. What else has to be saved is said.
    """
    config = site.config
    _sqlite_of(config)
    engine = open_database(config)

    def record() -> None:
        if migrations.fits(engine):  # an older one is saved before it is upgraded, too
            _record(Store(engine, config.database.busy_timeout))

    try:
        if not migrations.version(engine):
            raise NotReady(f"{engine.url.database} is no database of a desk: there is nothing to save")
        size = copies.save(engine, file, record)
    except FileExistsError as error:
        raise exits.Refused(str(error), exits.CANNOT_CREATE) from error
    except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
        raise exits.Refused(f"{file} cannot be made: {error.strerror}", exits.CANNOT_CREATE) from error
    finally:
        engine.dispose()
    say(f"saved {size:,} bytes to {file}")
    say("save these too, the keys in another place: " + ", ".join(map(_saved_as, _beside(config))))


def _record(store: Store) -> None:
    """First, so that the backup knows of itself. A disk that takes no entry must not keep anybody from saving it."""
    try:
        _add_entry(store)
    except Unavailable as error:
        complain(f"mailflow: this backup has no entry in the audit log: {error}")


def _add_entry(store: Store) -> None:
    with store.begin("backup") as uow:
        uow.audit.add(utc_now(), staff(), BACKUP)


def _beside(config: Config) -> list[Path]:
    own = config.templates if config.templates != shipped("templates") else None
    files = (config.source, own, config.desk.reply_key, config.database.encryption_key)
    return [path for path in files if path is not None]


def _saved_as(file: Path) -> str:
    """A credential lies in memory: what has to be saved is the file that the unit names."""
    return f"the credential {file.name}" if file.parent == credentials_folder() else str(file)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@site
@exits.stopped_in_order()
def restore(site: Site, file: Path) -> None:
    """Put a backup into the database, which must hold nothing and not be in use; then bring it to this version.

    Every page of FILE is checked before. The saved keys have to be in their places.
    """
    config = site.config
    url = _sqlite_of(config)
    target = Path(url.database or "")
    made_at: list[datetime] = []

    def finish(draft: Path) -> None:
        made_at.extend(_bring_up_to_date(_with_database(config, url.set(database=str(draft)))))

    try:
        contents = copies.inspect(file)
        _check_keys(config, contents.keys)
        copies.restore(file, target, finish)
    except FileNotFoundError as error:
        raise exits.Refused(str(error), exits.NO_INPUT) from error
    except copies.NotRestorable as error:
        raise exits.Refused(str(error), exits.BAD_DATA) from error
    except copies.NotEmpty as error:
        raise exits.Refused(str(error), exits.CANNOT_CREATE) from error
    as_of = "".join(f", made at {at.astimezone(config.desk.time_zone):%Y-%m-%d %H:%M %Z}" for at in made_at)
    say(f"restored {target} from {file}{as_of}; mail that came later is not in it")


def _bring_up_to_date(config: Config) -> list[datetime]:
    """What is restored is of this version, blames nobody, and knows what it is; when it was made, if it says so."""
    upgrade_tables(config)
    with closing(open_store(config)) as store, store.begin("restore") as uow:
        uow.in_hand.clear()
        made_at = [entry.at for entry in uow.audit.latest(1) if entry.verb == BACKUP]
        uow.audit.add(utc_now(), staff(), RESTORE)
    return made_at


def _with_database(config: Config, url: URL) -> Config:
    return replace(config, database=replace(config.database, url=url.render_as_string(hide_password=False)))


def _check_keys(config: Config, used: frozenset[str]) -> None:
    """Raises `NotReady` while a key is not there without which letters that were sent, or mail, would be of no use."""
    read_keys(config.desk.reply_key)
    missing = sorted(used - read_keyring(config).ids)
    if missing:
        raise NotReady(
            f"database.encryption_key lacks the key {', '.join(missing)}, with which mail in this backup is encrypted: "
            "put the saved one back first"
        )


def _sqlite_of(config: Config) -> URL:
    url = make_url(config.database.url)
    if url.get_backend_name() == "sqlite":
        return url
    shown = url._replace(drivername="postgresql", password=None).render_as_string()
    raise exits.Refused(
        "the database is PostgreSQL, which has its own tools: pg_dump --format=custom --exclude-table-data=in_hand "
        f"--file=FILE {shown}, and pg_restore; docs/OPERATIONS.md says what else belongs to a backup",
        exits.CONFIG,
    )
