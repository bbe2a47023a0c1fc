"""Passwords in chats: what the next one says where somebody asked for a password, or for a login."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailflow.core.passwordshapes import WORD, is_answer, is_code, trimmed
from mailflow.core.phrases import CJK
from mailflow.core.secrettokens import Span
from mailflow.core.secretview import View

# A speaker, at the beginning of a line: "[14:02] Jo: "; in Chinese no space stands behind the colon.
_SPEAKER = re.compile(
    r"[> \t]{0,8}(?:([\[(]?(?:[\w./-]{1,12},?[ \t]){0,2}\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?: ?[ap]m)?[\])]?[,\t –-]{1,3})?"
    rf"([^\W\d_][\w.-]{{0,20}}(?: [^\W\d_][\w.-]{{0,20}})?)[:：]|(<)([^\W\d_][\w .-]{{0,20}})>)(?:[ \t]{{1,3}}|(?<=[{CJK}]:)(?=\S))",
    re.IGNORECASE,
)
_CHAT = 4000  # characters before and behind somebody's words, within which they say more
_TURNS = 4  # lines below a question in which it is answered
_SAID = re.compile(r"[^\n]{1,200}")
_PIECES = re.compile(rf"[^\s{CJK}，。、]{{1,200}}")
_MOST_WORDS = 6  # of "same as always, x"
_IT_IS = re.compile(r"\w{2,4}['’]s")
_SURE_WORDS = 3  # before one that no "is" leads to
_PAIR = re.compile(rf"[^\s/|:]{{1,60}}[ \t]{{0,2}}[/|:][ \t]{{0,2}}(?=[^\s/])({WORD})[ \t]{{0,3}}$")


def replied(view: View, start: int, end: int) -> Iterator[Span]:
    """What somebody says in a chat to one who spoke of a password, whose name stands from `start` to `end`: a code, and
    hardly anything else. Behind a question for both the name comes first.
    """
    turns = _turns(view, start, end)
    if len(turns) > 1 and _asks_for_both(view, start, end):
        turns = turns[1:] if _is_word(view, turns[0]) else turns
    yield from [span for turn in turns if (span := _code_in(view, turn))][:1]


def replied_to_login(view: View, start: int, end: int) -> Iterator[Span]:
    """The second of the two words that somebody says to one who asked for a login, or that of "x / y"."""
    turns = _turns(view, start, end)
    for turn in turns[:1]:
        if pair := _PAIR.match(view.text, *turn):
            span = trimmed(view.text, *pair.span(1))
            yield from [span] if is_code(view.text[slice(*span)]) else ()
    if len(turns) > 1 and _is_word(view, turns[0]) and _is_word(view, turns[1]):
        yield from [span for span in [_code_in(view, turns[1])] if span]


def _turns(view: View, start: int, end: int) -> list[Span]:
    """What the next one says in a chat behind the line of a name, until another one speaks."""
    asked = _SPEAKER.match(view.text, view.line_start(start))
    if asked is None or asked.end() > start:
        return []
    turns: list[Span] = []
    replies, place = "", view.line_end(end) + 1
    while len(turns) < _TURNS and (speaker := _SPEAKER.match(view.text, place)):
        replies = replies or _name(speaker)
        if _name(speaker) == _name(asked) or _name(speaker) != replies:
            break
        said = _SAID.match(view.text, speaker.end())
        place = view.line_end(speaker.end()) + 1
        turns += [said.span()] if said else []
    is_chat = asked[1] or asked[3] or _speaks_again(view, asked)
    return turns if is_chat else []


def _speaks_again(view: View, speaker: re.Match[str]) -> bool:
    """What else has colons are forms and headers, each of whose names stands there once."""
    near = max(0, speaker.start() - _CHAT), speaker.end() + _CHAT
    return view.text.count(f"{_name(speaker)}:", *near) > 1


def _name(speaker: re.Match[str]) -> str:
    return speaker[2] or speaker[4]


def _asks_for_both(view: View, start: int, end: int) -> bool:
    words = view.text[view.line_start(start) : view.line_end(end)].casefold().split()
    return not view.words.account.isdisjoint(words)


def _is_word(view: View, turn: Span) -> bool:
    return len(view.text[slice(*turn)].split()) == 1


def _code_in(view: View, turn: Span) -> Span | None:
    """The one code that somebody says, with nothing else but words that tell nothing: "same as always, x"."""
    words = [trimmed(view.text, *word.span()) for word in _PIECES.finditer(view.text, *turn)]
    codes = [word for word in words if is_code(view.text[slice(*word)])]
    if len(words) > _MOST_WORDS or len(codes) != 1:
        return None
    rest = [view.text[slice(*word)].casefold() for word in words if word not in codes]
    if not rest:
        return codes[0]
    # "no, jdoe did" tells whom to ask.
    is_said = rest[-1] in view.words.is_words or _IT_IS.fullmatch(rest[-1]) or len(rest) >= _SURE_WORDS
    leads = codes[0] == words[-1] and is_said
    tells_nothing = view.words.account.isdisjoint(rest) and all(
        is_answer(view, word) or word in view.words.is_words or word in view.words.between for word in rest
    )
    return codes[0] if leads and tells_nothing else None
