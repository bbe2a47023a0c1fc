"""The form and the redirects of the file: each entry by itself, then what holds between them."""

from __future__ import annotations

from collections.abc import Iterator

from mailflow.config import values
from mailflow.config.table import Fault, FaultsError, Good, Table, also, each, needed, optional, tables
from mailflow.config.values import FaultError, did_you_mean, shown
from mailflow.core.form import Field, Form, Kind
from mailflow.core.policy import MATTERS, Redirect

_key_or_none = values.or_empty(values.key)
_paragraph_or_none = values.or_empty(values.paragraph)

_WITH_CHOICES = {Kind.REASON, Kind.CHOICE}
_ONLY_FOR = {  # keys that mean something for some kinds only
    "choices": _WITH_CHOICES,
    "choice_labels": _WITH_CHOICES,
    "advice": _WITH_CHOICES,
    "yes": {Kind.CHOICE},
    "statement": {Kind.CHOICE, Kind.AGREEMENT},
    "placeholders": {Kind.NAME, Kind.ADDRESS, Kind.LIST, Kind.URL, Kind.TEXT},
    "profile_url": {Kind.NAME, Kind.LIST},
    "differs_from": {Kind.ADDRESS},
}


def _kind(value: object) -> Kind:
    return Kind(values.one_of(*Kind)(value))


def _required_when(value: object) -> tuple[tuple[str, str], ...]:
    """`{ reason = "lost_email_access" }`, or several choices: `{ reason = ["one", "two"] }`."""
    if not isinstance(value, dict):
        raise FaultError(f'{shown(value)} is not a table: write one such as {{ reason = "lost_password" }}')
    listed = [(field, choice if isinstance(choice, list) else [choice]) for field, choice in value.items()]
    return tuple((values.key(field), values.key(choice)) for field, choices in listed for choice in choices)


