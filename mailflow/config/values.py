"""What each single value of the file must look like, and what to say when it does not.

Each function takes what TOML gave and returns the setting, or raises `FaultError`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from datetime import time, timedelta
from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

Check = Callable[[object], object]


class FaultError(ValueError):
    """The message of an error: `"3 dys" is not a duration: write …`. Its key is added by whoever knows it."""


_SHOWN = 60  # characters of a value that an error repeats; a path is shown whole
_AMOUNT = re.compile(r"([0-9]{1,9}) *([A-Za-z]+)", re.ASCII)
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
# What no rule has anything against; how long its parts are then does not matter either.
_PLAIN_ADDRESS = re.compile(
    r"[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}", re.ASCII
)
_PLAIN_LIMIT = 63
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?", re.ASCII)
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_BYTES = {"B": 1, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000}
_LONGEST = timedelta(days=36_500)  # keeps a sum of dates within datetime's range
_LINE_LIMIT = 500
_NAME_LIMIT = 100  # a display name or a subject has to fit a header field


def shown(value: object, most: int = _SHOWN) -> str:
    """A value as an error message repeats it: one line, not long, nothing that could move a terminal's cursor."""
    if isinstance(value, str):
        short = value if len(value) <= most else value[:most] + "…"
        return '"' + "".join(c if c.isprintable() else repr(c)[1:-1] for c in short) + '"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > 64:
        return "a very large number"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a table"
    return str(value)


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """The hint of an error about a word that is none of the `known` ones."""
    near = get_close_matches(word.lower(), [*known], n=1)
    return f'did you mean "{near[0]}"?' if near else otherwise


def string(value: object) -> str:
    if not isinstance(value, str):
        raise FaultError(f"{shown(value)} is not text: put text in quotes")
    return value.strip()


def line(value: object) -> str:
    """Text of one line, for a letter's line, a header field or a command's output."""
    text = string(value)
    if not text:
        raise FaultError("is empty: write some text")
    if not text.isprintable():
        raise FaultError(f"{shown(text)} has line breaks or control characters: write one line of text")
    if len(text) > _LINE_LIMIT:
        raise FaultError(f"{shown(text)} is too long: write at most {_LINE_LIMIT} characters")
    return text


def name(value: object) -> str:
    text = line(value)
    if len(text) > _NAME_LIMIT:
        raise FaultError(
            f"{shown(text)} is too long for a header field: write at most {_NAME_LIMIT} characters"
        )
    return text


def paragraph(value: object) -> str:
    """Text that may have several lines."""
    text = string(value)
    if not text:
        raise FaultError("is empty: write some text")
    if not all(one.isprintable() for one in text.split("\n")):
        raise FaultError(f"{shown(text)} has control characters: write plain text")
    return text


def word(value: object) -> str:
    """What is compared with what people write, whatever the case of its letters."""
    return " ".join(line(value).casefold().split())


def or_empty(check: Callable[[object], str]) -> Callable[[object], str]:
    """The same check for a key that may be left empty."""
    return lambda value: "" if value == "" else check(value)


def key(value: object) -> str:
    text = string(value)
    if not _KEY.fullmatch(text):
        raise FaultError(
            f"{shown(text)} is not a key: write up to 40 small letters, digits and _, a letter first, "
            'such as "student_id"'
        )
    return text


def flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise FaultError(f"{shown(value)} is neither true nor false: write true or false, without quotes")
    return value


def whole(least: int, most: int) -> Callable[[object], int]:
    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise FaultError(
                f"{shown(value)} is not a whole number: write one from {least} to {most}, without quotes"
            )
        if not least <= value <= most:
            raise FaultError(f"{shown(value)} is out of range: write a number from {least} to {most}")
        return value

    return check


