"""Which of a person's addresses an address is, told by the words around it: the account's own, or the new one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise, takewhile, zip_longest
from typing import NamedTuple

from mailflow.core.reading import notbut
from mailflow.core.reading.addressforms import Found
from mailflow.core.reading.denied import is_denied
from mailflow.core.reading.exchanged import alternatives, exchanged
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.windows import BESIDE, ConceptsOf, Window, keys, window_of

REGISTERED, WANTED = "registered", "wanted"
PLAIN = "plain"  # an address of theirs, and no more is said
NEXT = "next"  # one that they like less than the one before
NONE = ""

_STATED, _CUED, _LOST, GUESSED, _CORRECTED, _SHAKY = 0.85, 0.8, 0.72, 0.7, 0.65, 0.6
_OTHERS = frozenset({"phone", "device", "second_factor", "password", "username", "codes", "some_codes"})
_JOINING = frozenset({"and", "but"})
_SUBJECTS = frozenset({"iam", "account"})
_NAMED = frozenset({"account", "noun"})
_OF_OLD = frozenset({"tied", REGISTERED})
_BOTH = 6  # characters before them: "both x and y"
_ALIKE = 60  # characters behind two addresses in which it is said that both are so
_PERSON = 2  # phrases before an address in brackets: a "with" and the bracket
_OF_ACCOUNT = 8  # characters between an address and the account that has it: " of the "
_TWO = 2
_COUNTERPART = {REGISTERED: WANTED, WANTED: REGISTERED}


class Role(NamedTuple):
    """Which of a person's addresses one is, and how sure that is."""

    name: str
    sure: float


def roles(fresh: Fresh, terms: Terms, found: Sequence[Found]) -> list[Role]:
    """The role of each address, in order."""
    concepts = ConceptsOf(fresh)
    told: list[Role] = []
    together = False
    for index, one in enumerate(found):
        window = window_of(fresh, terms, found, index, concepts, told[-1].name if told else NONE)
        told.append(next((role for rule in _RULES if (role := rule(one, window)) is not None), Role(NONE, 0)))
        together = together or window.follows
    exchange = exchanged(fresh, terms, found) if len(found) > 1 else {}
    if (
        exchange
        and len(told) == len(found) == _TWO
        and told[0].name == WANTED
        and alternatives(fresh, *found)
    ):
        return [Role(WANTED, _STATED) if exchange[index] else Role(NONE, 0) for index in range(_TWO)]
    for index, new in exchange.items():
        told[index] = Role(WANTED if new else REGISTERED, _STATED)
    if len(told) == 2 and _is_supposed_first(fresh, found, told):
        return [Role(REGISTERED, GUESSED), told[1]]
    if not exchange and (place := _alike(fresh, found, told)) is not None:
        told[place + 1] = Role(NEXT, 0)
        return told
    if not together or exchange or len(told) != 2:
        return told
    right = _put_right(fresh, terms, found, told)
    if right is None and alternatives(fresh, *found):
        return _either(told)
    return right or _paired(told)


def _is_supposed_first(fresh: Fresh, found: Sequence[Found], told: Sequence[Role]) -> bool:
    """As in "The address must be x. Please switch it to y", where nothing is wrong with the first one."""
    first, second = found
    begin, end = fresh.sentence_at(first.start)
    if [role.name for role in told] != [WANTED, WANTED] or second.start < end:
        return False
    before, between = fresh.within(begin, first.start), fresh.within(end, second.start)
    changes = [hit for hit in between if not hit.means.addresses.isdisjoint({"change", "wanted"})]
    supposed = "should" in keys(before, "addresses") and not any(
        "wrong" in hit.means.states for hit in fresh.hits
    )
    return supposed and bool(changes)


def _alike(fresh: Fresh, found: Sequence[Found], told: Sequence[Role]) -> int | None:
    """The first of two addresses of which the same is told: "the account has x and y, and both are dead", "I read both x and y"."""
    for index, (one, other) in enumerate(pairwise(found)):
        between = fresh.within(one.end, other.start)
        joined = any("and" in hit.means.speech for hit in between)
        apart = {told[index].name, told[index + 1].name} == {REGISTERED, WANTED}
        if joined and not apart and not any(hit.means.ends or "or" in hit.means.speech for hit in between):
            around = [
                *fresh.within(one.start - _BOTH, one.start),
                *fresh.within(other.end, other.end + _ALIKE),
            ]
            if any("of_both" in hit.means.speech for hit in around):
                return index
    return None


def _instead(_: Found, window: Window) -> Role | None:
    """As in "x instead of y", where the other one tells the role. Not in "it is jane, not jaen, so x"."""
    if "instead" not in window.near:
        return None
    behind = takewhile(lambda hit: "instead" not in hit.means.addresses, reversed(window.before))
    return None if any(hit.means.breaks == "comma" for hit in behind) else Role(NONE, 0)


