"""From the file to `Config`, or to the list of everything that is wrong with the file."""

from __future__ import annotations

import socket
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from mailflow.config import files
from mailflow.config.authentication import AuthenticationTable
from mailflow.config.packaged import shipped
from mailflow.config.settings import (
    Authentication,
    Case,
    Config,
    Database,
    Desk,
    Digest,
    Log,
    Smarthost,
    Smtp,
)
from mailflow.config.table import FaultsError, Place
from mailflow.config.tables import File
from mailflow.config.values import shown
from mailflow.core.policy import Policy, Redirect

_REST = "other questions"


class ConfigErrors(Exception):
    """Everything that is wrong with a file, a line each: `key.path: what is wrong: what would be right`."""

    def __init__(self, source: Path, errors: tuple[str, ...]) -> None:
        super().__init__(source, errors)
        self.source = source
        self.errors = errors

    def __str__(self) -> str:
        return "\n".join((f"{self.source}:", *(f"  {error}" for error in self.errors)))


def load(path: Path) -> Config:
    """The settings of a site. Raises `ConfigErrors`, and nothing else whatever the file holds."""
    path = path.absolute()
    data = _parse(path)
    try:
        file = File.read(data, path.parent)
    except FaultsError as error:
        lines = (f"{_path(place, data)}: {message}" for place, message in error.faults)
        raise ConfigErrors(path, tuple(dict.fromkeys(lines))) from None
    return _settings(path, file)


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        fault = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        fault = f"line {line} is not UTF-8: save the file in that encoding"
    except (ValueError, RecursionError) as error:  # besides TOMLDecodeError: NUL in the path, endless numbers
        fault = f"is not TOML: {error}"
    raise ConfigErrors(path, (fault,))


def _settings(source: Path, file: File) -> Config:
    desk, smtp, relay, case = file.desk, file.smtp, file.smarthost, file.case
    return Config(
        source=source,
        desk=Desk(
            name=desk.name or f"{desk.service} account recovery",
            address=desk.address,
            service=desk.service,
            staff=desk.staff,
            time_zone=desk.time_zone,
            reply_key=desk.reply_key,
        ),
        smtp=Smtp(
            **{
                **smtp.values(),
                "from_systemd": not smtp.listen,
                "hostname": smtp.hostname or socket.gethostname() or "localhost",
            }
        ),
        smarthost=Smarthost(**relay.values()),
        database=Database(
            url=files.with_password(file.database.url, file.database.password),
            busy_timeout=file.database.busy_timeout,
            statement_timeout=file.database.statement_timeout,
            encryption_key=file.database.encryption_key,
            min_free=file.database.min_free,
        ),
        policy=Policy(
            form=file.form.setting(desk.service),
            redirects=_redirects(file),
            remind_after=case.remind_after,
            close_after=case.close_after,
            escalate_after=case.escalate_after,
            business_days=case.business_days,
            time_zone=desk.time_zone,
            status_letter_every=case.status_letter_every,
            letters_per_day=case.letters_per_day,
            letters_per_case=case.letters_per_case,
            letters_per_domain=case.letters_per_domain,
            letters_in_all=case.letters_in_all,
            confirm_below=case.confirm_below,
            staff=desk.staff,
            senders=file.authentication.policy(),
        ),
        case=Case(
            reply_address_lifetime=case.reply_address_lifetime,
            keep_closed=case.keep_closed,
            keep_raw=case.keep_raw,
        ),
        authentication=_authentication(file.authentication),
        digest=Digest(**file.digest.values()),
        monitoring=file.monitoring.listen,
        log=Log(**file.log.values()),
        templates=file.templates.folder or shipped("templates"),
    )


def _authentication(table: AuthenticationTable) -> Authentication:
    said = table.values()
    settings = {one.name: said[one.name] for one in fields(Authentication)}
    return Authentication(**{**settings, "authserv_ids": frozenset(table.authserv_ids)})


def _redirects(file: File) -> tuple[Redirect, ...]:
    """Those of the site, and the one for everything else if it names none: silence would answer nobody."""
    redirects = tuple(table.setting() for table in file.redirect)
    if any(redirect.is_rest for redirect in redirects):
        return redirects
    say = f"This desk can only help people who lost access to their {file.desk.service} account."
    return (*redirects, Redirect(topic=_REST, words=(), say=say, url=""))


def _path(place: Place, data: Mapping[str, Any]) -> str:
    """`form.field[contact_email].ask`: entries with a name by their name, values of a list counted from 0."""
    path, here = "", data
    for step in place:
        here = _inside(here, step)
        if isinstance(step, int):
            name = here.get("key") or here.get("topic") if isinstance(here, dict) else None
            path += f"[{name if isinstance(name, str) and name.isprintable() else step}]"
        else:
            bare = step.isascii() and step.replace("-", "_").isidentifier()
            path += ("." if path else "") + (step if bare else shown(step))
    return path


def _inside(value: Any, step: str | int) -> Any:
    try:
        return value[step]
    except (KeyError, IndexError, TypeError):
        return None
