"""What people answer to the fields of the form, with where they said it: kept with the case. `answers.py` reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Value = str | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said to a field, with its provenance."""

    field: str
    value: Value
    words: str  # the words it was read from, secrets masked
    line: int  # the number of the line they begin on (Line.number)
    start: int  # characters in that line: words begin at start, and end before end
    end: int
    rule: str  # the name of the rule that read it
    sure: float  # 0 to 1
    mail: str = ""  # the id of the mail it stood in
    beyond: tuple[tuple[str, Any], ...] = ()  # what a newer version stored beside: by name, as JSON has it

    def in_mail(self, mail: str) -> Answer:
        """The same, of the mail with this id. (`replace` takes three times as long, and a mail has many answers.)"""
        return Answer(
            self.field,
            self.value,
            self.words,
            self.line,
            self.start,
            self.end,
            self.rule,
            self.sure,
            mail,
            self.beyond,
        )


@dataclass(frozen=True, slots=True)
class Doubt:
    """A field for which one mail says two things that contradict each other."""

    field: str
    answers: tuple[Answer, ...]


Answers = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one mail says: at most one answer a field, and what contradicts itself."""

    answers: Answers = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()
    unread: int = 0  # lines of the person's own that were left out, as there were too many
    plain: frozenset[str] = (
        frozenset()
    )  # of the fields that name an account, what is plainly said to be theirs
    mentioned: Answers = field(default_factory=dict)  # accounts that it speaks of beside the one of its case

    def without(self, rule: str) -> Reading:
        """The same without what a rule read."""
        kept = {key: answer for key, answer in self.answers.items() if answer.rule != rule}
        return replace(self, answers=kept)
