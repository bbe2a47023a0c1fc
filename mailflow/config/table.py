"""How the tables of the file are checked: no unknown keys, defaults checked like any value, all faults at once.

A table of the file is a class whose attributes are its keys:

    class SmtpTable(Table, header="[smtp]"):
        max_connections: int = optional(values.whole(1, 100_000), 500)

An instance has the checked values in their place. Only what reads one value, or looks at several, has to be written;
this module knows where each of them stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, Self, TypeVar

from mailflow.config.values import Check, FaultError, did_you_mean, shown

Place = tuple[str | int, ...]
Fault = tuple[Place, str]
CheckOfPath = Callable[[object, Path], object]  # with the folder of the file
Good = Mapping[str, Any]  # the keys of a table that stand before one and have no fault

T = TypeVar("T")

_NOTHING: Final = object()


class FaultsError(ValueError):
    """What is wrong in several places of one value; each place is counted from that value."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(message for _, message in faults))
        self.faults = [*faults]


@dataclass(frozen=True, slots=True)
class Key:
    check: CheckOfPath
    preset: object  # as it would stand in the file; `_NOTHING`: the file has to give it
    example: str = ""

    @property
    def is_needed(self) -> bool:
        return self.preset is _NOTHING


def optional(check: Check, preset: object) -> Any:
    """A key that may be left out."""
    return Key(lambda value, _: check(value), preset)


def needed(check: Check, example: str) -> Any:
    """A key without a default; the example stands in the error when it is missing."""
    return Key(lambda value, _: check(value), _NOTHING, example)


def optional_path(check: CheckOfPath, preset: object) -> Any:
    """A key whose value points outside of the file."""
    return Key(check, preset)


def table(kind: type[Table]) -> Any:
    """A table in a table; one that is left out is checked as an empty one."""
    return Key(kind.read, {})


def tables(kind: type[Table]) -> Any:
    """A list of tables, which may be left out."""
    return Key(lambda value, folder: each(lambda one: kind.read(one, folder))(value), [])


def each(check: Callable[[object], T]) -> Callable[[object], tuple[T, ...]]:
    """The check of a list, by that of its values."""

    def checked(value: object) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise FaultError(f"{shown(value)} is not a list: write it in [ ]")
        found, faults = [], list[Fault]()
        for number, one in enumerate(value):
            try:
                found.append(check(one))
            except ValueError as error:
                faults += faults_at(number, error)
        if faults:
            raise FaultsError(faults)
        return tuple(found)

    return checked


def faults_at(step: str | int, error: ValueError) -> Iterator[Fault]:
    """The faults of a value, as seen from what the value stands in."""
    if isinstance(error, FaultsError):
        yield from (((step, *place), message) for place, message in error.faults)
    else:
        yield (step,), str(error)


class also:  # noqa: N801 - a decorator
    """Marks the check of a good value beside the good keys before it, which raises what is wrong."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.check: Callable[[Any, Good], None] | None = None

    def __call__(self, check: Callable[[Any, Good], None]) -> Self:
        self.check = check
        return self


class Table:
    """One table of the file. Its keys are checked in order."""

    header: ClassVar[str]
    keys: ClassVar[Mapping[str, Key]]
    _also: ClassVar[Mapping[str, Callable[[Any, Good], None]]]

    def __init_subclass__(cls, header: str) -> None:
        cls.header = header
        cls.keys = {name: one for name, one in vars(cls).items() if isinstance(one, Key)}
        cls._also = {one.name: one.check for one in vars(cls).values() if isinstance(one, also) and one.check}

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)

    @classmethod
    def read(cls, given: object, folder: Path) -> Self:
        """The table as it stands in a file of this folder. Raises `FaultsError`, and `FaultError` where it is none."""
        if not isinstance(given, dict):
            raise FaultError(f"{shown(given)} is not a table: write {cls.header} above its keys")
        good: dict[str, Any] = {}
        faults: list[Fault] = []
        for name in cls.keys:
            try:
                good[name] = cls._checked(name, given.get(name, _NOTHING), good, folder)
            except ValueError as error:
                faults += faults_at(name, error)
        faults += (((name,), cls._unknown(name)) for name in given if name not in cls.keys)
        if faults:
            raise FaultsError(faults)
        return cls(good)

    @classmethod
    def _checked(cls, name: str, given: object, good: Good, folder: Path) -> Any:
        wanted = cls.keys[name]
        if given is _NOTHING and wanted.is_needed:
            raise FaultError(f"missing: write for example {wanted.example}")
        checked = wanted.check(wanted.preset if given is _NOTHING else given, folder)
        if name in cls._also:
            cls._also[name](checked, good)
        return checked

    @classmethod
    def _unknown(cls, name: str) -> str:
        hint = did_you_mean(name, cls.keys, f"known here: {', '.join(cls.keys)}")
        return f"unknown key; {hint}"

    def values(self) -> dict[str, Any]:
        """The checked values by key."""
        return {name: getattr(self, name) for name in self.keys}
