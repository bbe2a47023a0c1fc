"""Ticked boxes: which statement each stands beside, and whether the tick says yes to it.

A box counts in quoted text too, because ticking there is how people fill in a form that came by mail. An open box
states nothing, and neither do the words beside it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import groupby, pairwise
from typing import NamedTuple

from mailflow.core.form import Field, Kind
from mailflow.core.reading.agreements import bare, yes_or_no
from mailflow.core.reading.breaks import LABEL_LIKE
from mailflow.core.reading.choices import by_state
from mailflow.core.reading.claim import TICKED_BOX, Claim
from mailflow.core.reading.clauses import NONE, Clause, clauses
from mailflow.core.reading.evidence import evidence_of
from mailflow.core.reading.fresh import BOX_SIGN, OPEN, TICKED, Fresh
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.slots import BEHIND_STATEMENT, Slot
from mailflow.core.reading.terms import Terms, collapsed, normal_label
from mailflow.core.reading.values import read_slot
from mailflow.core.reading.words import has_cjk, words_of

_BOX = re.compile(f"(?P<ticked>{TICKED.pattern})|(?P<open>{OPEN})")
_NEXT = re.compile(rf"\n[ \t]*(?=\n|[-*•·+#>\[☐☑☒✅]|\(?\d{{1,2}}[.)][ \t]|{LABEL_LIKE})|\Z", re.MULTILINE)
_WORD = re.compile(r"\w+")
_ARROW = re.compile(r"[ \t]*(?:<[-=]+|[-=]+>|[→←])")
_NUMBER = re.compile(r"^\s*\(?\d{1,2}[.):]\s*")
_LONGEST = 400
_LONGEST_LABEL = 60  # characters before a box
_LONGEST_BELOW = 200  # characters below an open box that answer it
_AROUND = " \t-*•·+>"
_FEW = 2  # words
_BEHIND = " \t\n.:;,=?>–—-"
_QUOTES = "\"'“”„«»「」"  # around a statement
_DOTS = re.compile(rf"[{_QUOTES}]?[ \t]*(?:\.{{3}}|…)")
_ALIKE = 0.6  # of a statement's words
_LEAST_SHARED, _MOSTLY = 5, 0.9  # words that a shorter statement shares, and how many of its own that must be
_SURE, _OWN_WORDS = 0.97, 0.85
_BOXED = frozenset({Kind.AGREEMENT, Kind.CHOICE})
_CONDITIONS = frozenset({"but", "if"})
_WHICH = frozenset({"first", "second", "third"})  # "First box: had to be ticked"
_ONE_TICK = frozenset({"it", "if"}) | _WHICH
_TAKE_BACK = frozenset({"hedge", "doubt", "why", "only"})


class Box(NamedTuple):
    """A box and the words beside it, by their places in the text."""

    ticked: bool
    start: int
    text: int  # where the words beside it begin
    end: int  # where they end
    stop: int  # where both they and the box have ended


def find_boxes(fresh: Fresh) -> list[Box]:
    """All boxes of the text, ticked or open, in order."""
    if fresh.text.isascii() and "[" not in fresh.text and "(x" not in fresh.low and "( " not in fresh.text:
        return []
    found = list(_box_marks(fresh.text))
    boxes = []
    item = -1  # where the next one begins
    for index, match in enumerate(found):
        limit = _limit(fresh, found, index)
        if item < match.end():
            following = _NEXT.search(fresh.text, match.end())
            item = following.start() if following else len(fresh.text)
        end = min(limit, item, match.end() + _LONGEST)
        begin, text = match.start(), match.end()
        if match.lastgroup == "open" and (arrow := _ARROW.search(fresh.text, text, end)):
            end = arrow.start()  # "[ ] I agree … <-- yes, the box can't be ticked"
        line = max(fresh.starts[fresh.line_at(begin)], found[index - 1].end() if index else 0)
        behind = _stands_behind(fresh, found, index, min(end, fresh.line_end(text)))
        if behind and (not fresh.text[text:end].strip() or fresh.text[line:begin].strip(_AROUND)):
            begin = text = _past_label(fresh, line, begin)
            end = match.start()  # the box stands behind its words
        boxes.append(Box(match.lastgroup == "ticked", begin, text, end, max(end, match.end())))
    return boxes


def _stands_behind(fresh: Fresh, found: Sequence[re.Match[str]], index: int, end: int) -> bool:
    """Whether a box stands behind its words: nothing follows it up to a place, or behind an open one as little as a "thanks"."""
    box = found[index]
    rest = fresh.text[box.end() : end].strip()
    if not rest:
        return True
    line = fresh.line_at(box.start())
    beside = (*found[max(0, index - 1) : index], *found[index + 1 : index + 2])
    if box.lastgroup != "open" or any(fresh.line_at(one.start()) == line for one in beside):
        return False  # one of several ways to answer
    if has_cjk(rest) or len(rest.split()) > _FEW:
        return False
    return not any(hit.means.matters or hit.means.choices for hit in fresh.within(box.end(), end))


def spans(fresh: Fresh, terms: Terms, boxes: Iterable[Box]) -> Iterator[tuple[int, int]]:
    """Where boxes and the words beside them stand. A tick behind a yes ("Yes ✅") or nothing ("1. [x]") may still answer."""
    for box in boxes:
        text = fresh.text[box.text : box.end]
        stated = fresh.statement_ends.get(box.text + len(text) - len(text.lstrip()))
        if stated is not None:  # what follows is theirs: "[x] I agree to … Please use jo@example.org"
            yield _before_label(fresh, terms, box), stated if stated > box.start else box.stop
            continue
        parts = clauses(fresh.within(box.text, box.end), terms.opposites)
        answers = not any(map(str.isalpha, text)) or yes_or_no(text, parts, terms, knowing=True)
        yield box.start, box.end if answers else box.stop


def _before_label(fresh: Fresh, terms: Terms, box: Box) -> int:
    """Where the label begins that stands right before a box, as in a form whose lines were joined; else where the box does.

    So "Lost access to 2FA device Recovery Codes [ ] I never …" tells nothing of codes.
    """
    begin = max(fresh.starts[fresh.line_at(box.start)], box.start - _LONGEST_LABEL)
    words = [*_WORD.finditer(fresh.text, begin, box.start)]
    labelled = terms.label([word[0].lower() for word in words])
    if labelled is None or labelled[0].kind not in _BOXED:
        return box.start
    return words[labelled[1]].start()


def _past_label(fresh: Fresh, start: int, end: int) -> int:
    """Where the words before a box begin: behind a label or a question, if any stand there."""
    label = max(fresh.text.rfind(sign, start, end) for sign in ":?") + 1
    return label if label and fresh.text[label:end].strip() else start


def _limit(fresh: Fresh, found: Sequence[re.Match[str]], index: int) -> int:
    """Where the words beside a box end at the latest: at the next box, or where its line begins if both stand behind their labels."""
    if index + 1 == len(found):
        return len(fresh.text)
    begin, following = found[index].start(), found[index + 1].start()
    line, another = (fresh.starts[fresh.line_at(place)] for place in (begin, following))
    if max(begin - line, following - another) > _LONGEST_LABEL:
        return following
    labelled = fresh.text[line:begin].strip(_AROUND) and fresh.text[another:following].strip(_AROUND)
    return another if labelled and line != another else following


def _box_marks(text: str) -> Iterator[re.Match[str]]:
    sign = BOX_SIGN.search(text)
    while sign is not None:
        box = _BOX.match(text, sign.start())
        if box is not None:
            yield box
        sign = BOX_SIGN.search(text, (box or sign).end())


def behind_statements(fresh: Fresh, slots: Sequence[Slot]) -> list[Slot]:
    """The slots, without the form's statement at their beginning where an answer follows: "I agree to …: yes"."""
    ends = fresh.statement_ends
    return [_past_statement(fresh, slot) for slot in slots] if ends else list(slots)


