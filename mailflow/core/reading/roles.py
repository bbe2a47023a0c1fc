"""Which of a person's addresses an address is, told by the words around it: the account's own, or the new one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mailflow.core.reading.addressforms import Found
from mailflow.core.reading.clauses import clauses
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import Concept, Hit
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import has_cjk, words_of

REGISTERED, WANTED = "registered", "wanted"
PLAIN = "plain"  # an address of theirs, and no more is said
NEXT = "next"  # one that they like less than the one before
NONE = ""

_STATED, _CUED, _LOST, GUESSED, _CORRECTED, _SHAKY = 0.85, 0.8, 0.72, 0.7, 0.65, 0.6
_GONE = frozenset({"gone", "ended", "fails", "wrong", "unverified"})
_LOOK_BACK = 30
_ATTACHED = 1  # characters
_BESIDE, _NEAR, _BY_ACCOUNT = 3, 12, 30  # characters
_COUNTERPART = {REGISTERED: WANTED, WANTED: REGISTERED}
_LIST_MARKS = " \t0123456789.)(-*•·"
_ARROWS = frozenset({"->", "→", "=>", "-->", "==>", ">", ">>", "➜", "⇒"})


class Role(NamedTuple):
    name: str
    sure: float


@dataclass(frozen=True, slots=True)
class _Window:
    """What is said around an address: up to its neighbours or the end of the sentence."""

    before: Sequence[Hit]
    beside: frozenset[str]  # the address words right before it
    next_to: frozenset[str]  # those right before the next address of the sentence
    near: frozenset[str]  # those a little further
    after: Sequence[Hit]  # up to a comma
    behind: Sequence[Hit]  # all that follows
    right_behind: frozenset[str]  # the address words of Japanese or Korean that follow at once
    sentence: frozenset[Concept]  # all that it says
    changes: bool  # a change is spoken of before it or right behind it, or anywhere beside two addresses
    follows: bool  # another address stands before it in the sentence
    earlier: str  # and that one's role
    spanned: bool  # a phrase goes around it, up to the next: "change x to"
    arrow: bool  # and between the two an arrow
    account: bool  # the account is spoken of just before it
    bracketed: bool  # it stands in brackets right behind a word for a mailbox
    lost: bool  # what is said right before or behind it is that it is lost
    begged: frozenset[int]  # where it is wished that something be so: "please have it | linked to x"


def roles(fresh: Fresh, terms: Terms, found: Sequence[Found]) -> list[Role]:
    """The role of each address, in order."""
    ends = [hit.end for hit in fresh.hits if hit.means.ends]
    concepts = _ConceptsOf(fresh)
    told: list[Role] = []
    together = False
    for index, one in enumerate(found):
        window = _window(fresh, terms, found, index, ends, concepts, told[-1].name if told else NONE)
        told.append(next((role for rule in _RULES if (role := rule(one, window)) is not None), Role(NONE, 0)))
        together = together or window.follows
    if not together or len(told) != 2:
        return told
    between = fresh.within(found[0].end, found[1].start)
    if any("or" in hit.means.speech for hit in between):
        return _either(told)
    return _put_right(fresh, found, told) or _paired(told)


def _instead(_: Found, window: _Window) -> Role | None:
    """As in "x instead of y"; where y comes first, the other one tells the role."""
    if "instead" not in window.near:
        return None
    return Role(_COUNTERPART.get(window.earlier, WANTED), _CUED) if window.earlier else Role(NONE, 0)


def _changed(_: Found, window: _Window) -> Role | None:
    """As in "change it from x to y"."""
    if window.spanned:
        return Role(REGISTERED, _STATED)
    if not window.changes:
        return None  # "somebody got into x, changed the password"
    if "from" in window.beside:
        return Role(REGISTERED, _STATED)
    if "change" in window.beside and "to" in window.next_to:
        return Role(REGISTERED, _STATED)  # "change x to y"
    return Role(WANTED, _STATED) if window.beside & {"to", "change"} else None


def _turned_into(_: Found, window: _Window) -> Role | None:
    """As in Japanese and Korean "the registered address x-into change": what it is changed into stands right before the verb."""
    return Role(WANTED, _STATED) if "wanted" in window.right_behind else None


def _arrow(_: Found, window: _Window) -> Role | None:
    """As in "x -> y"."""
    return Role(WANTED, _CUED) if window.arrow else None


def _announced(_: Found, window: _Window) -> Role | None:
    """As in "my old address x", "please use x"; of "the registered address should be x" the first cue counts."""
    cues = [hit for hit in window.before if not hit.means.addresses.isdisjoint(_COUNTERPART)]
    if not cues:
        return Role(PLAIN, _CUED) if "plain" in keys(window.before, "addresses") and not window.lost else None
    supposed = len(cues) > 1 and _only_supposes(cues[-2], cues[-1], window.before)
    last = cues[-2] if supposed else cues[-1]
    if "tied" in last.means.addresses and last.start in window.begged:
        return Role(WANTED, _CUED)
    return Role([key for key in keys([last], "addresses") if key in _COUNTERPART][-1], _CUED)


def _only_supposes(cue: Hit, should: Hit, before: Sequence[Hit]) -> bool:
    """Whether "should be" says no more than that they are not sure: no comma, and nothing wrong, stands before it."""
    between = [hit for hit in before if cue.end <= hit.start < should.start]
    return "should" in should.means.addresses and not any(
        hit.means.breaks or hit.means.ends or hit.means.states for hit in between
    )


def _explained(_: Found, window: _Window) -> Role | None:
    """As in "x is my new address"."""
    if window.account and window.after and window.after[0].means.breaks == "open":
        return None  # "my account with x (mails do reach me there)"
    cues = [key for key in keys(window.after, "addresses") if key in _COUNTERPART]
    return Role(cues[0], _CUED) if cues else None


def _told_behind(_: Found, window: _Window) -> Role | None:
    """As in "x, with which I registered", which does not go on with the new one."""
    cues = keys(window.behind, "addresses")
    known = "registered" in cues and not {"wanted", "change"} & set(cues)
    return Role(REGISTERED, GUESSED) if known else None


def _next_best(_: Found, window: _Window) -> Role | None:
    """As in "use x, or y, or if all fails z": people name what they like best first."""
    if not window.earlier:
        return None
    more = any(hit.means.states or set(hit.means.things) - {"an_address"} for hit in window.before)
    return Role(NEXT, 0) if not more or "if" in keys(window.before, "speech") else None


def _in_brackets(_: Found, window: _Window) -> Role | None:
    """As in "the university closed my mailbox (x)"."""
    return Role(REGISTERED, _SHAKY) if window.bracketed else None


def _lost(_: Found, window: _Window) -> Role | None:
    """As in "I cannot read x any more"."""
    return Role(REGISTERED, _LOST) if window.lost else None


def _of_account(_: Found, window: _Window) -> Role | None:
    """As in "the account x"."""
    return Role(REGISTERED, GUESSED) if window.account else None


def _corrected(_: Found, window: _Window) -> Role | None:
    """As in "sorry, it is x"."""
    return Role(WANTED, _CORRECTED) if ("speech", "correct") in window.sentence else None


def _plain(_: Found, window: _Window) -> Role | None:
    """As in "my e-mail is x"."""
    return Role(PLAIN, GUESSED) if "mailbox" in keys(window.before, "things") else None


_RULES: tuple[Callable[[Found, _Window], Role | None], ...] = (
    _instead,
    _turned_into,
    _changed,
    _arrow,
    _announced,
    _explained,
    _next_best,
    _lost,
    _in_brackets,
    _told_behind,
    _of_account,
    _corrected,
    _plain,
)


class _ConceptsOf(dict[tuple[int, int], frozenset[Concept]]):
    """What a part of the text speaks of, each part once: a sentence may hold hundreds of addresses."""

    def __init__(self, fresh: Fresh) -> None:
        self._fresh = fresh

    def __missing__(self, part: tuple[int, int]) -> frozenset[Concept]:
        hits = self._fresh.within(*part)
        self[part] = found = frozenset(concept for hit in hits for concept in hit.means.concepts)
        return found


def keys(hits: Sequence[Hit], table: str) -> list[str]:
    return [key for hit in hits for name, key in hit.means.concepts if name == table]


def _put_right(fresh: Fresh, found: Sequence[Found], told: Sequence[Role]) -> list[Role] | None:
    """Of two addresses in one sentence, as in "not x but y", "it is y, not x": y counts, the new one if no more is said.

    "Please use y, not x" is another matter, unless it corrects what was said.
    """
    denied = [_is_denied(fresh, one) for one in found]
    named = any(role.name in _COUNTERPART for role in told)
    if denied[0] == denied[1] or (named and not any("correct" in hit.means.speech for hit in fresh.hits)):
        return None
    start = max([hit.end for hit in fresh.within(0, found[0].start) if hit.means.ends], default=0)
    cues = [key for key in keys(fresh.within(start, found[0].start), "addresses") if key in _COUNTERPART]
    said = Role(cues[-1], _CUED) if cues else Role(WANTED, _CORRECTED)
    return [Role(NONE, 0), said] if denied[0] else [said, Role(NONE, 0)]


def _either(told: Sequence[Role]) -> list[Role]:
    """As in "either x or y": where no more is said the likelier one, which people name first, is an address of theirs."""
    first, second = told
    if first.name == NONE and second.name == NONE:
        return [Role(PLAIN, _SHAKY), second]
    return [first, second] if second.name in _COUNTERPART else [first, first]


def _is_denied(fresh: Fresh, one: Found) -> bool:
    hits = fresh.within(max(0, one.start - _LOOK_BACK), one.start)
    return any(hit.means.negates and 0 <= one.start - hit.end <= _BESIDE for hit in hits)


def _paired(told: Sequence[Role]) -> list[Role]:
    """Of two addresses in one sentence, the one without a role has the other's counterpart."""
    first, second = told
    if first.name in _COUNTERPART and second.name not in _COUNTERPART:
        return [first, Role(_COUNTERPART[first.name], _SHAKY)]
    if second.name in _COUNTERPART and first.name not in _COUNTERPART:
        return [Role(_COUNTERPART[second.name], GUESSED), second]
    return [first, second]


