"""Values that stand alone, and answer what was asked for want of anything else: "jane_d", "never had any"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import cache
from itertools import pairwise

from mailflow.core.form import Field, Kind
from mailflow.core.reading import addresses, agreements, choices, names
from mailflow.core.reading.anaphora import has_near_pronoun
from mailflow.core.reading.claim import LONE_VALUE, Claim
from mailflow.core.reading.clauses import ENDED, Clause, clauses
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.sentences import COMMA, sentence_end
from mailflow.core.reading.slots import Slot
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import WORD, lower, words_of

_OTHER_THING = ("things", "nothing")
_NUMBER = re.compile(r"^\s*\d{1,2}[.):]?\s")  # of our question
_PROJECTS = frozenset({"projects"})
_CHOICE, _LONE = 0.8, 0.85
_FIRST_OF_MORE = 0.75  # a name that opens a sentence
_SHORT, _LONG = 60, 200  # characters
_FEW, _FEWER, _LED = 5, 3, 12  # words
_PLACE = 4  # words: "on my old stolen"
_DEVICES = frozenset({"phone", "device"})
_NOUN = 3  # words: a determiner, an adjective, and what is named
_PLACES = frozenset({"place", "time", "span", "them"})
_NOT, _HELD = frozenset({"not"}), ("held",)
_STOPS = frozenset(".!\n。！")
_AROUND = 6  # words of what is said around a value
_ENDS, _QUOTES = " \t\n.!。！", " \"'`"


def lone_values(
    fresh: Fresh,
    terms: Terms,
    open_items: Sequence[str],
    spans: Sequence[tuple[int, int]],
    free: Sequence[tuple[int, int]],
    read: Sequence[tuple[int, int]],
) -> Iterator[Claim]:
    """What answers the items that are still open by standing alone.

    `spans`: the sentences of the prose; `free`: its parts; `read`: where something was read.
    """
    fields = [field for item in open_items for field in terms.form.fields_of(item)]
    called = [field for field in fields if field.kind is Kind.NAME]
    named = list(_lone_name(fresh, terms, called, spans, alone=not read and len(spans) == 1))
    yield from named
    told = {field.item for field in called if named}  # whose address answers something else
    addressed = [field for field in fields if field.kind is Kind.ADDRESS and field.item not in told]
    yield from _lone_address(fresh, terms, addressed, free, read)
    whole = [field for field in fields if field.kind in {Kind.REASON, Kind.CHOICE}]
    if len(whole) == 1 and whole[0].kind is Kind.REASON:
        spans = [span for span in spans if not is_read(*span, read)]  # "User name jdoe. I agree to it"
    if len(whole) == 1 and spans:
        slot = Slot(
            (whole[0],),
            spans[0][0],
            spans[-1][1],
            "answer to what was asked",
            _CHOICE,
            spans[0][0],
            asked=True,
        )
        if len(items_of(fields)) == 1 or whole[0].kind is Kind.CHOICE:
            said = [span for span in spans if not is_read(*span, read)]
            yield from _whole(fresh, terms, slot, whole[0], said, alone=len(items_of(fields)) == 1)


def _whole(
    fresh: Fresh, terms: Terms, slot: Slot, field: Field, said: Sequence[tuple[int, int]], *, alone: bool
) -> Iterator[Claim]:
    """The mail as the answer to the one question it can answer: "never had any".

    `said`: the sentences of which nothing else was read.
    """
    if field.kind is Kind.REASON:
        yield from choices.in_slot(fresh, terms, slot, field)
        return
    parts = clauses(fresh.within(slot.start, slot.end + 1), terms.opposites)  # with the mark that ends it
    first = sentence_end(fresh.text, slot.start)
    if agreements.bare(_NUMBER.sub("", fresh.text[slot.start : first]), terms) is False:
        # The "no" answers "Are they lost, or did you never have any?", and what follows says which.
        parts = [part for part in parts if part.start > first]
    parts = [replace(part, things=()) if _is_lost_place(fresh, terms, part) else part for part in parts]
    about = [
        part
        for before, part, after in zip((None, *parts), parts, (*parts[1:], None), strict=False)
        if (not part.things or choices.went_with(part))
        and not _is_of_mail(part)
        and not (_speaks_of_other(part) or _names_other(fresh, terms, part))
        and not (before and before.sentence == part.sentence and _speaks_of_other(before))
        and not (part.topics or part.reserved or part.question or part.asks)
        and not (before and before.sentence == part.sentence and before.is_only("doubt"))
        and not (after and after.sentence == part.sentence and after.is_only("why"))
    ]
    length = slot.end - slot.start
    told_in = sum(end - start for start, end in said)
    near = (
        [
            part
            for part in about
            if has_near_pronoun(part) or _is_none_of_them(part) or (alone and _leaves_out_what(fresh, part))
        ]
        if told_in <= _LONG
        else []
    )
    told = choices.by_state(terms, field, about if alone and length <= _SHORT else near, about)
    if len(told) == 1:
        yield Claim(field.key, told.pop(), slot.rule, _CHOICE, slot.start, slot.end)


def _is_lost_place(fresh: Fresh, terms: Terms, part: Clause) -> bool:
    """Whether it is no more than where they were, which is lost: "On the stolen phone", "On the phone that broke"."""
    if not part.things or not part.states or not part.states <= ENDED or not _DEVICES.issuperset(part.things):
        return False
    begin, _ = _around(fresh, part)
    named = next(hit.start for hit in part.hits if hit.means.things)
    words = [word.lower() for word in words_of(fresh.text[begin:named])]
    led = 1 < len(words) <= _PLACE and terms.among("at_place", words[0])
    determined = [place for place, word in enumerate(words) if terms.among("determiner", word)]
    return led and determined == [1]  # but not "in my view the phone is lost"


def _is_of_mail(part: Clause) -> bool:
    """As in German "Schreiben Sie mir nicht mehr", whose "Sie" is no "them"."""
    return any(
        "wanted" in hit.means.addresses and hit.start < one.start and one.end < hit.end
        for hit in part.hits
        for one in part.hits
        if "them" in one.means.speech
    )


def _is_none_of_them(part: Clause) -> bool:
    """As in "there are none", "I have none", "there aren't any", "их нет"."""
    return part.ends_in_none or (part.is_bare_not and "them" in part.marks)


def _leaves_out_what(fresh: Fresh, part: Clause) -> bool:
    """As in "I have searched my papers. So I don't have.", which says no more than the question's own verb."""
    if part.things or not (part.marks >= _NOT and part.hits[-1].means.states == _HELD):
        return False
    begin, _ = fresh.sentence_at(part.start)
    spans = [(hit.start, hit.end) for hit in fresh.within(begin, part.start)]
    before = [one for one in WORD.finditer(fresh.text, begin, part.start) if not is_read(*one.span(), spans)]
    return len(before) <= 1 and fresh.text[part.end : part.end + 1] in _STOPS  # but "A tablet I don't have."


