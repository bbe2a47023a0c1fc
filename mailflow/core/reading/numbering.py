"""Answers under numbers: "1. yes 2. no", "Q1: yes", "a) x", "1 and 2: agreed"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.questions import Question
from mailflow.core.reading.slots import Slot
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import CJK

_TO_POINT = r"(?:[^\W\d_]{1,9}[ ]){2,3}(?=\d[ ]?[:：])"  # "Pour la 1 :", "Zu Frage 1:"
_MARKER = re.compile(
    rf"(?:(?:(?<=\n)|\A)[ \t>*•-]{{0,4}}(?:[^\W\d_]{{2,12}}\.?[ ]|[^\W\d_](?=\d)|[{CJK}]{{1,4}}[ ]?|{_TO_POINT})?"
    rf"|(?<=[\s,;，；、])[ \t>*•-]{{0,4}}(?:[{CJK}]{{1,4}}[ ]?)?)[#(（]?"
    r"(?P<mark>[①-⑨]|\d\ufe0f?\u20e3|(?:i{1,3}|iv|vi?)(?=[)）.][ ])|\d{1,2}(?:[ \t]?(?:[-–,&+/]|and|und|et|y|e|и|と|和)[ \t]?\d{1,2}){0,9}|[a-z](?=[)）]))"
    r"(?:(?<=[①-⑨\u20e3])|[ \t]?(?:[.):：．）、=]|[-–—](?=\s)))[ \t]*"
)
_BEFORE_NUMBER = " \t>*•-(（"
_BETWEEN = " \t,.;:"
_OPENS = re.compile(
    rf"\n[{re.escape(_BEFORE_NUMBER)}]*(?:[\d①-⑨]|[a-z][)）]|[iv]{{1,3}}[)）.]|[{CJK}]{{1,4}}[ ]?1|[^\W\d_]{{2,12}}\.?[ ]1|[^\W\d_]1|{_TO_POINT})"
)
_IN_TEXT = re.compile(r"[.!:：。！][ \t]*[(（]?(?:\d[:.)）]|[a-z][)）])(?=\s)")
_MARKER_SIGN = re.compile(r"[\d①-⑨]|[a-z][)）]|\b[iv]{1,3}\.")
_UNITS = "个個条條项項台年月日時时分秒枚つ回次개대월일년시분회"  # "1个备份码" counts a thing
_COUNTER = r"[번番](?:[은는도も]|は(?!い))?"  # "1번 네", "1番は yes"
_BARE_NUMBER = re.compile(
    rf"^[ \t]*(?P<mark>\d{{1,2}})(?:(?:{_COUNTER})?[ \t]+(?=\S)|{_COUNTER}|(?=[{CJK}]{{1,4}}[,，、;；]))",
    re.MULTILINE,
)
_NUMBER_IN_LINE = re.compile(
    rf"(?<![^\s,，、;；])(?P<mark>\d{{1,2}})(?:(?:{_COUNTER})?[ \t]+(?=\S)|{_COUNTER}|(?=[{CJK}]{{1,4}}(?:[,，、;；。]|\s|\Z))(?![{_UNITS}]))"
)
# A word and a mark at the beginning of a line or sentence.
_WORD = re.compile(
    r"(?:^|(?<=[.!?;][ \n]))[ \t*•-]{0,4}(?:[^\W\d_]{2,12}[ ](?=\d))?(?P<mark>[^\W\d_]{2,16}|\d)(?:[ \t]?[:：)]|[,.](?=\s)|[ \t][-–—](?=\s))[ \t]*",
    re.MULTILINE,
)
_SPELLED = range(1, 7)
NUMBERED = "numbered answer"
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi")  # nobody is asked nine things, or twenty-two
_CIRCLED = "①②③④⑤⑥⑦⑧⑨"
_SURE = 0.9


def may_be_numbered(fresh: Fresh) -> bool:
    """Whether a line or sentence begins with a number, or a line with a word and the number 1, as one must to be read."""
    if _MARKER_SIGN.search(fresh.low) is None:
        return False
    return _OPENS.search(f"\n{fresh.text}") is not None or _IN_TEXT.search(fresh.low) is not None


def numbered(fresh: Fresh, terms: Terms, asked: Sequence[Question]) -> list[Slot]:
    """Answers under the numbers of our last letter: "1. yes 2. no", "a) x", "1 and 2: agreed", "one: yes", "First, yes."."""
    if not asked:
        return []
    if not may_be_numbered(fresh):
        return _slots(fresh, asked, _spelled(fresh, terms, len(asked)))
    marks: list[tuple[list[int], re.Match[str]]] = []
    seen: set[int] = set()
    for match in _markers(fresh.text):
        numbers = numbers_of(match["mark"])
        if not all(1 <= number <= len(asked) for number in numbers):
            continue
        begins = _begins(fresh, match)
        follows = numbers[0] > marks[-1][0][-1] if marks else begins
        anew = begins and marks and marks[-1][0] == numbers  # "2. yes", and "2. no, wait": the last counts
        if anew:
            marks[-1] = ([], marks[-1][1])
        if follows or anew or (begins and seen.isdisjoint(numbers)):  # "3. yes", and on the next line "1. no"
            marks.append((numbers, match))
            seen |= set(numbers)
    marks = marks or _bare_numbers(fresh, asked) or _in_text(fresh, asked)
    spelled = [] if marks else _spelled(fresh, terms, len(asked))
    return _slots(fresh, asked, marks or (spelled if len(spelled) == len(asked) else []))


def _spelled(fresh: Fresh, terms: Terms, most: int) -> list[tuple[list[int], re.Match[str]]]:
    """Numbers in words, or behind one, that begin a line or a sentence, two or more in order: "First, yes. Third, no.", "No 1, yes."."""
    marks = [
        ([number], match)
        for match in (_WORD.finditer(fresh.text) if most > 1 else ())
        if 1 <= (number := _number_of_word(match["mark"].lower(), terms)) <= most
    ]
    rising = all(one < other for (one,), (other,) in pairwise(numbers for numbers, _ in marks))
    return marks if len(marks) > 1 and rising else []


def _number_of_word(word: str, terms: Terms) -> int:
    return int(word) if word.isdecimal() else spelled_number(word, terms)


def spelled_number(word: str, terms: Terms) -> int:
    """The number that a word in lower case is, "second", "two"; 0 if none."""
    return next((number for number in _SPELLED if terms.among(f"numeral_{number}", word)), 0)


def _in_text(fresh: Fresh, asked: Sequence[Question]) -> list[tuple[list[int], re.Match[str]]]:
    """Numbers of our questions, two or more up to the last, that begin a sentence and not a line: "Thank you. (a) none (b) yes"."""
    begins = _IN_TEXT.search(fresh.low) if len(asked) > 1 else None
    if begins is None:
        return []
    every = [match for match in _markers(fresh.text) if match.start() > begins.start()]
    marks = [(numbers_of(match["mark"]), match) for match in every]
    last = [[number] for number in range(1, len(asked) + 1)][-len(marks) :]
    return marks if len(marks) > 1 and [numbers for numbers, _ in marks] == last else []


def _slots(
    fresh: Fresh, asked: Sequence[Question], marks: Sequence[tuple[list[int], re.Match[str]]]
) -> list[Slot]:
    slots: list[Slot] = []
    joined: list[int] = []  # the numbers before an "and": "1. and 2. lost"
    for index, (numbers, match) in enumerate(marks):
        limit = marks[index + 1][1].start() if index + 1 < len(marks) else len(fresh.text)
        span = (match.end(), min(limit, fresh.paragraph_end(match.end())))
        if _only_joins(fresh, *span):
            joined += numbers
            continue
        answered = [asked[number - 1] for number in (*joined, *numbers)] or [Question(())]
        joined = []
        slots += [one.slot(*span, NUMBERED, _SURE, match.start()) for one in answered]
    return slots


def _only_joins(fresh: Fresh, start: int, end: int) -> bool:
    """Whether nothing stands between two numbers but an "and"."""
    hits = fresh.within(start, end)
    return (
        len(hits) == 1
        and hits[0].means.breaks == "and"
        and not hits[0].means.says  # "да", which is a yes too
        and fresh.text[start:end].strip() == fresh.text[hits[0].start : hits[0].end]
    )


def _begins(fresh: Fresh, match: re.Match[str]) -> bool:
    """Whether a mark begins its line; with a word before it only the first question's: "Question 1: yes"."""
    start = match.start() if match["mark"] == "1" else match.start("mark")
    return not fresh.text[:start].rpartition("\n")[2].strip(_BEFORE_NUMBER)


