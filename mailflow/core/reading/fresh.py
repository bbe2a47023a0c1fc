"""The person's own text as one string, so that what spans lines can be read, and the way back to lines."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from mailflow.core.form import Field
from mailflow.core.reading.addressforms import Found, find_addresses
from mailflow.core.reading.bindingwords import BindingWords, Cues
from mailflow.core.reading.breaks import left_open, line_breaks
from mailflow.core.reading.emphasis import without_emphasis
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.pages import outer_parts
from mailflow.core.reading.terms import Terms, normal_label
from mailflow.core.reading.tokens import Tokens
from mailflow.core.reading.words import blank, lower, may_quote
from mailflow.core.text import Line, Mark

SUBJECT = 0  # the number of the line that is the mail's subject
_FRESH, _QUOTED = Mark.FRESH, Mark.QUOTED
_APART = 2  # empty lines between a question and its answer
_HEAD_LINES = 2  # of a quotation's introduction: further down stands whom it was sent to

BOX_SIGN = re.compile("[\\[(☐◻□☑☒✅🗹✔]")  # what a box begins with, which is found in a third of the time
# Typed into a box instead of a cross, but for one of two that a form offers: "[yes] [no]".
_YES = "yes|ja|oui|s[iíì]|sim|да|так|tak|evet|ok|是|はい|예|네"
_TYPED = rf"(?<!\])(?<!\] )\[[ \t]*(?i:{_YES})[ \t]*\](?=[ \t]*[^\s\[/|])"
TICKED = re.compile(rf"\[[ \t]*[xXvV✓✔☑*][ \t]*\]|{_TYPED}|[☑☒✅🗹✔]|\([ \t]{{0,2}}[xX][ \t]{{0,2}}\)")
_NO = "no|non|nein|n[ãa]o|nee|nie|нет|ні|hayır|否|いいえ|아니요|아니오"  # and as good as an open one
OPEN = rf"\[[ \t_]{{0,4}}\]|[☐◻□]|\([ \t]{{1,3}}\)|\[[ \t]*(?:(?i:{_NO})|(?i:{_YES})?\?)[ \t]*\]"
_HEADINGS = re.compile(r"^[ \t]*#{1,6}[^\n]*$", re.MULTILINE)
_LEADER = re.compile("_{3,}")  # which would be part of the word beside it
_REMOVED = re.compile(r"\[[a-z0-9 -]{3,40} removed\]")  # what masking left


@dataclass(frozen=True)
class Fresh:
    """A person's own words, laid out so that they can be read; places are characters of `text`."""

    text: str  # the fresh lines, joined by newlines; other lines are empty
    low: str  # the same in lower case, without the traces of masking
    lines: tuple[Line, ...]  # all that are read, and those between them
    starts: tuple[int, ...]  # where each of them begins in `text`
    hard: frozenset[int]  # the newlines at which a sentence ends
    boxed: tuple[tuple[int, int], ...]  # quoted lines that stand in `text` because a box in them was ticked
    hits: tuple[Hit, ...]
    addresses: tuple[Found, ...]
    statements: tuple[tuple[Field, int, int], ...]  # those of the form that stand in it, and where
    flat: str  # `low` on one line
    unread: int  # lines of theirs that were left out, as nobody answers a form at such length
    words: Tokens  # but for those of addresses
    binding: BindingWords

    @cached_property
    def cues(self) -> Cues:
        """What takes back, around what is said; most mails of a form alone need none."""
        return self.binding.find(self.low, self.words)

    @cached_property
    def speech(self) -> frozenset[str]:
        """The words of [speech] that stand in it anywhere: most rules that ask for a rare one need look no further."""
        return frozenset[str]().union(*[hit.means.speech for hit in self.hits])

    @cached_property
    def states(self) -> frozenset[str]:
        """The same of states."""
        return frozenset[str]().union(*[hit.means.states for hit in self.hits])

    @cached_property
    def has_quotations(self) -> bool:
        """Whether anything may stand between quotation marks."""
        return may_quote(self.text)

    @cached_property
    def insists(self) -> bool:
        """Whether anything is said that tells of a word that it is a name: "really", "no joke", "(yes, …)"."""
        aside = "(" in self.text or "（" in self.text
        return aside or "insists" in self.speech

    @cached_property
    def subject(self) -> int:
        """Where the mail's subject ends, which no value goes beyond; 0 where there is none."""
        return len(self.lines[0].text) if self.lines and self.lines[0].number == SUBJECT else 0

    @cached_property
    def sentence_ends(self) -> tuple[int, ...]:
        """Where the marks end that end sentences."""
        return tuple([hit.end for hit in self.hits if hit.means.ends])

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """Where the sentences begin and end by the phrases that were found, their marks included."""
        ends = self.sentence_ends
        return list(zip((0, *ends), (*ends, len(self.text)), strict=True))

    def sentence_at(self, place: int) -> tuple[int, int]:
        """Where the sentence of a place begins and ends, by the phrases that were found; its mark included."""
        ends = self.sentence_ends
        before = bisect_right(ends, place)
        return ends[before - 1] if before else 0, ends[before] if before < len(ends) else len(self.text)

    @cached_property
    def notices(self) -> tuple[int, ...]:
        """Where what only a legal notice says ends."""
        return tuple([hit.end for hit in self.hits if "notice" in hit.means.addresses])

    @cached_property
    def below_quotes(self) -> list[tuple[list[str], int, int]]:
        """Quoted lines that stand together, each time with where the paragraph right below them begins and ends, their answer."""
        found = []
        quoted: list[str] = []
        blank = 0  # lines
        for line, start in zip(self.lines, self.starts, strict=True):
            if not line.text.strip():
                blank += 1
            elif line.mark is _QUOTED:
                quoted = [line.text] if blank else [*quoted, line.text]
                blank = 0
            else:
                if quoted and blank <= _APART and line.mark is _FRESH:
                    found.append((quoted, start, self.paragraph_end(start)))
                quoted, blank = [], 0
        return found

    @cached_property
    def statement_ends(self) -> dict[int, int]:
        """Where the form's statements end that stand in it, by where they begin."""
        return {start: end for _, start, end in self.statements}

    @cached_property
    def flowed(self) -> str:
        """The text with a space in place of each line break that ends no sentence."""
        pieces = self.text.split("\n")
        ends = [start - 1 for start in self.starts[1:]]
        return "".join(
            [
                *(
                    f"{piece}\n" if end in self.hard else f"{piece} "
                    for piece, end in zip(pieces, ends, strict=False)
                ),
                pieces[-1],
            ]
        )

    def line_at(self, place: int) -> int:
        """The index of the line that a place in the text falls on."""
        return bisect_right(self.starts, place) - 1

    def line_end(self, place: int) -> int:
        end = self.text.find("\n", place)
        return len(self.text) if end < 0 else end

    def hard_end(self, place: int) -> int:
        """Where the line ends at which a sentence has to end that goes on at a place."""
        end = self.line_end(place)
        while end < len(self.text) and end not in self.hard:
            end = self.line_end(end + 1)
        return end

    def paragraph_end(self, place: int) -> int:
        """Where the lines that follow without an empty one end."""
        end = self.line_end(place)
        while end < len(self.text) and self.text[end + 1 : self.line_end(end + 1)].strip():
            end = self.line_end(end + 1)
        return end

    def within(self, start: int, end: int) -> tuple[Hit, ...]:
        """The hits of a part of the text."""
        starts = self._hit_starts
        first = bisect_left(starts, start)
        return self.hits[first : bisect_left(starts, end, first)]

    @cached_property
    def _hit_starts(self) -> list[int]:
        return [hit.start for hit in self.hits]


