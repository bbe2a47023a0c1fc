"""Two addresses in one breath, of which one is to take the other's place: "x -> y", "from x to y", "was x, now y", "x and y: the first is dead"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from mailflow.core.reading.addressforms import Found
from mailflow.core.reading.clauses import ENDED, HAS, Clause, clauses
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.notbut import is_put_right
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.windows import BESIDE, is_listed, keys
from mailflow.core.reading.words import has_cjk, words_of

_FAR = 120  # characters from one to the other, with what stands in brackets between
_LEAD = 40  # characters before an address, or behind it
_WORDS = 3  # of those the last ones, or the first
_BEHIND = 160  # characters behind both, in which it is told which is which
_NEXT = 2  # characters between what stands side by side
_ADDRESSES = frozenset({"mailbox", "an_address"})
_MAILS = frozenset({"mail", "verification_mail"})
_CHANGES, _TELLING = frozenset({"change", "wanted"}), frozenset({"signup", "as"})
_LOST = ENDED | {"fails"}
_CUES = frozenset({"registered", "wanted", "change"})
_EITHER = frozenset({"first", "second"})
_ARROWS = frozenset({"->", "→", "=>", "-->", "==>", ">", ">>", "➜", "⇒"})
_REGISTERING = frozenset({"signup", "opens", "enrolling"})
_TYPOS = 3  # letters
_IS = 2  # characters between "the first" and what it is

_Pair = tuple[Found, Found]


def exchanged(fresh: Fresh, terms: Terms, found: Sequence[Found]) -> dict[int, bool]:
    """Which addresses, by their index, are to be left (False) and which are to take their place (True)."""
    told: dict[int, bool] = {}
    for index, pair in enumerate(pairwise(found)):
        if pair[1].start - pair[0].end > _FAR or pair[0].value == pair[1].value:
            continue
        is_new = next((new for rule in _RULES if (new := rule(fresh, terms, pair)) is not None), None)
        if is_new is not None:
            told |= {index: is_new, index + 1: not is_new}
    return told


def _arrow(fresh: Fresh, _: Terms, pair: _Pair) -> bool | None:
    """As in "x -> y"."""
    return False if fresh.text[pair[0].end : pair[1].start].strip() in _ARROWS else None


def _from_to(fresh: Fresh, terms: Terms, pair: _Pair) -> bool | None:
    """As in "I moved from x to y", and "From x to y, please"; what only goes from one to the other is a mail."""
    first, second = pair
    start, stop = fresh.sentence_at(first.start)
    leads = [hit for hit in fresh.within(start, first.start) if _is_beside(fresh, hit, "from", first)]
    onto = any(_is_beside(fresh, hit, "to", second) for hit in fresh.within(first.end, second.start))
    if not leads or not onto or second.start >= stop:
        return None
    before = fresh.within(start, leads[-1].start)
    if any(hit.means.negates or not _MAILS.isdisjoint(hit.means.things) for hit in before):
        return None
    words = words_of(fresh.low[start : leads[-1].start])
    behind = words_of(fresh.low[second.end : min(stop, second.end + _LEAD)])[:_WORDS]
    moved = terms.among("moves", *words[-1:], *behind[:1])
    alone = not words and len(words_of(fresh.low[second.end : stop])) <= _WORDS
    return False if moved or alone else None


def _in_place_of(fresh: Fresh, terms: Terms, pair: _Pair) -> bool | None:
    """As in "Instead of x please put, if you can, y", but not in "Instead of x I typed y when I registered"."""
    first, second = pair
    before = fresh.within(fresh.sentence_at(first.start)[0], first.start)
    opens = any(_is_beside(fresh, hit, "instead", first) for hit in before)
    if not opens or any(hit.means.negates for hit in before):
        return None
    between = fresh.within(first.end, second.start)
    if any(not _TELLING.isdisjoint(hit.means.names) or hit.means.negates for hit in between):
        return None
    cued = any(not _CHANGES.isdisjoint(hit.means.addresses) for hit in between)
    begged = terms.among("begs", *words_of(fresh.low[first.end : second.start]))
    return False if cued or begged else None


def _mistyped(fresh: Fresh, terms: Terms, pair: _Pair) -> bool | None:
    """As in "I mistyped it, instead of x it now says y": x was meant, where a mistake is told of and nobody asks for y."""
    first, second = pair
    start, stop = fresh.sentence_at(first.start)
    if second.start >= stop:
        return None
    before, between = fresh.within(start, first.start), fresh.within(first.end, second.start)
    if _is_misspelled_as(fresh, terms, before, pair):
        return True
    leads = any(_is_beside(fresh, hit, "instead", first) for hit in before)
    if not (leads or _trails(fresh, pair)) or not _tells_of_mistake(fresh, start, stop):
        return None
    told = keys(between, "addresses")
    if leads and not _CHANGES.isdisjoint(told) and "registered" not in told:
        return None  # "it is wrong: instead of x please use y"
    if any("works" in hit.means.states for hit in fresh.within(second.end, stop)):
        return None  # "instead of x it is y that is right"
    return None if terms.among("begs", *words_of(fresh.low[first.end : second.start])) else True


def _is_misspelled_as(fresh: Fresh, terms: Terms, before: Sequence[Hit], pair: _Pair) -> bool:
    """As in "I misspelled x as y"."""
    first, second = pair
    between = words_of(fresh.low[first.end : min(second.start, first.end + _LEAD)])
    wrong = any("wrong" in hit.means.states and first.start - hit.end <= _NEXT for hit in before)
    return wrong and len(between) == 1 and terms.among("as", between[0])


def _trails(fresh: Fresh, pair: _Pair) -> bool:
    """As in Korean and Japanese "x-instead y-as entered"."""
    first, second = pair
    between = fresh.within(first.end, second.start)[:1]
    return any(
        "instead" in hit.means.addresses and has_cjk(fresh.text[hit.start : hit.end]) for hit in between
    )


def _tells_of_mistake(fresh: Fresh, start: int, stop: int) -> bool:
    """Whether a sentence, or the one before, says that something was mistyped."""
    begin = fresh.sentence_at(max(0, start - _NEXT))[0]
    return any("wrong" in hit.means.states for hit in fresh.within(begin, stop))


def _is_beside(fresh: Fresh, hit: Hit, key: str, one: Found) -> bool:
    """Whether a phrase of [addresses] stands right before an address, no colon between: "From: x" is a mail's head."""
    return (
        key in hit.means.addresses
        and hit.end < one.start <= hit.end + BESIDE
        and ":" not in fresh.text[hit.end : one.start]
    )


