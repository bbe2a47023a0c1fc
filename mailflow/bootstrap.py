"""The only place where things are wired together: from a configuration to an `App` that works.

What only some commands need is imported when it is made: the others should not wait for it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, make_url

from mailflow.config import Config, organizational_domain, shipped
from mailflow.core.reference import Addresses
from mailflow.steps.app import App, Relay, SenderCheck
from mailflow.store import migrations, private
from mailflow.store.engine import make_engine
from mailflow.store.seal import KEY_BYTES as SEALING_KEY_BYTES
from mailflow.store.seal import NO_KEYS, Keyring
from mailflow.store.unit import Store

KEY_BYTES = 32  # of the HMAC; RFC 2104, section 3: no shorter than its output
REPLY_KEY = "desk.reply_key"
ENCRYPTION_KEY = "database.encryption_key"
_UNKNOWN = (
    "the database is of a version that this mailflow does not know, and that does not admit it: install the one that "
    "made it, or a later one"
)


class NotReady(Exception):
    """Something a site has to do first; the text says what."""


@dataclass(frozen=True)
class Desk:
    """A configured desk: its store stays open while its `App` may be made anew from a changed configuration."""

    app: App
    store: Store


def utc_now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    """32 hex digits that sort by time: milliseconds, then 74 random bits (RFC 9562, section 5.7)."""
    milliseconds, random = time.time_ns() // 1_000_000, secrets.randbits(74)
    version, variant = 7 << 76, 2 << 62
    return f"{milliseconds << 80 | version | random >> 62 << 64 | variant | random & (1 << 62) - 1:032x}"


def prepare(config: Config) -> list[str]:
    """Make what is not there yet: the keys of the reply addresses and of the database, and the tables. Says what it made.

    Nodes that start together may all call it. Raises `NotReady`, and `Unavailable` or `Unsafe` as the database is.
    """
    made = []
    if upgrade_tables(config):
        made.append("the tables of the database")
    if make_encryption_key(config):
        made.append(f"the key of the database in {config.database.encryption_key}")
    with contextlib.closing(open_store(config)) as store:  # the nodes' keys must agree before one takes mail
        if _make_reply_key(store, config):
            made.append(f"the key of the reply addresses in {config.desk.reply_key}")
    return made


def check_letters(config: Config) -> None:
    """Raises `NotReady` when a letter's template is missing or cannot work: now, rather than when a letter is due."""
    from mailflow.edges.renderer import LetterRenderer  # noqa: PLC0415 -- see the top

    no_key = (bytes(KEY_BYTES),)  # there may be none yet, and none of these letters leaves
    addresses = Addresses(config.desk.address, no_key, config.case.reply_address_lifetime)
    try:
        folders = (config.templates, shipped("templates"))
        LetterRenderer(config, addresses, new_id, folders).check(utc_now())
    except ValueError as error:
        raise NotReady(f"templates.folder: {error}") from error


def hindrances(config: Config) -> list[str]:
    """What would keep a desk of this configuration from starting, as its files tell. A key that is not there is made then."""
    reply, sealing = config.desk.reply_key, config.database.encryption_key
    checks: list[Callable[[], object]] = [lambda: check_letters(config), lambda: make_sender_check(config)]
    if os.path.exists(reply):  # noqa: PTH110 - one in a folder that may not be looked into is not seen, which Path raises
        checks.append(lambda: read_keys(reply))
    if sealing and os.path.exists(sealing):  # noqa: PTH110 - as above
        checks.append(lambda: read_keyring(config))
    found = []
    for check in checks:
        try:
            check()
        except NotReady as error:
            found.append(str(error))
    return found


def make_encryption_key(config: Config) -> bool:
    """Whether there was none. Raises `NotReady` where one was and is gone: another would open nothing of what is there."""
    path = config.database.encryption_key
    if path is None or path.exists():
        return False
    with contextlib.closing(Store(make_engine(config.database), config.database.busy_timeout)) as store:
        _check_keys(store, config)
    return make_key(path, ENCRYPTION_KEY)


