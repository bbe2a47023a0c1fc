"""Names and addresses that their sentence only speaks of: denied, wished for, asked about, quoted, an example, a thief's."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise

from mailflow.core.form import Kind
from mailflow.core.reading import notmine
from mailflow.core.reading.bindingwords import Binds, Cue
from mailflow.core.reading.claim import BESIDE_ACCOUNT, LONE_VALUE, Claim, prose_rule
from mailflow.core.reading.denied import is_denied, leads_on
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.namelike import QUOTES, TAIL
from mailflow.core.reading.roles import REGISTERED, WANTED
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import words_of

_MOST = 200  # values, and quotations, that are looked at
_FAR = 200  # characters of a sentence before the value, and behind it
_NEXT = 40  # characters of the sentence behind
_RIGHT_BEFORE = 3  # characters between an "e.g." and its example
_SERVICE_NEAR = 6  # words behind a name
_PAIR = 2  # words: "on GitHub"
_BESIDE_QUOTE = 40  # characters before or behind a quotation that say whose it is
_KINDS = frozenset({Kind.NAME, Kind.ADDRESS})
_PARTS = frozenset({"comma", "colon", "open", "and", "but"})
_NEAR_PEER = 60  # characters between a colleague and what is theirs
_PAUSES = frozenset(",，、;；–—")
_PUT_BEHIND = re.compile(r"[(（,]\s?\Z")
_VOUCHED = frozenset({"verified"})  # "you can verify it with our admin, x"
_NEXT_SENTENCE = frozenset({Binds.UNASKED, Binds.FORBIDS})
_FORBIDDEN = 40  # characters before an address in which a "not" and what it forbids stand
_ASKED = frozenset({"wanted", "change"})
_CUES = frozenset({"wanted", "registered", "change", "instead"})
_IN_PROSE = frozenset(
    {LONE_VALUE, BESIDE_ACCOUNT, *map(prose_rule, ("name", f"{REGISTERED} address", f"{WANTED} address"))}
)
_BEHIND = re.compile(rf"[\s{QUOTES})]*")
_BEHIND_PUT_IN = re.compile(rf"[\s,{QUOTES})]*")  # "the address in it, x, is not mine"
_FOLLOWS = re.compile(rf"[\s{QUOTES}]*(\w[^,;.!?]*)")
_QUOTATION = re.compile(
    r"[\"“„«「『][^\"“”„«»「」『』\n]{3,300}[\s:：][^\"“”„«»「」『』\n]{1,300}[\"”“»」』]"
)


def without_mentioned(fresh: Fresh, terms: Terms, claims: Iterable[Claim]) -> Iterator[Claim]:
    """The claims less those of names and addresses in prose that nobody gives there."""
    looked_at = 0
    for claim in claims:
        field = terms.form.by_key[claim.field]
        if field.kind in _KINDS and claim.rule in _IN_PROSE:
            looked_at += 1
            place, end = value_of(fresh, claim)
            if looked_at <= _MOST and (
                notmine.is_anothers(fresh, terms, field, place, end)
                or _Around(fresh, terms, place, end, is_name=field.kind is Kind.NAME).only_mentions()
            ):
                continue
        yield claim


def without_quoted(fresh: Fresh, claims: Iterable[Claim]) -> Iterator[Claim]:
    """The claims less those of what is quoted of our form, or of somebody else: 'Your form says: "Username: jdoe"'."""
    spans = list(_others_words(fresh)) if fresh.has_quotations else []
    for claim in claims:
        if not any(start <= claim.start and claim.end <= end for start, end in spans):
            yield claim


def _others_words(fresh: Fresh) -> Iterator[tuple[int, int]]:
    for match in islice(_QUOTATION.finditer(fresh.flowed), _MOST):
        if _begins(fresh, match.start()) or _ends(fresh, match.end()):
            yield match.span()


def _begins(fresh: Fresh, place: int) -> bool:
    return any(
        cue.binds is Binds.QUOTES and not fresh.text[cue.end : place].strip(" :,\n")
        for cue in fresh.cues.within(place - _BESIDE_QUOTE, place)
    )


def _ends(fresh: Fresh, place: int) -> bool:
    return any(
        cue.binds is Binds.QUOTES_BEHIND and not fresh.text[place : cue.start].strip(" ,\n")
        for cue in fresh.cues.within(place, place + _BESIDE_QUOTE)
    )


class _Around:
    """The sentence around a value."""

    def __init__(self, fresh: Fresh, terms: Terms, place: int, end: int, *, is_name: bool) -> None:
        self.fresh, self.terms, self.is_name = fresh, terms, is_name
        self.place, self.end = place, end
        ends = fresh.sentence_ends
        self.start = max(fresh.sentence_at(self.place)[0], self.place - _FAR)
        after = bisect_left(ends, self.end)
        self.stop = min(ends[after] if after < len(ends) else len(fresh.text), self.end + _FAR)
        self._cues: Sequence[Cue] = ()

    def only_mentions(self) -> bool:
        """Whether the value is not given by its sentence."""
        cues = self.fresh.cues
        self._cues = cues.within(self.start, self.stop)
        if not self.is_name:  # "It was changed to x. That was not me."
            behind = cues.within(self.stop, self.stop + _NEXT)
            self._cues += [
                cue
                for cue in behind
                if cue.binds in _NEXT_SENTENCE and not self.fresh.text[self.stop : cue.start].strip()
            ]
        taken = any(cue.binds in _RULES and _RULES[cue.binds](self, cue) for cue in self._cues)
        taken = taken or self._is_beside_peer() or self._is_forbidden()
        taken = taken or (self.is_name and self._is_fine())
        return taken or self._is_denied() or self._is_elsewhere() or (self.is_name and self._is_anothers())

    def _is_forbidden(self) -> bool:
        """As in "please do not switch it to x", but not in "I never switched it to x"."""
        fresh = self.fresh
        told = [] if self.is_name else fresh.within(max(self.start, self.place - _FORBIDDEN), self.place)
        for no, asked in pairwise(hit for hit in told if hit.means.negates or hit.means.addresses & _ASKED):
            at_once = 0 <= asked.start - no.end <= 1 and self.place - asked.end <= 1
            if at_once and no.means.negates and "unable" not in no.means.speech:
                return not self.has_subject(no.start)
        return False

    def _is_denied(self) -> bool:
        return not self.was_so() and is_denied(self.fresh, self.terms, self.place, self.start)

    def _is_elsewhere(self) -> bool:
        """As in "On GitHub I am x", "I am x on GitHub", beside which another clause may name the account here."""
        fresh, terms = self.fresh, self.terms
        parts = [hit for hit in fresh.within(self.start, self.place) if hit.means.breaks in _PARTS]
        if parts and _is_at_other(terms, words_of(fresh.low[self.start : parts[0].start])):
            parts = parts[1:]  # "On GitHub, my user name is x"
        before = words_of(fresh.low[parts[-1].end if parts else self.start : self.place])
        follows = _FOLLOWS.match(fresh.low, self.end, self.stop)
        behind = words_of(follows[1]) if follows else []
        if any(map(terms.is_service, (*before, *behind[:_SERVICE_NEAR]))):
            return False
        return _is_at_other(terms, before[:_PAIR]) or _is_at_other(terms, behind[:_PAIR])

    def _is_beside_peer(self) -> bool:
        """As in "my colleague Bo (x) can be reached", where nothing tells that it is to be used."""
        fresh = self.fresh
        match = _PUT_BEHIND.search(fresh.text, max(self.start, self.place - _NEAR_PEER), self.place)
        if match is None:
            return False
        near = (max(self.start, self.place - _NEAR_PEER), self.place)
        peers = [
            *((hit.start, hit.end) for hit in fresh.within(*near) if "peer" in hit.means.speech),
            *((cue.start, cue.end) for cue in fresh.cues.within(*near) if cue.binds is Binds.KIN),
        ]
        begin, end = max(peers, default=(self.place, self.place))
        told = words_of(fresh.low[end : self.place])
        if not peers:
            return False
        if match[0][0] == "," and not (
            self.terms.among("of", *told[:1]) or not any(map(self.terms.everyday, told))
        ):
            return False  # "my colleague reads it for me, x"
        return not any(
            hit.means.addresses & _CUES or set(hit.means.states) - _VOUCHED or hit.means.names
            for hit in (*fresh.within(self.start, begin), *fresh.within(end, self.place))
        )

    def _is_anothers(self) -> bool:
        """As in "his user name is x, mine is y"."""
        hits = self.fresh.within(self.end, self.stop)
        mine = next((hit for hit in hits if "likewise" in hit.means.names), None)
        return mine is not None and not any(
            0 <= one.start - mine.end <= _RIGHT_BEFORE for one in self.fresh.addresses
        )

    def _is_fine(self) -> bool:
        """As in "The account of a friend (x) works fine", where nothing is wrong with what is another's."""
        fresh = self.fresh
        behind = fresh.within(self.end, self.stop)
        told = next(
            (hit for hit in behind if hit.means.states or hit.means.negates or hit.means.breaks == "but"),
            None,
        )
        return told is not None and "works" in told.means.states and self.names_person(self.start, self.place)

    # What the rules ask about a phrase around the value

    def names_person(self, start: int, end: int) -> bool:
        """Whether somebody else is named in a part of the sentence: "my colleague"."""
        return any("peer" in hit.means.speech for hit in self.fresh.within(start, end)) or any(
            cue.binds is Binds.KIN and start <= cue.start and cue.end <= end for cue in self._cues
        )

    def is_before(self, cue: Cue) -> bool:
        """Whether it stands before the value."""
        return cue.end <= self.place

    def leads_on(self, cue: Cue, *more: str) -> bool:
        """Whether it stands before the value and only words that lead to one follow, or those of `more` lists."""
        return cue.end <= self.place and leads_on(self.terms, self.fresh.low[cue.end : self.place], *more)

    def is_own(self) -> bool:
        """Whether it is called the writer's: "my account x"."""
        return self.terms.among("own", *words_of(self.fresh.low[self.start : self.place]))

    def has_subject(self, place: int) -> bool:
        """Whether the word before a place is one that then does something: "I"."""
        before = words_of(self.fresh.low[self.start : place])
        return bool(before) and self.terms.among("subject", before[-1])

    def was_so(self) -> bool:
        """Whether what is denied was so until now: "is not mine any more"."""
        return any(cue.binds is Binds.STILL_SO for cue in self._cues)

    def is_changed(self, start: int) -> bool:
        """Whether an address is said to be changed behind a place, and nobody asks for it."""
        low, among = self.fresh.low, self.terms.among
        if self.is_name or among("begs", *words_of(low[start : self.place])):
            return False
        behind = self.fresh.within(self.end, self.stop)
        stop = next((hit.start for hit in behind if hit.means.breaks in _PARTS), self.stop)
        return among("altered", *words_of(low[start:stop])) or any(
            "change" in hit.means.addresses
            or "changed" in hit.means.states
            or ("wanted" in hit.means.addresses and hit.start >= self.end)
            for hit in self.fresh.within(start, stop)
        )

    def is_question(self) -> bool:
        """Whether the sentence ends as one."""
        return any(hit.means.ends == "question" for hit in self.fresh.within(self.end, self.stop))

    def behind(self) -> int:
        """Where goes on what stands behind the value."""
        put_in = self.fresh.text[self.start : self.place].rstrip(QUOTES + " \n(").endswith(",")
        match = (_BEHIND_PUT_IN if put_in else _BEHIND).match(self.fresh.text, self.end)
        return match.end() if match else self.end