def _gives_way(fresh: Fresh, terms: Terms, pair: _Pair) -> bool | None:
    """As in "x to be replaced by y"."""
    words = words_of(fresh.low[pair[0].end : min(pair[1].start, pair[0].end + _LEAD)])
    return False if words and terms.among("gives_way", " ".join(words)) else None


def _takes_over(fresh: Fresh, terms: Terms, pair: _Pair) -> bool | None:
    """As in "y is to replace x", but not in "I typed y instead of x", which tells of a mistake."""
    first, second = pair
    words = words_of(fresh.low[first.end : min(second.start, first.end + _LEAD)])
    if not (words and terms.among("takes_over", " ".join(words))):
        return None
    start, stop = fresh.sentence_at(first.start)
    told = any("registered" in hit.means.addresses for hit in fresh.within(start, first.start))
    return None if told or _tells_of_mistake(fresh, start, stop) else True


def _each_told(fresh: Fresh, terms: Terms, pair: _Pair) -> bool | None:
    """As in "x was my old address, y is my new one" and "y is correct, x was a typo": what each one is stands right behind it."""
    first, second = pair
    start, stop = fresh.sentence_at(first.start)
    between = fresh.within(first.end, second.start)
    if second.start >= stop or not between or not between[-1].means.breaks:
        return None
    if second.start - between[-1].end > _NEXT or any(
        not _CUES.isdisjoint(hit.means.addresses) for hit in fresh.within(start, first.start)
    ):
        return None
    one = _is_new(terms, between)
    other = _is_new(terms, fresh.within(second.end, stop))
    return one if one is not None and other is not None and one != other else None


def _is_new(terms: Terms, hits: Sequence[Hit]) -> bool | None:
    """Whether what is said of an address makes it the newer one, or the older; None if it is neither, or both."""
    parts = clauses(hits, terms.opposites)
    states = frozenset[str]().union(*[part.states for part in parts])
    if any(part.question or part.reserved for part in parts):
        return None
    old = bool(states & _LOST) or any("registered" in hit.means.addresses for hit in hits)
    new = "works" in states or any("wanted" in hit.means.addresses for hit in hits)
    return new if old != new else None


def _was_now(fresh: Fresh, terms: Terms, pair: _Pair) -> bool | None:
    """As in "was x, now y", "now y, before x", one below the other too."""
    if sum([bool(hit.means.ends) for hit in fresh.within(pair[0].end, pair[1].start)]) > 1:
        return None
    first, second = _lead(fresh, pair[0], 0), _lead(fresh, pair[1], pair[0].end)
    if _ends_in(terms, "formerly", first) and _ends_in(terms, "nowadays", second):
        return False
    return True if _ends_in(terms, "nowadays", first) and _ends_in(terms, "formerly", second) else None


def _lead(fresh: Fresh, one: Found, least: int) -> list[str]:
    """The words before an address in its sentence."""
    start, _ = fresh.sentence_at(one.start)
    return words_of(fresh.low[max(start, least, one.start - _LEAD) : one.start])


