"""Answers that a person typed into a quote of our letter, told by what our letter said.

Mail programs mark such lines by nothing but their colour, or quote them with the others: "> Are they lost? Yes, all." So
the words of the quote are laid beside those of the letter, and what stands between the letter's own words is the person's.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import accumulate, groupby, islice, pairwise
from operator import attrgetter, itemgetter
from typing import NamedTuple

from mailflow.core.form import Field, Form
from mailflow.core.reading.words import blank
from mailflow.core.text import Line, Mark

# Words, and signs that say something by themselves: ticks, crosses and the pictures that people answer with.
_TOKEN = re.compile(r"\w+|[✓✔✗✘☑☒✅❌👍👎🆗]")
# What Outlook puts behind what it links.
_ADDED_LINK = re.compile(r"<(?:mailto:|https?://)[^<>\s]*>|\[cid:[^\]\s]*\]")
_FIELD = re.compile(r"\s*\**[^\W\d_][^:：\n]{0,25}[:：]")  # of a header as text
_RULES = frozenset("-_=*~>|─— \t\xa0")
_PARAGRAPHS = re.compile(r"\n[ \t]*\n")
_ASKS = re.compile(r"[?？]|^[ \t]*\d{1,2}[.)]", re.MULTILINE)
_MARKS = re.compile(r"[^\w\s]+")
_NUMBER = re.compile(r"[ \t]*\d{1,2}[.)](?=\s)")  # of a question, which may have another in another letter
_DIVIDER = re.compile(r"\s*[-_=*]{4,}")
_FIELDS = 3  # that make a header
_RUN = 3  # words in a row by which a place of a letter is known
_BEGINNING = 3  # runs that a paragraph begins with, which make five words
_LEAST = 12  # words of the letter that a quote holds at least
# Of the words that a quote has in common with a letter: where more of others stand in place of the letter's, it is another one.
_OTHERWISE = 0.1
_KEPT = 0.3  # of the lines of a quote are the letter's as they stand
_TRIED = 4  # places of a line in the letter
_MOST = 4_000  # words of a mail that are looked at
_MOST_LINES = 1_000
_NEWEST = 6  # letters that are looked at, the last one first
_BEHIND = 4  # lines of an answer behind the last words of the letter

_Words = tuple[str, str, str]
_Pair = tuple[int, int]  # the place of a word in the mail, and that of its like in the letter
_line = attrgetter("line")
_Row = tuple[_Pair, "_Row | None"]  # the last one first


class _Token(NamedTuple):
    word: str
    line: int  # its place among all lines
    start: int  # in that line
    end: int


def with_interlined(lines: Sequence[Line], letters: Sequence[str], form: Form) -> tuple[Line, ...]:
    """The lines, of which those are fresh that were typed beside the questions of one of our `letters`, oldest first.

    Only in what is quoted first, which must be that letter but for what was cut away or put in. A line that holds both is
    two: the letter's words, and below them the person's at the place where they stood.
    """
    quote = _first_quote(lines)
    letter = _changed(lines, quote, letters[-_NEWEST:])
    if not letter:
        return tuple(lines)
    tokens = list(islice(_tokens(lines, quote), _MOST))
    asked = [_Paragraph(_asked(field)) for field in form.fields]
    laid = _Laid([token.word for token in tokens], letter, asked)
    if len(laid) < _LEAST:
        return tuple(lines)
    if any(_tells(lines[at]) for at in quote if at < tokens[laid.first].line):
        return tuple(lines)  # somebody else spoke of it, or the person in an older mail
    end = _answer_end(lines, quote, tokens[laid.last].line)
    behind = [token for token in tokens[laid.last + 1 :] if token.line <= end] if laid.is_asked_last else []
    typed = [*(tokens[place] for place in laid.put_in), *behind]
    if len(typed) > len(laid) or len(laid.instead) > len(laid) * _OTHERWISE:
        return tuple(lines)  # it is another letter
    ours = {tokens[place].line for place in laid.places}
    return tuple(_parted(lines, {at: list(some) for at, some in groupby(typed, _line)}, ours))


def _changed(lines: Sequence[Line], quote: Sequence[int], letters: Sequence[str]) -> str:
    """The letter that has most lines of a quote, if it has not all of them; else ""."""
    quoted = [flat for at in quote if (flat := " ".join(lines[at].text.split()))]
    kept = [(_kept(quoted, letter), letter) for letter in reversed(letters)]
    most, letter = max(kept, key=itemgetter(0), default=(0, ""))
    return letter if len(quoted) > most >= len(quoted) * _KEPT else ""


def _kept(quoted: Iterable[str], letter: str) -> int:
    """How many lines of a quote the letter has, each behind the one before, or where one of its own begins."""
    starts, place = set[int](), 0
    for line in (ours := [" ".join(text.split()) for text in letter.split("\n")]):
        starts.add(place)
        place += len(line) + bool(line)
    flat = " ".join(filter(None, ours)) + " "
    kept = place = 0
    for line in quoted:
        at = place if flat.startswith(f"{line} ", place) else _begun(flat, f"{line} ", starts)
        if at >= 0:
            kept, place = kept + 1, at + len(line) + 1
    return kept


def _begun(flat: str, line: str, starts: Container[int]) -> int:
    """Where it stands at one of the `starts`; -1 if it does not, or is so short that it may be an answer."""
    place = 0 if line.count(" ") >= _RUN else len(flat)
    for _ in range(_TRIED):
        place = flat.find(line, place)
        if place < 0 or place in starts:
            return place
        place += 1
    return -1


def _asked(field: Field) -> str:
    return f"{field.ask} {field.why} {field.how}"


class _Paragraph:
    """The words of one, and whether it asks for something."""

    def __init__(self, text: str) -> None:
        self.words = [
            word.casefold() for line in text.split("\n") for word in _TOKEN.findall(_NUMBER.sub("", line))
        ]
        self.asks = _ASKS.search(text) is not None

    def is_in(self, runs: AbstractSet[_Words]) -> bool:
        """Whether most of it stands in a text of those runs of words; or how it begins, as a letter of ours may go on otherwise."""
        mine = _runs(self.words)
        begins = not self.asks and len(mine) > _BEGINNING and all(run in runs for run in mine[:_BEGINNING])
        return begins or 2 * sum(run in runs for run in mine) >= len(mine)


class _Laid:
    """The words of a quote laid beside those of a letter, and of what the form asks for in other letters.

    The paragraphs in the order in which the quote has them, so that of what was cut away nothing stands between them.
    """

    def __init__(self, words: Sequence[str], letter: str, asked: Sequence[_Paragraph]) -> None:
        paragraphs = [_Paragraph(text) for text in _PARAGRAPHS.split(letter)]
        told = {word for paragraph in paragraphs for word in _runs(paragraph.words)}
        paragraphs += [paragraph for paragraph in asked if told.isdisjoint(_runs(paragraph.words)[:1])]
        ours = [word for paragraph in paragraphs for word in paragraph.words]
        starts = list(accumulate([len(paragraph.words) for paragraph in paragraphs], initial=0))
        order = dict.fromkeys(bisect_right(starts, there) - 1 for _, there in _anchors(words, ours))
        runs = {*_runs(words)}
        paragraphs = [paragraphs[number] for number in order if paragraphs[number].is_in(runs)]
        ours = [word for paragraph in paragraphs for word in paragraph.words]
        asks = [paragraph.asks for paragraph in paragraphs for _ in paragraph.words]
        pairs = _alike(words, ours)
        self.places = [place for place, _ in pairs]
        self.put_in: list[int] = []  # beside a question, between words that follow each other
        self.instead: list[int] = []  # in place of others, and so maybe words of ours as well
        for (place, there), (following, next_there) in pairwise(pairs):
            if next_there != there + 1:
                self.instead += range(place + 1, following)
            elif asks[there] or asks[next_there]:
                self.put_in += range(place + 1, following)
        self.is_asked_last = bool(pairs) and asks[pairs[-1][1]] and pairs[-1][1] + 1 == len(ours)

    def __len__(self) -> int:
        """How many words are the letter's."""
        return len(self.places)

    @property
    def first(self) -> int:
        return self.places[0]

    @property
    def last(self) -> int:
        return self.places[-1]


