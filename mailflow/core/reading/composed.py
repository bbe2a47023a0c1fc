"""Account names that the reader puts together: "what stands before the @, without the dots", "jdoe with a 7 at the end", "j-d-o-e"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailflow.core.form import Field
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import COMPOSED, Hit
from mailflow.core.reading.namelike import NAME, QUOTES, STRONG
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import words_of

_RULE = "name put together"
_NAMING = frozenset({"noun", "said", "as", "called", "mine"})
_CHANGED = frozenset({"but", "exception"})
_MOST = 20  # phrases that tell how
_LEAD = 70  # characters before the words for an end
_AT = re.compile(r"(?<![\w.+-])@(?!\w)|@(?=\s?(?:之前|前|の前|앞))")  # one of no address
_BEFORE_AT, _AT_WORDS = 30, 3  # characters and words before it
_NAME = re.compile(NAME, re.ASCII)
_DIGIT = re.compile(r"\d")
_LETTERS = re.compile(
    r"(?<![\w-])[a-z0-9](?:(?:-[a-z0-9]){3,30}|(?:, ?[a-z0-9]){3,30}|(?: [a-z0-9]){3,30})(?![\w-])",
    re.ASCII | re.IGNORECASE,
)
_THEN = re.compile(r",?(?P<between>(?: [^\W\d]{1,8}){1,3}) (?P<end>\d{1,4})(?!\w)")
_STOP = re.compile(r"\s*(?:[.,;!)…]|\Z|\n)")


def in_prose(fresh: Fresh, terms: Terms, field: Field, sender: str, *, asked: bool) -> Iterator[Claim]:
    """The names that a text tells how to put together. `asked`: our letter asked for the name."""
    told = [(hit.start, hit.end) for hit in fresh.hits if hit.means.traits & COMPOSED][:_MOST]
    at = _AT.search(fresh.text) if fresh.text.count("@") > len(fresh.addresses) else None
    looked_at = set[tuple[int, int]]()
    for place, end in (*told, *((at.span(),) if at else ())):
        sentence = fresh.sentence_at(place)
        said = _Said(fresh, terms, *sentence) if sentence not in looked_at else None
        looked_at.add(sentence)
        if said is not None and (asked or said.names) and not said.doubted:
            name = said.of_address(sender) or said.with_end() or said.in_letters()
            if name and not terms.states_nothing(field, name):
                yield Claim(field.key, name, _RULE, STRONG, *said.around(place, end), rank=2)


class _Said:
    """A sentence that tells how a name is put together."""

    def __init__(self, fresh: Fresh, terms: Terms, start: int, end: int) -> None:
        self._fresh, self._terms, self._start, self._end = fresh, terms, start, end
        self._hits: Sequence[Hit] = fresh.within(start, end)
        self._speech = frozenset[str]().union(*[hit.means.speech for hit in self._hits])

    @property
    def names(self) -> bool:
        """Whether it speaks of a user name."""
        return any(not _NAMING.isdisjoint(hit.means.names) for hit in self._hits)

    def around(self, place: int, end: int) -> tuple[int, int]:
        """The words that tell it, with those for a user name before them and for "this address" behind them."""
        named = [
            hit.start for hit in self._hits if hit.end <= place and not _NAMING.isdisjoint(hit.means.names)
        ]
        here = [hit.end for hit in self._hits if "here" in hit.means.addresses]
        more = [hit for hit in self._hits if hit.start >= end]
        if any("without" in hit.means.speech for hit in more):
            here.append(self._end - 1)  # "… and without what comes after the at"
        return max(named, default=place), max([end, *here])

    @property
    def doubted(self) -> bool:
        """Whether it asks, denies or speaks of a password."""
        return any(
            hit.means.ends == "question" or hit.means.negates or "password" in hit.means.things
            for hit in self._hits
            if "without" not in hit.means.speech  # the dots, or what comes after the "@"
        )

    def of_address(self, sender: str) -> str:
        """As in "what stands before the @ of my address", "the same without the dots"; "" where more is changed than is known."""
        known = self._speech & {"dotless", "underscored"}
        alike = known and self._terms.among("same_as", *words_of(self._fresh.low[self._start : self._end]))
        if not (alike or "before_at" in self._speech or self._names_at()):
            return ""
        address = self._meant(sender)
        local = address.partition("@")[0]
        if self._is_changed(known) or (known and "." not in local):
            return ""
        local = local.replace(".", "") if "dotless" in known else local
        local = local.replace(".", "_") if "underscored" in known else local
        return local if _NAME.fullmatch(local) else ""

    def _names_at(self) -> bool:
        """Whether a "before" leads to a bare "@", or one follows it as in Chinese, Japanese and Korean."""
        at = _AT.search(self._fresh.text, self._start, self._end)
        if at is None:
            return False
        words = words_of(self._fresh.low[max(self._start, at.start() - _BEFORE_AT) : at.start()])
        return (
            self._terms.among("before", *words[-_AT_WORDS:])
            or not self._fresh.text[at.end() : at.end() + 3].isascii()
        )

    def _meant(self, sender: str) -> str:
        """The one address that is spoken of, in the sentence or else in the text; theirs where it is none; "" if that is not clear."""
        here = {one.value for one in self._fresh.addresses if self._start <= one.start < self._end}
        if not here and any("here" in hit.means.addresses for hit in self._hits):
            return sender
        found = here or {one.value for one in self._fresh.addresses}
        return sender if not found else found.pop() if len(found) == 1 else ""

    def _is_changed(self, known: frozenset[str]) -> bool:
        """Whether another change than that of the dots is told: "but", "and a 7"."""
        if not known and self._speech & _CHANGED:
            return True
        free = self._fresh.low[self._start : self._end]
        for one in self._fresh.addresses:
            free = free.replace(one.value.lower(), " ")
        return _DIGIT.search(free) is not None

    def with_end(self) -> str:
        """As in "jdoe with a 7 at the end", but not in "jdoe7 with a 7 at the end"."""
        end = next((hit for hit in self._hits if "at_its_end" in hit.means.speech), None)
        if end is None or self._terms.among("of", *words_of(self._fresh.low[end.end : end.end + 12])[:1]):
            return ""
        lead = self._fresh.text[max(self._start, end.start - _LEAD) : end.start].rstrip(" ,")
        words = lead.replace("« ", "«").replace(" »", "»").split()
        joined = len(words) - 1
        while joined > 0 and self._terms.among("with_a", words[joined - 1].lower()):
            joined -= 1
        if not 0 < joined < len(words) - 1:
            return ""
        name, last = words[joined - 1].strip(QUOTES), words[-1].strip(QUOTES)
        if self._terms.among("underscore", last.lower()):
            last = "_"
        quoted = name != words[joined - 1]
        if not _NAME.fullmatch(name) or not (last.isdigit() or last == "_") or name.endswith(last):
            return ""
        if not (quoted or joined == 1 or self._leads_to_name(words[joined - 2], words[joined - 1])):
            return ""  # "my user name is jdoe; the file foo with a 7 at the end"
        return name + last if quoted or not self._terms.common(name) else ""

    def _leads_to_name(self, word: str, name: str) -> bool:
        """Whether an "is", a colon or the words for a user name stand right before a name."""
        if word.endswith((":", "：", "=")) or self._terms.among("is", word.lower()):
            return True
        place = self._start + self._fresh.text[self._start : self._end].find(f" {name} ")
        return any(
            not _NAMING.isdisjoint(hit.means.names) and 0 <= place - hit.end <= 1 for hit in self._hits
        )

    def in_letters(self) -> str:
        """As in "it is spelled j-d-o-e-7", "j, d, o, e and then a 7"; "" where something follows that is not understood."""
        kinds = {kind for hit in self._hits for kind in hit.means.names}
        if "spelled" not in self._speech or kinds >= {"noun", "mine"}:
            return ""  # "my user name is jdoe, and my name is spelled D-O-E"
        match = _LETTERS.search(self._fresh.text, self._start, self._end)
        if match is None:
            return ""
        name = "".join(filter(str.isalnum, match.group())).lower()
        then = _THEN.match(self._fresh.text, match.end(), self._end)
        if then:
            return name + then["end"]
        return name if _STOP.match(self._fresh.text, match.end()) else ""
