"""Account names: in their slot with whatever people wrap them in, in prose after the words that announce them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice, takewhile

from mailflow.core.form import Field
from mailflow.core.reading import announced, introduced, notbut, whichaccount
from mailflow.core.reading.claim import CORRECTED_NAME, ORDINARY, Claim, prose_rule
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.likeness import Writer, is_made_of, words_of_writer
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.namelike import INSISTED, NAME, QUOTES, SHAKY, STRONG, accepted, is_insisted
from mailflow.core.reading.slots import Slot
from mailflow.core.reading.taken import Spans
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import words_of

_LONGEST = 64
_WRAPPING = QUOTES + "<>[](){}（）【】* \t\xa0"
_WHOLE = re.compile(rf"@?(_*{NAME}_*)", re.ASCII)
_WRAPPED = re.compile(rf"[{QUOTES}][ \xa0]?@?(_*{NAME}_*)[ \xa0]?[{QUOTES}]", re.ASCII)
_WORD_SAID = re.compile(
    rf"(?P<open>[{QUOTES}<*]?)(?P<name>_*{NAME}_*)(?P<close>[{QUOTES}>*]?)(?!\S)", re.ASCII
)
_LINK = re.compile(rf"(?:https?://)?[\w.-]+/((?:\w+/)+)({NAME})/?", re.ASCII)
_MENTION = re.compile(r"@(?:(?<=[\s(（]@)|(?<!.@))([A-Za-z0-9][\w-]{0,62})(?![\w@.-]*[\w@])", re.ASCII)
_TRAILING = re.compile(r"\s*[(（\[].*\Z", re.DOTALL)
_CLOSING = re.compile(r"[)\]}>]")
_OR = re.compile(
    rf"[{QUOTES}]?,?[ \n](?P<or>\w+(?: \w+)?)[ \n](?P<open>[{QUOTES}]?)(?P<name>{NAME})(?P<close>[{QUOTES}]?)"
)
_MOST = 200  # phrases that may announce a name: each is looked around closely
_PIECES = re.compile(r"[,;，；、]\s?|\s[/|]\s")
_SEVERAL = 2
_SAID = frozenset({"account", "noun"})  # kinds of words that announce a name
_INTRODUCES = frozenset({"iam", "mine"})
_LAST_WORD = 2  # rank of what is set against another
_FAR = 150  # characters
_IN_PROSE = prose_rule("name")
_MAINTAINS = ("projects", "author")
_NO_NAME = frozenset({"not", "without", "doubt", "yes"})


def clean(value: str) -> str:
    """A name without what people wrap it in; "" if more than a name stands there."""
    value = value.strip().strip("|").strip()
    wrapped = _WRAPPED.findall(value)
    if len(wrapped) == 1 and len(value.split()) <= 6:
        return str(wrapped[0])
    bare = value.strip(_WRAPPING).rstrip(".,;:!。，、").strip(_WRAPPING)
    if not _WHOLE.fullmatch(bare):
        bare = _TRAILING.sub("", bare).strip(_WRAPPING + ".,;:!。，、")
    match = _WHOLE.fullmatch(bare)
    return match.group(1) if match and len(match.group(1)) <= _LONGEST else ""


def in_slot(fresh: Fresh, terms: Terms, slot: Slot, field: Field) -> Iterator[Claim]:
    """The name that a slot holds, out of whatever it is wrapped in."""
    text = fresh.text[slot.start : slot.end]
    if any(one.start == slot.start for one in fresh.addresses):
        return
    first = text.split("\n")[0]
    if insisted := _insisted(fresh, terms, slot, first):
        start = fresh.text.index(insisted, slot.start)
        yield Claim(field.key, insisted, slot.rule, slot.sure, start, start + len(insisted))
        return
    if terms.states_nothing(field, text):
        return
    name = (
        _from_path(first, terms, field)
        or clean(first)
        or clean(_PIECES.split(first)[0])
        or clean(_CLOSING.split(first)[0])
    )
    start = fresh.text.find(name, slot.start)
    if name and (right := notbut.at_once(fresh, terms, start + len(name))) is not None:
        name, start = right["name"].rstrip(".-"), right.start("name")
    if name and not _is_word(name, fresh, start) and not terms.states_nothing(field, name):
        yield Claim(field.key, name, slot.rule, slot.sure, start, start + len(name))


def _insisted(fresh: Fresh, terms: Terms, slot: Slot, text: str) -> str:
    """The ordinary word that somebody says is the name: "lost (yes, really)", or puts in quotes; "" elsewhere."""
    match = _WORD_SAID.match(text) if fresh.insists or text[:1] in QUOTES else None
    if match is None:
        return ""
    start, end = (slot.start + place for place in match.span("name"))
    quoted = bool(match["open"] and match["close"])
    insisted = is_insisted(fresh, terms, start, end, quoted=quoted)
    return match["name"] if insisted or (quoted and _answers_nothing(terms, slot, match["name"])) else ""


def _answers_nothing(terms: Terms, slot: Slot, word: str) -> bool:
    """Whether a word in quotes would be a yes where no yes or no is asked for, and so is the name: 'User name: "yes"'."""
    return not slot.asked and word.lower() in terms.values.get("yes", ())


def _from_path(text: str, terms: Terms, field: Field) -> str:
    """The name in a link with the path of a profile, on whatever host: "https://pypi.example/user/jdoe/"."""
    paths = {prefix.partition("/")[2] for prefix, owner in terms.profiles if owner is field}
    links = (_LINK.fullmatch(word.strip(_WRAPPING)) for word in text.split() if "/" in word)
    return next((link[2] for link in links if link and link[1].lower() in paths), "")


def _is_word(name: str, fresh: Fresh, place: int) -> bool:
    """Whether what stands in the slot is "forgotten" or "none" rather than a name."""
    hits = fresh.within(place, place + len(name))
    return any(
        hit.means.states or "password" in hit.means.things or not _NO_NAME.isdisjoint(hit.means.speech)
        for hit in hits
    )


def in_prose(fresh: Fresh, terms: Terms, hits: tuple[Hit, ...]) -> Iterator[Claim]:
    """The account's names that prose gives by a link, a correction, an announcement or an introduction."""
    field = terms.name
    for claim in _in_prose(fresh, terms, field, hits) if field is not None else ():
        yield claim._replace(end=_with_another(fresh, terms, claim.end))


