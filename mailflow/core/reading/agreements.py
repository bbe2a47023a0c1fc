"""Yes and no, where a question or a label says what they answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import dropwhile, takewhile

from mailflow.core.form import Field, Kind
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.clauses import NONE, RESERVES, Clause, clauses
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.sentences import sentence_end
from mailflow.core.reading.slots import BEHIND_STATEMENT, Slot
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.whichquestion import WHICH

AROUND = " .,;:!*_`'\"()“”„«»「」『』…。！，、-–—"
TAIL = re.compile(r"\s*(?:[.,;:!?…。，；、！？)]|$|\n)")
_ANYWHERE = frozenset({"if", "doubt"})  # reserves, wherever in the clause
_TURNS = RESERVES | {"but"}
_RESERVES_BUT_MUST = RESERVES - {"hedge"}
_AS_WELL = frozenset({"too", "same", "alike"})
_DITTO = frozenset({'"', "''", "〃", "″", "“", "”"})
_ECHOES = (("echo", True), ("echo_not", False))
_BETWEEN = re.compile(r"[/|\\()\[\]<>☐□,;–—-]|\s{2,}")  # what stands between two ways to answer
_PAUSE = re.compile(r"[,，、.。!！;；]\s*|\s[-–—]\s")
_TWICE = 40  # characters of a yes that is said twice
_LINE = 200  # characters of it that are looked at
# The others may answer several questions in a line.
_LABELLED = frozenset({"label", "form heading", BEHIND_STATEMENT})
_PUT_OFF = frozenset({"will_reply", "unfilled"})
_SAYS = frozenset({"aware", "refuse"})
_WHEN = frozenset({"appointment", "then"})


def yes_or_no(text: str, parts: Sequence[Clause], terms: Terms, *, knowing: bool) -> bool | None:
    """What a value says that stands where only yes or no makes sense; None if neither."""
    if (plain := bare(text, terms)) is not None:
        return plain
    wishes = [part for part in parts if only_wishes(part)]  # "yes, but please hurry"
    parts = [part for part in parts if part not in wishes and not (wishes and _explains(part, wishes[0]))]
    if not parts and leads(text, terms, "yes") and (wishes or _stands_apart(text, terms)):
        return True
    if not parts or any(part.reserved or part.question or "but" in part.marks for part in parts):
        return None
    return (
        False if any(part.refuses for part in parts) else _said_plainly(text, parts, terms, knowing=knowing)
    )


def only_wishes(part: Clause) -> bool:
    """Whether a clause asks for no more than speed, or hopes for the best: "I do, though I hope it will not come to that"."""
    if "wish" not in part.marks or part.says or part.refuses or part.things or part.reserved or part.question:
        return False
    first = next(hit for hit in part.hits if hit.means.verb or "wish" in hit.means.speech)
    return "wish" in first.means.speech


def _explains(part: Clause, wish: Clause) -> bool:
    """Whether it only goes on from a wish: "yes, but please be quick, we cannot publish a fix", "…, I must publish"."""
    reserved = not _RESERVES_BUT_MUST.isdisjoint(part.marks)
    says = part.says or part.things or part.topics or reserved or part.question or "but" in part.marks
    return part.start > wish.start and part.sentence == wish.sentence and not says


def bare(text: str, terms: Terms) -> bool | None:
    """Whether a value is nothing but a yes, said twice or not ("Yes, I do"), or nothing but a no; a "never" says more."""
    value = " ".join(text.lower().split()).strip(AROUND)
    if value in terms.values.get("never", ()):
        return None
    said = next((word == "yes" for word in ("yes", "no") if value in terms.values.get(word, ())), None)
    if said is None and len(value) <= _TWICE and (pause := _PAUSE.search(value)):
        return (bare(value[: pause.start()], terms) and bare(value[pause.end() :], terms)) or None
    return said


def way_says(text: str, terms: Terms) -> bool | None:
    """The same of one way to answer beside another, where a "never" is a no: a Polish no is a German "never"."""
    plain = bare(text, terms)
    value = " ".join(text.lower().split()).strip(AROUND)
    return False if plain is None and value in terms.values.get("never", ()) else plain


def is_only(text: str, terms: Terms, kind: str) -> bool:
    """Whether a value is no more than a receipt ("received": "Noted") or says that it was understood ("understood"), or nothing ("unanswered")."""
    return " ".join(text.lower().split()).strip(AROUND) in terms.values.get(kind, ())


def echoed(text: str, terms: Terms) -> bool | None:
    """The same of what answers a question that stands beside it, by its verb alone: "There are", "We were not"."""
    if (plain := bare(text, terms)) is not None:
        return plain
    value = _first_part(text)
    return next((said for word, said in _ECHOES if value in terms.values.get(word, ())), None)


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


def begins_bare(text: str, terms: Terms) -> bool | None:
    """What stands before the first comma, if that is nothing but a yes or a no: "No, they are lost", but not "No rush"."""
    first = _first_part(text)
    return False if first in terms.values.get("never", ()) else echoed(first, terms)


def leads(text: str, terms: Terms, word: str) -> bool:
    """Whether a value begins with a yes or a no: "yes, I know", "I do, though …"."""
    first = _first_part(text)
    return any(one.strip(AROUND) in terms.values.get(word, ()) for one in (first, first.split(" ")[0]))


def in_slot(fresh: Fresh, terms: Terms, slot: Slot, field: Field) -> Iterator[Claim]:
    """The yes or no of a slot, unless a condition or a reserve stands in it, or it is put off."""
    text = fresh.text[slot.start : slot.end]
    if is_only(text, terms, "unanswered"):
        return  # "to follow"
    hits = fresh.within(slot.start, slot.end)
    parts = clauses(hits, terms.opposites)
    own = [part for part in parts if not part.topics or field.key in part.topics]
    if sets_condition(hits) or reserves(text, hits, parts, terms):
        return
    knowing = field.key in terms.knowing
    if knowing and slot.rule in _LABELLED and _is_of_time(hits):
        return
    if is_put_off(fresh, slot.start, min(sentence_end(fresh.text, slot.start), slot.end)):
        return
    if slot.rule in _LABELLED and offers_both(_rest_of_line(fresh, slot.start), terms):
        return
    plain = _at_once(fresh, terms, slot) or _turns_to_yes(fresh, terms, slot) or _modestly(fresh, terms, slot)
    said = plain or yes_or_no(text, own, terms, knowing=knowing)
    if said is not None:
        yield Claim(field.key, said, slot.rule, slot.sure, slot.start, slot.end)


def _is_of_time(hits: Sequence[Hit]) -> bool:
    """Whether what stands behind "Time:" is when to meet, or when they will be there: "yes, on Monday", "fine, tomorrow"."""
    knows = any(hit.means.topics or not _SAYS.isdisjoint(hit.means.says) for hit in hits)
    return not knows and any(hit.means.speech & _WHEN for hit in hits)


def offers_both(line: str, terms: Terms) -> bool:
    """Whether a form's "yes / no" or "I agree | I do not agree" was left as it is. "yes, no problem" is a yes."""
    values = {way_says(part, terms) for part in _BETWEEN.split(line)}
    return {True, False} <= values


