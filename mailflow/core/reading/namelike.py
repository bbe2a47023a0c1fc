"""Words that may be names: how one is written, whether a word where a name stands is one, and how sure that is."""

from __future__ import annotations

import re
from typing import NamedTuple

from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import CJK

QUOTES = "\"'`´‘’‚‛“”„«»‹›「」『』《》"
NAME = r"[A-Za-z0-9](?:[\w.-]{0,62}[A-Za-z0-9])?"
TAIL = re.compile(r"[)\]>\s]*(?:[.,;:!?…。，；、！？(（<]|$|\n)")

_MARK_BEHIND = re.compile(rf"[{QUOTES}]?(?:,[ \n]|[ \n][(–—-][ ]?)", re.ASCII)
_LAST = re.compile(rf"(?P<open>[{QUOTES}@]{{0,2}})(?P<name>{NAME})(?P<close>[{QUOTES}]?)\s*\Z", re.ASCII)
# The word is longer than a name may be, or is the "couldn" of "couldn't".
_GOES_ON = re.compile(f"@|(?![{CJK}])[^\\W_]|['’](?:t|ll|ve|re|d)\\b")
_OPENS = {")": "(", "）": "（", ">": "<", "]": "[", "*": "*"}
_LETTER = re.compile(r"[A-Za-z]")
_PLAIN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")  # rather than JaneDoe

INSISTED, QUOTED, STRONG, WEAK, SHAKY = 0.91, 0.9, 0.85, 0.75, 0.7
_LEAST = 2  # letters
_JOINING = frozenset({"and", "but"})
_ASIDE = re.compile(rf"[{QUOTES}\])]?[ \t]*\n?[ \t]*[(（](?P<said>[^()（）\n]{{2,100}})[)）]")
_BEHIND = re.compile(rf"[{QUOTES}\])]?(?:[.!,;。，！]|[ \t]+[-–—])\s*(?P<said>[^\n.!?。！？]{{2,80}})")
_LEAST_NUMBER = 5  # digits of a number that is a name without more
_NEAR = 20  # characters before a name
_KNOWS_NOT = frozenset({"doubt", "aware"})


class Found(NamedTuple):
    name: str
    start: int
    end: int
    sure: float


def accepted(
    fresh: Fresh, terms: Terms, match: re.Match[str], *, strong: bool, said: bool = False
) -> Found | None:
    """A match as a name, unless it is a common word or stands in another sentence.

    `match`: groups `open`, `name` and `close`. `strong`: what announces it does so of nothing else. `said`: by an "is".
    """
    name = match["name"].rstrip(".-")
    bare = name.strip("_")
    opens, closes = match["open"], match["close"]
    strong = strong or is_spelled(fresh, terms, match.end("name"))
    quoted = bool(opens.strip("(*@（") and closes) and _OPENS.get(closes, opens) in opens  # no "'s)"
    if closes == "]" and len(bare) < _LEAST:
        return None  # a box: "[x]"
    start = match.start("name")
    end = start + len(name)
    insisted = fresh.insists and is_insisted(fresh, terms, start, end, quoted=quoted)
    if not (quoted or insisted) and (len(bare) < _LEAST or _is_common(terms, bare, strong=strong)):
        return None  # which is most of them, and told soonest
    if _GOES_ON.match(fresh.text, end) or not fresh.hard.isdisjoint(range(match.start(), start)):
        return None
    if quoted or insisted:
        return Found(name, start, end, INSISTED if insisted else QUOTED)
    ends = ends_phrase(fresh, end)
    told = ends or (said and not name.endswith(terms.lists.get("endings", ())))  # "who is reading this"
    if _is_word(fresh, terms, start, bare, strong=strong, sure=told):
        return None
    sure = _sureness(name, strong=strong, said=said, ends_phrase=ends)
    return Found(name, start, end, sure) if sure else None