def _speaks_of_other(part: Clause) -> bool:
    """As in "the source code is all there, | nothing lost", which is about something that only sounds like what was asked; "the right one is x"."""
    right = {hit.end for hit in part.hits if "wanted" in hit.means.addresses}
    return any(
        (_OTHER_THING in hit.means.concepts and not hit.means.topics)
        or ("them" in hit.means.speech and hit.end in right)
        for hit in part.hits
    )


def _names_other(fresh: Fresh, terms: Terms, part: Clause) -> bool:
    """Whether something else is not there or lost: "No comment.", "I lost the link", "My cat is gone", "No answer came".

    What is known is a place ("the paper is gone") or a time; and a "them" is what was asked.
    """
    none = _is_none_of_them(part) and agreements.TAIL.match(fresh.text, part.end)
    if none or has_near_pronoun(part):
        return False  # but "None of your business"
    begin, end = _around(fresh, part)
    words = [word for word in WORD.finditer(fresh.text, begin, end) if word[0].isalpha()]
    if part.is_bare_not:
        return _denies_other(fresh, terms, part, words)
    if any("reached" in hit.means.states for hit in part.hits):
        return True  # mail comes, and pages are opened
    after = {begin, *(hit.end + 1 for hit in part.hits)}
    told = [(hit.start, hit.end) for hit in part.hits if hit.means.acts or hit.means.negates]
    known = [(hit.start, hit.end) for hit in part.hits if hit.means.objects or hit.means.speech & _PLACES]
    return any(
        word.start() in after
        and terms.among("determiner", word[0].lower())
        and not (terms.among("subject", following[0].lower()) or is_read(*following.span(), told))
        and not any(is_read(*one.span(), known) for one in words[place : place + _NOUN])
        for place, (word, following) in enumerate(pairwise(words))
    )


