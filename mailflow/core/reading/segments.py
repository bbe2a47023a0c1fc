"""A sentence in segments: pieces between two breaks, those put together that share one verb or one object."""

from __future__ import annotations

from collections.abc import Sequence

from mailflow.core.reading.meaning import (
    ACTS,
    ADDRESS,
    MAILBOX,
    NEGATES,
    OBJECT,
    STATE,
    THING,
    TOPIC,
    VERB,
    Hit,
    Meaning,
)

_CONJUNCTIONS = frozenset({"and", "but", "because", "without"})
_ASIDE = frozenset({"comma", "because"})
_MOST_PUT_IN = 3  # segments
_MOST_HITS = 100  # of a segment that is a label, or is joined to others
_PUNCTUATION = frozenset({"comma", "open", "close", "colon"})
_SEMICOLON = ("marks", "semicolon")
_TELLING = OBJECT | VERB
_ADDRESS_GIVEN = ADDRESS | MAILBOX
_LOST = frozenset({"gone", "ended"})
_OF_THINGS = _LOST | {"had", "saved"}
_KEPT = frozenset({"which", "wherein"})
_IAM = frozenset({"iam", "is_me"})  # in Russian an "it is" as well
_PROGRESS = OBJECT | ACTS | THING | STATE
_VERB_FIRST = 1 << 20  # beside these: the segment begins with its verb


def segments_of(sentence: Sequence[Hit]) -> list[Segment]:
    """The segments of a sentence, in order."""
    return _join(_Splitter().split(sentence))


def is_semicolon(hit: Hit | None) -> bool:
    return hit is not None and _SEMICOLON in hit.means.concepts


