"""Codes for one time that were sent by SMS or mail, or that an app shows, and the words of wallets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailflow.core.passwordshapes import is_answer
from mailflow.core.secrettokens import Span
from mailflow.core.secretview import View

# Six to eight digits, perhaps in two halves, and neither a part of a telephone number, an amount or a version, nor a date.
_CODE = re.compile(
    r"[0-9](?:(?<=\bG-[0-9])|(?<![A-Za-z0-9_.,:/+#-][0-9]))(?<![0-9][ .-][0-9])"
    r"(?:(?<!2)[0-9]{7}|[0-9]{5,6}|[0-9]{2}[ -][0-9]{3}|[0-9]{3} [0-9]{4})(?![A-Za-z0-9_/%-]|[.,:][0-9]| [0-9])"
)
_SENTENCE = re.compile(r"[^.!?。！？\n]{0,100}(?:\n[^.!?。！？\n]{0,60})?")
_NEXT_SENTENCE = re.compile(r"[.!?。！？]{1,3}\s{1,3}((?:[^\W\d_][^\s.!?\d]{0,20} ){1,6})")
_BEFORE = 50  # characters of a code and the few words before its name
_IS = re.compile(r"(?:\s+[^\W\d_.,;!?]+){1,4}\s+")
_APART_AT_MOST = 40  # characters between a code and what shows it, with a "right now is"
_FEW = 4  # words
_SAYS = re.compile(r"((?:[ \t][^\W\d_][\w'’]{0,20}){1,4}?)[ \t]?[:：]?[ \t](?=[0-9])")
_SIGNS = " :：\"'"
_STOPS = re.compile(r"[,;，、]")
_BEHIND = re.compile(r"[ \t]([^\W\d_]{1,20})")
_BESIDE = 24  # characters before a number in which an "order" says what it is
# Words of a wallet (BIP 39): twelve and more of three to eight letters, perhaps with their numbers.
_NUMBERED = r"(?:[0-9]{1,2}[.):]?[ \t]{0,2})?"
_APART = r"(?:[ \t]?[,;][ \t]?|[ \t]{1,3}|[ \t,]{0,2}\r?\n[> \t]{0,4})"
_WORDS = re.compile(
    "|".join(
        rf"(?<![\w'-])(?:{_NUMBERED}{word}{_APART}){{11,35}}{_NUMBERED}{word}(?![\w'-])"
        for word in ("[a-z]{3,8}", "[A-Z][a-z]{2,7}")
    )
)
_LINES_BEFORE, _LINES_BEHIND = 4, 8


def one_time_codes(view: View) -> Iterator[Span]:
    """The numbers in the rest of a sentence that speaks of such a code, and one that "is my code"."""
    seen = 0
    for start, end in view.places("once") if view.holds_code else ():
        first = max(seen, view.line_start(start), start - _BEFORE)
        before = list(_CODE.finditer(view.text, first, start))[-1:]
        if before and _IS.fullmatch(view.text, before[0].end(), start):
            yield before[0].span()
        sentence = _SENTENCE.match(view.text, end)
        stop = sentence.end() if sentence else end
        for found in _CODE.finditer(view.text, max(seen, end), stop):
            if not view.tells_against(max(end, found.start() - _BESIDE), found.start()):
                yield found.span()
                yield from _newer(view, stop)
        seen = max(seen, stop)


def _newer(view: View, place: int) -> Iterator[Span]:
    """The code of the sentence behind one that told a code: "oh, now it's x"."""
    following = _NEXT_SENTENCE.match(view.text, place)
    found = _CODE.match(view.text, following.end()) if following else None
    words = following[1].casefold().split() if following and found else []
    if found and any(word.strip(",") in view.words.other for word in words):
        yield found.span()


def codes_shown(view: View) -> Iterator[Span]:
    """As in "the code in the app right now is x, and a minute ago it was y"; but not "the code in the app has x lines"."""
    if not view.holds_code or not _CODE.search(view.text):
        return
    shown = view.places("shown")
    for start, end in view.told("code"):
        sentence = _SENTENCE.match(view.text, end)
        stop = sentence.end() if sentence else end
        near = [
            place
            for place in shown
            if view.line_start(start) <= place[0] < stop and start - place[1] < _APART_AT_MOST
        ]
        found = [number for number in _CODE.finditer(view.text, end, stop) if _ends(view, number)]
        if not near or not found or view.tells_against(max(0, start - _BESIDE), found[0].start()):
            continue
        first = found[0].span()
        if _is_shown(view, end, first, near):
            yield first
            yield from (number.span() for number in found[1:] if len(number[0]) == first[1] - first[0])
            yield from _newer(view, stop)
    for _, end in shown:
        said = _SAYS.match(view.text, end)
        number = _CODE.match(view.text, said.end()) if said else None
        words = said[1].casefold().split() if said and number else []
        if number and not view.words.shows.isdisjoint(words) and _ends(view, number):
            yield number.span()
            yield from _newer(view, number.end())


def _is_shown(view: View, end: int, number: Span, shown: Sequence[Span]) -> bool:
    """Whether a number is the code that was named before, or told before what shows it."""
    before = [place[1] for place in shown if place[1] <= number[0]]
    if before:
        return number[0] - max(end, *before) <= _APART_AT_MOST
    behind = view.text[number[1] : shown[0][0]]
    words = behind.casefold().split()
    goes_on = len(words) <= _FEW and not _STOPS.search(behind) and view.words.joins.isdisjoint(words)
    return goes_on and not view.text[end : number[0]].strip(_SIGNS)


def _ends(view: View, number: re.Match[str]) -> bool:
    """Whether what stands behind a number is no thing of which it tells how many there are."""
    behind = _BEHIND.match(view.text, number.end())
    word = behind[1].casefold() if behind else ""
    return not word or word in view.words.joins or word in view.words.other or word in view.words.no_password


def wallet_words(view: View) -> Iterator[Span]:
    for first, stop in _around_wallets(view):
        for found in _WORDS.finditer(view.text, first, stop):
            words = re.findall(r"[A-Za-z]+", found[0])
            if 2 * sum(is_answer(view, word) for word in words) <= len(words):
                yield found.span()


def _around_wallets(view: View) -> Iterator[Span]:
    """The lines around their names; as one where they overlap, so that each is looked at once and words stay whole."""
    first = stop = 0
    for start, end in view.places("wallet"):
        if (line := view.line_start(start, _LINES_BEFORE)) > stop:
            yield first, stop
            first = line
        stop = end
        for _ in range(_LINES_BEHIND):
            stop = view.line_end(stop + 1)
    yield first, stop
