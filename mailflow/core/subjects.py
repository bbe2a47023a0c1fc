"""The subjects of what programs send by themselves: `languages/subjects/<code>.toml`, compiled once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

# What follows the words of each list: of "out of office and locked out" nothing does, and a person wrote it.
_BEHIND = {
    "automatic": r"(?:\s*[:：]|\s*$|\s+\(?re:)",
    "absent": r"\s*[:：,-]?\s*\(?(?:re|aw|sv|vs|odp|ynt|отв|antw?)\s*[:：]",
    "bounce": "",
    "bounce_alone": r"\s*$",
    "bounce_before_colon": r"\s*[:：]",
}
_DELAYED = re.compile(r"(?:warning: )?(message)(?= \S{1,60} delayed)")  # Exim's


@dataclass(frozen=True)
class Subjects:
    """As patterns of which the first group is what tells."""

    automatic: tuple[re.Pattern[str], ...]
    bounces: tuple[re.Pattern[str], ...]

    def of_answer(self, subject: str) -> str:
        """The words by which a subject is that of an automatic answer, or ""."""
        return _first(self.automatic, subject)

    def of_bounce(self, subject: str) -> str:
        """The words by which it is that of a delivery report, or ""."""
        return _first(self.bounces, subject)


def compile_subjects(languages: Iterable[tuple[str, Mapping[str, Sequence[str]]]]) -> Subjects:
    """`languages`: the code of each, and the parsed TOML of its file. Raises `ValueError` for a list that nothing reads."""
    lists: dict[str, dict[str, None]] = {name: {} for name in _BEHIND}
    for code, tables in languages:
        for name, words in tables.items():
            if name not in lists:
                raise ValueError(f"{code}: there is no list {name!r}")
            lists[name].update(dict.fromkeys(words))
    patterns = {name: _beginning(words, _BEHIND[name]) for name, words in lists.items()}
    return Subjects(
        (patterns["automatic"], patterns["absent"]),
        (patterns["bounce"], patterns["bounce_alone"], patterns["bounce_before_colon"], _DELAYED),
    )


def _beginning(subjects: Iterable[str], behind: str) -> re.Pattern[str]:
    """Gateways put a tag such as [EXTERNAL] before it."""
    ways = "|".join(re.escape(subject).replace(r"\ ", r"\s") for subject in subjects)
    return re.compile(rf"(?:\[[^\[\]]{{1,30}}\]\s{{0,5}})?({ways}){behind}")


def _first(patterns: Iterable[re.Pattern[str]], subject: str) -> str:
    """In small letters, as `re` passes over a hundred ways to begin several times as fast where case matters."""
    subject = subject.strip()
    lowered = subject.lower()
    found = next(filter(None, (pattern.match(lowered) for pattern in patterns)), None)
    if found is None:
        return ""
    return found[1] if len(lowered) != len(subject) else subject[slice(*found.span(1))]