def is_insisted(fresh: Fresh, terms: Terms, start: int, end: int, *, quoted: bool) -> bool:
    """Whether it is said that an ordinary word is the name: "monday (yes, like the day)", "ok. No joke.", 'really just "ok"'.

    Of "lost" or "unknown", which most often tell of no name, only in quotes, or where it is called the name: "lost (that's my user name)".
    """
    aside = _ASIDE.match(fresh.text, end)
    said = aside or _BEHIND.match(fresh.text, end)
    till = said.end("said") if said else end
    hits = fresh.within(said.start("said"), till) if said else ()
    if not (aside or any(map(_insists, hits))):
        hits = ()  # the next sentence is about something else
    if any(hit.means.states or hit.means.speech & _KNOWS_NOT for hit in hits if not _insists(hit)):
        return False
    if not quoted and fresh.low[start:end] in terms.values.get("unknown", ()):
        return False
    first = aside and hits and "yes" in hits[0].means.says
    before = quoted and any(map(_insists, fresh.within(start - _NEAR, start)))
    return bool(first or before) or any(map(_insists, hits))


def _insists(hit: Hit) -> bool:
    return "insists" in hit.means.speech


def is_spelled(fresh: Fresh, terms: Terms, end: int) -> bool:
    """Whether it is told behind a word how it is written: "marmalade, all in lower case", "bluebird (one word)"."""
    behind = _MARK_BEHIND.match(fresh.low, end)
    ways = terms.lists.get("spelled_so", ())
    return behind is not None and fresh.low.startswith(ways, behind.end())


def is_unlike_words(name: str) -> bool:
    """Whether it is written as no word is: "j.doe", "R2Doe", "jdoe7"."""
    return _PLAIN.fullmatch(name) is None


def ends_phrase(fresh: Fresh, end: int) -> bool:
    """Whether a phrase ends at a place: at a mark, or before an "and" or a "but"."""
    if TAIL.match(fresh.text, end):
        return True
    return any(hit.start == end + 1 and hit.means.breaks in _JOINING for hit in fresh.within(end, end + 2))


def _is_common(terms: Terms, name: str, *, strong: bool) -> bool:
    """Whether a word is one of the language rather than a name: "is", "forgotten"."""
    return (terms.common(name) and not (strong and "-" in name)) or terms.among("is", name.lower())


def _is_word(fresh: Fresh, terms: Terms, start: int, name: str, *, strong: bool, sure: bool) -> bool:
    """Whether one that is not common is none either: a thing as in "two-factor", a word of dictionaries."""
    if any(hit.start == start and hit.means.objects for hit in fresh.within(start, start + len(name))):
        return True
    if name.isdigit() and len(name) < _LEAST_NUMBER and not sure:
        return True  # "I made the account 10 minutes ago"
    return terms.everyday(name) and "-" not in name and not (strong and sure)


def _sureness(name: str, *, strong: bool, said: bool, ends_phrase: bool) -> float:
    """How sure it is that a word without quotes is a name; 0 if it is not."""
    if not _PLAIN.fullmatch(name):
        return STRONG if strong else WEAK
    if strong:
        return STRONG if said or ends_phrase else WEAK
    if not name.islower() or (said and not ends_phrase):
        return 0
    return SHAKY


def last_name(text: str) -> re.Match[str] | None:
    """What may be a name at the end of a text; it has no spaces, so that only the last word is looked at."""
    said = text.rstrip(" \t\n")
    return _LAST.search(text, max(said.rfind(" "), said.rfind("\n"), 0))


def accepted_before(
    fresh: Fresh, terms: Terms, match: re.Match[str], begin: int, *, plain: bool
) -> Found | None:
    """What `last_name` found in a text that begins at a place, as a name; `plain`: it may look like any word."""
    name = match["name"]
    start = begin + match.start("name")
    if any(one.start < start < one.end for one in fresh.addresses):
        return None
    if match["open"] and match["close"]:
        return Found(name, start, start + len(name), STRONG)
    if terms.everyday(name) or not _LETTER.search(name) or (_PLAIN.fullmatch(name) and not plain):
        return None
    if any(hit.means.objects for hit in fresh.within(start, start + len(name))):  # "two-factor login"
        return None
    return Found(name, start, start + len(name), WEAK)
