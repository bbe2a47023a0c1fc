"""What is said around each address of a text, which tells which of a person's addresses it is."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from mailflow.core.reading.addressforms import Found
from mailflow.core.reading.clauses import HAS, Clause, clauses
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import Concept, Hit
from mailflow.core.reading.namelike import TAIL
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import has_cjk, words_of

LOOK_BACK = 30  # characters
BESIDE = 3
_ATTACHED = 1
_NEAR, _BY_ACCOUNT = 12, 30
_GONE = frozenset({"gone", "ended", "fails", "wrong", "unverified", "seized"})
_GOES = HAS - {"held"}
_WORD_BEFORE = re.compile(r"(\w+)[ -]\Z")
_LIST_MARKS = " \t0123456789.)(-*•·"
_SELF = frozenset({"iam"})
_CORRECTS = ("speech", "correct")


@dataclass(frozen=True, slots=True)
class Window:
    """What is said around an address: up to its neighbours or the end of the sentence."""

    before: Sequence[Hit]
    beside: frozenset[str]  # the address words right before it
    next_to: frozenset[str]  # those right before the next address of the sentence
    near: frozenset[str]  # those a little further
    after: Sequence[Hit]  # up to a comma
    behind: Sequence[Hit]  # all that follows
    right_behind: frozenset[str]  # the address words of Japanese or Korean that follow at once
    sentence: frozenset[Concept]  # all that it says
    corrects: bool  # it is a correction, or right behind one
    changes: bool  # a change is spoken of before it or right behind it, or anywhere beside two addresses
    follows: bool  # another address stands before it in the sentence
    earlier: str  # and that one's role
    spanned: bool  # a phrase goes around it, up to the next: "change x to"
    account: bool  # the account is spoken of just before it
    only_it: bool  # by no more than an "it's"
    bracketed: bool  # it stands in brackets right behind a word for a mailbox
    labelled: bool  # "mail:" stands before it on its line, which by itself is also what somebody wrote
    lost: bool  # what is said right before or behind it is that it is lost
    of_service: bool  # it is a mailbox of the service's: "my PyPI e-mail is x"
    used: bool  # or that it is there, by the writer, as the only one of the sentence
    to_get: bool  # the account is to have it
    to_be_had: bool  # the account is wanted under it
    begged: frozenset[int]  # where it is wished that something be so: "please have it | linked to x"


class ConceptsOf(dict[tuple[int, int], frozenset[Concept]]):
    """What a part of the text speaks of, each part once: a sentence may hold hundreds of addresses."""

    def __init__(self, fresh: Fresh) -> None:
        self._fresh = fresh

    def __missing__(self, part: tuple[int, int]) -> frozenset[Concept]:
        hits = self._fresh.within(*part)
        self[part] = found = frozenset(concept for hit in hits for concept in hit.means.concepts)
        return found


def keys(hits: Sequence[Hit], table: str) -> list[str]:
    """What the hits mean in one table of the word lists, in order."""
    return [key for hit in hits for name, key in hit.means.concepts if name == table]


def window_of(
    fresh: Fresh,
    terms: Terms,
    found: Sequence[Found],
    index: int,
    concepts: Mapping[tuple[int, int], frozenset[Concept]],
    earlier: str,
) -> Window:
    """What is said around one address of those that were `found`; `earlier`: the role of the one before."""
    one, ends = found[index], fresh.sentence_ends
    start = _sentence_start(fresh, one.start, ends)
    _, stop = fresh.sentence_at(one.end)
    begin = max(start, found[index - 1].end if index else 0)
    until = min(stop, found[index + 1].start if index + 1 < len(found) else stop)
    before, after = fresh.within(begin, one.start), _to_break(fresh.within(one.end, until))
    if before and _opens_reason(before, one):
        before = before[-1:]  # "you do not write to the new one, because | x was never confirmed"
    behind = after or _behind_comma(fresh, one, until)
    led = clauses(before, terms.opposites)[-1:]
    said = [*led, *clauses(behind, terms.opposites)[:1]]
    following = next((other for other in found[index + 1 : index + 2] if other.start < stop), None)
    follows = index > 0 and found[index - 1].end > start
    names = _close(before, one, _BY_ACCOUNT, "names")
    beside = _close(before, one, BESIDE, "addresses")
    apart = (
        follows
        or following is not None
        or "from" in beside
        or (bool(before) and before[-1].means.breaks == "colon")
    )
    return Window(
        before=before,
        beside=beside,
        next_to=_beside(fresh, following) if following else frozenset(),
        near=_close(before, one, _NEAR, "addresses"),
        after=after,
        behind=fresh.within(one.end, until),
        right_behind=_attached(fresh, one, after) if following is None else frozenset(),
        sentence=concepts[start, stop],
        corrects=_CORRECTS in concepts[start, stop]
        or _CORRECTS in concepts[_sentence_before(start, ends), start],
        changes=("addresses", "change") in concepts[start, stop]
        and (follows or following is not None or _tells_change([*fresh.within(start, one.start), *after])),
        follows=follows,
        earlier=earlier if follows else "",
        spanned=following is not None
        and any(0 <= following.start - hit.end <= BESIDE and hit.end > one.end for hit in before),
        account=bool(names),
        only_it=names == _SELF,
        bracketed=fresh.text[begin : one.start].rstrip().endswith(("(", "（"))
        and "mailbox" in _close(before, one, _NEAR, "things"),
        labelled=_is_labelled(fresh, terms, one),
        lost=any(part.states & _GONE for part in said),
        of_service=any(
            _is_of_service(fresh, terms, hit, begin) for hit in before if "mailbox" in hit.means.things
        ),
        used=not apart and (_is_used(led, HAS) or _is_used(said[-1:], _GOES)),
        to_get=_is_to_get(fresh, terms, before, begin, one.start),
        to_be_had="account" in names and _is_to_be_had(fresh, terms, one, before, begin),
        begged=frozenset(_begged(fresh, terms, before, begin)),
    )


def _is_used(said: Sequence[Clause], states: AbstractSet[str]) -> bool:
    """As in "x works", "I can still read x"; not in "my colleague reads x", "the secretariat (x) knows where to find me"."""
    return any(
        part.states & states and not (part.asks or part.reserved or "you" in part.marks) for part in said
    )


def _tells_change(hits: Sequence[Hit]) -> bool:
    """Whether a change is spoken of, by more than a word of "sends a link to"."""
    registered = [hit for hit in hits if "registered" in hit.means.addresses]
    return any(
        not any(other.start < hit.start and hit.end < other.end for other in registered)
        for hit in hits
        if "change" in hit.means.addresses
    )


def _is_of_service(fresh: Fresh, terms: Terms, mailbox: Hit, begin: int) -> bool:
    """Whether the service's name stands right before a word for a mailbox; not in "please make my PyPI e-mail x"."""
    word = _WORD_BEFORE.search(fresh.low, max(0, mailbox.start - LOOK_BACK), mailbox.start)
    if word is None or not terms.is_service(word[1]):
        return False
    return not terms.among("begs", *words_of(fresh.low[begin : mailbox.start]))


