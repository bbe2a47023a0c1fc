"""Agreements: given in so many words with their subject beside them, refused, or (mostly) neither.

An agreement that nobody gave is the worst reading of all. So a condition, a doubt, an obligation ("I had to agree"),
a question, somebody else's agreement and the bare words of our own statement are no agreement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise, takewhile

from mailflow.core.form import Kind
from mailflow.core.reading import bareyes
from mailflow.core.reading.agreements import AROUND, TAIL, bare, behind_label, offers_both
from mailflow.core.reading.claim import Claim, prose_rule
from mailflow.core.reading.clauses import NONE, Clause
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import Hit, Meaning
from mailflow.core.reading.sentences import COMMA
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import WORD, words_of

AGREED_IN_PROSE = prose_rule("agreement")
_SURE = 0.85
_LOOK_BACK = 3  # clauses
_MOCKED = 2  # sentences before that may be ironic
_NEAR = 30  # characters between an agreement and what takes it back
_AGREES = frozenset({"agree", "yes", "refuse"})
_CONDITION = frozenset({"if"})
_ANYWHERE = _CONDITION | {"doubt"}  # reserves, wherever in the clause
_BEFORE = frozenset({"hedge", "why"})  # reserves before what is said
_ONLY_YES = frozenset({"yes"})
_EITHER = frozenset({"yes", "not"})
_KNOWN = frozenset({"held", "is_at"})  # what "know" says of things besides, and where requests lie
_THAT = frozenset({"that", "known_that"})
_TIME = frozenset({"time", "span"})
_AGREE = ("agree",)
_READ = frozenset({"reached"})
_FINE = Meaning((("speech", "agree"),))
_DETERMINERS, _WITH_ME = 2, 2  # words before a time and behind its "is fine"
_SHORT = 20  # characters behind a clause's last phrase in which a short name stands
_SOME_DAY = frozenset({"appointment", "then"})
_BESIDE = 14  # characters between an "if it takes long" and the "that is fine" behind it
_LABEL = 40  # characters behind a refusal
_LED_BY = 2  # phrases: "agree that"
_COMMA = 2  # characters: ", "
_TO_TIME = 20  # characters: " this is going to "
_TWO_ON = 3  # a phrase, and the two behind it: a comma and a "that"
_RIGHT_BESIDE = 3  # characters: a comma, a space, a letter for a case
_SHORT_QUESTION = 30  # characters: what is left of a sentence, and a question behind it
_PAUSES = (",", ".", "!", "…", "，")
_SAID_BEFORE = 0.75  # the subject stands in the clause or sentence before


def in_prose(fresh: Fresh, terms: Terms, parts: Sequence[Clause]) -> Iterator[Claim]:
    """`parts`: the clauses of the text that is prose, in order."""
    parts = _as_meant(fresh, terms, parts)
    conditional = _conditional_sentences(parts)
    wishful = {part.sentence for part in parts if "if" in part.marks}  # "no hurry, I'd only like to know"
    for index, part in enumerate(parts):
        if not (part.topics or part.says or part.refuses or "heard" in part.marks) or (
            part.sentence in conditional and not _is_past_condition(fresh, terms, parts, index)
        ):
            continue
        topics, sure = _subjects(fresh, terms, parts, index)
        if not topics or _states_nothing(parts, index):
            continue
        if _only_courtesy(part) and (
            part.sentence in wishful or _mocks(parts, index) or not _SOME_DAY.isdisjoint(part.marks)
        ):
            continue  # "I have time on Monday" is no patience
        if _goes_on_otherwise(fresh, terms, parts, index):
            continue
        for key in topics if not (_only_nods(fresh, part) or _offers(part)) else ():
            said = _said_in_context(fresh, terms, parts, index, key)
            if said is not None and terms.form.by_key[key].kind is Kind.AGREEMENT:
                yield Claim(key, said, AGREED_IN_PROSE, sure, part.start, part.end)
    for start, end in _times_accepted(fresh, terms) if "?" in fresh.text else ():
        for key in terms.knowing:
            yield Claim(key, True, AGREED_IN_PROSE, _SAID_BEFORE, start, end)


def _as_meant(fresh: Fresh, terms: Terms, parts: Sequence[Clause]) -> Sequence[Clause]:
    """The clauses, what only looks like a subject, a condition or a yes being taken for what it is."""
    parts = [_without_interjection(fresh, terms, part) for part in parts]
    parts = [_with_yes(fresh, terms, *both) for both in zip(parts, (*parts[1:], *parts[-1:]), strict=True)]
    return [_with_fine(fresh, terms, _conceding(fresh, terms, parts, index)) for index in range(len(parts))]


def _without_interjection(fresh: Fresh, terms: Terms, part: Clause) -> Clause:
    """A clause without the subject that "Wait, I agree" seems to have."""
    if part.topics and any(_interjects(fresh, terms, hit) for hit in part.hits):
        left = [hit for hit in part.hits if not _interjects(fresh, terms, hit)]
        return replace(part, topics=tuple(topic for hit in left for topic in hit.means.topics))
    return part


def _with_yes(fresh: Fresh, terms: Terms, part: Clause, following: Clause) -> Clause:
    """A clause of nothing but a word for "if" that is a "yes" as people type it, with a comma behind it: Spanish "Si, acepto".

    But not "Si, como dicen, tarda mucho, acepto …", where more than a word stands before the next clause.
    """
    if len(part.hits) > 1 or "if" not in part.marks or not bare(fresh.text[part.start : part.end], terms):
        return part
    between = fresh.text[part.end : following.start]
    beside = between.startswith(_PAUSES) and len(between.split()) <= _DETERMINERS
    return replace(part, marks=part.marks - _CONDITION) if beside else part


def _interjects(fresh: Fresh, terms: Terms, hit: Hit) -> bool:
    """Whether a word that may name a subject is an exclamation, with a pause behind it: "Wait, …", "Oh wait, …"."""
    if not (hit.means.topics and fresh.low.startswith(_PAUSES, hit.end)):
        return False
    words = words_of(fresh.low[fresh.sentence_at(hit.start)[0] : hit.end])
    return all(terms.among("interjections", word) for word in words)


def _conceding(fresh: Fresh, terms: Terms, parts: Sequence[Clause], index: int) -> Clause:
    """A clause whose "if it will take ages" is one phrase, that concedes it: "no problem if …" is no condition then.

    One to which nobody says "fine" stays a condition: "if it can wait until Monday, there is no need to do anything".
    """
    part = parts[index]
    if "if" not in part.marks or not part.topics or set(part.topics).isdisjoint(terms.knowing):
        return part
    hits: list[Hit] = []
    for hit in part.hits:
        place = _condition_of(hit, hits, terms)
        if place is not None:
            begin = hits[place].start
            del hits[place:]
            hits.append(Hit(begin, hit.end, Meaning((*hit.means.concepts, ("speech", "conceding")))))
        else:
            hits.append(hit)
    if len(hits) == len(part.hits):
        return part
    says = part.says
    begin, _ = _bounds(fresh, part)
    if not says and hits[0].start > begin and bare(fresh.text[begin : hits[0].start], terms):
        hits.insert(0, Hit(begin, hits[0].start, _FINE))  # "Fine if it takes weeks"
        says = frozenset(_AGREE)
    elif says <= _ONLY_YES and (behind := _fine_behind(fresh, terms, _conceded_till(hits))):
        hits = [*(hit for hit in hits if hit.start < behind[0]), Hit(*behind, _FINE)]
        says = frozenset(_AGREE)  # "If it takes weeks, fine."
    marks = frozenset(mark for hit in hits for mark in hit.means.speech) | (part.marks - _CONDITION)
    found = replace(part, hits=hits, marks=marks, says=says)
    return (
        found
        if _without_condition(fresh, terms, [*parts[:index], found, *parts[index + 1 :]], index)
        else part
    )


def _with_fine(fresh: Fresh, terms: Terms, part: Clause) -> Clause:
    """A clause with the "fine" that is all that stands behind a subject which was read: "CoC read, fine."."""
    read = part.states == _READ or (not part.states and "perused" in part.marks)
    if not (part.topics and read) or part.says or part.negated or part.reserved:
        return part
    behind = _fine_behind(fresh, terms, part.end)
    return replace(part, hits=[*part.hits, Hit(*behind, _FINE)], says=frozenset(_AGREE)) if behind else part


def _conceded_till(hits: Sequence[Hit]) -> int:
    return max(hit.end for hit in hits if "conceding" in hit.means.speech)


def _fine_behind(fresh: Fresh, terms: Terms, place: int) -> tuple[int, int] | None:
    """Where the rest of a sentence stands that is a bare "fine" behind a place and a comma."""
    comma = COMMA.match(fresh.text, place)
    if comma is None:
        return None
    _, end = fresh.sentence_at(place)
    return (comma.end(), end) if bare(fresh.text[comma.end() : end], terms) else None


def _condition_of(time: Hit, before: Sequence[Hit], terms: Terms) -> int | None:
    """The index of the "if" that a time stands right behind, with no more than an "it" between; None if there is none."""
    if time.means.says or terms.knowing.isdisjoint(time.means.topics):
        return None
    near = takewhile(lambda place: time.start - before[place].end <= _TO_TIME, reversed(range(len(before))))
    ifs = [place for place in near if "if" in before[place].means.speech and before[place].end < time.start]
    return ifs[-1] if ifs and all(map(_only_points, before[ifs[-1] + 1 :])) else None


def _only_points(hit: Hit) -> bool:
    """As the "it" of "if it's going to take long"; not what "if it does not take long" and "if you promise to be quick" say."""
    means = hit.means
    return not (means.says or means.negates or means.things or means.topics or means.states or means.breaks)


def _times_accepted(fresh: Fresh, terms: Terms) -> Iterator[tuple[int, int]]:
    """Where a time is asked about and accepted at once: "Months? Fine."."""
    for time, mark in pairwise(fresh.hits):
        between = fresh.text[time.end : mark.start]
        is_time = _TIME & time.means.speech or not terms.knowing.isdisjoint(time.means.topics)
        if mark.means.ends == "question" and is_time and not between.strip():
            begin, _ = fresh.sentence_at(time.start)
            _, end = fresh.sentence_at(mark.end)
            few = len(fresh.text[begin : time.start].split()) <= _DETERMINERS
            if few and bare(fresh.text[mark.end : end], terms):
                yield time.start, end


def _conditional_sentences(parts: Sequence[Clause]) -> set[int]:
    """The numbers of the sentences that state a condition, or what somebody else agrees to."""
    return {
        part.sentence
        for part in parts
        if part.of_others or ("if" in part.marks and any(map(_is_condition, part.hits)))
    }


def _is_past_condition(fresh: Fresh, terms: Terms, parts: Sequence[Clause], index: int) -> bool:
    """Whether the condition of its sentence is of what they would do: "I would change it if I could, and yes, I agree to …".

    But not in "You would help if I wrote to you, and I agree to …" and "I would sign it if they left and I agree to …".
    """
    same = [one for one in parts if one.sentence == parts[index].sentence]
    last = max((place for place, one in enumerate(same) if any(map(_is_condition, one.hits))), default=-1)
    would, behind = same[: last + 1], same[last + 1 :]
    begins = next((one.start for one in behind if would and _goes_on_anew(fresh, would[-1].end, one)), None)
    if begins is None or not parts[index].topics or parts[index].start < begins:
        return False
    if any(one.of_others for one in same) or any(one.topics or "agree" in one.says for one in would):
        return False
    modals = [hit for one in would for hit in one.hits if "modal" in hit.means.speech]
    alone = not any("you" in one.marks for one in would)
    return bool(modals) and all(
        _is_mine(fresh, terms, hit) or (alone and _is_joined(fresh, hit)) for hit in modals
    )


def _goes_on_anew(fresh: Fresh, end: int, part: Clause) -> bool:
    """Whether a comma and an "and" stand between the end of a clause and another one."""
    return any(
        one.means.breaks == "comma" and other.means.breaks == "and"
        for one, other in pairwise(fresh.within(end, part.start))
    )


def _is_mine(fresh: Fresh, terms: Terms, verb: Hit) -> bool:
    """Whether an "I" stands beside a verb, or is part of it."""
    before = words_of(fresh.low[max(0, verb.start - _SHORT) : verb.start])[-1:]
    behind = words_of(fresh.low[verb.end : verb.end + _SHORT])[:1]
    return terms.among("self", *before, *words_of(fresh.low[verb.start : verb.end]), *behind)


def _is_joined(fresh: Fresh, verb: Hit) -> bool:
    """Whether an "and" stands right before a verb: "I saw it and would mend it if I could"."""
    near = fresh.within(max(0, verb.start - _SHORT), verb.start)
    return any("and" in hit.means.speech and hit.end == verb.start - 1 for hit in near)


def _states_nothing(parts: Sequence[Clause], index: int) -> bool:
    """Whether a clause asks, excuses or is denied, or goes on from a doubt: "Maybe, I agree"."""
    part, before = parts[index], parts[index - 1] if index else None
    doubted = before is not None and before.sentence == part.sentence and before.is_only("doubt")
    return part.asks or "sorry" in part.marks or doubted or _is_denied(parts, index)


def _said_in_context(
    fresh: Fresh, terms: Terms, parts: Sequence[Clause], index: int, key: str
) -> bool | None:
    """Whether a clause agrees to a subject (True) or refuses it (False), with what stands around it; None if neither."""
    part, before = parts[index], parts[index - 1] if index else None
    following = parts[index + 1] if index + 1 < len(parts) else None
    knowing = key in terms.knowing
    if knowing and part.of_other_service:
        return None  # "My bank needed six weeks, and I was patient"
    if not knowing and _agrees_about(part, key):
        return None
    if _holds_back(part, knowing=knowing) or (following and _takes_back(fresh, part, following)):
        return None
    said = _said(part, key, terms, before)
    if said is None and knowing:
        said = _goes_on(part, before) or _has_heard(fresh, part, following) or None
    if said is None and before is not None:
        said = _as_before(fresh, parts, index)
    left_open = said and offers_both(behind_label(fresh, part.start), terms)
    return None if left_open else said


def _agrees_about(part: Clause, key: str) -> bool:
    """Whether it is agreed to something that is told of a subject: "I agree that your Code of Conduct is long".

    Not in "I accept that Code of Conduct" and "I confirm that I will follow the Code of Conduct".
    """
    subjects = [hit for hit in part.hits if key in hit.means.topics]
    told = [hit for hit in part.hits if _tells(hit)] if len(subjects) == 1 else []
    place = told.index(subjects[0]) if told else 0
    if place < _LED_BY:
        return False
    agree, that = told[place - _LED_BY : place]
    if "agree" not in agree.means.says or "that" not in that.means.speech:
        return False
    comma = any(agree.end <= hit.start < that.start and hit.means.breaks for hit in part.hits)
    goes_on = any(hit.means.says for hit in told[place:])
    return not goes_on and (comma or subjects[0].start - that.end > 1)


def _tells(hit: Hit) -> bool:
    return bool(hit.means.topics or hit.means.says or "that" in hit.means.speech)


def _has_heard(fresh: Fresh, part: Clause, following: Clause | None) -> bool:
    """Whether it was read or heard that it is so, and no more is told: "My nephew warned me that it takes long".

    But not "I was told that it takes long. Is that so?".
    """
    if part.negated or part.question or _heard(part) is None:
        return False
    if following is not None and following.sentence == part.sentence:
        return bool(following.says)
    behind = fresh.within(part.end, part.end + _SHORT_QUESTION)
    ends = [place for place, hit in enumerate(behind) if hit.means.ends]
    till = behind[: ends[0]] if ends else behind
    asked = len(ends) > 1 and behind[ends[1]].means.ends == "question"  # "Is that so?"
    return not (asked or any(hit.means.breaks for hit in till))


def _heard(part: Clause) -> Hit | None:
    """What says that something was read or heard, with a "that" or the subject right beside it.

    But not what somebody is heard to do or to know: "she told us that she has been waiting for weeks".
    """
    if "heard" not in part.marks:
        return None
    for place, hit in enumerate(part.hits):
        if "heard" in hit.means.speech and _tells_of_one(part.hits[place + 1 :][:_TWO_ON]):
            return None
        if "heard" in hit.means.speech and (
            "known_that" in hit.means.speech
            or any(_leads_to(hit, other) for other in part.hits[max(0, place - 1) : place + _TWO_ON])
        ):
            return hit
    return None


def _tells_of_one(behind: Sequence[Hit]) -> bool:
    """Whether what is heard is told of a single person: a "she" comes first, be it, as in German, behind a comma and a "that"."""
    first = next((hit for hit in behind if not (hit.means.breaks or "that" in hit.means.speech)), None)
    return first is not None and "told_of" in first.means.speech


def _leads_to(heard: Hit, other: Hit) -> bool:
    that = other.start > heard.start and not _THAT.isdisjoint(other.means.speech)
    near = max(other.start - heard.end, heard.start - other.end) <= _RIGHT_BESIDE
    return near and (that or bool(other.means.topics))


def _is_condition(hit: Hit) -> bool:
    """Whether it makes all of its sentence conditional; a "would" only its clause: "I agree to it, would that all did"."""
    return "if" in hit.means.speech and "modal" not in hit.means.speech


def _subjects(
    fresh: Fresh, terms: Terms, parts: Sequence[Clause], index: int
) -> tuple[tuple[str, ...], float]:
    """What a clause that says something is about, and how sure that is."""
    part = parts[index]
    topics = _without_condition(fresh, terms, parts, index) + _by_short_name(fresh, terms, part)
    topics = topics or _of_time(fresh, terms, part) or _refused(fresh, terms, part)
    return (topics, _SURE) if topics else (_subject_before(fresh, parts, index), _SAID_BEFORE)


def _by_short_name(fresh: Fresh, terms: Terms, part: Clause) -> tuple[str, ...]:
    """The agreement that "I will abide by the code" is to, which a word of its label names as the last of what is said."""
    if "agree" not in part.says or part.things:
        return ()
    keeps = [hit.end for hit in part.hits if "keeps" in hit.means.speech]
    begin, _ = fresh.sentence_at(part.start)
    if part.hits[0].means.says == _AGREE and not fresh.text[begin : part.start].strip():
        keeps.append(part.hits[0].end)  # "OK with the code"
    if not keeps:
        return ()
    led_to = [hit for hit in part.hits if "to" in hit.means.addresses]
    behind = [*keeps, *(to.end for to in led_to if any(to.start - end in {0, 1} for end in keeps))]
    fields = terms.form.of_kind(Kind.AGREEMENT)
    named = bareyes.called_behind(fresh, behind, part.end + _SHORT, fields)
    return tuple(field.key for field in named if field.key not in part.topics)


def _refused(fresh: Fresh, terms: Terms, part: Clause) -> tuple[str, ...]:
    """The agreement whose label stands behind a refusal, as any of its kind is refused: "I do not agree to a code of conduct"."""
    refusal = next((hit.end for hit in part.hits if "refuse" in hit.means.says), 0)
    if not (refusal and part.refuses) or part.things:
        return ()
    words = words_of(fresh.low[refusal : refusal + _LABEL])
    labels = [(field.key, words_of(field.label.lower())) for field in terms.form.of_kind(Kind.AGREEMENT)]
    return tuple(
        key
        for key, label in labels
        if any(words[first : first + len(label)] == label for first in range(_DETERMINERS + 1))
    )


def _without_condition(fresh: Fresh, terms: Terms, parts: Sequence[Clause], index: int) -> tuple[str, ...]:
    """Its topics, less an "if it takes long" that no "fine" stands right beside: "OK, if it takes long, please call me"."""
    part = parts[index]
    if len(part.topics) > 1 and "that" in part.marks:
        return tuple(hit_topic for hit in part.hits for hit_topic in _topics_of(fresh, terms, part, hit))
    if "conceding" not in part.marks or part.refuses:
        return part.topics
    ends = index + 1 == len(parts) or parts[index + 1].sentence != part.sentence
    return tuple(
        topic
        for hit in part.hits
        if "conceding" not in hit.means.speech or _is_conceded(fresh, part, hit, ends=ends)
        for topic in hit.means.topics
    )


def _topics_of(fresh: Fresh, terms: Terms, part: Clause, hit: Hit) -> tuple[str, ...]:
    """What a phrase is about, unless a "that" begins with it of which something else is told: "I agree, and that it takes long is a shame".

    Nor if that is told behind a comma: German "…, und dass es lange dauert, ärgert mich".
    """
    said = [one.end for one in part.hits if one.means.says and one.end <= hit.start]
    begin = said[-1] if said else hit.start
    that = next((one.start for one in part.hits if one.start >= begin and "that" in one.means.speech), begin)
    if that >= hit.start or "," not in fresh.text[begin:that]:
        return hit.means.topics
    return () if _is_told_of(fresh, terms, hit.end) else hit.means.topics


def _is_told_of(fresh: Fresh, terms: Terms, place: int) -> bool:
    """Whether something is told of what ends at a place: "is a shame", or behind a comma what means nothing to us."""
    _, end = fresh.sentence_at(place)
    behind = fresh.within(place, end)
    if any(hit.means.says for hit in behind):
        return False  # "… is fine", "…, I know"
    if terms.is_word.match(fresh.low, place, end):
        return True
    comma = next((hit.end for hit in behind if hit.means.breaks == "comma"), end)
    told = next((hit.start for hit in behind if hit.start >= comma), end)
    return bool(fresh.text[comma:told].strip(AROUND))


def _is_conceded(fresh: Fresh, part: Clause, condition: Hit, *, ends: bool) -> bool:
    """Whether it is agreed to that it may be so: "fine if it takes long"; behind a comma only as the last words of a sentence.

    So it is understood with no more behind it: "If I have to wait, I understand", but not "…, I know whom to ask".
    """
    if not _says_fine(part, condition):
        known = [hit for hit in part.hits if "aware" in hit.means.says]
        if "aware" in part.says and any(_is_understood(hit, condition) for hit in known):
            return True
        behind = [hit for hit in known if hit.start >= condition.end]
        return bool(behind) and TAIL.match(fresh.text, behind[-1].end) is not None
    said = next((hit for hit in part.hits if {"agree", "objection", "yes"} & set(hit.means.says)), condition)
    if said.start >= condition.end:
        return said.start - condition.end <= _BESIDE
    comma = any(hit.means.breaks and said.end <= hit.start < condition.start for hit in part.hits)
    last = ends and part.end <= condition.end and part.mark - condition.end <= 1
    return last or not comma


def _is_understood(known: Hit, condition: Hit) -> bool:
    """As in "I understand | if it is slow"; but not "I want to know if it is slow"."""
    return 1 <= condition.start - known.end <= _COMMA and not known.means.states


def _says_fine(part: Clause, condition: Hit) -> bool:
    """Whether it agrees, be it by a bare "fine" right before what is conceded."""
    if "agree" in part.says:
        return True
    return any("yes" in hit.means.says and 1 <= condition.start - hit.end <= _COMMA for hit in part.hits)


def _of_time(fresh: Fresh, terms: Terms, part: Clause) -> tuple[str, ...]:
    """What "I accept that the matter may rest for a good while" is about: how long it is, said in words for any time."""
    if part.things or not (part.says or _heard(part)) or part.marks.isdisjoint(_TIME):
        return ()
    knows = "time" in part.marks and not _THAT.isdisjoint(part.marks) and part.states <= _KNOWN
    return tuple(terms.knowing) if knows or _time_is_fine(fresh, terms, part) else ()


def _time_is_fine(fresh: Fresh, terms: Terms, part: Clause) -> bool:
    """As in "months are fine", "Even a month is fine with me", where that is all; but not "after two months it is fine"."""
    for time, said in pairwise([hit for hit in part.hits if "copula" not in hit.means.speech]):
        if _TIME.isdisjoint(time.means.speech) or said.means.says != _AGREE:
            continue
        between = fresh.low[time.end : said.start].strip()
        if not between or terms.among("is", between):
            begin, end = _bounds(fresh, part)
            before, behind = fresh.text[begin : time.start], fresh.text[said.end : end]
            return len(before.split()) <= _DETERMINERS and len(behind.split()) <= _WITH_ME
    return False


def _bounds(fresh: Fresh, part: Clause) -> tuple[int, int]:
    """Where the words of a clause begin and end, those included that mean nothing."""
    begin, end = fresh.sentence_at(part.start)
    around = [hit for hit in fresh.within(begin, end) if hit.means.breaks or hit.means.ends]
    return (
        max((hit.end for hit in around if hit.end <= part.start), default=begin),
        min((hit.start for hit in around if hit.start >= part.end), default=end),
    )


def _goes_on_otherwise(fresh: Fresh, terms: Terms, parts: Sequence[Clause], index: int) -> bool:
    """Whether more is said beside what says so only alone, or as the last words of a clause: "I have time on Tuesday"."""
    part = parts[index]
    if "alone" in part.marks and _says_more(fresh, terms, parts, index):
        return True
    if "at_end" not in part.marks:
        return False
    _, end = _bounds(fresh, part)
    return any("at_end" in hit.means.speech and fresh.text[hit.end : end].strip() for hit in part.hits)


def _says_more(fresh: Fresh, terms: Terms, parts: Sequence[Clause], index: int) -> bool:
    """Whether a sentence says more than what says so only alone: "Whenever you can.", "Please, when you have time, call me"."""
    part = parts[index]
    alone = [hit for hit in part.hits if "alone" in hit.means.speech]
    if any((hit.means.says or hit.means.topics) and hit not in alone for hit in part.hits):
        return False  # "I am happy to wait however long it takes"
    others = [one for one in parts if one.sentence == part.sentence and one is not part]
    if others and all(one.says and not (one.things or one.topics or one.refuses) for one in others):
        return False  # "However long it takes, I'm fine"
    begin, end = fresh.sentence_at(part.start)
    told = [(hit.start, hit.end) for hit in alone]
    return not all(
        any(first <= word.start() < last for first, last in told) or terms.among("begs_anew", word[0].lower())
        for word in WORD.finditer(fresh.text, begin, end)
    )


def _only_courtesy(part: Clause) -> bool:
    """Whether it agrees by no more than a phrase such as "take your time", which people also say in anger."""
    return all(hit.means.topics for hit in part.hits if hit.means.says)


def _mocks(parts: Sequence[Clause], index: int) -> bool:
    """Whether it is said in irony: "Brilliant, three weeks. Take your time.", "take your time, I only have a release to ship".

    Nor is "no rush, I only want to know …" more than courtesy; "I can wait, I only use it twice a year" is.
    """
    sentence = parts[index].sentence
    near = [part for part in parts if 0 <= sentence - part.sentence <= _MOCKED]
    following = [part for part in parts[index + 1 :] if part.sentence == sentence]
    if any("irony" in part.marks for part in near):
        return True
    return "aware" not in parts[index].says and any(
        "only" in part.marks and (not part.says or "hedge" in part.marks) for part in following
    )


def _is_denied(parts: Sequence[Clause], index: int) -> bool:
    """As in "I cannot say, after all that I have read, that I agree"."""
    part = parts[index]
    if not index or parts[index - 1].sentence != part.sentence:
        return False
    said = next((place for place, hit in enumerate(part.hits) if hit.means.says), 0)
    that = [place for place, hit in enumerate(part.hits[:said]) if "that" in hit.means.speech]
    if not that or (
        part.break_before == "and" and any(hit.means.topics for hit in part.hits[that[0] : said])
    ):
        return False  # "There is nothing left, and that it takes long is clear to me"
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
    if knowing and (heard := _heard(part)) is not None:
        said = min(said, heard.start)
    anywhere, before = (_CONDITION, _ANYWHERE | _BEFORE) if knowing else (_ANYWHERE, _BEFORE)
    known = _known_first(part, said) if knowing else range(0)
    fine = min((hit.start for hit in part.hits if "objection" in hit.means.says), default=said)
    return _only_concedes(part, min(said, fine)) or any(
        hit.means.speech & anywhere
        or (hit.start < said and hit.start not in known and hit.means.speech & before)
        for hit in part.hits
    )


def _known_first(part: Clause, said: int) -> range:
    """Where what is known stands before the knowing: "| That I may have to wait, | I know", "with it | that I have to wait, | I agree"."""
    that = next((hit.start for hit in part.hits if "that" in hit.means.speech), said)
    ends = (hit.start for hit in part.hits if hit.means.breaks == "comma" and that < hit.start < said)
    return range(that, next(ends, that))


def _only_concedes(part: Clause, said: int) -> bool:
    """As in "Even if I agree, …"; but "Even if it takes months, I agree"."""
    if "even" not in part.marks:
        return False
    before = [hit for hit in part.hits if hit.start < said]
    near = takewhile(lambda hit: not hit.means.breaks, reversed(before))
    return any("even" in hit.means.speech for hit in near)


def _takes_back(fresh: Fresh, part: Clause, following: Clause) -> bool:
    """Whether the next clause is no more than a reserve: "…, because I have to", "…, I think"; or "(yes/no)".

    Or refuses what it agrees to: "… and will not follow it".
    """
    same = following.sentence == part.sentence
    if same and following.refuses and "it" in following.marks and not part.refuses:
        return not (following.topics or following.things)
    if following.says or following.topics or following.things or following.start - part.end > _NEAR:
        return False
    if following.marks >= _EITHER:
        return True
    if not same:
        return False
    reserves = {"hedge", "doubt", "if"} if "but" in following.marks else {"hedge", "doubt"}
    return any(hit.means.speech & reserves and TAIL.match(fresh.text, hit.end) for hit in following.hits)


def _goes_on(part: Clause, before: Clause | None) -> bool:
    """As in "I understand that nobody can say when, | and that it may take long": what is understood goes on."""
    if before is None or before.sentence != part.sentence or part.says or part.negated or part.reserved:
        return False
    return "that" in part.marks and before.says == {"aware"} and not (before.reserved or before.things)


def _as_before(fresh: Fresh, parts: Sequence[Clause], index: int) -> bool | None:
    """What is said of another agreement by a verb that is left out: "The code is fine, and so is the wait", "…, the wait is not"."""
    part, before = parts[index], parts[index - 1]
    if before.sentence != part.sentence or "agree" not in before.says or before.things or before.reserved:
        return None
    agreed = before.topics or (part.topics and _subject_before(fresh, parts, index - 1))
    apart = part.topics and agreed and not set(part.topics) & set(agreed)
    if part.says or part.things or part.reserved or not apart:
        return None
    if "same" in part.marks:
        return None if part.negated else True
    if "that" in part.marks and not part.negated and _is_as_well(fresh, part):
        return True
    last = part.hits[-2:]  # the "not" and the "is not" are phrases of their own
    denied = any("is_not" in hit.means.addresses for hit in last) and any(hit.means.negates for hit in last)
    return False if denied and TAIL.match(fresh.text, part.end) else None


def _is_as_well(fresh: Fresh, part: Clause) -> bool:
    """As in German "with that, that it takes long, too", where all that stands behind the subject is the "too"."""
    topic = next(hit for hit in reversed(part.hits) if hit.means.topics)
    behind = [hit for hit in fresh.within(topic.end, topic.end + _SHORT) if not hit.means.breaks]
    too = bool(behind) and "too" in behind[0].means.speech and TAIL.match(fresh.text, behind[0].end)
    return bool(too) and fresh.text[topic.end : behind[0].start].strip() == ","


def _said(part: Clause, key: str, terms: Terms, before: Clause | None) -> bool | None:
    if part.refuses:
        wonders = key not in terms.knowing or "why" in part.marks
        return None if wonders and not any(map(_can_be_refused, part.hits)) else False
    if "agree" in part.says or "yes" in part.says or ("aware" in part.says and key in terms.knowing):
        return True
    if part.negated and "but" in part.marks and before is not None and before.says & {"agree", "aware"}:
        return False  # "I agree to the one, but not to the other"
    return None


def _can_be_refused(hit: Hit) -> bool:
    """Whether a "not" refuses what a phrase says: "I do not agree to it", but not "I do not understand it", "… why it takes so long"."""
    return any(one != "aware" for one in hit.means.says)


def _subject_before(fresh: Fresh, parts: Sequence[Clause], index: int) -> tuple[str, ...]:
    """What "I agree with it" or "Code of Conduct? Yes." speaks of: the clauses just before that only name it."""
    part = parts[index]
    if part.things or "rest" in part.marks:  # "I agree with the rest"
        return ()
    topics: tuple[str, ...] = ()
    passed = False  # what is only told beside it
    for before in reversed(parts[max(0, index - _LOOK_BACK) : index]):
        known = before.says and not (part.sentence == before.sentence and before.says == {"aware"})
        meant = before.things and (before.states or "it" not in part.marks)  # rather than only mentioned
        if known or before.refuses or meant or "if" in before.marks:
            break
        if part.sentence - before.sentence > 1 or (part.sentence == before.sentence and before.begins_to_ask):
            break
        if part.says == _ONLY_YES and part.sentence != before.sentence and _tells_more(fresh, before):
            break
        if passed and not ("aware" in before.says or "perused" in before.marks):
            break
        if before.topics:
            topics = (*before.topics, *topics)
        elif not topics and part.sentence == before.sentence and _tells_beside(before):
            passed = True
        elif topics or "it" not in part.marks:
            break  # but not at "found no fault": "I have read the Code of Conduct, found no fault, and agree to it"
    return topics


def _tells_beside(part: Clause) -> bool:
    """Whether a clause only tells where or how something is known: "I know it from a conference | where I spoke | and I agree"."""
    if part.things or part.states or part.says or part.negated or part.reserved or part.asks:
        return False
    return "wherein" in part.hits[0].means.speech or "perused" in part.marks


def _tells_more(fresh: Fresh, part: Clause) -> bool:
    """Whether a sentence asks or tells something of the subject it names, so that a yes behind it is about that.

    As in "Is the Code of Conduct long?", "What is the Code of Conduct?".
    """
    if "why" in part.marks:
        return True
    subject = next((hit for hit in reversed(part.hits) if hit.means.topics), None)
    return subject is not None and TAIL.match(fresh.text, subject.end) is None
