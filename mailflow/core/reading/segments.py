"""A sentence in segments: pieces between two breaks, those put together that share one verb or one object."""

from __future__ import annotations

from collections.abc import Sequence

from mailflow.core.reading.meaning import Hit

_CONJUNCTIONS = frozenset({"and", "but", "because", "without"})
_PUNCTUATION = frozenset({"comma", "open", "close", "colon"})


def segments_of(sentence: Sequence[Hit]) -> list[Segment]:
    return _join(_split(sentence))


class Segment:
    """A piece of a sentence between two breaks."""

    __slots__ = (
        "break_before", "hits", "inside", "opened_by", "starts_with_object", "things", "topics", "verbs",
    )  # fmt: skip

    def __init__(
        self, break_before: str, hits: list[Hit], opened_by: Hit | None = None, *, inside: bool = False
    ) -> None:
        self.inside = inside  # brackets
        self.break_before = break_before  # "", comma, bracket, and, but, because
        self.opened_by = opened_by  # the break itself
        self.hits: list[Hit] = []
        self.things = self.topics = self.verbs = self.starts_with_object = False
        self.add(hits)

    def add(self, hits: list[Hit]) -> None:
        self.hits += hits
        for _, _, means in hits:
            if means.objects:
                self.starts_with_object |= not (self.verbs or self.things or self.topics)
                self.things |= bool(means.things)
                self.topics |= bool(means.topics)
            if means.verb:
                self.verbs = True

    @property
    def bare(self) -> bool:
        """Things without a verb: a part of a list."""
        return (self.things or self.topics) and not self.verbs

    @property
    def gives_address(self) -> bool:
        """Whether it says which address a mailbox has: "registered mail is jo@example.org, lost the phone"."""
        things = [thing for hit in self.hits for thing in hit.means.things]
        return "an_address" in things and "mailbox" in things

    @property
    def labelled(self) -> bool:
        """Whether it is a label with its value: "Recovery codes: thrown away", and what follows is beside it."""
        return self.starts_with_object and any(hit.means.breaks == "colon" for hit in self.hits)

    @property
    def begins_anew(self) -> bool:
        """Whether it has a verb before its own things: "address jo@example.org, lost the phone"."""
        return self.break_before == "comma" and self.verbs and not self.starts_with_object

    @property
    def says_nor(self) -> bool:
        return self.hits[0].means.negates and self.break_before == "and"

    @property
    def without_verb(self) -> bool:
        """Whether it has at most a "not": "neither the phone", "nor the codes"."""
        return not any(hit.means.acts for hit in self.hits)

    @property
    def goes_on(self) -> bool:
        """Whether it is the "that …" of what stands before it, rather than "that account"."""
        if "that" not in self.hits[0].means.speech:
            return False
        beside = self.hits[1] if len(self.hits) > 1 else None
        named = beside is not None and (beside.means.names or beside.means.things)
        return not (named and beside is not None and beside.start - self.hits[0].end <= 1)


def _split(sentence: Sequence[Hit]) -> list[Segment]:
    """The segments in order; what stands in brackets comes behind the segment that it interrupts."""
    splitter = _Splitter()
    for hit in sentence:
        splitter.take(hit)
    return splitter.finish()


class _Splitter:
    def __init__(self) -> None:
        self._segments: list[Segment] = []
        self._before = ""
        self._opened_by: Hit | None = None
        self._held: list[Hit] = []
        self._checked: tuple[list[Hit], int, bool] = ([], 0, False)  # what `_only_names` has looked at
        self._told = _Told()
        self._interrupted: tuple[str, list[Hit], _Told] | None = None  # what an open bracket stands in
        self._inside: list[Segment] = []

    def take(self, hit: Hit) -> None:
        means = hit.means
        kind = means.breaks
        if means.inert:
            self._held.append(hit)
        elif not kind or (kind == "colon" and self._only_names()):
            if "that" in means.speech and self._told.says_of_thing:
                self._break("that")  # "The page says of my password that the address …"
            if means.matters and self._told.starts_anew(hit):
                self._break("and")
                self._told = _Told(hit)
            self._held.append(hit)
        elif kind == "open" and self._interrupted is None:
            self._interrupted = (self._before, self._held, self._told)
            self._before, self._held, self._told = "bracket", [], _Told()
        elif kind == "close" and self._interrupted is not None:
            self._resume()
        else:
            self._break("comma" if kind in _PUNCTUATION else kind, hit)
            if kind == "but" or means.negates or "which" in means.speech:
                self._held.append(hit)  # kept, because a "yes, but" is no yes, and "nor" is a "not" as well

    def finish(self) -> list[Segment]:
        if self._interrupted is not None:
            self._resume()
        self._break("")
        return self._segments

    def _only_names(self) -> bool:
        """Whether a label stands here, whose value goes with it: "recovery codes: lost"."""
        held, first, named = self._checked
        if held is not self._held:
            first, named = 0, False
        for place in range(first, len(self._held)):
            means = self._held[place].means
            if means.verb:
                self._checked = (self._held, place, named)  # so that many colons cost no more than one
                return False
            named = named or means.objects
        self._checked = (self._held, len(self._held), named)
        return named

    def _break(self, kind: str, by: Hit | None = None) -> None:
        if self._held:
            inside = self._interrupted is not None
            self._segments.append(Segment(self._before, self._held, self._opened_by, inside=inside))
            self._held, self._before, self._told, self._opened_by = [], kind, _Told(), by
            if self._interrupted is None:
                self._segments += self._inside
                self._inside = []
        elif self._segments and (kind in _CONJUNCTIONS or not self._before):
            self._before, self._opened_by = kind, by

    def _resume(self) -> None:
        assert self._interrupted is not None
        before, held, told = self._interrupted
        first = len(self._segments)
        self._break("")
        self._inside += self._segments[first:]
        del self._segments[first:]
        self._interrupted = None
        self._before, self._held, self._told = before, held, told
        if not held:
            self._segments += self._inside
            self._inside = []