def _make_reply_key(store: Store, config: Config) -> bool:
    """Whether there was none. Raises `NotReady` where letters were signed with one: another makes their addresses void."""
    path = config.desk.reply_key
    if path.exists():
        return False
    with store.read() as uow:
        if any(uow.views.count_by_status().values()):
            raise NotReady(
                f"{REPLY_KEY} {path} is not there, and the addresses in letters that were sent need it: put it back, or "
                f"take the file of another node. A new one, a line of {KEY_BYTES * 2} hex digits, makes them void"
            )
    return make_key(path)


def make_key(path: Path, setting: str = REPLY_KEY) -> bool:
    """Whether there was none. It gets its name once it is whole and on the disk, and the first one stands."""
    try:
        if path.exists():
            return False
        private.make_folder(path.parent)
        with tempfile.TemporaryDirectory(prefix=".key-", dir=path.parent) as folder:
            draft = Path(folder, path.name)
            with os.fdopen(private.create(draft), "w") as file:
                file.write(secrets.token_hex(KEY_BYTES) + "\n")
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                private.publish(draft, path)
                return True
    except OSError as error:
        raise NotReady(f"{setting} {path} is not there and cannot be made: {error.strerror}") from error
    return False


def upgrade_tables(config: Config) -> bool:
    """Bring the tables to this version of mailflow; whether they were not. Raises what `prepare` does."""
    engine = make_engine(config.database)
    try:
        if migrations.fits(engine):
            return False
        if migrations.is_of_others(engine):
            raise NotReady(f"database.url: {engine.url.database} is the database of another program")
        _upgrade(engine)
    finally:
        engine.dispose()
    return True


def _upgrade(engine: Engine) -> None:
    from alembic.util import CommandError  # noqa: PLC0415 -- slow to import, and rarely needed

    try:
        migrations.upgrade(engine)
    except CommandError as error:
        raise NotReady(_UNKNOWN) from error


def later_schema(config: Config) -> str:
    """The version of tables that a later mailflow made and that admit this one, or "". Raises what `prepare` does."""
    engine = make_engine(config.database)
    try:
        return migrations.later(engine)
    finally:
        engine.dispose()


def read_keyring(config: Config) -> Keyring:
    """The keys of the database; none where it keeps mail in the clear. Raises `NotReady`."""
    path = config.database.encryption_key
    if path is None:
        return NO_KEYS
    keys = read_keys(path, ENCRYPTION_KEY)
    if any(len(key) != SEALING_KEY_BYTES for key in keys):
        raise NotReady(f"{ENCRYPTION_KEY} {path}: each line is a key of {SEALING_KEY_BYTES * 2} hex digits")
    return Keyring(keys)


def read_keys(path: Path, setting: str = REPLY_KEY) -> tuple[bytes, ...]:
    """The keys of a file, a line each. Raises `NotReady`."""
    try:
        keys = tuple(bytes.fromhex(line) for line in path.read_text("ascii").split())
    except OSError as error:
        raise NotReady(f"{setting} {path} cannot be read: {error.strerror}") from error
    except ValueError:
        keys = ()
    if not keys or any(len(key) < KEY_BYTES for key in keys):
        raise NotReady(f"{setting} {path}: each line is a key of at least {KEY_BYTES * 2} hex digits")
    return keys


def open_desk(config: Config, *, clock: Callable[[], datetime] = utc_now, relay: Relay | None = None) -> Desk:
    """The desk of a configuration. Raises `NotReady`, and `Unavailable` when the database cannot be reached."""
    store = open_store(config)
    try:
        return Desk(make_app(config, store, clock=clock, relay=relay), store)
    except BaseException:
        store.close()
        raise