def _past_statement(fresh: Fresh, slot: Slot) -> Slot:
    """A slot without the statement, in quotation marks or not, at its beginning."""
    end = fresh.statement_ends.get(slot.start + (fresh.text[slot.start] in _QUOTES))
    return slot if end is None else _behind(fresh, slot, end)


def _behind(fresh: Fresh, slot: Slot, end: int) -> Slot:
    """What stands behind a place of a slot, as the answer to what stands before it; the slot itself where nothing does."""
    dotted = _DOTS.match(fresh.text, end)  # which ends no sentence: "I agree to … ... yes"
    till = max(slot.end, fresh.line_end(end)) if dotted else slot.end
    answer = fresh.text[end:till].lstrip(_BEHIND + _QUOTES)
    if not answer:
        return slot
    goes_on = fresh.text.startswith(",", end)  # "I understand that …, but I hope for less"
    rule = slot.rule if goes_on else BEHIND_STATEMENT
    return slot._replace(start=till - len(answer), end=till, asked=True, rule=rule)


def behind_open(fresh: Fresh, boxes: Sequence[Box], slots: Sequence[Slot]) -> list[Slot]:
    """The slots; one in which a box was left open is what stands below it: "- [ ] I agree …", and then "Yes"."""
    starts = [box.start for box in boxes]
    labels = [slot.label for slot in slots] + [len(fresh.text)]
    found = []
    for slot, (_, limit) in zip(slots, pairwise(labels), strict=True):
        within = boxes[bisect_left(starts, slot.start) : bisect_left(starts, limit)]
        found.append(_below(fresh, slot, within[0], limit) if len(within) == 1 else slot)
    return found