class _Told:
    """How far a segment has got: where things come first, a thing after a state begins another clause."""

    def __init__(self, first: Hit | None = None) -> None:
        self._object = self._verb = self._verb_first = self._thing = self._state = False
        if first is not None:
            self.starts_anew(first)

    @property
    def says_of_thing(self) -> bool:
        return self._thing and self._state

    def starts_anew(self, hit: Hit) -> bool:
        means = hit.means
        verb = means.acts
        if means.objects and self._object and self._verb and not self._verb_first:
            return True
        self._verb_first |= verb and not (self._object or means.objects)
        self._object |= means.objects
        self._verb |= verb
        self._thing |= bool(means.things)
        self._state |= bool(means.states)
        return False


def _join(segments: Sequence[Segment]) -> list[Segment]:
    """Segments that share one verb or one object, put together."""
    joined: list[Segment] = []
    for index, segment in enumerate(segments):
        left = _left_of(segment, joined)
        if left is not None and _belongs(left, segment, segments, index + 1):
            left.add([segment.opened_by] if segment.opened_by else [])
            left.add(segment.hits)
        else:
            joined.append(segment)
    return joined


def _left_of(segment: Segment, joined: Sequence[Segment]) -> Segment | None:
    """What a segment may belong to: the one before it on its side of a bracket, and past a relative clause."""
    before: list[Segment] = []
    for one in reversed(joined):
        if one.inside == segment.inside:
            before.append(one)
            if len(before) > 1:
                break
    relative = before[:1] and any("which" in hit.means.speech for hit in before[0].hits[:2])  # "to which"
    if relative and len(before) > 1 and before[1].bare and not (segment.things or segment.topics):
        return before[1]  # "The mailbox, to which it belongs, no longer exists."
    return before[0] if before else None


def _belongs(left: Segment, segment: Segment, segments: Sequence[Segment], following: int) -> bool:
    if segment.goes_on:
        return not (left.things and any(hit.means.states for hit in left.hits))
    if segment.says_nor and (left.without_verb or segment.without_verb):
        return True
    if segment.break_before not in {"comma", "and"} or "only" in segment.hits[0].means.speech:
        return False  # "I have not lost the codes, only the phone."
    if left.bare:
        apart = segment.things and (left.gives_address or segment.begins_anew)
        return not apart and (segment.things or segment.topics or segment.verbs)
    if not segment.bare or not left.verbs or not _alike(left, segment) or _explains(left, segment):
        return False
    return segment.break_before == "and" or not (left.labelled or _starts_list(segments, following))


def _explains(left: Segment, segment: Segment) -> bool:
    """Whether a segment tells why, behind a colon: "I cannot get in: the mailbox of my school, …"."""
    by = segment.opened_by
    return by is not None and by.means.breaks == "colon" and left.without_verb


def _alike(left: Segment, right: Segment) -> bool:
    """Whether both speak of agreements, or both of things."""
    return (right.topics and not left.things) or (right.things and not left.topics)


def _starts_list(segments: Sequence[Segment], following: int) -> bool:
    """Whether a list goes on whose verb comes last: "password, mail and codes all work"."""
    for segment in segments[following : following + 8]:
        if segment.break_before == "comma" and segment.bare:
            continue
        return segment.break_before == "and" and segment.verbs and segment.starts_with_object
    return False
