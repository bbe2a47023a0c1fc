"""Passwords that people write in prose or tables, told by the word for them beside it in any of the languages.

A word too many masked is a small harm, a password kept is a great one; but "password: forgotten" is an answer.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from mailflow.core.passwordchats import replied
from mailflow.core.passwordframes import (
    asked_and_said,
    asked_for,
    block,
    contrasted,
    framed,
    right_one,
    still_behind,
)
from mailflow.core.passwordpairs import cells_below, is_second_of_two, second_of_two, table_of, typed_beside
from mailflow.core.passwordphrases import another, beside_name, is_spelled_behind, told_until
from mailflow.core.passwordsbefore import in_front
from mailflow.core.passwordsbeside import bracketed, changed, further, listed, set_to
from mailflow.core.passwordshapes import (
    ADDRESS_OR_LINK,
    CLAUSE_END,
    QUOTED,
    SIGNED,
    WORD,
    is_answer,
    is_code,
    is_like_no_name,
    is_odd,
    is_phrase,
    is_unmistakable,
    trimmed,
)
from mailflow.core.passwordstold import told_apart
from mailflow.core.phrases import CJK
from mailflow.core.secrettokens import Span, inner
from mailflow.core.secretview import FILLER, REACH, View

_REFERENCE = re.compile(r"\[[0-9A-Z]{4}-[0-9A-Z]{4}\]")  # of a case, which our subjects put in brackets
_BESIDE = re.compile(rf"[ \t]{{1,8}}(?:#[0-9]{{1,2}}[ \t])?({WORD})")
_IS_SHORT = re.compile(rf"['’]s[ \t]{{1,3}}({WORD})")  # "the password's x"
# Behind what is told of a password: "is still the same: x", "was right, x, I am sure".
_TOLD_FIRST = re.compile(rf"(?:[ \t][^\s.!?:,;()|]{{1,20}}){{0,3}}([:,])[ \t]{{1,3}}({WORD})")
_GLUED = re.compile(rf"(?<=[{CJK}])({WORD})")
_VALUE = re.compile(rf"[ \t*_]{{0,8}}({WORD})")
_BELOW = re.compile(
    rf"[ \t*_:：|#>+-]{{0,8}}\r?\n(?:[> \t]{{0,8}}\r?\n)?[> \t*_|]{{0,8}}({WORD})[ \t*_|]{{0,8}}(?=\r?\n|\Z)"
)
_ALONE = re.compile(r"[>\s#*_|•-]{0,8}")
_BELOW_COLON = re.compile(r"[ \t*_]{0,4}[:：]")
_LINE_BELOW = re.compile(
    r"[ \t*_]{0,4}[:：][ \t]{0,8}\r?\n(?:[> \t]{0,8}\r?\n)?[> \t]{0,8}([^\n:：]{3,100}?)[ \t]{0,8}(?=\r?\n|\Z)"
)
_WORDS_BEHIND = re.compile(rf"((?:[ \t][^\W\d_][\w'’]{{0,14}}){{1,3}})[ \t]({WORD})")
_WHICH = re.compile(r"[ \t]?[,(][ \t]{1,2}(?=[^\s]{2,12}[ \t])([^\s]{2,10})[ \t]")
# What is told of a password before which one it is: `that I wrote on a sticky note is "x"`.
_TOLD_OF = re.compile(
    r"\s{1,2}([^\s.!?:;,()\"'“„«»`]{1,20})(?:\s{1,2}[^\s.!?:;,()\"'“„«»`]{1,20}){1,9}?\s{1,2}([^\W\d_]{1,8})(?=[ \t]{1,2}[\"“„«'‘`「])"
)
_IS_LAST = re.compile(rf"({WORD})[ \t]([^\W\d_]{{2,8}})(?![^\W_])")
_STOPS = re.compile(r"[.!?](?=\s)|\n")
_COMMENT = re.compile(r"[ \t](?:#|//)[ \t]")
_FEW_WORDS = re.compile(rf"((?:[ \t][^\W\d_]{{1,12}}){{1,3}})[ \t]({WORD})")
_DIGITS_QUOTED = re.compile(r"([0-9]{2,8}[!?.#*$]{0,3})([\"'”“»`’])(?![ \t]{0,3}[:=,;])")
_PAIRS = {'"': '"', "'": "'", "“": "”", "„": "“", "«": "»", "`": "`", "‘": "’"}
_BRACKETS = re.compile(r"[ \t]{1,3}\(([^()\n]{3,100})\)")
_BRACKETED = re.compile(r"[ \t]{0,3}[\[{<]([^\[\]{}<>\s]{1,40}(?:[ \t][^\[\]{}<>\s]{1,40}){1,7})[\]}>]")
# What a program puts a password in the place of: "${NAME}", "{{ name }}".
_STAND_IN = re.compile(r"[ \t]{0,3}[\"']?(?:\$\{[^{}\n]{1,80}\}|\$?\{\{[^{}\n]{1,80}\}\})[\"']?(?=\s|\Z)")
# The same to be filled in by whoever reads it, with the name in it: "<your password>".
_TO_FILL_IN = re.compile(
    r"[ \t]{0,3}[\"']?(?:<[^<>\n]{1,60}>|\[[^\[\]\n]{1,60}\]|\{[^{}\n]{1,60}\}|[A-Z]{2,20}(?:_[A-Z]{2,20}){1,3}(?![^\s\"',;]))"
)
_BEFORE = 130  # characters of an account's name and the word before it
_BRACKET = ("「", "『")
_CLAUSE_END = re.compile(r"[.!?;,:()|\n]")
_LONGEST_CLAUSE = 120
_SPELLED = 40  # characters behind a value in which it is told how that is spelled
_NEXT_LINE = re.compile(r"\r?\n[> \t]{0,4}([^.!?;,:()|\n]{1,120})")
_LEAST_WORD = 4  # characters of a word that is a password although the sentence goes on
_PHRASE_WORDS = 3  # those that a password has at least if only an "is" stands before it
_SOON = re.compile(rf"[ \t]{{1,3}}({WORD})")
_CHUNK = re.compile(WORD)
_PAIR = re.compile(r"[\"'(]?[A-Za-z][\w.-]{1,40}:(?=[^\s/:]{6})")  # "jdoe:x", of which the name stays
_TYPED = re.compile(
    rf"[ \t]{{0,3}}([:：=]|[-–—]{{1,2}}(?=\s))?[ \t*_]{{0,8}}(?:\r?\n[> \t]{{0,8}}){{0,2}}({WORD})"
)
# One of these stands in each that is typed; what else has digits in other scripts stands at the end.
_IN_CODES = re.compile("[0-9#$%^&*!@+=~_\u00b2\u00b3\u00b9\u0250-\U0010ffff]")


def passwords(view: View) -> Iterator[Span]:
    names = view.places("password")
    known: list[int] = []  # where those begin that were found
    for start, end in names:
        spans = list(changed(view, end)) or list(contrasted(view, end)) or list(_named(view, start, end))
        spans = spans or list(set_to(view, start, end))
        spans += further(view, view.text[start:end], spans[-1]) if spans else listed(view, start, end)
        spans += another(view, spans[-1]) if spans else ()
        spans += right_one(view, spans[-1], denied=_is_denied(view, end, spans[0])) if spans else ()
        yield from spans
        known += [span[0] for span in spans]
    if names:
        if _IN_CODES.search(view.text, names[0][1]):
            yield from _typed(view, names)
        for span in framed(view, names):
            yield span
            yield from further(view, "", span)
        known.sort()
        for span in told_apart(view, names, known):
            yield span
            yield from further(view, "", span)
        for span in _unmistakable(view.text, known):
            yield span
            yield from further(view, "", span)


def _is_denied(view: View, end: int, first: Span) -> bool:
    """Whether it is told of what was found that it is not the password: in languages without spaces, as one word."""
    denial = view.words.denies.match(view.text, end)
    return denial is not None and denial.end() <= first[0]


def _named(view: View, start: int, end: int) -> Iterator[Span]:
    """What one name of a password is told to be."""
    if replies := list(replied(view, start, end)):
        yield from replies
        return
    table = table_of(view, start)
    cells = list(cells_below(view, table)) if table else []
    span = None
    if not (cells and table and not table.first):
        span = beside_name(view, start, end) or _behind(view, start, end) or _below(view, start, end)
    if span is None and not cells:
        span = (
            in_front(view, start, end)
            or bracketed(view, end)
            or _foreign(view, end)
            or _quoted_name(view, start, end)
        )
    yield from ((first, last) for first, last in ([span] if span else cells) if first < last)


def _behind(view: View, start: int, end: int) -> Span | None:
    """As in "password: x", "my password is x", `password "x"`, "password x"."""
    beside = _beside(view, end) or still_behind(view, end) or asked_for(view, end)
    if beside is None and not _is_told_lost(view, start):
        beside = asked_and_said(view, end)
    if beside is None:
        beside = _which(view, start, end) or _told_of(view, end)
    found = view.value_after(end)
    if beside or found is None or not found[1]:
        return (
            beside
            or typed_beside(view, start, end)
            or _said_beside(view, start, end)
            or _surely(view, start, end)
        )
    place, _ = found
    if _is_to_fill_in(view, place):
        return None
    if (quoted := QUOTED.match(view.text, place)) and quoted.lastindex:
        return None if is_answer(view, quoted[quoted.lastindex]) else quoted.span(quoted.lastindex)
    if is_second_of_two(view, start):
        return second_of_two(view, place) or _bare(view, start, end, found)
    if words_in := _BRACKETED.match(view.text, place):
        return _words_in(
            view, words_in.span(1), of_words=view.text[start:end].casefold() in view.words.of_words
        )
    return block(view, start, place) or _bare(view, start, end, found)


def _is_to_fill_in(view: View, place: int) -> bool:
    """Whether it is "<your password>" or "YOUR_PASSWORD", which is what somebody was told to put there."""
    found = _TO_FILL_IN.match(view.text, place)
    if found is None:
        return False
    names = view.places("password")
    inside = bisect_left(names, (place, place))
    return inside < len(names) and names[inside][1] <= found.end()


def _which(view: View, start: int, end: int) -> Span | None:
    """As in "the password, which is x, …" and "das Passwort, das x lautet"."""
    clause = _WHICH.match(view.text, end)
    if clause is None:
        return None
    leads = clause[1] is not None and clause[1].casefold() in view.words.relative
    place = view.value_after_is(clause.end() if leads else clause.start(1))
    if place:
        return _bare(view, start, end, place)
    last = _IS_LAST.match(view.text, clause.end()) if leads else None
    span = trimmed(view.text, *last.span(1)) if last else (end, end)
    is_one = last and last[2].casefold() in view.words.is_words and not is_answer(view, last[1])
    return span if is_one else None


def _told_of(view: View, end: int) -> Span | None:
    """As in `the password that I typed when I signed up was "x"`: in quotes, behind a clause that says more of it."""
    clause = _TOLD_OF.match(view.text, end)
    leads = clause[1].casefold() if clause else ""
    if clause is None or not (leads in view.words.relative or leads in view.words.tellers):
        return None
    if not view.joint_at(clause.start(2), clause[2].casefold()):
        return None
    quoted = QUOTED.match(view.text, clause.end())
    span = inner(quoted) if quoted else (end, end)
    value = view.text[slice(*span)]
    return None if not value or is_answer(view, value.split()[0]) else span


def _surely(view: View, start: int, end: int) -> Span | None:
    """As in "password definitely x": a code, or behind "user y" a word that ends what is said."""
    place = view.past_surely(end)
    value = _SOON.match(view.text, place) if place > end else None
    span = trimmed(view.text, *value.span(1)) if value else (end, end)
    said = view.text[slice(*span)]
    if not said or view.text[place - 1] == "," or is_answer(view, said) or ADDRESS_OR_LINK.fullmatch(said):
        return None
    sure = (
        view.text[end:place].strip().casefold() in view.words.surely
    )  # "password still x" may be a question
    beside = _is_beside_account(view, start)
    is_one = is_like_no_name(said) or (
        (is_code(said) and (sure or beside)) or (sure and beside and CLAUSE_END.match(view.text, span[1]))
    )
    return span if is_one else None


def _is_beside_account(view: View, start: int) -> bool:
    """Whether an account stands in what is said before."""
    before = _STOPS.split(view.text[max(0, start - _BEFORE) : start])[-1].casefold().split()
    return not view.words.account.isdisjoint(before)


def _foreign(view: View, end: int) -> Span | None:
    """As in "пароль у меня x": a code in letters that no account's name is of, behind a word or two."""
    found = _FEW_WORDS.match(view.text, end)
    if found is None or any(
        is_answer(view, word) and word not in view.words.between for word in found[1].split()
    ):
        return None
    span = trimmed(view.text, *found.span(2))
    value = view.text[slice(*span)]
    return span if not value.isascii() and is_code(value) and is_like_no_name(value) else None


