"""Passwords in sentences that do not just say "the password is x": denied, asked about, spelled out, set apart below."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from mailflow.core.passwordshapes import (
    ADDRESS_OR_LINK,
    CLAUSE_END,
    PIECE,
    QUOTED,
    SENTENCE_END,
    WORD,
    is_answer,
    is_code,
    is_like_no_name,
    is_phrase,
    trimmed,
)
from mailflow.core.secrettokens import Span, inner
from mailflow.core.secretview import REACH, View

_NEXT = re.compile(rf"(?:,(?=[ \t]))?[ \t*_]{{0,6}}((?![(\[]){WORD})")
_ENTITY = re.compile(r"&[A-Za-z]{2,8}(?:;|\Z)")  # of HTML: "pi&ugrave;"
_SPACE = re.compile(r"\s{0,3}")
_BEHIND_FIRST = re.compile(r"[\"'”“»`)\]*_」!.]{0,3}[ \t]{0,2}[,，;；.。(]?\s{0,3}")
_COLON = re.compile(r"[^.!?:：\n|]{0,80}[:：](?!//)")
_JUST_SPELLED = 40  # characters of a remark in brackets before it says how the words are written
_SET_APART = re.compile(
    r"[ \t]{0,3}[:：.。]?[ \t]{0,3}\r?\n(?:[> \t]{0,8}\r?\n){0,2}[> \t]{0,16}(\S{4,100})[ \t]{0,8}(?=\r?\n|\Z)"
)
_CLAUSE = re.compile(r"[ \t]{0,3}([^\s.!?;,:()|\"“„«][^.!?;,:()|\n\"“„«]{1,100}[^\s.!?;,:()|\"“„«])")
_TWO_WORDS = 2  # which tell more often how it is written
_SAID_BEHIND = re.compile(r"[ \t]{0,3}[:：]")
# Letter by letter: "B r 4 m b l e" and "t-u-r-n".
_LETTERS = re.compile(r"(?<![\w-])\w([ -])\S(?:\1\S){4,60}(?![\w-])")
_LIKE_LETTERS = re.compile(r"[ -](?<=\w[ -])(?<!\w\w[ -])\w[ -]\w[ -]\w[ -]")
_TWO = re.compile(rf"\s{{1,3}}{PIECE}\s{{1,3}}([^\W\d_]{{1,8}})\s{{1,3}}{PIECE}")
# What YAML writes behind a key whose value stands on the lines below (YAML 1.2, 8.1).
_BLOCK = re.compile(r"[ \t]{0,3}[|>][+-]?[1-9]?[+-]?[ \t]{0,3}\r?\n")
_BLOCK_LINES = 4
_INDENT = re.compile(r"[ \t]*")
_WORDS = re.compile(r"[^\W\d_]{3,40}")
_ASKED_FOR = re.compile(
    rf"[?？][\"'”»)]{{0,2}}[ \t]{{0,3}}(?:\r?\n[> \t]{{0,8}})?(?:[-–—]{{1,2}}[ \t]|[A-Z][:.][ \t])?({WORD})"
)
_ASKED = re.compile(r"[?？][\"'”»)]{0,2}\s{1,3}")
_SHORT = re.compile(r"['’]s(?=[ \t])")  # "it's"
_STOPS = re.compile(r"[.!?。！？](?=\s|\Z)|\n[ \t]{0,8}\n")
_BEFORE_MARK = re.compile(rf"({WORD})[ \t,(]{{0,3}}\Z")
_PIECE_OF_DIGITS = re.compile(r"(?<![\w.-])[0-9]{1,8}(?![\w-]|[.,][0-9])")
_PLUS_DIGITS = re.compile(rf"({WORD}),[ \t](?:[^\W\d_]{{1,6}}[ \t]){{1,2}}[0-9]{{1,8}}(?![\w-])")
_DIGITS_BEFORE = re.compile(r"(?<![\w.-])[0-9]{1,8}[ \t]\Z")  # "99 at the end"
_LONGEST_PIECE = 40  # characters before a mark in which its piece is looked for
_SPACED = re.compile(r"\S{1,200}")
_WORDS_BEFORE = 5  # a name that are looked at for "is x still my"
_STOP = re.compile(r"[.!?。！？]\s")
_QUOTES = "\"'“„«`‘「"
_COLONS = (":", "：")
_LEAST_PIECE = 4  # letters of a word that a password begins with; three where it is quoted
_NEAR = 3  # words between two passwords and the name behind them
# Digits and signs that people write for letters.
_AS_LETTERS = str.maketrans("0134578@$", "oieastbas")


def framed(view: View, names: Sequence[Span]) -> Iterator[Span]:
    """What is told apart from the name of a password in the text, which stands before it for the most part."""
    yield from _concluded(view, names)
    yield from _spelled(view, names)
    yield from _set_apart(view, names)
    yield from _neither(view, names)
    yield from _pieced(view, names)
    if _LIKE_LETTERS.search(view.text):
        yield from _letters(view, names)


def contrasted(view: View, end: int) -> Iterator[Span]:
    """Both of "my password is not x, it is y". `end`: where the name ends."""
    said = view.value_after(end)
    for place in (end, said[0]) if said else (end,):
        space = _SPACE.match(view.text, place)
        denial = view.words.denies.match(view.text, space.end() if space else place)
        first = _value(view, denial.end()) if denial else None
        if first and is_code(view.text[slice(*first)]):
            yield first
            yield from right_one(view, first, denied=True)
            return


def right_one(view: View, first: Span, *, denied: bool) -> Iterator[Span]:
    """The second of "not x but y" and of "x, not y". `denied`: whether the first one was."""
    behind = _BEHIND_FIRST.match(view.text, first[1])
    place = behind.end() if behind else first[1]
    denial = view.words.denies.match(view.text, place)
    rather = view.words.rather.match(view.text, place) if denied or denial else denial
    leads = rather or denial
    second = _value(view, leads.end()) if leads else None
    if second and (is_code(view.text[slice(*second)]) or _is_quoted(view, second)):
        yield second


def block(view: View, start: int, place: int) -> Span | None:
    """The lines of a value in YAML, deeper than the name that begins at `start`, behind the ">-" at `place`."""
    sign = _BLOCK.match(view.text, place)
    if sign is None:
        return None
    least = start - view.line_start(start)
    first, last = 0, sign.end()
    for _ in range(_BLOCK_LINES):
        indent = _INDENT.match(view.text, last)
        begins = indent.end() if indent else last
        end = view.line_end(begins)
        if begins - last <= least or not view.text[begins:end].strip():
            break
        first, last = first or begins, end + 1
    return (first, last - 1) if first else None


def asked_about(view: View, line: int, start: int, end: int) -> int | None:
    """Where the value ends of "is x still my password?" and "isn't x my password?".

    `start`, `end`: of the name; `line`: from where on it is looked for.
    """
    question = SENTENCE_END.search(view.text, end, end + REACH)
    if question is None or question[0] not in "?？":
        return None
    before = [(line + word.end(), word[0].casefold()) for word in _SPACED.finditer(view.text[line:start])][
        -_WORDS_BEFORE:
    ]
    words, still, nearest = view.words, False, True  # "the right password"
    while before:
        place, said = before.pop()
        plain = said.split("-")[0]  # "est-il"
        may_stand_between = said in words.between or said in words.article or plain in words.is_words
        if said in words.still or may_stand_between or (nearest and said in words.no_password):
            still, nearest = still or said in words.still, False
        else:
            first = before[-1][1] if before else ""
            asks = first in words.still or first in words.is_words or words.denies.match(first) is not None
            return place if still or asks else None
    return None


def still_behind(view: View, end: int) -> Span | None:
    """As in "is my password still x?": a code in a question."""
    space = _SPACE.match(view.text, end)
    word = _SPACED.match(view.text, space.end()) if space else None
    span = _value(view, word.end()) if word and word[0].casefold() in view.words.still else None
    if span is None or not is_code(view.text[slice(*span)]):
        return None
    if view.text[span[1] - 1] in "?？":
        return span[0], span[1] - 1
    question = SENTENCE_END.search(view.text, span[1], span[1] + REACH)
    return span if question and question[0] in "?？" else None


def asked_for(view: View, end: int) -> Span | None:
    """As in "My password? X" and "> password?" above x: what no account's name looks like."""
    found = _ASKED_FOR.match(view.text, end)
    span = trimmed(view.text, *found.span(1)) if found else (end, end)
    is_one = is_like_no_name(view.text[slice(*span)]) and CLAUSE_END.match(view.text, span[1])
    return span if is_one and not ADDRESS_OR_LINK.fullmatch(view.text[slice(*span)]) else None