def _markers(text: str) -> Iterator[re.Match[str]]:
    """What may be a number of ours, looked for in the lines alone that hold a digit or a letter before a bracket."""
    sign = _MARKER_SIGN.search(text)
    while sign is not None:
        start = text.rfind("\n", 0, sign.start()) + 1
        end = text.find("\n", sign.start()) + 1 or len(text)
        yield from _MARKER.finditer(text, start, end)
        sign = _MARKER_SIGN.search(text, end)


def _bare_numbers(fresh: Fresh, asked: Sequence[Question]) -> list[tuple[list[int], re.Match[str]]]:
    """Numbers with nothing behind them, where two lines or more begin with the next one, or with each of ours: "2 no", "1 yes".

    On one line they count if they are those of all our questions, each once; a lone one before a yes or a no: "1 no".
    """
    marks = [([int(match["mark"])], match) for match in _BARE_NUMBER.finditer(fresh.text)]
    every = list(range(1, len(asked) + 1))
    if len(marks) == 1:
        (number,), mark = marks[0]
        if line := _every(fresh, mark.start(), every):
            return line
        return marks if number in every and _only_yes_or_no(fresh, mark.end()) else []
    told = [numbers[0] for numbers, _ in marks]
    in_order = all(one < other for one, other in pairwise(told)) and set(told) <= set(every)
    turned = sorted(told) == every and all(_begins_so(fresh, mark.end()) for _, mark in marks)
    return marks if in_order or turned else []