def lay_out(lines: Sequence[Line], terms: Terms, sender: str = "", left_out: int = 0) -> Fresh:
    """`sender`: what they quote of themselves has been read when they wrote it, the boxes ticked in it included.

    `left_out`: lines of their own words that are not among `lines`.
    """
    quoted = _Quoted(sender)
    ticked = [line.mark is _QUOTED and not quoted.is_own(line) and _is_ticked(line.text) for line in lines]
    parts, unread = outer_parts(
        [
            line.text.replace("\n", " ") if in_box or line.mark is _FRESH else ""
            for line, in_box in zip(lines, ticked, strict=True)
        ]
    )
    starts = list(accumulate([len(part) + 1 for part in parts], initial=0))[:-1]
    boxed = [
        (start, start + len(part))
        for start, part, in_box in zip(starts, parts, ticked, strict=True)
        if in_box and part
    ]
    text = "\n".join(parts).replace("\u2011", "-")  # a hyphen that breaks no line, as pages write names
    text = without_emphasis(text, terms)
    low = lower(text)
    if " removed]" in low:
        low = _REMOVED.sub(blank, low)
    if "___" in low:
        low = _LEADER.sub(blank, low)
    goes_on, copulas = (terms.short_words[words] for words in ("goes_on", "is"))
    breaks = line_breaks(parts, starts, goes_on, copulas)
    spaced = low.split()
    flat = " ".join(spaced)
    addresses = tuple(find_addresses(text, low, spaced, terms.spelling))
    statements = tuple(
        (field, *span) for field, wording in terms.statements for span in wording.spans(low, flat)
    )
    own = _own_words(low, boxed, [(start, end) for _, start, end in statements], terms)
    languages = terms.vocabulary.languages(own) if own is not low else ()
    hard = breaks.certain | breaks.by_hand
    spans = [(one.start, one.end) for one in addresses]
    hits, words = terms.vocabulary.scan_words(low, hard, spans, languages)
    if breaks.by_hand and (going_on := left_open(hits, breaks.by_hand)):
        hard -= going_on
        hits = [hit for hit in hits if hit.start not in going_on]
    return Fresh(
        text,
        low,
        tuple(lines),
        tuple(starts),
        hard,
        tuple(boxed),
        tuple(hits),
        addresses,
        statements,
        flat,
        unread + left_out,
        words,
        terms.binding,
    )


def _is_ticked(line: str) -> bool:
    sign = BOX_SIGN.search(line)
    return sign is not None and TICKED.search(line, sign.start()) is not None


class _Quoted:
    """Whose words the quoted lines are, as their introduction says: "On … Jo <jo@example.org> wrote:", "From: Jo <…>"."""

    def __init__(self, sender: str) -> None:
        self._sender = sender.lower()
        self._own = False
        self._head = 0  # the lines of the introduction so far

    def is_own(self, line: Line) -> bool:
        """Whether a quoted line, each of them being given in turn, is the sender's."""
        if line.depth:
            self._head = 0
        elif line.text.strip() and self._sender:
            begins = self._head < _HEAD_LINES and self._sender in line.text.lower()
            self._own = begins or (self._own and self._head > 0)
            self._head += 1
        return self._own


def _own_words(
    low: str, quoted: Sequence[tuple[int, int]], statements: Sequence[tuple[int, int]], terms: Terms
) -> str:
    """A lower-case text without quoted lines and the form's own sentences and headings, which are in the site's language."""
    for start, end in (*quoted, *statements):
        low = f"{low[:start]}{' ' * (end - start)}{low[end:]}"
    if statements:  # beside them most lines of a word or two are labels
        low = "\n".join([line for line in low.split("\n") if normal_label(line) not in terms.labels])
    return _HEADINGS.sub("", low) if "#" in low else low
