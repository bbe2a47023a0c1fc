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
    ^solved$            only where a sentence, or a part of it set off by commas or dashes, begins or ends
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import NamedTuple

from mailflow.core.glossary import Glossary
from mailflow.core.phrasetree import End, Node, Plan
from mailflow.core.wordlist import SHORT, WordList, lines, stems_of

CJK = r"\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"

_WORD = rf"https?://\S+|[\w.+-]{{1,64}}+@[\w.-]+|[{CJK}]|[^\W{CJK}]+"
_BREAK = r"\n\s*(?:\n|[-*•#]|\d{1,2}[.)])|[!?;。！？；]+|\.+(?=[\s\"')\]]|$)|[,:、，：()–—]|(?<=\s)--?(?=\s)"
_APOSTROPHE, _CONTRACTED = "['’ʼ`´]", r"(?:t|m|s|re|ve|ll|d)\b"
_TOKEN = re.compile(f"{_WORD}|{_BREAK}")
# The same where no link or address stands, twice as fast.
_PLAIN_TOKEN = re.compile(rf"[{CJK}]|[^\W{CJK}]+|{_BREAK}")
# The same of a folded text in ASCII, faster still; a break is told by the sign that it begins with.
_ASCII_TOKEN = re.compile(
    r"[a-z0-9_]+|[\n!?;.,:()-](?:(?<=\n)\s*(?:\n|[-*#]|\d{1,2}[.)])|(?<=[!?;])[!?;]*|(?<=\.)\.*(?=[\s\"')\]]|$)"
    r"|(?<=[,:()])|(?<=\s-)-?(?=\s))"
)
# The same of a text that is not folded.
_WRITTEN = re.compile(rf"(?i:https?)://\S+|(?:{_WORD})(?:{_APOSTROPHE}(?i:{_CONTRACTED}))?|{_BREAK}")
_PART = re.compile(rf"[{CJK}]|[^\W{CJK}]+\*?|[~#]")
_CONTRACTION = re.compile(rf"(?<=\w){_APOSTROPHE}(?={_CONTRACTED})")
_MARKS = re.compile("[\u0300-\u036f]+")

_COMMAS = frozenset((*",:、，：()–—-", "--"))
_QUESTIONS = frozenset("?？")
_FORMS_KEPT = 20_000  # words; hostile mail must not fill the memory
_NO_EDGES: frozenset[str] = frozenset()
_REACH = 8  # of a gap: a word counts two, a character of Chinese, Japanese or Korean one


class Hit(NamedTuple):
    """A phrase that was found: words `first` to `last`, both counted in `Words`."""

    label: str
    first: int
    last: int


class Phrase(NamedTuple):
    label: str
    text: str  # as the data files write it

    @property
    def at_start(self) -> bool:
        return self.text.startswith("^")


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
    elif "'" not in folded and "`" not in folded:
        return folded
    return _CONTRACTION.sub("", folded)


def words_of(text: str) -> Words:
    """The words of a text, folded. Linear in its length."""
    folded = fold(text)
    plain = _ASCII_TOKEN if folded.isascii() else _PLAIN_TOKEN
    tokens = (_TOKEN if "@" in folded or "://" in folded else plain).findall(folded)
    forms: list[str] = []
    breaks: list[int] = []
    questions: set[int] = set()
    sentence, gap, first = 0, 2, 0
    # The first test tells most of them, and sooner.
    apart = [place for place, one in enumerate(tokens) if not one.isalnum() and _is_break(one)]
    for place in (*apart, len(tokens)):
        if first < place:
            sentence += gap == 2
            forms += tokens[first:place]
            breaks += (gap, *repeat(0, place - first - 1))
            gap = 0
        first = place + 1
        token = tokens[place] if place < len(tokens) else ""
        gap = max(gap, 1) if token in _COMMAS else 2
        if not _QUESTIONS.isdisjoint(token):
            questions.add(sentence)
    return Words(text, folded, tuple(forms), tuple(breaks), frozenset(questions))