def _first_quote(lines: Sequence[Line]) -> list[int]:
    """The places of the lines that are quoted once, or without marks where none has any: of one mail, without its header."""
    quoted = [at for at, line in enumerate(lines) if line.mark is Mark.QUOTED][:_MOST_LINES]
    depth = min((lines[at].depth for at in quoted if lines[at].depth), default=0)
    quote = [at for at in quoted if lines[at].depth == depth]
    first = next((number for number, at in enumerate(quote) if _tells(lines[at])), len(quote))
    fields = 0  # in a row
    for number, at in enumerate(quote[first:], first):
        text = lines[at].text
        fields = fields + 1 if _FIELD.match(text) else 0
        if fields >= _FIELDS or _DIVIDER.match(text):
            return quote[first : number - max(0, fields - 1)]
    return quote[first:]


def _tells(line: Line) -> bool:
    """Whether a line is no blank one, rule, field of a header or introduction of a quote."""
    text = line.text.strip()
    return not (_RULES.issuperset(text) or _FIELD.match(text) or text.endswith((":", "：")) or "@" in text)


def _tokens(lines: Sequence[Line], places: Iterable[int]) -> Iterator[_Token]:
    for at in places:
        text = lines[at].text
        if "<" in text or "[cid:" in text:
            text = _ADDED_LINK.sub(blank, text)
        number = _NUMBER.match(text)
        for match in _TOKEN.finditer(text, number.end() if number else 0):
            yield _Token(match[0].casefold(), at, *match.span())