def asked_and_said(view: View, end: int) -> Span | None:
    """As in "My password? It is kitten.": a word that ends its sentence and tells nothing else of it."""
    asked = _ASKED.match(view.text, end)
    subject = view.words.mine.match(view.text, asked.end()) if asked else None
    if subject is None:
        return None
    short = _SHORT.match(view.text, subject.end())
    said = None if short else view.value_after_is(subject.end() + 1)
    place = short.end() if short else said[0] if said else None
    span = _value(view, place) if place is not None else None
    return span if span and CLAUSE_END.match(view.text, span[1]) else None


def _value(view: View, place: int) -> Span | None:
    """What is quoted at a place, or else the word there."""
    if (quoted := QUOTED.match(view.text, place)) and quoted.lastindex:
        span = inner(quoted)
    elif word := _NEXT.match(view.text, place):
        span = trimmed(view.text, *word.span(1))
    else:
        return None
    value = view.text[slice(*span)]
    is_html = _ENTITY.search(value) is not None
    return None if is_html or is_answer(view, value) or ADDRESS_OR_LINK.fullmatch(value) else span


def _is_quoted(view: View, span: Span) -> bool:
    return view.text[span[0] - 1 : span[0]] in (*_QUOTES,)


def _name_before(view: View, names: Sequence[Span], place: int, reach: int = REACH) -> int | None:
    """Where the last name of a password before a place ends, unless that of an account stands between."""
    before = bisect_left(names, (place, place)) - 1
    if before < 0 or place - names[before][1] > reach:
        return None
    return None if _names_account(view, view.text[names[before][1] : place]) else names[before][1]