def _denies_other(fresh: Fresh, terms: Terms, part: Clause, words: Sequence[re.Match[str]]) -> bool:
    """Whether a "not" is beside words that nobody says of codes: "No comment", "That does not apply"; or is a "No, thanks"."""
    if len(words) == 1 and agreements.bare(words[0][0], terms) is False:
        hits = fresh.within(*fresh.sentence_at(part.start))
        return any("thanks" in hit.means.speech for hit in hits)
    told = [(hit.start, hit.end) for hit in part.hits if hit.means.objects or hit.means.speech]
    unknown = [word for word in words if not is_read(*word.span(), told)]
    if any("registered" in hit.means.addresses for hit in part.hits):
        return True
    none_of = [word.end() + 1 for word in words if terms.among("determiner", word[0].lower())]
    return any(word.start() in none_of or not terms.common(word[0].lower()) for word in unknown)


def _around(fresh: Fresh, part: Clause) -> tuple[int, int]:
    """Where the words around a clause begin and end, up to what parts it from others."""
    begin, end = fresh.sentence_at(part.start)
    marks = [hit for hit in fresh.within(begin, end) if hit.means.breaks or hit.means.ends]
    first = max((hit.end for hit in marks if hit.end <= part.start), default=begin)
    last = min((hit.start for hit in marks if hit.start >= part.end), default=end)
    text = fresh.text[first:last]
    return first + len(text) - len(text.lstrip()), last


def _lone_name(
    fresh: Fresh, terms: Terms, fields: Sequence[Field], spans: Sequence[tuple[int, int]], *, alone: bool
) -> Iterator[Claim]:
    if len(fields) != 1:
        return
    for start, end in spans[:3]:
        text = fresh.text[start:end]
        hits = fresh.within(start, end)
        of_other = any(hit.means.objects or "projects" in hit.means.tables for hit in hits)
        told = "" if of_other or "@" in text else _said_right(text, terms) or _behind_colon(text, terms)
        name, sure = (told, _FIRST_OF_MORE) if told else _name_alone(text, terms)
        if not (name or of_other or "@" in text):
            name, sure = _left_alone(text, terms), _FIRST_OF_MORE
        if name in terms.values.get("given", ()) and name != text.strip(_ENDS):
            continue  # "my daughter is maarit"
        if not told and any(hit.means.tables & _PROJECTS for hit in hits):
            continue  # "my library is x"
        if (
            name
            and (name.islower() or not name.isalpha() or alone)
            and not terms.states_nothing(fields[0], name)
        ):
            place = fresh.text.find(name, start)
            yield Claim(fields[0].key, name, LONE_VALUE, sure, place, place + len(name))
            return


def _name_alone(text: str, terms: Terms) -> tuple[str, float]:
    """As in "x", or "It is x": a name that ends a short sentence of common words."""
    words = text.split()
    first = COMMA.split(text)[0].strip()
    if first != text.strip() and "@" not in first:
        # "x, or maybe x2", "it is x, with one n"
        name = names.clean(first) if len(first.split()) == 1 else _said_right(first, terms)
        name = name or _behind_is(first, terms)
        return (name, _FIRST_OF_MORE) if name.islower() and not terms.everyday(name) else ("", 0)
    if not words or len(words) > _FEW or "@" in text or text.rstrip().endswith((",", "，")):
        return "", 0
    name = names.clean(words[-1])
    if not name or name.isdigit() or terms.common(name):
        return "", 0
    if len(words) == 1:
        return name, _LONE if name.islower() else _LONE - 0.15
    known = all(terms.common(word) for part in words[:-1] for word in words_of(part))
    told = terms.is_word.search(lower(text)) is not None
    plain = name.isalpha() and (
        not name.islower()
        or name.endswith(terms.lists.get("endings", ()))
        or not _is_at_once(text, words[-1], terms)
        or (len(words) > _FEWER and terms.everyday(name))
    )
    return (name, _LONE - 0.1) if known and told and not plain else ("", 0)


