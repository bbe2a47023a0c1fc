"""Account names that no rule announces: what looks like nothing but a name, best in a sentence about the account.

Tried last, where no other rule found a name. Of several candidates the likeliest counts, of two that are as likely none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from difflib import SequenceMatcher
from itertools import islice
from operator import attrgetter, itemgetter
from typing import NamedTuple

from mailflow.core.form import Field
from mailflow.core.reading.claim import BESIDE_ACCOUNT, Claim
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.likeness import Writer, is_initialled, is_made_of, words_of_writer
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.namelike import NAME, QUOTES, TAIL
from mailflow.core.reading.notbut import is_of_address
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import words_of

_CANDIDATE = re.compile(
    rf"(?<![\w@./:+À-ɏЀ-ӿ-])(?P<open>[{QUOTES}(\[<*]?)[ \xa0]?(?P<name>_*{NAME}_*)[ \xa0]?(?P<close>[{QUOTES})\]>*]?)(?![\w@/À-ɏЀ-ӿ]|[.:-]\w)",
    re.ASCII,
)
_BEFORE = re.compile(r"(?P<word>[^\W_]+)?[ \t\n]*(?P<mark>[,:=–—-]?)[ \t\n]*\Z")
_SHAPE = re.compile(r"[a-z][a-z.-]*[0-9_][\w.-]*|[a-z]+_[\w.-]+|_\w+", re.ASCII)
_WORD = re.compile(r"[a-z]\w+", re.ASCII)
_COMPOUND = re.compile(r"[a-z]+(?:[.-][a-z]+)+", re.ASCII)
_VERSION = re.compile(r"\s(?:v\d|version \d|\d+\.\d+\.\d)")
_DIGITS = re.compile(r"[\d_.-]+")
# Reference numbers, versions, digests and tokens look alike, and nobody is called so.
_TECHNICAL = re.compile(
    r"[A-Z0-9._-]+|v?\d[\w.]*|x86_64|[0-9a-f]{7,}|(?=\w*[a-z])(?=\w*[A-Z])(?=\w*\d)\w{12,}"
)
_START, _BEGIN, _END = itemgetter(0), attrgetter("start"), attrgetter("end")
_LOOK_BACK = 30  # characters in front of a name
_TO_WRONG = 3  # spaces between a name and what says that it is wrong: "x, which was wrong"
_CUES = 20  # on either side of a name that are looked at
_MOST = 100  # words that may be names: nobody who has one account writes so many
SHAPED = 0.7  # it looks like nothing but a name
CORRECTED, _WRAPPED, _PLAIN = 0.8, 0.75, 0.65
_IN_SUBJECT = 0.02  # less sure
_OWN, _LIKELY = 0.03, 0.62  # it is made of the writer's own name: surer by so much, and no less sure than so
_UNSPOKEN = 0.62  # it looks like nothing but a name, and no word says whose
_LEAST = 3  # letters of a name without quotes
_LONGEST_WORD = 24
_NEAR = 45  # characters between the word that speaks of the account and what is in quotes
_MUCH_ALIKE = 0.75  # a name and how it was mistyped before
_ALIKE = 0.86  # of a common word's letters: then it is that word, mistyped
_ANNOUNCE = frozenset({"noun", "account", "as", "said", "signup"})
_HAS = frozenset({"second_factor", "device", "password", "codes", "some_codes", "username"})
_LEADING_MARKS = frozenset({",", ":", "=", "–", "—"})


class _Cue(NamedTuple):
    end: int
    kind: str  # account, thing, projects


def in_prose(
    fresh: Fresh,
    terms: Terms,
    field: Field,
    free: Sequence[tuple[int, int]],
    others: AbstractSet[str],
    writer: Writer,
    given: Callable[[Iterable[Claim]], list[Claim]],
    *,
    wanted: bool,
    asked: bool,
) -> Iterator[Claim]:
    """`free`: the parts of the text that are prose. `others`: names, in lower case, that are no account's.

    `given`: leaves out those that their sentence only mentions. `asked`: our letter asked for the name.

    Where no name is `wanted`, only one that is made of the writer's own counts: "any news of jdoe?".
    """
    own = words_of_writer(terms, writer)
    found: dict[str, Claim] = {}
    told = asked or terms.among("found", *words_of(fresh.low))
    if not (wanted or told or any(word in fresh.low for word in own)):
        return
    for match, cues, denied in islice(
        _candidates(fresh, terms, free, others, own, wanted=wanted or told), _MOST
    ):
        name = match["name"].rstrip(".-")
        corrects = _corrects(name, denied, cues)
        if corrects and is_of_address(fresh, name, match.start()):
            continue
        sure = CORRECTED if corrects else _sureness(fresh, terms, match, cues)
        is_told = told and _is_told(fresh, terms, match, cues, asked=asked)
        if not sure and (is_told or _gets_in(fresh, terms, match)):
            sure = _PLAIN
        if _is_own(fresh, terms, match, cues, own):
            sure = max(sure, _LIKELY) + _OWN
        elif not (wanted or corrects or is_told):
            continue
        sure -= _IN_SUBJECT if match.start() < fresh.subject else 0
        if sure > 0 and not terms.states_nothing(field, name):
            claim = Claim(field.key, name, BESIDE_ACCOUNT, sure, *match.span("name"), rank=0)
            known = found.get(name.lower())
            if known is None or known.sure < sure:
                found[name.lower()] = claim
    left = given(found.values())
    best = max((claim.sure for claim in left), default=0)
    likeliest = [claim for claim in left if claim.sure == best]
    if len(likeliest) == 1:
        yield from likeliest


def _candidates(
    fresh: Fresh,
    terms: Terms,
    free: Sequence[tuple[int, int]],
    others: AbstractSet[str],
    own: AbstractSet[str],
    *,
    wanted: bool,
) -> Iterator[tuple[re.Match[str], Sequence[_Cue], AbstractSet[str]]]:
    """The words that may be names, each with the cues of its sentence and those that are said to be none."""
    told: list[tuple[re.Match[str], Sequence[_Cue], set[str]]] = []
    wrong: set[str] = set()
    for start, end in fresh.sentences:
        wrong.update(map(_name_of, _wrong(fresh, terms, start, end, own)))
        likely = [
            match
            for match in words(fresh, start, end)
            if (wanted or any(word in match["name"] for word in own))
            and is_free(match, free)
            and may_be_name(fresh, terms, match, own)
        ]
        if not likely or names_other_service(fresh, terms, start, end):
            continue
        cues: Sequence[_Cue] = _cues(fresh, terms, start, end)
        denied = {_name_of(match) for match in _denied(fresh, start, end)}
        told.extend((match, cues, denied) for match in likely)
    for match, cues, denied in told:
        none = denied | wrong
        if _name_of(match) not in none and _name_of(match) not in others:
            yield match, cues, none


def _name_of(match: re.Match[str]) -> str:
    return match["name"].rstrip(".-").lower()


def _denied(fresh: Fresh, start: int, end: int) -> Iterator[re.Match[str]]:
    """The words that a "not" stands right before: "it is x, not y"."""
    for hit in fresh.within(start, end):
        match = _CANDIDATE.match(fresh.text, hit.end + 1, end) if hit.means.negates else None
        if match is not None:
            yield match


def _wrong(
    fresh: Fresh, terms: Terms, start: int, end: int, own: AbstractSet[str]
) -> Iterator[re.Match[str]]:
    """The names behind which a "wrong" stands at once or some words further: "it is x. y was wrong"."""
    for hit in fresh.within(start, end):
        if "wrong" in hit.means.states:
            for match in words(fresh, max(start, hit.start - _LOOK_BACK), hit.start):
                near = fresh.low.count(" ", match.end(), hit.start) <= _TO_WRONG
                if near and may_be_name(fresh, terms, match, own):
                    yield match


def _alike(name: str, wrong: str) -> bool:
    return SequenceMatcher(None, name, wrong, autojunk=False).ratio() >= _MUCH_ALIKE


def _corrects(name: str, denied: AbstractSet[str], cues: Sequence[_Cue]) -> bool:
    """Whether a name is put right that is much like it, and no project's."""
    alike = any(_alike(name.lower(), wrong) for wrong in denied)
    return alike and not any(cue.kind == "projects" for cue in cues)


