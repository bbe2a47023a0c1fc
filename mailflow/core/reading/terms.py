"""The word lists and one form's own words (labels, statements, choices) compiled together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cache
from typing import TYPE_CHECKING

from mailflow.core.form import Field, Form, Kind
from mailflow.core.reading.addressforms import Spelling
from mailflow.core.reading.alternatives import Alternatives, any_of
from mailflow.core.reading.bindingwords import BindingWords
from mailflow.core.reading.everyday import Everyday
from mailflow.core.reading.misspelled import Misspelled
from mailflow.core.reading.phrasebook import EVERY, Entry, compile_book
from mailflow.core.reading.saidsigns import SaidSigns
from mailflow.core.reading.vocabulary import Vocabulary
from mailflow.core.reading.words import CJK, lower, words_of

if TYPE_CHECKING:  # it compiles its terms here, and so imports this module
    from mailflow.core.answerwords import AnswerWords
    from mailflow.core.reading.questions import Question

_LIKELY, _POSSIBLE = 0.8, 0.65  # how sure a choice is that a thing's state tells
_CJK_WORD = re.compile(f"[{CJK}]+")
_LABEL_WORDS = 7
_LABELS_WORDS = 4  # of two labels that stand side by side
_NONE: frozenset[str] = frozenset()


class Wording:
    """A sentence of ours, found wherever its lines are broken."""

    def __init__(self, text: str) -> None:
        self.flat = collapsed(text)
        self.words = frozenset(normal_label(text).split())
        self._pattern = re.compile(r"\s+".join(re.escape(word) for word in self.flat.split()))

    def spans(self, low: str, flat: str) -> Iterable[tuple[int, int]]:
        """Everywhere it stands in a lower-case text; `flat` is that on one line, which tells sooner that it does not."""
        return [match.span() for match in self._pattern.finditer(low)] if self.flat in flat else ()

    def find(self, low: str, flat: str) -> tuple[int, int] | None:
        """Where it stands first."""
        match = self._pattern.search(low) if self.flat in flat else None
        return match.span() if match else None


class ShortWords(dict[str, frozenset[str]]):
    """Lists of words as sets, made when they are first asked for: most lists hold phrases that are looked for otherwise."""

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        self._lists = lists

    def __missing__(self, key: str) -> frozenset[str]:
        self[key] = words = frozenset(self._lists.get(key, ()))
        return words


_NAMED = frozenset({Kind.NAME, Kind.LIST})
_SHORTEST_NOUN = 4


@dataclass(frozen=True)
class Ways:
    """How the choices of a field are told: by a thing and the state it is in."""

    of: Mapping[tuple[str, str], tuple[str, float]]  # (thing, state) → choice, how sure
    in_slot: dict[tuple[str, str], str]  # the same, told only where the thing is asked for: "Codes: saved"
    unless: Mapping[str, frozenset[str]]  # choice → states beside which it is not told
    # Choice → another, beside which it has to name one of these things.
    beside: Mapping[str, Mapping[str, frozenset[str]]]
    # Choice → another, where that is told it is not told by these states.
    yields: Mapping[str, Mapping[str, frozenset[str]]]
    things: Mapping[str, str]  # thing → the choice it stands for where a reason is expected
    mentioned: Mapping[str, str]  # thing → the choice that it tells where nothing else is said
    # What stands in the mail instead of a secret, and the choice it tells.
    pasted: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Terms:
    """The word lists and a form's own words, compiled; one for each form."""

    form: Form
    vocabulary: Vocabulary
    labels: Mapping[str, Field]  # by their words, joined by spaces
    label_ends: frozenset[str]  # their last words
    statements: tuple[tuple[Field, Wording], ...]
    stated: Mapping[str, Field]  # by their statements, on one line in lower case
    asks: tuple[tuple[Field, Wording], ...]
    ours: tuple[Wording, ...]  # the rest of our wording: why and how, and labels without a value
    ways: Mapping[str, Ways]  # by field key
    opposites: Mapping[str, str]
    values: Mapping[str, frozenset[str]]
    placeholders: Mapping[str, frozenset[str]]  # by field key, in lower case
    lists: Mapping[str, tuple[str, ...]]
    short_words: ShortWords  # the same, for `among`
    words: Everyday
    knowing: frozenset[str]  # agreements to which "I know" is a yes, as to a fact
    profiles: tuple[tuple[str, Field], ...]  # URL prefixes
    service: frozenset[str]  # the words of its name that no phrase has
    implied: Mapping[str, tuple[str, str]]  # a field that is asked only when (field, choice) holds
    name: Field | None
    registered: Field | None  # the account's address
    wanted: Field | None  # the address it should get
    is_word: Alternatives  # "is" in all languages, before a value
    is_before: re.Pattern[str]  # the same, after a value
    participle: re.Pattern[str]  # the form of one
    as_word: re.Pattern[str]
    binding: BindingWords
    spelling: Spelling
    misspelled: Misspelled
    said_signs: SaidSigns
    nouns: frozenset[str]  # near which a name is likely: those of the labels of names and of projects
    # What quoted questions have been found to ask for, kept by `questions.py`.
    questions: dict[str, tuple[Question, ...]] = dataclass_field(
        default_factory=dict, repr=False, compare=False
    )

    def label(self, words: list[str]) -> tuple[Field, int] | None:
        """The field whose label ends a phrase, and how many words stand before the label."""
        if self.name is not None and words and self.among("name", words[-1]):
            called = [word for word in words[:-1] if self.is_service(word)]  # "PyPI name", but no "name"
            if called:
                return self.name, len(words) - 2
        words = self._without_service(words)
        ends = bool(words) and words[-1] in self.label_ends
        for first in range(max(0, len(words) - _LABEL_WORDS), len(words)) if ends else ():
            label = " ".join(words[first:])
            found = self.labels.get(label)
            if found is not None and not (first and self.among("whole_labels", label)):
                return found, first
        if words and _CJK_WORD.fullmatch(words[-1]):
            for cut in range(1, len(words[-1])):
                found = self.labels.get(words[-1][cut:])
                if found is not None:
                    return found, len(words) - 1
        return None

    def label_before(self, words: list[str]) -> tuple[Field, int] | None:
        """The field whose label begins a phrase, and how many words the label has."""
        words = self._without_service(words)
        for last in range(min(_LABEL_WORDS, len(words)), 0, -1):
            found = self.labels.get(" ".join(words[:last]))
            if found is not None:
                return found, last
        return None

    def _without_service(self, words: list[str]) -> list[str]:
        if self.service.isdisjoint(words):
            return words
        return [word for word in words if not self.is_service(word)]

    def common(self, word: str) -> bool:
        """Whether a word, or each part of it, is one that people use for anything but a name."""
        return self.words[word] == "common"

    def everyday(self, word: str) -> bool:
        """Whether a word is more likely anything but a name, where nothing says that a name stands here."""
        return self.words[word] != ""

    def begins_word(self, word: str) -> bool:
        """Whether a word of dictionaries begins with the same letters."""
        return self.words.begins(word)

    def is_service(self, word: str) -> bool:
        """Whether a word is one of the service's name, and not of everyday language."""
        return word in self.service

    def leads_to_name(self, word: str) -> bool:
        """Whether a name may follow a word: "is", "as", "of"."""
        return any(self.among(key, word) for key in ("is", "as", "of"))

    def among(self, key: str, *words: str) -> bool:
        """Whether one of some words is in a list of short words."""
        return not self.short_words[key].isdisjoint(words)

    def begins_with(self, key: str, text: str) -> bool:
        """Whether a text begins with one of the phrases of a list, word by word."""
        phrases = _worded(self.lists.get(key, ()))
        return f"{' '.join(words_of(text))} ".startswith(phrases)

    def whole_label(self, words: list[str]) -> Field | None:
        """The field whose label a line is."""
        found = self.label(words)
        return found[0] if found and not found[1] else None

    def states_nothing(self, field: Field, value: str) -> bool:
        """Whether a value is a placeholder."""
        bare = lower(value).strip(" .()[]<>{}\"'`*_-–—!?…。@")
        return not bare or bare in self.values.get("unknown", ()) or bare in self.placeholders[field.key]