def _window(
    fresh: Fresh,
    terms: Terms,
    found: Sequence[Found],
    index: int,
    ends: Sequence[int],
    concepts: Mapping[tuple[int, int], frozenset[Concept]],
    earlier: str,
) -> _Window:
    one = found[index]
    start = _sentence_start(fresh, one.start, ends)
    stop = next((end for end in ends if end > one.end), len(fresh.text))
    begin = max(start, found[index - 1].end if index else 0)
    until = min(stop, found[index + 1].start if index + 1 < len(found) else stop)
    before, after = fresh.within(begin, one.start), _to_break(fresh.within(one.end, until))
    behind = after or _behind_comma(fresh, one, until)
    said = [*clauses(before, terms.opposites)[-1:], *clauses(behind, terms.opposites)[:1]]
    following = next((other for other in found[index + 1 : index + 2] if other.start < stop), None)
    follows = index > 0 and found[index - 1].end > start
    return _Window(
        before=before,
        beside=_close(before, one, _BESIDE, "addresses"),
        next_to=_beside(fresh, following) if following else frozenset(),
        near=_close(before, one, _NEAR, "addresses"),
        after=after,
        behind=fresh.within(one.end, until),
        right_behind=_attached(fresh, one, after) if following is None else frozenset(),
        sentence=concepts[start, stop],
        changes=("addresses", "change") in concepts[start, stop]
        and (
            follows
            or following is not None
            or "change" in keys([*fresh.within(start, one.start), *after], "addresses")
        ),
        follows=follows,
        earlier=earlier if follows else NONE,
        spanned=following is not None
        and any(0 <= following.start - hit.end <= _BESIDE and hit.end > one.end for hit in before),
        arrow=index > 0 and fresh.text[found[index - 1].end : one.start].strip() in _ARROWS,
        account=bool(_close(before, one, _BY_ACCOUNT, "names")),
        bracketed=fresh.text[begin : one.start].rstrip().endswith(("(", "（"))
        and "mailbox" in _close(before, one, _NEAR, "things"),
        lost=any(part.states & _GONE for part in said),
        begged=frozenset(_begged(fresh, terms, before, begin)),
    )


