"""What the staff says instead of what was read: `FIELD: VALUE`, with no value where the field was never answered.

An agreement can be taken out and not put in: only the person can give it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from mailflow.core.answer import Answer, Value
from mailflow.core.display import one_line
from mailflow.core.form import Field, Form, Kind
from mailflow.core.mailbox import sound_address

BY_STAFF: Final = "staff"  # the rule that "read" such a value
_LONGEST = 1000  # characters of a value
_URL = re.compile(r"https?://\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Correction:
    field: Field
    answer: Answer | None  # None: the field is not answered


def read_correction(form: Form, said: str) -> Correction:
    """Raises `ValueError` with what is wrong."""
    field, written = _split(form, one_line(said))
    if len(written) > _LONGEST:
        raise ValueError(f"the value is longer than {_LONGEST} characters")
    if not written:
        return Correction(field, None)
    value = _VALUES[field.kind](field, written)
    return Correction(field, Answer(field.key, value, "", 0, 0, 0, BY_STAFF, 1.0))


def _split(form: Form, said: str) -> tuple[Field, str]:
    """The field, by its key, or by its label and a colon; and what is said of it."""
    label, colon, value = said.partition(":")
    if colon and (field := _named(form, label)):
        return field, value.strip()
    key, _, value = said.partition(" ")
    if field := _named(form, key):
        return field, value.strip()
    raise ValueError(
        f"it names no field of the form: write FIELD: VALUE, of {', '.join(field.label for field in form.fields)}"
    )


def _named(form: Form, name: str) -> Field | None:
    wanted = name.strip().lower()
    return next((field for field in form.fields if wanted in {field.key, field.label.lower()}), None)


def _agreement(_field: Field, _written: str) -> Value:
    raise ValueError("only the person can agree to it: ask them")


def _address(_field: Field, written: str) -> Value:
    address = sound_address(written.strip("<>"))
    if address is None:
        raise ValueError(f"{one_line(written, 60)} is not a mail address")
    return address


def _link(_field: Field, written: str) -> Value:
    if not _URL.fullmatch(written):
        raise ValueError("it is not a link that begins with https://")
    return written


def _choice(field: Field, written: str) -> str:
    labels = {label.lower(): choice for choice, label in field.choice_labels}
    wanted = written.lower()
    choice = wanted if wanted in field.choices else labels.get(wanted)
    if choice is None:
        raise ValueError(f"{one_line(written, 60)} is none of these: {'; '.join(_names(field))}")
    return choice


def _names(field: Field) -> Iterable[str]:
    labels = dict(field.choice_labels)
    return (labels.get(choice, choice) for choice in field.choices)


def _choices(field: Field, written: str) -> Value:
    return tuple(dict.fromkeys(_choice(field, one.strip()) for one in written.split(",")))


def _list(_field: Field, written: str) -> Value:
    return tuple(re.split(r"[,\s]+", written.strip(", ")))


def _text(_field: Field, written: str) -> Value:
    return written


_VALUES: Mapping[Kind, Callable[[Field, str], Value]] = {
    Kind.NAME: _text,
    Kind.ADDRESS: _address,
    Kind.REASON: _choices,
    Kind.CHOICE: _choice,
    Kind.AGREEMENT: _agreement,
    Kind.LIST: _list,
    Kind.URL: _link,
    Kind.TEXT: _text,
}
