"""The form of the desk: which items a request needs, as the site's configuration says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class Kind(StrEnum):
    """What an answer to a field is; each kind has its reading rules in `answers.py`."""

    NAME = "name"  # an account name: str
    ADDRESS = "address"  # an e-mail address: str
    REASON = "reason"  # one or several of `choices`: tuple[str, ...]
    CHOICE = "choice"  # one of `choices`: str
    AGREEMENT = "agreement"  # bool; only True counts
    LIST = "list"  # tuple[str, ...]
    URL = "url"  # str
    TEXT = "text"  # str, the person's own words


@dataclass(frozen=True)
class Field:
    """A field of the form, as the site's configuration has it."""

    key: str
    label: str
    kind: Kind
    item: str  # what is asked for; fields with the same item are alternatives
    required: bool = False
    required_when: tuple[tuple[str, str], ...] = ()  # (field, choice) pairs, any of which makes it required
    aliases: tuple[str, ...] = ()  # labels under which people answer it
    choices: tuple[str, ...] = ()
    choice_labels: tuple[tuple[str, str], ...] = ()  # (choice, how letters and the digest say it)
    advice: tuple[tuple[str, str], ...] = ()  # (choice, what letters advise who gives it)
    yes: str = ""  # the choice that a bare "yes" to the statement means
    statement: str = ""  # the words of the box that is ticked
    placeholders: tuple[str, ...] = ()  # values that state nothing
    profile_url: tuple[str, ...] = ()  # "pypi.org/user/": what follows it in a URL is the value
    ask: str = ""
    why: str = ""
    how: str = ""
    differs_from: str = ""  # an address field: the same value as this field's settles nothing
    sensitive: bool = False  # never shown in a letter or a digest

    @property
    def beside(self) -> bool:
        """Whether people name it whatever they write about, and nothing waits for it: projects, say."""
        return self.kind is Kind.LIST and not self.required


@dataclass(frozen=True)
class Form:
    """The form: what a request has to say."""

    fields: tuple[Field, ...]
    service: str = ""  # what the account is for: people say "my PyPI name" for "my user name"

    @cached_property
    def by_key(self) -> Mapping[str, Field]:
        return {field.key: field for field in self.fields}

    @cached_property
    def items(self) -> tuple[str, ...]:
        """The items in the order in which they are asked."""
        return tuple(dict.fromkeys(field.item for field in self.fields))

    @cached_property
    def words(self) -> frozenset[str]:
        """The words that a form with nothing filled in holds, casefolded."""
        lines = (
            line
            for field in self.fields
            for line in (field.label, field.ask, field.statement, *field.aliases, *field.placeholders)
        )
        return frozenset(word.rstrip(":.?") for line in lines for word in line.casefold().split())

    @cached_property
    def own_keys(self) -> frozenset[str]:
        """The fields that nobody can answer for somebody else: what they agree to, and where their account is to be reached."""
        return frozenset(one.key for one in self.fields if one.kind is Kind.AGREEMENT or one.differs_from)

    @cached_property
    def account_keys(self) -> tuple[str, ...]:
        """The fields that say which account it is: its name first, and what may be given instead."""
        items = dict.fromkeys(field.item for field in self.of_kind(Kind.NAME))
        return tuple(field.key for item in items for field in self.fields_of(item))

    def say(self, key: str, value: str | bool | tuple[str, ...]) -> str:
        """An answer's value as letters and the digest show it."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        labels = dict(self.by_key[key].choice_labels)
        return ", ".join(labels.get(one, one) for one in ((value,) if isinstance(value, str) else value))

    def of_kind(self, kind: Kind) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.kind is kind)

    def fields_of(self, item: str) -> tuple[Field, ...]:
        return self._by_item.get(item, ())

    @cached_property
    def _by_item(self) -> Mapping[str, tuple[Field, ...]]:
        return {item: tuple(field for field in self.fields if field.item == item) for item in self.items}
