"""Whether a yes stands alone, and so answers what was asked: "Yes, I'll send you the link tomorrow" does not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice

from mailflow.core.form import Field
from mailflow.core.reading import agreements, namelike
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import WORD, has_cjk, words_of

_ENDS = frozenset(".!。！\n")
_MORE = 5  # words beside a bare yes, as in "To your other questions I say yes"
_MORE_TO_IT = 9  # beside "I agree to it"
_KEEPS_TO = frozenset({"agree"})
_THANKS = frozenset({"thanks", "sorry"})  # or excuses
_COURTESY = 1  # words behind a yes that tell nothing, as in "yes sir"
_AN_OBJECT = 2  # words behind an "I know", as in "yes, I know the code"
_LONGEST_WORD = 20  # characters
_TELLING_WORD = 4  # of one that tells how something is: "that is so" tells nothing
_LEADS = 3  # words before a short name, and an empty one
_PAUSES = (",", ":", "-", "–", "—")
_WITH = frozenset({"with", "with_whom"})
_WHOM = 4  # words: "with all the others"
_A_THING = 2  # words behind a "to", as in "to the proposal"
# What a "to" leads to where it is what we asked.
_ALL_OF_OURS = frozenset({"all", "both", "it", "that", "too", "same"})
_HOPES = frozenset({"wish", "hope"})
_YES = ("yes",)
_OTHER_MATTERS = frozenset({"appointment", "elsewhere"})
_TELLING = frozenset({"yes", "agree", "objection"})


def says_no_more(fresh: Fresh, terms: Terms, start: int, end: int, called: AbstractSet[str]) -> bool:
    """Whether a yes is all that a sentence says: "Yes, I'll send you the link tomorrow" answers no question of ours."""
    hits = fresh.within(start, end)
    if (
        _is_mere(fresh, hits, start, end)
        or any(map(_is_no_matter, hits))
        or _tells_other(fresh, terms, hits, end)
    ):
        return False
    if any("then" in hit.means.speech for hit in hits) and not any(hit.means.speech & _HOPES for hit in hits):
        return False  # "Sure, later today"
    led = _led_to(hits)
    if led and _is_to_something(fresh, hits, led, end, called):
        return False
    beside = (*thanks(fresh, start, end), *_spans(hits))
    told = [word for word in WORD.finditer(fresh.text, start, end) if not _is_in(word.start(), beside)]
    if len(told) > (_MORE_TO_IT if led else _MORE) or any(
        _is_about(fresh, hit, end) for hit in hits if hit.means.says
    ):
        return False
    if _knows_something(hits, told, end) or _is_of_something(fresh, terms, hits, told, called):
        return False
    return bool(led) or not _goes_on_to_tell(fresh, terms, hits, told, called)


def thanks(fresh: Fresh, start: int, end: int) -> list[tuple[int, int]]:
    """Where somebody is thanked, or asked to excuse something, with what it is for: "…, and thank you for all your work"."""
    hits = fresh.within(start, end)
    begins = [hit.start for hit in hits if not _THANKS.isdisjoint(hit.means.speech)]
    return [
        (begin, next((hit.start for hit in hits if hit.start > begin and hit.means.breaks), end))
        for begin in begins
    ]


def makes_a_date(fresh: Fresh, end: int, after: tuple[int, int]) -> bool:
    """Whether what follows goes on in the same sentence about an appointment, or names its hour."""
    if not any("appointment" in hit.means.speech for hit in fresh.within(*after)):
        return False
    apart = fresh.text[end : end + 1] in _ENDS
    return not apart or any(map(str.isdigit, fresh.text[slice(*after)]))


def what_was_asked(terms: Terms, items: Sequence[str]) -> frozenset[str]:
    """What people call it: "your conditions", "all three"; where one thing was asked also by its name: "the code"."""
    fields = terms.form.fields_of(items[0]) if len(items) == 1 else ()
    named = [word for field in fields for word in words_of(field.label.lower())]
    return terms.short_words["agreed_to"].union(named)


def agreed_by_label(fresh: Fresh, start: int, end: int, fields: Sequence[Field]) -> list[Field]:
    """Those of the fields that a yes names by a word of their label, short as people are: "yes to the code", "I accept the code"."""
    hits = fresh.within(start, end)
    said = (hit.end for hit in hits if "agree" in hit.means.says)
    return called_behind(fresh, (*_led_to(hits), *said), end, fields)


def names_for_short(fresh: Fresh, terms: Terms, start: int, end: int) -> bool:
    """Whether what they are to follow is named for short, with no more, right before a yes: "To the code, yes"."""
    begin, _ = fresh.sentence_at(start)
    yes = next((hit.start for hit in fresh.within(start, end) if hit.means.says), start)
    *lead, word = ["", *words_of(fresh.low[begin:yes])]
    if len(lead) > _LEADS or not fresh.text[begin:yes].rstrip().endswith(_PAUSES):
        return False
    return terms.among("code_for_short", word) and all(terms.among("leads_short", one) for one in lead[1:])


def is_code(field: Field) -> bool:
    """Whether a field's label calls what it asks for a code."""
    return "code" in words_of(field.label.lower())


