"""A mail's body as lines, each marked as the person's own, quoted, forwarded or a signature.

A scanner of our own, linear in whatever it is given: reply parsers take seconds for "On " repeated, and do not tell an
answer between two quoted questions from the questions. Where it is unsure, a line is the person's.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import partial
from itertools import accumulate, groupby, islice, repeat
from typing import NamedTuple

from mailflow.core.textwords import TextWords, folded


class Mark(StrEnum):
    """Whose words a line holds."""

    FRESH = "fresh"  # the person's own new words
    QUOTED = "quoted"  # somebody's words cited, and the "On … wrote:" line above them
    FORWARDED = "forwarded"
    SIGNATURE = "signature"  # also "Sent from my phone" and legal disclaimers


class Line(NamedTuple):  # a body may have 100,000, and a frozen dataclass takes five times as long to make
    """A line of a mail's body."""

    text: str  # without the quote marks and without the line end; of lines that were put together with the ends between them
    mark: Mark
    number: int  # 1-based, in the mail's text
    depth: int = 0  # how many quote marks stood before it
    begin: int = 0  # how many characters of its line stand before it, where it is a part of one


_FRESH = Mark.FRESH
_MOST_INTRODUCED = 3  # lines
_QUOTE_MARKS = re.compile(r"\A>(?: ?>)*+ ?")
# Of who is quoted, before the quote mark.
_INITIALS = re.compile(r"^ {0,2}([^\W\d_]{1,10})>(?=[> ]|$)", re.MULTILINE)
_WHEN = re.compile(r"(?<![0-9a-z])(?:19|20)\d\d(?![0-9a-z])|\d[:.]\d\d|\d[./-]\d{1,2}[./-]\d")
_URL = re.compile(r"[(<\[]{0,2}https?://[^\s<>()\[\]]+[)>\]]{0,2}")
_SENTENCE_END = re.compile(r"[.!?](?:\s|$)|[。！？]")
_FIELD = re.compile(r"[ \t*]{0,3}[^\W\d_][^:：\n]{1,25}[:：][ \t*]")  # of a header as text: "From: "
_FIELDS = 3  # that make a header
_RULE = "-_=*~ \t\u2014\u2500"  # what rules are made of
_RULES = frozenset(_RULE.replace(" \t", ""))
_new_line = partial(tuple.__new__, Line)

_LED = 3  # lines in a row that begin with initials
_INTRODUCTIONS_LIMIT = 3000  # lines in a mail that are looked at
_ATTRIBUTION_LINES = 4  # it may be wrapped
_ATTRIBUTION_LIMIT = 600  # characters
_WRAPPED = 25  # characters that a line has at least if the next one goes on with it
_ATTRIBUTIONS_LIMIT = 500
_HEADER_LINES = 12
_LABEL_LIMIT = 30
_SIGNATURE_LIMIT = 30  # lines with text
_LOOSE_SIGNATURE_LIMIT = 12  # behind "--" without its space
_LONE_SIGNATURE_LIMIT = 5  # in a mail that holds nothing else
_PROGRAM_LINES = 5  # from the end
_PROGRAM_LIMIT = 120
_PROGRAM_WORDS = 5  # that the wildcards stand for
_DISCLAIMER_LINES = 60  # from the end
_LEAST_DISCLAIMER = 40  # characters
_DISCLAIMER_LIMIT = 1000  # characters of a line that are looked at


def mark_lines(text: str, words: TextWords, ours: re.Pattern[str] | None = None) -> tuple[Line, ...]:
    """Every line of the text, in order. `ours` finds the desk's addresses, with a group "tag" for those of its letters."""
    scanner = _Scanner(text, words, ours)
    scanner.mark_others_words()
    scanner.mark_signatures()
    return scanner.lines()