def words(fresh: Fresh, start: int, end: int) -> Iterator[re.Match[str]]:
    """The words of a part of the text that a name could be, each with what it is wrapped in."""
    return _CANDIDATE.finditer(fresh.text, start, end)


def _cues(fresh: Fresh, terms: Terms, start: int, end: int) -> list[_Cue]:
    """Where a sentence speaks of an account of the service, or of a thing that an account has, in order."""
    hits = fresh.within(start, end)
    named = any(fresh.low.find(name, start, end) >= 0 for name in terms.service)
    words = _WORD.finditer(fresh.low, start, end) if named else ()
    cues = [
        *(_Cue(hit.end, "account") for hit in hits if not _ANNOUNCE.isdisjoint(hit.means.names)),
        *(_Cue(word.end(), "account") for word in words if terms.is_service(word.group())),
        *(_Cue(hit.end, "thing") for hit in hits if hit.means.tells or _is_of_account(hit)),
        *(_Cue(hit.end, "projects") for hit in hits if _speaks_of_project(hit)),
    ]
    return sorted(cues)


def _speaks_of_project(hit: Hit) -> bool:
    """Whether a phrase names a project, and not its page, on which names stand."""
    return any(table == "projects" and key != "page" for table, key in hit.means.concepts)


def _is_of_account(hit: Hit) -> bool:
    """Whether an account has what a phrase names, or it is done to one: "the password of", "a reset for"."""
    return (
        not _HAS.isdisjoint(hit.means.things)
        or "reset" in hit.means.states
        or ("things", "password_reset") in hit.means.concepts
    )


