"""Agreements: given in so many words with their subject beside them, refused, or (mostly) neither.

An agreement that nobody gave is the worst reading of all. So a condition, a doubt, an obligation ("I had to agree"),
a question, somebody else's agreement and the bare words of our own statement are no agreement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import dropwhile, pairwise, takewhile

from mailflow.core.form import Field, Kind
from mailflow.core.reading.apart import is_put_off
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.clauses import NONE, Clause, clauses
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.slots import Slot
from mailflow.core.reading.terms import Terms

_SURE = 0.85
AROUND = " .,;:!*_`'\"()“”„«»「」『』…。！，、-–—"
TAIL = re.compile(r"\s*(?:[.,;:!?…。，；、！？)]|$|\n)")
_LOOK_BACK = 3  # clauses
_MOCKED = 2  # sentences before that may be ironic
_NEAR = 30  # characters between an agreement and what takes it back
_AGREES = frozenset({"agree", "yes", "refuse"})
_CONDITION = frozenset({"if"})
_ANYWHERE = _CONDITION | {"doubt"}  # reserves, wherever in the clause
_BEFORE = frozenset({"hedge", "why"})  # reserves before what is said
_TURNS = frozenset({"but", "if", "doubt", "hedge", "why"})
_BUT_WISHES = frozenset({"but", "wish"})
_RESERVES = frozenset({"if", "doubt", "hedge", "why"})
_EITHER = frozenset({"yes", "not"})
_KNOWN = frozenset({"held", "is_at"})  # what "know" says of things besides, and where requests lie
_THAT = frozenset({"that", "known_that"})
_AS_WELL = frozenset({"too", "same"})
_ECHOES = (("echo", True), ("echo_not", False))
_BETWEEN = re.compile(r"[/|\\()\[\]<>☐□,;–—-]|\s{2,}")  # what stands between two ways to answer
_LINE = 200  # characters of it that are looked at
_LABELLED = frozenset({"label", "form heading"})  # the others may answer several questions in a line
_SENTENCE_END = re.compile(r"[.!?。！？\n]")
_SAID_BEFORE = 0.75  # the subject stands in the clause or sentence before


def yes_or_no(text: str, parts: Sequence[Clause], terms: Terms, *, knowing: bool) -> bool | None:
    """What a value says that stands where only yes or no makes sense; None if neither."""
    if (plain := bare(text, terms)) is not None:
        return plain
    wishes = [part for part in parts if only_wishes(part)]  # "yes, but please hurry"
    parts = [part for part in parts if part not in wishes]
    if not parts and leads(text, terms, "yes") and (wishes or _stands_apart(text, terms)):
        return True
    if not parts or any(part.reserved or part.question or "but" in part.marks for part in parts):
        return None
    return (
        False if any(part.refuses for part in parts) else _said_plainly(text, parts, terms, knowing=knowing)
    )


def only_wishes(part: Clause) -> bool:
    """Whether a clause asks for no more than speed, or hopes for the best: "I do, though I hope it will not come to that"."""
    says_more = part.says or part.refuses or part.things or part.reserved
    if "wish" not in part.marks or says_more or part.question or "only" in part.marks:
        return False
    first = next(hit for hit in part.hits if hit.means.verb or "wish" in hit.means.speech)
    return "wish" in first.means.speech or not (part.states or part.negated or part.topics)


def bare(text: str, terms: Terms) -> bool | None:
    """Whether a value is nothing but a yes, or nothing but a no; a "never" says more."""
    value = " ".join(text.lower().split()).strip(AROUND)
    if value in terms.values.get("never", ()):
        return None
    return next((word == "yes" for word in ("yes", "no") if value in terms.values.get(word, ())), None)


def echoed(text: str, terms: Terms) -> bool | None:
    """The same of what answers a question that stands beside it, by its verb alone: "There are", "We were not"."""
    if (plain := bare(text, terms)) is not None:
        return plain
    value = _first_part(text)
    return next((said for word, said in _ECHOES if value in terms.values.get(word, ())), None)


def _only_echoes(text: str, terms: Terms) -> bool:
    """As in "You have it" below "your consent to …": no more than its verb, and that says yes."""
    return "," not in text and echoed(text, terms) is True


def _said_plainly(text: str, parts: Sequence[Clause], terms: Terms, *, knowing: bool) -> bool | None:
    says = frozenset().union(*(part.says for part in parts))
    yes = leads(text, terms, "yes") and (bool(says) or _stands_apart(text, terms))
    denied = [part.states for part in parts if part.negated and not part.says]
    if denied:  # "no, …" alone; "yes, and no codes" is unclear, and a "no" before a verb may be a "not"
        no = not (says or yes) and denied[0] <= {NONE} and leads(text, terms, "no")
        return False if no else None
    return True if yes or "agree" in says or "yes" in says or (knowing and "aware" in says) else None


def _stands_apart(text: str, terms: Terms) -> bool:
    """Whether a comma follows the yes: "checked" is one of a box, but none in "checked an old log"."""
    return _first_part(text) in terms.values.get("yes", ())


def _first_part(text: str) -> str:
    """What stands before the first comma, in lower case."""
    return text.lower().replace("，", ",").replace("、", ",").partition(",")[0].strip(AROUND)


def leads(text: str, terms: Terms, word: str) -> bool:
    """Whether a value begins with a yes or a no: "yes, I know", "I do, though …"."""
    first = _first_part(text)
    return any(one.strip(AROUND) in terms.values.get(word, ()) for one in (first, first.split(" ")[0]))


def in_slot(fresh: Fresh, terms: Terms, slot: Slot, field: Field) -> Iterator[Claim]:
    text = fresh.text[slot.start : slot.end]
    parts = clauses(fresh.within(slot.start, slot.end), terms.opposites)
    own = [part for part in parts if not part.topics or field.key in part.topics]
    hits = fresh.within(slot.start, slot.end)
    if sets_condition(hits) or reserves(text, hits, parts, terms):
        return
    if is_put_off(fresh, slot.start, min(sentence_end(fresh.text, slot.start), slot.end)):
        return
    if slot.rule in _LABELLED and _offers_both(_rest_of_line(fresh, slot.start), terms):
        return
    knowing = field.key in terms.knowing
    at_once = _at_once(fresh, terms, slot) or then_wishes(fresh, terms, slot.start, slot.end)
    plain = at_once or _turns_to_yes(fresh, terms, slot) or (slot.asked and _only_echoes(text, terms))
    said = plain or yes_or_no(text, own, terms, knowing=knowing)
    if said is not None:
        yield Claim(field.key, said, slot.rule, slot.sure, slot.start, slot.end)


def _offers_both(line: str, terms: Terms) -> bool:
    """Whether a form's "yes / no" or "I agree | I do not agree" was left as it is. "yes, no problem" is a yes."""
    values = {bare(part, terms) for part in _BETWEEN.split(line)}
    return {True, False} <= values


