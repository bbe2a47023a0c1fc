"""E-mail addresses as answers: in their slot, or in prose with the role that the words around them tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import takewhile

from mailflow.core.form import Field
from mailflow.core.reading.addressforms import Found, find_plain
from mailflow.core.reading.claim import Claim, prose_rule
from mailflow.core.reading.clauses import HAS, Clause
from mailflow.core.reading.denied import is_denied
from mailflow.core.reading.exchanged import alternatives, exchanged
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import CUE, HERE, Hit
from mailflow.core.reading.ranked import liked_best
from mailflow.core.reading.roles import GUESSED, NEXT, PLAIN, REGISTERED, WANTED, Role, roles
from mailflow.core.reading.sentences import COMMA, comma_parts, sentences
from mailflow.core.reading.slots import Slot
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.windows import BESIDE, is_listed, keys
from mailflow.core.reading.words import words_of
from mailflow.core.text import Mark

_SPELLED = 0.1  # less sure: we put it together
_SENDER = 0.7
_GIVEN = 0.8  # a new address in so many letters, beside which "this address" is another matter
_MOST_OFFERED = 12  # addresses
_OFFERED = 0.8  # how sure the one is that is liked best
_LIKELY = 0.62  # where the mailbox is lost and no other address is
_SIGNED = 6  # lines with text, the last ones of a mail, among which they sign
_TWO = 2
_SIGNED_WITH = 10  # lines below a farewell, at most
_FIRST = 2  # sentences that may answer
_NOTICE = 120  # characters of a legal notice before an address in it
_PLEA = 25  # characters: "please do not use "
_LEAD = 12  # characters behind a "this is": " my ", " the "
_ACCOUNTS = frozenset({"signup", "account"})
_CHANGES = frozenset({"changed", "new"})
_ADDRESSES = frozenset({"mailbox", "an_address"})
_TELLS = frozenset({"registered", "wanted", "change"})


def in_slot(fresh: Fresh, terms: Terms, slot: Slot, field: Field) -> Iterator[Claim]:
    """The first address that a slot holds, or the one by which that is put right: "not x but y"."""
    found = [one for one in fresh.addresses if slot.start <= one.start and one.end <= slot.end]
    if len(found) > 1 and is_denied(fresh, terms, found[0].start, slot.start):
        found = found[1:]
    if found and _heads_mail(fresh, slot, found[0]):
        return
    for one in found[:1]:
        sure = slot.sure - (_SPELLED if one.spelled else 0)
        yield Claim(field.key, one.value, slot.rule, sure, one.start, one.end)


def _heads_mail(fresh: Fresh, slot: Slot, one: Found) -> bool:
    """As in "From: Jo Doe <jo@example.org>", with which a mail begins that somebody pasted."""
    name = fresh.text[slot.start : one.start].strip()
    label = fresh.within(slot.label, slot.start)
    return len(name) > 1 and name.endswith("<") and any("from" in hit.means.addresses for hit in label)


def end_of_choice(fresh: Fresh, slot: Slot, end: int) -> int:
    """Where the addresses end that people offer in a slot behind the first one: "x, if that does not work y, as a last resort z".

    One that is told to be the account's is no such.
    """
    others = [one for one in fresh.addresses if end <= one.start and one.end <= slot.end]
    for one in others if slot.asked else ():
        if any("registered" in hit.means.addresses for hit in fresh.within(end, fresh.line_end(one.end))):
            break
        end = one.end
    return end


def _meant(fresh: Fresh, speech: AbstractSet[str], sender: str) -> str:
    """The address that they write from, or where the signature is spoken of the only one in it; "" if that is not clear."""
    if "in_signature" not in speech:
        return sender
    below = [line.text for line in fresh.lines if line.mark is Mark.SIGNATURE]
    below += [line.text for line in fresh.lines if line.mark is Mark.FRESH and line.text.strip()][-_SIGNED:]
    text = "\n".join(below)
    found = {one.value.lower(): one.value for one in find_plain(text)}
    return found.popitem()[1] if len(found) == 1 else ""


def this_one(fresh: Fresh, terms: Terms, free: Sequence[tuple[int, int]], sender: str) -> Iterator[Claim]:
    """As in "This one, please", where the new address is asked for: the one that they write from."""
    if terms.wanted is None or not sender:
        return
    for span in sentences(fresh, free)[:_FIRST]:
        for start, end in comma_parts(fresh.text[slice(*span)], span[0]):
            said = " ".join(fresh.low[start:end].split()).strip(" \"'()")
            whole = " " in said or not COMMA.search(fresh.text, *span)  # "This, I cannot tell"
            if whole and said in terms.values.get("this_one", ()):
                yield Claim(terms.wanted.key, sender, "the sender's address", _SENDER, start, end)
                return


def in_prose(
    fresh: Fresh,
    terms: Terms,
    parts: Sequence[Clause],
    free: Sequence[tuple[int, int]],
    *,
    sender: str,
    lost: bool,
    asked: Sequence[str],
    first: bool,
) -> Iterator[Claim]:
    """`free`: the parts of the text that are prose. `lost`: the account's mailbox is said to be lost."""
    found = [one for one in fresh.addresses if is_free(fresh, terms, one, free)]
    told = roles(fresh, terms, found) if found else []
    if 1 < len(found) <= _MOST_OFFERED:
        told = _by_liking(fresh, found, told, new=_only_new_asked(terms, asked))
    told, own = _beside_sender(fresh, terms, found, told, sender)
    if first and not lost and _only_supposes(fresh, found, told, parts):
        told = [Role(REGISTERED, GUESSED)] * len(found)
    if lost:
        told = _only_one_new(found, told, sender)
    replaced = lost and not any(map(_is_of_verifying, parts))
    if replaced and sender:
        told = _as_sender(fresh, found, told, sender)
    old = {one.value for one, role in zip(found, told, strict=True) if role.name == REGISTERED}
    for one, role in zip(found, told, strict=True):
        new = _only_new_asked(terms, asked) or bool(old - {one.value})
        yield from _claim(terms, one, role, plain="" if replaced else WANTED if new else REGISTERED)
    begged_off = (one for one, role in zip(found, told, strict=True) if role.name == REGISTERED)
    if lost or any(_is_not_to_be_used(fresh, one) for one in begged_off):
        yield from _other_address(fresh, terms, found, told)
    given = any(role.name == WANTED and role.sure >= _GIVEN for role in told)
    if sender and not found:
        yield from _this_one(terms, parts, sender, lost=lost)
    if own is not None:
        yield from _claim(terms, *own, plain="")
    elif sender:
        yield from _sender(fresh, terms, parts, sender, asked, lost=lost, given=given)