def paragraphs(lines: Iterable[Line]) -> Iterator[tuple[bool, list[Line]]]:
    """The lines in groups that stand together: those with the person's own words (True), and all between them (False)."""
    for own, some in groupby(lines, lambda line: line.mark is _FRESH and bool(line.text.strip())):
        yield own, list(some)


def first_quote(lines: Iterable[Line]) -> list[Line]:
    """The letter that is quoted first: its lines, as deep as the first with text, or with quote marks if others have them.

    Without the few that introduce it: "On … Account Recovery wrote:" asks for no address that somebody wrote.
    """
    quoted = [line for line in lines if line.mark is Mark.QUOTED and (line.depth or line.text.strip())]
    marked = next((at for at, line in enumerate(quoted) if line.depth), 0)
    depth = quoted[marked].depth if quoted else 0
    above = quoted[:marked] if marked > _MOST_INTRODUCED else []
    return [*above, *(line for line in quoted[marked:] if line.depth == depth)]


def _unquoted(line: str) -> tuple[int, str]:
    """How many quote marks the line begins with, which is one at least, and what follows them."""
    if ">" not in line[1:3]:
        return 1, line[2 if line[1:2] == " " else 1 :]
    text = _QUOTE_MARKS.sub("", line)
    return line[: len(line) - len(text)].count(">"), text