def _unreal(around: _Around, cue: Cue) -> bool:
    """As in "I nearly registered as x", and in German "ich wollte x heißen"."""
    return around.leads_on(cue, "wishes_on")


def _is_behind(around: _Around, cue: Cue) -> bool:
    """As in "my brother's user name is x, but it is not about him", and in Turkish "x olsaydı"."""
    return cue.start >= around.end


def _supposing(around: _Around, cue: Cue) -> bool:
    """As in "in case somebody asks you to switch my account to x", but not in "in case somebody asks: it is x"."""
    return around.is_before(cue) and ":" not in around.fresh.text[cue.end : around.place]


def _denied_behind(around: _Around, cue: Cue) -> bool:
    """As in "x is not mine", and in Japanese "x-not y"."""
    return cue.start == around.behind() and not around.was_so()


def _disowned(around: _Around, cue: Cue) -> bool:
    """As in "x is my colleague's account, not mine"."""
    if cue.start < around.end:
        return False
    paused = around.fresh.text[around.end : cue.start].rstrip()[-1:] in _PAUSES
    return paused or around.names_person(around.end, cue.start)


def _vouches(around: _Around, _: Cue) -> bool:
    """As in "you can ask my boss, x", where the address is that of a person who is named before it."""
    return not around.is_name and around.names_person(around.start, around.place)