def names_other_service(fresh: Fresh, terms: Terms, start: int, end: int) -> bool:
    """Whether a part of the text names another service, or a user name that is another's: "my Windows user name"."""
    words = words_of(fresh.low[start:end])
    if terms.among("elsewhere", *words):
        return True
    return terms.among("other_login", *words) and any(
        terms.among("other_login", *words_of(fresh.low[max(start, hit.start - _LOOK_BACK) : hit.start])[-1:])
        for hit in fresh.within(start, end)
        if not _ANNOUNCE.isdisjoint(hit.means.names)
    )


def is_free(match: re.Match[str], free: Sequence[tuple[int, int]]) -> bool:
    """Whether a match stands in prose; `free` is in order."""
    place = bisect_right(free, match.start(), key=_START) - 1
    return place >= 0 and match.end() <= free[place][1]


def may_be_name(fresh: Fresh, terms: Terms, match: re.Match[str], own: AbstractSet[str]) -> bool:
    """Whether a word can be an account's name; `own`: the words of the writer's own name."""
    name, start = match["name"], match.start("name")
    if _VERSION.match(fresh.text, match.end()):
        return False  # "I'd like to report x 1.0.3"
    if any(hit.start <= start < hit.end and hit.means.matters for hit in fresh.within(start - 20, start + 1)):
        return False
    if terms.among("not_last", name.lower().rpartition(".")[2]) or _TECHNICAL.fullmatch(name):
        return False
    parts = [part for part in _DIGITS.split(name) if part]
    of_words = all(map(terms.everyday, parts)) and not (
        ("_" in name and is_made_of(name, own)) or is_initialled(name, own)
    )
    return not of_words and not terms.is_service(name.lower())


def _is_own(
    fresh: Fresh, terms: Terms, match: re.Match[str], cues: Sequence[_Cue], own: AbstractSet[str]
) -> bool:
    """Whether a word is made of the writer's own name, and is no project's."""
    name, start = match["name"], match.start("name")
    if name != name.lower() or not is_made_of(name, own) or _is_guessed(fresh, terms, match):
        return False
    before = bisect_right(cues, start, key=_END)
    return not (before and cues[before - 1].kind == "projects")


def _is_guessed(fresh: Fresh, terms: Terms, match: re.Match[str]) -> bool:
    """As in "Was it jdoe? Or janed?", but not in "Any news of jdoe?"."""
    if not fresh.text.startswith("?", match.end()):
        return False
    before = _text_before(fresh, match.start())
    leads = _BEFORE.search(before)
    return leads is None or not leads["word"] or terms.among("is", *words_of(before)[-2:])


def _text_before(fresh: Fresh, place: int) -> str:
    return fresh.low[max(0, place - _LOOK_BACK) : place]


