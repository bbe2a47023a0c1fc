"""What only our last letter explains: numbers of its questions, answers below them, a bare "yes", a lone value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from mailflow.core.form import Field, Kind
from mailflow.core.reading import addresses, agreements, choices, names, questions
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.clauses import Clause, clauses
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.questions import Question
from mailflow.core.reading.slots import Slot
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import CJK, lower, words_of
from mailflow.core.text import Mark

_MARKER = re.compile(
    r"(?:(?:(?<=\n)|\A)[ \t>*•-]{0,4}(?:[^\W\d_]{2,9}\.?[ ])?|(?<=[\s,;，；、])[ \t>*•-]{0,4})[#(（]?"
    r"(?P<mark>\d{1,2}(?:[ \t]?(?:[-–,&+/]|and|und|et|y|e|и|と|和)[ \t]?\d{1,2}){0,9}|[a-z](?=[)）]))"
    r"[ \t]?(?:[.):：．）、=]|[-–—](?=\s))[ \t]*"
)
_BEFORE_NUMBER = " \t>*•-(（"
_OPENS = re.compile(rf"\n[{re.escape(_BEFORE_NUMBER)}]*(?:\d|[a-z][)）])")
_MARKER_SIGN = re.compile(r"\d|[a-z][)）]")
_BARE_NUMBER = re.compile(r"^[ \t]*(?P<mark>\d{1,2})[ \t]+(?=\S)", re.MULTILINE)
_COMMA = re.compile("[,;，；、]")
_WORD = re.compile(rf"[^\W{CJK}]+|[{CJK}]{{1,3}}")
_COUNT = re.compile(
    r"\b(?:all|the|alle|die|tout|les|las|los|os|as|tutti|tutte|e|все|на)\s+(?:e\s+)?\d", re.IGNORECASE
)
_NUMBER = re.compile(r"(?<![\w.-])\d{1,2}(?:[ ]?[-–][ ]?\d{1,2})?(?![\w.]*\w)")
_SAME_SENTENCE = r"(?:[.!?。！？](?!\s|\Z)[^\n.!?。！？]*)"  # goes on behind a stop
_SENTENCE = re.compile(rf"[^\n.!?。！？]+{_SAME_SENTENCE}*|{_SAME_SENTENCE}+")

_NUMBERED, _INLINE, _RESTATED = 0.9, 0.92, 0.9
_ALL, _BARE, _LONE = 0.88, 0.8, 0.85
_FIRST_OF_MORE = 0.75  # a name that opens a sentence
YES_TO_WHAT_WAS_ASKED = "yes to what was asked"
_SHORT, _LONG = 60, 160  # characters
_FEW, _FEWER = 5, 3  # words
_MORE = 5  # words beside a bare yes, as in "To your other questions I say yes"
_FIRST = 2  # a bare yes stands among the first three sentences
_FOR_ALL = frozenset({"all", "both"})


def may_be_numbered(fresh: Fresh) -> bool:
    """Whether a line begins with a number, as it must for one to be read."""
    return _OPENS.search(f"\n{fresh.text}") is not None


def numbered(fresh: Fresh, asked: Sequence[Question]) -> list[Slot]:
    """Answers under the numbers of our last letter: "1. yes 2. no", "a) x", "1 and 2: agreed"."""
    if not may_be_numbered(fresh):
        return []
    marks: list[tuple[list[int], re.Match[str]]] = []
    for match in _markers(fresh.text) if asked else ():
        numbers = _numbers(match["mark"])
        if not all(1 <= number <= len(asked) for number in numbers):
            continue
        if (marks and numbers[0] > marks[-1][0][-1]) or (
            not marks and not fresh.text[: match.start("mark")].rpartition("\n")[2].strip(_BEFORE_NUMBER)
        ):
            marks.append((numbers, match))
    marks = marks or _bare_numbers(fresh, asked)
    slots = []
    for index, (numbers, match) in enumerate(marks):
        limit = marks[index + 1][1].start() if index + 1 < len(marks) else len(fresh.text)
        end = min(limit, fresh.paragraph_end(match.end()))
        span = (match.end(), end)
        slots += [
            _slot(asked[number - 1], *span, "numbered answer", _NUMBERED, match.start()) for number in numbers
        ]
    return slots


def _slot(question: Question, start: int, end: int, rule: str, sure: float, label: int) -> Slot:
    said = (question.yes, question.no)
    return Slot(question.fields, start, end, rule, sure, label, asked=True, said=said)


def _markers(text: str) -> Iterator[re.Match[str]]:
    """What may be a number of ours, looked for in the lines alone that hold a digit or a letter before a bracket."""
    sign = _MARKER_SIGN.search(text)
    while sign is not None:
        start = text.rfind("\n", 0, sign.start()) + 1
        end = text.find("\n", sign.start()) + 1 or len(text)
        yield from _MARKER.finditer(text, start, end)
        sign = _MARKER_SIGN.search(text, end)


def _bare_numbers(fresh: Fresh, asked: Sequence[Question]) -> list[tuple[list[int], re.Match[str]]]:
    """Numbers with nothing behind them, where two lines or more begin with the next one: "1 lost", "2 yes"."""
    marks = [([int(match["mark"])], match) for match in _BARE_NUMBER.finditer(fresh.text) if asked]
    told = [numbers[0] for numbers, _ in marks]
    in_order = all(one < other for one, other in pairwise(told)) and all(
        1 <= one <= len(asked) for one in told
    )
    return marks if len(marks) > 1 and in_order else []


def _numbers(text: str) -> list[int]:
    """The numbers that a mark such as "2", "b", "1-3" or "1 and 2" names."""
    if text.isalpha():
        return [ord(text) - ord("a") + 1]
    numbers = [int(one) for one in re.findall(r"\d+", text)]
    if len(numbers) == 2 and numbers[0] < numbers[1] and re.search("[-–]", text):
        return list(range(numbers[0], numbers[1] + 1))
    return numbers


def inline(fresh: Fresh, terms: Terms, asked: Sequence[Question]) -> Iterator[Slot]:
    """Answers that stand right below the question they answer, which is quoted."""
    lines = fresh.lines
    for index, line in enumerate(lines):
        if line.mark is not Mark.FRESH or not line.text.strip():
            continue
        above = index - 1
        while above >= 0 and above >= index - 2 and not lines[above].text.strip():
            above -= 1
        if above < 0 or lines[above].mark is not Mark.QUOTED or not lines[above].text.strip():
            continue
        first = above
        while first > 0 and lines[first - 1].mark is Mark.QUOTED and lines[first - 1].text.strip():
            first -= 1
        question = _question([quoted.text for quoted in lines[first : above + 1]], terms, asked)
        start = fresh.starts[index]
        end = fresh.paragraph_end(start)
        if question and not any(_FOR_ALL & hit.means.speech for hit in fresh.within(start, end)):
            yield _slot(question, start, end, "answer below the question", _INLINE, start)


def _question(quoted: Sequence[str], terms: Terms, asked: Sequence[Question]) -> Question | None:
    """What the last question of some quoted lines asks for."""
    text = questions.last_of(quoted)
    number = questions.number_of(text)
    found = questions.read_question(text, terms, [question.item for question in asked])
    return found or (asked[number - 1] if 1 <= number <= len(asked) else None)


def restated(fresh: Fresh, terms: Terms) -> list[Slot]:
    """Our question repeated, with the answer behind it."""
    slots = []
    for field, ask in terms.asks:
        span = ask.find(fresh.low, fresh.flat)
        if span is None:
            continue
        end = fresh.line_end(span[1])
        if not fresh.text[span[1] : end].strip(" :"):
            end = fresh.line_end(end + 1) if end < len(fresh.text) else end
        fields = terms.form.fields_of(field.item)
        slots.append(Slot(fields, span[1], end, "question repeated", _RESTATED, span[0], asked=True))
    return slots


def ours(fresh: Fresh, terms: Terms, *, statements: bool) -> Iterator[tuple[int, int]]:
    """Where the rest of our own wording stands among the person's lines."""
    for wording in (*terms.ours, *((wording for _, wording in terms.statements) if statements else ())):
        if wording.flat in fresh.flat:
            yield from wording.spans(fresh.low)


