"""What takes a wish back that is said in plain words: who says it, for whom, how nearly, in what earnest, in whose quotation."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice

from mailflow.core.phrases import Hit, Words, words_of
from mailflow.core.reading.quotes import QUOTED
from mailflow.core.reading.words import may_quote

_MOST_QUOTES = 20
_NEAR = 3  # words from a wish to what tells that it is nearly so
_REPORTED, _SAYS_BEHIND = 8, 3  # words from who says it to what is said, and from that to "says"
_ARTICLES = 2  # words that may stand before a thing: "my old"
_OF_SOMEBODY = frozenset({"solved", "worked"})
_OF_A_THING = frozenset({"solved", "enough"})
_WHO = ("kin", "our_words")  # says something
_SPEAKS = ("thought", "our_words", "reports")  # before a quotation
_LONGEST = 20  # words from the beginning of a phrase to what it is said of
_ASIDE = 6  # words between a question and what tells that it is not asked


class Frames:
    """What the rules ask about the words around a hit. `hits`: all there are, by their labels, each label's in order."""

    def __init__(self, words: Words, hits: Mapping[str, Sequence[Hit]]) -> None:
        self._words, self._hits = words, hits
        self._starts: dict[str, list[int]] = {}

    def take_back(self, hit: Hit) -> bool:
        """Whether what is said plainly is not what the writer wants."""
        return (
            hit.last < self._last_slip
            or self._is_nearly(hit)
            or self._is_for_another(hit)
            or self._is_anothers(hit)
            or self._is_of_another_thing(hit)
            or self._is_reported(hit)
            or self._is_only_quoted(hit)
        )

    def leave_unasked(self, asked: Hit) -> bool:
        """Whether a question for the status is none: "no need to tell me how far it is", "I was about to ask …"."""
        if self._words.asked(asked):
            return False
        return any(
            self._are_together(aside, asked)
            and asked.first - aside.last <= _ASIDE
            and not any(self._between(min(asked.last, aside.last) + 1, max(asked.first, aside.first), "but"))
            for aside in self._between(asked.first - _LONGEST, asked.last + _ASIDE, "unasked")
        )

    def is_unreal(self, loss: Hit) -> bool:
        """Whether a loss is only feared, or supposed: "I could lose my phone", "if I ever lost it"."""
        sentence = self._words.sentence[loss.first]
        supposed = self._first_in_sentence["supposed"].get(sentence, loss.last)
        return supposed < loss.last or any(
            self._leads(one, loss, _NEAR - 1)
            for one in self._between(loss.first - _LONGEST, loss.last + 1, "unreal")
        )

    @cached_property
    def _last_slip(self) -> int:
        """Where it says for the last time that what stands before is a joke, or went to the wrong place."""
        return max(
            (hits[-1].first for label in ("irony", "slip") if (hits := self._hits.get(label))), default=-1
        )

    def _is_nearly(self, hit: Hit) -> bool:
        """As in "nearly solved", and in Italian "risolto a metà"."""
        before = self._between(hit.first - _LONGEST, hit.last, "nearly", "half")
        behind = self._between(hit.last + 1, hit.last + _NEAR, "half")
        return any(self._leads(near, hit, _NEAR - 1) for near in before) or any(
            self._leads(hit, half, _NEAR - 1) for half in behind
        )

    def _is_for_another(self, hit: Hit) -> bool:
        """As in "it is solved for him", "solved for my wife", "close the request of my colleague"."""
        behind = hit.last + 1
        if any(self._follows(hit, other) for other in self._between(behind, behind, "for_another")):
            return True
        return any(
            self._follows(hit, whom) and any(self._between(whom.last, whom.last, "kin"))
            for whom in self._between(behind, behind, "for_whom")
        )

    def _is_anothers(self, hit: Hit) -> bool:
        """As in "his request can be closed", "my brother got back in", "ignore the mail from our helpdesk"."""
        if hit.label == "forget_it" and any(
            self._are_together(hit, mail)
            for mail in self._between(hit.first, hit.last + _NEAR, "anothers_mail")
        ):
            return True
        between = 1 if hit.label in _OF_SOMEBODY else 0
        return any(
            self._leads(one, hit, between)
            for one in self._between(hit.first - _LONGEST, hit.last, "anothers", "kin")
        )

    def _is_of_another_thing(self, hit: Hit) -> bool:
        """As in German "die alte Adresse brauche ich nicht mehr": what begins the sentence is no request."""
        if hit.label not in _OF_A_THING:
            return False
        breaks = self._words.breaks
        return any(
            (hit.label == "enough" and hit.first <= thing.first)
            or (
                thing.last < hit.first
                and self._leads(thing, hit, 2)
                and any(breaks[max(0, thing.first - _ARTICLES) : thing.first + 1])
            )
            for thing in self._between(hit.first - _LONGEST, hit.last, "other_thing")
        )

    def _is_reported(self, hit: Hit) -> bool:
        """As in "my boss says that it is solved", "your page says …", but not in "my boss says it works, so please close it"."""
        far = hit.first - _LONGEST
        if any(
            said.last < hit.first and self._leads(said, hit, _REPORTED)
            for said in self._between(far, hit.first - 1, "thought")
        ):
            return True  # "I wrote yesterday that it is solved"
        sentence = self._words.sentence[hit.first]
        who = min(self._first_in_sentence[label].get(sentence, hit.first) for label in _WHO)
        return any(
            who < min(says.first, hit.first) and self._tells(says, hit)
            for says in self._between(far, hit.last + _SAYS_BEHIND, "reports")
        )

    def _tells(self, says: Hit, hit: Hit) -> bool:
        """Whether a "says" is by what is said: before it, or right behind it as in Turkish and Japanese."""
        if says.first > hit.last:
            return self._leads(hit, says, _SAYS_BEHIND - 1)
        near = 0 < hit.first - says.last <= _REPORTED and self._are_together(says, hit)
        return near and (hit.label != "enough" or not self._is_parted(says.last, hit.first))

    def _is_only_quoted(self, hit: Hit) -> bool:
        """As in '"It works now" is what I wanted to write', 'I wrote "cancel it" of the hotel'."""
        quote = next((quote for quote in self._quotations if quote[0] <= hit.first <= quote[1]), None)
        if quote is None:
            return False
        first, last = quote
        sentence = self._words.sentence
        goes_on = last + 1 < len(sentence) and sentence[last + 1] == sentence[last]
        opens = first == 0 or sentence[first - 1] != sentence[first]
        return (goes_on and opens) or any(
            self._first_in_sentence[label].get(sentence[first], first) < first for label in _SPEAKS
        )

    @cached_property
    def _quotations(self) -> list[tuple[int, int]]:
        """The first and the last word of what stands between quotation marks."""
        text = self._words.text
        found: list[tuple[int, int]] = []
        if not may_quote(text):
            return found
        counted, place = 0, 0
        for match in islice(QUOTED.finditer(text), _MOST_QUOTES):
            start, end = match.span()
            first = counted + len(words_of(text[place:start]).forms)
            counted = first + len(words_of(text[start:end]).forms)
            place = end
            found.append((first, counted - 1))
        return found

    @cached_property
    def _first_in_sentence(self) -> dict[str, dict[int, int]]:
        """Of some lists the first word of the first hit in each sentence."""
        sentence = self._words.sentence
        return {
            label: {sentence[hit.first]: hit.first for hit in reversed(self._hits.get(label, ()))}
            for label in {*_WHO, *_SPEAKS, "supposed"}
        }

    def _between(self, first: int, last: int, *labels: str) -> Iterator[Hit]:
        """The hits that begin at one of some words: few, however many there are in all."""
        for label in labels:
            if hits := self._hits.get(label):
                starts = self._starts.get(label)
                if starts is None:
                    starts = self._starts[label] = [hit.first for hit in hits]
                yield from hits[bisect_left(starts, first) : bisect_right(starts, last)]

    def _leads(self, one: Hit, other: Hit, between: int) -> bool:
        """Whether another ends behind the beginning of one, in the same part of a sentence, at most some words between them."""
        return other.first - one.last <= between + 1 and not self._is_parted(one.last, other.first)

    def _follows(self, one: Hit, other: Hit) -> bool:
        """Whether another stands right behind one, in the same part of a sentence."""
        return self._leads(one, other, 0)

    def _is_parted(self, last: int, first: int) -> bool:
        """Whether a comma or more stands between two words."""
        return any(self._words.breaks[last + 1 : first + 1])

    def _are_together(self, one: Hit, other: Hit) -> bool:
        return self._words.sentence[one.last] == self._words.sentence[other.first]
