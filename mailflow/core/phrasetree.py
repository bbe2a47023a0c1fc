"""Phrases as a tree by their words: how `core/phrases.py` holds those that begin alike, and how it is made of their texts."""

from __future__ import annotations

import re
from dataclasses import dataclass

End = tuple[str, bool]  # a label, and whether a part of a sentence must end there
_GAP = "~"
_GROUP = re.compile(r"(\([^()]*\)\??)")


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a tree of phrases, reached by the words so far."""

    ends: tuple[End, ...]
    edges: dict[str, Node]
    behind: dict[str, Node]  # the edges behind a gap


class Plan:
    """Phrases as places joined by edges: each phrase a path of its own, whose groups part and meet again."""

    def __init__(self, part: re.Pattern[str]) -> None:
        """`part`: what the words of a phrase are."""
        self._part = part
        self.edges: list[dict[str, set[int]]] = [{}]  # by place; the first is where all phrases begin
        self.ends: list[set[End]] = [set()]
        self.nodes: dict[frozenset[int], Node] = {}

    def add(self, phrase: str, end: End) -> None:
        """A phrase, folded."""
        places = {0}
        for piece in _GROUP.split(phrase):
            if piece.startswith("("):
                ways = [tuple(self._part.findall(way)) for way in piece.rstrip("?").strip("()").split("|")]
                meet = self._lead(places, [way for way in ways if way])
                places = places | meet if piece.endswith("?") or () in ways else meet
            elif "(" in piece or ")" in piece:
                raise ValueError(f"a group within a group, or one that does not end: {phrase!r}")
            elif words := self._part.findall(piece):
                places = self._lead(places, [tuple(words)])
        if phrase.rstrip().endswith(_GAP):
            raise ValueError(f"a phrase that ends in a gap: {phrase!r}")
        if 0 in places or _GAP in self.edges[0]:
            raise ValueError(f"a phrase that may say nothing: {phrase!r}")
        for place in places:
            self.ends[place].add(end)

    def _lead(self, places: set[int], ways: list[tuple[str, ...]]) -> set[int]:
        """Ways from each place, all to one new place."""
        meet = self._new()
        for way in ways:
            for start in places:
                place = start
                for word in way[:-1]:
                    place = self._step(place, word, self._new())
                self._step(place, way[-1], meet)
        return {meet}

    def _new(self) -> int:
        self.edges.append({})
        self.ends.append(set())
        return len(self.edges) - 1

    def _step(self, place: int, word: str, to: int) -> int:
        if word.endswith("*") and len(word) < 4:
            raise ValueError(f"a beginning of a word needs three letters: {word!r}")
        self.edges[place].setdefault(word, set()).add(to)
        return to

    def words(self) -> set[str]:
        return {word for edges in self.edges for word in edges}

    def first_words(self) -> set[str]:
        return set(self.edges[0])

    def grown(self, word: str) -> Node | None:
        """What a first word leads to: phrases that begin alike share nodes, and so do like ends."""
        places = self.edges[0].get(word)
        return self._node(frozenset(places)) if places else None

    def _node(self, places: frozenset[int]) -> Node:
        if places not in self.nodes:
            below: dict[str, set[int]] = {}
            for place in places:
                for word, to in self.edges[place].items():
                    below.setdefault(word, set()).update(to)
            gap = below.pop(_GAP, None)
            behind = self._node(frozenset(gap)).edges if gap else {}
            edges = {word: self._node(frozenset(to)) for word, to in sorted(below.items())}
            ends = {end for place in places for end in self.ends[place]}
            self.nodes[places] = Node(tuple(sorted(ends)), edges, behind)
        return self.nodes[places]
