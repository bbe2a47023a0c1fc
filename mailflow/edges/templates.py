"""The templates of the letters: a site's own first, then the shipped ones.

Whatever a template prints is one visible line of text, unless one of the filters below laid it out; so what a person
wrote can neither hide anything in a letter nor fake a line of it. templates/README.md is the page for sites.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import (
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    nodes,
)
from jinja2.meta import find_referenced_templates, find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from mailflow.core.display import HANGING, lines, one_line, visible, wrap
from mailflow.core.form import Form, Kind
from mailflow.core.letters import TO_STAFF, Asked, LetterKind
from mailflow.steps.handled import frames_of_templates

EVERY_LETTER = frozenset({"reference", "service", "desk_name", "desk_address", "now"})
VARIABLES: Mapping[LetterKind, frozenset[str]] = {
    LetterKind.MISSING: frozenset({"understood", "missing", "first", "reopened"}),
    LetterKind.RECEIVED: frozenset({"understood", "reopened", "place", "usual_wait"}),
    LetterKind.NOTED: frozenset({"understood", "place", "usual_wait"}),
    LetterKind.STATUS: frozenset(
        {"status", "since", "missing", "place", "usual_wait", "question", "outcome", "account", "others"}
    ),
    LetterKind.REMINDER: frozenset({"missing", "question", "closes_at", "last"}),
    LetterKind.EXPIRED: frozenset({"missing", "question", "silent", "text"}),
    LetterKind.WITHDRAWN: frozenset({"text", "account", "others"}),
    LetterKind.DISOWNED: frozenset({"closed", "account", "others"}),
    LetterKind.WHICH: frozenset({"requests"}),
    LetterKind.DUPLICATE: frozenset({"understood", "missing", "place", "usual_wait"}),
    LetterKind.REDIRECTED: frozenset({"topic", "say", "url", "text"}),
    LetterKind.QUESTION: frozenset({"question"}),
    LetterKind.DENIED: frozenset({"text"}),
    LetterKind.RECOVERED: frozenset({"text"}),
    LetterKind.PASTED_SECRET: frozenset({"kinds"}),
    LetterKind.ESCALATION: frozenset({"case", "others", "last", "by_mail"}),
    LetterKind.COMMANDS: frozenset({"answers", "rest", "help"}),
    LetterKind.DIGEST: frozenset({"digest", "by_mail"}),
}
_TAG = "letters/_tag.txt"
_OF_SECRETS = "letters/_secret.txt"
_DIGEST_HTML = "letters/digest.html"
_SUBJECT = "Subject: "
_REPLACED = frozenset({"format", "format_map"})
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_BLANK_LINES = re.compile(r"\n{3,}")


class LaidOut(str):
    """Text with line ends that are meant, made by a filter out of visible lines."""

    __slots__ = ()


_PRINTED_AS_IT_IS = (LaidOut, Markup, int)


@dataclass(frozen=True)
class _Source:
    """What a file of a template says of itself."""

    text: str
    used: frozenset[str]  # names that it expects
    stored: frozenset[str]  # names that it gives, which what it includes may expect
    includes: tuple[str, ...]

    @staticmethod
    def read(environment: _Environment, name: str) -> _Source:
        text, _, _ = environment.folders.get_source(environment, name)
        tree = environment.parse(text, name)
        includes = [*find_referenced_templates(tree)]
        if None in includes:
            raise ValueError(f"{name}: an include needs the name of a file, not a variable")
        return _Source(
            text=text,
            used=frozenset(find_undeclared_variables(tree)),
            stored=frozenset(one.name for one in tree.find_all(nodes.Name) if one.ctx == "store"),
            includes=tuple(filter(None, includes)),
        )


class Templates:
    """The letters' templates, each compiled when it is first needed."""

    def __init__(self, folders: Sequence[Path], form: Form, time_zone: ZoneInfo) -> None:
        self._environment = _Environment(folders)
        self._environment.filters |= _filters(form, time_zone)

    def text(
        self, kind: LetterKind, variables: Mapping[str, object], *, tells_of_secret: bool = False
    ) -> tuple[str, str]:
        """Subject and plain text of a letter, LF line ends. A line that ends with a space goes on in the next one.

        That the mail held a secret is told right behind the greeting, whatever a site makes of its letters.
        """
        tag = self._environment.get_template(_TAG).render(variables).strip()
        letter = self._environment.get_template(_name(kind)).render(variables)
        subject, _, body = letter.partition(_SUBJECT)[2].partition("\n")
        if tells_of_secret:
            greeting, _, rest = body.strip("\n").partition("\n\n")
            body = "\n\n".join(
                (greeting, self._environment.get_template(_OF_SECRETS).render(variables), rest)
            )
        return one_line(f"{tag} {subject}"), _tidy(body, HANGING if kind in TO_STAFF else 0)

    def html(self, variables: Mapping[str, object]) -> str:
        """The digest as HTML."""
        page = self._environment.get_template(_DIGEST_HTML).render(variables)
        return _BLANK_LINES.sub("\n", page.strip()) + "\n"

    def check(self) -> None:
        """Raise `ValueError`, with the name of the file, when one is missing or cannot work."""
        try:
            sources = self._sources()
        except TemplateNotFound as error:
            raise ValueError(f"there is no template {error.name}") from error
        except TemplateSyntaxError as error:
            raise ValueError(f"{error.name}, line {error.lineno}: {error.message}") from error
        for kind in LetterKind:
            if not sources[_name(kind)].text.lstrip().startswith(_SUBJECT):
                raise ValueError(f"{_name(kind)} does not begin with {_SUBJECT!r}")
            _check_names(_name(kind), kind, sources)
        _check_names(_OF_SECRETS, LetterKind.PASTED_SECRET, sources)
        _check_names(_DIGEST_HTML, LetterKind.DIGEST, sources)

    def _sources(self) -> dict[str, _Source]:
        """Every file of a template and those that they include, all of them compiled."""
        names = [_TAG, _OF_SECRETS, _DIGEST_HTML, *map(_name, LetterKind)]
        sources = {}
        for name in names:
            try:
                self._environment.get_template(name)  # finds unknown filters and tests
            except UnicodeDecodeError as error:
                raise ValueError(f"{name} is not UTF-8") from error
            sources[name] = _Source.read(self._environment, name)
            names += [other for other in sources[name].includes if other not in names]
        return sources


