"""Seeds of authenticators and keys, and keys of services, by the words beside them; some seeds by their form."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailflow.core.secretcodes import UUID, has_both
from mailflow.core.secrettokens import Span, parted
from mailflow.core.secretview import View

_BASE32 = re.compile(
    parted(
        r"(?<![\w/=+-])(?:[A-Z2-7]{16,128}={0,6}|[a-z2-7]{16,128}|(?:[A-Za-z2-7]{4}[ -]){3,31}[A-Za-z2-7]{1,4})(?![\w/+-])"
    )
)
_SEED_OF_ONE_WORD = re.compile(r"[A-Za-z2-7]{16}|[A-Za-z2-7]{4}-[A-Za-z2-7]{4}-")
_SEED_OF_FOURS = re.compile(r"[ -][A-Za-z2-7]{4}[ -][A-Za-z2-7]{4}[ -]")
# What has the form of a seed and of nothing else, named or not.
_BETWEEN_FOURS = r"(?:[ -]|[ \t]?\r?\n[> \t]{0,8})"
_FOURS = re.compile(
    parted(
        rf"(?<![\w/=+-])(?:(?:[A-Z2-7]{{4}}{_BETWEEN_FOURS}){{3,31}}[A-Z2-7]{{1,4}}"
        rf"|(?:[a-z2-7]{{4}}{_BETWEEN_FOURS}){{3,31}}[a-z2-7]{{1,4}})(?![\w/+-])"
    )
)
# One of them has a group in which letters and digits mix, and stands in what it can be made of: both are told far sooner.
_MIXED_GROUP = re.compile(
    r"[2-7](?<![0-9A-Za-z]{4}[2-7])(?:(?<=[A-Za-z][2-7])[0-9A-Za-z]{0,2}|[0-9]{0,2}[A-Za-z][0-9A-Za-z]{0,2})"
    r"(?![0-9A-Za-z])"
)
_OF_FOURS = re.compile(r"[A-Za-z2-7 \t\r\n>-]+")
_LONG_SEED = re.compile(parted(r"(?<![\w/=+.-])(?:[A-Z2-7]{16,128}|[a-z2-7]{32})={0,6}(?![\w/+@-]|\.\w)"))
_HALVES = 2  # of a reference
_VOWEL = re.compile(r"[AEIOUYaeiouy]")  # each word has one
_CONSONANTS = re.compile("[B-DF-HJ-NP-TV-XZ]{6}")
_NO_HEX = re.compile(r"[G-Zg-z]")
_OTPAUTH = re.compile(r"otpauth(?:-migration)?://[^\s<>\"'`]+", re.IGNORECASE)
# Its label names the account, and is kept.
_OTPAUTH_SECRET = re.compile(r"[?&]secret=([^&\s]+)", re.IGNORECASE)
_KEY_SEED = re.compile(parted(r"(?:[0-9A-Fa-f]{64}){1,2}(?![\w])"))
_QUOTES = re.compile(r"[ \t\"'`*_(<]{0,6}(?:\r?\n[> \t]{0,8}){0,2}[\"'`]{0,3}")
_BEARER = "bearer"  # is followed by its token with no sign between (RFC 6750)
_KEY = re.compile(r"[\w.~+/=:-]{20,400}")


def totp_seeds(view: View) -> Iterator[Span]:
    for found in _OTPAUTH.finditer(view.text) if "otpauth" in view.lowered else ():
        secret = _OTPAUTH_SECRET.search(found[0])
        first, last = secret.span(1) if secret else (0, len(found[0]))
        yield found.start() + first, found.start() + len(found[0][:last].rstrip(".,;)"))
    yield from _by_form(view)
    seen = 0
    places = list(view.places("seed"))
    one_word = bool(places) and _SEED_OF_ONE_WORD.search(view.long_words) is not None
    for start, end in places:
        stop = view.line_end(view.line_end(view.line_end(end) + 1) + 1)
        for found in _base32(view, max(seen, end), stop, one_word=one_word):
            is_capital = found[0].isupper()
            if _is_seed(found[0]) or (is_capital and _is_value(view, start, end, found.start())):
                yield found.span()
        seen = max(seen, stop)


def _by_form(view: View) -> Iterator[Span]:
    """Seeds that nothing names: groups of four in which letters and digits mix, or one long word of them."""
    if not view.holds_code:
        return
    if _LONG_SEED.search(view.long_words):
        for found in _LONG_SEED.finditer(view.text):
            if _NO_HEX.search(found[0]) and _is_unspoken(found[0]):
                yield found.span()
    for run in _OF_FOURS.finditer(view.text) if _MIXED_GROUP.search(view.text) else ():
        yield from _fours(view.text, *run.span()) if _MIXED_GROUP.search(run[0]) else ()


def _is_unspoken(word: str) -> bool:
    """Whether it holds too many digits for a name, or one among letters that nobody could say."""
    digits = sum(map(str.isdigit, word))
    return digits > 2 or (digits > 0 and word.isupper() and _CONSONANTS.search(word) is not None)


def _fours(text: str, start: int, end: int) -> Iterator[Span]:
    for found in _FOURS.finditer(text, start, end + 1):
        groups = re.split(r"[\s>-]+", found[0])
        mixed = [number for number, group in enumerate(groups) if has_both(group)]
        if _NO_HEX.search(found[0]) and len(mixed) > found[0].islower() and not _is_of_a_case(groups, mixed):
            yield found.span()


def _is_of_a_case(groups: list[str], mixed: list[int]) -> bool:
    """Whether only two groups beside each other are mixed and all others may be words: a reference that is typed with a
    space, as in "my case 3gct tpc5 from last week", and two commands of the staff.
    """
    if len(mixed) != _HALVES or mixed[1] != mixed[0] + 1:
        return False
    return all(_VOWEL.search(group) for number, group in enumerate(groups) if number not in mixed)


def _base32(view: View, start: int, end: int, *, one_word: bool) -> Iterator[re.Match[str]]:
    """What has the form of a seed: one long word, or groups of four; few texts have any, which a simpler look tells.

    `one_word`: whether the text has such a word anywhere, which is looked for once and not at each name of a seed.
    """
    if one_word or _SEED_OF_FOURS.search(view.text, start, end):
        yield from _BASE32.finditer(view.text, start, end)


def _is_value(view: View, name_start: int, name_end: int, start: int) -> bool:
    """Whether what begins there is the value that a name has: right behind it, too, if not all is in capitals."""
    place = view.value_after(name_end)
    is_said = place and (place[1] or not view.text[name_start:name_end].isupper())
    quotes = _QUOTES.match(view.text, place[0]) if place and is_said else None
    return quotes is not None and quotes.end() == start


def _is_seed(word: str) -> bool:
    """More than a word: long words in capitals exist, and four words of four letters in a row."""
    digits = sum(map(str.isdigit, word))
    return (
        digits > 1
        or (digits == 1 and word.isupper())
        or (len(word) >= 24 and word.isalpha() and word.isupper())
    )


def key_seeds(view: View) -> Iterator[Span]:
    """As in "the seed is x": what a key for signatures is made of (RFC 8032), in hexadecimal digits."""
    for start, end in view.places("seed") if _KEY_SEED.search(view.long_words) else ():
        place = view.value_after(end)
        quotes = _QUOTES.match(view.text, place[0]) if place and place[1] else None
        found = _KEY_SEED.match(view.text, quotes.end()) if quotes else None
        if found and not view.tells_against(view.line_start(start), found.start()):
            yield found.span()


def service_keys(view: View) -> Iterator[Span]:
    """As in "my API key is x": twenty characters or more with letters and digits, and not the name of a commit."""
    for start, end in view.places("token"):
        place = view.value_after(end)
        named = place and (place[1] or view.text[start:end].casefold() == _BEARER)
        quotes = _QUOTES.match(view.text, place[0]) if place and named else None
        found = _KEY.match(view.text, quotes.end()) if quotes else None
        if found is None or "://" in found[0] or not has_both(found[0]) or UUID.fullmatch(found[0]):
            continue
        if not view.tells_against(view.line_start(start), found.start()):
            yield found.start(), found.start() + len(found[0].rstrip(".:"))