def _quoted_name(view: View, start: int, end: int) -> Span | None:
    """As in `I used "password123"`, where the name is that of nothing but itself."""
    rest = _DIGITS_QUOTED.match(view.text, end)
    if rest is None or rest[2] != _PAIRS.get(view.text[start - 1 : start]):
        return None
    return start, rest.end(1)


def _said_beside(view: View, start: int, end: int) -> Span | None:
    """What is no code, where the words before tell that it follows: "login x password y", "used as password (x y)"."""
    text = view.text
    before = text[max(0, start - _BEFORE) : start].casefold().split()[-2:]
    if before and before[-1] in view.words.by_means and (value := _BESIDE.match(text, end)):
        span = trimmed(text, *value.span(1))
        following = _SOON.match(text, span[1])
        ends = CLAUSE_END.match(text, span[1]) or (following and following[1].casefold() in view.words.joins)
        is_named = text[span[0] : span[0] + 1].isupper() and ends
        return span if is_named and not is_answer(view, text[slice(*span)]) else None
    value = _BESIDE.match(text, end) if view.past_surely(end) == end else None
    if value and len(before) > 1 and before[0] in view.words.account:
        return None if is_answer(view, value[1]) else trimmed(text, *value.span(1))
    if text[start:end].casefold() in view.words.of_words and (quoted := QUOTED.match(text, end)):
        return _words_in(view, inner(quoted), of_words=True)  # `the passphrase "x y z"`
    if text[end : end + 1] in _BRACKET and (quoted := QUOTED.match(text, end)):
        span = inner(quoted)
        return None if is_answer(view, text[slice(*span)]) else span
    if before and before[-1] in view.words.as_words:
        return _said_as(view, end)
    span = trimmed(text, *value.span(1)) if (value := _BESIDE.match(text, end)) else (end, end)
    is_one = span[0] < span[1] and not is_answer(view, text[slice(*span)])
    return span if is_one and _is_spelled(view, span[1], with_words=True) else None


