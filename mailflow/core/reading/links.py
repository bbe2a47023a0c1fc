"""Projects and links: what only the owner knows, or can show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from mailflow.core.form import Field, Kind
from mailflow.core.reading import announced
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.namelike import NAME, QUOTED, QUOTES, TAIL, WEAK, Found, ends_phrase
from mailflow.core.reading.projectlists import AND, MOST, ONE, is_no_project, rest_of_list
from mailflow.core.reading.slots import Slot
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import CJK, words_of
from mailflow.core.reading.works import is_denied

_IN_URL = r"[^\s<>\"'`，。）()\]]"
_URL = re.compile(rf"https?://(?:{_IN_URL}|\({_IN_URL}*\))+")  # "log?rev=branch(x)"; but "(see https://…)"
_SEPARATORS = re.compile(rf"[,;，；、\n]|\s[-*•]\s|(?<=\s)(?:{AND}|和|と|및|&)(?=\s)")
_NAME = re.compile(r"\w[\w.-]{0,99}")
_CJK = re.compile(f"[{CJK}]")
_AROUND = QUOTES + " \t<>[](){}*•-.,;:。"
_FIRST = re.compile(rf"(?:\s(?:there|here))?(?P<open>[ \t\n]*[(,:–—-])?[ \t\n]*{ONE}", re.ASCII)
_FARTHER = re.compile(
    rf"(?P<between>(?:\s[^\s,.:;!?()–—]{{1,9}}){{0,4}})[,:(]\s?(?:(?:o|il|le|el|der|die|das|the)\s)?{ONE}",
    re.ASCII,
)
_BEHIND_NAME = re.compile(rf"({NAME}) [(（]([^()（）\n]{{1,40}})[)）]")
_MOST_PHRASES = 200  # that may announce a project: each is looked around closely
_BESIDE = 6  # characters: "owns the project"
_BEFORE_NOUN, _ITS_WORDS = 20, 2  # characters and words between which its article stands
_IN_PROSE, _PROOF, _CODE_HOST = 0.7, 0.9, 0.75


def list_in_slot(fresh: Fresh, terms: Terms, slot: Slot, field: Field) -> Iterator[Claim]:
    """The names that a slot lists, and those in links to the service."""
    text = fresh.text[slot.start : slot.end]
    pieces = _pieces(_BEHIND_NAME.sub(_name_alone, _URL.sub(" ", text)))
    named = [piece for piece in pieces if _NAME.fullmatch(piece) and not terms.states_nothing(field, piece)]
    if not all(map(_NAME.fullmatch, pieces)):
        named = [name for name in named if not terms.common(name)]  # prose rather than a list: "black, flask"
    names = dict.fromkeys((*_in_urls(text, terms, field), *named))
    if names:
        yield Claim(field.key, tuple(names), slot.rule, slot.sure, slot.start, slot.end)


def _pieces(listed: str) -> list[str]:
    """What stands between the separators of a list, as far as anything does."""
    pieces = [piece.strip(_AROUND) for piece in _SEPARATORS.split(listed)[:MOST]]
    return [piece for piece in pieces if piece]


def _name_alone(found: re.Match[str]) -> str:
    """A name without what brackets tell of it, unless they hold a list: "x (as owner)", but "three (x, y)"."""
    return found[0] if _SEPARATORS.search(found[2]) else found[1]


def _in_urls(text: str, terms: Terms, field: Field) -> Iterator[str]:
    low = text.lower()
    for prefix, owner in terms.profiles:
        place = low.find(prefix) if owner is field else -1
        while place >= 0:
            match = _NAME.match(text, place + len(prefix))
            if match:
                yield match.group().rstrip(".-")
            place = low.find(prefix, place + 1)


def url_in_slot(fresh: Fresh, _terms: Terms, slot: Slot, field: Field) -> Iterator[Claim]:
    """The first link of a slot."""
    match = _URL.search(fresh.text, slot.start, slot.end)
    if match:
        yield Claim(
            field.key, match.group().rstrip(".,;:!?"), slot.rule, slot.sure, match.start(), match.end()
        )


def in_prose(fresh: Fresh, terms: Terms, hits: tuple[Hit, ...]) -> Iterator[Claim]:
    """The projects that links to the service name, or that prose says to be the person's own."""
    for field in terms.form.of_kind(Kind.LIST):
        names = dict.fromkeys((*_in_urls(fresh.text, terms, field), *_owned(fresh, terms, hits)))
        first = next(iter(names), "")
        start = fresh.low.find(first.lower())
        if first and start >= fresh.subject:
            yield Claim(field.key, tuple(names), "projects in prose", _IN_PROSE, start, start + len(first))
    for field in terms.form.of_kind(Kind.URL):
        yield from _proof(fresh, terms, field)


