"""Names that prose announces: "user name is x", "signed up as x", "x here", "my project x"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import takewhile

from mailflow.core.reading import besidename, introduced
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import WORK, Hit
from mailflow.core.reading.namelike import (
    NAME,
    QUOTED,
    QUOTES,
    TAIL,
    WEAK,
    Found,
    accepted,
    accepted_before,
    ends_phrase,
    is_unlike_words,
    last_name,
)
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import CJK, lower, words_of

_HERE = re.compile(
    rf"[ \t\xa0:：=]*\n?[ \t]*(?P<open>[{QUOTES}<\[(*@（]{{0,3}})[ \xa0]?"
    rf"(?P<name>_*{NAME}_*)[ \xa0]?(?P<close>[{QUOTES}>\])*）]?)",
    re.ASCII,
)
_STOP = re.compile(r",|;|!|\?|。|，|；|！|？|\.(?![^\W_])|\n\n|:(?=\s)|：(?=\s)")
_CONTRACTED = re.compile(r"['’]s\s([\w-]+)")  # "my username's x"
_QUESTION = re.compile(r"\s?\?\s+(?=\S)")
_NEXT_WORD = re.compile(r"\s(\w+)")
_AT_SERVICE = re.compile(
    rf"[{QUOTES}]?\s\w{{1,5}}\s(\w+)(?:\s(\w+))?(?:\s\w+\s\w{{1,5}}\s(\w+))?"
)  # "on pypi", "on your site", "both on x and on pypi"
_SERVICE_BEFORE = re.compile(r"\b\w{1,5}\s(\w+),?\s\Z")  # "on pypi I am x"
_THERE = re.compile(
    rf"[\n.,!:](?:(?<=\n)|\s)[ \t]*(?P<open>[{QUOTES}]?)(?P<name>{NAME})(?P<close>[{QUOTES}]?)\s\w{{1,5}}\s(?P<where>\w+)",
    re.ASCII,
)
_SET_AGAINST = re.compile(
    rf"(?:,|\b\w{{1,3}})[ ]\w{{1,5}}[ ](?P<where>\w+)[ ](?P<open>[{QUOTES}]?)(?P<name>{NAME})(?P<close>[{QUOTES}]?)"
    r"(?=[.!,;)]|\s*(?:\n|\Z))",
    re.ASCII,
)
_ON_SERVICE = re.compile(r"\s\w{1,5}\s(\w+)(?=\s)")
_UNDER = re.compile(
    rf"\s(?P<under>\w{{3,5}})\s(?P<open>[{QUOTES}]?)(?P<name>{NAME})(?P<close>[{QUOTES}]?)", re.ASCII
)
_AS_SUBJECT = re.compile(
    rf"\s*(?P<as>\w{{2,5}}) (?P<open>[{QUOTES}]?)(?P<name>{NAME})(?P<close>[{QUOTES}]?),?\s", re.ASCII
)
_COMPOUND = re.compile(r"[a-z]+(?:[._-][a-z0-9]+)+", re.IGNORECASE)
_CJK_END = re.compile(f"[{CJK}]")

_LOOK_AHEAD = 90
_LOOK_BACK = 60
_BETWEEN_WORDS = 5
_BESIDE = 25
_PHRASE_ENDS = (". ", ", ", "! ", "? ", "。", "，", ": ")
_PAUSES = frozenset({",", "，", ":", "："})
_ANNOUNCED = frozenset({"noun", "account"})
_LOST = frozenset({"gone", "ended", "seized", "fails"})
_PARTING = frozenset({"comma", "and", "but"})
_LIKEWISE = "likewise"  # "mine is"
_BEFORE_PHRASE = frozenset({"", "\n", ",", ".", "!"})
_IT = 2  # words between a pause and an "is": "and it is"
_PUT_IN = 2  # words: "most probably"
_NEXT = 2  # characters between a name and what it is the name of
_OF = 4  # characters between a person and what is theirs: "'s "
# Kinds of words that another service has too.
_OWN = frozenset({"noun", "account", "said", "as", "called", "named", "maintains", "mine"})


def said_at(
    fresh: Fresh, terms: Terms, place: int, *, strong: bool = False, said: bool = False
) -> Found | None:
    """The name that stands right behind a place, at which the words that announce it end; `said`: with an "is"."""
    match = _HERE.match(fresh.text, place)
    return accepted(fresh, terms, match, strong=strong, said=said) if match else None


def find(fresh: Fresh, terms: Terms, hit: Hit, key: str) -> Found | None:
    """The name that an announcing phrase of one kind announces."""
    found = next((found for rule in _RULES[key] if (found := rule(fresh, terms, hit)) is not None), None)
    if found is None or (
        key in _OWN and (_others_place(fresh, terms, hit) or _is_projects(fresh, hit.end, found))
    ):
        return None
    if key == _LIKEWISE or not _is_of_peer(fresh, hit):
        return found
    return found if _is_apposed(fresh, hit, found) else None


def _is_projects(fresh: Fresh, place: int, found: Found) -> bool:
    """As in "the account has two packages: x and y", and in Korean "in the account the x package"."""
    if fresh.text[place : found.start].rstrip(" \n" + QUOTES).endswith((":", "：")):
        hits = fresh.within(place, found.start)
    else:
        hits = fresh.within(found.end, found.end + _NEXT)
    return any(("projects", "noun") in hit.means.concepts for hit in hits)


def _is_of_peer(fresh: Fresh, hit: Hit) -> bool:
    """As in "my colleague's account x"."""
    before = fresh.within(max(0, hit.start - _BESIDE), hit.start)
    return any("peer" in other.means.speech and hit.start - other.end <= _OF for other in before)


def _is_apposed(fresh: Fresh, hit: Hit, found: Found) -> bool:
    """As in "a friend of mine, user x, has lost her phone", which is what the mail is about."""
    if not fresh.text[: hit.start].rstrip().endswith(","):
        return False
    behind = fresh.within(found.end, fresh.sentence_at(found.end)[1])
    return any(not _LOST.isdisjoint(one.means.states) for one in behind)


def directly(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "User name x"."""
    return said_at(fresh, terms, _past_service(fresh, terms, hit.end), strong=True)