def _is_at_once(text: str, last: str, terms: Terms) -> bool:
    """Whether an "is" stands right before the last word: "It is x", but not "It is a x"."""
    before = lower(text[: text.rfind(last)])
    return any(not before[match.end() :].strip(_QUOTES) for match in terms.is_word.finditer(f"{before} "))


def _behind_is(text: str, terms: Terms) -> str:
    """The name at the end of "it is x", where more follows than the name; "" if there is none."""
    words = text.split()
    name = names.clean(words[-1]) if 1 < len(words) <= _FEW else ""
    known = name and all(terms.common(word) for part in words[:-1] for word in words_of(part))
    ending = name.isalpha() and name.endswith(terms.lists.get("endings", ()))
    return name if known and not ending and _is_at_once(text, words[-1], terms) else ""


def _behind_colon(text: str, terms: Terms) -> str:
    """The name of "It's my surname in small letters: x" and of "Sure: tea-and-toast"; "" if there is none."""
    led, colon, value = text.strip(_ENDS).rpartition(": ")
    name = names.clean(value) if colon and " " not in value and len(led.split()) <= _LED else ""
    compound = name.count("-") > 1 and bool(led) and terms.common(led.split()[-1])
    return name if name.islower() and (compound or not terms.everyday(name)) else ""


def _left_alone(text: str, terms: Terms) -> str:
    """The name that is left of "Sorry, I think it's x (all lower case)" without what is only said around it; "" if more is."""
    words = [word for word in text.split() if words_of(word)]
    if not 1 <= len(words) <= _LED:
        return ""
    begin, end = 0, len(words)
    before, behind = (_flat(terms.lists.get(key, ())) for key in ("lone_before", "lone_behind"))
    while first := _said_around(words[begin:end], before):
        begin += first
    while last := _said_around(words[begin:end], behind, behind=True):
        end -= last
    name = names.clean(words[begin].strip(",:;")) if end - begin == 1 else ""
    plain = name.isalpha() and name.endswith(terms.lists.get("endings", ()))
    if not name.islower() or plain or terms.common(name):
        return ""
    said = terms.is_word.search(f" {lower(' '.join(words[:begin]))} ") is not None
    return name if said or not terms.everyday(name) else ""


@cache
def _flat(phrases: tuple[str, ...]) -> frozenset[str]:
    return frozenset(" ".join(words_of(phrase)) for phrase in phrases)


def _said_around(words: Sequence[str], phrases: AbstractSet[str], *, behind: bool = False) -> int:
    """How many words the longest of some phrases has that begins, or ends, a part of a sentence but one word; 0 if none does."""
    flat = [" ".join(words_of(word)) for word in words]
    for count in range(min(len(flat) - 1, _AROUND), 0, -1):
        part = flat[-count:] if behind else flat[:count]
        if " ".join(part) in phrases:
            return count
    return 0


def _said_right(text: str, terms: Terms) -> str:
    """The name of "x is the right one"; "" if there is none."""
    name, _, told = text.strip(_ENDS).partition(" ")
    unlike = name.islower() and not terms.everyday(name)
    return names.clean(name) if unlike and terms.among("said_right", lower(told)) else ""


def _lone_address(
    fresh: Fresh,
    terms: Terms,
    fields: Sequence[Field],
    free: Sequence[tuple[int, int]],
    read: Sequence[tuple[int, int]],
) -> Iterator[Claim]:
    """The one address that is not read as something else: "This one: x. The old one was y."."""
    if len(fields) != 1:
        return
    found = [
        one
        for one in fresh.addresses
        if addresses.is_free(fresh, terms, one, free) and not is_read(one.start, one.end, read)
    ]
    if len({one.value for one in found}) == 1:
        yield Claim(fields[0].key, found[0].value, LONE_VALUE, _LONE, found[0].start, found[0].end)


def is_read(start: int, end: int, read: Sequence[tuple[int, int]]) -> bool:
    """Whether something has been read from a sentence, which then answers nothing else."""
    return any(other < end and start < until for other, until in read)


def items_of(fields: Sequence[Field]) -> set[str]:
    """The items that some fields answer."""
    return {field.item for field in fields}