def _begins_so(fresh: Fresh, place: int) -> bool:
    """Whether an answer may stand there: "2 no", but not "2 phones"."""
    said = fresh.within(place, fresh.line_end(place))[:1]
    return any(hit.start == place and not hit.means.objects for hit in said)


def _only_yes_or_no(fresh: Fresh, start: int) -> bool:
    end = fresh.line_end(start)
    said = fresh.within(start, end)
    return len(fresh.text[start:end].split()) == len(said) == 1 and bool(
        "yes" in said[0].means.says or said[0].means.negates
    )


def _every(fresh: Fresh, start: int, every: Sequence[int]) -> list[tuple[list[int], re.Match[str]]]:
    """The numbers in the rest of a line, where they are those of all our questions and something stands behind each."""
    end = fresh.line_end(start)
    marks = list(_NUMBER_IN_LINE.finditer(fresh.text, start, end))
    numbers = [int(mark["mark"]) for mark in marks]
    ends = [*(mark.start() for mark in marks[1:]), end]
    said = all(fresh.text[mark.end() : till].strip(_BETWEEN) for mark, till in zip(marks, ends, strict=False))
    return (
        [([number], mark) for number, mark in zip(numbers, marks, strict=True)]
        if numbers == every and said
        else []
    )


def numbers_of(text: str) -> list[int]:
    """The numbers that a mark such as "2", "b", "iv", "1-3" or "1 and 2" names."""
    if text in _ROMAN:
        return [_ROMAN.index(text) + 1]
    if text in _CIRCLED:
        return [_CIRCLED.index(text) + 1]
    if text.isalpha():
        return [ord(text) - ord("a") + 1]
    numbers = [int(one) for one in re.findall(r"\d+", text)]
    if len(numbers) == 2 and numbers[0] < numbers[1] and re.search("[-–]", text):
        return list(range(numbers[0], numbers[1] + 1))
    return numbers