@cache
def _worded(phrases: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{' '.join(words_of(phrase))} " for phrase in phrases)


def collapsed(text: str) -> str:
    """In lower case, each run of white space as one space."""
    return " ".join(lower(text).split())


def normal_label(text: str) -> str:
    """A label's words, joined by spaces."""
    return " ".join(words_of(text)).replace("*", "")


def compile_terms(form: Form, words: AnswerWords) -> Terms:
    """The terms of a form, which take long to compile: `AnswerWords.terms` keeps them."""
    vocabulary = Vocabulary(compile_book(_form_entries(form), words.book), words.ordinary)
    addresses = form.of_kind(Kind.ADDRESS)
    wanted = next((field for field in addresses if field.differs_from or field.required_when), None)
    labels = _labels(form, words)
    spelling = Spelling(
        *(words.lists.get(name, ()) for name in ("at", "dot", "points_at", "hyphen", "underscore"))
    )
    return Terms(
        form=form,
        vocabulary=vocabulary,
        labels=labels,
        label_ends=frozenset(label.rpartition(" ")[2] for label in labels),
        statements=tuple(
            (field, Wording(field.statement.rstrip(" ."))) for field in form.fields if field.statement
        ),
        stated={collapsed(field.statement): field for field in form.fields if field.statement},
        asks=tuple((field, Wording(field.ask)) for field in form.fields if field.ask),
        ours=tuple(
            Wording(text)
            for text in (
                *(text for field in form.fields for text in (field.why, field.how) if text),
                *_unfilled(form),
            )
        ),
        ways={field.key: _ways(field, words) for field in form.fields if field.choices},
        opposites=words.opposites,
        values=words.values,
        placeholders={field.key: frozenset(map(lower, field.placeholders)) for field in form.fields},
        lists=words.lists,
        short_words=ShortWords(words.lists),
        words=Everyday(vocabulary, _own_words(form), words.ordinary),
        knowing=frozenset(_knowing(form, vocabulary)),
        profiles=tuple((lower(prefix), field) for field in form.fields for prefix in field.profile_url),
        service=frozenset(word for word in words_of(form.service) if not vocabulary.uses(word)),
        implied=dict(_implied(form)),
        name=next(iter(form.of_kind(Kind.NAME)), None),
        registered=next((field for field in addresses if field is not wanted), None),
        wanted=wanted,
        is_word=Alternatives(
            words.lists.get("is", ()),
            r"(?:^|\s|(?<=[{0}])|(?<=[a-z])(?=[{0}]))(?:{1})(?:(?=[\s:\"'`«“「『])|(?<=[{0}])(?=[a-z0-9]))",
            r"\s(?=[{0}])(?:{1})(?=[\s:\"'`])",
        ),
        is_before=re.compile(rf"[\s\"'`»”」』)](?:{any_of(words.lists.get('is', ()))})\s"),
        participle=re.compile("|".join(_globbed(words.lists.get("participle", ()))) or r"(?!)"),
        as_word=re.compile(rf"(?:(?<=\s)|(?<=[{CJK}]))(?:{any_of(words.lists.get('as', ()))})(?=\s)"),
        binding=BindingWords(words.lists),
        spelling=spelling,
        said_signs=SaidSigns(words.lists, spelling),
        misspelled=Misspelled(words.spelled, words.misspelt, vocabulary.is_word, EVERY),
        nouns=frozenset(
            word
            for label, field in labels.items()
            for word in (label.split() if field.kind in _NAMED else ())
            if len(word) >= _SHORTEST_NOUN
        ),
    )


def _globbed(forms: Iterable[str]) -> list[str]:
    """Patterns of the words that have a form: "ge*t"."""
    return [r"[^\W\d_]+".join(map(re.escape, form.split("*"))) for form in forms]


def _form_entries(form: Form) -> Iterator[Entry]:
    for field in form.fields:
        if field.kind is Kind.AGREEMENT:
            for label in (field.label, *field.aliases):
                yield Entry(EVERY, label, ("topics", field.key))
        for choice in field.choices:
            for name in dict.fromkeys((choice, choice.replace("_", " "))):
                yield Entry(EVERY, name, ("named", choice))
        for choice, label in field.choice_labels:
            yield Entry(EVERY, label, ("named", choice))


def _labels(form: Form, words: AnswerWords) -> dict[str, Field]:
    """The site's own labels go before those of the word lists, and earlier fields before later ones."""
    labels: dict[str, Field] = {}
    for field in form.fields:
        for label in (field.label, field.key, field.key.replace("_", " "), *field.aliases):
            labels.setdefault(normal_label(label), field)
    for field in form.fields:
        for label in words.labels.get(field.key, ()):
            labels.setdefault(normal_label(label), field)
    labels.pop("", None)
    return labels


def _unfilled(form: Form) -> Iterator[str]:
    """The label of a name with the one that follows it in the form, as stands in one whose lines were joined: nothing is lost by it."""
    required = [field for field in form.fields if field.required]
    name = next((place for place, field in enumerate(required) if field.kind is Kind.NAME), len(required))
    following = next((field for field in required[name:] if field.item != required[name].item), None)
    for label in (required[name].label, *required[name].aliases) if following else ():
        for after in (following.label, *following.aliases) if following else ():
            if len(words_of(f"{label} {after}")) >= _LABELS_WORDS:  # "user problem" is prose
                yield f"{label} {after}"


def _own_words(form: Form) -> frozenset[str]:
    """Those of its labels."""
    labels = (label for field in form.fields for label in (field.label, *field.aliases))
    return frozenset(word for label in labels for word in words_of(label))


def _ways(field: Field, words: AnswerWords) -> Ways:
    of: dict[tuple[str, str], tuple[str, float]] = {}
    in_slot: dict[tuple[str, str], str] = {}
    things: dict[str, str] = {}
    mentioned: dict[str, str] = {}
    for choice in field.choices:
        table = words.choices.get(choice, {})
        for key, sure in (("when", _LIKELY), ("perhaps", _POSSIBLE)):
            for way in table.get(key, ()):
                of.setdefault(_way(way), (choice, sure))
        in_slot |= {_way(way): choice for way in table.get("in_slot", ())}
        for thing in table.get("named_by", ()):
            things.setdefault(thing, choice)
        for thing in table.get("mentioned_by", ()):
            mentioned.setdefault(thing, choice)
    unless = {choice: frozenset(words.choices.get(choice, {}).get("unless", ())) for choice in field.choices}
    pasted = tuple(
        (f"[{kind} removed]", choice)
        for choice in field.choices
        for kind in words.choices.get(choice, {}).get("pasted", ())
    )
    beside = {choice: _beside(words.choices.get(choice, {}).get("beside", ())) for choice in field.choices}
    yields = {choice: _beside(words.choices.get(choice, {}).get("yields", ())) for choice in field.choices}
    return Ways(of, in_slot, unless, beside, yields, things, mentioned, pasted)


def _way(text: str) -> tuple[str, str]:
    """A thing and its state, as in "codes gone"."""
    thing, _, state = text.partition(" ")
    return thing, state


def _knowing(form: Form, vocabulary: Vocabulary) -> Iterator[str]:
    for field in form.of_kind(Kind.AGREEMENT):
        hits = vocabulary.scan(lower(f"{field.statement} {field.ask}"))
        if any("aware" in hit.means.speech for hit in hits):
            yield field.key


def _implied(form: Form) -> Iterator[tuple[str, tuple[str, str]]]:
    for field in form.fields:
        if len(field.required_when) == 1:
            yield field.key, field.required_when[0]


def _beside(pairs: Iterable[str]) -> Mapping[str, frozenset[str]]:
    named: dict[str, frozenset[str]] = {}
    for other, thing in map(str.split, pairs):
        named[other] = named.get(other, _NONE) | {thing}
    return named