class Segment:
    """A piece of a sentence between two breaks."""

    __slots__ = ("break_before", "hits", "inside", "opened_by", "starts_with_object", "traits")

    def __init__(self) -> None:
        self.hits: list[Hit] = []
        self.traits = 0  # of all of them
        self.starts_with_object = False  # rather than with a verb
        self.break_before = ""  # "", comma, bracket, and, but, because, not
        self.opened_by: Hit | None = None  # the break itself
        self.inside = False  # brackets

    def take(self, hit: Hit) -> None:
        means = hit.means
        if not self.traits & _TELLING:
            self.starts_with_object = means.objects
        self.traits |= means.traits
        self.hits.append(hit)

    def join(self, other: Segment) -> None:
        """Take in the segment behind it, with the break between them."""
        if other.opened_by is not None:
            self.take(other.opened_by)
        if not self.traits & _TELLING:
            self.starts_with_object = other.starts_with_object
        self.traits |= other.traits
        self.hits += other.hits

    @property
    def semicolon(self) -> Hit | None:
        """The semicolon that it stands behind, if it does."""
        return self.opened_by if is_semicolon(self.opened_by) else None

    @property
    def bare(self) -> bool:
        """Things without a verb: a part of a list."""
        return self.traits & _TELLING == OBJECT

    @property
    def labels(self) -> bool:
        """Whether it can be a label: "Mailbox: gone", but not "I write from my new mailbox: I have lost …"."""
        return (
            self.bare
            and len(self.hits) < _MOST_HITS
            and not any("from" in hit.means.addresses for hit in self.hits)
        )

    @property
    def signs_up(self) -> bool:
        """Whether it says with what somebody registered, and no more: "I signed up with this address"."""
        return self.bare and any("signup" in hit.means.names for hit in self.hits)

    @property
    def leads_there(self) -> bool:
        """Whether it says where a mail goes: "and the reset mail goes to my old mailbox", but not "the mailbox it goes to"."""
        if not self.traits & MAILBOX:
            return False
        mailbox = max(hit.start for hit in self.hits if hit.means.traits & MAILBOX)
        return any("leads_there" in hit.means.speech and hit.start < mailbox for hit in self.hits)

    @property
    def tells_loss(self) -> bool:
        """Whether it tells of a thing that it is lost or broken, and denies nothing."""
        told = self.traits & THING and self.traits & STATE and not self.traits & NEGATES
        return bool(told) and any(not _LOST.isdisjoint(hit.means.states) for hit in self.hits)

    @property
    def asks_what(self) -> bool:
        """Whether it asks what a thing is, and says no more of it: "what is a recovery code"."""
        asked = self.hits and "why" in self.hits[0].means.speech
        return bool(asked) and self.traits & THING != 0 and not self.traits & VERB

    @property
    def gives_address(self) -> bool:
        """Whether it says which address a mailbox has: "registered mail is jo@example.org, lost the phone"."""
        return self.traits & _ADDRESS_GIVEN == _ADDRESS_GIVEN

    @property
    def is_sender(self) -> bool:
        """Whether it says of an address that it is the one somebody writes from."""
        return any("here" in hit.means.addresses for hit in self.hits)

    @property
    def begins_anew(self) -> bool:
        """Whether it has a verb before its own things: "address jo@example.org, lost the phone"."""
        return self.break_before == "comma" and self.traits & VERB != 0 and not self.starts_with_object

    @property
    def says_nor(self) -> bool:
        return self.hits[0].means.negates and self.break_before == "and"

    @property
    def lacks_thing(self) -> bool:
        """Whether it begins with a "no" and its thing: "a broken phone and no codes"."""
        end = self.hits[0].end
        return any(hit.means.things and hit.start - end <= 1 for hit in self.hits)

    @property
    def spares_you(self) -> bool:
        """Whether it says what is not done to us: "I know that it takes time, | and will not hurry you"."""
        last = self.hits[-1].means
        return not self.traits & OBJECT and "you" in last.speech

    @property
    def says_of_it(self) -> bool:
        """Whether a "that …" behind an "and" says itself what is said of it: "I agree, | and that it takes long is clear to me"."""
        if self.break_before != "and" or not self.traits & TOPIC:
            return False
        topic = next(hit for hit in self.hits if hit.means.topics)
        return any(hit.means.says and hit.start >= topic.end for hit in self.hits)

    @property
    def is_relative(self) -> bool:
        """Whether it begins with "which", or a word before it: "to which"."""
        return any("which" in hit.means.speech for hit in self.hits[:2])

    @property
    def is_aside(self) -> bool:
        """Whether it stands between commas and tells of nothing: ", as I said,", ", after the update,"."""
        return self.break_before in _ASIDE and not self.traits & (OBJECT | STATE)

    @property
    def without_verb(self) -> bool:
        """Whether it has at most a "not": "neither the phone", "nor the codes"."""
        return not self.traits & ACTS

    @property
    def goes_on(self) -> bool:
        """Whether it is the "that …" of what stands before it, rather than "that account", or "…; that it takes long I know"."""
        if "that" not in self.hits[0].means.speech or self.semicolon:
            return False
        beside = self.hits[1] if len(self.hits) > 1 else None
        named = beside is not None and (beside.means.things or not _IAM.issuperset(beside.means.names))
        return not (named and beside is not None and beside.start - self.hits[0].end <= 1)