def _rest_of_line(fresh: Fresh, place: int) -> str:
    return fresh.text[place : min(fresh.line_end(place), place + _LINE)]


def _behind_label(fresh: Fresh, place: int) -> str:
    """The line of a place, without what stands before its first colon."""
    start = max(fresh.starts[fresh.line_at(place)], place - _LINE)
    line = fresh.text[start:place] + _rest_of_line(fresh, place)
    return line.partition(":")[2] or line


def sets_condition(hits: Sequence[Hit]) -> bool:
    """As in "Yes. But only if …", though that sentence says nothing by itself."""
    after = dropwhile(lambda hit: "but" not in hit.means.speech, hits)
    return any("if" in hit.means.speech for hit in takewhile(lambda hit: not hit.means.ends, after))


def reserves(text: str, hits: Sequence[Hit], parts: Sequence[Clause], terms: Terms) -> bool:
    """Whether a reserve stands beside a yes that is no clause by itself: "I do, if you hurry", "I do, perhaps".

    Typed without its accent, the yes of some languages is an "if".
    """
    return not parts and bare(text, terms) is None and any(hit.means.speech & _RESERVES for hit in hits)


def _at_once(fresh: Fresh, terms: Terms, slot: Slot) -> bool:
    """Whether the first sentence is a yes, and what follows goes on about something else: "Yes. Nobody was against it"."""
    end = sentence_end(fresh.text, slot.start)
    if not slot.asked or end >= slot.end or bare(fresh.text[slot.start : end], terms) is not True:
        return False
    return not any(hit.means.topics or hit.means.speech & _TURNS for hit in fresh.within(end, slot.end))