def _said_as(view: View, end: int) -> Span | None:
    """As in "used as password (x y)" and "as password I used x"."""
    if quoted := _BRACKETS.match(view.text, end) or QUOTED.match(view.text, end):
        span = inner(quoted)
        return span if is_phrase(view, view.text[slice(*span)].split()) else None
    words = _WORDS_BEHIND.match(view.text, end)
    said = set(words[1].casefold().split()) if words else set()
    if words is None or said.isdisjoint(view.words.use) or not said.isdisjoint(view.words.thing):
        return None
    span = trimmed(view.text, *words.span(2))
    return span if is_code(view.text[slice(*span)]) else None


def _beside(view: View, end: int) -> Span | None:
    """Right behind the name, with nothing but a space between: only what looks like nothing else."""
    text = view.text
    found = _BESIDE.match(text, end) or _GLUED.match(text, end) or _IS_SHORT.match(text, end)
    if found and _REFERENCE.fullmatch(found[1]):
        return None
    span = trimmed(view.text, *found.span(1)) if found else (end, end)
    value = view.text[slice(*span)]
    return span if is_code(value) and not is_answer(view, value) else None


def _bare(view: View, start: int, end: int, found: tuple[int, str]) -> Span | None:
    place, joint = found
    word = _VALUE.match(view.text, place)
    span = trimmed(view.text, *word.span(1)) if word else (place, place)
    value = view.text[slice(*span)]
    if not value.strip(FILLER) or _STAND_IN.match(view.text, place) or ADDRESS_OR_LINK.fullmatch(value):
        return None
    if is_odd(value) and not is_answer(view, value):
        return span
    of_words = view.text[start:end].casefold() in view.words.of_words
    if is_answer(view, value):
        phrase = _phrase(view, span[0], of_words=True) if of_words else None
        return phrase or (_behind_answer(view, span[1]) if joint[0].isalpha() else None)
    is_story = joint in ("-", "--", "–", "—") or _is_told_lost(view, start) or _is_owner(view, start, span)
    return None if is_story else _words(view, start, span, is_said=joint[0].isalpha(), of_words=of_words)