def _with_another(fresh: Fresh, terms: Terms, end: int) -> int:
    """Where the words for a name end, with the other one of "x or y": the first is tried first, and the staff sees both."""
    match = _OR.match(fresh.text, end)
    if match is None or not any("or" in hit.means.speech for hit in fresh.within(*match.span("or"))):
        return end
    other = accepted(fresh, terms, match, strong=False, said=True)
    return end if other is None or terms.everyday(other.name) else match.end()


def _in_prose(fresh: Fresh, terms: Terms, field: Field, hits: tuple[Hit, ...]) -> Iterator[Claim]:
    yield from _profiles(fresh, terms, field)
    yield from notbut.corrected(fresh, terms, field)
    yield from _mentioned(fresh, terms, field)
    yield from whichaccount.in_prose(fresh, terms, field)
    if (
        there := announced.named_there(fresh, terms)
        or announced.under_service(fresh, terms)
        or announced.unlike_elsewhere(fresh, terms)
    ):
        yield Claim(field.key, there.name, "name at the service", there.sure, there.start, there.end)
    for hit in islice((hit for hit in hits if hit.means.names), _MOST):
        yield from _announced(fresh, terms, field, hit)
    yield from _introduced(fresh, terms, field, hits)


def _profiles(fresh: Fresh, terms: Terms, field: Field) -> Iterator[Claim]:
    for prefix, owner in terms.profiles:
        place = fresh.low.find(prefix) if owner is field else -1
        if place >= 0:
            match = _WHOLE.match(fresh.text, place + len(prefix))
            if match:
                name = match.group(1).rstrip(".-")
                yield Claim(field.key, name, "profile URL", 0.9, place, match.end(), rank=2)


