"""Values that point outside the file: paths, secrets, key pairs and the database.

Relative paths start at the folder of the file. A secret is never part of an error message: what stands where its
path should stand may well be the secret itself.
"""

from __future__ import annotations

import errno
import os
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from mailflow.config.packaged import shipped
from mailflow.config.table import FaultsError
from mailflow.config.values import FaultError, did_you_mean, shown, string

CREDENTIALS_OF_THE_SERVICE = Path("/run/credentials/mailflow.service")  # its user and root may read them
_CREDENTIAL = "credential:"
_SECRET_LIMIT = 4096  # bytes; what is longer is no password
_PATH_SHOWN = 1000
_NOWHERE = {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP}
_NAMES = 'see the names in the shipped templates; pieces of your own begin with "_"'
_POSTGRESQL = "postgresql+psycopg"


def path(value: object, folder: Path) -> Path:
    """Where a file is or will be: relative to the configuration's folder, or one of systemd's credentials."""
    text = string(value)
    if text.startswith(_CREDENTIAL):
        return _credential(text.removeprefix(_CREDENTIAL))
    if not text or "\0" in text or text.startswith("~"):
        raise FaultError(f"{shown(text)} is not a path: write one from this file's folder, or from /")
    return Path(folder, text)


def readable(value: object, folder: Path) -> Path | None:
    """A file that has to be there, or None for an empty string."""
    if value == "":
        return None
    file = path(value, folder)
    _read(file)
    return file


def readable_if_there(value: object, folder: Path) -> Path:
    file = path(value, folder)
    if _exists(file):
        _read(file)
    return file


def key_or_none(value: object, folder: Path) -> Path | None:
    """A file that has to be readable once it is there, or None for an empty string."""
    return None if value == "" else readable_if_there(value, folder)


def letters_folder(value: object, folder: Path) -> Path | None:
    """A folder with letters of the site, or None for an empty string."""
    if value == "":
        return None
    where = path(value, folder)
    try:
        found = [*_templates_in(where), *_templates_in(where / "letters")]
    except OSError as error:
        raise FaultError(
            f'{_named(where)} is not a folder with letters ({error.strerror}): write the path of one that has "letters" in it'
        ) from None
    known = {
        str(file.relative_to(shipped("templates")))
        for file in _templates_in(shipped("templates") / "letters")
    }
    names = [str(file.relative_to(where)) for file in found if not file.name.startswith("_")]
    faults = [
        f"{shown(name)} is no letter: {did_you_mean(name, known, _NAMES)}"
        for name in names
        if name not in known
    ]
    if faults:
        raise FaultsError([((), fault) for fault in faults])
    return where


def _templates_in(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.suffix in {".txt", ".html"})


def secret(value: object, folder: Path) -> str:
    """What a file holds, without its final line end."""
    if value == "":
        return ""
    if isinstance(value, str) and value.startswith(_CREDENTIAL):
        file = path(value, folder)
        missing = f"there is no credential {shown(value)}: name one of the unit's LoadCredential= lines"
    else:
        file = _unnamed_path(value, folder)
        missing = "no such file: write the path of a file that holds the secret, never the secret itself"
    if not _exists(file):
        raise FaultError(missing)
    raw = _read(file)
    text = raw.decode(errors="replace").removesuffix("\n").removesuffix("\r")
    if not text or not text.isprintable() or "\ufffd" in text or len(raw) > _SECRET_LIMIT:
        raise FaultError(
            f"{_named(file)} does not hold one line of text: write the secret, and nothing else, in it"
        )
    return text


def check_key_pair(certificate: Path, private_key: Path) -> None:
    """Raises `FaultError` unless they belong together and can be used as they stand."""
    import ssl  # noqa: PLC0415 - 20 ms, for who looks at a certificate

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # A passphrase is never asked for: a daemon has no terminal.
        context.load_cert_chain(certificate, private_key, password="")
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None)  # such as KEY_VALUES_MISMATCH
        raise FaultError(
            f"{_named(private_key)} is not the private key of {_named(certificate)}{f' ({reason})' if reason else ''}: "
            "write the PEM files of a certificate and its key, the key without a passphrase"
        ) from None


def database_url(value: object, folder: Path) -> str:
    """SQLAlchemy's URL, a relative SQLite path made absolute."""
    text = string(value)
    right = 'write "sqlite:///path/to/file" or "postgresql+psycopg://user@host/name"'
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise FaultError(f"is not the URL of a database: {right}") from None
    if url.password is not None or "password" in url.query:
        raise FaultError("the password must not stand in the URL: put it into a file that `password` names")
    if url.drivername == "sqlite":
        return _sqlite(url, folder)
    if url.drivername != _POSTGRESQL:
        raise FaultError(f"{shown(url.drivername)} is not a database mailflow works with: {right}")
    if find_spec("psycopg") is None:
        raise FaultError("PostgreSQL needs the psycopg package: install mailflow[postgresql]")
    return text


def with_password(url: str, password: str) -> str:
    return make_url(url).set(password=password).render_as_string(hide_password=False) if password else url


def _sqlite(url: URL, folder: Path) -> str:
    name = url.database or ""
    if url.host or url.query or not name or name.startswith((":", "file:")):
        raise FaultError(
            f'{shown(str(url))} does not name a file on disk: write "sqlite:///" and its path, such as '
            '"sqlite:///var/mailflow.db"'
        )
    return URL.create("sqlite", database=str(path(name, folder))).render_as_string()


def _credential(name: str) -> Path:
    """systemd.exec(5), LoadCredential=."""
    if not name or name.startswith(".") or not name.isprintable() or "/" in name:
        raise FaultError(
            f'{shown(_CREDENTIAL + name)} names no credential: write one such as "credential:smtp-password"'
        )
    folder = credentials_folder()
    if folder is None:
        raise FaultError(
            f"{shown(_CREDENTIAL + name)} is there only for mailflow.service, and for root while that runs: "
            f"call this as root, add LoadCredential={name}:/path to the unit, or write the path of a file"
        )
    return folder / name


def credentials_folder() -> Path | None:
    """Where systemd has put the credentials of this process, or else those of the desk that runs on this machine.

    With the latter, who administers a desk looks into it by the commands, without a unit for each.
    """
    if given := os.environ.get("CREDENTIALS_DIRECTORY"):
        return Path(given)
    return CREDENTIALS_OF_THE_SERVICE if os.access(CREDENTIALS_OF_THE_SERVICE, os.R_OK | os.X_OK) else None


def _unnamed_path(value: object, folder: Path) -> Path:
    try:
        return path(value, folder)
    except ValueError:
        raise FaultError("is not a path: write the path of a file that holds the secret") from None


def _exists(file: Path) -> bool:
    try:
        file.stat()
    except OSError as error:
        if error.errno in _NOWHERE:
            return False
        raise _unreadable(file, error) from None
    return True


def _read(file: Path) -> bytes:
    try:
        if _exists(file) and not file.is_file():  # to open a pipe would wait for a writer
            raise FaultError(f"{_named(file)} is not a plain file: write the path of one")
        with file.open("rb") as stream:
            return stream.read(_SECRET_LIMIT + 1)
    except OSError as error:
        raise _unreadable(file, error) from None


def _unreadable(file: Path, error: OSError) -> FaultError:
    return FaultError(
        f"cannot read {_named(file)} ({error.strerror}): write the path of a file that mailflow may read"
    )


def _named(file: Path) -> str:
    return shown(str(file), _PATH_SHOWN)
