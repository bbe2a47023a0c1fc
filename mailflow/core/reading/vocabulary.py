"""Finds the words and phrases of the word lists in a text, in one pass, each with what it means.

A mail's language is never announced, and a word means different things in different languages ("no", "si", "die").
So the mail is read with the words of the languages it is likely to be written in, and with the English names of
things, because everybody borrows those ("recovery codes", "2FA", "login").
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property, partial
from itertools import accumulate
from operator import itemgetter
from typing import NamedTuple

from mailflow.core.reading.meaning import MARKS, Concept, Hit, Meaning, meaning_of
from mailflow.core.reading.misspelled import Misspelled

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


_PLAIN_WORD = re.compile(r"(\w+)")  # where no CJK stands
_WORD_APART = re.compile(rf"([^\W{CJK}]+)")
_MARK = re.compile(
    rf"""(?P<run>[{CJK}]+)
    |(?P<question>[?？])
    |(?P<stop>[.!](?=[\s"')\]]|\Z)|[。！…])
    |(?P<comma>[,;、，；—]|(?<=\s)[-–/|](?=\s))
    |(?P<open>[(（\[【])
    |(?P<close>[)）\]】])
    |(?P<colon>[:：=](?=\s|\Z|[^\x00-\x7f]))
    |(?P<line>\n)""",
    re.VERBOSE,
)
_SHORT = 6  # characters between words that are worth remembering
_LONGER = 64  # the same of punctuation and blank lines alone
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"']+")
_START = itemgetter(0)
_hit = partial(tuple.__new__, Hit)  # takes half the time of calling the class
_RUN = Meaning(())  # a run of Chinese, Japanese or Korean, which stands among the marks
_KINDS = {**MARKS, "run": _RUN}
_LINE = MARKS["line"]


class _Marks(dict[tuple[str, str], tuple[Hit, ...]]):
    """The marks that stand between two words, by what stands there and the kind of character behind it.

    Kept, because they are the same few again and again: to search a text for them costs as much as finding the phrases.
    """

    def __missing__(self, between: tuple[str, str]) -> tuple[Hit, ...]:
        text, behind = between
        found = [
            Hit(match.start() - 1, match.end() - 1, _KINDS[match.lastgroup or ""])
            for match in _MARK.finditer(f"x{text}{behind}")
            if match.end() <= len(text) + 1
        ]
        marks = tuple(mark for place, mark in enumerate(found) if not _is_blank_line(text, found, place))
        if len(self) >= _MEMO_LIMIT:
            self.clear()
        if len(text) <= (_SHORT if _CJK.search(text) else _LONGER):
            self[between] = marks
        return marks


def _is_blank_line(text: str, found: Sequence[Hit], place: int) -> bool:
    """Whether a line end stands between two others and nothing else, so that it ends nothing."""
    around = found[max(0, place - 1) : place + 2]
    blank = text[around[0].start : around[-1].end].isspace()
    return len(around) == 3 and blank and all(mark.means is _LINE for mark in around)


_marks = _Marks()


class _Words:
    """The words of a text, where they end, and the marks before each, in the order in which they stand."""

    __slots__ = ("ends", "forms", "marks", "runs")

    def __init__(self, low: str, hard: AbstractSet[int]) -> None:
        """A newline at a place in `hard` ends the sentence."""
        self.runs = not low.isascii() and _CJK.search(low) is not None
        pieces = (_WORD_APART if self.runs else _PLAIN_WORD).split(low)  # between, word, between, …, between
        ends = list(accumulate(map(len, pieces)))
        self.forms = pieces[1::2]
        self.ends = ends[1::2]
        self.marks: dict[int, list[Hit]] = {}  # by the number of the word they stand before
        apart = pieces[::2]
        for number in [number for number, between in enumerate(apart) if between != " "]:
            end = ends[2 * number]
            behind = low[end : end + 1]
            known = _marks[apart[number], "" if not behind else "x" if behind.isascii() else "é"]
            if known:
                start = end - len(apart[number])
                found = [
                    _hit((start + first, start + last, kind))
                    for first, last, kind in known
                    if kind is not _LINE or start + first in hard
                ]
                if found:
                    self.marks[number] = found


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


_SETTLED: list[float] = []  # the ranks of each node that no phrase is added to any more


class _Node:
    """A step of the words of phrases: what a phrase that ends here means in each layer, and which words may follow."""

    __slots__ = (
        "branches",
        "children",
        "ends",
        "gap",
        "goes_on",
        "lengths",
        "means",
        "rank",
        "single",
        "stems",
    )

    def __init__(self) -> None:
        self.means: list[Meaning | None] = [None, None, None]  # no concepts: a word that means nothing here
        self.rank = [99.0, 99.0, 99.0]
        self.ends = False  # whether any phrase does
        self.goes_on = False  # whether any phrase does not
        self.branches = False  # whether one may go on with more than the words of `children`
        self.single: tuple[
            tuple[int, Meaning], ...
        ] = ()  # what it means in the layers in which it means something
        self.children: dict[str, _Node] = {}
        self.gap: _Node | None = None  # what may follow behind some other words
        self.stems: dict[str, _Node] = {}
        self.lengths: tuple[int, ...] = ()  # those of the stems, the longest first

    def take(self, layer: int, rank: float, concepts: Sequence[Concept]) -> None:
        """Let a phrase end here, unless one of a likelier language does."""
        held = self.means[layer]
        if rank > self.rank[layer]:
            return
        if held is not None and rank == self.rank[layer]:
            concepts = (*held.concepts, *concepts)
        self.rank[layer] = rank
        self.means[layer] = meaning_of(tuple(dict.fromkeys(concepts)))
        self.ends = True

    def step(self, word: str) -> _Node | None:
        child = self.children.get(word)
        if child is not None or not self.stems:
            return child
        return self._stem(word)

    def _stem(self, word: str) -> _Node | None:
        for length in self.lengths:
            found = self.stems.get(word[:length])
            if found is not None:
                return found
        return None

    def settle(self) -> None:
        """Where a word is also a stem's beginning, let it go on as either."""
        self.rank = _SETTLED
        self.lengths = tuple(sorted({len(stem) for stem in self.stems if len(stem) > 1}, reverse=True))
        for word, child in self.children.items():
            stem = self._stem(word) if self.stems else None
            if stem is not None:
                child.absorb(stem)
        self.goes_on = bool(self.children or self.stems)
        self.gap = self.children.get(GAP)
        self.branches = bool(self.stems) or self.gap is not None
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

    def __init__(
        self, entries: Iterable[Entry], languages: Sequence[str], is_word: Callable[[str], bool]
    ) -> None:
        """`is_word`: whether a word is one of any language, and so none that is mistyped."""
        self._root = _Node()
        self._runs: dict[str, list[tuple[str, int, _Node]]] = defaultdict(list)
        first_words: list[tuple[str, Concept | None]] = []
        runs: dict[str, _Node] = defaultdict(_Node)
        ranks = {language: rank for rank, language in enumerate(languages)} | {EVERY: 0}
        for language, phrase, concept in entries:
            rank = ranks.get(language)
            if rank is None and language == _COMMON and concept and concept[0] in _BORROWED:
                rank = len(languages)
            if rank is not None:
                self._add(phrase, concept, rank, runs)
                first_words += ((word, concept) for word in words_of(phrase)[:1])
        self._root.settle()
        self._known = _Known(self._root, Misspelled(first_words), is_word)
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

    def find(self, low: str, words: _Words) -> list[Hit]:
        """What a text of these words holds, in order."""
        hits: list[Hit] = []
        done = [0, 0, 0]
        marks, ends, forms = words.marks, words.ends, words.forms
        nodes = [*map(self._known.__getitem__, forms), None]
        last = len(forms) - 1
        for index, node in enumerate(nodes):
            if index in marks:
                self._take_marks(low, marks[index], done, hits)
            if node is None:
                continue
            end = ends[index]
            start = end - len(forms[index])
            goes_on = node.goes_on and (node.branches or (index < last and forms[index + 1] in node.children))
            found: list[tuple[int, list[Meaning | None]]] = []
            if goes_on:
                _follow(node, words, index, found)
            if found:
                if node.ends:
                    found.append((end, node.means))
                _take_longest(start, found, done, hits)
                continue
            for layer, meaning in node.single:
                if start >= done[layer]:
                    hits.append(_hit((start, end, meaning)))
        if words.runs:  # of which one may be found in a layer behind what is found in the next
            hits.sort(key=_START)
        return hits

    def _take_marks(self, low: str, marks: Sequence[Hit], done: list[int], hits: list[Hit]) -> None:
        for mark in marks:
            if mark.means is _RUN:
                self._find_in_run(low, mark.start, mark.end, done, hits)
            else:
                hits.append(mark)

    def _find_in_run(self, low: str, start: int, end: int, done: list[int], hits: list[Hit]) -> None:
        """The longest of each layer at each place, unless an earlier one covers it."""
        runs = self._runs
        for place in range(start, end):
            beginning = runs.get(low[place])
            if beginning is None:
                continue
            found = [
                (place + length, node.means)
                for literal, length, node in beginning
                if low.startswith(literal, place)
            ]
            if found:
                _take_longest(place, found, done, hits)
        for layer in _ALL_LAYERS:
            done[layer] = max(done[layer], end)


class _Known(dict[str, "_Node | None"]):
    """The phrases that may begin with a word, kept; None if it begins none and means nothing by itself."""

    def __init__(self, root: _Node, misspelled: Misspelled, is_word: Callable[[str], bool]) -> None:
        self._root = root
        self._misspelled = misspelled
        self._is_word = is_word

    def __missing__(self, word: str) -> _Node | None:
        if len(self) >= _MEMO_LIMIT:
            self.clear()
        node = self._root.step(word) or self._root.step(fold(word)) or self._mistyped(word)
        if node is not None and not node.goes_on and not node.single:
            node = None
        self[word] = node
        return node

    def _mistyped(self, word: str) -> _Node | None:
        meant = None if self._is_word(word) else self._misspelled.meant(word)
        return self._root.step(meant) if meant else None


def _follow(node: _Node, words: _Words, index: int, found: list[tuple[int, list[Meaning | None]]]) -> None:
    """Find where the phrases end that go on behind a word."""
    forms, marks = words.forms, words.marks
    step: _Node | None = node
    while step is not None and step.goes_on:
        index += 1
        if index >= len(forms) or index in marks:
            return
        if step.gap is not None:
            _follow_gap(step.gap, words, index, found)
        step = step.step(forms[index])
        if step is not None and step.ends:
            found.append((words.ends[index], step.means))


def _follow_gap(gap: _Node, words: _Words, index: int, found: list[tuple[int, list[Meaning | None]]]) -> None:
    """The same behind a gap, which begins at a word and takes as few as it can."""
    for after in range(index, min(index + _GAP_WORDS + 1, len(words.forms))):
        if after in words.marks:
            return
        behind = gap.step(words.forms[after])
        if behind is not None:
            if behind.ends:
                found.append((words.ends[after], behind.means))
            _follow(behind, words, after, found)
            return


def _take_longest(
    start: int, found: list[tuple[int, list[Meaning | None]]], done: list[int], hits: list[Hit]
) -> None:
    """Take the longest phrase of each layer of those that begin at a place, unless an earlier one covers it."""
    found.sort(key=_START)
    for layer in _ALL_LAYERS:
        if start < done[layer]:
            continue
        for end, means in reversed(found):
            meaning = means[layer]
            if meaning is not None:
                if meaning.concepts:
                    hits.append(_hit((start, end, meaning)))
                done[layer] = end
                break


class Vocabulary:
    def __init__(self, entries: Iterable[Entry], ordinary: AbstractSet[str] = frozenset()) -> None:
        """`ordinary`: words of dictionaries, in lower case."""
        self._entries = tuple(entries)
        self._ordinary = ordinary
        self._readers: dict[tuple[str, ...], _Reader] = {}
        self._common: dict[str, bool] = {}  # what `knows` has said
        self._words: set[str] = set()
        languages: dict[str, dict[str, None]] = defaultdict(dict)
        for language, phrase, _ in self._entries:
            words = words_of(phrase)
            self._words.update(words)
            if language != EVERY and len(words) == 1 and not words[0].endswith("*"):
                languages[words[0]][language] = None
        # Numbers for the sets of languages, as there are few and a number is counted in a third of the time.
        groups = {tuple(known): None for known in languages.values()}
        self._groups = tuple(groups)
        numbers = {group: number for number, group in enumerate(self._groups)}
        self._languages = {word: numbers[tuple(known)] for word, known in languages.items()}
        self._single, self._stems = _first_words(self._entries)

    def knows(self, word: str) -> bool:
        """Whether a word means something, or is a common word, in any language."""
        known = self._common.get(word)
        if known is None:
            if len(self._common) >= _MEMO_LIMIT:
                self._common.clear()
            low = lower(word)
            known = self._ends(low)
            if known is None:
                known = self._ends(fold(low)) or False
            self._common[word] = known
        return known

    def _is_word(self, word: str) -> bool:
        return word in self._ordinary or word in self._words or self.knows(word)

    def _ends(self, word: str) -> bool | None:
        """Whether a phrase ends with its first word or stem, which this is; None if none begins so."""
        lengths = range(len(word), 1, -1) if self._stems else ()
        stem = next((self._stems[word[:length]] for length in lengths if word[:length] in self._stems), None)
        alone = self._single.get(word)
        return alone if stem is None else alone or stem

    def uses(self, word: str) -> bool:
        """Whether a word stands in any phrase."""
        return word in self._words

    @cached_property
    def _by_letter(self) -> dict[str, list[str]]:
        """Made when first asked for: most mails ask for none."""
        found: dict[str, list[str]] = defaultdict(list)
        for word in self._words:
            found[word[:1]].append(word.rstrip("*"))
        return found

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

        A newline at a place in `hard` ends the sentence. The words of `addresses` and links are left alone, but tell the
        language as the others do.
        """
        set_apart = [Hit(start, end, MARKS["address"]) for start, end in addresses]
        if "://" in low or "www." in low:
            set_apart += [Hit(*match.span(), MARKS["link"]) for match in _LINK.finditer(low)]
        written = low
        for start, end, _ in set_apart:
            low = low[:start] + " " * (end - start) + low[end:]
        words = _Words(low, hard)
        if not languages and len(low) <= _TELLING:  # rather than looking for the words again
            others = [word for start, end, _ in set_apart for word in _WORD.findall(written[start:end])]
            languages = self._likeliest([*words.forms, *others], written)
        elif not languages:
            languages = self.languages(written)
        reader = self._readers.get(languages)
        if reader is None:
            if len(self._readers) >= _SETS_KEPT:
                self._readers.clear()
            reader = self._readers[languages] = _Reader(self._entries, languages, self._is_word)
        hits = reader.find(low, words)
        if set_apart:
            hits += set_apart
            hits.sort(key=_START)
        return hits

    def languages(self, low: str) -> tuple[str, ...]:
        """The languages a lower-case text is likely to be written in, likeliest first."""
        low = low[:_TELLING]
        return self._likeliest(_WORD.findall(low), low)

    def _likeliest(self, words: Sequence[str], low: str) -> tuple[str, ...]:
        scores: dict[str, float] = defaultdict(float)
        for group, number in Counter(map(self._languages.get, words)).items():
            known = self._groups[group] if group is not None else ()
            for language in known:
                scores[language] += number / len(known)
        runs = 0 if low.isascii() else len(_CJK.findall(low))
        if runs:
            scores[_of_script(low, runs)] += runs
        if not scores:
            return (_COMMON,)
        least = max(scores.values()) * _AS_LIKELY
        likely = [one for one, score in scores.items() if score >= least]
        return tuple(sorted(likely, key=lambda one: (-scores[one], one)))


def _first_words(entries: Iterable[Entry]) -> tuple[dict[str, bool], dict[str, bool]]:
    """The words and the stems with which phrases begin, and whether one is all of a phrase."""
    words: dict[str, bool] = {}
    stems: dict[str, bool] = {}
    for _, phrase, _ in entries:
        low = lower(phrase)
        found = words_of(low) if not _CJK.search(low) else ()
        for first in {found[0], fold(found[0])} if found else ():
            kept = stems if first.endswith("*") else words
            bare = first.rstrip("*")
            kept[bare] = kept.get(bare, False) or len(found) == 1
    return words, stems


def _of_script(low: str, runs: int) -> str:
    if 2 * len(_HANGUL.findall(low)) >= runs:
        return "ko"
    return "ja" if 20 * len(_KANA.findall(low)) >= runs else "zh"