def _announced(fresh: Fresh, terms: Terms, field: Field, hit: Hit) -> Iterator[Claim]:
    for key in hit.means.names:
        found = announced.find(fresh, terms, hit, key)
        if found is not None and (found.sure >= INSISTED or not terms.states_nothing(field, found.name)):
            start, end = min(found.start, hit.start), max(found.end, hit.end)
            rank = _LAST_WORD if key in _SAID and _is_set_against(fresh, hit) else ORDINARY
            if key in _INTRODUCES and found.sure == SHAKY:
                rank = 0  # "I am a doctorand, my account is jdoe": it may be a word that no dictionary has
            yield Claim(field.key, found.name, _IN_PROSE, found.sure, start, end, rank)
            right = notbut.at_once(fresh, terms, found.end) or notbut.thought(
                fresh, terms, found.start, found.end
            )
            if right is not None:
                name = right["name"].rstrip(".-")
                yield Claim(field.key, name, CORRECTED_NAME, STRONG, found.start, right.end(), rank=2)


def _is_set_against(fresh: Fresh, hit: Hit) -> bool:
    """As in "I am logged in as x, but the account that I can't reach is y": a "but" leads to what speaks of the account."""
    before = reversed(fresh.within(max(0, hit.start - _FAR), hit.start))
    told = list(takewhile(lambda other: not other.means.ends, before))
    but = next((place for place, other in enumerate(told) if other.means.breaks), None)
    return (
        but is not None
        and told[but].means.breaks == "but"
        and any("as" in one.means.names for one in told[but:])
    )


def _introduced(fresh: Fresh, terms: Terms, field: Field, hits: tuple[Hit, ...]) -> Iterator[Claim]:
    mine = [hit for hit in hits if _MAINTAINS in hit.means.concepts]
    for hit in mine[:_MOST]:
        if found := introduced.apposed(fresh, terms, hit):
            yield Claim(field.key, found.name, _IN_PROSE, found.sure, found.start, found.end)
    for found in () if fresh.text.isascii() else introduced.by_copula(fresh, terms):
        yield Claim(field.key, found.name, _IN_PROSE, found.sure, found.start, found.end)


def set_apart(fresh: Fresh, terms: Terms, field: Field) -> Iterator[Claim]:
    """A name that nothing announces, where one is wanted and no other was found."""
    for found in (*introduced.set_apart(fresh, terms), *introduced.same_as_elsewhere(fresh, terms)):
        yield Claim(field.key, found.name, "name set apart", found.sure, found.start, found.end, rank=0)


def _mentioned(fresh: Fresh, terms: Terms, field: Field) -> Iterator[Claim]:
    """As in "@x", unless it is one at another service."""
    for match in _MENTION.finditer(fresh.text) if "@" in fresh.text else ():
        near = words_of(fresh.low[max(0, match.start() - 25) : match.end() + 25])
        if not (terms.among("elsewhere", *near) or terms.states_nothing(field, match[1])):
            yield Claim(field.key, match[1].rstrip(".-"), "mention", SHAKY, match.start(), match.end())


def without_unlike(terms: Terms, claims: Sequence[Claim], writer: Writer) -> list[Claim]:
    """The claims without names of prose that are unlike the writer's own, where another one is like it.

    "User name: jdoe" of Jane Doe, who has "published as wardcount".
    """
    named = [claim for claim in claims if terms.name is not None and claim.field == terms.name.key]
    if len({str(claim.value).lower() for claim in named}) < _SEVERAL:
        return list(claims)
    words = words_of_writer(terms, writer)
    like = [claim for claim in named if is_made_of(str(claim.value), words)]
    surest = max((claim.sure for claim in like), default=0.0)
    unlike = [
        claim for claim in named if claim not in like and claim.rule == _IN_PROSE and claim.sure < surest
    ]
    return [claim for claim in claims if claim not in unlike]


def without_announcements(hits: Sequence[Hit], named: Sequence[Claim]) -> list[Hit]:
    """The hits without those that only announce a name or are one: in "user name x, lost my phone" nothing is lost of it."""
    taken = Spans()
    taken.add(*((claim.start, claim.end) for claim in named))
    left: list[Hit] = []
    place = 0
    for start, end in taken:
        left += hits[place : bisect_left(hits, (start,), place)]
        place = bisect_left(hits, (end,), place)
    return [*left, *hits[place:]]