def _ends_in(terms: Terms, key: str, words: Sequence[str]) -> bool:
    """Whether words end in one of a list, or in two that are, but for an "is" and the like behind it."""
    last = words[-_WORDS:]
    for place in range(len(last) - 1, -1, -1):
        if terms.among(key, last[place], " ".join(last[max(0, place - 1) : place + 1])):
            return True
        if not terms.among("is", last[place]) and not terms.among("article", last[place]):
            return False
    return False


def _told_which(fresh: Fresh, terms: Terms, pair: _Pair) -> bool | None:
    """As in "x and y - the first is dead", "… please use the second", "… only the second works".

    Of "it is x or y, the first is dead" nobody knows which one the account has.
    """
    behind = fresh.within(pair[1].end, pair[1].end + _BEHIND)
    if not any(hit.means.speech & _EITHER for hit in behind):
        return None
    for part in clauses(behind, terms.opposites):
        named = part.marks & _EITHER
        if len(named) != 1 or part.question or part.reserved:
            continue
        if not _ADDRESSES.issuperset(part.things):
            continue  # "the second device is broken"
        is_first = "first" in named
        if part.states & _LOST:
            return None if alternatives(fresh, *pair) else not is_first
        if not part.negated and _is_accounts(part):
            return not is_first
        wanted = any("wanted" in hit.means.addresses for hit in part.hits)
        if not part.negated and (wanted or (part.states & HAS and "only" in part.marks)):
            return is_first
    return None


def alternatives(fresh: Fresh, first: Found, second: Found) -> bool:
    """As in "x or y"."""
    return any("or" in hit.means.speech for hit in fresh.within(first.end, second.start))


def _is_accounts(part: Clause) -> bool:
    """As in "The former is the one in my account", "The first is registered"; not by its "former" alone."""
    said = next(hit for hit in part.hits if hit.means.speech & _EITHER)
    return any("registered" in hit.means.addresses and hit.start >= said.end + _IS for hit in part.hits) or (
        "is_at" in part.states and any("account" in hit.means.names for hit in part.hits)
    )


def _retyped(fresh: Fresh, terms: Terms, pair: _Pair) -> bool | None:
    """As in "I made the account today and typed x. It's y of course": who registers and then names much the same address puts it right."""
    first, second = pair
    if not _is_mistyped(first.value, second.value) or is_put_right(fresh, first, second):
        return None
    between = fresh.within(first.end, second.start)
    if sum(bool(hit.means.ends) for hit in between) > 1 or any(hit.means.negates for hit in between):
        return None
    start, stop = fresh.sentence_at(first.start)
    if is_listed(fresh, first.start):
        start = fresh.sentence_at(max(0, start - _NEXT))[0]  # "… and typed", and in a line of its own x
    before, behind = fresh.within(start, first.start), fresh.within(first.end, min(stop, second.start))
    registers = any("account" in hit.means.names for hit in before) or any(
        not _REGISTERING.isdisjoint((*hit.means.names, *hit.means.speech)) for hit in (*before, *behind)
    )
    cues = keys(before, "addresses")
    mistaken = any("wrong" in hit.means.states for hit in (*before, *behind))
    if not registers or "wanted" in cues or ("change" in cues and not mistaken):
        return None
    if terms.among("begs", *words_of(fresh.low[start : first.start])[-_WORDS:]):
        return None  # "I made an account and want x on it"
    is_here = [match.end() for match in terms.is_word.finditer(fresh.low, first.end, second.start)][-1:]
    here = [*is_here, *[hit.end for hit in between if "iam" in hit.means.names]]  # "its x"
    return False if any(second.start - end <= _NEXT for end in here) else None


def _should_be(fresh: Fresh, _: Terms, pair: _Pair) -> bool | None:
    """As in "It is x, and it should be y", with line ends and colons or not, of two that are much the same."""
    first, second = pair
    if not _is_mistyped(first.value, second.value) or is_put_right(fresh, first, second):
        return None
    if "wanted" in keys(fresh.within(fresh.sentence_at(first.start)[0], first.start), "addresses"):
        return None
    between = fresh.within(first.end, second.start)
    wanted = any("wanted" in hit.means.addresses and second.start - hit.end <= BESIDE for hit in between)
    return False if wanted and not any(hit.means.negates for hit in between) else None


def _is_mistyped(wrong: str, right: str) -> bool:
    """Whether one address is another but for some letters that were left out, put in or swapped."""
    if wrong.lower() == right.lower():
        return False
    same = SequenceMatcher(None, wrong.lower(), right.lower(), autojunk=False).get_matching_blocks()
    alike = sum(block.size for block in same)
    return max(len(wrong), len(right)) - alike <= _TYPOS


_RULES: tuple[Callable[[Fresh, Terms, _Pair], bool | None], ...] = (
    _arrow,
    _from_to,
    _mistyped,
    _in_place_of,
    _gives_way,
    _takes_over,
    _each_told,
    _was_now,
    _told_which,
    _retyped,
    _should_be,
)