def _behind_answer(view: View, end: int) -> Span | None:
    """As in "is still the same: x", and "was right, x, I am sure" where x looks like no name at all."""
    found = _TOLD_FIRST.match(view.text, end)
    span = trimmed(view.text, *found.span(2)) if found else (end, end)
    value = view.text[slice(*span)]
    if found is None or not is_code(value) or not CLAUSE_END.match(view.text, span[1]):
        return None
    plain = found[1] == "," and not (SIGNED.search(value, 1) or any(map(str.isupper, value[1:])))
    return None if plain or _names_account(view, view.text[end : span[0]]) else span


def _names_account(view: View, said: str) -> bool:
    return not view.words.account.isdisjoint(said.casefold().replace(":", " ").split())


def _words(view: View, start: int, span: Span, *, is_said: bool, of_words: bool) -> Span | None:
    """A value that begins with a word; `is_said`: with "is" before it rather than a sign."""
    if CLAUSE_END.match(view.text, span[1]) and not _goes_on_below(view, span[1]):
        return span
    following = _SOON.match(view.text, span[1]) if span[1] - span[0] >= _LEAST_WORD else None
    # As in "is kitten and does not work".
    joined = following is not None and following[1].casefold() in view.words.joins
    if is_said or of_words:
        colon = ":" in view.text[max(0, span[0] - 3) : span[0]]
        found = _phrase(view, span[0], of_words=of_words or colon)
        if found or joined:
            return found or span
        if soon := _soon(view, span):
            return soon
    if joined or _is_spelled(view, span[1], with_words=not is_said):
        return span
    return _line_of_words(view, start, span[0])


