"""Passwords that people write in prose or tables, told by the word for them beside it in any of the languages.

A word too many masked is a small harm, a password kept is a great one; but "password: forgotten" is an answer.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from mailflow.core.phrases import CJK
from mailflow.core.secretforms import Span
from mailflow.core.secretview import REACH, View

_QUOTED = re.compile(
    r"[ \t*_]{0,8}(?:\"([^\"\n]{1,100})\"|“([^”\n]{1,100})”|„([^“”\n]{1,100})[“”]|«\s?([^»\n]{1,100}?)\s?»"
    r"|'([^'\n]{1,100})'(?!\w)|`{1,3}([^`\n]{1,100})`{1,3}|「([^」\n]{1,100})」|‘([^’\n]{1,100})’(?!\w))"
)
_WORD = rf"[^\s|{CJK}，。、；（）「」]{{1,200}}"
_REFERENCE = re.compile(r"\[[0-9A-Z]{4}-[0-9A-Z]{4}\]")  # of a case, which our subjects put in brackets
_BESIDE = re.compile(rf"[ \t]{{1,8}}({_WORD})")
_VALUE = re.compile(rf"[ \t*_]{{0,8}}({_WORD})")
_BELOW = re.compile(
    rf"[ \t*_:：|#]{{0,8}}\r?\n(?:[> \t]{{0,8}}\r?\n)?[> \t*_|]{{0,8}}({_WORD})[ \t*_|]{{0,8}}(?=\r?\n|\Z)"
)
_ALONE = re.compile(r"[>\s#*_|•-]{0,8}")
_BEFORE = re.compile(
    r"(?<!\S)([^\s|]{6,60})[ \t]{1,3}([^\s|]{1,12})(?:[ \t]{1,3}[^\s|]{1,12}){0,2}[ \t]{1,3}$"
)
_NO_LETTER = re.compile(r"[^A-Za-z\s]")
_PAIR = re.compile(r"^[^:=\n]{0,60}(?:[/&+]|\b(?:and|und|et|y|e|и))[ \t]{0,3}$", re.IGNORECASE)
_PAIR_VALUES = re.compile(r"[ \t]{0,8}([^\s/|]{1,100}(?:[ \t]{0,3}[/|,;][ \t]{0,3}|[ \t]{1,3})[^\s|]{1,100})")
_CLAUSE_END = re.compile(r"[ \t*_]{0,8}(?:\Z|[\r\n|,;.!?()。，；]|(?<=[.,;!?])[ \t])")
_ADDRESS_OR_LINK = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,63}|(?:https?://|www\.|[\w-]{1,63}\.[a-z]{2,18}/)\S+", re.IGNORECASE
)
_FACTOR = re.compile(
    r"(?:[12]|two)-?(?:fa|step|factor|sv)|[mu]2?fa?|u2f|fido2?|otp|pypi\S{0,20}|oauth2|sha-?\d+|md5",
    re.IGNORECASE,
)
_CHUNK = re.compile(_WORD)
_SIGNED = re.compile(r"[!#$%^&*+=~?§€£@]\w")
_SETTING = re.compile(
    r"[\w.-]{1,80}(?:\[[\w,-]{0,80}\])?(?:[=<>~!]=[=\d.,*<>!~]+|=[\w./-]{1,80})"
)  # "Name>=1.2"
_TYPED = re.compile(
    rf"[ \t]{{0,3}}(?:[:：=]|[-–—]{{1,2}}(?=\s))?[ \t*_]{{0,8}}(?:\r?\n[> \t]{{0,8}}){{0,2}}({_WORD})"
)
_JOINED = re.compile(r"[+&=@/]")  # "GitHub+2FA"
_AFTER = ",;)]}>\"'`»”’。、，；*_"


def passwords(view: View) -> Iterator[Span]:
    names = view.places("password")
    for start, end in names:
        span = _behind(view, start, end) or _below(view, start, end) or _in_front(view, start)
        if span and span[1] > span[0]:
            yield span
    if names:
        yield from _typed(view, names)
        yield from _unmistakable(view.text)


def _behind(view: View, start: int, end: int) -> Span | None:
    """As in "password: x", "my password is x", `password "x"`, "password x"."""
    beside = _beside(view, end)
    found = view.value_after(end)
    if beside or found is None or not found[1]:
        return beside
    place, joint = found
    if (quoted := _QUOTED.match(view.text, place)) and quoted.lastindex:
        return None if _is_answer(view, quoted[quoted.lastindex]) else quoted.span(quoted.lastindex)
    if _PAIR.search(view.text[view.line_start(start) : start]):
        return _pair(view, place) or _bare(view, start, place, joint)
    return _bare(view, start, place, joint)


def _beside(view: View, end: int) -> Span | None:
    """Right behind the name, with nothing but a space between: only what looks like nothing else."""
    found = _BESIDE.match(view.text, end)
    if found and _REFERENCE.fullmatch(found[1]):
        return None
    span = _trimmed(view.text, *found.span(1)) if found else (end, end)
    value = view.text[slice(*span)]
    return span if _is_code(value) and not _is_answer(view, value) else None


def _bare(view: View, start: int, place: int, joint: str) -> Span | None:
    found = _VALUE.match(view.text, place)
    span = _trimmed(view.text, *found.span(1)) if found else (place, place)
    value = view.text[slice(*span)]
    if not value or _is_answer(view, value) or _ADDRESS_OR_LINK.fullmatch(value):
        return None
    if _is_odd(value):
        return span
    if joint in ("-", "--", "–", "—") or _is_told_lost(view, start):
        return None
    if _CLAUSE_END.match(view.text, span[1]):
        return span
    return None if joint[0].isalpha() else _phrase(view, start, span[0])


def _phrase(view: View, start: int, place: int) -> Span | None:
    """A line that begins with the name and goes on with two to six words, of which few tell about a password."""
    if not _ALONE.fullmatch(view.text, view.line_start(start), start):
        return None
    span = _trimmed(view.text, place, view.line_end(place))
    words = view.text[slice(*span)].split()
    return (
        span if len(words) <= 6 and sum(_is_answer(view, word) for word in words) <= len(words) // 4 else None
    )


def _pair(view: View, place: int) -> Span | None:
    """As in "login / password: name / x": both, as which is which is not always plain."""
    found = _PAIR_VALUES.match(view.text, place)
    if found is None:
        return None
    words = re.split(r"[\s/|,;]+", found[1])
    return None if any(_is_answer(view, word) for word in words) else found.span(1)


def _below(view: View, start: int, end: int) -> Span | None:
    """The name as a heading or cell with nothing behind it, the value alone on the next line or in the cell below."""
    line = view.line_start(start)
    if _ALONE.fullmatch(view.text, line, start) and (found := _BELOW.match(view.text, end, end + REACH)):
        span = _trimmed(view.text, *found.span(1))
        return None if _is_answer(view, view.text[slice(*span)]) else span
    return _cell_below(view, line, start)


def _cell_below(view: View, line: int, start: int) -> Span | None:
    head_end = view.line_end(start)
    head, row = view.text[line:head_end], view.text[head_end + 1 : view.line_end(head_end + 1)]
    cut = "|" if "|" in head else "\t"
    if cut not in head or head.count(cut) != row.count(cut):
        return None
    column = view.text.count(cut, line, start)
    cells = row.split(cut)
    offset = head_end + 1 + sum(len(cell) + 1 for cell in cells[:column])
    value = cells[column].strip()
    if not _is_code(value) or _is_answer(view, value):
        return None
    begin = view.text.index(value, offset)
    return begin, begin + len(value)


def _in_front(view: View, start: int) -> Span | None:
    """As in "x is my password"."""
    window = max(view.line_start(start), start - 100)
    if not _NO_LETTER.search(view.text, window, start):
        return None  # in nothing but letters stands no code
    if view.words.is_words.keys().isdisjoint(view.text[window:start].casefold().split()[-4:]):
        return None
    found = _BEFORE.search(view.text[window:start])
    if found is None or found[2].casefold() not in view.words.is_words or not _is_code(found[1]):
        return None
    return _trimmed(view.text, window + found.start(1), window + found.end(1))


def _typed(view: View, names: Sequence[Span]) -> Iterator[Span]:
    """As in "it refuses my password. I type it letter by letter: x"."""
    for start, end in view.typed:
        before = bisect_left(names, (start, start)) - 1
        found = _TYPED.match(view.text, end) if before >= 0 and start - names[before][1] <= REACH else None
        if found is not None:
            span = _trimmed(view.text, *found.span(1))
            if _is_like_no_name(view.text[slice(*span)]):
                yield span


def _unmistakable(text: str) -> Iterator[Span]:
    """What nobody would write but a password, wherever it stands in a text that speaks of one."""
    for found in _chunks_with_signs(text):
        span = _trimmed(text, *found.span())
        if _is_unmistakable(text[slice(*span)]):
            yield span


def _chunks_with_signs(text: str) -> Iterator[re.Match[str]]:
    """Looked for in the lines alone that hold a sign, as few do."""
    sign = _SIGNED.search(text)
    while sign is not None:
        start, end = text.rfind("\n", 0, sign.start()) + 1, text.find("\n", sign.end())
        end = len(text) if end < 0 else end
        yield from (found for found in _CHUNK.finditer(text, start, end) if _SIGNED.search(found[0]))
        sign = _SIGNED.search(text, end)


def _trimmed(text: str, start: int, end: int) -> Span:
    """Without what belongs to the sentence: quotes, brackets, a comma or full stop behind it."""
    while start < end and text[start] in "\"'`“‘«(<[":
        start += 1
    while end > start and (text[end - 1] in _AFTER or text[end - 1].isspace()):
        end -= 1
    return start, end - 1 if text[start:end].endswith(".") and end - start > 1 else end


def _is_answer(view: View, value: str) -> bool:
    """Words that say something of a password rather than give it away: "forgotten", "lost/stolen", "?"."""
    said = value.casefold()
    if value.isalpha() or said in view.words.no_password:  # as most are, and told soonest
        return said in view.words.no_password
    words = re.split(r"[/.,;!?()]+", said.replace("’", "'"))
    words = [word.strip("\"'`*_-") for word in words]
    return all(not word or word in view.words.no_password for word in words) or not any(
        c.isalnum() for c in value
    )


def _is_told_lost(view: View, start: int) -> bool:
    """Whether it is "forgot password: …", which goes on with a story, not with the password."""
    before = view.text[max(0, start - 30) : start].casefold().split()
    return bool(before) and before[-1] in view.words.no_password and before[-1] not in view.words.between


def _is_odd(value: str) -> bool:
    """A digit, a capital inside, or a sign that words do not have."""
    inside = value[1:-1]
    return (
        any(c.isdigit() for c in value)
        or any(c.isupper() for c in inside)
        or bool(re.search(r"[^\w\s'’./-]", inside))
    )


def _is_unmistakable(value: str) -> bool:
    return (
        len(value) >= 8
        and _SIGNED.search(value, 1) is not None
        and _is_mixed(value)
        and not _ADDRESS_OR_LINK.search(value)
        and not _SETTING.fullmatch(value)
        and not all(piece.isalpha() or _FACTOR.fullmatch(piece) for piece in _JOINED.split(value))
    )


def _is_like_no_name(value: str) -> bool:
    """A code with a sign or a capital that account names rarely have."""
    return _is_code(value) and (
        _SIGNED.search(value, 1) is not None or any(map(str.isupper, value[1:])) or value[:1].isupper()
    )


def _is_mixed(value: str) -> bool:
    """Capital and small letters, and digits."""
    return (
        any(c.isdigit() for c in value)
        and any(c.isupper() for c in value)
        and any(c.islower() for c in value)
    )


def _is_code(value: str) -> bool:
    """Letters with digits or signs among them, as no word has: enough to be sure without a "is"."""
    if len(value) < 6 or _ADDRESS_OR_LINK.fullmatch(value) or _FACTOR.fullmatch(value) or " " in value:
        return False
    signs = any(c.isdigit() for c in value) or bool(re.search(r"[#$%^&*!@+=~_]", value[1:-1]))
    return signs and any(c.isalpha() for c in value)