def _is_not_to_be_used(fresh: Fresh, one: Found) -> bool:
    """As in "please don't use x", in which the denial is one phrase with what it denies."""
    hits = [hit for hit in fresh.within(one.start - _PLEA, one.start) if one.start - hit.end <= BESIDE]
    uses = {hit.end for hit in hits if "wanted" in hit.means.addresses}
    return any(hit.means.negates and hit.end in uses for hit in hits)


def _by_liking(fresh: Fresh, found: Sequence[Found], told: list[Role], *, new: bool) -> list[Role]:
    """The roles of addresses, of which some are offered by preference. `new`: our letter asked for the new one alone."""
    liked = liked_best(fresh, found)
    if liked is None:
        return told
    best, offered = liked
    first = told[offered[0]]
    if not (
        first.name == WANTED
        or (new and (first.name != REGISTERED or first.sure <= GUESSED or len(offered) > _TWO))
    ):
        return told  # "x is dead, otherwise I would use it", "it has x, if that fails y"
    return [
        Role(WANTED, _OFFERED) if place == best else Role(NEXT, 0) if place in offered else role
        for place, role in enumerate(told)
    ]


def _only_supposes(
    fresh: Fresh, found: Sequence[Found], told: Sequence[Role], parts: Sequence[Clause]
) -> bool:
    """Whether the one address is what they think that it is, "it should be x", "x is right", as nothing is said to be wrong or to change."""
    if len({one.value.lower() for one in found}) != 1 or all(role.name != WANTED for role in told):
        return False
    end = found[-1].end + BESIDE  # "x should be the right one"
    cues = [key for hit in fresh.hits if hit.start <= end for key in keys([hit], "addresses")]
    if not set(cues).isdisjoint({"change", "instead"}):
        return False
    supposed = "should" in cues or _is_right(fresh, found[-1])
    return supposed and not any(_mends(part) or "sorry" in part.marks for part in parts)


