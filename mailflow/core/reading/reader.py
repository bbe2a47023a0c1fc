"""Finds the phrases of some languages in a text, in one pass over its words.

What begins with a word is made a tree when the word is first met: of the phrases of a language few ever are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter

from mailflow.core.reading.meaning import Concept, Hit
from mailflow.core.reading.phrasebook import EVERY, Entry, PhraseBook, literals
from mailflow.core.reading.phrasenode import ALL_LAYERS, Ends, Gap, Node, follow, layers_of, take_longest
from mailflow.core.reading.tokens import RUN, Tokens, new_hit
from mailflow.core.reading.words import fold, words_of

COMMON = "en"  # what people fall back on for the names of things
# What may stand within a verb and tells how it is meant.
_IN_VERBS = frozenset({"all", "both", "if", "doubt", "hedge"})
_BORROWED = frozenset({"things", "topics", "names", "named"})
_WORDS_KEPT = 5_000  # hostile mail must not fill the memory
_FOLDED = 0.5  # a phrase without its accents is so much less likely than one that is written so

_start = itemgetter(0)


class Reader:
    """Of a text that is likely to be in one of some languages; the English names of things are known in each."""

    def __init__(self, book: PhraseBook, languages: Sequence[str]) -> None:
        """`languages`: the likeliest first."""
        self._runs = _Runs(book, languages)
        self._known = _Known(_Trees(book, languages))

    def find(self, low: str, words: Tokens) -> list[Hit]:
        """What a text of these words holds, in order."""
        hits: list[Hit] = []
        gaps: list[Gap] = []
        done = [0, 0, 0]
        forms, starts, ends = words.forms, words.starts, words.ends
        nodes = [*map(self._known.__getitem__, forms)]
        first = 0
        for mark in dict.fromkeys((*words.marks, len(forms))):  # the words between two marks, then the marks
            for index in range(first, mark):
                node = nodes[index]
                if node is None:
                    continue
                start, end = starts[index], ends[index]
                if index + 1 < mark and (node.branches or forms[index + 1] in node.children):
                    found = follow(node, words, index, mark)
                    if found:
                        if node.ends:
                            found.append((end, node.means, None))
                        take_longest(start, found, done, hits, gaps)
                        continue
                for layer, meaning in node.single:
                    if start >= done[layer]:
                        hits.append(new_hit((start, end, meaning)))
            self._take_marks(low, words.marks.get(mark, ()), done, hits)
            first = mark
        hits += [hit for gap in gaps for hit in self._things_in(low, words, *gap)]
        if words.runs or gaps:  # one may be found in a layer behind what is found in the next
            hits.sort(key=_start)
        return hits

    def _things_in(self, low: str, words: Tokens, first: int, last: int) -> Iterator[Hit]:
        """What a phrase goes around that is a verb: the phone of "took my phone away", with its "no", its "maybe" and its "all"."""
        start, end = words.starts[first], words.ends[last - 1]
        inside = low[start : max(start, end)]
        for hit in self.find(inside, Tokens(inside, frozenset())):
            means = hit.means
            if means.objects or means.negates or not _IN_VERBS.isdisjoint(means.speech):
                yield new_hit((start + hit.start, start + hit.end, hit.means))

    def _take_marks(self, low: str, marks: Sequence[Hit], done: list[int], hits: list[Hit]) -> None:
        for mark in marks:
            if mark.means is RUN:
                self._find_in_run(low, mark.start, mark.end, done, hits)
            else:
                hits.append(mark)

    def _find_in_run(self, low: str, start: int, end: int, done: list[int], hits: list[Hit]) -> None:
        """The longest of each layer at each place, unless an earlier one covers it."""
        for place in range(start, end):
            found: Ends = [
                (place + length, node.means, None)
                for length, nodes in self._runs[low[place]]
                if (node := nodes.get(low[place : place + length])) is not None
            ]
            if found:
                take_longest(place, found, done, hits, [])
        for layer in ALL_LAYERS:
            done[layer] = max(done[layer], end)


def rank_of(entry: Entry, languages: Sequence[str]) -> int | None:
    """How likely it is that an entry is meant, 0 most of all; None if it is of another language."""
    if entry.language == EVERY:
        return 0
    if entry.language in languages:
        return languages.index(entry.language)
    borrowed = entry.language == COMMON and entry.concept is not None and entry.concept[0] in _BORROWED
    return len(languages) if borrowed else None


class _Trees:
    """What begins with each word, in some languages; kept, as there are only so many first words."""

    def __init__(self, book: PhraseBook, languages: Sequence[str]) -> None:
        self._book = book
        self._languages = languages
        self._kept: dict[str, Node] = {}

    def step(self, word: str) -> Node | None:
        """Where a word leads that is met first: by itself, as the beginning of a longer one, or as both."""
        known = self._kept.get(word)
        if known is not None:
            return known
        node = self._tree(word) if word in self._book.by_word else None
        if node is None:
            stem = self._stem(word)
            return self._settled(stem) if stem else None
        if stem := self._stem(word):
            node.absorb(self._tree(stem) or Node())
        node.settle()
        self._kept[word] = node
        return node

    def _settled(self, stem: str) -> Node | None:
        node = self._kept.get(stem)
        if node is None and (node := self._tree(stem)) is not None:
            node.settle()
            self._kept[stem] = node
        return node

    def _stem(self, word: str) -> str:
        """The longest beginning of a word with which phrases begin, with its star."""
        stems = self._book.by_word.stems(word)
        return next((stem for stem in stems if self._settled(stem) is not None), "")

    def _tree(self, first: str) -> Node | None:
        """All phrases that begin with a word or stem."""
        root = Node()
        for entry in self._book.beginning(first):
            rank = rank_of(entry, self._languages)
            if rank is None:
                continue
            words = words_of(entry.phrase)
            for variant, less in ((words, 0.0), ([fold(word) for word in words], _FOLDED)):
                if variant[0] == first and (not less or variant != words):
                    _add(root, variant, entry.concept, rank + less)
        if first.endswith("*"):
            return root.stems.get(first.rstrip("*"))
        return root.children.get(first)


def _add(root: Node, words: Sequence[str], concept: Concept | None, rank: float) -> None:
    node = root
    for word in words:
        node = node.branch(word)
    for layer in layers_of(concept):
        node.take(layer, rank, (concept,) if concept else ())


class _Runs(dict[str, Sequence[tuple[int, Mapping[str, Node]]]]):
    """The phrases of Chinese, Japanese or Korean that begin with a character, by their length, the longest first."""

    def __init__(self, book: PhraseBook, languages: Sequence[str]) -> None:
        self._book = book
        self._languages = languages

    def __missing__(self, character: str) -> Sequence[tuple[int, Mapping[str, Node]]]:
        root = Node()
        for entry in self._book.beginning_with(character):
            rank = rank_of(entry, self._languages)
            for literal in literals(entry.phrase):
                if rank is not None and literal[0] == character:
                    _add(root, [literal], entry.concept, rank)
        by_length: dict[int, dict[str, Node]] = {}
        for text, node in root.children.items():
            by_length.setdefault(len(text), {})[text] = node
        self[character] = longest_first = tuple(sorted(by_length.items(), reverse=True))
        return longest_first


class _Known(dict[str, "Node | None"]):
    """The phrases that may begin with a word, kept; None if it begins none and means nothing by itself."""

    def __init__(self, trees: _Trees) -> None:
        self._trees = trees

    def __missing__(self, word: str) -> Node | None:
        if len(self) >= _WORDS_KEPT:
            self.clear()
        node = self._trees.step(word)
        if node is None and (folded := fold(word)) != word:
            node = self._trees.step(folded)
        if node is not None and not node.goes_on and not node.single:
            node = None
        self[word] = node
        return node