def _changed(_: Found, window: Window) -> Role | None:
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


def _turned_into(_: Found, window: Window) -> Role | None:
    """As in Japanese and Korean "the registered address x-into change": what it is changed into stands right before the verb."""
    return Role(WANTED, _STATED) if "wanted" in window.right_behind else None


def _not_verified(_: Found, window: Window) -> Role | None:
    """As in "I asked for a new one and read that the address x has not been verified"."""
    told = next((hit for hit in window.after if hit.means.states and not hit.means.auxiliary), None)
    unverified = told is not None and "unverified" in told.means.states
    return Role(REGISTERED, _LOST) if unverified and WANTED not in window.beside else None


def _beside_name(_: Found, window: Window) -> Role | None:
    """As in "from the new computer (account: x, mail: y)": what stands in brackets with the account's name is its own."""
    inside = list(takewhile(lambda hit: hit.means.breaks != "open", reversed(window.before)))
    if len(inside) == len(window.before) or any(("marks", "close") in hit.means.concepts for hit in inside):
        return None
    named = any(not _NAMED.isdisjoint(hit.means.names) for hit in inside)
    return Role(REGISTERED, _CUED) if named and not keys(inside, "addresses") else None


def _companion(_: Found, window: Window) -> Role | None:
    """As in "I was one of its owners, with Kari (x)": what stands in brackets behind a person is theirs."""
    if len(window.before) < _PERSON or window.before[-1].means.breaks != "open":
        return None
    led = [hit for hit in window.before if hit.end == window.before[-2].end]
    with_whom = any("with" in hit.means.speech for hit in led)
    tied = any(
        not _OF_OLD.isdisjoint(hit.means.addresses) for hit in led
    )  # "the mailbox I signed up with (x)"
    return Role(NONE, 0) if with_whom and not tied else None


def _to_be_had(_: Found, window: Window) -> Role | None:
    """As in "we would like to have the account under x"."""
    return Role(WANTED, _CUED) if window.to_be_had else None


def _announced(one: Found, window: Window) -> Role | None:
    """As in "my old address x", "please use x"; of "the registered address should be x" the first cue counts."""
    cues = [
        hit
        for hit, following in zip_longest(window.before, window.before[1:])
        if not (hit.means.addresses.isdisjoint(_COUNTERPART) or _is_of_another(hit, following))
        and not (_tells_of_another(hit, window.before) or _is_in_vain(hit, window.before))
    ]
    if not cues:
        if "plain" not in keys(window.before, "addresses") or window.lost:
            return None
        return Role(REGISTERED if window.of_service else PLAIN, _CUED)
    earlier = len(cues) > 1 and (
        _only_supposes(cues[-2], cues[-1], window.before)
        or _tied_to(cues[-2], cues[-1], window)
        or _is_its_noun(cues[-2], cues[-1], window.before)
    )
    last = cues[-2] if earlier else cues[-1]
    if "tied" in last.means.addresses and last.start in window.begged:
        return Role(WANTED, _CUED)
    if _is_denied_before(last, window.before):
        return None if _turns_from(last, window.before, one) else Role(REGISTERED, GUESSED)
    present = len(cues) == 1 and not window.changes and _is_present_one(last, window.before)
    said = [key for key in keys([last], "addresses") if key in _COUNTERPART][-1]
    if said == REGISTERED and any(
        "new" in hit.means.states and hit.end == last.start - 1 for hit in window.before
    ):
        said = WANTED  # "another address on the account"
    return Role(REGISTERED if present else said, _CUED)


def _is_present_one(cue: Hit, before: Sequence[Hit]) -> bool:
    """As in "The present address of the account, x, …", which is to be changed; "the new, right address of the account" is not."""
    inside = [hit for hit in before if cue.start <= hit.start and hit.end <= cue.end]
    account = next((hit for hit in before if hit.start >= cue.end and "account" in hit.means.names), None)
    if account is None or account.start - cue.end > _OF_ACCOUNT or any(hit.means.states for hit in inside):
        return False
    return "wanted" in cue.means.addresses and any("mailbox" in hit.means.things for hit in inside)


def _is_of_another(cue: Hit, following: Hit | None) -> bool:
    """Whether it is another thing that is new or old: "I have a new phone, my address is x", "a new account with x"."""
    if following is None or following.start - cue.end > 1:
        return False
    if following.start >= cue.end and "account" in following.means.names:
        return True
    return not _OTHERS.isdisjoint(following.means.things)


def _tells_of_another(cue: Hit, before: Sequence[Hit]) -> bool:
    """Whether another thing is said to be so, and then something else begins: "the password is right, and this address, x, …"."""
    told = [hit for hit in before if hit.end <= cue.start]
    subject = next((hit for hit in reversed(told) if hit.means.things or hit.means.breaks), None)
    if subject is None or _OTHERS.isdisjoint(subject.means.things):
        return False
    return any(hit.means.breaks in _JOINING for hit in before if hit.start >= cue.end)


