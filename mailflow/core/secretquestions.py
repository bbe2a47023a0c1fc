"""Answers to the questions of an account in the frames that people tell them in: before the question, behind it, in a row."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from mailflow.core.passwordshapes import QUOTED, SENTENCE_END, is_answer, is_phrase, trimmed
from mailflow.core.phrases import CJK
from mailflow.core.secrettokens import Span, inner
from mailflow.core.secretview import FILLER, REACH, View

_CLAUSE = re.compile(r"[ \t*_]{0,8}([^.!?;,()|\n。、，？！；「」\"“”„«»]{1,60})")
_MOST_WORDS = 4
_MOST = 4  # answers in a row
_NEAR = 100  # characters between what tells of an answer and what the question is about
_JOINT = 100  # characters between the question and its answer, with a remark in brackets
_IS, _FEW = 14, 2  # characters of " was always "; words of an answer that begins with a small letter
_REST = re.compile(r"(?:[^.!?。！？\n]|[?？][\"'”“»」)]){0,120}")
_BRACKET = 60  # characters of one
_CLOSED = re.compile(r"[^()\n]{0,60}\)[ \t]?")
_BEFORE_BRACKET = re.compile(r"([^\W\d_]{2,20})[ \t]$")
_SIGN = re.compile(rf"[ \t]{{0,3}}[:：]?[ \t]{{0,3}}(?:[{CJK}]{{0,2}}(?=[\"“「]))?")
_AND = re.compile(r"[ \t]{0,3},?[ \t]{0,3}([^\W\d_]{0,8})[ \t]{0,3}(?=[\"“„«'「])")
_QUOTE_BEFORE = re.compile(
    rf"(?:\"([^\"\n]{{1,100}})\"|“([^”\n]{{1,100}})”|„([^“”\n]{{1,100}})[“”]|«([^»\n]{{1,100}})»|»([^«»\n]{{1,100}})«|「([^」\n]{{1,100}})」"
    rf"|(?<!\w)'([^'\n]{{1,100}})')[ \t]?[{CJK}]{{0,3}}[ \t]?$"
)
_WORD = re.compile(r"[^\s,.;:!?()\"]+")
_WORDS_BEFORE = 4  # of an answer of three and the "with" before it
_ASKED = re.compile(r"[^?？\n]{0,120}[?？][\"”“»]?\s{1,3}")
_JOINED = re.compile(r"[=:：→–—]| -")
# "… your first pet? A: x" and "security question 2 (street): x".
_ANSWERED = re.compile(r"[^?？\n]{0,120}[?？][\"”“»')]{0,2}\s{1,3}(?:[-–—>]{1,2}|[A-Z][:.])[ \t]")
_TOLD_APART = re.compile(r"[ \t]?(?:#?[0-9]{1,2})?[ \t]?\([^()\n]{1,60}\)[ \t]?(?:[:=–—-]|->)[ \t]")
_ABOUT = re.compile(r"[ \t][^.!?:;\n]{3,40}[:：][ \t]{1,3}")  # "security question about my pet: x"
_ITEM = re.compile(
    r"[ \t]{0,3}(?:\r?\n[> \t]{0,8})?(?:[-*•][ \t])?([^\W\d_]{2,20}(?:[ \t][^\W\d_]{1,20}){0,2})[ \t]{0,2}(?:[-–—=:：]|->|→)[ \t]{0,3}"
    r"([^;,.!?()\n]{1,60})[;,]?"
)


# What is asked and answered in one line, or in one sentence.
_IN_PLACE = re.compile(
    r"([^?？.!\n]{3,80}?)[ \u00a0]?[?？][\"”“»']{0,2}[ \t]{0,3}(?:[-–—>]{1,2}[ \t]|[A-Z]:[ \t])?([^?？.!:;\n]{1,40}?)[ \t]{0,3}(?=[.!;。]|\r?\n|\Z)"
)
_BLANK = re.compile(r"\n[> \t]{0,8}\r?\n")
_JOINT_BEFORE = 40  # characters of "those are the"
_OF_QUESTION = re.compile(
    rf"[{CJK}]{{1,2}}|[ \t](?:&|[^\W\d_]{{1,3}})[ \t]"
)  # 的, and "security questions and answers"


def answers_told(view: View) -> Iterator[Span]:
    """Those beside the name of such a question, or what such a question is about."""
    yield from _answers(view, sorted({*view.places("question"), *view.places("topic")}))


def answers_about(view: View) -> Iterator[Span]:
    """The same in a text that names no such question, and tells what one is about: "the place of birth"."""
    if not view.places("question"):
        yield from _answers(view, view.places("topic"))


def answers_in_a_row(view: View) -> Iterator[Span]:
    """As in "my answers were: school - x; car - y"."""
    for _, end in view.places("answer"):
        place = view.value_after(end) if _JOINED.search(view.text, end, end + _NEAR) else None
        found = _ITEM.match(view.text, place[0]) if place and place[1] else None
        for _ in range(_MOST):
            if found is None or found[1].casefold().split()[-1] not in view.words.subject:
                break
            span = trimmed(view.text, *found.span(2))
            if _is_told(view, span, quoted=False):
                yield span
            found = _ITEM.match(view.text, found.end())


def answers_in_place(view: View) -> Iterator[Span]:
    """As in "Where did you grow up? X", where the lines around tell that these are answers to such questions."""
    for name in view.places("question"):
        first, last = _lines_around(view, name)
        told = [
            found
            for found in _IN_PLACE.finditer(view.text, first, last)
            if not _is_of_an_account(view, found)
        ]
        asked = any(_is_fact(view, found.span(1)) for found in told)
        if asked or _are_said_to_be_answers(view, name):
            for found in told:
                span = trimmed(view.text, *found.span(2))
                if _is_told(view, span, quoted=False):
                    yield span


def _lines_around(view: View, name: Span) -> Span:
    """From where to where its paragraph goes."""
    first, last = max(0, name[0] - REACH), name[1] + REACH
    breaks = [found.end() for found in _BLANK.finditer(view.text, first, name[0])]
    ends = _BLANK.search(view.text, name[1], last)
    return breaks[-1] if breaks else first, ends.start() if ends else min(last, len(view.text))


def _is_of_an_account(view: View, found: re.Match[str]) -> bool:
    words = re.split(r"[\s/>]+", found[1].casefold())
    return not view.words.account.isdisjoint(words)


def _is_fact(view: View, span: Span) -> bool:
    """Whether a question is about what no other page asks for."""
    facts = [
        place for place in view.places("question") if view.text[slice(*place)].casefold() in view.words.facts
    ]
    return any(span[0] <= first and last <= span[1] for first, last in (*view.places("topic"), *facts))


def _are_said_to_be_answers(view: View, name: Span) -> bool:
    """As in "those are the answers to my secret questions"; but not "I forgot the answers to them"."""
    answers = view.places("answer")
    before = bisect_left(answers, name) - 1
    if before >= 0 and name[0] - answers[before][1] <= _NEAR:
        start = answers[before][0]
        near = [*_WORD.finditer(view.text, max(0, start - _JOINT_BEFORE), start)][-_WORDS_BEFORE + 1 :]
        return any(view.joint_at(word.start(), word[0].casefold()) for word in near)
    return (
        before + 1 < len(answers)
        and _OF_QUESTION.fullmatch(view.text, name[1], answers[before + 1][0]) is not None
    )


def _answers(view: View, asked: Sequence[Span]) -> Iterator[Span]:
    if not asked:
        return
    for start, end in asked:
        yield from _behind_question(view, start, end)
        yield from _in_brackets(view, start, end)
    for start, end in view.places("answer"):
        yield from _of_question(view, asked, end)
        yield from _beside_question(view, start, end)
    for start, end in view.told("reply"):
        if _is_near(view, asked, start, end):
            behind = list(_behind_reply(view, end, plain=_is_in_sentence(view, asked, start)))
            yield from behind or _before_reply(view, start)


def _of_question(view: View, asked: Sequence[Span], end: int) -> Iterator[Span]:
    """As in "the answer to the question about my birthplace is x"."""
    for start, last in asked[bisect_left(asked, (end, end)) :][:2]:
        if last - end > _NEAR or SENTENCE_END.search(view.text, end, last):
            return
        place = view.value_after(last)
        if place and place[1] and place[0] - last <= _JOINT:
            yield from list(_value(view, place[0])) or _small(view, (start, last), place[0])


def _small(view: View, question: Span, place: int) -> Iterator[Span]:
    """As in "the answer to my secret question is fluffy": a word or two that tell nothing else of it."""
    is_near = place - question[1] <= _IS and question in view.places("question")
    clause = _CLAUSE.match(view.text, place) if is_near else None
    span = trimmed(view.text, *clause.span(1)) if clause else (place, place)
    words = view.text[slice(*span)].split()
    if 0 < len(words) <= _FEW and not any(is_answer(view, word) for word in words):
        yield span


def _beside_question(view: View, start: int, end: int) -> Iterator[Span]:
    """As in "the secret question was my home town and the answer X"."""
    questions = view.places("question")
    before = bisect_left(questions, (start, start)) - 1
    if before < 0 or view.text[end : end + 1] != " ":
        return
    said = view.text[questions[before][1] : start]
    words = said.casefold().split()
    is_told = len(said) <= _NEAR and not SENTENCE_END.search(said)
    is_said = not view.words.is_words.keys().isdisjoint(words)
    if is_told and is_said and not view.words.joins.isdisjoint(words[-_MOST_WORDS:]):
        yield from _value(view, end)


def _behind_question(view: View, start: int, end: int) -> Iterator[Span]:
    """As in "… the name of your first pet? Mine was x"."""
    if told := _ANSWERED.match(view.text, end) or _TOLD_APART.match(view.text, end):
        yield from _value(view, told.end())
        return
    is_name = (start, end) in view.places("question") and view.text[
        start:end
    ].casefold() not in view.words.facts
    if is_name and (about := _ABOUT.match(view.text, end)):
        yield from _value(view, about.end())
        return
    found = _ASKED.match(view.text, end)
    mine = view.words.mine.match(view.text, found.end()) if found else None
    if mine:
        place = view.value_after(mine.end())
        yield from _value(view, place[0]) if place and place[1] else ()


def _in_brackets(view: View, start: int, end: int) -> Iterator[Span]:
    """As in "the second one (place of birth) is x" and "the other (best friend) x"."""
    opening = view.text.rfind("(", max(0, start - _BRACKET), start)
    closed = _CLOSED.match(view.text, end) if opening >= 0 else None
    before = _BEFORE_BRACKET.search(view.text, max(0, opening - 24), max(0, opening))
    if closed is None or ")" in view.text[opening:start] or before is None:
        return
    place = view.value_after(closed.end() - 1 if view.text[closed.end() - 1].isspace() else closed.end())
    if place and place[1] and place[0] - closed.end() <= _NEAR:
        yield from _value(view, place[0])
    elif before[1].casefold() in view.words.other or before[1].casefold() in view.words.article:
        yield from _value(view, closed.end())


def _is_near(view: View, asked: Sequence[Span], start: int, end: int) -> bool:
    """Whether a question is told of before a place, or in the rest of its sentence."""
    at = bisect_left(asked, (start, start))
    if at and start - asked[at - 1][1] <= REACH and _is_asked(view, asked[at - 1], start):
        return True
    near = min(end + _NEAR, len(view.text))
    return at < len(asked) and asked[at][0] <= near and not SENTENCE_END.search(view.text, end, asked[at][0])


def _is_in_sentence(view: View, asked: Sequence[Span], place: int) -> bool:
    """Whether the sentence of a place tells of a question before; one that is quoted does not end it."""
    at = bisect_left(asked, (place, place))
    return at > 0 and _REST.fullmatch(view.text, asked[at - 1][1], place) is not None


def _is_asked(view: View, asked: Span, place: int) -> bool:
    """Whether it is the name of such a question, or what one is about in a question or in the sentence of a place."""
    stop = SENTENCE_END.search(view.text, asked[1], place)
    return stop is None or stop[0] in "?？" or asked in view.places("question")


def _behind_reply(view: View, end: int, *, plain: bool) -> Iterator[Span]:
    """As in `I put "x" and "y"`, and "what I filled in: X". `plain`: whether it may stand there without quotes or a colon."""
    sign = _SIGN.match(view.text, end)
    place = sign.end() if sign else end
    quoted = QUOTED.match(view.text, place)
    if quoted is None and place > end and (plain or view.text[end:place].strip()):
        yield from _value(view, place)
    for _ in range(_MOST):
        if quoted is None:
            return
        if _is_told(view, inner(quoted), quoted=True):
            yield inner(quoted)
        more = _AND.match(view.text, quoted.end())
        is_joined = more and (not more[1] or more[1].casefold() in view.words.joins)
        quoted = QUOTED.match(view.text, more.end()) if more and is_joined else None


def _before_reply(view: View, start: int) -> Iterator[Span]:
    """As in `"x" was what I wrote` in languages whose verbs end a sentence, and "answered with X" in German."""
    first = max(0, start - _NEAR)
    if quoted := _QUOTE_BEFORE.search(view.text, first, start):
        if _is_told(view, inner(quoted), quoted=True):
            yield inner(quoted)
        return
    words = list(_WORD.finditer(view.text, max(first, view.line_start(start)), start))[-_WORDS_BEFORE:]
    means = [word for word in words[:-1] if word[0].casefold() in view.words.by_means]
    span = (means[-1].end() + 1, words[-1].end()) if means else (start, start)
    if _is_told(view, span, quoted=False):
        yield span


def _value(view: View, place: int) -> Iterator[Span]:
    """What is quoted at a place, or begins with no small letter."""
    quoted = QUOTED.match(view.text, place)
    clause = quoted or _CLAUSE.match(view.text, place)
    span = inner(clause) if clause else (place, place)
    span = span if quoted else trimmed(view.text, *span)
    if _is_told(view, span, quoted=quoted is not None):
        yield span


def _is_told(view: View, span: Span, *, quoted: bool) -> bool:
    value = view.text[slice(*span)]
    words = value.split()
    if FILLER in value or not 0 < len(words) <= _MOST_WORDS or value[-1] in "?？":
        return False
    if is_answer(view, words[0]) and (len(words) == 1 or not quoted or is_answer(view, words[-1])):
        return False
    return quoted or (
        words[0][0].isalpha()
        and not words[0][0].islower()
        and is_phrase(view, words, answers=len(words) // 2)
    )