def _below(fresh: Fresh, slot: Slot, box: Box, limit: int) -> Slot:
    """What stands below an open box, as the answer; the slot itself where nothing does, or more than a few words."""
    below = fresh.text[box.end : limit].strip()
    if box.ticked or not below or len(below) > _LONGEST_BELOW:
        return slot
    start = fresh.text.index(below, box.end)
    return slot._replace(start=start, end=start + len(below), asked=True)


def left_open(fresh: Fresh, terms: Terms, boxes: Sequence[Box]) -> list[str]:
    """The items of the form's boxes, where none of them is ticked."""
    if any(box.ticked for box in boxes):
        return []
    topical = _topical(fresh, boxes)
    fields = [_field(fresh, terms, box, topical) for box in boxes]
    return list(dict.fromkeys(field.item for field in fields if field is not None))


def read_boxes(fresh: Fresh, terms: Terms, boxes: list[Box], slots: list[Slot]) -> Iterator[Claim]:
    """What the ticked boxes say, by the statement or label beside each, or by the slot that they stand in."""
    starts = [slot.start for slot in slots]
    topical = _topical(fresh, boxes)
    for box in boxes:
        if box.ticked:
            at = box.start if box.start < box.text else box.end  # where the box itself stands
            place = bisect_right(starts, at) - 1
            under = slots[place] if place >= 0 and at < slots[place].end else None
            yield from _read(fresh, terms, box, under, topical)


def without_disowned(terms: Terms, claims: Sequence[Claim], hits: Sequence[Hit]) -> Sequence[Claim]:
    """The claims less the ticks of agreements that the person takes back: "the form wanted one beside the Code of Conduct".

    `hits`: those of their prose. A sentence that speaks of ticks, agrees to nothing and holds a "not", a "must" or the like takes back
    those of the subjects that it names; where it says no more than that they had to be, all.
    """
    if not any("tick" in hit.means.speech for hit in hits):
        return claims
    disowned: set[str] = set()
    for _, some in groupby(clauses(hits, terms.opposites), lambda part: part.sentence):
        said = [*some]
        marks = frozenset().union(*(part.marks for part in said))
        if "tick" not in marks or any(part.says for part in said):
            continue
        topics = {topic for part in said for topic in part.topics}
        if topics and (marks & _TAKE_BACK or any(part.negated or part.refuses for part in said)):
            disowned |= topics
        elif not topics and _forced(said, marks):
            disowned |= {field.key for field in terms.form.of_kind(Kind.AGREEMENT)}
    return [claim for claim in claims if not (claim.rule == TICKED_BOX and claim.field in disowned)]


def _forced(said: Sequence[Clause], marks: AbstractSet[str]) -> bool:
    """Whether a sentence says that all ticks had to be: "I had to tick the boxes", but not "tick it if it must be ticked"."""
    return "hedge" in marks and marks.isdisjoint(_ONE_TICK) and not any(part.things for part in said)


def _topical(fresh: Fresh, boxes: Sequence[Box]) -> list[Hit]:
    return [hit for hit in fresh.hits if hit.means.topics] if boxes else []


def _read(
    fresh: Fresh, terms: Terms, box: Box, under: Slot | None, topical: Sequence[Hit]
) -> Iterator[Claim]:
    """`topical`: the hits that name the subject of an agreement."""
    field = _field(fresh, terms, box, topical) or (next(iter(under.fields), None) if under else None)
    if field is not None and field.kind is Kind.REASON and under:
        yield from read_slot(fresh, terms, under._replace(start=box.text, end=box.end))
        return
    if field is None or field.kind is Kind.REASON:
        yield from _told(fresh, terms, box)
        return
    value = _value(fresh, terms, box, field)
    if value is not None:
        yield Claim(field.key, value, TICKED_BOX, _SURE, box.start, box.stop, rank=0)