def _is_break(token: str) -> bool:
    return not token[0].isalnum() and token[0] not in "_々" and "@" not in token


_Edges = Mapping[str, tuple[Node, ...]]


class _State:
    """The nodes that some words have led to, taken as one.

    Where it leads is worked out when it first does, and kept by the edges that a word takes rather than by the word:
    nothing but phrases is kept.
    """

    __slots__ = ("_edges", "_next", "behind", "ends", "stays")

    def __init__(self, ends: Iterable[End], edges: _Edges, behind: _Edges) -> None:
        self.ends = tuple(ends)
        self._edges = edges
        self._next: dict[frozenset[str], _State] = {}
        self.behind = _State((), behind, {}) if behind else None
        self.stays = bool(self.ends or behind)  # whether it is of use whatever word comes next

    def leads(self, edges: frozenset[str]) -> bool:
        """Whether a word that may take these edges leads on."""
        return not self._edges.keys().isdisjoint(edges)

    def step(self, edges: frozenset[str]) -> _State | None:
        known = self._next.get(edges)
        if known is None and self.leads(edges):
            nodes = [node for edge in self._edges.keys() & edges for node in self._edges[edge]]
            known = self._next[edges] = _state(nodes)
        return known


def _state(nodes: Sequence[Node]) -> _State:
    ends = {end for node in nodes for end in node.ends}
    return _State(ends, _together(node.edges for node in nodes), _together(node.behind for node in nodes))


def _together(trees: Iterable[Mapping[str, Node]]) -> _Edges:
    together: dict[str, tuple[Node, ...]] = {}
    for edges in trees:
        for edge, node in edges.items():
            together[edge] = (*together.get(edge, ()), node)
    return together


class _Form(NamedTuple):
    """What a word is to the phrases."""

    edges: frozenset[str]  # that it may take: a word, the beginning of one, "#"
    anywhere: _State | None  # to which it leads where no part of a sentence begins
    at_start: _State | None  # and where one does