def _is_right(fresh: Fresh, one: Found) -> bool:
    """As in "x is right"; not in "the new one, x, is right"."""
    begin, end = fresh.sentence_at(one.start)
    works = any("works" in hit.means.states for hit in fresh.within(one.end, end))
    return works and "wanted" not in keys(fresh.within(begin, one.start), "addresses")


def _mends(part: Clause) -> bool:
    """Whether a clause tells of a mistake, or of a change of address."""
    return "wrong" in part.states or bool(part.states & _CHANGES and _ADDRESSES.intersection(part.things))


def _is_of_verifying(part: Clause) -> bool:
    """Whether the address may be a good one that was never verified."""
    return "unverified" in part.states or "verification_mail" in part.things


def _as_sender(fresh: Fresh, found: Sequence[Found], told: Sequence[Role], sender: str) -> list[Role]:
    """The roles of addresses: where the account's mailbox is lost, the one that they write from is the new one.

    Unless it may be the account's: "it is x or y, the second is closed".
    """
    if len(found) == _TWO and alternatives(fresh, *found):
        return list(told)
    return [
        Role(WANTED, _LIKELY) if role.name != WANTED and one.value.lower() == sender.lower() else role
        for one, role in zip(found, told, strict=True)
    ]


def _only_one_new(found: Sequence[Found], told: Sequence[Role], sender: str) -> list[Role]:
    """The roles of addresses, of which only one can be the new one: where it is the one that they write from, no other is."""
    new = {one.value.lower() for one, role in zip(found, told, strict=True) if role.name == WANTED}
    if len(new) < 2 or sender.lower() not in new:
        return list(told)
    return [
        Role(REGISTERED, GUESSED) if role.name == WANTED and one.value.lower() != sender.lower() else role
        for one, role in zip(found, told, strict=True)
    ]


def _other_address(
    fresh: Fresh, terms: Terms, found: Sequence[Found], told: Sequence[Role]
) -> Iterator[Claim]:
    """Who has lost a mailbox and names two addresses, of which one is told from the other, means both for the account."""
    names = {role.name for role in told}
    one_way, field = (REGISTERED, terms.wanted) if REGISTERED in names else (WANTED, terms.registered)
    known = {one.value.lower() for one, role in zip(found, told, strict=True) if role.name == one_way}
    left = {one.value.lower(): one for one in found if one.value.lower() not in known}
    if field is None or not known or len(left) != 1 or NEXT in names:
        return
    (one,) = left.values()
    if one_way == REGISTERED or not is_listed(fresh, one.start):
        yield Claim(field.key, one.value, "other address", _LIKELY, one.start, one.end)


def _beside_sender(
    fresh: Fresh, terms: Terms, found: Sequence[Found], told: Sequence[Role], sender: str
) -> tuple[list[Role], tuple[Found, Role] | None]:
    """As in "from this address to x": the roles of the addresses, and the address that they write from with its own."""
    hits = fresh.hits if found and sender else ()
    here = [Found(sender, hit.start, hit.end, spelled=False) for hit in hits if hit.means.traits & HERE]
    if not here:
        return list(told), None
    both = sorted((*found, *here), key=lambda one: one.start)
    exchange = {both[place]: new for place, new in exchanged(fresh, terms, both).items()}
    own = next((one for one in here if one in exchange), None)
    if own is None:
        return list(told), None
    known = {one: Role(WANTED if new else REGISTERED, _GIVEN) for one, new in exchange.items()}
    return [known.get(one, role) for one, role in zip(found, told, strict=True)], (own, known[own])


