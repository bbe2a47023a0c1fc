"""Further passwords behind one that was found: "x or y", "x and the new one is y", two of them, lists, and in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailflow.core.passwordshapes import (
    ADDRESS_OR_LINK,
    CLAUSE_END,
    PIECE,
    QUOTED,
    WORD,
    is_answer,
    is_code,
    is_factor,
    is_mixed,
    is_odd,
    may_be_one,
    trimmed,
)
from mailflow.core.phrases import CJK
from mailflow.core.secrettokens import Span, inner
from mailflow.core.secretview import View

_MOST = 8  # of them in a row
_WORDS_BETWEEN = 6
_AFTER = re.compile(r"[\"'”“»`)\]*_]{0,3}[ \t]{0,2}([,;/.|]|)(?=\s|[\"'„“«]|(?<=/))")
_BELOW = re.compile(r"[ \t]{0,3}\r?\n(?=\S)")
_COMMAS = (",", ";", "/", "|")
_WORD = re.compile(rf"(\s{{0,3}})({WORD})")
_ALONE = re.compile(r"[\"'”“»`*_.]{0,3}[ \t]{0,3}(?:\r?\n|\Z)")
_CHANGED = re.compile(
    rf"\s{{1,3}}([^\W\d_]{{1,8}})\s{{1,3}}{PIECE}\s{{1,3}}([^\W\d_]{{1,8}})\s{{1,3}}{PIECE}"
)
_SET = re.compile(rf"\s{{1,3}}([^\W\d_]{{1,8}})\s{{1,3}}{PIECE}")
_WORD_BETWEEN = re.compile(r"[ \t][\w.-]{2,40}(?=[ \t])")
_WORDS_TO = 2  # between the name and the "to": "for jdoe", "bitte"
_ENDS = ".,;:!?"
_CHANGED_GLUED = re.compile(
    rf"[ \t]?([{CJK}]{{0,4}})[ \t]?(「[^」\n]{{1,100}}」|{PIECE[1:-1]})[ \t]?([{CJK}]{{1,4}})[ \t]?(「[^」\n]{{1,100}}」|{PIECE[1:-1]})[ \t]?([{CJK}]{{0,4}})"
)
_BRACKETED = re.compile(r"((?:\s{1,3}[^\s()|.,;:!?]{1,20}){0,7})\s{1,3}\(([^\s()]{8,100})\)")
_CHUNK = re.compile(WORD)
_STOP = re.compile(r"[.!?。！？](?=\s)|\n")
_SENTENCE = 100  # characters in which others that are alike are looked for
_SIGN = re.compile(r"[A-Za-z0-9][-_!#$%&*+=?@][A-Za-z0-9]")
_LEAST_WORD = 6  # letters of a word with which a longer password begins
_LIKE = 4  # characters that are the same at the beginning of both
_ITEM = re.compile(
    r"\r?\n[> \t]{0,8}(?:[-*•·–][ \t]{1,3}|\d{1,2}[.)][ \t]{1,3})(\S{1,100}|[^\n]{1,100})[ \t]{0,3}(?=\r?\n|\Z)"
)
_LINE = re.compile(r"\r?\n[> \t]{0,8}(\S{6,100})[ \t]{0,3}(?=\r?\n|\Z)")
_COLONS = frozenset(":：")
_HEADING = 60  # characters between the name and the colon that ends its line


def further(view: View, name: str, span: Span) -> Iterator[Span]:
    """The passwords that are told right behind one of them."""
    several = name.casefold() in view.words.several
    for _ in range(_MOST):
        following = _next(view, span, several=several)
        if following is None:
            yield from _alike(view, span)
            return
        yield following
        span = following


def _alike(view: View, span: Span) -> Iterator[Span]:
    """As in "was walnut7 until I changed it to walnut8": codes in the rest of the sentence that begin alike."""
    first = view.text[slice(*span)].casefold()
    if not is_code(first) and not (first.isalpha() and len(first) >= _LEAST_WORD):
        return
    leads = False
    for found in _CHUNK.finditer(view.text, span[1], view.until(_STOP, span[1], _SENTENCE)):
        other = trimmed(view.text, *found.span())
        value = view.text[slice(*other)]
        said = value.casefold()
        if said in view.words.account:
            return  # "kitten77, and the user is kitten78"
        is_like = said.startswith(first) if first.isalpha() else _is_like(view.text, span, other)
        if leads and is_code(value) and is_like:
            yield other
        words = view.words
        leads = said in words.joins or said in words.before_new or said in words.use


def _next(view: View, span: Span, *, several: bool) -> Span | None:
    after = view.words.glued_or.match(view.text, span[1]) or _AFTER.match(view.text, span[1])
    if after is None:
        return None
    place, told, denied = after.end(), False, False
    joined = after.re is view.words.glued_or or (
        several and (after[1] in _COMMAS or _BELOW.match(view.text, place) is not None)
    )
    for _ in range(_WORDS_BETWEEN):
        if (quoted := QUOTED.match(view.text, place)) and quoted.lastindex and (joined or told):
            value = quoted.span(quoted.lastindex)
            return None if is_answer(view, view.text[slice(*value)]) else value
        found = _WORD.match(view.text, place)
        if found is None:
            return None
        said = found[2].casefold().strip("(),:")
        joined, told = joined or said in view.words.joins, told or said in view.words.other
        if denied:
            value = trimmed(view.text, *found.span(2))
            return value if _is_like(view.text, span, value) else None
        denied = joined and not told and said in view.words.no_password and not _leads_on(view, said)
        if not denied and not _leads_on(view, said) and not (told and said in view.words.is_words):
            return _value(view, span, found, joined=joined, told=told)
        place = found.end()
    return None


def _leads_on(view: View, said: str) -> bool:
    words = view.words
    return (
        said in words.joins or said in words.other or said in words.article or not any(map(str.isalnum, said))
    )


def _value(view: View, first: Span, found: re.Match[str], *, joined: bool, told: bool) -> Span | None:
    span = trimmed(view.text, *found.span(2))
    value = view.text[slice(*span)]
    if not (joined or told) or not value or is_answer(view, value):
        return None
    if told and "\n" in found[1] and _ALONE.match(view.text, span[1]):
        return span
    if _is_like(view.text, first, span):
        return span
    if told:
        return span if is_odd(value) else None
    behind = _WORD.match(view.text, span[1])
    ends = CLAUSE_END.match(view.text, span[1]) or (behind and behind[2].casefold() in view.words.joins)
    return span if is_code(value) and ends else None


def _is_like(text: str, first: Span, span: Span) -> bool:
    """Whether both begin with the same letters."""
    start, end = span
    return (
        end - start > _LIKE
        and text[start : start + _LIKE].casefold() == text[first[0] : first[0] + _LIKE].casefold()
    )


def changed(view: View, end: int) -> Iterator[Span]:
    """Both of "my password from x to y"."""
    found = _CHANGED.match(view.text, end)
    if found is None or found[1].casefold() not in view.words.before_old:
        word = _WORD_BETWEEN.match(view.text, end)  # "my password yesterday from x to y"
        found = (_CHANGED.match(view.text, word.end()) if word else None) or found
    if (
        found
        and found[1].casefold() in view.words.before_old
        and found[3].casefold() in view.words.before_new
    ):
        # "mot de passe de connexion à x" and "contraseña de Juan a x" are those of accounts.
        names = [found[group].casefold() in view.words.between for group in (1, 3)]
        spans, quoted = _values(view, found, (2, 4))
        values = [view.text[slice(*span)] for span in spans]
        plain = names[0] and values[0].isalpha() and (names[1] or values[0].islower())
        if (quoted or (is_code(values[1]) and not plain)) and _are_passwords(view, values):
            yield from spans
    elif found := _CHANGED_GLUED.match(view.text, end):
        yield from _changed_glued(view, found)


def set_to(view: View, start: int, end: int) -> Iterator[Span]:
    """As in "I changed my password to x": a code, with the verb before or behind."""
    place = end
    for _ in range(_WORDS_TO + 1):
        found = _SET.match(view.text, place)
        if found and found[1].casefold() in view.words.before_new:
            span = trimmed(view.text, *found.span(2))
            if may_be_one(view, view.text[slice(*span)]) and _is_set(view, start, end, span[1]):
                yield span
            return
        word = _WORD_BETWEEN.match(view.text, place)
        if word is None:
            return
        place = word.end()


def _is_set(view: View, start: int, end: int, last: int) -> bool:
    """Whether a verb such as "changed" or "reset" stands near a name, or behind a value."""
    before = _STOP.split(view.text[max(0, start - _SENTENCE) : start])[-1].split()[-_WORDS_BETWEEN:]
    behind = _STOP.split(view.text[last : last + _SENTENCE], maxsplit=1)[0].split()[:_WORDS_BETWEEN]
    near = (*before, *view.text[end:last].split(), *behind)
    return any(word.casefold().strip(_ENDS) in view.words.sets for word in near)


def _changed_glued(view: View, found: re.Match[str]) -> Iterator[Span]:
    """The same in languages without spaces, in which "from" and "to" may stand behind what they belong to."""
    before, between, behind = found[1], found[3], found[5]
    old, new = tuple(view.words.before_old), tuple(view.words.before_new)
    is_changed = (before.endswith(old) and between.startswith(new)) or (
        between.startswith(old) and behind.startswith(new)
    )
    spans, quoted = _values(view, found, (2, 4))
    values = [view.text[slice(*span)] for span in spans]
    if is_changed and (quoted or is_code(values[1])) and _are_passwords(view, values):
        yield from spans


def _values(view: View, found: re.Match[str], groups: tuple[int, int]) -> tuple[list[Span], bool]:
    """Where two values stand, and whether both are quoted."""
    quotes = [QUOTED.match(view.text, found.start(group)) for group in groups]
    spans = [
        inner(quote) if quote else trimmed(view.text, *found.span(group))
        for quote, group in zip(quotes, groups, strict=True)
    ]
    return spans, all(quotes)


def _are_passwords(view: View, values: list[str]) -> bool:
    return not any(is_answer(view, value) or ADDRESS_OR_LINK.fullmatch(value) for value in values)


def bracketed(view: View, end: int) -> Span | None:
    """As in "the temporary password that they gave me (x)": what no name looks like."""
    found = _BRACKETED.match(view.text, end)
    if (
        found is None
        or not is_mixed(found[2])
        or not _SIGN.search(found[2])
        or ADDRESS_OR_LINK.search(found[2])
    ):
        return None
    words = [word.casefold() for word in found[1].split()]
    others = view.words.account | view.words.thing
    return None if any(word in others for word in words) or is_factor(found[2]) else found.span(2)


def listed(view: View, start: int, end: int) -> Iterator[Span]:
    """Lines of one password each below a line that names them, of which one at least can be nothing else.

    Below the name of several they need no mark, and each is such a one.
    """
    place = view.text.find("\n", end, end + _HEADING)
    if place < 0 or view.text[end:place].rstrip()[-1:] not in _COLONS:
        return
    several = view.text[start:end].casefold() in view.words.several
    spans: list[Span] = []
    while len(spans) < _MOST:
        item = _ITEM.match(view.text, place) or (_LINE.match(view.text, place) if several else None)
        span = trimmed(view.text, *item.span(1)) if item else (place, place)
        value = view.text[slice(*span)]
        if item is None or (item.re is _LINE and not is_code(value)):
            break
        if " " in value:
            return
        spans.append(span)
        place = item.end()
    if any(is_odd(view.text[slice(*span)]) and is_code(view.text[slice(*span)]) for span in spans):
        yield from (span for span in spans if not is_answer(view, view.text[slice(*span)]))