def then_wishes(fresh: Fresh, terms: Terms, start: int, end: int) -> bool:
    """Whether a bare yes goes on with no more than a wish: "I do, although a rough estimate would be welcome"."""
    hits = fresh.within(start, end)
    speech = frozenset().union(*(hit.means.speech for hit in hits))
    if not speech >= _BUT_WISHES or speech & _RESERVES or any(hit.means.matters for hit in hits):
        return False
    return _stands_apart(fresh.text[start:end], terms)


def _turns_to_yes(fresh: Fresh, terms: Terms, slot: Slot) -> bool:
    """Whether it ends with a yes to which something else spoke against: "I do not care for long texts, but yes, I am"."""
    hits = fresh.within(slot.start, slot.end)
    turn = next((hit.end for hit in reversed(hits) if "but" in hit.means.speech), slot.end)
    yes, _, rest = fresh.text[turn : slot.end].partition(",")
    if any(hit.means.speech & _ANYWHERE for hit in hits) or bare(yes, terms) is not True:
        return False
    return not rest.strip(AROUND) or echoed(rest, terms) is True


def as_before(fresh: Fresh, slot: Slot, before: Sequence[Claim]) -> Iterator[Claim]:
    """An answer that only says that it is a yes as well: "yes" to the first question, "this one too" to the second."""
    end = min(sentence_end(fresh.text, slot.start), slot.end)
    hits = fresh.within(slot.start, end)
    same = any(not _AS_WELL.isdisjoint(hit.means.speech) for hit in hits)
    if (
        not same
        or not slot.asked
        or any(hit.means.objects or hit.means.verb for hit in hits if not _only_same(hit))
    ):
        return
    if any(hit.means.negates or hit.means.says for hit in fresh.within(end, slot.end)):
        return
    given = [claim for claim in before if claim.value is True]
    for field in slot.fields if given else ():
        if field.kind is Kind.AGREEMENT:
            yield Claim(field.key, True, slot.rule, min(slot.sure, given[0].sure), slot.start, end)


def in_prose(fresh: Fresh, terms: Terms, parts: Sequence[Clause]) -> Iterator[Claim]:
    reserved = [part for part in parts if "if" in part.marks]
    wishful = {part.sentence for part in reserved}  # "no hurry, I'd only like to know"
    conditional = {part.sentence for part in reserved if any(map(_is_condition, part.hits))}
    conditional |= {part.sentence for part in parts if part.of_others}
    for index, part in enumerate(parts):
        if part.sentence in conditional or not (part.topics or part.says or part.refuses):
            continue
        topics, sure = _subjects(terms, parts, index)
        if topics and _only_courtesy(part) and (part.sentence in wishful or _mocks(parts, index)):
            continue
        doubted = index > 0 and only_doubts(parts[index - 1]) and parts[index - 1].sentence == part.sentence
        if not topics or part.asks or "sorry" in part.marks or doubted or _is_denied(parts, index):
            continue
        for key in topics:
            if _holds_back(part, knowing=key in terms.knowing) or _only_nods(fresh, part) or _offers(part):
                continue
            if index + 1 < len(parts) and _takes_back(fresh, part, parts[index + 1]):
                continue
            before = parts[index - 1] if index else None
            said = _said(part, key, terms, before)
            if said is None and key in terms.knowing and _goes_on(part, before):
                said = True
            left_open = said and _offers_both(_behind_label(fresh, part.start), terms)
            if said is not None and not left_open and terms.form.by_key[key].kind is Kind.AGREEMENT:
                yield Claim(key, said, "agreement in prose", sure, part.start, part.end)