def _is_of_an_account(view: View, place: int) -> bool:
    """Whether the sentence before a place names an account."""
    return _names_account(view, SENTENCE_END.split(view.text[max(0, place - REACH) : place])[-1])


def _names_account(view: View, said: str) -> bool:
    return any(word in view.words.account for word in _WORDS.findall(said.casefold()))


def _concluded(view: View, names: Sequence[Span]) -> Iterator[Span]:
    """As in "all small, with a zero for the o, so h0llyhock", with the word that it is made of."""
    known = [(span, False) for span in view.told_behind(names, "therefore")] + [
        (span, True) for span in view.told_behind(names, "namely")
    ]
    for (start, end), sure in known:
        value = _value(view, end + 1) if view.text[end : end + 1] in {",", ":"} else _value(view, end)
        said = view.text[slice(*value)] if value else ""
        if value is None or not is_code(said):
            continue
        name = _name_before(view, names, start)
        if name is None or not _ends(view, value[1]):
            continue
        made_of = _made_of(view, name, start, said)
        if sure or made_of or is_like_no_name(said) or _is_spelled(view, name, start):
            yield value
            yield made_of or value


def _ends(view: View, place: int) -> bool:
    """Whether a part of the sentence ends there, or goes on with "or"."""
    following = _NEXT.match(view.text, place)
    joined = following is not None and following[1].casefold() in view.words.joins
    return joined or CLAUSE_END.match(view.text, place) is not None


def _is_spelled(view: View, first: int, end: int) -> bool:
    """Whether it is told between two places how something is spelled."""
    spelled = view.told("spelled")
    place = bisect_left(spelled, (first, first))
    return place < len(spelled) and spelled[place][1] < end


def _made_of(view: View, first: int, end: int, value: str) -> Span | None:
    """The word between two places with which a value begins, perhaps with digits for some of its letters."""
    ways = value.casefold(), value.casefold().translate(_AS_LETTERS)
    for word in _WORDS.finditer(view.text, first, end):
        said = word[0].casefold()
        least = _LEAST_PIECE - (view.text[word.start() - 1] in _QUOTES)
        if len(said) >= least and any(way.startswith(said) for way in ways):
            return word.span()
    return None


def _spelled(view: View, names: Sequence[Span]) -> Iterator[Span]:
    """As in "it is all small, with a zero: x" and "is x y z (four words with spaces)"."""
    for start, end in view.told_behind(names, "spelled"):
        name = _name_before(view, names, start)
        if name is None:
            continue
        colon = _COLON.match(view.text, end)
        value = _value(view, colon.end()) if colon else None
        if value and (is_code(view.text[slice(*value)]) or _is_right_behind(view, name, end, value)):
            yield from [value] if CLAUSE_END.match(view.text, value[1]) else ()
        yield from _said_words(view, end)
        bracket = view.text.rfind("(", max(name, start - _JUST_SPELLED), start)
        said = view.value_after(name) if bracket >= 0 else None
        if said and said[1] and said[0] < bracket:
            span = trimmed(view.text, said[0], bracket)
            clause = view.text[slice(*span)]
            if not SENTENCE_END.search(clause) and is_phrase(view, clause.split()):
                yield span


def _said_words(view: View, end: int) -> Iterator[Span]:
    """As in "it is three words: x y z". `end`: where the word that says how it is written ends."""
    sign = _SAID_BEHIND.match(view.text, end)
    clause = _CLAUSE.match(view.text, sign.end()) if sign else None
    words = clause[1].split() if clause else []
    if clause and len(words) > _TWO_WORDS and is_phrase(view, words, answers=0):
        yield clause.span(1)


def _is_right_behind(view: View, name: int, end: int, value: Span) -> bool:
    """Whether it is "the password ends in a question mark: x", with a word of some letters."""
    is_word = value[1] - value[0] > _LEAST_PIECE
    return is_word and view.text[end : end + 1] in _COLONS and not SENTENCE_END.search(view.text, name, end)