def _sureness(fresh: Fresh, terms: Terms, match: re.Match[str], cues: Sequence[_Cue]) -> float:
    """How sure it is that a word is the account's name; 0 if nothing says so."""
    name, start = match["name"], match.start("name")
    before = bisect_right(cues, start, key=_END)
    nearest = cues[before - 1] if before else None
    spoken = [cue for cue in cues[max(0, before - _CUES) : before + _CUES] if cue.kind == "account"]
    if nearest is not None and nearest.kind == "projects":
        return 0
    if nearest is not None and nearest.kind == "thing" and _belongs_to(fresh, terms, nearest, start):
        return _PLAIN if name[0].islower() else 0
    shaped = _SHAPE.fullmatch(name) is not None
    if not spoken:
        return _UNSPOKEN if shaped else 0
    if match["open"] and match["close"] and any(abs(start - cue.end) <= _NEAR for cue in spoken):
        return _WRAPPED if shaped else _PLAIN if name.islower() else 0
    return SHAPED if shaped else _PLAIN if _stands_as_name(fresh, terms, match, spoken) else 0


def _belongs_to(fresh: Fresh, terms: Terms, cue: _Cue, start: int) -> bool:
    """Whether nothing but an "of" stands between a thing and a word: "the second factor of x"."""
    between = words_of(fresh.low[cue.end : start])
    last = between[-1] if between else fresh.low[: cue.end].rsplit(None, 1)[-1]
    return len(between) <= 1 and terms.among("of", last)


def _gets_in(fresh: Fresh, terms: Terms, match: re.Match[str]) -> bool:
    """As in "When x logs in, …", "x cannot log in": a plain word that begins its clause, and what accounts do."""
    if not _may_stand(terms, match["name"]):
        return False
    if not terms.begins_with("gets_in", fresh.low[match.end() : match.end() + _LOOK_BACK]):
        return False
    before = _BEFORE.search(_text_before(fresh, match.start()))
    leads = before is None or before["mark"] or not before["word"] or terms.among("opens", before["word"])
    return bool(leads)


def _is_told(fresh: Fresh, terms: Terms, match: re.Match[str], cues: Sequence[_Cue], *, asked: bool) -> bool:
    """As in "the page says x", where a name was asked for, and "I have found it: it is x"; no project is spoken of."""
    name = match["name"]
    if not (_may_stand(terms, name) and TAIL.match(fresh.text, match.end())):
        return False
    begin, end = fresh.sentence_at(match.start())
    if not (asked or terms.among("found", *words_of(fresh.low[begin:end]))):
        return False
    text = _text_before(fresh, match.start())
    before = words_of(text)[-2:]
    if text.rstrip().endswith(":") and terms.among("persons", *before[-1:]):
        return True  # 'the page of my library says "Maintainers: x"'
    if any(cue.kind == "projects" for cue in cues):
        return False
    if text.rstrip().endswith(":"):
        return True
    return terms.among("is", *before[-1:], " ".join(before)) or terms.among("shows", *before[-1:])


def _may_stand(terms: Terms, name: str) -> bool:
    """Whether a word may be a name where no sign but its place says so."""
    plain = _COMPOUND.fullmatch(name) is not None or name.isalnum()
    return (
        plain
        and name.islower()
        and _LEAST <= len(name) <= _LONGEST_WORD
        and name not in terms.values.get("given", ())
        and not name.endswith(terms.lists.get("endings", ()))
        and not _is_mistyped(terms, name)
    )


def _stands_as_name(fresh: Fresh, terms: Terms, match: re.Match[str], spoken: Sequence[_Cue]) -> bool:
    """Whether a plain word that no language knows stands where a name does: "account is x", ", x,"."""
    name, start = match["name"], match.start("name")
    compound = _COMPOUND.fullmatch(name) is not None
    if not (name.islower() and (compound or name.isalpha()) and _LEAST <= len(name) <= _LONGEST_WORD):
        return False
    if not any(cue.end <= start for cue in spoken) or name.endswith(terms.lists.get("endings", ())):
        return False
    before = _BEFORE.search(_text_before(fresh, start))
    leads = before is not None and (
        before["mark"] in _LEADING_MARKS or terms.leads_to_name(before["word"] or "")
    )
    ends = compound or TAIL.match(fresh.text, match.end()) is not None
    return leads and ends and not _is_mistyped(terms, name)


def _is_mistyped(terms: Terms, name: str) -> bool:
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(name)
    for word in terms.vocabulary.words_like(name):
        matcher.set_seq1(word)
        if matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE:
            return True
    return False