def _is_spelled(view: View, end: int, *, with_words: bool) -> bool:
    """Whether what is told behind a value is how it is spelled: "with a capital", "in small letters".

    `with_words`: only behind a "with".
    """
    following = _SOON.match(view.text, end)
    if following is None or (with_words and following[1].casefold() not in view.words.by_means):
        return False
    clause = _CLAUSE_END.search(view.text, end, end + _SPELLED)
    last = clause.start() if clause else end + _SPELLED
    return any(
        following.start() <= start < last for names in ("spelled", "pieced") for start, _ in view.told(names)
    )


def _words_in(view: View, span: Span, *, of_words: bool) -> Span | None:
    """The words in brackets or quotes, if few of them tell what became of a password."""
    words = view.text[slice(*span)].split()
    answers = len(words) - 2 if of_words else None
    return span if len(words) > 1 and is_phrase(view, words, answers) else None


def _line_of_words(view: View, start: int, place: int) -> Span | None:
    """A line that begins with the name and goes on with some words, of which few tell about a password."""
    if not _ALONE.fullmatch(view.text, view.line_start(start), start):
        return None
    end = view.line_end(place)
    comment = _COMMENT.search(view.text, place, end)
    span = trimmed(view.text, place, comment.start() if comment else end)
    return span if is_phrase(view, view.text[slice(*span)].split()) else None


def _goes_on_below(view: View, place: int) -> bool:
    below = _NEXT_LINE.match(view.text, place)
    return below is not None and below[1][0].islower()


def _phrase(view: View, place: int, *, of_words: bool) -> Span | None:
    """The words of a sentence behind "password is", where they do not tell what became of it.

    `of_words`: whether the name says that it is of several ("passphrase").
    """
    line = _CLAUSE_END.split(view.text[place : place + _LONGEST_CLAUSE], maxsplit=1)[0]
    end = told_until(view, place, place + len(line))
    below = _NEXT_LINE.match(view.text, end) if _goes_on_below(view, end) else None
    line = view.text[place:end]
    of_words = of_words or is_spelled_behind(view, end)
    words = list(re.finditer(r"\S+", view.text[place : below.end(1) if below else end]))
    joins = (n for n, word in enumerate(words) if word[0].casefold() in view.words.joins)
    for count in (len(words), len(line.split()), next(joins, 0)):
        said = [word[0] for word in words[:count]]
        if _is_told(view, said, of_words=of_words):
            return trimmed(view.text, place, place + words[count - 1].end())
    return None


