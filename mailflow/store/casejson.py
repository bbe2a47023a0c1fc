"""A case's fields that have no column of their own, to a JSON object and back, so that nothing of a case is lost.

How a value is read follows from the field's type. What a newer version added is carried along as it stands: a field in
`BEYOND` of what has it, a member of an enum under its name. A field that an older version did not know takes its default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from mailflow.core.case import Case
from mailflow.store.columns import BEYOND

COLUMNS: Final = frozenset(
    {
        "id",
        "reference",
        "party",
        "account",
        "status",
        "outcome",
        "opened_at",
        "changed_at",
        "completed_at",
        "closed_at",
        "touched_at",
        "due_at",
    }
)

Read = Callable[[Any], Any]
Named = TypeVar("Named", bound=StrEnum)


def details_of(case: Case) -> dict[str, object]:
    return {**dict(case.beyond), **{name: getattr(case, name) for name in _DETAILS}}


def read_details(details: Mapping[str, Any]) -> dict[str, Any]:
    read = {name: _DETAILS[name](value) for name, value in details.items() if name in _DETAILS}
    return _with_rest(read, details)


def member(kind: type[Named], name: str) -> Named:
    """The member of this name; one that only a newer version has is equal to no other, and stored under its name again."""
    try:
        return kind(name)
    except ValueError:
        unknown = str.__new__(kind, name)
        unknown._name_ = unknown._value_ = name
        return unknown


def reader_of(kind: Any) -> Read:
    """What turns the JSON form of a value of this type into the value."""
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return partial(member, kind)
    if isinstance(kind, type) and is_dataclass(kind):
        return _object(kind)
    origin, of = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return _one_of(of)
    if origin in {tuple, frozenset}:
        return _several(origin, reader_of(of[0]))
    if origin is Mapping:
        return _mapping(reader_of(of[1]))
    return datetime.fromisoformat if kind is datetime else _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _several(collection: Callable[[Any], Any], read: Read) -> Read:
    return collection if read is _as_it_is else lambda values: collection(map(read, values))


def _mapping(read: Read) -> Read:
    return lambda values: {key: read(value) for key, value in values.items()}


def _one_of(kinds: tuple[Any, ...]) -> Read:
    """Of several types JSON tells null and lists from the rest; the rest must be one type, or need no reading."""
    lists = next((reader_of(kind) for kind in kinds if get_origin(kind) is tuple), _as_it_is)
    others = [reader_of(kind) for kind in kinds if kind is not NoneType and get_origin(kind) is not tuple]
    other = others[0] if len(others) == 1 else _as_it_is
    return lambda value: None if value is None else lists(value) if isinstance(value, list) else other(value)


def _object(kind: type) -> Read:
    readers = _readers(kind)
    carries = any(field.name == BEYOND for field in fields(kind))

    def read(values: Mapping[str, Any]) -> Any:
        known = {name: readers[name](value) for name, value in values.items() if name in readers}
        return kind(**(_with_rest(known, values) if carries else known))

    return read


def _with_rest(read: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    rest = tuple((name, value) for name, value in values.items() if name not in read)
    return {**read, BEYOND: rest} if rest else read


def _readers(kind: type) -> dict[str, Read]:
    hints = get_type_hints(kind)
    return {field.name: reader_of(hints[field.name]) for field in fields(kind) if field.name != BEYOND}


_DETAILS: Final = {name: read for name, read in _readers(Case).items() if name not in COLUMNS}
