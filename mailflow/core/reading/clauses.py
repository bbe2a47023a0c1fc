"""Sentences as clauses: which things, in which state, are agreed or refused together, and under which reserve.

No grammar of any language: clauses end at commas, brackets and conjunctions, a list of things shares its verb, and a
negation turns the verb after it, or the one before it where none follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mailflow.core.reading.mailboxkey import as_meant
from mailflow.core.reading.meaning import ACTS, DOUBTS, MATTERS, NEGATES, OBJECT, PARTS, VERB, Hit, Meaning
from mailflow.core.reading.segments import segments_of

_NOT = frozenset({"not", "without"})
_OTHERS = frozenset({"other", "peer"})  # who may stand far from the verb
_PERSONS = frozenset({"you", "told_of"})  # who stand beside it
RESERVES = frozenset({"if", "doubt", "hedge", "why"})
RESERVES_BUT_WHY = RESERVES - {"why"}  # also of a question
_NEAR = 25  # characters: a "not" at the end of a clause turns a verb so close before it
_Sentence = tuple[Sequence[Hit], int, Hit | None]  # its hits, their traits, and the mark that ends it
_Outcome = tuple[frozenset[str], frozenset[str], bool]
_NOTHING: frozenset[str] = frozenset()
_NO_OUTCOME: _Outcome = (_NOTHING, _NOTHING, False)
_DONE = frozenset({"done"})
_HELD = frozenset({"held"})
_AT = frozenset({"is_at"})  # "They are in the keychain of a computer, and that one won't start"
_IN_PLACE = _AT | {"held"}
_YES = ("yes",)  # "certainly", which is no verb that a "have" could belong to
_WAS = frozenset({"had", "saved", "was_at"})
NONE = "none"  # the state of a thing that is only negated: "no recovery codes"
# States that several rules ask about: that a thing is there, is not there any more, or where it is or was.
HAS = frozenset({"held", "reached", "works"})
GONE = frozenset({"gone"})
ENDED = GONE | {"ended"}
KEPT = frozenset({"was_at", "is_at", "saved"})
_NOR = Meaning((("speech", "not"), ("speech", "and")))
_PUT_IN = 3  # clauses: a sentence, what is put into it, and its end
_ONLY_NEGATED: _Outcome = (frozenset({NONE}), _NOTHING, False)


@dataclass(slots=True)
class Clause:
    """What one clause says; places are characters of the text that the hits were found in."""

    hits: Sequence[Hit]
    things: tuple[str, ...]
    topics: tuple[str, ...]
    states: frozenset[str]  # negation already applied
    says: frozenset[str]  # agree, aware, yes: what is said and not negated
    refuses: bool
    negated: bool
    marks: frozenset[str]  # the words of [speech] in it: if, hedge, doubt, ask, you, sorry, them, all, …
    traits: int  # of all its phrases, see `meaning.py`
    question: bool  # it ends with a question mark
    mark: int  # where the mark stands that ends the sentence, or a semicolon; -1 where another clause follows without one
    sentence: int  # the number of its sentence
    break_before: str

    @property
    def start(self) -> int:
        return self.hits[0].start

    @property
    def end(self) -> int:
        return self.hits[-1].end

    @property
    def of_others(self) -> bool:
        """Whether it is said to be agreed or known by somebody else: "as you know"; "you take your time" is said for them."""
        if self.says and not _OTHERS.isdisjoint(self.marks):
            return True
        if _PERSONS.isdisjoint(self.marks):
            return False
        told = [hit for hit in self.hits if not (hit.means.auxiliary or "account" in hit.means.names)]
        return any(
            not _PERSONS.isdisjoint(one.means.speech) and other.means.says and not other.means.topics
            for one, other in pairwise(told)
        )

    @property
    def of_other_service(self) -> bool:
        """Whether its things are said to be of another service: "my GitHub password"."""
        return "elsewhere" in self.marks

    @property
    def asks(self) -> bool:
        """Whether it begins like a question."""
        return self.question or self.begins_to_ask

    @property
    def begins_to_ask(self) -> bool:
        return "ask" in self.hits[0].means.speech

    @property
    def ends_in_none(self) -> bool:
        """Whether its last word is a "none": "… and there are none"."""
        return "not_one" in self.hits[-1].means.speech

    @property
    def is_bare_not(self) -> bool:
        """Whether all that it says is a "not"."""
        return self.states == {NONE} and not (self.things or self.topics or self.says)

    def is_only(self, mark: str) -> bool:
        """Whether it says nothing beside a word of [speech]: "maybe", "no idea what"."""
        return mark in self.marks and not (self.things or self.topics or self.says or self.states)

    @property
    def reserved(self) -> bool:
        """Said under a condition, as a doubt or as an obligation: it states nothing."""
        return not RESERVES.isdisjoint(self.marks)


def clauses(
    hits: Sequence[Hit], opposites: Mapping[str, str], wanted: Callable[[int], bool] | None = None
) -> list[Clause]:
    """The clauses of some hits, in order. `opposites`: what a state is when it is denied ("works": "fails").

    `wanted`: tells by the traits of all its phrases whether a sentence is looked at.
    """
    found = []
    for number, told in enumerate(_sentences(hits)):
        sentence, traits, end = told
        if wanted is not None and not wanted(traits):
            continue
        if traits & NEGATES:
            sentence, traits = _with_nor(sentence, traits)
        if traits & DOUBTS and traits & PARTS:
            sentence = _with_likelihood(sentence)
        if not traits & PARTS and (not traits & OBJECT or _names_one(sentence)):
            if sentence:
                found.append(_clause(sentence, traits, "", number, opposites, end))
            continue
        joined = segments_of(sentence)
        for segment, following in zip(joined, (*joined[1:], None), strict=False):
            mark = end if following is None else following.semicolon
            found.append(_clause(segment.hits, segment.traits, segment.break_before, number, opposites, mark))
            if (
                segment.break_before == "because"
                and len(found) > 1
                and _is_where_searched(found[-1], found[-2])
            ):
                found[-1].states = _NOTHING
            if "no_more" in found[-1].marks and len(found) > 1:
                _end_what_was(found[-1], _before_no(found))
                _end_what_is(found, opposites)
    return found


def _is_where_searched(part: Clause, before: Clause) -> bool:
    """Whether a clause tells no more than what is kept where somebody searched: "I looked in the drawer | where I keep such things"."""
    searched = "done" in before.states and part.sentence == before.sentence
    return searched and "wherein" in part.hits[0].means.speech and part.states == _HELD


def _with_nor(sentence: Sequence[Hit], traits: int) -> tuple[Sequence[Hit], int]:
    """As in German "weder App noch Codes", whose "noch" would else be a "still", as the last one is of "… sind mir noch bekannt"."""
    if not any("neither" in hit.means.speech for hit in sentence):
        return sentence, traits
    named = max((hit.start for hit in sentence if hit.means.objects), default=0)
    nor = [
        hit._replace(means=_NOR) if "nor" in hit.means.speech and hit.start < named else hit
        for hit in sentence
    ]
    return nor, traits | _NOR.traits


def _with_likelihood(sentence: Sequence[Hit]) -> Sequence[Hit]:
    """As in "I know that it may, perhaps, take long" and "They are, maybe, lost", where the commas part nothing.

    But "They are lost, I think, with the bag", which is no more than modest.
    """
    known = next((place for place, hit in enumerate(sentence) if "aware" in hit.means.says), len(sentence))
    around = {
        place + beside
        for place in range(1, len(sentence) - 1)
        if _is_set_apart(*sentence[place - 1 : place + 2])
        and (place > known or "modest" not in sentence[place].means.speech)
        for beside in (-1, 1)
    }
    if _opens_with_doubt(sentence):
        around.add(1)
    return [hit for place, hit in enumerate(sentence) if place not in around]


def _opens_with_doubt(sentence: Sequence[Hit]) -> bool:
    """As in "Perhaps, I still have them"; but not "I think, they are lost"."""
    doubt, comma = sentence[:2]
    doubts = "doubt" in doubt.means.speech and "modest" not in doubt.means.speech
    return doubts and comma.means.breaks == "comma" and comma.start == doubt.end


def _is_set_apart(before: Hit, hit: Hit, after: Hit) -> bool:
    """Whether a doubt stands alone between two commas."""
    alone = "doubt" in hit.means.speech and before.end >= hit.start - 1 and after.start == hit.end
    return alone and before.means.breaks == after.means.breaks == "comma"


def _before_no(found: Sequence[Clause]) -> Clause:
    """The clause before the last one, and before a "no" that stands between: "They were on the laptop, | so no, | not any more"."""
    between = len(found) > _PUT_IN - 1 and found[-2].is_bare_not and found[-2].sentence == found[-1].sentence
    return found[-3] if between else found[-2]


def _end_what_was(part: Clause, before: Clause) -> None:
    """As in "I had some, | not any more", which says of no verb of its own that it is so no longer."""
    was = part.sentence == before.sentence and not before.states.isdisjoint(_WAS)
    if was and not before.negated and part.is_bare_not:
        part.states = GONE


def _end_what_is(found: Sequence[Clause], opposites: Mapping[str, str]) -> None:
    """As in "Ich komme an das Postfach, | mit dem ich registriert bin, | nicht mehr heran", which denies the verb before both."""
    if len(found) < _PUT_IN:
        return
    before, inside, part = found[-_PUT_IN:]
    one_sentence = before.sentence == part.sentence and inside.break_before == part.break_before == "comma"
    if not one_sentence or not any("which" in hit.means.speech for hit in inside.hits[:2]):
        return
    if part.is_bare_not and not (before.negated or inside.things):
        before.states = frozenset(opposites.get(state, state) for state in before.states)


def _sentences(hits: Sequence[Hit]) -> Iterator[_Sentence]:
    """The hits of each sentence, none if it says nothing; the traits of all of them; and the mark that ends it."""
    first = traits = 0
    for place, (_, _, means) in enumerate(hits):
        if means.ends:
            if first < place:
                yield (hits[first:place], traits, hits[place]) if traits & MATTERS else ((), 0, None)
            first, traits = place + 1, 0
        else:
            traits |= means.traits
    if traits & MATTERS:
        yield hits[first:], traits, None


def _names_one(sentence: Sequence[Hit]) -> bool:
    """Whether it speaks of one thing at most."""
    return sum([hit.means.objects for hit in sentence]) < 2


def _clause(
    hits: Sequence[Hit],
    traits: int,
    break_before: str,
    number: int,
    opposites: Mapping[str, str],
    mark: Hit | None,
) -> Clause:
    """`mark`: what ends the sentence, if this is its last clause, or a semicolon behind it."""
    hits = as_meant(hits, traits)
    things: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    for means in [hit.means for hit in hits if hit.means.objects] if traits & OBJECT else ():
        things += means.things
        topics += means.topics
    states, says, refuses = _outcome(hits, traits, opposites) if traits & VERB else _NO_OUTCOME
    if refuses and not topics and sum([hit.means.negates or "refuse" in hit.means.says for hit in hits]) > 1:
        refuses = False  # "I don't sign what I haven't read": they may yet
    marks = _NOTHING.union(*[hit.means.speech for hit in hits])
    if "exception" in marks:
        states &= HAS  # "all but the two that I used up": what is told of those is not told of the rest
    return Clause(
        hits=hits,
        things=things,
        topics=topics,
        states=states,
        says=says,
        refuses=refuses,
        negated=not _NOT.isdisjoint(marks),
        marks=marks,
        traits=traits,
        question=mark is not None and mark.means.ends == "question",
        mark=-1 if mark is None else mark.start,
        sentence=number,
        break_before=break_before,
    )


def _verbs(hits: Sequence[Hit], traits: int) -> list[tuple[Meaning, bool]]:
    """What the verbs mean, and whether each is negated."""
    acting = [hit.means for hit in hits if hit.means.acts]
    if len(acting) == 1 and not traits & NEGATES:
        return [(acting[0], False)]
    verbs: list[tuple[Meaning, bool]] = []
    negated = auxiliary = denied = concord = False
    again = False  # "não tenho código nenhum": that of one verb is said twice
    said = 0  # where the last verb or thing ends
    behind = False  # whether the last "not" stands right behind it
    for start, end, means in hits:
        if "that" in means.speech:
            said = -_NEAR  # "I understand that you cannot say when": what is denied is not the understanding
        if means.negates and not means.acts:  # a "nowhere" says by itself that it is gone, and denies no verb
            again = bool(verbs) and verbs[-1][1] and "not_one" in means.speech
            # "non so più né la password né …", "I looked everywhere, and there are none": it says the same again
            concord = "concord" in means.speech or _repeats_loss(hits, verbs, said, start, means)
            negated = True
            behind = start - said <= _NEAR
        ends_verb = means.auxiliary and verbs and verbs[-1][0].says != _YES and not (auxiliary or denied)
        if means.acts and not (ends_verb and 0 <= start - said <= 1):
            another = again and bool(means.says)  # "… aceito as regras"
            if verbs and auxiliary and not another:
                # "have lost", "non ho perso": one verb; and so is "verloren habe"
                negated = verbs.pop()[1] or negated
            verbs.append((means, negated and not (another or means.negates)))
            negated = again = False
        denied = means.negates  # "perdi o telefone não tenho códigos": another verb begins there
        if means.objects or means.verb:
            said = end
        elif means.choices:  # a phrase that goes over both: "heb ik | nooit gemaakt"
            continue
        # A "not" between the two leaves the auxiliary in force: "have not lost".
        auxiliary = means.auxiliary or (auxiliary and (means.negates or "instead" in means.addresses))
    if negated and verbs and behind and not concord:
        verbs[-1] = (verbs[-1][0], True)
    return verbs


def _repeats_loss(
    hits: Sequence[Hit], verbs: Sequence[tuple[Meaning, bool]], said: int, place: int, means: Meaning
) -> bool:
    """Whether a "none" that an "and" joins to a loss at a place says the same again; `said`: where the last verb or thing ends."""
    if "not_one" not in means.speech or not verbs or ENDED.isdisjoint(verbs[-1][0].states):
        return False
    return any(said <= hit.start < place and "and" in hit.means.speech for hit in hits)


def _not_after_end(hits: Sequence[Hit]) -> frozenset[str]:
    """What is not so any more of things that have ended: where they are, and that they are there if no verb of its own says so.

    As in "The safe with the codes has burnt", and in German, where a "have" ends with its verb: "Ich habe die Codes gelöscht".
    """
    held = [hit.means for hit in hits if "held" in hit.means.states]
    kept = all("place" in means.speech for means in held)
    helps = "ended" in hits[-1].means.states and all(means.auxiliary for means in held)
    return _IN_PLACE if kept or helps else _AT


def _outcome(hits: Sequence[Hit], traits: int, opposites: Mapping[str, str]) -> _Outcome:
    """The states and what is said, each negation applied to its verb; whether something is refused."""
    if not traits & ACTS:
        return _ONLY_NEGATED
    states: set[str] = set()
    says: set[str] = set()
    refuses = False
    none = any("not_one" in hit.means.speech for hit in hits)
    for means, denied in _verbs(hits, traits):
        negated = denied and not (none and "fails" in means.states)  # "żaden nie działa": both say the same
        if negated:
            states.update(opposites[state] for state in means.states if state in opposites)
            if none and not _AT.isdisjoint(means.states):
                states.add("gone")  # "none of the codes are left", "… are in the safe"
            if "objection" in means.says:
                says.add("agree")
            refuses |= "agree" in means.says or ("aware" in means.says and "held" not in means.states)
        else:
            states.update(means.states)
            says.update(means.says)
            refuses |= "refuse" in means.says
    if "fails" in states and (none or _all_fail(hits)):
        states.add("useless")
    return _reconciled(states, hits, traits), frozenset(says - {"refuse", "objection"}), refuses


def _reconciled(states: set[str], hits: Sequence[Hit], traits: int) -> frozenset[str]:
    """The states of a clause less those that another one takes the place of."""
    if "gone" in states:  # "have lost", "have no access": the loss is what counts
        states -= {"held", "reached", "is_at"}
    if "unhad" in states:
        states.discard("held")  # "I still have not made any": it is the making that goes on not to happen
    if "ended" in states and any("mended" in hit.means.speech for hit in hits):
        states.discard("ended")  # "the repair shop got my phone working again"
    if "ended" in states:
        states -= _not_after_end(hits)
    if "done" in states and any(hit.means.auxiliary or "wherein" in hit.means.speech for hit in hits):
        states.discard("held")  # "Ich habe die Codes gesucht", "busqué los códigos donde guardo esas cosas"
    if traits & NEGATES and states <= _DONE and _denies_last(hits):
        states.add(NONE)  # "I searched the desk and there are no codes"
    return frozenset(states)


def _all_fail(hits: Sequence[Hit]) -> bool:
    """As in "all codes are rejected", but not in "not all of them work"."""
    fails = any("fails" in hit.means.states for hit in hits)
    return fails and any("all" in hit.means.speech for hit in hits)


def _denies_last(hits: Sequence[Hit]) -> bool:
    """Whether a "not" stands behind the one verb, by which something was only done, and so by the thing."""
    acting = [hit.means for hit in hits if (hit.means.acts and not hit.means.auxiliary) or hit.means.negates]
    return len(acting) > 1 and acting[-1].negates and not _DONE.isdisjoint(acting[0].states)