def _rest_of_line(fresh: Fresh, place: int) -> str:
    return fresh.text[place : min(fresh.line_end(place), place + _LINE)]


def behind_label(fresh: Fresh, place: int) -> str:
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
    return not parts and bare(text, terms) is None and any(hit.means.speech & RESERVES for hit in hits)


def is_put_off(fresh: Fresh, start: int, end: int, till: int = 0) -> bool:
    """Whether who says yes is still to answer, and so only nods: "OK, I will reply tonight". Not of a "yes to all".

    `till`: where that it is put off may stand as well.
    """
    hits = fresh.within(start, max(end, till))
    marks = frozenset().union(*(hit.means.speech for hit in hits))
    put_off = not marks.isdisjoint(_PUT_OFF) or ("reply" in marks and not marks.isdisjoint(_WHEN))
    return put_off and not any(hit.start < end and hit.means.speech & WHICH for hit in hits)


def _at_once(fresh: Fresh, terms: Terms, slot: Slot) -> bool:
    """Whether the first sentence is a yes, and what follows goes on about something else: "Yes. Nobody was against it"."""
    end = sentence_end(fresh.text, slot.start)
    if not slot.asked or end >= slot.end or bare(fresh.text[slot.start : end], terms) is not True:
        return False
    return not any(hit.means.topics or hit.means.speech & _TURNS for hit in fresh.within(end, slot.end))


def _turns_to_yes(fresh: Fresh, terms: Terms, slot: Slot) -> bool:
    """Whether it ends with a yes to which something else spoke against: "I do not care for long texts, but yes, I am"."""
    hits = fresh.within(slot.start, slot.end)
    turn = next((hit.end for hit in reversed(hits) if "but" in hit.means.speech), slot.end)
    yes, _, rest = fresh.text[turn : slot.end].partition(",")
    if any(hit.means.speech & _ANYWHERE for hit in hits) or bare(yes, terms) is not True:
        return False
    return not rest.strip(AROUND) or echoed(rest, terms) is True


def _modestly(fresh: Fresh, terms: Terms, slot: Slot) -> bool:
    """As in "I guess so, yes": a yes for the last word, and nothing before it but what makes it modest."""
    before, comma, yes = fresh.text[slot.start : slot.end].rpartition(",")
    hits = fresh.within(slot.start, slot.start + len(before)) if comma and bare(yes, terms) is True else ()
    says_more = any(hit.means.acts or hit.means.objects or hit.means.negates for hit in hits)
    marks = frozenset().union(*(hit.means.speech for hit in hits))
    return "modest" in marks and not says_more and marks.isdisjoint(_TURNS - {"doubt"})


def as_before(fresh: Fresh, slot: Slot, before: Sequence[Claim]) -> Iterator[Claim]:
    """An answer that only says that it is a yes as well: "yes" to the first question, "this one too" to the second."""
    end = min(sentence_end(fresh.text, slot.start), slot.end)
    hits = fresh.within(slot.start, end)
    said = fresh.text[slot.start : slot.end]
    same = said.strip() in _DITTO or any(not _AS_WELL.isdisjoint(hit.means.speech) for hit in hits)
    if any(map(str.isdigit, said)):  # "same as 1"
        return
    if not same or not slot.asked or any(hit.means.objects or hit.means.verb for hit in hits):
        return
    if any(hit.means.negates or hit.means.says for hit in fresh.within(end, slot.end)):
        return
    given = [claim for claim in before if claim.value is True]
    for field in slot.fields if given else ():
        if field.kind is Kind.AGREEMENT:
            yield Claim(field.key, True, slot.rule, min(slot.sure, given[0].sure), slot.start, end)