def _is_condition(hit: Hit) -> bool:
    """Whether it makes all of its sentence conditional; a "would" only its clause: "I agree to it, would that all did"."""
    return "if" in hit.means.speech and "modal" not in hit.means.speech


def _subjects(terms: Terms, parts: Sequence[Clause], index: int) -> tuple[tuple[str, ...], float]:
    """What a clause that says something is about, and how sure that is."""
    part = parts[index]
    topics = part.topics or _of_time(terms, part)
    return (topics, _SURE) if topics else (_subject_before(parts, index), _SAID_BEFORE)


def _of_time(terms: Terms, part: Clause) -> tuple[str, ...]:
    """What "I accept that the matter may rest for a good while" is about: how long it is, said in words for any time."""
    knows = part.says and "time" in part.marks and not _THAT.isdisjoint(part.marks)
    return tuple(terms.knowing) if knows and not part.things and part.states <= _KNOWN else ()


def sentence_end(text: str, start: int) -> int:
    """The place of the mark or line end with which the sentence ends that goes on at a place."""
    end = _SENTENCE_END.search(text, start)
    return end.start() if end else len(text)


def _only_same(hit: Hit) -> bool:
    return not (hit.means.says or hit.means.states or hit.means.negates or hit.means.objects)


def _only_courtesy(part: Clause) -> bool:
    """Whether it agrees by no more than a phrase such as "take your time", which people also say in anger."""
    return all(hit.means.topics for hit in part.hits if hit.means.says)


def _mocks(parts: Sequence[Clause], index: int) -> bool:
    """Whether it is said in irony: "Brilliant, three weeks. Take your time.", "take your time, I only have a release to ship".

    Nor is "no rush, I only want to know …" more than courtesy.
    """
    sentence = parts[index].sentence
    near = [part for part in parts if 0 <= sentence - part.sentence <= _MOCKED]
    following = [part for part in parts[index + 1 :] if part.sentence == sentence]
    return any("irony" in part.marks for part in near) or any(
        "only" in part.marks and (not part.says or "hedge" in part.marks) for part in following
    )


def only_doubts(part: Clause) -> bool:
    """As in "Maybe, I agree": the doubt is about what follows."""
    return "doubt" in part.marks and not (part.things or part.topics or part.says or part.states)


def _is_denied(parts: Sequence[Clause], index: int) -> bool:
    """As in "I cannot say, after all that I have read, that I agree"."""
    part = parts[index]
    if not index or parts[index - 1].sentence != part.sentence:
        return False
    said = next((place for place, hit in enumerate(part.hits) if hit.means.says), 0)
    if not any("that" in hit.means.speech for hit in part.hits[:said]):
        return False
    return any(
        before.sentence == part.sentence
        and before.negated
        and not (before.says or before.things or before.topics or before.states - {NONE})
        for before in parts[:index]
    )


def _only_nods(fresh: Fresh, part: Clause) -> bool:
    """As in "Yes, your Code of Conduct is strange": a yes whose subject comes behind it and goes on."""
    if part.says != {"yes"}:
        return False
    yes = next((hit for hit in part.hits if "yes" in hit.means.says), None)
    subject = next((hit for hit in part.hits if hit.means.topics), None)
    behind = yes is not None and subject is not None and yes.start < subject.start
    if not behind or subject is None or TAIL.match(fresh.text, subject.end):
        return False
    return not any("and" in hit.means.speech for hit in fresh.within(subject.end, subject.end + 2))


def _offers(part: Clause) -> bool:
    """As in "a yes/no is all I ask": no answer, but the two that somebody may give."""
    if part.says != {"yes"} or "not" not in part.marks:
        return False
    return any(
        "yes" in one.means.says and other.means.negates and other.start - one.end == 1
        for one, other in pairwise(part.hits)
    )