def _is_told(view: View, said: Sequence[str], *, of_words: bool) -> bool:
    if of_words:
        return len(said) > 1 and is_phrase(view, said, answers=len(said) // 2)
    return (
        len(said) >= _PHRASE_WORDS
        and is_phrase(view, said)
        and not said[0].endswith("ed")  # "managed by our IT"
        and not any(is_answer(view, word) for word in said[:2])
    )


def _soon(view: View, span: Span) -> Span | None:
    """As in "my password was either x" and "is I believe x": a code that looks like no name, behind a word or two."""
    for _ in range(2):
        word = _SOON.match(view.text, span[1])
        if word is None:
            return None
        span = trimmed(view.text, *word.span(1))
        value = view.text[slice(*span)]
        if is_like_no_name(value) and not is_answer(view, value):
            return span
    return None


def _below(view: View, start: int, end: int) -> Span | None:
    """The name as a heading or cell with nothing behind it, the value alone on the next line or in the cell below."""
    alone = _ALONE.fullmatch(view.text, view.line_start(start), start)
    if found := _BELOW.match(view.text, end, end + REACH):
        span = trimmed(view.text, *found.span(1))
        value = view.text[slice(*span)]
        if not is_answer(view, value) and (alone or (is_odd(value) and _BELOW_COLON.match(view.text, end))):
            return span
        return None
    line = _LINE_BELOW.match(view.text, end) if alone else None
    said = line[1].split() if line else []
    is_long = len(said) >= _PHRASE_WORDS or any(map(is_code, said))
    return line.span(1) if line and is_long and is_phrase(view, said) else None


def _typed(view: View, names: Sequence[Span]) -> Iterator[Span]:
    """As in "it refuses my password. I type it letter by letter: x" and "the password is in the notebook: x"."""
    for start, end in view.told("typed"):
        before = bisect_left(names, (start, start)) - 1
        if before < 0 or start - names[before][1] > REACH:
            continue
        between = view.text[names[before][1] : start]
        quoted = QUOTED.match(view.text, end)
        found = quoted or _TYPED.match(view.text, end)
        span = inner(quoted) if quoted else trimmed(view.text, *found.span(2)) if found else (end, end)
        value = view.text[slice(*span)]
        is_told = bool(quoted) or (bool(found and found[1]) and not _STOPS.search(between))
        is_of_it = is_told and view.words.account.isdisjoint(between.casefold().split())
        if is_like_no_name(value) or (is_of_it and (is_odd(value) if quoted else is_code(value))):
            yield span


def _unmistakable(text: str, known: Sequence[int]) -> Iterator[Span]:
    """What nobody would write but a password, wherever it stands in a text that speaks of one.

    `known`: where others begin, as "name/x" is no password if the "x" of it is.
    """
    for found in _chunks_with_signs(text):
        first = _PAIR.match(text, *found.span())
        span = trimmed(text, first.end() if first else found.start(), found.end())
        inside = bisect_left(known, span[0] + 1)
        holds_known = inside < len(known) and known[inside] < span[1]
        if not holds_known and is_unmistakable(text[slice(*span)]):
            yield span


def _chunks_with_signs(text: str) -> Iterator[re.Match[str]]:
    """Looked for in the lines alone that hold a sign, as few do."""
    sign = SIGNED.search(text)
    while sign is not None:
        start, end = text.rfind("\n", 0, sign.start()) + 1, text.find("\n", sign.end())
        end = len(text) if end < 0 else end
        yield from (found for found in _CHUNK.finditer(text, start, end) if SIGNED.search(found[0]))
        sign = SIGNED.search(text, end)


def _is_told_lost(view: View, start: int) -> bool:
    """Whether it is "forgot password: …", which goes on with a story, not with the password."""
    before = view.text[max(0, start - 30) : start].casefold().split()
    last = before[-1] if before else "-"
    return last != "-" and last in view.words.no_password and last not in view.words.between


def _is_owner(view: View, start: int, span: Span) -> bool:
    """Whether it is "he knew the password: Marcus, who has left", which tells who knows it."""
    before = view.text[max(0, start - 30) : start].casefold().split()[-2:]
    value = view.text[slice(*span)]
    return (
        value.isalpha()
        and value[:1].isupper()
        and view.text[span[1] : span[1] + 1] == ","
        and any(word in view.words.knows for word in before)
    )