def _asked_oneself(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "My user name? x." and "My user name? It's x."."""
    question = _QUESTION.match(fresh.text, hit.end)
    if question is None:
        return None
    return said_at(fresh, terms, question.end())


def _past_service(fresh: Fresh, terms: Terms, place: int) -> int:
    """Behind the service's name, where that comes between: "my account PyPI x"."""
    word = _NEXT_WORD.match(fresh.low, place)
    return word.end() if word and terms.is_service(word[1]) else place


def _past_service_named(fresh: Fresh, terms: Terms, place: int) -> int:
    """Where "on" and the service's name end that stand at a place; 0 if they do not."""
    named = _ON_SERVICE.match(fresh.low, place)
    return named.end() if named and terms.is_service(named[1]) else 0


def said(fresh: Fresh, terms: Terms, hit: Hit, *, strong: bool = True) -> Found | None:
    """As in "User name on the site is x", and "is not x, it is y"."""
    start = _past_particle(fresh, terms, _is(fresh, terms, hit.end))
    match = _HERE.match(fresh.text, start, start + _LOOK_AHEAD) if start else None
    if match is None:
        return None
    nots = [
        other
        for other in fresh.within(hit.end, match.end())
        if other.means.negates and "unable" not in other.means.speech  # "the account I can't reach is x"
        if not _is_in_name(other, match)
    ]
    if not nots:
        return accepted(fresh, terms, match, strong=strong, said=True)
    denied = (_HERE.match(fresh.text, nots[-1].end) if nots[-1].end > start else None) or match
    again = _is(fresh, terms, denied.end("name") + 1) or _but(fresh, denied.end("name"))
    # "is not x, it is y", "is not x but y"
    return said_at(fresh, terms, again, strong=True, said=True) if again else None


def _then_it_is(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "I remembered the user name, it's x": a comma, hardly a word and an "is", and the name ends the phrase.

    Or looks like no word: "it's j.doe with a dot"; so it has to in a sentence of its own: "You want my user name. It's R2Doe".
    """
    stop = _STOP.search(fresh.low, hit.end, hit.end + _LOOK_AHEAD)
    if stop is None or stop.group() not in {*_PAUSES, "."}:
        return None
    match = terms.is_word.search(fresh.low, stop.end(), stop.end() + _BESIDE)
    if match is None or fresh.low.count(" ", stop.end(), match.start()) > _IT:
        return None
    found = said_at(fresh, terms, match.end(), said=True)
    if found and stop.group() == ".":
        return found if is_unlike_words(found.name) else None
    return found if found and (_COMPOUND.fullmatch(found.name) or TAIL.match(fresh.text, found.end)) else None


def _nearly(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "registered x last year": what follows is more often a common word."""
    return said_at(fresh, terms, _past_service(fresh, terms, hit.end))


def _weakly(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "My account x" and "my account is x"."""
    found = _nearly(fresh, terms, hit)
    if found is None and not _is_place_of_projects(fresh, terms, hit):
        found = said(fresh, terms, hit, strong=False)
    return found


def _is_place_of_projects(fresh: Fresh, terms: Terms, hit: Hit) -> bool:
    """Whether what follows tells what is on an account: "The projects on my account are x and y"."""
    before = fresh.within(max(0, hit.start - _BESIDE), hit.start)
    projects = next((one.end for one in reversed(before) if "projects" in one.means.tables), None)
    if projects is None or any(one.start >= projects and one.means.breaks for one in before):
        return False
    between = words_of(fresh.low[projects : hit.start])
    return bool(between) and terms.among("of", between[0])


def _as(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "Signed up last week as x"."""
    stop = _STOP.search(fresh.low, hit.end, hit.end + _LOOK_AHEAD)
    match = terms.as_word.search(fresh.low, hit.end, stop.start() if stop else hit.end + _LOOK_AHEAD)
    if match is None or fresh.low.count(" ", hit.end, match.start()) > _BETWEEN_WORDS:
        return None
    return said_at(fresh, terms, match.end())


def _as_object(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in German "Ich habe mich gestern als x bei euch registriert", with the verb behind it; "als Student" tells no name."""
    begin = max(fresh.sentence_at(hit.start)[0], hit.start - _LOOK_AHEAD)
    told = [*terms.as_word.finditer(fresh.low, begin, hit.start)][-1:]
    here = _HERE.match(fresh.text, told[0].end(), hit.start) if told else None
    if here is None or not here["name"][:1].islower() or _STOP.search(fresh.low, here.end(), hit.start):
        return None
    return accepted(fresh, terms, here, strong=False) if _is_no_word(fresh, terms, here["name"]) else None


def _is_no_word(fresh: Fresh, terms: Terms, name: str) -> bool:
    """Whether it is written, or begins, as no word does."""
    return is_unlike_words(name) or introduced.begins_as_no_word(fresh, terms, name)


def _as_subject(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "As x I maintain two tools", with which a sentence begins; "As hobbyist I maintain two" tells no name."""
    begin = fresh.sentence_at(hit.start)[0]
    match = _AS_SUBJECT.fullmatch(fresh.text, begin, hit.start)
    if match is None or not (terms.among("as", match["as"].lower()) and match["name"].islower()):
        return None
    told = _is_no_word(fresh, terms, match["name"])
    return accepted_before(fresh, terms, match, 0, plain=True) if told else None


def _set_up(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in 'I set up "x" years ago': what people set up is more often another thing, so that quotes have to tell."""
    found = said_at(fresh, terms, hit.end)
    if found is None or found.sure < QUOTED or terms.everyday(found.name):
        return None
    return None if any(one.means.objects for one in fresh.within(found.start, found.end)) else found


def _called(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "an account called x", but not "a project called x"."""
    return directly(fresh, terms, hit) if nearest(fresh, hit) == "names" else None


def nearest(fresh: Fresh, hit: Hit) -> str:
    """What was last spoken of before a "called": names (an account), projects, or "".

    In its sentence, or in the one before it where it begins its own: "I want my account back. It is called x".
    """
    found, last, begin = "", "", 0
    for other in fresh.within(max(0, hit.start - _LOOK_BACK), hit.start):
        if other.means.ends:
            found, last, begin = "", found, other.end
        elif other.means.names:
            found = "names"
        elif "projects" in other.means.tables:
            found = "projects"
    return found or (last if fresh.low.count(" ", begin, hit.start) <= _IT else "")


def _introduced(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "I'm x on the site", "I am @x"; any other "I am x" is no account name."""
    at_service = _past_service_named(fresh, terms, hit.end)
    match = _HERE.match(fresh.text, at_service or hit.end, hit.end + _LOOK_AHEAD)
    found = accepted(fresh, terms, match, strong=True) if match else None
    if match is None or found is None:
        return None
    if at_service:  # "ich bin bei … x"
        return None if terms.everyday(found.name) else found._replace(sure=WEAK)
    plain = found.name.islower() and not terms.everyday(found.name)
    there = plain and _is_there(fresh, terms, hit, found.end)
    if there or "@" in match["open"] or _at_service(fresh, terms, hit.start, found.end):
        return found._replace(sure=WEAK)
    return None


def _this_is(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "This is x from the site"."""
    found = said_at(fresh, terms, hit.end, strong=True)
    if found is None or terms.everyday(found.name):
        return None
    return found if besidename.till_service(fresh, terms, found.end) > found.end else None


def _is_there(fresh: Fresh, terms: Terms, hit: Hit, end: int) -> bool:
    """Whether it is told where one is called so, the place having been named before: "there I am x", "I am x there"."""
    goes_on = any("and" in one.means.speech for one in fresh.within(end, end + _NEXT))  # Spanish "y"
    after = None if goes_on else _NEXT_WORD.match(fresh.low, end)
    words = [*words_of(fresh.low[hit.start : hit.end]), *([after[1]] if after else ())]
    return terms.among("there", *words)


def _at_service(fresh: Fresh, terms: Terms, start: int, end: int) -> bool:
    """Whether the service is named around an introduction: "on the site I am x", "I am x on the site", "I am x there"."""
    before = _SERVICE_BEFORE.search(fresh.low, max(0, start - _BESIDE), start)
    after = _AT_SERVICE.match(fresh.low, end)
    return any(
        terms.is_service(word) or word in terms.lists.get("site", ()) or terms.among("there", word)
        for match in (before, after)
        if match is not None
        for word in match.groups("")
    )


def _named_there(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "On the site my name is x"."""
    before = _SERVICE_BEFORE.search(fresh.low, max(0, hit.start - _BESIDE), hit.start)
    if before is None or not (terms.is_service(before[1]) or before[1] in terms.lists.get("site", ())):
        return None
    return said_at(fresh, terms, hit.end, said=True)


def _is_name_there(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "x is my name on the site"."""
    place = fresh.text.rfind(" ", hit.start, hit.end)
    return _before_is(fresh, terms, hit) if besidename.till_service(fresh, terms, place) > hit.end else None


def _own_name(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "My name is x": who begins sentences with a capital, but not this name, gives the account's."""
    found = said_at(fresh, terms, hit.end) if fresh.text[hit.start].isupper() else None
    plain = found is not None and found.name.islower() and not terms.everyday(found.name)
    return found._replace(sure=WEAK) if found and plain else None


def _likewise(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "my colleague's user name is x, mine is y"."""
    told = any(_ANNOUNCED & {*other.means.names} for other in _spoken_before(fresh, hit))
    return directly(fresh, terms, hit) if told else None


def _here_it_is(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "x is my user name on another site, here it is y"."""
    found = _nearly(fresh, terms, hit)
    if found is None or terms.everyday(found.name):
        return None
    told = any(
        _ANNOUNCED & {*other.means.names} or "elsewhere" in other.means.speech
        for other in _spoken_before(fresh, hit)
    )
    return found if told else None


def _spoken_before(fresh: Fresh, hit: Hit) -> Iterator[Hit]:
    """What a sentence speaks of before a phrase, the nearest first."""
    before = reversed(fresh.within(max(0, hit.start - _LOOK_AHEAD), hit.start))
    return takewhile(lambda other: not other.means.ends, before)


def unlike_elsewhere(fresh: Fresh, terms: Terms) -> Found | None:
    """As in "On another site I am x, on this one y", the site being called by its name."""
    for service in terms.service if any("elsewhere" in hit.means.speech for hit in fresh.hits) else ():
        place = fresh.low.find(service)
        match = _SET_AGAINST.search(fresh.text, max(0, place - _BESIDE), place + _LOOK_AHEAD)
        if place < 0 or match is None or lower(match["where"]) != service:
            continue
        begin, end = fresh.sentence_at(match.start())
        before = fresh.within(begin, match.start())
        told = any("elsewhere" in hit.means.speech for hit in before) and any(
            hit.means.names for hit in before
        )
        if told and match.end() < end + 1:
            return accepted(fresh, terms, match, strong=False)
    return None


def named_there(fresh: Fresh, terms: Terms) -> Found | None:
    """As in "x on the site", at the beginning of a sentence, the site being called by its name."""
    named = any(name in fresh.low for name in terms.service)
    for match in _THERE.finditer(f"\n{fresh.text}") if named else ():
        wrapped = match[0][0] == "\n" and match.start() > 0 and match.start() - 1 not in fresh.hard
        if terms.is_service(lower(match["where"])) and not wrapped:
            found = accepted_before(fresh, terms, match, -1, plain=match["name"].islower())
            if found:
                return found
    return None


def under_service(fresh: Fresh, terms: Terms) -> Found | None:
    """As in "my package, y, sits on the site under x", the site being called by its name."""
    for service in terms.service:
        place = fresh.low.find(service)
        while place >= 0:
            match = _UNDER.match(fresh.text, place + len(service))
            if match and terms.among("under", lower(match["under"])):
                found = accepted(fresh, terms, match, strong=False)
                spoken = fresh.within(fresh.sentence_at(place)[0], place)
                if found and any(hit.means.traits & WORK for hit in spoken):
                    return found
            place = fresh.low.find(service, place + 1)
    return None


def _speaking(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "X here." and "Hello, x is me" at the beginning of a sentence, and in "Hi, x, that's me."."""
    if not ends_phrase(fresh, besidename.till_service(fresh, terms, hit.end)):
        return None
    place = len(fresh.text[: hit.start].rstrip(" ,"))
    begin = max((fresh.text.rfind(mark, 0, place) for mark in "\n!?,"), default=-1) + 1
    begin = max(begin, fresh.text.rfind(". ", 0, place) + 1)
    match = last_name(fresh.text[begin:place])
    if match is None or len(fresh.text[begin : begin + match.start()].split()) > 2:
        return None
    return accepted_before(fresh, terms, match, begin, plain=match["name"].islower())


def _before_is(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "`x` is my user name"."""
    begin = _phrase_start(fresh, hit.start)
    low = fresh.low[begin : hit.start]
    matches = list(terms.is_before.finditer(low))
    if not matches or len(low[matches[-1].end() :].split()) > 3:
        return None
    match = last_name(fresh.text[begin : begin + matches[-1].start() + 1])
    if match is not None and (first := _first_of_two(fresh, begin, begin + match.start())):
        match = last_name(fresh.text[begin:first])
        return accepted_before(fresh, terms, match, begin, plain=match["name"].islower()) if match else None
    alone = (
        match is not None
        and not fresh.text[begin : begin + match.start()].strip()
        and match["name"].islower()
    )
    return accepted_before(fresh, terms, match, begin, plain=alone) if match else None


def _first_of_two(fresh: Fresh, begin: int, place: int) -> int:
    """Where an "or" begins that stands right before a place: of "x or y is my user name" the first is tried first; 0 if none does."""
    hits = fresh.within(begin, place)
    return next((hit.start for hit in hits if "or" in hit.means.speech and place - hit.end <= 1), 0)


def before(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "The x account"; a plain word only where the script tells it from common words."""
    begin = _phrase_start(fresh, hit.start)
    match = last_name(fresh.text[begin : hit.start])
    plain = _CJK_END.match(fresh.text, hit.start) is not None
    found = accepted_before(fresh, terms, match, begin, plain=plain) if match else None
    return None if found is None or _others_place(fresh, terms, hit) else found


def alone_before(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "a little program for our choir, x it is called": a name that is all of the phrase before."""
    begin = _phrase_start(fresh, hit.start)
    match = last_name(fresh.text[begin : hit.start]) if fresh.low.startswith(", ", begin - 1) else None
    if match is None or fresh.text[begin : begin + match.start()].strip() or not match["name"].islower():
        return None
    return accepted_before(fresh, terms, match, begin, plain=True)


def _here_first(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in French "Bonjour, ici x." and German "Hallo, hier ist x", where that is a phrase of its own."""
    lead = fresh.text[: hit.start].rstrip(" ")[-1:]
    place = match.end() if (match := terms.is_word.match(fresh.low, hit.end)) else hit.end
    here = _HERE.match(fresh.text, place) if lead in _BEFORE_PHRASE else None
    if here is None or not here["name"].islower() or not TAIL.match(fresh.text, here.end()):
        return None
    return accepted(fresh, terms, here, strong=False) if _is_no_word(fresh, terms, here["name"]) else None


_RULES: dict[str, tuple[Callable[[Fresh, Terms, Hit], Found | None], ...]] = {
    "noun": (
        besidename.in_bracket,
        directly,
        said,
        _before_is,
        besidename.that_is,
        _asked_oneself,
        _then_it_is,
        besidename.chosen,
    ),
    "account": (
        besidename.in_bracket,
        _weakly,
        _before_is,
        besidename.that_is,
        before,
    ),
    "as": (directly,),
    "said": (said, _is_name_there),
    "signup": (_as, _as_object, _nearly),
    "called": (_called,),
    "named": (_called,),
    "iam": (_introduced, introduced.unlike_words, introduced.in_brackets),
    "here": (_speaking, _here_first),
    _LIKEWISE: (_likewise,),
    "the_one_here": (_here_it_is,),
    "looked_for": (_weakly,),
    "opens": (_set_up,),
    "maintains": (_as, _as_subject),
    "is_me": (introduced.in_brackets, _this_is),
    "mine": (_own_name, _named_there, introduced.unlike_words, introduced.in_brackets),
}


def _phrase_start(fresh: Fresh, place: int) -> int:
    begin = max(0, place - _LOOK_BACK)
    low = fresh.low[begin:place]
    broken = low.rfind("\n")
    while broken >= 0 and begin + broken not in fresh.hard:
        broken = low.rfind("\n", 0, broken)
    return begin + 1 + max(broken, *map(low.rfind, _PHRASE_ENDS))


def _others_place(fresh: Fresh, terms: Terms, hit: Hit) -> bool:
    """Whether the name is said to be one at another service: "my GitHub user name", "user name at GitHub".

    "I have my code on GitHub, and my user name here is x" is another matter.
    """
    begin = max(0, hit.start - _BESIDE)
    parts = [other.end for other in fresh.within(begin, hit.start) if other.means.breaks in _PARTING]
    before = words_of(fresh.low[max([begin, *parts]) : hit.start])[-3:]
    after = words_of(fresh.low[hit.end : hit.end + _BESIDE])[:2]
    if terms.among("other_login", *before[-1:]):
        return True
    near = (*before, *after)
    if terms.begins_with("other_place", fresh.low[hit.end : hit.end + _LOOK_BACK]):
        return True
    return terms.among("elsewhere", *near) and not any(map(terms.is_service, near))


def _is_in_name(hit: Hit, match: re.Match[str]) -> bool:
    """Whether a word is a name, as it stands in quotes, or a part of one: "none" in quotes, "no-thanks"."""
    start, end = match.span("name")
    longer = hit.end - hit.start < end - start or bool(match["open"] and match["close"])
    return longer and start <= hit.start and hit.end <= end


def _past_particle(fresh: Fresh, terms: Terms, place: int) -> int:
    """Behind a word that is put in before the value: "mein Benutzername ist | aber x"."""
    for _ in range(_PUT_IN if place else 0):
        word = _NEXT_WORD.match(fresh.low, place)
        if not (word and terms.among("put_in", word[1]) and fresh.low[word.end() :][:1].isspace()):
            break
        place = word.end()
    return place


def _but(fresh: Fresh, place: int) -> int:
    """Where a "but" that follows at once ends; 0 if none does."""
    hit = next((hit for hit in fresh.within(place, place + _BESIDE) if "but" in hit.means.speech), None)
    return hit.end if hit and not fresh.text[place : hit.start].strip(" ,") else 0


def _sentence_line_end(fresh: Fresh, terms: Terms, place: int) -> int:
    """Where the lines of a sentence end; one with the service's name is no label: "user name on", and then "PyPI: x"."""
    end = fresh.hard_end(place)
    word = _NEXT_WORD.match(fresh.low, end)
    return fresh.hard_end(word.end()) if word and terms.is_service(word[1]) else end


def _is(fresh: Fresh, terms: Terms, start: int) -> int:
    """Where the value begins after an "is" that follows within a few words of the same phrase; 0 if none does."""
    contracted = _CONTRACTED.match(fresh.low, start)
    if contracted and not terms.common(contracted[1]):
        return contracted.start(1)
    limit = min(start + _LOOK_AHEAD, _sentence_line_end(fresh, terms, start))
    stop = _STOP.search(fresh.low, start, limit)
    match = terms.is_word.search(fresh.low, start, stop.start() + 1 if stop else limit)
    if match is None and stop and stop.group() in {":", "："}:
        match = stop
    if match is None or fresh.low.count(" ", start, match.start()) > _BETWEEN_WORDS:
        return 0
    return match.end()