def _opens_reason(before: Sequence[Hit], one: Found) -> bool:
    """Whether an address stands right behind a "because", rather than an "as" that leads to it: "reached as x"."""
    last = before[-1]
    leads = any(hit.means.addresses for hit in before if hit.end >= last.start)
    return last.means.breaks == "because" and one.start - last.end <= BESIDE and not leads


def _is_to_get(fresh: Fresh, terms: Terms, before: Sequence[Hit], begin: int, place: int) -> bool:
    """Whether it is wished that the account "have" what stands at a place."""
    account = next((hit for hit in reversed(before) if "account" in hit.means.names), None)
    between = words_of(fresh.low[account.end : place]) if account is not None else []
    if account is None or not between or not terms.among("gets", between[-1]):
        return False
    return terms.among("begs", *words_of(fresh.low[begin : account.start]))


def _is_to_be_had(fresh: Fresh, terms: Terms, one: Found, before: Sequence[Hit], begin: int) -> bool:
    """Whether it is wished to "have the account under" an address, with which the phrase ends."""
    account = next(hit for hit in reversed(before) if "account" in hit.means.names)
    if len(words_of(fresh.low[account.end : one.start])) > 1 or not TAIL.match(fresh.text, one.end):
        return False
    *wish, verb, article = ["", "", *words_of(fresh.low[begin : account.start])]
    if terms.among("gets", article):  # "have my account under"
        wish, verb = [*wish, verb], article
    return terms.among("gets", verb) and terms.among("begs", *wish)