def _behind_comma(fresh: Fresh, one: Found, until: int) -> list[Hit]:
    """What follows an address that is put in between commas: "the address in it, that is x, does not exist"."""
    hits = fresh.within(one.end, until)
    put_in = bool(hits) and hits[0].means.breaks == "comma" and hits[0].start == one.end
    return (
        _to_break(hits[1:])
        if put_in and "," in fresh.text[max(0, one.start - _LOOK_BACK) : one.start]
        else []
    )


def _begged(fresh: Fresh, terms: Terms, before: Sequence[Hit], begin: int) -> Iterator[int]:
    for hit in before:
        if "tied" in hit.means.addresses:
            words = words_of(fresh.low[begin : hit.start])
            if words and terms.among("becomes", words[-1]) and terms.among("begs", *words):
                yield hit.start


def _attached(fresh: Fresh, one: Found, after: Sequence[Hit]) -> frozenset[str]:
    hits = [hit for hit in after if hit.start - one.end <= _ATTACHED]
    return frozenset(keys([hit for hit in hits if has_cjk(fresh.text[hit.start : hit.end])], "addresses"))


def _close(hits: Sequence[Hit], one: Found, distance: int, table: str) -> frozenset[str]:
    """What the hits that end at most so many characters before an address mean."""
    return frozenset(keys([hit for hit in hits if one.start - hit.end <= distance], table))


def _beside(fresh: Fresh, one: Found) -> frozenset[str]:
    """The address words right before an address, past which none of them goes."""
    hits = fresh.within(max(0, one.start - _LOOK_BACK), one.start)
    return _close([hit for hit in hits if hit.end <= one.start], one, _BESIDE, "addresses")


def _sentence_start(fresh: Fresh, place: int, ends: Sequence[int]) -> int:
    """Where the sentence begins that announces what stands at a place: "New address, best first:", a list below it."""
    line = fresh.starts[fresh.line_at(place)]
    listed = is_listed(fresh, place) and (line == 0 or line - 1 in fresh.hard)
    start = line if listed else max((end for end in ends if end <= place), default=0)
    above = fresh.text[:start].rstrip()
    goes_on = above.endswith((":", "："))
    if listed and above[-1:].isalpha() and "@" not in above[above.rfind("\n") + 1 :]:
        goes_on = True  # "Please replace it by", and below that x
    if start and (listed or not fresh.within(start, place)) and goes_on:
        return max((end for end in ends if end < len(above)), default=0)
    return start


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