def open_database(config: Config) -> Engine:
    """The engine of a database that is there, whatever it holds. Raises what `open_desk` does."""
    url = make_url(config.database.url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise NotReady(
            f"there is no database {url.database} yet: `mailflow init` makes it, and so does `run`"
        )
    return make_engine(config.database)


def open_store(config: Config, *, to_read: bool = False) -> Store:
    """Its store alone, for what writes no letters. Raises what `open_desk` does.

    Where it is only read, nothing is put on record, which would have to wait for whoever writes.
    """
    engine = open_database(config)
    try:
        return _keyed(engine, config, to_read=to_read)
    except BaseException:
        engine.dispose()
        raise


def _keyed(engine: Engine, config: Config, *, to_read: bool) -> Store:
    if not migrations.fits(engine):
        older = "the database is not of this version of mailflow: run `mailflow db upgrade`"
        raise NotReady(_UNKNOWN if migrations.later(engine) else older)
    store = Store(engine, config.database.busy_timeout, read_keyring(config))
    try:
        if to_read:
            _check_keys(store, config)
        else:
            _admit(store, config)
    except BaseException:
        store.close()
        raise
    return store


def take_keys(store: Store, config: Config) -> None:
    """Let an open store seal and open with the keys as they are now. Raises `NotReady`; then it keeps those it has."""
    keyring = read_keyring(config)
    _admit(store.with_keys(keyring), config)
    store.take_keys(keyring)


def _admit(store: Store, config: Config) -> None:
    """Before anything is sealed with the newest key. Raises what `_check_keys` does."""
    if _check_keys(store, config):
        return
    with store.begin("keys") as uow:
        missing = uow.seals.admit(utc_now())
    _refuse_without(missing, config)


def _check_keys(store: Store, config: Config) -> bool:
    """Whether the newest key is on record. Raises `NotReady` where something may be sealed with one that is not here."""
    with store.read() as uow:
        _refuse_without(uow.seals.missing(), config)
        return uow.seals.current_is_known()


def _refuse_without(missing: Sequence[str], config: Config) -> None:
    if missing:
        file = config.database.encryption_key
        raise NotReady(
            f"{ENCRYPTION_KEY} {f'{file} lacks' if file else 'is empty, without'} the key {', '.join(missing)}, with "
            "which mail in the database is encrypted: put it back, or take both key files of another node"
        )


def make_app(
    config: Config, store: Store, *, clock: Callable[[], datetime] = utc_now, relay: Relay | None = None
) -> App:
    """Raises `NotReady`."""
    from mailflow.edges.renderer import LetterRenderer  # noqa: PLC0415 -- see the top

    addresses = make_addresses(config)
    return App(
        config=config,
        clock=clock,
        new_id=new_id,
        addresses=addresses,
        renderer=LetterRenderer(config, addresses, new_id, folders=(config.templates, shipped("templates"))),
        relay=relay or make_relay(config),
        begin=store.begin,
        claim=store.claim,
        read=store.read,
        sender_check=make_sender_check(config),
    )


def make_addresses(config: Config) -> Addresses:
    """Raises `NotReady`."""
    keys = read_keys(config.desk.reply_key)
    return Addresses(config.desk.address, keys, config.case.reply_address_lifetime)


def make_sender_check(config: Config) -> SenderCheck | None:
    """None where it is not computed who wrote a mail. Raises `NotReady`."""
    if not config.authentication.compute:
        return None
    from mailflow.edges.sendercheck import DnsSenderCheck  # noqa: PLC0415 -- see the top

    try:
        return DnsSenderCheck(config.authentication, organizational_domain)
    except OSError as error:
        raise NotReady(f"authentication.dns_servers: {error}") from error


def make_relay(config: Config) -> Relay:
    from mailflow.edges.maildir import MaildirRelay  # noqa: PLC0415 -- see the top
    from mailflow.edges.relay import SmarthostRelay  # noqa: PLC0415 -- see the top

    settings = config.smarthost
    return SmarthostRelay(settings, config.smtp.hostname) if settings.host else MaildirRelay(settings.maildir)