def is_free(fresh: Fresh, terms: Terms, one: Found, free: Sequence[tuple[int, int]]) -> bool:
    """Whether an address stands in prose, and not in an introduction such as "Quoting Jane <jane@example.org>:"."""
    if fresh.notices and _is_of_notice(fresh, one):
        return False
    begin = fresh.starts[fresh.line_at(one.start)]
    line = fresh.text[begin : fresh.line_end(one.end)]
    if line.count("|") > 1:
        return False  # a signature: "Example Ltd | 1 Main Street | info@example.org"
    if one.end == fresh.line_end(one.end) and is_signed(fresh, terms, one.start):
        return False
    return not fresh.text.startswith(">:", one.end) and any(
        start <= one.start and one.end <= end for start, end in free
    )


def is_signed(fresh: Fresh, terms: Terms, place: int) -> bool:
    """Whether a line stands in the block with which an office signs: a farewell, and two lines at least of who and what they are.

    Below a farewell and one name, "mail: x" may be the account's.
    """
    number = fresh.line_at(place)
    if fresh.text[fresh.starts[number] : place].strip()[-1:] not in {"", ":", "："}:
        return False
    plain = 0
    for above in range(number - 1, max(-1, number - 1 - _SIGNED_WITH), -1):
        text = fresh.low[fresh.starts[above] : fresh.line_end(fresh.starts[above])].strip(" ,.!、。")
        if terms.among("signs_off", text):
            return plain > 1
        plain += bool(text) and ":" not in text and "：" not in text
    return False


def _is_of_notice(fresh: Fresh, one: Found) -> bool:
    """As in "If you are not the intended recipient, please inform x"."""
    return any(0 <= one.start - notice <= _NOTICE for notice in fresh.notices)


def _claim(terms: Terms, one: Found, role: Role, *, plain: str) -> Iterator[Claim]:
    """`plain`: which one it is of which no more is said than whose it is; "" where the mailbox is lost: it may be either."""
    name = plain if role.name == PLAIN else role.name
    field = {REGISTERED: terms.registered, WANTED: terms.wanted}.get(name)
    if field is not None:
        sure = role.sure - (_SPELLED if one.spelled else 0)
        yield Claim(field.key, one.value, prose_rule(f"{name} address"), sure, one.start, one.end)


def _sender(
    fresh: Fresh,
    terms: Terms,
    parts: Sequence[Clause],
    sender: str,
    asked: Sequence[str],
    *,
    lost: bool,
    given: bool,
) -> Iterator[Claim]:
    """As in "the one I write from", which is no new address where one is `given`."""
    for part in parts:
        if part.negated or not part.traits & HERE:
            continue
        hits = [hit for other in parts if other.sentence == part.sentence for hit in other.hits]
        here = next(hit for hit in part.hits if "here" in hit.means.addresses)
        begged = _begs(fresh, terms, part, here)
        if not (begged or keys(part.hits, "addresses")[1:]) and any(
            "an_address" in hit.means.things and hit.end <= part.start for hit in hits
        ):
            continue  # "it is x, this mailbox still works"
        if any("an_address" in hit.means.things and 0 <= hit.start - here.end <= BESIDE for hit in hits):
            continue  # "this address, x, is the one"
        if "leads_there" in part.marks and "alike" in part.marks:
            continue  # "other mails do arrive at the same address", which is the account's, whichever that is
        cues = _cues_for_sender(part, here, hits)
        if part.question and "change" not in cues and not _asks_for_it(part, here):
            continue
        letter = fresh.low[here.start : here.end] in terms.lists.get("letter", ())  # or its address
        told = keys(hits, "names") or "mailbox" in keys(hits, "things")
        if begged or "wanted" in cues or "change" in cues or _new_asked(terms, asked, cues):
            field = terms.wanted
        elif not lost and ("registered" in cues or (told and not letter)):
            field = terms.registered
        else:
            field = None
        value = _meant(fresh, part.marks, sender)
        if field is not None and value and not (given and field is terms.wanted):
            yield Claim(field.key, value, "the sender's address", _SENDER, part.start, part.end)