def _is_in_vain(cue: Hit, before: Sequence[Hit]) -> bool:
    """Whether it stands in a phrase that denies it: of "ya no puedo usar x" nobody wants it used."""
    return any(
        "of_use" in hit.means.speech and hit.start <= cue.start and cue.end <= hit.end for hit in before
    )


def _only_supposes(cue: Hit, should: Hit, before: Sequence[Hit]) -> bool:
    """Whether "should be" says no more than that they are not sure: no comma, and nothing wrong, stands before it."""
    between = [hit for hit in before if cue.end <= hit.start < should.start]
    return "should" in should.means.addresses and not any(
        hit.means.breaks or hit.means.ends or hit.means.states for hit in between
    )


def _tied_to(cue: Hit, described: Hit, window: Window) -> bool:
    """As in "still registered to the private address of y, x": what an account is tied to is its own, whatever it is called."""
    if "tied" not in cue.means.addresses:
        return False
    between = [hit for hit in window.before if cue.end <= hit.start < described.start]
    return not any(hit.means.breaks or hit.means.states for hit in between)


def _is_its_noun(cue: Hit, noun: Hit, before: Sequence[Hit]) -> bool:
    """As in "have it moved to our unit mailbox, x", where no more is said of the mailbox; "the right mailbox, x" is their own."""
    beside = {(hit.start, hit.end) for hit in before if "mailbox" in hit.means.things}
    told = {(hit.start, hit.end) for hit in before if hit.means.states}
    if "wanted" not in cue.means.addresses or noun[:2] not in beside or cue[:2] in told:
        return False
    return not any(
        hit.means.breaks or hit.means.states for hit in before if cue.end <= hit.start < noun.start
    )


def _is_denied_before(cue: Hit, before: Sequence[Hit]) -> bool:
    """As in "No new address needed: x", "nothing you send to x": what is not so, unless it is the change that is not."""
    if any(_is_change(hit) for hit in before):
        return False
    said = [hit for hit in before if hit.start < cue.start and not hit.means.auxiliary]
    nearest = next(filter(_parts_or_says, reversed(said)), None)
    return nearest is not None and nearest.means.negates


def _turns_from(cue: Hit, before: Sequence[Hit], one: Found) -> bool:
    """Whether something else begins between a cue and the address behind it; a comma right before that puts it in apposition."""
    breaks = [hit for hit in before if hit.start >= cue.end and hit.means.breaks not in {"", "colon"}]
    return any(one.start - hit.end > BESIDE or hit.means.breaks != "comma" for hit in breaks)


def _is_change(hit: Hit) -> bool:
    return "change" in hit.means.addresses or "changed" in hit.means.states


def _parts_or_says(hit: Hit) -> bool:
    means = hit.means
    return means.negates or bool(means.breaks or means.ends or means.states or means.says)


def _explained(_: Found, window: Window) -> Role | None:
    """As in "x is my new address"."""
    if window.account and window.after and window.after[0].means.breaks == "open":
        return None  # "my account with x (mails do reach me there)"
    cues = [key for key in keys(window.after, "addresses") if key in _COUNTERPART]
    if cues and cues[-1] in window.next_to:
        cues.pop()  # "x no longer, I would rather have y": it tells of the next one
    return Role(cues[0], _CUED) if cues else None


def _registered_with(_: Found, window: Window) -> Role | None:
    """As in German "mein Konto ist mit der jetzigen Adresse x registriert": the verb has the last word."""
    if window.changes or ("names", "signup") not in window.sentence:
        return None
    verb = "registered" in keys(window.after, "addresses") and "signup" in keys(window.after, "names")
    return Role(REGISTERED, GUESSED) if verb and _SUBJECTS & {*keys(window.before, "names")} else None


def _told_behind(_: Found, window: Window) -> Role | None:
    """As in "x, with which I registered", which does not go on with the new one."""
    cues = keys(window.behind, "addresses")
    known = "registered" in cues and not {"wanted", "change"} & set(cues)
    return Role(REGISTERED, GUESSED) if known else None


def _next_best(_: Found, window: Window) -> Role | None:
    """As in "use x, or y, or if all fails z": people name what they like best first."""
    if not window.earlier:
        return None
    more = any(hit.means.states or set(hit.means.things) - {"an_address"} for hit in window.before)
    return None if more else Role(NEXT, 0)


def _in_brackets(_: Found, window: Window) -> Role | None:
    """As in "the university closed my mailbox (x)"."""
    return Role(REGISTERED, _SHAKY) if window.bracketed else None


def _lost(_: Found, window: Window) -> Role | None:
    """As in "I cannot read x any more"."""
    return Role(REGISTERED, _LOST) if window.lost and "if" not in keys(window.before, "speech") else None