def _order(around: _Around, cue: Cue) -> bool:
    """As in "never write to x", but not in "I don't use x" or "don't send it to my old address x"."""
    return around.leads_on(cue) and not around.has_subject(cue.start)


def _forbids(around: _Around, cue: Cue) -> bool:
    """As in "He wants x on it. Don't do that."."""
    return (
        not around.is_name and cue.start >= around.stop and TAIL.match(around.fresh.text, cue.end) is not None
    )


def _asked_whether(around: _Around, _: Cue) -> bool:
    """As in "would a mail even arrive at x?"."""
    return around.is_question()


def _asked_for(around: _Around, cue: Cue) -> bool:
    """As in "is there a user named x?", "is the name x still free?"."""
    if not (around.is_name and around.is_question()) or around.is_own():
        return False
    if cue.start < around.end:
        return cue.end > around.place or around.leads_on(cue)
    between = words_of(around.fresh.low[around.end : cue.start])
    return all(around.terms.among("is", word) for word in between)


def _of_organisation(around: _Around, cue: Cue) -> bool:
    """As in "we applied for an organization account (x)"."""
    return (
        around.is_name
        and around.is_before(cue)
        and not any("noun" in hit.means.names for hit in around.fresh.within(cue.end, around.place))
    )


def _thieves(around: _Around, cue: Cue) -> bool:
    """As in "a hacker changed the address to x"."""
    return around.is_before(cue) and around.is_changed(cue.start)