class _Splitter:
    """The segments in order; what stands in brackets comes behind the segment that it interrupts."""

    def __init__(self) -> None:
        self._segments: list[Segment] = []
        self._before = ""
        self._opened_by: Hit | None = None
        self._held = Segment()
        # How far that has got, as traits: where things come first, a thing after a state begins another clause.
        self._told = 0
        self._interrupted: tuple[str, Segment, int] | None = None  # what an open bracket stands in
        self._opened = 0  # how many segments there were before it
        self._inside: list[Segment] = []

    def split(self, sentence: Sequence[Hit]) -> list[Segment]:
        for hit in sentence:
            if hit.means.inert:
                self._held.hits.append(hit)
            else:
                self._take(hit, hit.means, hit.means.breaks)
        if self._interrupted is not None:
            self._resume()
        self._break("")
        return self._segments

    def _take(self, hit: Hit, means: Meaning, kind: str) -> None:
        if not kind or (kind == "colon" and self._held.labels):  # a label, whose value goes with it
            if "that" in means.speech and self._told & THING and self._told & STATE:
                self._break("that")  # "The page says of my password that the address …"
            if "denies_next" in means.speech and (self._held.tells_loss or self._held.asks_what):
                self._break("not")  # "lost my phone cannot log in", "what is a recovery code I don't have"
            if means.matters and self._starts_anew(means.traits):
                self._break("and")
                self._told = 0
                self._starts_anew(means.traits)
            self._held.take(hit)
        elif kind == "open" and self._interrupted is None:
            self._held.opened_by = self._opened_by
            self._interrupted, self._opened = (self._before, self._held, self._told), len(self._segments)
            self._before, self._held, self._told = "bracket", Segment(), 0
        elif kind == "close" and self._interrupted is not None:
            self._resume()
        else:
            self._break("comma" if kind in _PUNCTUATION else kind, hit)
            if kind == "but" or means.negates or not _KEPT.isdisjoint(means.speech):
                self._held.take(hit)  # kept, because a "yes, but" is no yes, and "nor" is a "not" as well

    def _starts_anew(self, traits: int) -> bool:
        told = self._told
        if traits & OBJECT and told & (OBJECT | ACTS | _VERB_FIRST) == OBJECT | ACTS:
            return True
        if traits & ACTS and not (told | traits) & OBJECT:
            told |= _VERB_FIRST
        self._told = told | traits & _PROGRESS
        return False

    def _break(self, kind: str, by: Hit | None = None) -> None:
        held = self._held
        if held.hits:
            held.break_before, held.opened_by = self._before, self._opened_by
            held.inside = self._interrupted is not None
            self._segments.append(held)
            self._held, self._before, self._told, self._opened_by = Segment(), kind, 0, by
            if not held.inside:
                self._segments += self._inside
                self._inside = []
        elif self._segments and (kind in _CONJUNCTIONS or not self._before):
            anew = kind == "because" and is_semicolon(self._opened_by)  # "…; so that you see that it is me"
            self._before, self._opened_by = kind, self._opened_by if anew else by

    def _resume(self) -> None:
        assert self._interrupted is not None
        before, held, told = self._interrupted
        last = len(self._segments)
        self._break("")
        # A list in brackets is of what stands before them: "both (conduct, waiting)".
        first = self._opened if all(segment.bare for segment in self._segments[self._opened :]) else last
        self._inside += self._segments[first:]
        del self._segments[first:]
        self._interrupted = None
        self._before, self._held, self._told, self._opened_by = before, held, told, held.opened_by
        if not held.hits:
            self._segments += self._inside
            self._inside = []


def _join(segments: list[Segment]) -> list[Segment]:
    """Segments that share one verb or one object, put together."""
    if len(segments) < 2:
        return segments
    joined: list[Segment] = []
    explained: Segment | None = None  # by the brackets behind it
    for index, segment in enumerate(segments):
        if segment.inside and joined and _names_subject(joined[-1], segment, listed=joined[-1] is explained):
            explained = joined[-1]
            explained.join(segment)
            continue
        left = _left_of(segment, joined)
        if (
            left
            and len(left.hits) < _MOST_HITS
            and (_is_braced(left, segment) or _goes_with(left, segment, segments, index + 1))
        ):
            left.join(segment)
        else:
            joined.append(segment)
    return joined


def _points_at(segment: Segment) -> bool:
    """As in "I saved the codes on | that phone"."""
    return segment.break_before == "that" and segment.bare and not segment.goes_on


def _goes_with(left: Segment, segment: Segment, segments: Sequence[Segment], following: int) -> bool:
    after = segments[following] if following < len(segments) else None
    if _stands_alone(left, segment, after):
        return False
    if _points_at(segment) or _denies_both(left, segment):
        return True
    return _belongs(left, segment, segments, following)


def _names_subject(left: Segment, segment: Segment, *, listed: bool) -> bool:
    """Whether brackets hold no more than what a clause without a subject agrees to: "I agree to behave (Code of Conduct)".

    `listed`: they have named one already, "both accepted (conduct, waiting)".
    """
    only_topic = not left.inside and segment.traits & (_TELLING | THING) == OBJECT
    return only_topic and left.traits & ACTS != 0 and (listed or not left.traits & OBJECT)


