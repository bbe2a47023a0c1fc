"""Names by which people introduce themselves: "I'm jdoe", "sykim입니다", "Jane (jdoe)", "jdoe, author of x".

Most who say "I am x" give their own name, which is no account's. So what counts is how a word is written: as no word and no
name of a person is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.namelike import NAME, SHAKY, TAIL, WEAK, Found, ends_phrase
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import CJK, has_cjk, words_of

_AFTER = re.compile(rf"[ \t\xa0:]*(?P<name>{NAME})", re.ASCII)
_BRACKETED = re.compile(
    rf"[ ,]{{1,2}}(?:[^\s,()（]{{1,20}}[ ]){{1,3}}[(（]@?(?P<name>{NAME})(?:[ ][^\s()]{{1,6}}[ ](?P<where>\w+))?[)）]",
    re.ASCII,
)
_BEHIND_SERVICE = re.compile(rf"[^\n.!?]{{0,20}}?(?:[:：,，—–-]\s*|[{CJK}]\s?)(?P<name>{NAME})", re.ASCII)
_APPOSED = re.compile(rf"(?:\A|[\n,.!])[ ]?(?:[^\s,.]{{1,12}}[ ])?(?P<name>{NAME})[ ]?,[ ]?\Z", re.ASCII)
_OPENING = re.compile(rf"(?:\A|[.!?]\s|\n)[ ]*(?P<name>{NAME}),\s", re.ASCII)
_CLOSING = re.compile(rf"[.!?)\n]\s*(?P<name>{NAME})\s*\Z", re.ASCII)
_INITIALLED = re.compile(r"[a-z]{3,}[._][a-z]|[a-z][._][a-z]{3,}|[a-z]{3,}\d+", re.ASCII)
_PLAIN = re.compile(r"[a-z]{5,}", re.ASCII)
_NO_LATIN = re.compile(f"[{CJK}\u0400-\u04ff]")
_SENTENCE_END = ("\n", ".", "!", "?", "。", "！", "？")
_PARTS = re.compile(r"[\d_.]+")
_WITH_DICTIONARY = frozenset({"de", "en", "es", "fr", "it", "pt"})
_WORDS = frozenset("aeiouy")  # of one letter
_LEAST = 3  # letters
_SHORT = 4  # of a word that only joins others
_LOOK_BACK = 40  # characters
_MOST = 50  # openings that are looked at


def unlike_words(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "Hi, I'm jdoe, I lost my phone": a word that begins as no other does, has an initial, or is in another script."""
    match = _AFTER.match(fresh.text, hit.end)
    if match is None or not _may_be_name(terms, match["name"]):
        return None
    name = match["name"]
    shaped = _NO_LATIN.search(fresh.text, hit.start, hit.end) is not None or is_initialled(terms, name)
    if not (shaped or begins_as_no_word(fresh, terms, name)):
        return None
    ends = ends_phrase(fresh, match.end("name"))
    return Found(name, *match.span("name"), WEAK if shaped else SHAKY) if ends else None