def share(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FaultError(f"{shown(value)} is not a number: write one from 0 to 1, without quotes")
    if not 0 <= value <= 1:  # nor is "not a number"
        raise FaultError(f"{shown(value)} is out of range: write a number from 0 to 1")
    return float(value)


def one_of(*names: str) -> Callable[[object], str]:
    *others, last = (f'"{name}"' for name in names)
    choice = f"{', '.join(others)} or {last}"

    def check(value: object) -> str:
        if not isinstance(value, str) or value not in names:
            raise FaultError(f"{shown(value)} is not known here: write {choice}")
        return value

    return check


def duration(value: object) -> timedelta:
    match = _AMOUNT.fullmatch(value.strip()) if isinstance(value, str) else None
    unit = match[2].lower().removesuffix("s") if match else ""
    if match is None or unit not in _SECONDS:
        raise FaultError(
            f"{shown(value)} is not a duration: write a number and seconds, minutes, hours, days or weeks, "
            'such as "3 days"'
        )
    seconds = int(match[1]) * _SECONDS[unit]
    if seconds == 0:
        raise FaultError(f'{shown(value)} is no time at all: write more, such as "1 minute"')
    if seconds > _LONGEST.total_seconds():
        raise FaultError(f'{shown(value)} is too long: write at most "{_LONGEST.days} days"')
    return timedelta(seconds=seconds)


def size(least: str, most: str) -> Callable[[object], int]:
    def check(value: object) -> int:
        amount = _bytes(value)
        if amount is None:
            raise FaultError(
                f'{shown(value)} is not a size: write a number and B, KB, MB or GB, such as "10 MB"'
            )
        if not (_bytes(least) or 0) <= amount <= (_bytes(most) or 0):
            raise FaultError(f'{shown(value)} is out of range: write a size from "{least}" to "{most}"')
        return amount

    return check


def _bytes(value: object) -> int | None:
    match = _AMOUNT.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or match[2].upper() not in _BYTES:
        return None
    return int(match[1]) * _BYTES[match[2].upper()]


def clock_time(value: object) -> time:
    match = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise FaultError(
            f'{shown(value)} is not a time of day: write hours and minutes in quotes, from "00:00" to "23:59"'
        )
    return time(int(match[1]), int(match[2]))


def time_zone(value: object) -> ZoneInfo:
    text = string(value)
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # unknown; not a plain name; a folder of zones
        names = {name.lower(): name for name in available_timezones()}
        near = get_close_matches(text.lower(), names, n=1)
        hint = (
            f'did you mean "{names[near[0]]}"?' if near else 'write a name such as "Europe/Berlin" or "UTC"'
        )
        raise FaultError(f"{shown(text)} is not a time zone: {hint}") from None


def address(value: object) -> str:
    """A mail address in ASCII. Names of an intranet (`.local`, `localhost`) are fine here: the site knows its mail."""
    text = string(value)
    if _PLAIN_ADDRESS.fullmatch(text) and len(text) <= _PLAIN_LIMIT:
        return text
    return _checked_address(text)


def _checked_address(text: str) -> str:
    from email_validator import (  # noqa: PLC0415 - 50 ms, and most addresses are plain
        SPECIAL_USE_DOMAIN_NAMES,
        EmailNotValidError,
        validate_email,
    )

    local_names = (*SPECIAL_USE_DOMAIN_NAMES, "test")
    suffix = (
        ".example" if text.lower().endswith(tuple(f"{at}{one}" for one in local_names for at in "@.")) else ""
    )
    try:
        checked = validate_email(text + suffix, check_deliverability=False, strict=True, allow_smtputf8=False)
    except EmailNotValidError:
        raise FaultError(
            f'{shown(text)} is not a mail address in plain ASCII: write one such as "desk@example.org"'
        ) from None
    return f"{checked.ascii_local_part}@{(checked.ascii_domain or '').removesuffix(suffix)}"


def host(value: object) -> str:
    """A host's name or IP address, without a port."""
    text = string(value)
    if is_ip(text):
        return text
    labels = text.removesuffix(".").split(".")
    if len(text) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise FaultError(
            f'{shown(text)} is not the name of a host: write one such as "mail.example.org", without a port'
        )
    return text.removesuffix(".")


def host_port(value: object) -> tuple[str, int]:
    """`127.0.0.1:25`, `[::1]:25` or `localhost:25`. Port 0 lets the system choose one."""
    text = value.strip() if isinstance(value, str) else ""
    where, _, port = text.rpartition(":")
    bracketed = where.startswith("[") and where.endswith("]")
    bare = where[1:-1] if bracketed else where
    good_port = port.isascii() and port.isdecimal() and len(port) <= 5 and int(port) <= 65_535
    good_host = bool(bare) and bracketed == (":" in bare) and (not bracketed or is_ip(bare))
    if not (good_port and good_host):
        raise FaultError(
            f'{shown(value)} is not an address and a port: write both, such as "127.0.0.1:8025" or "[::1]:8025"'
        )
    return host(bare), int(port)


def is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def url(value: object) -> str:
    text = line(value)
    if not re.match(r"(https?://|mailto:)[^\s]", text) or " " in text:
        raise FaultError(f'{shown(text)} is not a link: write one that begins with "https://" or "mailto:"')
    return text


def url_part(value: object) -> str:
    """`pypi.org/user/`: what stands before a name in the address of a profile."""
    text = line(value).casefold()
    where, slash, _ = text.partition("/")
    if "://" in text or " " in text or "." not in where or not slash:
        raise FaultError(
            f'{shown(text)} is not the beginning of a profile\'s address: write host and path without "https://", '
            'such as "example.org/user/"'
        )
    return text
