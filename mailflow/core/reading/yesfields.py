"""Which questions of our letter a yes or a no answers: those that it names, all of them, or what is left."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from mailflow.core.form import Field, Kind
from mailflow.core.reading import agreements, bareyes
from mailflow.core.reading.answerparts import COURTESY, pleads_behind
from mailflow.core.reading.clauses import NONE, Clause, clauses
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.lonevalues import items_of
from mailflow.core.reading.numbering import numbers_of
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.whichquestion import NUMBER, ONE_LEFT, ORDINALS, REST, TIMES

NAMED, _BARE = 0.88, 0.8  # how sure: where it says what it answers, and where it does not
_ALL_OF_THEM = REST | {"all"}
_BY_NUMBER = frozenset({"both", ONE_LEFT})  # how many of ours it answers: "both confirmed"
_SEVERAL = 2
_YES = ("yes",)
_EXCUSES = frozenset({"sorry", "correct"})
_COUNT = re.compile(
    r"\b(?:all|the|alle|die|tout|les|las|los|os|as|tutti|tutte|e|все|на)\s+(?:e\s+)?\d", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Yes:
    """A yes or a no that a part of a sentence says."""

    fresh: Fresh
    start: int  # in `Fresh.text`
    end: int
    parts: Sequence[Clause]
    marks: frozenset[str]  # how its phrases speak, but for those that thank
    said: bool  # True: a yes
    bare: bool  # it says no more, and stands where it may answer what was asked

    @property
    def text(self) -> str:
        return self.fresh.text[self.start : self.end]

    @property
    def says(self) -> frozenset[str]:
        """What its clauses say: agree, aware, yes."""
        return frozenset().union(*(part.says for part in self.parts))


def may_answer(
    yes: Yes, terms: Terms, asked: Sequence[str], open_items: Sequence[str]
) -> tuple[list[Field], float]:
    """The fields that a yes may answer by what it says itself, and how sure that is."""
    fields, sure = _meant(terms, yes, asked, open_items)
    if yes.said:
        to_agree = [field for field in _yes_fields(terms, open_items) if field.kind is Kind.AGREEMENT]
        if bareyes.names_for_short(yes.fresh, terms, yes.start, yes.end):
            return [field for field in to_agree if bareyes.is_code(field)], _BARE
        named = bareyes.agreed_by_label(yes.fresh, yes.start, yes.end, to_agree)
        fields, sure = (named, _BARE) if named else (_known(terms, yes, fields), sure)
        fields = _without_receipt(terms, yes, fields)
    return (_without_told(fields, yes.parts) if _BY_NUMBER.isdisjoint(yes.marks) else fields), sure


def still_answers(yes: Yes, terms: Terms, fields: list[Field], sure: float, *, put_off: bool) -> list[Field]:
    """Those of the fields that it answers beside what else the mail says. `put_off`: something is to come later."""
    if not fields:
        return fields
    before = clauses(yes.fresh.within(0, yes.start), terms.opposites)
    if REST.isdisjoint(yes.marks):
        fields = _not_in_doubt(terms, fields, before)
    else:
        fields = _not_spoken_of(terms, fields, before)
        if ONE_LEFT in yes.marks and len(items_of(fields)) > 1:
            return []
    if sure != _BARE:
        return fields
    return _without_time(terms, yes, _not_kept_back(yes, terms, fields), put_off=put_off)


def _not_kept_back(yes: Yes, terms: Terms, fields: list[Field]) -> list[Field]:
    """What a yes answers that does not say to what: nothing that is asked or denied behind it, "I agree, the time I don't understand"."""
    behind = yes.fresh.within(yes.end, len(yes.fresh.text)) if len(fields) > 1 else ()
    kept_back = {
        topic
        for part in clauses(behind, terms.opposites)
        if part.topics and (part.negated or part.refuses or part.asks)
        for topic in part.topics
    }
    return [field for field in fields if field.key not in kept_back]


def _yes_fields(terms: Terms, items: Sequence[str]) -> list[Field]:
    """What can be answered by a yes."""
    return [
        field
        for item in items
        for field in terms.form.fields_of(item)
        if field.kind is Kind.AGREEMENT or (field.kind is Kind.CHOICE and field.yes)
    ]


def _meant(
    terms: Terms, yes: Yes, asked: Sequence[str], open_items: Sequence[str]
) -> tuple[list[Field], float]:
    """The fields that a yes answers by its numbers and words, and how sure that is."""
    marks = yes.marks
    askable = _yes_fields(terms, open_items)
    if said_times := _times(yes, open_items):
        return _as_often(yes, said_times, askable, asked, open_items), _BARE
    numbers = [number for one in NUMBER.findall(yes.text) for number in numbers_of(one)]
    numbers = numbers or [number for number, word in enumerate(ORDINALS, 1) if word in marks]
    if numbers == [len(open_items)] and _COUNT.search(yes.text):
        return askable, NAMED
    if numbers:
        known = all(1 <= number <= len(asked) for number in numbers)
        named = _yes_fields(terms, [asked[number - 1] for number in numbers] if known else ())
        if known and "exception" in marks:  # "all but 2"
            named = [field for field in askable if field not in named]
        return named, NAMED
    if "both" in marks:
        meant = _yes_fields(terms, asked)  # one of the two may be answered in so many words besides
        only = [field for field in meant if field.kind is Kind.AGREEMENT]
        return (meant if len(meant) == 2 else only if len(only) == 2 else []), NAMED
    if not marks.isdisjoint(_ALL_OF_THEM):
        return askable, NAMED
    return (_bare(terms, askable, open_items, yes) if yes.bare else []), _BARE


def _times(yes: Yes, open_items: Sequence[str]) -> int:
    """How often a yes is said, where that tells how many it answers: "three times yes", and "yes and yes" where more than one is open."""
    told = next((number for word, number in TIMES.items() if word in yes.marks), 0)
    if told or len(open_items) < _SEVERAL or NUMBER.search(yes.text):
        return told
    said = [hit for part in yes.parts for hit in part.hits if hit.means.says]
    count = sum(_repeated(yes.fresh.low[hit.start : hit.end]) for hit in said)
    return count if count > 1 and all(hit.means.says == _YES for hit in said) else 0


def _repeated(said: str) -> int:
    """How often a phrase says the same: "oui oui" twice."""
    words = said.split()
    return len(words) if len(set(words)) == 1 else 1


def _as_often(
    yes: Yes, times: int, askable: list[Field], asked: Sequence[str], open_items: Sequence[str]
) -> list[Field]:
    """What as many yeses answer: all that was asked or is open."""
    every = yes.bare and times in {len(asked), len(open_items)} and len(items_of(askable)) == len(open_items)
    return askable if every else []


def _bare(terms: Terms, askable: list[Field], open_items: Sequence[str], yes: Yes) -> list[Field]:
    """A bare yes answers only where nothing but a yes is asked; "I agree" no question about things, but any agreement.

    A "done" or "will do" tells of no thing, and so answers none of several questions of which one is about things.
    """
    if agreements.is_only(yes.text, terms, "deeds") and any(field.kind is Kind.CHOICE for field in askable):
        return []
    if "agree" in yes.says and "yes" not in yes.says:
        return [field for field in askable if field.kind is Kind.AGREEMENT]
    return askable if len(items_of(askable)) == len(open_items) else []


def _known(terms: Terms, yes: Yes, fields: list[Field]) -> list[Field]:
    """What a yes answers that may be no more than "I understand", which agrees to nothing."""
    only_knows = yes.says == {"aware"} and not agreements.leads(yes.text, terms, "yes")
    return [field for field in fields if field.key in terms.knowing] if only_knows else fields


def _without_receipt(terms: Terms, yes: Yes, fields: list[Field]) -> list[Field]:
    """What is answered by a "Noted, thanks", "Understood, thanks" or "OK, thanks", which nod: only what is to be known.

    Nor is more by a yes with a "but please note" behind it.
    """
    thanked = bareyes.thanks(yes.fresh, yes.start, yes.end)
    text = yes.fresh.text[yes.start : thanked[0][0] if thanked else yes.end]
    knowing = [field for field in fields if field.key in terms.knowing]
    if agreements.is_only(text, terms, "understood") or pleads_behind(yes.fresh, yes.end):
        return knowing
    nods = agreements.is_only(text, terms, "received") or (thanked and _is_mere(yes))
    return [] if len(knowing) < len(fields) and nods else fields


def _is_mere(yes: Yes) -> bool:
    said = [hit for part in yes.parts for hit in part.hits if hit.means.says]
    return bool(said) and all("mere" in hit.means.speech for hit in said)


def _without_told(fields: list[Field], parts: Sequence[Clause]) -> list[Field]:
    """What a yes answers that tells of a state: "Yes, they are lost" chooses, but "yes, it works again" agrees to nothing."""
    if any(part.says - {"yes"} for part in parts):
        return fields
    tells = any(part.states - {NONE} and COURTESY.isdisjoint(part.marks) for part in parts)
    return [field for field in fields if field.kind is Kind.CHOICE] if tells else fields


def _not_spoken_of(terms: Terms, fields: list[Field], before: Sequence[Clause]) -> list[Field]:
    """What "the rest" is: nothing that was spoken of before. "Sorry for the delay" speaks of none."""
    topics = {
        topic
        for part in before
        for topic in part.topics
        if topic not in terms.knowing or _says_something(part)
    }
    things = {thing for part in before for thing in part.things}
    return [
        field for field in fields if field.key not in topics and not _is_choice_about(terms, field, things)
    ]


def _not_in_doubt(terms: Terms, fields: list[Field], before: Sequence[Clause]) -> list[Field]:
    """What a yes may answer behind "I'll have a look for the codes": not what they are in doubt about."""
    things = {thing for part in before if "doubt" in part.marks for thing in part.things}
    return [field for field in fields if not _is_choice_about(terms, field, things)]


def _is_choice_about(terms: Terms, field: Field, things: AbstractSet[str]) -> bool:
    return field.kind is Kind.CHOICE and not things.isdisjoint(terms.ways[field.key].things)


def _says_something(part: Clause) -> bool:
    says = part.says or part.refuses or part.negated or part.reserved or part.asks
    return bool(says) and _EXCUSES.isdisjoint(part.marks)


def _without_time(terms: Terms, yes: Yes, fields: list[Field], *, put_off: bool) -> list[Field]:
    """What is answered by who has read it: "I have read it to the end. So yes, I agree" says nothing of the waiting time.

    Nor does "agree, the rest tomorrow".
    """
    paragraph = yes.fresh.text.rfind("\n\n", 0, yes.start) + 1
    perused = any("perused" in hit.means.speech for hit in yes.fresh.within(paragraph, yes.end))
    if perused or (len(fields) > 1 and put_off):
        return [field for field in fields if field.key not in terms.knowing]
    return fields
