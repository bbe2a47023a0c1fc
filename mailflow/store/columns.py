"""The column types that both databases share, so that a value read equals the value written.

Times are aware datetimes outside and microseconds since the epoch inside, since SQLite knows no time zone. Text may
hold whatever a stranger mailed: PostgreSQL takes no NUL, and neither database takes half of a surrogate pair.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Dialect, Text
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
BEYOND = "beyond"  # the field that has what a newer version stored in a structure and this one does not know
KEY_LENGTH = 256  # characters; PostgreSQL indexes no value over 2,700 bytes


def to_micros(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError(f"a time without a time zone: {moment!r}")
    return (moment - EPOCH) // MICROSECOND


def from_micros(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def storable(text: str) -> str:
    """The text as both databases can keep it: no NUL, no lone surrogate."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text.replace("\0", "\ufffd")


def comparable(text: str) -> str:
    """What addresses and account names are compared by: lower-cased, and never too long for an index."""
    lowered = storable(text).lower()
    if len(lowered) <= KEY_LENGTH:
        return lowered
    return f"{lowered[:64]}…{sha256(lowered.encode()).hexdigest()}"


def to_json(value: object) -> str:
    """ASCII only, so that no character of a mail can fail to be stored."""
    return _encode(value)


def _plain(value: object) -> object:
    kind: Any = type(value)
    if names := _field_names(kind):
        told = {name: getattr(value, name) for name in names}
        return {**dict(told.pop(BEYOND, ())), **told}
    if isinstance(value, datetime):
        return _in_utc(value).isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is UTC:
        return moment
    to_micros(moment)  # refuses a time without a time zone
    return moment.astimezone(UTC)


_encode = json.JSONEncoder(default=_plain, separators=(",", ":")).encode  # `dumps` would make one each time


@cache
def _field_names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()


class Converted(TypeDecorator[Any]):
    """A type whose values plain functions convert. `statement` calls them by themselves; None is NULL without them."""

    cache_ok = True
    to_column: ClassVar[Any]  # a static method, as is `from_column` where values are converted back

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else self.to_column(value)


class Moment(Converted):
    impl = BigInteger
    cache_ok = True
    to_column = staticmethod(to_micros)
    from_column = staticmethod(from_micros)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else from_micros(value)


class Words(Converted):
    """Text that came from outside."""

    impl = Text
    cache_ok = True
    to_column = staticmethod(storable)


class Key(Converted):
    """An address or a name in the form it is looked up by; what is looked up takes that form too."""

    impl = Text
    cache_ok = True
    to_column = staticmethod(comparable)


class JsonText(Converted):
    """A structure, given back as the text that stands there: who reads it can say of which row it cannot be read."""

    impl = Text
    cache_ok = True
    to_column = staticmethod(to_json)


class Json(Converted):
    """A small structure that no statement looks into."""

    impl = Text
    cache_ok = True
    to_column = staticmethod(to_json)
    from_column = staticmethod(json.loads)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else json.loads(value)
