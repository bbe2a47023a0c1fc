"""Finds many phrases of many languages in a text, in one pass over its words.

Thousands of phrases cost as much as one: they stand in a tree by their words, and each word of the text is looked up
in it. Case, accents and the shape of apostrophes do not matter. Chinese, Japanese and Korean go character by
character, as they are written with spaces here and without there.

A phrase, as the data files write it:

    any news            these words in a row, within one sentence; commas between them do not matter
    (any|some) news     either word, or either run of words; `(any)? news`: with the word or without
    recover*            a word that begins so
    did someone ~ it    up to four words between (eight characters of Chinese, Japanese or Korean)
    # weeks             a number in digits
    ^solved$            only where a sentence, or a part of it set off by commas, begins or ends
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

CJK = r"\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"

_WORD = rf"https?://\S+|[\w.+-]{{1,64}}@[\w.-]+|[{CJK}]|[^\W{CJK}]+"
_BREAK = r"\n\s*(?:\n|[-*•#]|\d{1,2}[.)])|[!?;。！？；]+|\.+(?=[\s\"')\]]|$)|[,:、，：()–—]"
_APOSTROPHE, _CONTRACTED = "['’ʼ`´]", r"(?:t|m|s|re|ve|ll|d)\b"
_TOKEN = re.compile(f"{_WORD}|{_BREAK}")
_PLAIN_TOKEN = re.compile(
    rf"[{CJK}]|[^\W{CJK}]+|{_BREAK}"
)  # the same, twice as fast, where no link or address stands
_WRITTEN = re.compile(
    rf"(?i:https?)://\S+|(?:{_WORD})(?:{_APOSTROPHE}(?i:{_CONTRACTED}))?|{_BREAK}"
)  # before it is folded
_PART = re.compile(rf"[{CJK}]|[^\W{CJK}]+\*?|[~#]")
_GROUP = re.compile(r"(\([^()]*\)\??)")
_CONTRACTION = re.compile(rf"(?<=\w){_APOSTROPHE}(?={_CONTRACTED})")
_MARKS = re.compile("[\u0300-\u036f]+")

_COMMAS = frozenset(",:、，：()–—")
_QUESTIONS = frozenset("?？")
_GAP = "~"
_FORMS_KEPT = 20_000  # words; hostile mail must not fill the memory
_REACH = 8  # of a gap: a word counts two, a character of Chinese, Japanese or Korean one

End = tuple[str, bool]  # a label, and whether a part of a sentence must end there


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a tree of phrases, reached by the words so far."""

    ends: tuple[End, ...]
    edges: dict[str, Node]
    behind: dict[str, Node]  # the edges behind a gap


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase that was found: words `first` to `last`, both counted in `Words`."""

    label: str
    first: int
    last: int


@dataclass(frozen=True)
class Words:
    """A text's words, folded, with what stands between them."""

    text: str
    folded: str
    forms: tuple[str, ...]
    breaks: tuple[int, ...]  # before each word: 0 nothing, 1 a comma or the like, 2 the end of a sentence
    questions: frozenset[int]  # the sentences that end in a question mark

    @cached_property
    def sentence(self) -> tuple[int, ...]:
        """The number of the sentence each word is in."""
        number, numbers = 0, []
        for gap in self.breaks:
            number += gap == 2
            numbers.append(number)
        return tuple(numbers)

    def asked(self, hit: Hit) -> bool:
        return self.sentence[hit.last] in self.questions

    def said(self, hit: Hit) -> str:
        """The words of a hit as the person wrote them."""
        found = [match for match in _WRITTEN.finditer(self.text) if not _is_break(match[0])]
        if len(found) != len(self.forms):  # folding split or joined a word
            return " ".join(self.forms[hit.first : hit.last + 1])
        return self.text[found[hit.first].start() : found[hit.last].end()]


def fold(text: str) -> str:
    """Without case, accents, compatibility forms and the apostrophes of English contractions."""
    folded = text.casefold()
    if not folded.isascii():
        folded = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", folded)))
    return _CONTRACTION.sub("", folded)


def words_of(text: str) -> Words:
    forms: list[str] = []
    breaks: list[int] = []
    questions: set[int] = set()
    sentence, gap = 0, 2
    folded = fold(text)
    pattern = _TOKEN if "@" in folded or "://" in folded else _PLAIN_TOKEN
    for token in pattern.findall(folded):
        if not _is_break(token):
            sentence += gap == 2
            forms.append(token)
            breaks.append(gap)
            gap = 0
        elif token in _COMMAS:
            gap = max(gap, 1)
        else:
            gap = 2
            if not _QUESTIONS.isdisjoint(token):
                questions.add(sentence)
    return Words(text, folded, tuple(forms), tuple(breaks), frozenset(questions))


def _is_break(token: str) -> bool:
    return not token[0].isalnum() and token[0] not in "_+-々" and "@" not in token


@dataclass(frozen=True, slots=True)
class _Form:
    """What a word is to the phrases."""

    edges: frozenset[str]  # that it may take
    anywhere: tuple[Node, ...]  # to which it leads where no part of a sentence begins
    at_start: tuple[Node, ...]  # and where one does