class _Scanner:
    def __init__(self, text: str, words: TextWords, ours: re.Pattern[str] | None) -> None:
        self.words = words
        self.ours = ours
        self.texts = text.removesuffix("\n").split("\n") if text else []
        self.depths = [0] * len(self.texts)
        self.marks = [_FRESH] * len(self.texts)
        self.last_quoted = -1  # the last line with quote marks
        self.attributions_left = _ATTRIBUTIONS_LIMIT
        if ">" in text and _INITIALS.search(text):
            self._strip_initials()
        for at in [at for at, line in enumerate(self.texts) if line[:1] == ">"]:
            self.depths[at], self.texts[at] = _unquoted(self.texts[at])
            self.marks[at] = Mark.QUOTED
            self.last_quoted = at

    def _strip_initials(self) -> None:
        """Leave the quote marks of "JD> …", as The Bat and Emacs write them; who marks an answer so does it on a line or two."""
        led = [match[1] if (match := _INITIALS.match(line)) else "" for line in self.texts]
        at = 0
        for initials, run in groupby(led):
            end = at + sum(1 for _ in run)
            if initials and end - at >= _LED:
                self.texts[at:end] = [line.lstrip()[len(initials) :] for line in self.texts[at:end]]
            at = end

    def lines(self) -> tuple[Line, ...]:
        numbers = range(1, len(self.texts) + 1)
        begins = repeat(0, len(self.texts))
        return tuple(map(_new_line, zip(self.texts, self.marks, numbers, self.depths, begins, strict=True)))

    def _mark(self, start: int, end: int, mark: Mark) -> None:
        self.marks[start:end] = [mark] * (end - start)

    # What others wrote

    def mark_others_words(self) -> None:
        settled = -1
        telling = (
            at
            for at, line in enumerate(self.texts)
            if not self.depths[at] and (":" in line or "：" in line or line[:1] in _RULES)
        )
        for at in islice(telling, _INTRODUCTIONS_LIMIT):
            if at > settled:
                settled = self._introduced(at, self.texts[at])

    def _introduced(self, at: int, line: str) -> int:
        """Mark what the line introduces, if it does; the last line that is settled."""
        if mark := self._divider(line):
            return self._mark_from(at, at, mark)
        if end := self._header_end(at) or self._unknown_header_end(at):
            return self._mark_from(self._rule_above(at), end, Mark.QUOTED)
        if not line.strip(_RULE):
            following = self._next_text(at)
            if following < len(self.texts) and self.depths[following]:
                self.marks[at] = Mark.QUOTED  # a rule above a quote
            return at
        start = self._attribution_start(at)
        if start is None:
            return at
        if self._next_text(at) < self.last_quoted:
            # A quote with marks is still to come, so what stands before it was written now.
            self._mark(start, at + 1, Mark.QUOTED)
            return at
        return self._mark_from(start, at, Mark.QUOTED)

    def _mark_from(self, start: int, end: int, mark: Mark) -> int:
        """Mark an introduction, and all that follows unless the quote has marks of its own."""
        following = self._next_text(end)
        if following < len(self.texts) and not self.depths[following]:
            end = len(self.texts) - 1
        self._mark(start, end + 1, mark)
        return end

    def _next_text(self, at: int) -> int:
        at += 1
        while at < len(self.texts) and not self.texts[at].strip() and not self.depths[at]:
            at += 1
        return at

    def _divider(self, line: str) -> Mark | None:
        """-----Original Message-----, and "Begin forwarded message:" alone."""
        name = line.strip(_RULE).strip()
        if not name or len(name) > _PROGRAM_LIMIT:
            return None
        if len(line) - len(name) >= 4 and not line[:2].strip(_RULE):
            name = folded(name)
            if name.startswith(self.words.originals):
                return Mark.QUOTED
            if name.startswith(self.words.forwards):
                return Mark.FORWARDED
        return Mark.FORWARDED if name[-1] in ":：" and folded(name) in self.words.forward_lines else None

    def _role(self, at: int) -> str | None:
        """The role of a line that may be of a mail's header as text: "From: …"."""
        head = self.texts[at][:_LABEL_LIMIT].replace("：", ":")
        label, colon, _ = head.partition(":")
        return self.words.labels.get(label.strip(" *\t").casefold()) if colon else None

    def _header_end(self, at: int) -> int:
        """The last line of a quoted mail's header that begins here; 0 if none does."""
        if self._role(at) in (None, "other"):
            return 0
        roles: dict[str, int] = {}
        for line in range(at, min(at + _HEADER_LINES, len(self.texts))):
            role = None if self.depths[line] else self._role(line)
            if role in roles and role != "other":
                break
            if role:
                roles[role] = line
        if "from" not in roles:
            return 0
        # Who names a letter of ours in it answers that letter.
        least = 1 if any(map(self._names_letter, roles.values())) else 2
        return max(roles.values()) if len(roles.keys() & {"sent", "to", "subject"}) >= least else 0

    def _rule_above(self, at: int) -> int:
        """Where a header begins, with the rule or the blank lines above it."""
        while at and not self.texts[at - 1].strip(_RULE):
            at -= 1
        return at

    def _attribution_start(self, at: int) -> int | None:
        """The line on which an "On … wrote:" begins that ends here."""
        if self.texts[at].rstrip()[-1:] not in (":", "：", "-") or not self.attributions_left:
            return None
        self.attributions_left -= 1
        text, named = "", None
        for start in range(at, max(-1, at - _ATTRIBUTION_LINES), -1):
            line = self.texts[start]
            if start < at and (self.marks[start] is not Mark.FRESH or len(line) < _WRAPPED):
                break
            text = f"{folded(line[:_ATTRIBUTION_LIMIT])} {text}".rstrip()
            if _WHEN.search(text) and self.words.attributions.fit(text):
                return start
            if named is None and self._names_letter(start):  # in whatever language it says who wrote
                named = start
        return named

    def _names_letter(self, at: int) -> bool:
        """Whether a line names the address of a letter of ours, which only a mail program writes."""
        match = self.ours.search(self.texts[at]) if self.ours and "@" in self.texts[at] else None
        return match is not None and match["tag"] is not None

    def _unknown_header_end(self, at: int) -> int:
        """The same of a header in whatever language, whose first line names a letter of ours."""
        if not self._names_letter(at):
            return 0
        end = at
        while end - at < _HEADER_LINES and end < len(self.texts) and _FIELD.match(self.texts[end]):
            end += 1
        return end - 1 if end - at >= _FIELDS else 0

    # Signatures

    def mark_signatures(self) -> None:
        """Of what the person wrote first and last; between quotes stand answers."""
        own = [
            at
            for at, text in enumerate(self.texts)
            if self.marks[at] is _FRESH and text and not text.isspace()
        ]
        for run in self._outer_runs(own):
            self._mark_signature(run, own[0])
            self._mark_programs(run[-_PROGRAM_LINES:])
            self._mark_disclaimers(run[-_DISCLAIMER_LINES:], own[0])

    def _outer_runs(self, own: list[int]) -> Iterator[list[int]]:
        """The lines up to the first and behind the last that somebody else wrote."""
        if not own:
            return
        others = (at for at in range(own[0], own[-1]) if self.marks[at] is not _FRESH)
        first_end = next(others, own[-1] + 1)
        yield own[: bisect_left(own, first_end)]
        if first_end < own[-1]:
            last_start = next(at for at in range(own[-1], first_end - 1, -1) if self.marks[at] is not _FRESH)
            yield own[bisect_left(own, last_start) :]

    def _mark_signature(self, run: list[int], first: int) -> None:
        """What follows "-- " (RFC 3676, 4.3), or the "--" that people and other programs make of it."""
        for place in range(max(0, len(run) - _SIGNATURE_LIMIT - 1), len(run)):
            at = run[place]
            if self.texts[at][:2] == "--" and self.texts[at].rstrip() == "--":
                self.marks[at] = Mark.SIGNATURE
                if self._is_signature(run[place:], alone=at == first):
                    self._mark(at, run[-1] + 1, Mark.SIGNATURE)
                    return

    def _is_signature(self, lines: list[int], *, alone: bool) -> bool:
        """Whether it is short enough, and not all that the person says."""
        strict = self.texts[lines[0]] == "-- "
        if alone:
            together = lines[-1] - lines[0] == len(lines) - 1
            return strict and together and len(lines) <= _LONE_SIGNATURE_LIMIT + 1
        return strict or len(lines) <= _LOOSE_SIGNATURE_LIMIT + 1

    def _mark_programs(self, lines: list[int]) -> None:
        """Lines such as "Sent from my phone"."""
        for at in lines:
            text = self.texts[at]
            if len(text) > _PROGRAM_LIMIT:
                continue
            if "://" in text or "[" in text:
                text = _URL.sub("", text).replace("[", "").replace("]", "")
            text = folded(text).strip(" *")
            if "@" not in text and self.words.programs.fit(text, most=_PROGRAM_WORDS):
                self.marks[at] = Mark.SIGNATURE

    def _mark_disclaimers(self, lines: list[int], first: int) -> None:
        """Legal notices: from the line on which a sentence begins that no person writes, to the paragraph's end."""
        cut = [self.texts[at][:_DISCLAIMER_LIMIT] for at in lines]
        if not self.words.disclaimers.within(folded(" ".join(cut))):  # which is most of the cases, and cheap
            return
        texts = [folded(text) for text in cut]
        joined = " ".join(texts)
        if len(joined) < _LEAST_DISCLAIMER:
            return
        begins = list(accumulate((len(text) + 1 for text in texts), initial=0))
        for phrase in self.words.disclaimers.within(joined):
            found = joined.index(phrase)
            place = bisect_right(begins, found) - 1
            before = joined[begins[place] : found]
            place = self._sentence_start(lines, place)
            if lines[place] != first and not _SENTENCE_END.search(before):
                end = place + 1
                while end < len(lines) and lines[end] == lines[end - 1] + 1:
                    end += 1
                self._mark(lines[place], lines[end - 1] + 1, Mark.SIGNATURE)

    def _sentence_start(self, lines: list[int], place: int) -> int:
        """Where it begins: a line that begins in lower case goes on with the one before."""
        while (
            place and lines[place] == lines[place - 1] + 1 and self.texts[lines[place]].lstrip()[:1].islower()
        ):
            place -= 1
        return place