def _given_to_account(one: Found, window: Window) -> Role | None:
    """As in "please give the account x", "can the account be put on x", and in languages with the verb behind it."""
    said = [*window.after, *window.before] if window.account else []
    changes = [hit for hit in said if "change" in hit.means.addresses]
    given = bool(changes) and not _turns_from(changes[-1], window.before, one) and "from" not in window.beside
    return Role(WANTED, _CUED) if given or window.to_get else None


def _asked_for_behind(_: Found, window: Window) -> Role | None:
    """As in "I have just set up x, so please put it on the account"."""
    if window.next_to:
        return None  # "so please change it to y"
    asked = any(
        "wanted" in hit.means.addresses
        and "it" in following.means.speech
        and following.start - hit.end <= BESIDE
        for hit, following in pairwise(window.behind)
    )
    return Role(WANTED, GUESSED) if asked else None


def _of_account(_: Found, window: Window) -> Role | None:
    """As in "the account x"."""
    corrected = window.corrects and window.only_it
    of_earlier = window.earlier == REGISTERED and any(hit.means.breaks == "but" for hit in window.before)
    return Role(REGISTERED, GUESSED) if window.account and not (corrected or of_earlier) else None


def _corrected(_: Found, window: Window) -> Role | None:
    """As in "sorry, it is x", "I gave you the wrong ending, sorry. It is x"."""
    return Role(WANTED, _CORRECTED) if window.corrects else None


def _plain(_: Found, window: Window) -> Role | None:
    """As in "my e-mail is x", "mail: x", and in "I can still read x"; the service's own is the account's: "my PyPI e-mail is x"."""
    if window.of_service:
        return Role(REGISTERED, GUESSED)
    told = window.labelled or "mailbox" in keys(window.before, "things") or window.used
    return Role(PLAIN, GUESSED) if told else None


_RULES: tuple[Callable[[Found, Window], Role | None], ...] = (
    _instead,
    _turned_into,
    _changed,
    _registered_with,
    _not_verified,
    _companion,
    _beside_name,
    _to_be_had,
    _announced,
    _explained,
    _next_best,
    _given_to_account,
    _lost,
    _in_brackets,
    _told_behind,
    _asked_for_behind,
    _of_account,
    _corrected,
    _plain,
)


def _put_right(fresh: Fresh, terms: Terms, found: Sequence[Found], told: Sequence[Role]) -> list[Role] | None:
    """Of two addresses in one sentence, as in "not x but y", "it is y, not x", "x, no wait, y": y counts, as what is said of both.

    The new one if nothing is said.
    """
    wrong = _wrong_one(fresh, terms, found)
    if wrong is None:
        return None
    cues = _cues_between(fresh, _sentence_begin(fresh, found[0].start), found[0].start)
    if wrong == 0:
        cues += _cues_between(fresh, found[0].end, found[1].start)
    kept = told[1 - wrong]
    if kept.name in _COUNTERPART and (wrong or not cues):
        said = kept
    else:
        said = Role(cues[-1], _CUED) if cues else Role(WANTED, _CORRECTED)
    return [Role(NONE, 0), said] if wrong == 0 else [said, Role(NONE, 0)]


def _wrong_one(fresh: Fresh, terms: Terms, found: Sequence[Found]) -> int | None:
    """Which of two addresses of a sentence is said to be wrong."""
    first, second = found
    if notbut.is_put_right(fresh, first, second):
        return 0
    denied = [is_denied(fresh, terms, one.start) for one in found]
    return denied.index(True) if denied[0] != denied[1] else None


def _cues_between(fresh: Fresh, start: int, end: int) -> list[str]:
    return [key for key in keys(fresh.within(start, end), "addresses") if key in _COUNTERPART]


def _sentence_begin(fresh: Fresh, place: int) -> int:
    return max([hit.end for hit in fresh.within(0, place) if hit.means.ends], default=0)


def _either(told: Sequence[Role]) -> list[Role]:
    """As in "either x or y": the likelier one, which people name first; an address of theirs where no more is said."""
    first, second = told
    if second.name in _COUNTERPART:
        return [first, second]
    if first.name == WANTED:
        return [first, first]  # which, they will tell
    return [Role(first.name or PLAIN, _SHAKY), Role(NONE, 0)]


def _paired(told: Sequence[Role]) -> list[Role]:
    """Of two addresses in one sentence, the one without a role has the other's counterpart."""
    first, second = told
    if first.name in _COUNTERPART and second.name not in _COUNTERPART:
        return [first, Role(_COUNTERPART[first.name], _SHAKY)]
    if second.name in _COUNTERPART and first.name not in _COUNTERPART:
        return [Role(_COUNTERPART[second.name], GUESSED), second]
    return [first, second]