def _name(kind: LetterKind) -> str:
    return f"letters/{kind}.txt"


def place_of(error: Exception, kind: LetterKind) -> str:
    """The line of a template at which a letter of this kind could not be rendered."""
    frames = frames_of_templates(error)
    if not frames:
        return _name(kind)
    return f"letters/{Path(frames[-1].filename).name}, line {frames[-1].lineno}:"


def _check_names(name: str, kind: LetterKind, sources: Mapping[str, _Source]) -> None:
    parts = [name]
    for part in parts:
        parts += [other for other in sources[part].includes if other not in parts]
    used = frozenset[str]().union(*(sources[part].used for part in parts))
    stored = frozenset[str]().union(*(sources[part].stored for part in parts))
    known = EVERY_LETTER | VARIABLES[kind]
    if unknown := used - stored - known:
        raise ValueError(
            f"{name}: {_and(sorted(unknown))} is not known in this letter, only {_and(sorted(known))}"
        )


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox with a memory: what is safe depends on an object's type alone, and finding out costs a microsecond."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = FileSystemLoader(folders)
        super().__init__(
            loader=self.folders,
            autoescape=lambda name: bool(name) and name.endswith(".html"),
            undefined=StrictUndefined,
            finalize=_shown,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
            cache_size=-1,
        )
        self._known_safe: set[tuple[type, str]] = set()

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Jinja looks at each value, whether it is a string's `format`, which it replaces: so must no attribute be called."""
        if (type(obj), attribute) in self._known_safe and attribute not in _REPLACED:
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Jinja tries `obj[argument]` first also of what has no items, and by way of an exception takes three times as long."""
        if isinstance(argument, str) and not hasattr(type(obj), "__getitem__"):
            return self.getattr(obj, argument)
        return super().getitem(obj, argument)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Jinja's chain of mappings costs 5 microseconds whenever a template or a part of one is entered."""
        return {**self.globals, **(d or {})}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        asked = type(obj), attr
        if asked in self._known_safe:
            return True
        safe = super().is_safe_attribute(obj, attr, value)
        if safe:
            self._known_safe.add(asked)
        return safe


def _filters(form: Form, time_zone: ZoneInfo) -> dict[str, Callable[..., object]]:
    yes_items = {one.item for one in form.fields if one.kind is Kind.AGREEMENT or one.yes}

    def date(moment: datetime, written: str = "%-d %B %Y") -> str:
        return moment.astimezone(time_zone).strftime(written)

    def answered_by_yes(missing: Sequence[Asked]) -> list[int]:
        return [number for number, asked in enumerate(missing, 1) if asked.item in yes_items]

    return {
        "answered_by_yes": answered_by_yes,
        "counted": _count,
        "date": date,
        "indented": _indented,
        "listing": _and,
        "short": one_line,
        "span": _span,
        "tally": _tally,
    }


def _shown(value: object) -> object:
    """What every `{{ … }}` prints."""
    if type(value) is str:  # by far the most
        return visible(value)
    return value if isinstance(value, _PRINTED_AS_IT_IS) else visible(str(value))


def _indented(text: str, by: int = 4) -> LaidOut:
    return LaidOut("\n".join(" " * by + line for line in lines(text)))


def _count(number: int, thing: str, things: str = "") -> str:
    return f"{number} {thing if number == 1 else things or thing + 's'}"


def _tally(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {thing}" for thing, number in counts.items() if number)


def _and(things: Sequence[object], word: str = "and") -> str:
    *most, last = map(str, things)
    return f"{', '.join(most)} {word} {last}" if most else last


def _span(
    time: timedelta,
    hour: str = "hour",
    hours: str = "",
    day: str = "day",
    days: str = "",
    minute: str = "",
    minutes: str = "",
) -> str:
    if minute and time < _HOUR:
        return _count(int(time / _MINUTE), minute, minutes)
    if time < 2 * _DAY:
        return _count(max(1, round(time / _HOUR)), hour, hours)
    return _count(round(time / _DAY), day, days)


def _tidy(body: str, hanging: int) -> str:
    """Long lines wrapped, no more than one blank line at a time, and none around."""
    trimmed = wrap("\n".join([line.rstrip() for line in body.split("\n")]), hanging=hanging, soft=" ")
    return _BLANK_LINES.sub("\n\n", trimmed).strip("\n") + "\n"