def _owned(fresh: Fresh, terms: Terms, hits: tuple[Hit, ...]) -> Iterator[str]:
    """As in "My project x", "the package is x", "three packages (x, y and z)", "the account owns the project x"."""
    owns = -_BESIDE
    telling = (hit for hit in hits if hit.means.names or "projects" in hit.means.tables)
    for hit in islice(telling, _MOST_PHRASES):
        mine = ("projects", "mine") in hit.means.concepts
        if mine or (("projects", "noun") in hit.means.concepts and hit.start - owns < _BESIDE):
            owns = hit.end if mine else owns
            found = announced.directly(fresh, terms, hit) or _listed(fresh, terms, hit)
            found = found or announced.said(fresh, terms, hit, strong=False)
        elif ("projects", "noun") in hit.means.concepts:
            found = _named(fresh, terms, hit) or _listed(fresh, terms, hit)
        elif {"called", "named"} & set(hit.means.names) and announced.nearest(fresh, hit) == "projects":
            found = announced.directly(fresh, terms, hit) or announced.alone_before(fresh, terms, hit)
        else:
            found = None
        if found and not (_is_none(terms, found) or is_denied(fresh, hit)):
            yield found.name
            yield from rest_of_list(fresh, terms, found.end)


def _is_none(terms: Terms, found: Found) -> bool:
    """As in "my project https://…", "my project manager"."""
    return found.name.startswith("http") or terms.among("persons", found.name.lower())


def _named(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "the package is x"; and "package x" where the phrase ends there, or the script tells names from words."""
    cjk = _CJK.match(fresh.text, hit.start) is not None
    if cjk and (found := announced.before(fresh, terms, hit)) and not is_no_project(terms, found.name):
        return found  # in Korean and Japanese it is what stands before that is called so
    if found := announced.said(fresh, terms, hit, strong=cjk):
        return found if cjk or ends_phrase(fresh, found.end) or _has_article(fresh, terms, hit) else None
    found = announced.directly(fresh, terms, hit)
    if found is None or cjk or _has_article(fresh, terms, hit):
        return found
    is_word = terms.everyday(found.name) and "-" not in found.name and found.sure < QUOTED
    return found if ends_phrase(fresh, found.end) and not is_word else None  # "under a library table"


def _has_article(fresh: Fresh, terms: Terms, hit: Hit) -> bool:
    """Whether a project is spoken of as one that has a name: "the package x sits in her account", "the Python package x"."""
    before = words_of(fresh.low[max(0, hit.start - _BEFORE_NOUN) : hit.start])
    return terms.among("article", *before[-_ITS_WORDS:])


def _listed(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """The first name of a list, or of what stands in brackets or behind a comma: "packages x and y", "package (x)"."""
    match = _FIRST.match(fresh.text, hit.end)
    if match is None or is_no_project(terms, match["name"]):
        return _farther(fresh, terms, hit)
    found = Found(match["name"], *match.span("name"), WEAK)
    alone = match["open"] and TAIL.match(fresh.text, match.end())
    return found if alone or any(rest_of_list(fresh, terms, found.end)) else _farther(fresh, terms, hit)


def _farther(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """The first name behind a few common words and a mark: "I have a package there, x", "it holds one package of mine: x"."""
    match = _FARTHER.match(fresh.text, hit.end)
    if match is None or not match["name"].islower() or is_no_project(terms, match["name"]):
        return None
    between = fresh.within(hit.end, match.start("name"))
    others = any(one.means.things or "account" in one.means.names for one in between)
    if others or not all(map(terms.everyday, words_of(match["between"]))):
        return None  # "the program on my phone, x", "we publish through an account, x"
    found = Found(match["name"], *match.span("name"), WEAK)
    ends = TAIL.match(fresh.text, match.end()) or any(rest_of_list(fresh, terms, found.end))
    return found if ends else None


def _proof(fresh: Fresh, terms: Terms, field: Field) -> Iterator[Claim]:
    """A link to a branch or commit, or one to a code host beside words such as "pushed"."""
    for match in _URL.finditer(fresh.text) if "://" in fresh.text else ():
        url = match.group().rstrip(".,;:!?")
        low = url.lower()
        if any(prefix in low for prefix, _ in terms.profiles):
            continue
        if any(path in low for path in terms.lists.get("branch_path", ())):
            yield Claim(field.key, url, "link to a branch", _PROOF, match.start(), match.start() + len(url))
        elif any(host in low for host in terms.lists.get("code_host", ())) and _speaks_of_proof(
            fresh, match.start()
        ):
            yield Claim(
                field.key, url, "link to a code host", _CODE_HOST, match.start(), match.start() + len(url)
            )


def _speaks_of_proof(fresh: Fresh, place: int) -> bool:
    near = fresh.within(max(0, place - 300), place + 300)
    return any("links" in hit.means.tables for hit in near)
