"""Phrases that begin alike as a tree by their words: what one that ends here means, and which words may follow."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

from mailflow.core.reading.meaning import Concept, Hit, Meaning, meaning_of
from mailflow.core.reading.tokens import Tokens, new_hit
from mailflow.core.reading.words import GAP

# Phrases of one layer do not overlap, those of different layers may: "old address of my account" names a thing,
# announces an address, and may announce an account name.
_LAYERS = {
    "named": 1,
    "names": 1,
    "tells": 1,
    "hints": 1,
    "addresses": 2,
    "projects": 2,
    "links": 2,
    "works": 2,
}
ALL_LAYERS = (0, 1, 2)
_GAP_WORDS = 3

Meanings = tuple[Meaning | None, Meaning | None, Meaning | None]  # by layer
Gap = tuple[int, int]  # the numbers of the words that stand in a phrase and do not belong to it
Ends = list[tuple[int, Meanings, Gap | None]]  # where phrases end in a text, and what they mean

_start = itemgetter(0)
_NOTHING: Meanings = (None, None, None)
_UNRANKED = (99.0, 99.0, 99.0)
_NO_NODES: dict[str, Node] = {}


def layers_of(concept: Concept | None) -> tuple[int, ...]:
    return ALL_LAYERS if concept is None else (_LAYERS.get(concept[0], 0),)


class Node:
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
        self.means: Meanings = _NOTHING  # no concepts: a word that means nothing here
        self.rank: Sequence[float] = _UNRANKED
        self.ends = False  # whether any phrase does
        self.goes_on = False  # whether any phrase does not
        self.branches = False  # whether one may go on with more than the words of `children`
        # What it means in the layers in which it means something.
        self.single: tuple[tuple[int, Meaning], ...] = ()
        self.children: dict[str, Node] = _NO_NODES
        self.gap: Node | None = None  # what may follow behind some other words
        self.stems: dict[str, Node] = _NO_NODES
        self.lengths: tuple[int, ...] = ()  # those of the stems, the longest first

    def branch(self, word: str) -> Node:
        """Where a word, a stem or a gap of a phrase leads; made if need be."""
        if word.endswith("*"):
            self.stems = self.stems or {}
            return self.stems.setdefault(word.rstrip("*"), Node())
        self.children = self.children or {}
        return self.children.setdefault(word, Node())

    def take(self, layer: int, rank: float, concepts: Sequence[Concept]) -> None:
        """Let a phrase end here, unless one of a likelier language does."""
        held = self.means[layer]
        if rank > self.rank[layer]:
            return
        if held is not None and rank == self.rank[layer]:
            concepts = (*held.concepts, *concepts)
        self.rank = (*self.rank[:layer], rank, *self.rank[layer + 1 :])
        means = list(self.means)
        means[layer] = meaning_of(tuple(dict.fromkeys(concepts)))
        self.means = (means[0], means[1], means[2])
        self.ends = True

    def step(self, word: str) -> Node | None:
        return self.children.get(word) or self.stem(word)

    def stem(self, word: str) -> Node | None:
        for length in self.lengths:
            found = self.stems.get(word[:length])
            if found is not None:
                return found
        return None

    def settle(self) -> None:
        """Where a word is also a stem's beginning, let it go on as either."""
        self.rank = _UNRANKED  # which is one for all, as no phrase is added any more
        self.lengths = tuple(sorted({len(stem) for stem in self.stems if len(stem) > 1}, reverse=True))
        for word, child in self.children.items():
            stem = self.stem(word)
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

    def absorb(self, other: Node) -> None:
        means = [
            own if own is not None and own.concepts else others or own
            for own, others in zip(self.means, other.means, strict=True)
        ]
        self.means = (means[0], means[1], means[2])
        self.ends = self.ends or other.ends
        self.children = {**other.children, **self.children} if other.children else self.children
        self.stems = {**other.stems, **self.stems} if other.stems else self.stems


def follow(node: Node, words: Tokens, index: int, mark: int) -> Ends:
    """Where the phrases end that go on behind a word, before the word that stands behind the next mark."""
    found: Ends = []
    step: Node | None = node
    while step is not None and step.goes_on:
        index += 1
        if index >= mark:
            break
        if step.gap is not None:
            found += _follow_gap(step.gap, words, index, mark)
        word = words.forms[index]
        step = step.children.get(word) or (step.stem(word) if step.lengths else None)
        if step is not None and step.ends:
            found.append((words.ends[index], step.means, None))
    return found


def _follow_gap(gap: Node, words: Tokens, index: int, mark: int) -> Ends:
    """The same behind a gap, which begins at a word and takes as few as it can."""
    for after in range(index, min(index + _GAP_WORDS + 1, mark)):
        behind = gap.step(words.forms[after])
        if behind is not None:
            here = [(words.ends[after], behind.means)] if behind.ends else []
            here += [(end, means) for end, means, _ in follow(behind, words, after, mark)]
            return [(end, means, (index, after)) for end, means in here]
    return []


def take_longest(start: int, found: Ends, done: list[int], hits: list[Hit], gaps: list[Gap]) -> None:
    """Take the longest phrase of each layer of those that begin at a place, unless an earlier one covers it.

    Of one that tells the state of what may stand in its gap, "took | my phone | away", or says something of it, "nehme | ihn
    nicht | an", that gap is noted in `gaps`.
    """
    found.sort(key=_start)
    for layer in ALL_LAYERS:
        if start < done[layer]:
            continue
        for end, means, gap in reversed(found):
            meaning = means[layer]
            if meaning is not None:
                if meaning.concepts:
                    hits.append(new_hit((start, end, meaning)))
                    if gap is not None and meaning.acts:
                        gaps.append(gap)
                done[layer] = end
                break