@dataclass(frozen=True)
class Phrases:
    """Phrases by label, as two trees: those that stand anywhere, and those that only begin a part of a sentence.

    An edge of a tree is a word, the beginning of one, or a choice of words: a group of a phrase.
    """

    anywhere: dict[str, Node] = field(default_factory=dict)
    at_start: dict[str, Node] = field(default_factory=dict)
    stems: dict[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # beginnings by their first two characters
    choices: dict[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # a word or beginning to the groups it is in
    _forms: dict[str, _Form] = field(default_factory=dict, repr=False, compare=False)

    def find(self, words: Words) -> list[Hit]:
        """All hits, in the order of their first word; of those that begin with the same one, the longest first."""
        forms = [self._forms.get(form) or self._learn(form) for form in words.forms]
        edges = [*(form.edges for form in forms), frozenset[str]()]  # and behind the last word
        hits: dict[Hit, None] = {}
        for first, form in enumerate(forms):
            nodes = form.at_start if words.breaks[first] else form.anywhere
            if nodes:
                following = edges[first + 1]
                leading = [
                    node
                    for node in nodes
                    if node.ends or node.behind or not node.edges.keys().isdisjoint(following)
                ]
                found = _walk(leading, words, edges, first) if leading else []
                for label, last in sorted(found, key=_longest_first):
                    hits[Hit(label, first, last)] = None
        return list(hits)

    def _learn(self, form: str) -> _Form:
        """What a word is, kept: people use few words, and to look one up costs more than to follow it."""
        if len(self._forms) >= _FORMS_KEPT:
            self._forms.clear()
        edges = self._edges(form)
        anywhere = tuple(self.anywhere[edge] for edge in sorted(edges & self.anywhere.keys()))
        at_start = tuple(self.at_start[edge] for edge in sorted(edges & self.at_start.keys()))
        self._forms[form] = known = _Form(edges, anywhere, (*anywhere, *at_start))
        return known

    def _edges(self, form: str) -> frozenset[str]:
        """All edges that a word may take."""
        names = ["#"] if form.isdigit() else []
        names += [stem for stem in self.stems.get(form[:2], ()) if form.startswith(stem[:-1])]
        return frozenset(
            (form, *names, *[edge for name in (form, *names) for edge in self.choices.get(name, ())])
        )


def _longest_first(end: tuple[str, int]) -> tuple[int, str]:
    label, last = end
    return -last, label


def _walk(
    nodes: Iterable[Node], words: Words, edges: Sequence[frozenset[str]], first: int
) -> list[tuple[str, int]]:
    """The ends of all phrases that begin at a word. Bounded by the longest phrase and the reach of its gaps."""
    found: list[tuple[str, int]] = []
    breaks, total = words.breaks, len(words.forms)
    pending = [(node, first + 1) for node in nodes]
    while pending:
        node, after = pending.pop()
        outside = after == total or breaks[after] == 2
        for label, at_end in node.ends:
            if outside or not at_end or breaks[after]:
                found.append((label, after - 1))
        if outside:
            continue
        following = edges[after]
        if not node.edges.keys().isdisjoint(following):
            pending += [(node.edges[edge], after + 1) for edge in node.edges.keys() & following]
        if node.behind:
            reach = _REACH
            while reach >= 0 and after < total and breaks[after] < 2:
                if not node.behind.keys().isdisjoint(edges[after]):
                    pending += [(node.behind[edge], after + 1) for edge in node.behind.keys() & edges[after]]
                reach -= 2 if len(words.forms[after]) > 1 else 1
                after += 1
    return found


def compile_phrases(phrases: Mapping[str, Iterable[str]]) -> Phrases:
    """Phrases by label. Raises `ValueError` for one that says nothing, or whose beginnings of words are too short."""
    anywhere, at_start = _Plan(), _Plan()
    for label, texts in phrases.items():
        for text in texts:
            plan = at_start if text.startswith("^") else anywhere
            plan.add(text.strip("^$ "), (label, text.endswith("$")))
    stems: dict[str, set[str]] = {}
    choices: dict[str, set[str]] = {}
    for edge in anywhere.words() | at_start.words():
        for word in edge.split("|"):
            if edge != word:
                choices.setdefault(word, set()).add(edge)
            if word.endswith("*"):
                stems.setdefault(word[:2], set()).add(word)
    return Phrases(anywhere.grown(), at_start.grown(), _sorted(stems), _sorted(choices))


class _Plan:
    """Phrases as places joined by edges: each phrase a path of its own, whose groups part and meet again."""

    def __init__(self) -> None:
        self.edges: list[dict[str, set[int]]] = [{}]  # by place; the first is where all phrases begin
        self.ends: list[set[End]] = [set()]
        self.nodes: dict[frozenset[int], Node] = {}

    def add(self, phrase: str, end: End) -> None:
        places = {0}
        for piece in _GROUP.split(fold(phrase)):
            if piece.startswith("("):
                ways = [tuple(_PART.findall(way)) for way in piece.rstrip("?").strip("()").split("|")]
                single = sorted({way[0] for way in ways if len(way) == 1})
                longer = [way for way in ways if len(way) > 1]
                meet = self._lead(places, [*longer, *([("|".join(single),)] if single else [])])
                places = places | meet if piece.endswith("?") or () in ways else meet
            elif words := _PART.findall(piece):
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
        if any(part.endswith("*") and len(part) < 4 for part in word.split("|")):
            raise ValueError(f"a beginning of a word needs three letters: {word!r}")
        self.edges[place].setdefault(word, set()).add(to)
        return to

    def words(self) -> set[str]:
        return {word for edges in self.edges for word in edges}

    def grown(self) -> dict[str, Node]:
        """The edges of the beginning, with finished nodes: phrases that begin alike share them, and so do like ends."""
        return self._node(frozenset({0})).edges

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


def _sorted(names: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(sorted(some)) for name, some in names.items()}
