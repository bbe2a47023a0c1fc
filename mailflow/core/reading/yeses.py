"""A yes or no that answers what our letter asked: "yes to all", "both yes", "I agree to 1 and 2", and a bare "yes".

Which of the questions it answers says `yesfields.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import pairwise

from mailflow.core.form import Field, Kind
from mailflow.core.letters import STILL_NEEDED
from mailflow.core.reading import agreements, bareyes, besides, choices, yesnames
from mailflow.core.reading.answerparts import COURTESY, SHORT, answering_parts
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.clauses import NONE, Clause, clauses
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.lonevalues import is_read
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.questions import Question
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.whichquestion import REST, WHICH, says_which_for_sure
from mailflow.core.reading.words import words_of
from mailflow.core.reading.yesfields import NAMED, Yes, may_answer, still_answers

YES_TO_WHAT_WAS_ASKED = "yes to what was asked"
_AROUND = " .,:;!-–—。：！"
_ONE_PHRASE_ON = re.compile(r"(?:[^,.;:!?。，；：！？\n]*+[,.;:!?。，；：！？\n]++)?\s*")
_MOST = 20  # that answer something: for each one all is looked at that stands before it
_BEFORE_SIGN = 10  # characters, of white space but for one
_TO_NAME = 4  # characters between "the account" and its name: " is "
_ASKS = frozenset({"?", "？"})
_NAMES_IT = WHICH | {"agree", "aware"}
_INTRODUCES = frozenset({"account", "noun"})
_BEFORE = 20  # characters, of white space but for a question mark
_TAG = 3  # words: "didn't I"
_YES = frozenset({"yes"})
_FIRST = 2  # a bare yes stands among the first three parts of sentences
_Span = tuple[int, int]


def to_what_was_asked(
    fresh: Fresh,
    terms: Terms,
    asked: Sequence[Question],
    open_items: Sequence[str],
    spans: Sequence[_Span],
    read: Sequence[_Span] = (),
    agreed: Sequence[int] = (),
    wanted: AbstractSet[str] = frozenset(),
) -> Iterator[Claim]:
    """What is said by a yes or a no in some sentences, the `spans`, to the questions of our letter, `asked`.

    `open_items`: those of its items of which nothing is read yet. `read`: where something was read; `agreed`: where what
    was agreed to ends. `wanted`: those that our last letter asked for, which may not be the one that is quoted; where it
    asked first whether they still need us (`STILL_NEEDED`), a yes and no more answers that alone.
    """
    items = [question.item for question in asked]
    question_of = dict(zip(items, asked, strict=True))
    called = bareyes.what_was_asked(terms, open_items)
    put_off = "later" in fresh.speech
    several = (
        len(open_items) > 1 and len(fresh.below_quotes) <= 1
    )  # what stands below another question goes with that
    agreed_till: int | None = None  # where the last yes ends, if it answers something
    answered = 0
    for number, span in _answers(fresh, terms, spans):
        goes_on = agreed_till == span[0] - 1
        may_be_bare = number <= _FIRST and not is_read(*span, read)
        yes = _read(fresh, terms, span, called, agreed, goes_on=goes_on, may_be_bare=may_be_bare)
        if yes is None:
            continue
        if STILL_NEEDED in wanted and yes.says <= _YES:
            yes = replace(yes, bare=False)
        fields, sure = may_answer(yes, terms, items, open_items)
        answered += bool(fields)
        if answered > _MOST:
            return
        fields = still_answers(yes, terms, fields, sure, put_off=put_off)
        if fields and sure != NAMED and besides.takes_back(yes, terms, spans, read, several=several):
            fields = []
        if sure != NAMED and not wanted.isdisjoint(items):
            fields = [field for field in fields if field.item in wanted]  # the rest they have answered before
        agreed_till = yes.end if yes.said and fields else None
        known = len(asked) == 1 or (sure == NAMED and REST.isdisjoint(yes.marks))
        for field in fields if yes.said or len(fields) == 1 else ():
            value = _value(terms, field, yes, question_of[field.item], known=known)
            if value != "":
                yield Claim(field.key, value, YES_TO_WHAT_WAS_ASKED, sure, yes.start, yes.end)


def _answers(fresh: Fresh, terms: Terms, spans: Sequence[_Span]) -> Iterator[tuple[int, _Span]]:
    """The parts of sentences that may answer by themselves, each with its number among all parts, from 0."""
    parts = [(part, sentence) for sentence in spans for part in answering_parts(fresh, terms, *sentence)]
    following = [*(part for part, _ in parts[1:]), (0, 0)]
    for number, ((part, sentence), after) in enumerate(zip(parts, following, strict=False)):
        if not _answers_nothing(fresh, terms, part, sentence, after):
            yield number, part


def _answers_nothing(fresh: Fresh, terms: Terms, part: _Span, sentence: _Span, after: _Span) -> bool:
    """Whether a part of a sentence asks back, has a condition behind it ("Yes. But only if …"), is about a date, or puts off.

    As in "Agreed! Tuesday 3 pm then". `after`: the part that follows. Who says what they answer may put off something
    else: "Yes to 2. The first I'll answer on Monday at 3".
    """
    start, end = part
    if (fresh.text[end : end + 1] in _ASKS and not _is_rhetorical(fresh, start, end)) or _ends_in_tag(
        fresh, end, sentence[1]
    ):
        return True
    if _is_a_reaction(fresh, start, end) or _is_a_name(fresh, terms, start, end):
        return True
    if agreements.sets_condition(fresh.within(*after)) or _is_half(fresh, terms, part, after):
        return True
    if "myself" in fresh.speech and _says_who(fresh, *sentence):
        return True
    if says_which_for_sure(fresh, start, end) and not agreements.is_put_off(fresh, start, end):
        return False
    return (
        _answers_themselves(fresh, start, end)
        or bareyes.makes_a_date(fresh, end, after)
        or agreements.is_put_off(fresh, *sentence, after[1])
    )


def _is_half(fresh: Fresh, terms: Terms, part: _Span, after: _Span) -> bool:
    """Whether a yes and no more is followed by a no, or by who knows no answer, of nothing that it names: "Yes. And no."."""
    begin = next((hit.start for hit in fresh.within(*part) if "yes" in hit.means.says), part[0])
    greets = terms.among("greets", fresh.low[part[0] : begin].strip(_AROUND))
    if not agreements.bare(fresh.text[begin if greets else part[0] : part[1]], terms):
        return False
    hits = [hit for hit in fresh.within(*after) if "and" not in hit.means.speech]
    if any(hit.means.things or hit.means.topics for hit in hits):
        return False
    said = [hit for hit in hits if not hit.means.speech & WHICH]
    if not said or not said[0].means.negates:
        return False
    knows = any("aware" in hit.means.speech for hit in said[1:2])
    return knows or agreements.bare(fresh.text[said[0].start : said[0].end], terms) is False


def _says_who(fresh: Fresh, start: int, end: int) -> bool:
    """As in "Yes, it's me", which agrees to nothing; "Yes to all, it's me" does."""
    hits = fresh.within(start, end)
    who = any("myself" in hit.means.speech for hit in hits)
    return who and not any(hit.means.speech & WHICH or "agree" in hit.means.says for hit in hits)


def _is_rhetorical(fresh: Fresh, start: int, end: int) -> bool:
    """As in "Yes, why not?", where the question is none."""
    hits = fresh.within(start, end)
    return any("rhetoric" in hit.means.speech and hit.end == end for hit in hits[1:])


def _answers_themselves(fresh: Fresh, start: int, end: int) -> bool:
    """Whether it only answers their own question right before it, of nothing that we ask: "Is it my fault? Yes."."""
    asks = max(fresh.text.rfind(sign, max(0, start - _BEFORE), start) for sign in _ASKS)
    if asks < 0 or fresh.text[asks + 1 : start].strip() or _names_it(fresh.within(start, end)):
        return False
    return not _names_it(fresh.within(fresh.sentence_at(asks)[0], asks))


def _names_it(hits: Sequence[Hit]) -> bool:
    """Whether it is told what is answered: what we ask for, that one agrees, or all of it."""
    return any(
        hit.means.topics or hit.means.things or not _NAMES_IT.isdisjoint(hit.means.speech) for hit in hits
    )


def _is_a_reaction(fresh: Fresh, start: int, end: int) -> bool:
    """A sign below words that tell of it: "Jo reacted to your message:", as programs put one tap on a letter into a mail."""
    sign = not any(map(str.isalnum, fresh.text[start:end]))
    return sign and fresh.text[max(0, start - _BEFORE_SIGN) : start].rstrip().endswith((":", "："))


def _is_a_name(fresh: Fresh, terms: Terms, start: int, end: int) -> bool:
    """As in "My name is Jo Doe", "the account is jo" and "Jo Doe", where a name is a yes in some language; not in "I am ok"."""
    text = fresh.text[start:end]
    rest = fresh.text[:start] + fresh.text[end:]
    if yesnames.is_whole(terms, text) or yesnames.is_alone(terms, text, rest):
        return True
    hits = fresh.within(start, end)
    for before, said in pairwise(hits):
        if "yes" in said.means.says and before.means.names and said.start - before.end <= _TO_NAME:
            word = fresh.text[said.start : said.end]
            if word.istitle() or not _INTRODUCES.isdisjoint(before.means.names):
                return True
    return False


def _ends_in_tag(fresh: Fresh, end: int, till: int) -> bool:
    """As in "The rest I agreed to already, didn't I?"."""
    behind = fresh.within(end, till + 1)
    asked = bool(behind) and behind[-1].means.ends == "question"
    if not asked or len(words_of(fresh.text[end:till])) > _TAG:
        return False
    return any(hit.means.negates for hit in behind) and not any(
        hit.means.acts or hit.means.objects for hit in behind
    )


def _read(
    fresh: Fresh,
    terms: Terms,
    span: _Span,
    called: frozenset[str],
    agreed: Iterable[int],
    *,
    goes_on: bool,
    may_be_bare: bool,
) -> Yes | None:
    """The yes or no in a part of a sentence, if it is one.

    `called`: the words for what was asked. `goes_on`: it stands right behind another yes.
    """
    start, end = span
    if end - start > SHORT:
        return None
    parts = clauses(fresh.within(start, end), terms.opposites)
    plain = agreements.bare(fresh.text[start:end], terms)
    if plain is None and not _speaks_of_nothing(parts):
        return None
    said = _yes_or_no(fresh, terms, start, end, parts)
    if said is None and goes_on and _says_too(fresh, start, end):
        said = True  # "the first yes, the second too"
    if said is None:
        return None
    bare = (
        may_be_bare
        and (plain is not None or bareyes.says_no_more(fresh, terms, start, end, called))
        and not _agrees_again(fresh, parts, start, agreed)
    )
    return Yes(fresh, start, end, parts, _marks(fresh, start, end), said=said, bare=bare)


def _speaks_of_nothing(parts: Sequence[Clause]) -> bool:
    """Whether no thing, no subject and nobody else is spoken of, and nothing asked; beside a wish: "yes, I hope it is quick"."""
    return not any(
        part.things or part.topics or part.of_others or part.asks
        for part in parts
        if not agreements.only_wishes(part)
    )


def _marks(fresh: Fresh, start: int, end: int) -> frozenset[str]:
    """How the phrases of a part speak, less those that thank: "yes, and thanks for all you do" is no "yes to all"."""
    thanked = bareyes.thanks(fresh, start, end)
    hits = [hit for hit in fresh.within(start, end) if not any(hit.start in range(*span) for span in thanked)]
    return frozenset().union(*(hit.means.speech for hit in hits))


def _yes_or_no(fresh: Fresh, terms: Terms, start: int, end: int, parts: Sequence[Clause]) -> bool | None:
    words = fresh.text[start:end].split()
    if len(words) > 1 and {agreements.bare(word, terms) for word in words} == {True, False}:
        return None  # "no yes yes" answers one question each
    if agreements.reserves(fresh.text[start:end], fresh.within(start, end), parts, terms):
        return None
    return agreements.yes_or_no(_without_whom(fresh, start, end), parts, terms, knowing=True)


def _agrees_again(fresh: Fresh, parts: Sequence[Clause], start: int, agreed: Iterable[int]) -> bool:
    """Whether an "I agree" only goes on from what was agreed to right before it: "Code of Conduct yes. I agree"."""
    says = frozenset().union(*(part.says for part in parts))
    if "agree" not in says or "yes" in says:
        return False
    return any(end <= start and _ONE_PHRASE_ON.fullmatch(fresh.text, end, start) for end in agreed)


def _says_too(fresh: Fresh, start: int, end: int) -> bool:
    hits = fresh.within(start, end)
    return any("too" in hit.means.speech for hit in hits) and not any(hit.means.negates for hit in hits)


def _without_whom(fresh: Fresh, start: int, end: int) -> str:
    """What is said of both or all, where that stands before it or behind it: "to both: yes"."""
    whom = next((hit for hit in fresh.within(start, end) if WHICH & hit.means.speech), None)
    before = fresh.text[start : whom.start].strip(_AROUND) if whom else ""
    behind = fresh.text[whom.end : end].strip(_AROUND) if whom else ""
    return fresh.text[start:end] if before and behind else before or behind or fresh.text[start:end]


def _value(terms: Terms, field: Field, yes: Yes, question: Question, *, known: bool) -> bool | str:
    """What a yes or no says of a field; "" for a no to a choice, unless it is known which question it answers: "no to 1"."""
    if field.kind is Kind.AGREEMENT:
        return yes.said
    if not yes.said:
        return question.no if known else ""
    if not known and _tells_of_receipt(yes.parts):
        return ""
    return _chosen(terms, field, yes.parts, question.yes)


def _tells_of_receipt(parts: Sequence[Clause]) -> bool:
    """As in German "Ja, habe ich bekommen", which may be the mail: what was had, and nothing named."""
    states = frozenset().union(*(part.states for part in parts))
    marks = frozenset().union(*(part.marks for part in parts))
    return "had" in states and "them" not in marks


def _chosen(terms: Terms, field: Field, parts: Sequence[Clause], by_yes: str) -> str:
    """What a yes chooses, unless it goes on in so many words: "yes, I still have them". "" if those are unclear."""
    parts = [part for part in parts if COURTESY.isdisjoint(part.marks)]
    if not any(part.states - {NONE} for part in parts):
        return by_yes
    told = choices.by_state(terms, field, parts)
    return told.pop() if len(told) == 1 else ""
