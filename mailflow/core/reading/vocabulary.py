"""Finds the words and phrases of the word lists in a text, in one pass, each with what it means.

A mail's language is never announced, and a word means different things in different languages ("no", "si", "die").
So the mail is read with the words of the languages it is likely to be written in, and with the English names of
things, because everybody borrows those ("recovery codes", "2FA", "login").
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from operator import itemgetter
from typing import NamedTuple

from mailflow.core.reading.meaning import MARKS, Concept, Hit, Meaning

CJK = "\u3005\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uff66-\uff9f"
EVERY = "mul"  # ISO 639-2: the list that holds in every language
_COMMON = "en"  # what people fall back on for the names of things
_BORROWED = frozenset({"things", "topics", "names", "named"})
# Phrases of one layer do not overlap, those of different layers may: "old address of my account" names a thing,
# announces an address, and may announce an account name.
_LAYERS = {"names": 1, "tells": 1, "hints": 1, "addresses": 2, "projects": 2, "links": 2}
_ALL_LAYERS = (0, 1, 2)
_AS_LIKELY = 0.7  # of the likeliest language's score: a mail in two languages
_TELLING = 3000  # characters that are looked at to tell the language
_SETS_KEPT = 64  # of languages
_MISSPELT = 2  # letters more or less
_MEMO_LIMIT = 20_000  # words; hostile mail must not fill the memory

_WORD = re.compile(rf"[^\W{CJK}]+")
GAP = "…"  # in a phrase: up to _GAP_WORDS other words
_GAP_WORDS = 3
_WORD_OR_RUN = re.compile(rf"[^\W{CJK}]+\*?|[{CJK}]+|{GAP}")
_CJK = re.compile(f"[{CJK}]")
_KANA = re.compile("[\u3040-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7af]")


def _token_pattern(words: str, flags: re.RegexFlag) -> re.Pattern[str]:
    return re.compile(
        rf"""{words}
        |(?P<question>[?？])
        |(?P<stop>[.!](?=[\s"')\]]|\Z)|[。！…])
        |(?P<comma>[,;、，；—]|(?<=\s)[-–/|](?=\s))
        |(?P<open>[(（\[【])
        |(?P<close>[)）\]】])
        |(?P<colon>[:：=](?=\s|\Z|[^\x00-\x7f]))
        |(?P<line>\n)""",
        re.VERBOSE | flags,
    )


_PLAIN_TOKEN = _token_pattern(r"(?P<word>\w+)", re.NOFLAG)
_TOKEN = _token_pattern(rf"(?P<word>[^\W{CJK}]+)|(?P<run>[{CJK}]+)", re.NOFLAG)
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"']+")
_START = itemgetter(0)
_Token = tuple[str, int, int, str]  # kind, start, end, text


class Entry(NamedTuple):
    language: str
    phrase: str
    concept: Concept | None  # None: a word that is known and means nothing here


def lower(text: str) -> str:
    """Lower case that keeps every character's place."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := character.lower()) == 1 else character for character in text)


def fold(word: str) -> str:
    """Without accents, as many people type."""
    if word.isascii():
        return word
    word = word.replace("ß", "ss")
    bare = "".join(c for c in unicodedata.normalize("NFD", word) if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", bare)


def words_of(text: str) -> list[str]:
    """The words of a phrase, a stem's star kept; a run of Chinese, Japanese or Korean is one word."""
    return _WORD_OR_RUN.findall(lower(text))


class _Node:
    """A step of the words of phrases: what a phrase that ends here means in each layer, and which words may follow."""

    __slots__ = ("children", "ends", "goes_on", "means", "rank", "single", "stems")

    def __init__(self) -> None:
        self.means: list[Meaning | None] = [None, None, None]  # no concepts: a word that means nothing here
        self.rank = [99.0, 99.0, 99.0]
        self.ends = False  # whether any phrase does
        self.goes_on = False  # whether any phrase does not
        self.single: tuple[
            tuple[int, Meaning], ...
        ] = ()  # what it means in the layers in which it means something
        self.children: dict[str, _Node] = {}
        self.stems: dict[str, _Node] = {}

    def take(self, layer: int, rank: float, concepts: Sequence[Concept]) -> None:
        """Let a phrase end here, unless one of a likelier language does."""
        held = self.means[layer]
        if rank > self.rank[layer]:
            return
        if held is not None and rank == self.rank[layer]:
            concepts = tuple(dict.fromkeys((*held.concepts, *concepts)))
        self.rank[layer] = rank
        self.means[layer] = Meaning(concepts)
        self.ends = True

    def step(self, word: str) -> _Node | None:
        child = self.children.get(word)
        if child is not None or not self.stems:
            return child
        return self._stem(word)

    def _stem(self, word: str) -> _Node | None:
        for length in range(len(word), 1, -1):
            found = self.stems.get(word[:length])
            if found is not None:
                return found
        return None

    def settle(self) -> None:
        """Where a word is also a stem's beginning, let it go on as either."""
        for word, child in self.children.items():
            stem = self._stem(word) if self.stems else None
            if stem is not None:
                child.absorb(stem)
        self.goes_on = bool(self.children or self.stems)
        self.single = tuple(
            (layer, meaning)
            for layer, meaning in enumerate(self.means)
            if meaning is not None and meaning.concepts
        )
        for node in (*self.children.values(), *self.stems.values()):
            node.settle()

    def absorb(self, other: _Node) -> None:
        self.means = [
            own if own is not None and own.concepts else others or own
            for own, others in zip(self.means, other.means, strict=True)
        ]
        self.ends = self.ends or other.ends
        for word, node in other.children.items():
            self.children.setdefault(word, node)
        for word, node in other.stems.items():
            self.stems.setdefault(word, node)


class _Reader:
    """The phrases of some languages, ready to be found."""

    def __init__(self, entries: Iterable[Entry], languages: Sequence[str]) -> None:
        self._root = _Node()
        self._runs: dict[str, list[tuple[str, int, _Node]]] = defaultdict(list)
        self._known: dict[str, _Node | None] = {}
        runs: dict[str, _Node] = defaultdict(_Node)
        ranks = {language: rank for rank, language in enumerate(languages)} | {EVERY: 0}
        for language, phrase, concept in entries:
            rank = ranks.get(language)
            if rank is None and language == _COMMON and concept and concept[0] in _BORROWED:
                rank = len(languages)
            if rank is not None:
                self._add(phrase, concept, rank, runs)
        self._root.settle()
        for literal, node in runs.items():
            self._runs[literal[0]].append((literal, len(literal), node))
        for found in self._runs.values():
            found.sort(key=lambda entry: -entry[1])

    def _add(self, phrase: str, concept: Concept | None, rank: float, runs: dict[str, _Node]) -> None:
        layers = _ALL_LAYERS if concept is None else (_LAYERS.get(concept[0], 0),)
        concepts = (concept,) if concept else ()
        low = lower(phrase)
        if _CJK.search(low):
            for literal in {low, low.replace(" ", "") if low.strip() == low else low}:
                for layer in layers:
                    runs[literal].take(layer, rank, concepts)
            return
        words = words_of(low)
        for variant, less in ((words, 0.0), ([fold(word) for word in words], 0.5)):
            if variant and (not less or variant != words):
                node = self._path(variant)
                for layer in layers:
                    node.take(layer, rank + less, concepts)

    def _path(self, words: Sequence[str]) -> _Node:
        node = self._root
        for word in words:
            branch = node.stems if word.endswith("*") else node.children
            node = branch.setdefault(word.rstrip("*"), _Node())
        return node

    def find(self, low: str, tokens: Sequence[_Token]) -> list[Hit]:
        hits: list[Hit] = []
        done = [0, 0, 0]
        known = self._known
        in_order = True
        for index, (kind, start, end, text) in enumerate(tokens):
            if kind == "word":
                node = known[text] if text in known else self._learn(text)
                if node is None:
                    continue
                if node.goes_on:
                    _walk(node, tokens, index, done, hits)
                    continue
                for layer, meaning in node.single:
                    if start >= done[layer]:
                        hits.append(Hit(start, end, meaning))
            elif kind == "run":
                in_order = False
                for layer in _ALL_LAYERS:
                    self._find_in_run(low, start, end, done, hits, layer)
            else:
                hits.append(Hit(start, end, MARKS[kind]))
        if not in_order:
            hits.sort(key=_START)
        return hits

    def _learn(self, word: str) -> _Node | None:
        """The phrases that may begin with a word, kept; None if it begins none and means nothing by itself."""
        if len(self._known) >= _MEMO_LIMIT:
            self._known.clear()
        node = self._root.step(word) or self._root.step(fold(word))
        if node is not None and not node.goes_on and not node.single:
            node = None
        self._known[word] = node
        return node

    def _find_in_run(
        self, low: str, start: int, end: int, done: list[int], hits: list[Hit], layer: int
    ) -> None:
        place = max(start, done[layer])
        runs = self._runs
        while place < end:
            step = 1
            for literal, length, node in runs.get(low[place], ()):
                means = node.means[layer]
                if means is not None and low.startswith(literal, place):
                    if means.concepts:
                        hits.append(Hit(place, place + length, means))
                    step = length
                    break
            place += step
        done[layer] = max(place, done[layer])

    def knows(self, word: str) -> bool:
        node = self._root.step(word) or self._root.step(fold(word))
        return node is not None and node.ends


def _walk(node: _Node, tokens: Sequence[_Token], index: int, done: list[int], hits: list[Hit]) -> None:
    """Take the longest phrase of each layer that begins with a token, unless a longer one covers it."""
    _, start, end, _ = tokens[index]
    found: list[tuple[int, list[Meaning | None]]] = []
    _follow(node, tokens, index, found)
    if not found:
        for layer, meaning in node.single:
            if start >= done[layer]:
                hits.append(Hit(start, end, meaning))
        return
    if node.ends:
        found.append((end, node.means))
    found.sort(key=_START)
    for layer in _ALL_LAYERS:
        if start >= done[layer]:
            _longest(start, layer, found, done, hits)


def _follow(
    node: _Node, tokens: Sequence[_Token], index: int, found: list[tuple[int, list[Meaning | None]]]
) -> None:
    """Find where the phrases end that go on behind a token."""
    step: _Node | None = node
    while step is not None and step.goes_on:
        gap = step.children.get(GAP)
        index += 1
        for skipped in range(_GAP_WORDS + 1 if gap else 0):
            after = _taken(gap, tokens, index + skipped) if gap else None
            if after is not None:
                _end(after, tokens, index + skipped, found)
                _follow(after, tokens, index + skipped, found)
                break
            if index + skipped >= len(tokens) or tokens[index + skipped][0] != "word":
                break
        step = _taken(step, tokens, index)
        if step is not None:
            _end(step, tokens, index, found)


def _taken(node: _Node, tokens: Sequence[_Token], index: int) -> _Node | None:
    """The step that a token takes from a node."""
    if index >= len(tokens):
        return None
    kind, _, _, text = tokens[index]
    return node.step(text) if kind == "word" else None


def _end(
    node: _Node, tokens: Sequence[_Token], index: int, found: list[tuple[int, list[Meaning | None]]]
) -> None:
    if node.ends:
        found.append((tokens[index][2], node.means))


def _longest(
    start: int,
    layer: int,
    found: Sequence[tuple[int, list[Meaning | None]]],
    done: list[int],
    hits: list[Hit],
) -> None:
    for end, means in reversed(found):
        meaning = means[layer]
        if meaning is not None:
            if meaning.concepts:
                hits.append(Hit(start, end, meaning))
            done[layer] = end
            return


class Vocabulary:
    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = tuple(entries)
        self._readers: dict[tuple[str, ...], _Reader] = {}
        self._words: set[str] = set()
        languages: dict[str, dict[str, None]] = defaultdict(dict)
        for language, phrase, _ in self._entries:
            words = words_of(phrase)
            self._words.update(words)
            if language != EVERY and len(words) == 1 and not words[0].endswith("*"):
                languages[words[0]][language] = None
        self._by_letter: dict[str, list[str]] = defaultdict(list)
        for word in self._words:
            self._by_letter[word[:1]].append(word.rstrip("*"))
        self._languages = {word: tuple(known) for word, known in languages.items()}
        self._any = _Reader(self._entries, tuple({entry.language: None for entry in self._entries}))

    def knows(self, word: str) -> bool:
        """Whether a word means something, or is a common word, in any language."""
        return self._any.knows(lower(word))

    def uses(self, word: str) -> bool:
        """Whether a word stands in any phrase."""
        return word in self._words

    def words_like(self, word: str) -> Iterator[str]:
        """The words that begin like one and are about as long: of which it may be a misspelling."""
        for known in self._by_letter.get(word[:1], ()):
            if abs(len(known) - len(word)) <= _MISSPELT:
                yield known

    def scan(
        self,
        low: str,
        hard: AbstractSet[int] = frozenset(),
        addresses: Sequence[tuple[int, int]] = (),
        languages: tuple[str, ...] = (),
    ) -> list[Hit]:
        """What a lower-case text holds, in order.

        A newline at a place in `hard` ends the sentence. The words of `addresses` and links are left alone.
        """
        set_apart = [Hit(start, end, MARKS["address"]) for start, end in addresses]
        if "://" in low or "www." in low:
            set_apart += [Hit(*match.span(), MARKS["link"]) for match in _LINK.finditer(low)]
        for start, end, _ in set_apart:
            low = low[:start] + " " * (end - start) + low[end:]
        languages = languages or self.languages(low)
        reader = self._readers.get(languages)
        if reader is None:
            if len(self._readers) >= _SETS_KEPT:
                self._readers.clear()
            reader = self._readers[languages] = _Reader(self._entries, languages)
        hits = reader.find(low, [token for token in _tokens(low) if token[0] != "line" or token[1] in hard])
        if set_apart:
            hits += set_apart
            hits.sort(key=_START)
        return hits

    def languages(self, low: str) -> tuple[str, ...]:
        """The languages a lower-case text is likely to be written in, likeliest first."""
        scores: dict[str, float] = defaultdict(float)
        low = low[:_TELLING]
        for known, number in Counter(map(self._languages.get, _WORD.findall(low))).items():
            for language in known or ():
                scores[language] += number / len(known or ())
        runs = 0 if low.isascii() else len(_CJK.findall(low))
        if runs:
            scores[_of_script(low, runs)] += runs
        if not scores:
            return (_COMMON,)
        least = max(scores.values()) * _AS_LIKELY
        likely = [one for one, score in scores.items() if score >= least]
        return tuple(sorted(likely, key=lambda one: (-scores[one], one)))


def _tokens(low: str) -> list[_Token]:
    pattern = _PLAIN_TOKEN if low.isascii() or not _CJK.search(low) else _TOKEN
    return [
        (match.lastgroup or "", match.start(), match.end(), match.group()) for match in pattern.finditer(low)
    ]


def _of_script(low: str, runs: int) -> str:
    if 2 * len(_HANGUL.findall(low)) >= runs:
        return "ko"
    return "ja" if 20 * len(_KANA.findall(low)) >= runs else "zh"
