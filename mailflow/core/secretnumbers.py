"""Numbers that open something: payment cards with what stands beside them, and PINs."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from mailflow.core.passwordshapes import CLAUSE_END, SENTENCE_END
from mailflow.core.secrettokens import Span
from mailflow.core.secretview import FILLER, View

# Sixteen digits that begin as those of issuers of cards do, or the fifteen of American Express (ISO/IEC 7812-1).
_CARD = re.compile(
    r"[2-6](?<![A-Za-z0-9_.,/+#%=-][2-6])(?<![0-9][ -][2-6])"
    r"(?:[0-9]{3}([ -]?)[0-9]{4}\1[0-9]{4}\1[0-9]{4}|(?<=3)[47][0-9]{2}([ -]?)[0-9]{6}\2[0-9]{5})(?![A-Za-z0-9_%/=-]|[.,][0-9])"
)
_TOLD = 24  # characters before a number in which an "order" says what it is
_NAMED = 80  # and in which a "card" does though its last digit is wrong, as people mistype and invent them
_EXPIRY = re.compile(r"(?<![A-Za-z0-9_/.-])(?:0?[1-9]|1[0-2])[ ]?[/-][ ]?(?:20)?[0-9]{2}(?![A-Za-z0-9_/-])")
_BESIDE = 40  # characters between a card's number and its expiry
# The three or four digits that prove who holds it, which are no amount and no year.
_PROVES = r"((?!(?:19|20)[0-9]{2})[0-9]{3,4})(?![\w%/:-]|[.,][0-9]|[ ]?(?:[€$£]|[A-Z]{3}\b))"
_BEHIND_EXPIRY = re.compile(rf"[^0-9€$£]{{1,24}}{_PROVES}")
# The same further on in the clause, where an "is" stands before: "09/27, the three digits on the back are x".
_TOLD_BEHIND = re.compile(rf"[^0-9€$£.!?\n]{{1,60}}?([^\W\d_]{{1,12}})\s{_PROVES}")
_BEHIND_CARD = re.compile(rf"[^0-9€$£.!?\n]{{1,24}}{_PROVES}")

_NUMBER = r"([0-9]{4,8})(?![\w%/-]|[.,:][0-9]|[ -][0-9])"
_NEAR = re.compile(rf"([^0-9.!?,;\n{FILLER}]{{1,60}})(?<![\w#+/]){_NUMBER}")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_OPENING = " \t\"'`“„«(*_"
_SIGNS = (":", "=", "：")
_BEFORE = 50  # characters of a number and the few words before the name
_IS_NAMED = re.compile(r"(?<![\w.,:/+#-])([0-9]{4,8})\s+([^\W\d_]+)(?:\s+[^\W\d_]+){0,3}\s+$")
_ANOTHER = re.compile(rf"#?((?:[ ,(]{{1,3}}[^\W\d_]+){{1,7}})[ ,]{{1,2}}{_NUMBER}")
_MOST = 4  # PINs in a row


def numbers(view: View) -> Iterator[Span]:
    if view.holds_code:
        yield from _cards(view)
        for start, end in view.places("pin"):
            yield from _pins(view, start, end)


def _cards(view: View) -> Iterator[Span]:
    for found in _CARD.finditer(view.text):
        start, end = found.span()
        if (_is_valid(found[0]) or _is_named(view, start, end)) and not view.tells_against(
            max(0, start - _TOLD), start
        ):
            yield start, end
            expiry = _EXPIRY.search(view.text, end, end + _BESIDE)
            if expiry:
                yield expiry.span()
            yield from _proof(
                view, expiry.end() if expiry else end, _BEHIND_EXPIRY if expiry else _BEHIND_CARD
            )


def _proof(view: View, place: int, beside: re.Pattern[str]) -> Iterator[Span]:
    """The digits that prove who holds a card, whose number or expiry ends at a place."""
    if near := beside.match(view.text, place):
        yield near.span(1)
    elif (told := _TOLD_BEHIND.match(view.text, place)) and told[1].casefold() in view.words.is_words:
        yield told.span(2)


def _is_named(view: View, place: int, end: int) -> bool:
    """Whether the sentence tells before a place that what stands there is of a card, or an expiry behind it does."""
    expiry = None if view.text[place:end].isdigit() else _EXPIRY.search(view.text, end, end + _BESIDE)
    if expiry and "/" in expiry[0]:
        return True
    named = view.places("card")
    before = bisect_left(named, (place, place)) - 1
    if before < 0 or place - named[before][1] > _NAMED:
        return False
    return SENTENCE_END.search(view.text, named[before][1], place) is None


def _is_valid(number: str) -> bool:
    """Whether the last digit is the one that the others ask for (ISO/IEC 7812-1, annex B)."""
    digits = [int(digit) for digit in reversed(number) if digit.isdigit()]
    return sum(digits[::2] + [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]) % 10 == 0


def _pins(view: View, start: int, end: int) -> Iterator[Span]:
    """As in "the PIN of my phone was x", "PIN x" and "x is my PIN"."""
    found = _NEAR.match(view.text, end)
    if found is None or not _is_told(view, view.text[start:end], found):
        before = _IS_NAMED.search(view.text, max(0, start - _BEFORE), start)
        if before and before[2].casefold() in view.words.is_words:
            yield before.span(1)
        return
    for _ in range(_MOST):
        yield found.span(2)
        following = _ANOTHER.match(view.text, found.end())
        if following is None or not _is_another(view, found[2], following):
            return
        found = following


def _is_told(view: View, name: str, behind: re.Match[str]) -> bool:
    """Whether a number is the PIN that was named before."""
    if view.tells_against(*behind.span(1)):
        return False
    said = behind[1].rstrip(_OPENING)
    last = said.split()[-1].casefold() if said else ""
    if said.endswith(_SIGNS) or (last in view.words.is_words and last not in view.words.before_new):
        return True  # the latter are those of "pin x to 2024", of which Polish has one for "is"
    ends = CLAUSE_END.match(view.text, behind.end())
    return name.isupper() and ends is not None and not _YEAR.fullmatch(behind[2])


def _is_another(view: View, first: str, found: re.Match[str]) -> bool:
    words = [word.strip(" ,(").casefold() for word in found[1].split()]
    if len(found[2]) == len(first) and any(word in view.words.joins for word in words):
        return True
    named = view.places("pin")
    place = bisect_left(named, found.span(1))
    is_named = place < len(named) and named[place][1] <= found.end(1)
    begun = view.text.find(found[1].lstrip(" ,("), found.start(1))
    is_further = view.words.that_of.match(view.text, begun) is not None
    return (is_named or is_further) and not view.tells_against(*found.span(1))