def called_behind(fresh: Fresh, places: Iterable[int], end: int, fields: Sequence[Field]) -> list[Field]:
    """Those of the fields that a word of their label names behind some places, as the last one of a phrase."""
    named = []
    for place in places:
        thing = list(islice(WORD.finditer(fresh.text, place, end), _A_THING))
        if thing and namelike.ends_phrase(fresh, thing[-1].end()):
            word = thing[-1][0].lower()
            named += [field for field in fields if word in words_of(field.label.lower())]
    return named


def _led_to(hits: Sequence[Hit]) -> list[int]:
    """Where each "to" or "with" ends that follows a yes or an "I agree" at once."""
    says = [hit.end for hit in hits if hit.means.says]
    return [
        hit.end
        for hit in hits
        if ("to" in hit.means.addresses or "with_whom" in hit.means.speech)
        and any(hit.start - 1 <= end <= hit.end for end in says)
    ]


def _is_to_something(
    fresh: Fresh, hits: Sequence[Hit], led: Sequence[int], end: int, called: AbstractSet[str]
) -> bool:
    """Whether what is agreed to is named, and none of ours: "I agree with Marisol's proposal", "I'm happy to send you my ID"."""
    spans = _spans(hit for hit in hits if hit.means.says or not hit.means.states)
    for place in led:
        thing = list(islice(WORD.finditer(fresh.text, place, end), _A_THING))
        unknown = [word for word in thing if not (_is_in(word.start(), spans) or word[0].lower() in called)]
        near = [hit for hit in hits if thing and place < hit.end and hit.start < thing[-1].end()]
        if any(_is_person(fresh, hit) for hit in near):
            return True
        ours = any(hit.means.topics for hit in near) or (
            unknown[:1] != thing[:1] and any(_ALL_OF_OURS & hit.means.speech for hit in near)
        )
        if unknown and not ours:
            return True
    return False


def _is_person(fresh: Fresh, hit: Hit) -> bool:
    """Whether somebody else is named: "my boss", but no "you"."""
    return "you" in hit.means.speech and " " in fresh.text[hit.start : hit.end]


def _is_of_something(
    fresh: Fresh, terms: Terms, hits: Sequence[Hit], told: Sequence[re.Match[str]], called: AbstractSet[str]
) -> bool:
    """Whether something else is fine: "The weather is fine", where a word stands before the "is" that means nothing here."""
    said = next((hit for hit in hits if hit.means.says), None)
    if said is None or not told:
        return False
    verb = terms.among("is", *words_of(fresh.low[said.start : said.end])[:1])
    before = _word_before(fresh, said.start)
    apart = before.isalpha() and terms.among("is", before)  # "in Ordnung", but not behind a dash or a colon
    place = said.start if verb else said.start - len(before) - 1 if apart else -1
    subject = next((word for word in told if word.end() == place - 1), None)
    if subject is None or subject[0].lower() in called:
        return False
    return not any(hit.start <= subject.start() < hit.end for hit in hits)


def _goes_on_to_tell(
    fresh: Fresh, terms: Terms, hits: Sequence[Hit], told: Sequence[re.Match[str]], called: AbstractSet[str]
) -> bool:
    """Whether words follow that say what a yes is about: "Yes, I sent it this morning", "I accept your apology"."""
    said = [hit for hit in hits if hit.means.says]
    says, place = (said[-1].means.says, said[-1].end) if said else (_YES, _nods_till(fresh, terms, hits))
    if place is None or not _TELLING.intersection(says):
        return False
    if says != _YES and any(hit.start >= place and _is_deed(hit) for hit in hits):
        return True
    if "objection" in says:
        return False
    behind = [word for word in told if word.start() >= place and not has_cjk(word[0])]
    if says != _YES:
        behind = [word for word in behind if word[0].lower() not in called]
        if any(_has_object(fresh, word, called) for word in behind):
            return True
    if len(behind) > _COURTESY:
        return True
    hopes = any(hit.means.speech & _HOPES for hit in hits)  # "yes, hope this is over soon"
    return not hopes and any(_is_predicate(fresh, terms, word) for word in behind)


def _is_predicate(fresh: Fresh, terms: Terms, word: re.Match[str]) -> bool:
    """Whether a word tells how something is, or what: "Yes, this is annoying", Polish "Tak, to uciążliwe"."""
    before = _word_before(fresh, word.start())
    return len(word[0]) >= _TELLING_WORD and terms.among("before_predicate", before)