def _begs(fresh: Fresh, terms: Terms, part: Clause, here: Hit) -> bool:
    """As in "the account's is x, but I would like the one I write from": the clause begins with a "but" and a wish."""
    led = part.break_before == "but" or any("but" in hit.means.speech for hit in part.hits[:1])
    return led and terms.among("begs", *words_of(fresh.low[part.start : here.start]))


def _this_one(terms: Terms, parts: Sequence[Clause], sender: str, *, lost: bool) -> Iterator[Claim]:
    """As in "this is the same one that I registered with", where they name no address: the one that they write from.

    A new one is meant for the account where that one's is lost.
    """
    for part, new in (*_the_same(parts), *_said_of_sender(parts)):
        field = terms.wanted if new else terms.registered
        if field is not None and lost == new:
            yield Claim(field.key, sender, "the sender's address", _SENDER, part.start, part.end)
            return


def _the_same(parts: Sequence[Clause]) -> Iterator[tuple[Clause, bool]]:
    for part in parts:
        cues = keys(part.hits, "addresses") if part.traits & CUE else []
        said = (
            cues[:1] == ["this"] and "registered" in cues and not {"wanted", "change", "instead"} & set(cues)
        )
        if said and not (part.negated or part.asks or part.reserved):
            yield part, False


def _said_of_sender(parts: Sequence[Clause]) -> Iterator[tuple[Clause, bool]]:
    """The clauses that tell what it is, each with whether it is the new one rather than the account's."""
    for part in parts:
        if not part.traits & CUE or part.negated or part.asks or part.reserved:
            continue
        said = _said_of_it(part.hits)
        if "mailbox" not in {thing for hit in said for thing in hit.means.things}:
            continue
        new = any("wanted" in hit.means.addresses for hit in said)
        of_account = any("registered" in hit.means.addresses for hit in said) and any(
            not _ACCOUNTS.isdisjoint(hit.means.names) for hit in said
        )
        if new != of_account:
            yield part, new


def _said_of_it(hits: Sequence[Hit]) -> list[Hit]:
    """The phrases behind a "this is" that begins a clause, or an "I write from", up to where something else begins."""
    lead = next(
        (
            place
            for place, hit in enumerate(hits)
            if "writes_from" in hit.means.addresses or (not place and "is_me" in hit.means.names)
        ),
        None,
    )
    if lead is None or len(hits) == lead + 1 or hits[lead + 1].start - hits[lead].end > _LEAD:
        return []
    return list(takewhile(lambda hit: not hit.means.breaks, hits[lead + 1 :]))


def _asks_for_it(part: Clause, here: Hit) -> bool:
    """As in "Can you switch it to the one I write from?", rather than "Is the one I write from right?"."""
    wanted = any("wanted" in hit.means.addresses and hit.end <= here.start for hit in part.hits)
    return wanted and "ask" in part.hits[0].means.speech


def _cues_for_sender(part: Clause, here: Hit, sentence: Sequence[Hit]) -> list[str]:
    """What tells the role of the sender's address: the nearest word before it, or else anything in its clause or sentence."""
    before = [
        key for hit in part.hits if hit.end <= here.start for key in keys([hit], "addresses") if key in _TELLS
    ]
    own = [key for key in keys(part.hits, "addresses") if key in {"registered", "wanted"}]
    if part.states & HAS or "leads_there" in part.marks:
        # "I asked for a new one and it came to this address"
        sentence = [hit for hit in sentence if hit.start >= part.start]
    return before[-1:] or own or keys(sentence, "addresses")


def _new_asked(terms: Terms, asked: Sequence[str], cues: Sequence[str]) -> bool:
    """Whether the new address was asked for, as it is of those who cannot read the account's, which is not theirs to write from."""
    return terms.wanted is not None and terms.wanted.item in asked and "registered" not in cues


def _only_new_asked(terms: Terms, asked: Sequence[str]) -> bool:
    old, new = terms.registered, terms.wanted
    return new is not None and new.item in asked and not (old is not None and old.item in asked)