def read_context(
    fresh: Fresh,
    terms: Terms,
    asked: Sequence[Question],
    claims: Sequence[Claim],
    free: Sequence[tuple[int, int]],
) -> Iterator[Claim]:
    """`claims`: what has been read already. `free`: the parts of the text that are prose."""
    known = {claim.field for claim in claims}
    open_items = [
        one.item for one in asked if not any(field.key in known for field in terms.form.fields_of(one.item))
    ]
    if not open_items:
        return
    spans = [span for start, end in free for span in _sentences(fresh, start, end)]
    phrases = [phrase for span in spans for phrase in _phrases(fresh, *span)]
    read = [(claim.start, claim.end) for claim in claims]
    yield from _yes_to_all(fresh, terms, asked, open_items, phrases, read)
    yield from _lone_values(fresh, terms, open_items, spans, free, read)


def _sentences(fresh: Fresh, start: int, end: int) -> Iterator[tuple[int, int]]:
    for match in _SENTENCE.finditer(fresh.text, start, end):
        if match.group().strip():
            yield match.span()


def _phrases(fresh: Fresh, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence, or the parts between its commas where one of them speaks of all or of numbers: "yes to all, codes lost"."""
    text = fresh.text[start:end]
    if not _COMMA.search(text) or not any(
        hit.means.things or hit.means.topics for hit in fresh.within(start, end)
    ):
        yield start, end
        return
    place = start
    for part in _COMMA.split(text):
        till = place + len(part)
        hits = fresh.within(place, till)
        if any(_FOR_ALL & hit.means.speech for hit in hits) or _NUMBER.search(part):
            yield place, till
        place = till + 1


def _yes_fields(terms: Terms, items: Sequence[str]) -> list[Field]:
    """What can be answered by a yes."""
    return [
        field
        for item in items
        for field in terms.form.fields_of(item)
        if field.kind is Kind.AGREEMENT or (field.kind is Kind.CHOICE and field.yes)
    ]


def _yes_to_all(
    fresh: Fresh,
    terms: Terms,
    asked: Sequence[Question],
    open_items: Sequence[str],
    spans: Sequence[tuple[int, int]],
    read: Sequence[tuple[int, int]],
) -> Iterator[Claim]:
    """As in "yes to all", "both yes", "I agree to 1 and 2", and a bare "yes"."""
    items = [question.item for question in asked]
    meant = {question.item: question.yes for question in asked}
    for number, (start, end) in enumerate(spans):
        if end - start > _SHORT or fresh.text[end : end + 1] in {"?", "？"}:
            continue
        parts = clauses(fresh.within(start, end), terms.opposites)
        if not _speaks_of_nothing(parts):
            continue
        text = fresh.text[start:end]
        said = agreements.yes_or_no(text, parts, terms, knowing=True)
        if said is None:
            continue
        bare = number <= _FIRST and not _is_read(start, end, read) and _says_no_more(fresh, start, end)
        fields, sure = _meant(terms, text, parts, items, open_items, bare=bare)
        if said and _only_knows(parts, text, terms):
            fields = [field for field in fields if field.key in terms.knowing]
        for field in fields if said or len(fields) == 1 else ():
            if said or field.kind is Kind.AGREEMENT:
                value = meant[field.item] if field.kind is Kind.CHOICE else said
                yield Claim(field.key, value, YES_TO_WHAT_WAS_ASKED, sure, start, end)


def _says_no_more(fresh: Fresh, start: int, end: int) -> bool:
    """Whether a yes is all that a sentence says: "Yes, I'll send you the link tomorrow" answers no question of ours."""
    hits = fresh.within(start, end)
    if _is_mere(fresh, hits, start, end):
        return False
    told = [word for word in _WORD.finditer(fresh.text, start, end) if not _is_in(word.start(), hits)]
    return len(told) <= _MORE and not any(_is_about(fresh, hit, end) for hit in hits if hit.means.says)


def _is_mere(fresh: Fresh, hits: Sequence[Hit], start: int, end: int) -> bool:
    """Whether an "ok" only opens a sentence that says something else, as in "ok, found it"."""
    mere = [hit for hit in hits if "mere" in hit.means.speech]
    if not mere or any(hit.means.says for hit in hits if hit not in mere):
        return False
    return any(not _is_in(word.start(), mere) for word in _WORD.finditer(fresh.text, start, end))


def _is_in(place: int, hits: Sequence[Hit]) -> bool:
    return any(hit.start <= place < hit.end for hit in hits)


def _is_about(fresh: Fresh, said: Hit, end: int) -> bool:
    """Whether it is told what is agreed to, as in "I agree that you call me"."""
    that = next((hit for hit in fresh.within(said.end, end) if "that" in hit.means.speech), None)
    if that is None or fresh.text[said.end : that.start].strip(" ,"):
        return False
    return not agreements.TAIL.match(fresh.text, that.end)


def _only_knows(parts: Sequence[Clause], text: str, terms: Terms) -> bool:
    """Whether a yes is no more than "I understand", which agrees to nothing."""
    says = frozenset().union(*(part.says for part in parts))
    return says == {"aware"} and not agreements.leads(text, terms, "yes")


def _speaks_of_nothing(parts: Sequence[Clause]) -> bool:
    """Whether no thing, no subject and nobody else is spoken of, and nothing asked."""
    return not any(part.things or part.topics or part.of_others or part.asks for part in parts)


def _meant(
    terms: Terms,
    text: str,
    parts: Sequence[Clause],
    asked: Sequence[str],
    open_items: Sequence[str],
    *,
    bare: bool,
) -> tuple[list[Field], float]:
    """The fields that a yes answers, and how sure that is."""
    askable = _yes_fields(terms, open_items)
    marks = frozenset().union(*(part.marks for part in parts))
    numbers = [number for one in _NUMBER.findall(text) for number in _numbers(one)]
    if numbers == [len(open_items)] and _COUNT.search(text):
        return askable, _ALL
    if numbers:
        known = all(1 <= number <= len(asked) for number in numbers)
        return _yes_fields(terms, [asked[number - 1] for number in numbers] if known else ()), _ALL
    if "both" in marks:
        meant = _yes_fields(terms, asked)  # one of the two may be answered in so many words besides
        only = [field for field in meant if field.kind is Kind.AGREEMENT]
        return (meant if len(meant) == 2 else only if len(only) == 2 else []), _ALL
    if "all" in marks:
        return askable, _ALL
    return (_bare(askable, open_items, parts) if bare else []), _BARE


def _is_read(start: int, end: int, read: Sequence[tuple[int, int]]) -> bool:
    """Whether something has been read from a sentence, which then answers nothing else."""
    return any(other < end and start < until for other, until in read)


def _bare(askable: list[Field], open_items: Sequence[str], parts: Sequence[Clause]) -> list[Field]:
    """A bare yes answers only where nothing but a yes is asked; "I agree" no question about things."""
    if len(_items(askable)) < len(open_items):
        return []
    if any("agree" in part.says for part in parts) and not any("yes" in part.says for part in parts):
        return [field for field in askable if field.kind is Kind.AGREEMENT]
    return askable


def _items(fields: Sequence[Field]) -> set[str]:
    return {field.item for field in fields}


def _lone_values(
    fresh: Fresh,
    terms: Terms,
    open_items: Sequence[str],
    spans: Sequence[tuple[int, int]],
    free: Sequence[tuple[int, int]],
    read: Sequence[tuple[int, int]],
) -> Iterator[Claim]:
    fields = [field for item in open_items for field in terms.form.fields_of(item)]
    yield from _lone_name(
        fresh,
        terms,
        [field for field in fields if field.kind is Kind.NAME],
        spans,
        alone=not read and len(spans) == 1,
    )
    yield from _lone_address(fresh, [field for field in fields if field.kind is Kind.ADDRESS], free, read)
    whole = [field for field in fields if field.kind in {Kind.REASON, Kind.CHOICE}]
    if len(whole) == 1 and spans:
        slot = Slot(
            (whole[0],), spans[0][0], spans[-1][1], "answer to what was asked", _BARE, spans[0][0], asked=True
        )
        if len(_items(fields)) == 1 or whole[0].kind is Kind.CHOICE:
            yield from _whole(fresh, terms, slot, whole[0], alone=len(_items(fields)) == 1)


def _whole(fresh: Fresh, terms: Terms, slot: Slot, field: Field, *, alone: bool) -> Iterator[Claim]:
    """The mail as the answer to the one question it can answer: "never had any"."""
    parts = clauses(fresh.within(slot.start, slot.end), terms.opposites)
    if field.kind is Kind.REASON:
        yield from choices.in_slot(fresh, terms, slot, field)
        return
    if agreements.bare(fresh.text[slot.start : slot.end], terms) is False:
        return  # to "Are they lost, or did you never have any?" that says nothing
    about = [part for part in parts if not (part.things or part.topics or part.reserved or part.question)]
    length = slot.end - slot.start
    near = [part for part in about if choices.has_near_pronoun(part) and length <= _LONG]
    told = choices.by_state(terms, field, about if alone and length <= _SHORT else near)
    if len(told) == 1:
        yield Claim(field.key, told.pop(), slot.rule, _BARE, slot.start, slot.end)


def _lone_name(
    fresh: Fresh, terms: Terms, fields: Sequence[Field], spans: Sequence[tuple[int, int]], *, alone: bool
) -> Iterator[Claim]:
    if len(fields) != 1:
        return
    for start, end in spans[:3]:
        text = fresh.text[start:end]
        name, sure = _name_alone(text, terms)
        if (
            name
            and (name.islower() or not name.isalpha() or alone)
            and not terms.states_nothing(fields[0], name)
        ):
            place = fresh.text.find(name, start)
            yield Claim(fields[0].key, name, "lone value", sure, place, place + len(name))
            return


def _name_alone(text: str, terms: Terms) -> tuple[str, float]:
    """As in "x", or "It is x": a name that ends a short sentence of common words."""
    words = text.split()
    first = _COMMA.split(text)[0].strip()
    if first != text.strip() and "@" not in text and len(first.split()) == 1:
        name = names.clean(first)  # "x, or maybe x2"
        return (name, _FIRST_OF_MORE) if name.islower() and not terms.everyday(name) else ("", 0)
    if not words or len(words) > _FEW or "@" in text or text.rstrip().endswith((",", "，")):
        return "", 0
    name = names.clean(words[-1])
    if not name or name.isdigit() or terms.common(name):
        return "", 0
    if len(words) == 1:
        return name, _LONE if name.islower() else _LONE - 0.15
    known = all(terms.common(word) for part in words[:-1] for word in words_of(part))
    told = terms.is_word.search(lower(text)) is not None
    plain = name.isalpha() and (
        len(words) > _FEWER or not name.islower() or name.endswith(terms.lists.get("endings", ()))
    )
    return (name, _LONE - 0.1) if known and told and not plain else ("", 0)


def _lone_address(
    fresh: Fresh, fields: Sequence[Field], free: Sequence[tuple[int, int]], read: Sequence[tuple[int, int]]
) -> Iterator[Claim]:
    """The one address that is not read as something else: "This one: x. The old one was y."."""
    if len(fields) != 1:
        return
    found = [
        one
        for one in fresh.addresses
        if addresses.is_free(fresh, one, free) and not _is_read(one.start, one.end, read)
    ]
    if len({one.value for one in found}) == 1:
        yield Claim(fields[0].key, found[0].value, "lone value", _LONE, found[0].start, found[0].end)