def _nods_till(fresh: Fresh, terms: Terms, hits: Sequence[Hit]) -> int | None:
    """Where a "fine" ends that is a yes by the comma behind it, as no phrase is; not an "I do", which answers whatever follows."""
    pause = next((hit for hit in hits if hit.means.breaks == "comma"), None)
    if pause is None:
        return None
    nod = fresh.text[fresh.sentence_at(pause.start)[0] : pause.start]
    return pause.end if agreements.bare(nod, terms) and not agreements.is_only(nod, terms, "echo") else None


def _has_object(fresh: Fresh, word: re.Match[str], called: AbstractSet[str]) -> bool:
    """Whether a word is a thing, "your apology", or done to us: "I don't mind calling you"."""
    if _word_before(fresh, word.start()) in called:
        return True
    return any("you" in hit.means.speech for hit in fresh.within(word.end() + 1, word.end() + 2))


def _is_deed(hit: Hit) -> bool:
    """As in "no problem, I found it"; who has read what they agree to tells nothing more."""
    return bool(hit.means.states) and not (hit.means.auxiliary or "perused" in hit.means.speech)


def _word_before(fresh: Fresh, place: int) -> str:
    return fresh.low[max(0, place - _LONGEST_WORD) : place].rstrip().rpartition(" ")[2]


def _knows_something(hits: Sequence[Hit], told: Sequence[re.Match[str]], end: int) -> bool:
    """Whether an "I know" has an object of its own. In Chinese, Japanese and Korean no space tells where that ends."""
    known = next((hit.end for hit in hits if "aware" in hit.means.says), end)
    till = next(
        (hit.start for hit in hits if hit.start >= known and (hit.means.breaks or hit.means.ends)), end
    )
    behind = [word for word in told if known <= word.start() < till and not has_cjk(word[0])]
    yours = (hit.end + 1 for hit in hits if "you" in hit.means.speech)
    return len(behind) >= _AN_OBJECT or not {word.start() for word in behind}.isdisjoint(yours)


def _is_no_matter(hit: Hit) -> bool:
    """Whether it names what is no answer: "Yes, I got your mail", "Done, the branch is pushed", "Agreed, Tuesday then", "Fine, I'll ask GitHub"."""
    named = "things" in hit.means.tables and not hit.means.objects
    proof = "links" in hit.means.tables and not hit.means.says
    return named or proof or not _OTHER_MATTERS.isdisjoint(hit.means.speech)


def _tells_other(fresh: Fresh, terms: Terms, hits: Sequence[Hit], end: int) -> bool:
    """Whether who says yes only says who they are, or that they want to ask: "Yes, this is Jo", "Yes, I have a question"."""
    if not any(hit.means.says == _YES for hit in hits) or any("agree" in hit.means.says for hit in hits):
        return False
    if any("aside" in hit.means.speech and "if" not in hit.means.speech for hit in hits):
        return True
    yes = next((hit.end for hit in hits if "yes" in hit.means.says), end)
    said = list(WORD.finditer(fresh.text, yes, end))
    name = said[-1][0] if len(said) > 1 else ""
    return name.istitle() and (not terms.everyday(name) or terms.among("yes_or_name", name.lower()))


def _is_mere(fresh: Fresh, hits: Sequence[Hit], start: int, end: int) -> bool:
    """Whether an "ok" only opens a sentence that says something else, as in "ok, found it"."""
    mere = [hit for hit in hits if "mere" in hit.means.speech]
    if not mere or any(hit.means.says for hit in hits if hit not in mere):
        return False
    said = (*_spans(mere), *thanks(fresh, start, end))
    return any(not _is_in(word.start(), said) for word in WORD.finditer(fresh.text, start, end))


def _spans(hits: Iterable[Hit]) -> list[tuple[int, int]]:
    return [(hit.start, hit.end) for hit in hits]


def _is_in(place: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)


def _only_with_whom(fresh: Fresh, start: int, end: int) -> bool:
    """Whether no more stands between than with whom one agrees: "I agree with you that it is a nuisance"."""
    if not fresh.text[start:end].strip(" ,"):
        return True
    hits = fresh.within(start, end)
    leads = bool(hits) and bool(hits[0].means.speech & _WITH) and hits[0].start - start <= 1
    return leads and len(WORD.findall(fresh.text, start, end)) <= _WHOM


def _is_about(fresh: Fresh, said: Hit, end: int) -> bool:
    """Whether it is told what is agreed to, as in "I agree that you call me"; but "you have my word that I will keep to it"."""
    behind = fresh.within(said.end, end)
    that = next((hit for hit in behind if "that" in hit.means.speech), None)
    if that is None or not _only_with_whom(fresh, said.end, that.start):
        return False
    if "agree" in said.means.says and any(
        _KEEPS_TO.issuperset(hit.means.says) for hit in behind if hit.means.says
    ):
        return False
    return not agreements.TAIL.match(fresh.text, that.end)