class Phrases:
    """Phrases by label, to be found in a text.

    They are thousands, of which a desk's mail uses some hundred: those that begin with a word are made a tree when it is
    first met, and until then are kept as they are written.
    """

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        # A label and a text each, one behind the other: as thousands of small strings they take three times as much.
        packed = bytearray()
        self._starts = array("I", [0])
        self._beginning = Glossary()  # the numbers of those that begin with a word
        known: set[str] = set()
        for number, phrase in enumerate(phrases):
            packed += "\n".join(phrase).encode()
            self._starts.append(len(packed))
            plan = _plan([phrase])
            known |= plan.words()
            for word in plan.first_words():
                self._beginning.add(word, str(number))
        self._packed = bytes(packed)
        self._known = WordList([lines(known)], head=SHORT)
        self._trees: dict[str, tuple[Sequence[Node], Sequence[Node]]] = {}
        self._states: dict[frozenset[str], tuple[_State | None, _State | None]] = {}
        self._forms: dict[str, _Form] = {}

    def find(self, words: Words) -> list[Hit]:
        """All hits, in the order of their first word; of those that begin with the same one, the longest first."""
        forms = [self._forms.get(form) or self._learn(form) for form in words.forms]
        edges = [*[form.edges for form in forms], _NO_EDGES]  # and behind the last word
        hits: list[Hit] = []
        for first, gap in enumerate(words.breaks):
            state = forms[first].at_start if gap else forms[first].anywhere
            if state is None or not (state.stays or state.leads(edges[first + 1])):
                continue
            found = _walk(state, words, edges, first)
            if found:
                found = sorted(set(found), key=_longest_first) if len(found) > 1 else found
                hits += [Hit(label, first, last) for label, last in found]
        return hits

    def _learn(self, word: str) -> _Form:
        """What a word is, kept: people use few words, and to look one up costs more than to follow it."""
        if len(self._forms) >= _FORMS_KEPT:
            self._forms.clear()
        edges = self._edges(word)
        self._forms[word] = form = _Form(edges, *self._begun(edges))
        return form

    def _edges(self, word: str) -> frozenset[str]:
        """All edges that a word may take."""
        edges = [edge for edge in ((word, "#") if word.isdigit() else (word,)) if edge in self._known]
        edges += [stem for stem in stems_of(word) if stem in self._known]
        return frozenset(edges) if edges else _NO_EDGES

    def _begun(self, edges: frozenset[str]) -> tuple[_State | None, _State | None]:
        """Where a first word leads: where no part of a sentence begins, and where one does."""
        known = self._states.get(edges)
        if known is None:
            trees = [self._tree(edge) for edge in sorted(edges)]
            anywhere = [node for nodes, _ in trees for node in nodes]
            at_start = [node for _, nodes in trees for node in nodes]
            known = self._states[edges] = (
                _state(anywhere) if anywhere else None,
                _state([*anywhere, *at_start]) if anywhere or at_start else None,
            )
        return known

    def _phrase(self, number: int) -> Phrase:
        start, end = self._starts[number : number + 2]
        return Phrase(*self._packed[start:end].decode().split("\n", 1))

    def _tree(self, edge: str) -> tuple[Sequence[Node], Sequence[Node]]:
        """What an edge leads to that begins phrases: those found anywhere, and those that only begin a part of a sentence."""
        known = self._trees.get(edge)
        if known is None:
            phrases = [self._phrase(int(number)) for number in self._beginning.lines(edge)]
            plans = (
                _plan(phrase for phrase in phrases if not phrase.at_start),
                _plan(phrase for phrase in phrases if phrase.at_start),
            )
            anywhere, at_start = ([node] if (node := plan.grown(edge)) else [] for plan in plans)
            known = self._trees[edge] = (anywhere, at_start)
        return known


def _longest_first(end: tuple[str, int]) -> tuple[int, str]:
    label, last = end
    return -last, label


def _walk(state: _State, words: Words, edges: Sequence[frozenset[str]], first: int) -> list[tuple[str, int]]:
    """The ends of all phrases that begin at a word. Bounded by the longest phrase and the reach of its gaps."""
    found: list[tuple[str, int]] = []
    breaks, total = words.breaks, len(words.forms)
    pending: list[tuple[_State, int]] = []
    at: _State | None = state
    after = first + 1
    while at is not None:
        outside = after == total or breaks[after] == 2
        for label, at_end in at.ends:
            if outside or not at_end or breaks[after]:
                found.append((label, after - 1))
        if not outside and at.behind is not None:
            _past_gap(at.behind, words, edges, after, pending)
        at = None if outside else at.step(edges[after])
        after += 1
        if at is None and pending:
            at, after = pending.pop()
    return found


def _past_gap(
    behind: _State,
    words: Words,
    edges: Sequence[frozenset[str]],
    after: int,
    pending: list[tuple[_State, int]],
) -> None:
    """Add where a gap that begins at a word may lead."""
    reach = _REACH
    breaks, forms = words.breaks, words.forms
    while reach >= 0 and after < len(forms) and breaks[after] < 2:
        if edges[after] and (state := behind.step(edges[after])) is not None:
            pending.append((state, after + 1))
        reach -= 2 if len(forms[after]) > 1 else 1
        after += 1


def compile_phrases(phrases: Mapping[str, Iterable[str]]) -> Phrases:
    """Phrases by label. Raises `ValueError` for one that says nothing, or whose beginnings of words are too short."""
    return Phrases(Phrase(label, text) for label, texts in phrases.items() for text in texts)


def _plan(phrases: Iterable[Phrase]) -> Plan:
    plan = Plan(_PART)
    for label, text in phrases:
        plan.add(fold(text.strip("^$ ")), (label, text.endswith("$")))
    return plan