def _alike(words: Sequence[str], letter: Sequence[str]) -> list[_Pair]:
    """The places of the words that are the letter's, each with its place there."""
    found: list[_Pair] = []
    mine = theirs = -1  # the last words that were laid side by side
    for start, begin in _rising(_anchors(words, letter)):
        late = max(0, theirs + 1 - begin)  # words of the run that were found before it
        if start + late <= mine or words[start + late : start + _RUN] != letter[begin + late : begin + _RUN]:
            continue
        back, on = -late, _RUN
        while (
            back < min(start - mine, begin - theirs) - 1
            and words[start - back - 1] == letter[begin - back - 1]
        ):
            back += 1
        while (
            start + on < len(words) and begin + on < len(letter) and words[start + on] == letter[begin + on]
        ):
            on += 1
        found += [(start + step, begin + step) for step in range(-back, on)]
        mine, theirs = found[-1]
    return found


def _anchors(words: Sequence[str], letter: Sequence[str]) -> Iterator[_Pair]:
    """Where the runs of words stand first that the letter has but once: there, and in the letter."""
    runs = _runs(letter)
    often = Counter(runs)
    once = {run: place for place, run in enumerate(runs) if often[run] == 1}
    for place, run in enumerate(_runs(words)):
        there = once.pop(run, None)
        if there is not None:
            yield place, there


def _runs(words: Sequence[str]) -> list[_Words]:
    return [*zip(words, words[1:], words[2:], strict=False)]


def _rising(anchors: Iterable[_Pair]) -> list[_Pair]:
    """The longest of the anchors' rows in which both places rise."""
    ends: list[int] = []  # of the best row of each length, where it ends in the letter
    rows: list[_Row] = []
    for anchor in anchors:
        length = bisect_left(ends, anchor[1])
        row = (anchor, rows[length - 1] if length else None)
        ends[length : length + 1] = [anchor[1]]
        rows[length : length + 1] = [row]
    found: list[_Pair] = []
    last = rows[-1] if rows else None
    while last is not None:
        found.append(last[0])
        last = last[1]
    return found[::-1]


def _answer_end(lines: Sequence[Line], quote: Sequence[int], last: int) -> int:
    """The last line of the paragraph that the letter's last words stand in."""
    end = last
    for at in quote[bisect_left(quote, last) + 1 :][:_BEHIND]:
        if at != end + 1 or not _tells(lines[at]):
            break
        end = at
    return end


def _parted(
    lines: Sequence[Line], typed: Mapping[int, Sequence[_Token]], mixed: AbstractSet[int]
) -> Iterator[Line]:
    """The lines, of which those are fresh in which something was `typed`, or two of which words of ours stand beside it."""
    for at, line in enumerate(lines):
        some = typed.get(at)
        if not some:
            yield line
        elif at in mixed:
            yield from _halves(line, some)
        else:
            yield Line(line.text, Mark.FRESH, line.number)


def _halves(line: Line, typed: Sequence[_Token]) -> Iterator[Line]:
    """A line's words of ours, and those that were typed, each at their places: from the first of them to the last or the line's end."""
    start, end = typed[0].start, typed[-1].end
    behind = _MARKS.match(line.text, end)
    end = len(line.text) if not _TOKEN.search(line.text, end) else behind.end() if behind else end
    yield line._replace(text=f"{line.text[:start]}{' ' * (end - start)}{line.text[end:]}".rstrip())
    yield Line(" " * start + line.text[start:end], Mark.FRESH, line.number)