def _told(fresh: Fresh, terms: Terms, box: Box) -> Iterator[Claim]:
    """The choice or the reasons that a person's own words tell beside a tick: "[x] Lost the codes, or never made any"."""
    if _is_quoted(fresh, box):
        return  # our letter's words
    parts = clauses(fresh.within(box.text, box.end), terms.opposites)
    for field in terms.form.of_kind(Kind.CHOICE) if any(part.states for part in parts) else ():
        told = {one.choice for one in evidence_of(terms, field, parts)} if field.key in terms.ways else set()
        if len(told) == 1:
            yield Claim(field.key, told.pop(), TICKED_BOX, _OWN_WORDS, box.start, box.stop, rank=0)
    for field in terms.form.of_kind(Kind.REASON):
        if reasons := tuple(dict.fromkeys(one.choice for one in evidence_of(terms, field, parts))):
            yield Claim(field.key, reasons, TICKED_BOX, _OWN_WORDS, box.start, box.stop)


def _field(fresh: Fresh, terms: Terms, box: Box, topical: Sequence[Hit]) -> Field | None:
    """The field whose statement, or else whose subject, stands beside the box."""
    text = fresh.text[box.text : box.end]
    if (stated := terms.stated.get(collapsed(text))) is not None:
        return stated
    words = set(normal_label(text).split())
    best, score = None, _ALIKE
    quoted = _is_quoted(fresh, box)
    for field, statement in terms.statements:
        shared = len(words & statement.words)
        alike = shared / max(len(statement.words), 1)
        if shared >= _LEAST_SHARED and shared >= _MOSTLY * len(words):
            alike = max(alike, _ALIKE)  # most of a shorter one: "never generated or lost the recovery codes"
        if alike >= score:
            best, score = field, alike
    if best is not None or quoted:  # our letters tick off what they understood, by its label
        return best
    line = fresh.starts[fresh.line_at(box.start)]
    before = fresh.text[line : box.start] if box.start - line <= _LONGEST_LABEL else ""
    for label in (text.split("\n")[0], before):
        labelled = terms.label(words_of(label))
        if labelled is not None and labelled[1] == 0:
            return labelled[0]
    topics = _topics(topical, box.text, box.end) or _topics(topical, line, box.start)
    return terms.form.by_key[topics.pop()] if len(topics) == 1 else None


def _is_quoted(fresh: Fresh, box: Box) -> bool:
    return any(start <= box.start < end for start, end in fresh.boxed)


def _topics(topical: Sequence[Hit], start: int, end: int) -> set[str]:
    first = bisect_left(topical, (start,))
    return {
        topic for hit in topical[first : bisect_left(topical, (end,), first)] for topic in hit.means.topics
    }


def _value(fresh: Fresh, terms: Terms, box: Box, field: Field) -> str | bool | None:
    """What ticking says; nothing where the person has changed the statement or set a condition."""
    if bare(_NUMBER.sub("", fresh.text[box.text : box.end]), terms) is False:  # "( ) yes (x) no"
        return False if field.kind is Kind.AGREEMENT else _told_beside(fresh, terms, box, field)
    if field.kind is Kind.AGREEMENT:
        hits = fresh.within(box.text, box.end)
        text = collapsed(fresh.text[box.text : box.end])
        changed = not any(
            text.startswith(statement.flat) for other, statement in terms.statements if other is field
        )
        if not changed and all(_CONDITIONS.isdisjoint(hit.means.speech) for hit in hits):
            return True  # which is most of the cases, and cheap
        parts = clauses(hits, terms.opposites)
        if changed and any(part.refuses for part in parts):
            return False
        return None if any(part.marks & _CONDITIONS for part in parts) else True
    if field.kind is Kind.CHOICE and field.yes:
        return _told_beside(fresh, terms, box, field) or field.yes
    return None


def _told_beside(fresh: Fresh, terms: Terms, box: Box, field: Field) -> str | None:
    """The choice that a verb beside a tick tells, "[x] don't have any", "[x] still have them"; a mere "no" tells none."""
    parts = [
        part for part in clauses(fresh.within(box.text, box.end), terms.opposites) if part.states - {NONE}
    ]
    told = by_state(terms, field, parts)
    return told.pop() if len(told) == 1 else None