def _holds_back(part: Clause, *, knowing: bool) -> bool:
    """Whether what is said is said under a reserve; an obligation or a doubt behind it is only what it is about.

    "I know that I have to wait, that it may take long" knows it; "I have to agree" does not agree.
    """
    says = _AGREES | {"aware"} if knowing else _AGREES
    said = min((hit.start for hit in part.hits if says & set(hit.means.says)), default=part.end)
    anywhere, before = (_CONDITION, _ANYWHERE | _BEFORE) if knowing else (_ANYWHERE, _BEFORE)
    known = _known_first(part, said) if knowing else 0
    return _only_concedes(part, said) or any(
        hit.means.speech & anywhere or (known <= hit.start < said and hit.means.speech & before)
        for hit in part.hits
    )


def _known_first(part: Clause, said: int) -> int:
    """Where what is known ends that stands before the knowing: "That I may have to wait, | I know"."""
    if "that" not in part.hits[0].means.speech:
        return 0
    return next((hit.start for hit in part.hits if hit.means.breaks == "comma" and hit.start < said), 0)


def _only_concedes(part: Clause, said: int) -> bool:
    """As in "Even if I agree, …"; but "Even if it takes months, I agree"."""
    if "even" not in part.marks:
        return False
    before = [hit for hit in part.hits if hit.start < said]
    near = takewhile(lambda hit: not hit.means.breaks, reversed(before))
    return any("even" in hit.means.speech for hit in near)


def _takes_back(fresh: Fresh, part: Clause, following: Clause) -> bool:
    """Whether the next clause is no more than a reserve: "…, because I have to", "…, but only under protest"; or "(yes/no)"."""
    if following.says or following.topics or following.things or following.start - part.end > _NEAR:
        return False
    if following.marks >= _EITHER:
        return True
    if following.sentence != part.sentence:
        return False
    reserves = {"hedge", "if"} if "but" in following.marks else {"hedge"}
    return any(hit.means.speech & reserves and TAIL.match(fresh.text, hit.end) for hit in following.hits)


def _goes_on(part: Clause, before: Clause | None) -> bool:
    """As in "I understand that nobody can say when, | and that it may take long": what is understood goes on."""
    if before is None or before.sentence != part.sentence or part.says or part.negated or part.reserved:
        return False
    return "that" in part.marks and before.says == {"aware"} and not (before.reserved or before.things)


def _said(part: Clause, key: str, terms: Terms, before: Clause | None) -> bool | None:
    if part.refuses:
        wonders = key not in terms.knowing or "why" in part.marks
        return None if wonders and not any(map(_can_be_refused, part.hits)) else False
    if "agree" in part.says or "yes" in part.says or ("aware" in part.says and key in terms.knowing):
        return None if NONE in part.states else True
    if part.negated and "but" in part.marks and before is not None and before.says & {"agree", "aware"}:
        return False  # "I agree to the one, but not to the other"
    return None


def _can_be_refused(hit: Hit) -> bool:
    """Whether a "not" refuses what a phrase says: "I do not agree to it", but not "I do not understand it", "… why it takes so long"."""
    return any(one != "aware" for one in hit.means.says)


def _subject_before(parts: Sequence[Clause], index: int) -> tuple[str, ...]:
    """What "I agree with it" or "Code of Conduct? Yes." speaks of: the clauses just before that only name it."""
    part = parts[index]
    if part.things or "rest" in part.marks:  # "I agree with the rest"
        return ()
    topics: tuple[str, ...] = ()
    for before in reversed(parts[max(0, index - _LOOK_BACK) : index]):
        known = before.says and not (part.sentence == before.sentence and before.says == {"aware"})
        meant = before.things and (before.states or "it" not in part.marks)  # rather than only mentioned
        if known or before.refuses or meant or "if" in before.marks:
            break
        if part.sentence - before.sentence > 1 or (part.sentence == before.sentence and before.begins_to_ask):
            break
        if before.topics:
            topics = (*before.topics, *topics)
        elif (
            topics or "it" not in part.marks
        ):  # "I have read the Code of Conduct, found no fault, and agree to it"
            break
    return topics