def _stands_alone(left: Segment, segment: Segment, following: Segment | None) -> bool:
    """Whether both say all that they say: "No recovery codes, that page I skipped", "lost the password, mail is the one I use now".

    In German, Russian and others: "…, mail is the one, with which I write".

    A "not" behind an "and" belongs to a verb of its own, known or not: "they stole my phone and I can no longer …".
    """
    if segment.break_before == "and":
        if left.signs_up and segment.traits & THING and segment.traits & VERB:
            return True  # "I registered with this address and cannot remember the user name"
        # "… on the laptop | that got stolen, and there is no copy"
        named = left.traits & THING or left.is_relative
        told = named and left.traits & STATE and not left.traits & NEGATES
        of_its_own = not segment.traits & (OBJECT | STATE)
        unable = "unable" in segment.hits[0].means.speech and left.tells_loss
        another = segment.traits & NEGATES and (of_its_own or unable)
        # "… and there are none" is of the things before it.
        return bool(told and another) and "not_one" not in segment.hits[-1].means.speech
    if segment.break_before != "comma":
        return False
    says_none = left.without_verb and left.traits & NEGATES and left.lacks_thing and not segment.bare
    is_sender = segment.is_sender or (following is not None and following.is_sender and segment.bare)
    return bool(says_none) or (segment.traits & MAILBOX != 0 and is_sender)


def _left_of(segment: Segment, joined: Sequence[Segment]) -> Segment | None:
    """What a segment may belong to: the one before it on its side of a bracket, and past what is put in behind a thing."""
    before: Segment | None = None
    passed = 0
    for one in reversed(joined):
        if one.inside != segment.inside:
            continue
        if before is None:
            before = one
            if segment.traits & OBJECT:
                return before
        elif one.bare:
            return one  # "The mailbox, to which it belongs, no longer exists."
        passed += 1
        if passed > _MOST_PUT_IN or not _is_put_in(one, segment):
            break
    return before


def _is_put_in(left: Segment, segment: Segment) -> bool:
    return left.is_relative or (segment.break_before == "comma" and left.is_aside)


def _denies_both(left: Segment, segment: Segment) -> bool:
    """Whether a "not" is of two verbs with one object: "I do not have | or remember any codes"."""
    by = segment.opened_by
    return (
        by is not None
        and "or" in by.means.speech
        and left.traits & NEGATES != 0
        and left.traits & (ACTS | OBJECT) == ACTS
        and segment.traits & (ACTS | OBJECT | NEGATES) == ACTS | OBJECT
        and not segment.starts_with_object
    )


def _belongs(left: Segment, segment: Segment, segments: Sequence[Segment], following: int) -> bool:
    if segment.goes_on:
        return not (left.traits & THING and left.traits & STATE) and not segment.says_of_it
    if segment.says_nor and (left.without_verb or segment.without_verb):
        of_its_own = segment.lacks_thing or segment.spares_you
        return not (left.traits & ACTS and not left.traits & NEGATES and of_its_own)
    if segment.break_before not in {"comma", "and"} or "only" in segment.hits[0].means.speech:
        return False  # "I have not lost the codes, only the phone."
    if left.bare:
        apart = segment.traits & THING and (left.gives_address or segment.begins_anew)
        apart = apart or _agrees_beside(left, segment)
        apart = apart or (left.asks_what and segment.traits & NEGATES != 0)
        apart = apart or (segment.is_relative and _ends_behind(segment, segments, following))
        return not apart and segment.traits & _TELLING != 0
    last = following == len(segments)
    apart = segment.leads_there or _is_set_apart(left, segment, last=last)
    bare = segment.bare or (segment.break_before == "and" and _is_second_of_both(left, segment))
    listed = bare and left.traits & VERB and not apart
    if not listed or not _alike(left, segment) or _explains(left, segment):
        return False
    apart = segment.gives_address and not _list_goes_on(segments, following)
    starts_list = _starts_list(segments, following) and not _awaits_verb(left)
    return segment.break_before == "and" or not (apart or starts_list)