def _unasked(around: _Around, _: Cue) -> bool:
    """As in "it was changed to x without my knowledge", but not in "please change it to x, that was not me"."""
    return around.is_changed(around.start)


def _example(around: _Around, cue: Cue) -> bool:
    """As in "a name such as x"."""
    return 0 <= around.place - cue.end <= _RIGHT_BEFORE


_RULES: Mapping[Binds, Callable[[_Around, Cue], bool]] = {
    Binds.UNREAL_BEFORE: _unreal,
    Binds.UNREAL_BEHIND: _is_behind,
    Binds.SUPPOSING: _supposing,
    Binds.DENIED_BEHIND: _denied_behind,
    Binds.DISOWNED: _disowned,
    Binds.BESIDE_POINT: _is_behind,
    Binds.VOUCHES: _vouches,
    Binds.ORDERS: _order,
    Binds.FORBIDS: _forbids,
    Binds.ASKED_WHETHER: _asked_whether,
    Binds.ASKED_FOR: _asked_for,
    Binds.ORGANISATION: _of_organisation,
    Binds.THIEVES: _thieves,
    Binds.UNASKED: _unasked,
    Binds.EXAMPLE: _example,
}


def _is_at_other(terms: Terms, words: Sequence[str]) -> bool:
    """Whether two words are another service and what says that it is there: "on GitHub", "GitHub'da"."""
    return len(words) == _PAIR and terms.among("elsewhere", *words) and terms.among("at_place", *words)


def value_of(fresh: Fresh, claim: Claim) -> tuple[int, int]:
    """Where the value itself stands in what was read."""
    value = str(claim.value).lower()
    place = fresh.low.find(value, claim.start, claim.end)
    return (place, place + len(value)) if place >= 0 else (claim.start, claim.end)