def in_brackets(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "I am Jane Doe (jdoe)", and "(jdoe on the site)"."""
    match = _BRACKETED.match(fresh.text, hit.end) if "(" in fresh.text or "（" in fresh.text else None
    if match is None or not _may_be_name(terms, match["name"]):
        return None
    person = fresh.text[hit.end : match.start("name")].strip(" ,")
    told = person[0].isupper()
    if match["where"] and terms.is_service(match["where"].lower()):
        told = told or not any(map(terms.common, words_of(person)))
    elif match["where"]:
        told = False
    return Found(match["name"], *match.span("name"), WEAK) if told else None


def apposed(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "Hi, jdoe, author of x"."""
    begin = max(0, hit.start - _LOOK_BACK)
    before = fresh.text[begin : hit.start]
    match = _APPOSED.search(before) if before.endswith((",", ", ")) else None
    if match is None or not _may_be_name(terms, match["name"]):
        return None
    return Found(match["name"], begin + match.start("name"), begin + match.end("name"), WEAK)


def by_copula(fresh: Fresh, terms: Terms) -> Iterator[Found]:
    """As in "sykim입니다" and "x の作者の hayashi です", with which a sentence begins or somebody greets or maintains something."""
    verbs = terms.lists.get("introduces", ())
    for match in islice(_before_verb(verbs).finditer(fresh.text), _MOST) if verbs else ():
        before = fresh.low[max(0, match.start() - _LOOK_BACK) : match.start()].rstrip(" \t、,~")
        own = not before or before.endswith((*_SENTENCE_END, *terms.lists.get("introducing", ())))
        if own and _may_be_name(terms, match["name"]) and TAIL.match(fresh.text, match.end()):
            yield Found(match["name"], *match.span("name"), WEAK)


def set_apart(fresh: Fresh, terms: Terms) -> Iterator[Found]:
    """As in "jane.d, lost my phone" at the beginning of a sentence, and in what ends the mail as a sentence of its own: "jdoe"."""
    for match in islice(_OPENING.finditer(fresh.text), _MOST):
        if is_initialled(terms, match["name"]):
            yield Found(match["name"], *match.span("name"), SHAKY)
    last = _CLOSING.search(fresh.text, max(0, len(fresh.text) - _LOOK_BACK))
    if last is None or not _may_be_name(terms, last["name"]):
        return
    if is_initialled(terms, last["name"]) or begins_as_no_word(fresh, terms, last["name"]):
        yield Found(last["name"], *last.span("name"), SHAKY)


def same_as_elsewhere(fresh: Fresh, terms: Terms) -> Iterator[Found]:
    """As in "The same as on GitHub: jdoe"."""
    for hit in fresh.hits:
        match = _BEHIND_SERVICE.match(fresh.text, hit.end) if "elsewhere" in hit.means.speech else None
        if match is None or not _may_be_name(terms, match["name"]):
            continue
        ends = TAIL.match(fresh.text, match.end()) or has_cjk(fresh.text[match.end() : match.end() + 2])
        if ends and _says_same(fresh, terms, fresh.sentence_at(hit.start)[0], hit, match.start("name")):
            yield Found(match["name"], *match.span("name"), SHAKY)


def _says_same(fresh: Fresh, terms: Terms, start: int, service: Hit, end: int) -> bool:
    """Whether all that is said is that it is the same: "der gleiche wie auf", but not "the same error as on"."""
    before, low = words_of(fresh.low[start : service.start]), fresh.low[start:end]
    named = {
        word
        for hit in fresh.within(start, service.start)
        if hit.means.names
        for word in words_of(fresh.low[hit.start : hit.end])
    }
    if any(len(word) > _SHORT and not (word in named or terms.among("same_as", word)) for word in before):
        return False
    same = terms.lists.get("same_as", ())
    return terms.among("same_as", *words_of(low)) or any(has_cjk(word) and word in low for word in same)


def is_initialled(terms: Terms, name: str) -> bool:
    """Whether a name is one with an initial or a number, "mara.b", "jane42"; but "gone.i" and "iphone14" are none."""
    if _INITIALLED.fullmatch(name) is None:
        return False
    parts = [part for part in _PARTS.split(name) if part]
    initial = min(parts, key=len) if len(parts) > 1 else ""
    return (initial != "" and initial not in _WORDS) or not any(map(terms.everyday, parts))


def begins_as_no_word(fresh: Fresh, terms: Terms, name: str) -> bool:
    """As "rborghi" does, in a mail of which the dictionaries are known, and no given name."""
    if _PLAIN.fullmatch(name) is None or terms.begins_word(name) or name in terms.values.get("given", ()):
        return False
    return _WITH_DICTIONARY.issuperset(terms.vocabulary.languages(fresh.low))


def _may_be_name(terms: Terms, name: str) -> bool:
    return name.islower() and len(name) >= _LEAST and not (terms.everyday(name) or terms.is_service(name))


@cache
def _before_verb(verbs: tuple[str, ...]) -> re.Pattern[str]:
    """A name and the verb that ends a sentence, where that stands behind it: "x です"."""
    ways = "|".join(map(re.escape, sorted(verbs, key=len, reverse=True)))
    return re.compile(rf"(?<![\w@./:-])(?P<name>{NAME})['\"”’」』]?[ ]?(?:{ways})", re.ASCII)