def _is_labelled(fresh: Fresh, terms: Terms, one: Found) -> bool:
    label, colon, rest = fresh.low[fresh.starts[fresh.line_at(one.start)] : one.start].partition(":")
    return bool(colon) and not rest.strip() and terms.among("mail", label.strip(_LIST_MARKS))


def _behind_comma(fresh: Fresh, one: Found, until: int) -> list[Hit]:
    """What follows an address that is put in between commas: "the address in it, that is x, does not exist"."""
    hits = fresh.within(one.end, until)
    put_in = bool(hits) and hits[0].means.breaks == "comma" and hits[0].start == one.end
    return (
        _to_break(hits[1:]) if put_in and "," in fresh.text[max(0, one.start - LOOK_BACK) : one.start] else []
    )


def _begged(fresh: Fresh, terms: Terms, before: Sequence[Hit], begin: int) -> Iterator[int]:
    for hit in before:
        if "tied" in hit.means.addresses:
            words = words_of(fresh.low[begin : hit.start])
            if words and terms.among("becomes", words[-1]) and _is_wish(terms, words):
                yield hit.start


def _is_wish(terms: Terms, words: Sequence[str]) -> bool:
    """Whether words before a verb wish that it be so: "May it be", "please have it"; "It may be" supposes."""
    begging = [place for place, word in enumerate(words) if terms.among("begs", word)]
    return bool(begging) and begging != [len(words) - 2]


def _attached(fresh: Fresh, one: Found, after: Sequence[Hit]) -> frozenset[str]:
    hits = [hit for hit in after if hit.start - one.end <= _ATTACHED]
    return frozenset(keys([hit for hit in hits if has_cjk(fresh.text[hit.start : hit.end])], "addresses"))


def _close(hits: Sequence[Hit], one: Found, distance: int, table: str) -> frozenset[str]:
    """What the hits that end at most so many characters before an address mean."""
    return frozenset(keys([hit for hit in hits if one.start - hit.end <= distance], table))


def _beside(fresh: Fresh, one: Found) -> frozenset[str]:
    """The address words right before an address, past which none of them goes."""
    hits = fresh.within(max(0, one.start - LOOK_BACK), one.start)
    return _close([hit for hit in hits if hit.end <= one.start], one, BESIDE, "addresses")


def _sentence_start(fresh: Fresh, place: int, ends: Sequence[int]) -> int:
    """Where the sentence begins that announces what stands at a place: "New address, best first:", a list below it."""
    line = fresh.starts[fresh.line_at(place)]
    listed = is_listed(fresh, place) and (line == 0 or line - 1 in fresh.hard)
    start = line if listed else fresh.sentence_at(place)[0]
    above = fresh.text[:start].rstrip()
    goes_on = above.endswith((":", "："))
    if listed and above[-1:].isalpha() and "@" not in above[above.rfind("\n") + 1 :]:
        goes_on = True  # "Please replace it by", and below that x
    if (listed or not fresh.within(start, place)) and goes_on:
        return max((end for end in ends if end < len(above)), default=0)
    return start


def _sentence_before(start: int, ends: Sequence[int]) -> int:
    """Where the sentence begins that ends at a place."""
    before = bisect_left(ends, start)
    return ends[before - 1] if before else 0


def is_listed(fresh: Fresh, place: int) -> bool:
    """Whether what stands at a place begins its line, but for the mark of a list."""
    return not fresh.text[fresh.starts[fresh.line_at(place)] : place].strip(_LIST_MARKS)


def _to_break(hits: Sequence[Hit]) -> list[Hit]:
    """The hits up to a comma or conjunction; a bracket right behind the address belongs to it."""
    kept: list[Hit] = []
    for hit in hits:
        if hit.means.breaks in {"comma", "and", "but"}:
            break
        kept.append(hit)
    return kept
