"""Text without stops, as people dictate it: "i lost my phone my username is jo i have no codes". Each statement gets one.

Only in a stretch that is long for one sentence, and only before words that begin a statement where the words before them are
one, too: a "the phone i used" goes on, and so does what an "if" or a "think" leads to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile

from mailflow.core.reading.terms import Terms
from mailflow.core.text import Line, paragraphs

_MARKS = re.compile(r"[.,;:!?…()\"\s](?:(?<!\s)(?:\s|\Z)|(?<=\n)\s*\n|(?<=\s)[-–—]\s)")
_STOPS = re.compile(r"[^.][.!?]\s+\w")  # of somebody who sets them
_NO_PROSE = re.compile(r"[\[|=<\t]|(?m:^.{1,40}\n)")  # forms, tables, and short lines
_LONG = 70  # characters between two marks
_MOST = 10_000  # characters of a paragraph, more than is read of a mail: nobody dictates on for ten minutes
_LEAST = 13  # words
_WORD = re.compile(r"\S+")
_LONGEST_THING = 4  # words: "my old email address"
_STOP = "!"  # which is no part of an address or a name
_ELIDED = re.compile(r"\b([jl])'.*")  # "j'ai", "l'adresse"
_AROUND = "'\"*_`()[]<>"


def parted(lines: Sequence[Line], own: str, terms: Terms) -> Sequence[Line]:
    """The lines, of which one that holds several statements without a stop between them is several, each with its place in it."""
    if max(map(len, _MARKS.split(own))) < _LONG:
        return lines
    left: list[Line] = []
    for told, paragraph in paragraphs(lines):
        left += _parts(paragraph, terms) if told else paragraph
    return left


def _parts(paragraph: Sequence[Line], terms: Terms) -> Iterator[Line]:
    """Each line up to the next statement that begins in it, and what ends one with a stop."""
    text = "\n".join([line.text for line in paragraph])
    dictated = len(text) <= _MOST and _STOPS.search(text) is None
    cuts = set(_cuts(text, terms)) if dictated else set()
    if not cuts:
        yield from paragraph
        return
    begin = 0
    for line in paragraph:
        end = begin + len(line.text)
        inside = sorted(cut for cut in cuts if begin < cut < end)
        for start, stop in pairwise([begin, *inside, end]):
            part = text[start:stop].rstrip()
            ends = stop in cuts or (stop == end and end + 1 in cuts)
            yield line._replace(text=part + _STOP * ends, begin=line.begin + start - begin)
        begin = end + 1


def _cuts(text: str, terms: Terms) -> Iterator[int]:
    """Where statements begin behind others, in the stretches between marks."""
    start = 0
    for mark in [*_MARKS.finditer(text), None]:
        end = mark.start() if mark else len(text)
        if end - start >= _LONG and not _NO_PROSE.search(text, start, end):
            yield from _begun(list(_WORD.finditer(text, start, end)), terms)
        start = mark.end() if mark else end


def _begun(words: Sequence[re.Match[str]], terms: Terms) -> Iterator[int]:
    low = [_ELIDED.sub(r"\1'", word[0].lower().strip(_AROUND).replace("’", "'")) for word in words]
    if len(low) < _LEAST:
        return
    last = 0
    for place in range(1, len(low)):
        begins = words[place][0][0].isalnum() and _begins(low, place, terms)
        if begins and _is_statement(low[last:place], terms):
            yield words[place].start()
            last = place


def _begins(low: Sequence[str], place: int, terms: Terms) -> bool:
    """Whether a statement may begin with a word: "i", but not of "a mailbox i lost", or "my" where it is told what that is."""
    word, before = low[place], low[place - 1]
    if terms.among("subjects", word):
        return not (terms.among("runs_on", before) or terms.among("indefinite", low[max(0, place - 2)]))
    if not terms.among("subjects_named", word) or terms.among("is", before) or _leads_on(before, terms):
        return False
    behind = low[place + 1 : place + 2 + _LONGEST_THING]
    thing = [*takewhile(lambda one: terms.among("is", one) or not _is_of_another(one, terms), behind)]
    return any(terms.among("is", one) and not terms.among("subjects", one) for one in thing[1:])


def _is_of_another(word: str, terms: Terms) -> bool:
    """Whether a thing ends before a word that begins a statement or leads on to one."""
    return terms.among("subjects", word) or _leads_on(word, terms)


def _leads_on(word: str, terms: Terms) -> bool:
    """Whether a sentence goes on behind a word, to a thing or to another clause of it."""
    return any(terms.among(some, word) for some in ("goes_on", "runs_on", "leads_to_thing"))


def _is_statement(low: Sequence[str], terms: Terms) -> bool:
    """Whether words say something of somebody or of something: an "i" or an "is" among them."""
    return any(terms.among("subjects", word) or terms.among("is", word) for word in low)