def _agrees_beside(left: Segment, segment: Segment) -> bool:
    """Whether an agreement stands behind an "and" and a thing: "Sorry for the password, and I agree to the Code of Conduct"."""
    anew = segment.break_before == "and" and not segment.starts_with_object
    return anew and bool(segment.traits & TOPIC) and left.traits & (THING | TOPIC) == THING


def _is_braced(left: Segment, segment: Segment) -> bool:
    """Whether a "have" before a list helps the verb behind it, as in German "Ich habe mein Handy und die Codes verloren"."""
    if segment.break_before not in {"comma", "and"} or not (segment.traits & THING and _awaits_verb(left)):
        return False
    if not segment.starts_with_object:
        return False
    if any("copula" in hit.means.speech for hit in segment.hits):
        return False  # "Ich habe die Codes, und mein Handy ist kaputt"
    telling = [hit for hit in segment.hits if hit.means.acts or hit.means.negates]
    return len(telling) == 1 and not _LOST.isdisjoint(telling[0].means.states)


def _awaits_verb(left: Segment) -> bool:
    """Whether its only verb is a "have" whose own verb may end the sentence."""
    if not left.traits & THING:
        return False
    verbs = [hit.means.speech for hit in left.hits if hit.means.acts or hit.means.negates]
    return len(verbs) == 1 and "brace" in verbs[0]


def _is_second_of_both(left: Segment, segment: Segment) -> bool:
    """As in "I lost both the mailbox and | the key that they had paid for", where the "that" tells of the key alone."""
    if not (segment.starts_with_object and any("both" in hit.means.speech for hit in left.hits)):
        return False
    first = next((hit for hit in segment.hits if hit.means.acts or "which" in hit.means.speech), None)
    return first is not None and "which" in first.means.speech


def _is_set_apart(left: Segment, segment: Segment, *, last: bool) -> bool:
    """As in "I stick to it; if it takes months, fine", where what stands before the semicolon lacks no object.

    So in "Yes to the conduct; as to the time, how long is it?", where it goes on about what is named last, and in "I forgot
    the password; the mail would go to jo@example.org".
    """
    if segment.semicolon is None:
        return False
    leads = any("leads_there" in hit.means.speech for hit in segment.hits)
    return leads or (segment.traits & TOPIC != 0 and not (left.traits & OBJECT and last))


def _ends_behind(segment: Segment, segments: Sequence[Segment], following: int) -> bool:
    """Whether a clause with a "which" is only put in: "The mailbox, with which I registered, | was deleted"."""
    after = segments[following] if following < len(segments) else None
    if after is None or {segment.break_before, after.break_before} != {"comma"}:
        return False
    return after.traits & STATE != 0 and not after.traits & OBJECT


def _explains(left: Segment, segment: Segment) -> bool:
    """Whether a segment tells why, behind a colon: "I cannot get in: the mailbox of my school, …"."""
    by = segment.opened_by
    return by is not None and by.means.breaks == "colon" and left.without_verb


def _alike(left: Segment, right: Segment) -> bool:
    """Whether both speak of agreements, or both of things."""
    return bool(
        (right.traits & TOPIC and not left.traits & THING and not _tells_of_things(left))
        or (right.traits & THING and not left.traits & TOPIC)
    )


def _tells_of_things(left: Segment) -> bool:
    """Whether its verbs are those of things alone: "I never made them, | and about the Code of Conduct, | I know it"."""
    verbs = [hit.means for hit in left.hits if hit.means.acts]
    return bool(verbs) and not any(means.says or _OF_THINGS.isdisjoint(means.states) for means in verbs)


def _list_goes_on(segments: Sequence[Segment], following: int) -> bool:
    """Whether another thing is listed, past brackets: of "I forgot my user name, mail jo@example.org" none is."""
    after = next((segment for segment in segments[following:] if not segment.inside), None)
    return after is not None and after.bare


def _starts_list(segments: Sequence[Segment], following: int) -> bool:
    """Whether a list goes on whose verb comes last: "password, mail and codes all work"."""
    for segment in segments[following : following + 8]:
        if segment.break_before == "comma" and segment.bare:
            continue
        return segment.break_before == "and" and segment.traits & VERB != 0 and segment.starts_with_object
    return False