def _by_choice(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise FaultError(f'{shown(value)} is not a table: write one such as {{ has_codes = "still there" }}')
    return tuple((values.key(choice), values.line(said)) for choice, said in value.items())


class FieldTable(Table, header="[[form.field]]"):
    key: str = needed(values.key, 'key = "username"')
    item: str = optional(_key_or_none, "")
    kind: Kind = needed(_kind, 'kind = "name"')
    label: str = needed(values.name, 'label = "User name"')
    aliases: tuple[str, ...] = optional(each(values.word), [])
    required: bool = optional(values.flag, False)
    required_when: tuple[tuple[str, str], ...] = optional(_required_when, {})
    differs_from: str = optional(_key_or_none, "")
    ask: str = optional(_paragraph_or_none, "")
    why: str = optional(_paragraph_or_none, "")
    how: str = optional(_paragraph_or_none, "")
    choices: tuple[str, ...] = optional(each(values.key), [])
    choice_labels: tuple[tuple[str, str], ...] = optional(_by_choice, {})
    advice: tuple[tuple[str, str], ...] = optional(_by_choice, {})
    yes: str = optional(_key_or_none, "")
    statement: str = optional(values.or_empty(values.line), "")
    placeholders: tuple[str, ...] = optional(each(values.word), [])
    profile_url: tuple[str, ...] = optional(each(values.url_part), [])
    sensitive: bool = optional(values.flag, False)

    def setting(self) -> Field:
        said = {choice: choice.replace("_", " ") for choice in self.choices if self.kind in _WITH_CHOICES}
        said |= dict(self.choice_labels)
        return Field(**self.values() | {"item": self.item or self.key, "choice_labels": tuple(said.items())})


class FormTable(Table, header="[form]"):
    field: tuple[FieldTable, ...] = tables(FieldTable)

    @also("field")
    @staticmethod
    def _hangs_together(tables: tuple[FieldTable, ...], _: Good) -> None:
        if not tables:
            raise FaultError("the form is empty: add one [[form.field]] for each thing the desk has to know")
        faults = [*check_form(tuple(table.setting() for table in tables))]
        if faults:
            raise FaultsError(faults)

    def setting(self, service: str) -> Form:
        return Form(tuple(table.setting() for table in self.field), service)


class RedirectTable(Table, header="[[redirect]]"):
    topic: str = needed(values.line, 'topic = "billing"')
    matter: str = optional(values.or_empty(values.one_of(*MATTERS)), "")
    words: tuple[str, ...] = optional(each(values.word), [])
    say: str = needed(values.paragraph, 'say = "Questions about bills are answered by the accounts office."')
    url: str = optional(values.or_empty(values.url), "")

    def setting(self) -> Redirect:
        return Redirect(self.topic, self.words, self.say, self.url, self.matter)


def check_form(fields: tuple[Field, ...]) -> Iterator[Fault]:
    """What is wrong between the fields; a place is the field's number and its key."""
    if not any(field.required for field in fields):
        yield (
            (),
            "no field is required: every mail would be a complete request; write required = true on some",
        )
    seen: dict[str, str] = {}  # alias or label: whose
    for number, field in enumerate(fields):
        if field.key in {other.key for other in fields[:number]}:
            yield (number, "key"), f"{shown(field.key)} stands twice: give each field a key of its own"
        for fault in (*_own_faults(field), *_item_faults(field, fields), *_reference_faults(field, fields)):
            yield (number, fault[0]), fault[1]
        for alias in dict.fromkeys((*field.aliases, field.label.casefold())):
            if seen.setdefault(alias, field.key) != field.key:
                yield (
                    (number, "aliases" if alias in field.aliases else "label"),
                    f"{shown(alias)} belongs to {shown(seen[alias])} already: an answer needs one field to go to",
                )


def _own_faults(field: Field) -> Iterator[tuple[str, str]]:
    for name, kinds in _ONLY_FOR.items():
        if getattr(field, name) and field.kind not in kinds:
            wanted = " or ".join(f'"{kind}"' for kind in Kind if kind in kinds)
            yield (
                name,
                f"means nothing for the kind {shown(field.kind.value)}: leave it out, or use the kind {wanted}",
            )
    if field.kind in _WITH_CHOICES and not field.choices:
        yield "choices", f"missing: a field of the kind {shown(field.kind.value)} needs a list of keys"
    yield from _choice_faults(field)
    if field.required and field.required_when:
        yield "required_when", "says when a field is required that always is: leave out one of the two"


def _choice_faults(field: Field) -> Iterator[tuple[str, str]]:
    if len({*field.choices}) < len(field.choices):
        yield "choices", "a choice stands twice: write each once"
    for name in ("choice_labels", "advice") if field.choices else ():
        for choice, _ in getattr(field, name):
            if choice not in field.choices:
                yield name, _no_choice(choice, field)
    if field.yes and field.choices and field.yes not in field.choices:
        yield "yes", _no_choice(field.yes, field)
    if field.kind is Kind.CHOICE and field.statement and not field.yes:
        yield "yes", "missing: name the choice that a ticked statement stands for"


def _item_faults(field: Field, fields: tuple[Field, ...]) -> Iterator[tuple[str, str]]:
    group = [other for other in fields if other.item == field.item]
    if field.item != field.key and any(
        other.key == field.item and other.item != field.item for other in fields
    ):
        yield (
            "item",
            f"{shown(field.item)} is the key of a field that asks for another item: choose another name",
        )
    if field is not group[0]:
        return
    needed_at_times = any(other.required or other.required_when for other in group)
    if needed_at_times and not any(other.ask for other in group):
        yield "ask", "missing: a required field needs the line that asks for it"
    if field.item != field.key and not needed_at_times:
        yield "item", f"no field of {shown(field.item)} is required: require one, or leave `item` out"


def _reference_faults(field: Field, fields: tuple[Field, ...]) -> Iterator[tuple[str, str]]:
    by_key = {other.key: other for other in fields}
    for other, choice in field.required_when:
        if other not in by_key or other == field.key:
            hint = did_you_mean(
                other, by_key.keys() - {field.key}, "write the key of a field that has choices"
            )
            yield "required_when", f"{shown(other)} is no other field of this form: {hint}"
        elif choice not in by_key[other].choices:
            yield "required_when", _no_choice(choice, by_key[other])
    if field.differs_from:
        addresses = [other.key for other in fields if other.kind is Kind.ADDRESS and other.key != field.key]
        if field.differs_from not in addresses:
            hint = did_you_mean(
                field.differs_from, addresses, 'write the key of a field of the kind "address"'
            )
            yield "differs_from", f"{shown(field.differs_from)} is no other address of this form: {hint}"


def _no_choice(choice: str, field: Field) -> str:
    hint = did_you_mean(choice, field.choices, f"it has {', '.join(field.choices) or 'no choices'}")
    return f"{shown(choice)} is no choice of {shown(field.key)}: {hint}"


def check_redirects(tables: tuple[RedirectTable, ...]) -> Iterator[Fault]:
    for number, table in enumerate(tables):
        if table.topic in {other.topic for other in tables[:number]}:
            yield (
                (number, "topic"),
                f"{shown(table.topic)} stands twice: give each redirect a topic of its own",
            )
        if table.matter and table.matter in {other.matter for other in tables[:number]}:
            yield (
                (number, "matter"),
                f"{shown(table.matter)} stands twice: one redirect says where it belongs",
            )
        if table.setting().is_rest and any(other.setting().is_rest for other in tables[:number]):
            yield (
                (number, "words"),
                "missing: only one redirect, the one for everything else, may have neither words nor a matter",
            )