def _set_apart(view: View, names: Sequence[Span]) -> Iterator[Span]:
    """As in "It is the following:", with the password alone on a line below."""
    for start, end in view.told_behind(names, "follows", 2 * REACH):
        below = _SET_APART.match(view.text, end)
        colon = None if below else _SAID_BEHIND.match(view.text, end)
        place = below.start(1) if below else colon.end() if colon else None
        if place is not None and _name_before(view, names, start, 2 * REACH) is not None:
            value = _value(view, place)
            is_one = value and (below or is_code(view.text[slice(*value)]))
            if value and is_one and CLAUSE_END.match(view.text, value[1]):
                yield value


def _neither(view: View, names: Sequence[Span]) -> Iterator[Span]:
    """As in "my password is neither x nor y", "neither x nor y is my password" and "my passwords? Neither X1 nor Y2 works"."""
    for start, end in view.told("neither"):
        two = _TWO.match(view.text, end)
        if two is None or two[2].casefold() not in view.words.nor:
            continue
        spans = [_value(view, two.start(group)) for group in (1, 3)]
        values = [span for span in spans if span and is_code(view.text[slice(*span)])]
        if len(values) == len(spans) and _is_of_a_password(view, names, (start, two.end()), values):
            yield from values


def _is_of_a_password(view: View, names: Sequence[Span], two: Span, values: Sequence[Span]) -> bool:
    name = _name_before(view, names, two[0])
    if name is not None:
        said = view.value_after(name)
        sure = all(is_like_no_name(view.text[slice(*value)]) for value in values)
        if (said and said[0] <= two[0] and not view.text[said[0] : two[0]].strip()) or (
            sure and _STOP.search(view.text, name, two[0])
        ):
            return True
    following = bisect_left(names, two)
    behind = SENTENCE_END.split(view.text[two[1] : two[1] + REACH], maxsplit=1)[0]
    if following == len(names) or names[following][0] >= two[1] + len(behind):
        return False
    near = view.text[two[1] : names[following][0]].casefold().split()[-_NEAR:]
    return any(word in view.words.is_words or word in view.words.as_words for word in near)


def _pieced(view: View, names: Sequence[Span]) -> Iterator[Span]:
    """As in "is Biscuit with a capital B, then 99 at the end": two marks at least, one and a number, or "99 at the end"."""
    marks, ends = view.told("pieced"), view.told("at_end")
    seen = 0
    for start, _ in sorted([*marks, *ends]):
        if start < seen:
            continue
        first, seen = _sentence_around(view, start)
        behind = [mark for mark in marks if first <= mark[0] < seen]
        digits = [found.span() for found in _PIECE_OF_DIGITS.finditer(view.text, first, seen)]
        closing = [end for end in ends if first <= end[0] < seen]
        added = any(_DIGITS_BEFORE.search(view.text, first, end[0]) for end in closing)
        if (added or (behind and len(behind) + bool(digits) + bool(closing) > 1)) and _is_about_one(
            view, names, first, start, seen
        ):
            yield from digits
            yield from _pieces(view, behind, first, seen)


def _pieces(view: View, marks: Sequence[Span], first: int, last: int) -> Iterator[Span]:
    """The words before marks, and before ", plus 99"."""
    text = view.text
    found = [_BEFORE_MARK.search(text, max(first, mark[0] - _LONGEST_PIECE), mark[0]) for mark in marks]
    for piece in (*found, _PLUS_DIGITS.search(text, first, last)):
        span = trimmed(text, *piece.span(1)) if piece else (first, first)
        if span[0] < span[1] and not is_answer(view, text[slice(*span)]):
            yield span


def _sentence_around(view: View, place: int) -> Span:
    return view.since(_STOPS, place, REACH), view.until(_STOPS, place, REACH)


def _is_about_one(view: View, names: Sequence[Span], first: int, place: int, last: int) -> bool:
    """Whether a sentence, or what stands before it, names a password, and no account besides."""
    inside = bisect_left(names, (first, first))
    if inside < len(names) and names[inside][0] < last:
        return not _names_account(view, view.text[min(names[inside][1], place) : place])
    return _name_before(view, names, place) is not None


def _letters(view: View, names: Sequence[Span]) -> Iterator[Span]:
    """As in "letter by letter: t-u-r-n-5": single letters, with a digit or a sign among them."""
    for found in _LETTERS.finditer(view.text):
        letters = found[0].replace(found[1], "")
        behind = bisect_left(names, found.span())
        is_near = _name_before(view, names, found.start()) is not None or (
            behind < len(names) and names[behind][0] - found.end() <= REACH
        )
        is_mixed = not letters.isalpha() and any(map(str.isalpha, letters))
        if is_near and is_mixed and not _is_of_an_account(view, found.start()):
            yield found.span()
