"""Finds where the form was filled in: under headings and labels, and after our own questions repeated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from mailflow.core.form import Field, Kind
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import words_of

_HEADING = re.compile(r"#(?<![^\n \t]#)#{0,5}[ \t]+")
# What a mail program makes of a bold heading where it leaves the type out.
_BOLD = re.compile(r"^[ \t]*(\*\*?|__?)(?=\S)([^\n*_]{1,80})(?<=\S)\1[ \t]*[:：]?[ \t]*$", re.MULTILINE)
# What stands between a label and its value; a tab only if no other sign follows, and no smiley. Few lines hold one.
_SEPARATOR = re.compile(
    r"[:：=|→➜➔➡⇒⟶】\u3000\t–—-](?:(?<=[:：=|→➜➔➡⇒⟶】])(?!(?<=:)[-'^]?[()DPp/|*](?:\s|\Z))>?|(?<=[\t\u3000])(?![ \t\u3000]*(?:[:：=|→➜➔➡⇒⟶]|->|[-–—]{1,2}\s))|(?<=-)>|(?<=\s[-–—])[-–—]?(?=\s))[ \t\u3000]*"
)
# What leads from a label to its value: "User name ..... x".
_LEADERS = re.compile(rf"(?:\.{{3,60}}|…{{1,20}}|_{{3,60}})[ \t]+|{_SEPARATOR.pattern}")
# The same where labels stand right before a hyphen, or spaces that part columns, on so many lines: "user- x", "codes- lost".
_HYPHENED = re.compile(rf"(?<=\w)-[ \t]+(?=\S)|{_LEADERS.pattern}")
_SPACED = re.compile(rf"(?<=\w)[ ]{{3,40}}(?=\S)|{_LEADERS.pattern}")
_BEFORE_HYPHEN = re.compile(r"^[ \t]*[^\W\d_][\w ]{1,24}-[ \t]", re.MULTILINE)
_BEFORE_SPACES = re.compile(r"^[ \t]*[^\W\d_]\w{1,20}(?: \w{1,20}){0,3} {3,40}[^\s:：=]", re.MULTILINE)
_LINES_ALIKE = 3
# A label in brackets before its value: "[User name] x".
_BRACKETED = re.compile(r"[(\[](?P<label>[^()\[\]\n]{2,40})[)\]][ \t]*[:：=–—-]?[ \t]*(?=\S)")
_PAREN = re.compile(r"[(（\[][^()（）\[\]\n]{0,40}[)）\]]")
_BROKEN = re.compile(r"(?<=[^\W\d_])-\n[ \t]*(?=[^\W\d_])")  # a word that was broken at the end of a line
_WORDY = re.compile(r"\w")
_LIST_MARK = re.compile(r"\A[ \t]*(?:[-*•·+–—>|][ \t]*)*(?:\(?(?:\d{1,2}|[a-z])[.)][ \t]+)?")
_LABEL_BEFORE = re.compile(r";(?=\s)|；|(?=【)")  # what a label may follow too, but no value ends at
_SENTENCE_END = re.compile(r"[.!?](?=\s)|[。！？]|\s[/|](?=\s)")
_PHRASE_END = re.compile(r"[.!?,;](?=\s)|[。！？，；、]|\s[/|](?=\s)")
_LONG_VALUE = frozenset({Kind.REASON, Kind.TEXT, Kind.LIST})
_ONE_WORD = frozenset({Kind.NAME, Kind.ADDRESS, Kind.URL})
_WORDS_OF_PROSE = re.compile(r"(?:\W*+\w++){7}")  # more than a line has that is a label alone
_PRONOUNS = frozenset({"them", "it"})
# A part of a sentence or line that is short, and asks nothing.
_BRIEF = re.compile(r"(?<![^\n,;.!?])[^\n,;.!?]{4,40}(?=[\n,;.!]|\Z)")
_SPACE = re.compile(r"(?<=\w)[ ]+(?=\S)")
_BEFORE_BRIEF, _PLUS_ONE = ("", ".", ";", "!"), "+1"
_SAID = {Kind.AGREEMENT: ("yes", "no"), Kind.CHOICE: ("no",)}  # what a yes chooses its question tells
_LABEL_LENGTH = 80
_SOON = 2  # sentences
_LABEL_WORDS = 6  # of a line that begins with a label: "User name on the site: x"
_MOST_LABELS = 200
_LIST_WORDS = 2  # of a line that is one item of a list
_LIST_ITEM = re.compile(r"[ \t]*(?:[-*•·+–]|\(?\d{1,2}[.)])[ \t]")
_RULE = re.compile(r"(?:={3,}|-{3,}|~{3,})[ \t]*(?=\n)")
_BLANK = re.compile(r"\n[ \t]*(?=\n|\Z)")

FORM, LABEL = 0.97, 0.9
BEHIND_STATEMENT = "answer behind the statement"


class Slot(NamedTuple):
    """A part of the text that answers one item; several fields where an item has alternatives."""

    fields: tuple[Field, ...]
    start: int
    end: int
    rule: str
    sure: float
    label: int  # where the label begins
    asked: bool = False  # it answers a question of ours, so that "yes" means yes to it
    said: tuple[str, str] = ("", "")  # the choices that a plain yes and a plain no to it make
    own: bool = True  # typed by hand, so that the words of a statement are more than our form repeated


class _Label(NamedTuple):
    field: Field
    start: int  # of the label
    value: int  # where its value may begin
    kind: str  # heading, line, inline
    whole: bool  # the label is all that stands before the value on its line


def find_slots(fresh: Fresh, terms: Terms, asked: Sequence[str]) -> list[Slot]:
    labels = [
        label
        for label in islice(_labels(fresh, terms), _MOST_LABELS)
        if not (fresh.statements and _is_stated(fresh, label))
    ]
    labels.sort(key=lambda label: (label.start, label.value))
    items = frozenset(asked)
    slots = []
    for index, label in enumerate(labels):
        limit = _limit(fresh, label, labels[index + 1 :])
        start, end = _extent(fresh, label, limit)
        if start < end:
            in_form = label.kind == "heading"
            slots.append(
                Slot(
                    (label.field,),
                    start,
                    end,
                    rule="form heading" if in_form else "label",
                    sure=FORM if in_form else LABEL if label.whole else LABEL - 0.05,
                    label=label.start,
                    asked=label.field.item in items,
                    own=not in_form and "\n" not in fresh.text[label.value : start],
                )
            )
    return slots


def in_brief(fresh: Fresh, terms: Terms, asked: Sequence[str]) -> Iterator[Slot]:
    """As in "codes no, time yes" under our letter, and "CoC +1" anywhere: a label and a yes or a no, with nothing between them.

    Behind a comma or a broken line only where another one stands before it: "if you hurry, time yes" agrees to nothing.
    """
    last = -1
    for part in _BRIEF.finditer(fresh.low) if asked or _PLUS_ONE in fresh.text else ():
        before = fresh.text[: part.start()].rstrip(" \t*•-")
        apart = before[-1:] in _BEFORE_BRIEF or len(before) - 1 in fresh.hard or part.start() == last + 1
        for space in _SPACE.finditer(part[0]) if apart else ():
            field = terms.whole_label(words_of(part[0][: space.start()]))
            value = part[0][space.end() :].strip()
            wanted = field is not None and (field.item in asked or value == _PLUS_ONE)
            if field and wanted and any(value in terms.values[said] for said in _SAID.get(field.kind, ())):
                place, last = part.start() + space.end(), part.end()
                yield Slot((field,), place, last, "label", LABEL, part.start(), asked=field.item in asked)


def _is_stated(fresh: Fresh, label: _Label) -> bool:
    """Whether it is only a line of a statement of the form, as "account" where "… the recovery codes for my account" is broken."""
    place = max(label.start, fresh.starts[fresh.line_at(label.value)])  # that of its last line
    return any(start < place < end for _, start, end in fresh.statements)


def _limit(fresh: Fresh, label: _Label, following: Sequence[_Label]) -> int:
    """Where the next label begins; what is told under the heading of the reason may hold some: "Lost address: that of …"."""
    told = label.kind == "heading" and label.field.kind is Kind.REASON
    return next((one.start for one in following if not told or one.kind == "heading"), len(fresh.text))


def _labels(fresh: Fresh, terms: Terms) -> Iterator[_Label]:
    quoted = {start for start, _ in fresh.boxed}
    headed: set[int] = set()
    if "#" in fresh.text:
        for heading in _HEADING.finditer(fresh.text):
            headed.add(fresh.line_at(heading.start()))
            if found := _heading(fresh, terms, heading):
                yield found
    if "*" in fresh.text or "_" in fresh.text:
        for bold in _BOLD.finditer(fresh.text):
            if labelled := terms.label(words_of(bold[2])):
                headed.add(fresh.line_at(bold.start()))
                yield _Label(labelled[0], bold.start(), bold.end(), "heading", whole=True)
    separators = _separators(fresh.text)
    for index, (start, following) in enumerate(pairwise((*fresh.starts, len(fresh.text) + 1))):
        end = following - 1
        if end > start and start not in quoted and index not in headed:
            bracketed = _in_brackets(fresh, terms, start, end) if fresh.text[start] in "([" else None
            yield from (bracketed,) if bracketed else _line(fresh, terms, start, end, separators)


def _separators(text: str) -> re.Pattern[str]:
    """What may stand between a label and its value, the rarer ways only where they are met."""
    if "- " in text and len(_BEFORE_HYPHEN.findall(text)) >= _LINES_ALIKE:
        return _HYPHENED
    if "   " in text and len(_BEFORE_SPACES.findall(text)) >= _LINES_ALIKE:
        return _SPACED
    return _LEADERS if any(leader in text for leader in ("...", "…", "___")) else _SEPARATOR


def _heading(fresh: Fresh, terms: Terms, heading: re.Match[str]) -> _Label | None:
    """A markdown heading, whose text may go on with the value where a client has joined the lines."""
    start = heading.end()
    end = fresh.line_end(start)
    line = fresh.text[start:end]
    alone = len(line) <= _LABEL_LENGTH and "#" not in line.rstrip("# ")
    if alone and (found := terms.label(words_of(line))):
        return _Label(found[0], heading.start(), end, "heading", whole=True)
    begins = terms.label_before(words_of(line[:_LABEL_LENGTH]))
    if begins is None:
        return None
    return _Label(
        begins[0], heading.start(), _after_words(fresh.text, start, begins[1]), "heading", whole=True
    )


def _after_words(text: str, place: int, number: int) -> int:
    for _ in range(number):
        match = re.compile(r"[\W_]*\w+").match(text, place)
        place = match.end() if match else place
    return place


def _line(fresh: Fresh, terms: Terms, start: int, end: int, separators: re.Pattern[str]) -> Iterator[_Label]:
    """The labels of one line: "User name: x", "user = x, codes: lost", or a label alone above its value.

    That of a line which goes on from the one before may begin there: "New address for the | account: x".
    """
    begin = start
    known = False
    for separator in separators.finditer(fresh.text, start, end):
        if separator.start() < begin or fresh.text.startswith("//", separator.end()):
            continue
        if begin == start and start and start - 1 not in fresh.hard:
            begin = fresh.text.rfind("\n", 0, start - 1) + 1
        found = _label_at(fresh, terms, begin, separator, known=known)
        if found is None and begin < start:
            found = _label_of_line(fresh, terms, start, separator)
        if found:
            yield found
            begin, known = separator.end(), True
    if not known and end - start <= _LABEL_LENGTH:
        line = fresh.text[start:end]
        if line.strip(" \t*_#:-")[-1:] in ".,;!":  # as most lines of prose end, "" included
            return
        line = _PAREN.sub(" ", line)
        if _WORDS_OF_PROSE.match(line):
            return
        words = words_of(line.rstrip("* \t"))  # which tells that it has to be filled in
        field = terms.whole_label(words) if 0 < len(words) <= 6 else None
        if field:
            yield _Label(field, start, end, "line", whole=True)


def _label_of_line(fresh: Fresh, terms: Terms, start: int, separator: re.Match[str]) -> _Label | None:
    """The label that begins a line which only looked as if it went on from the one before."""
    found = _label_at(fresh, terms, start, separator, known=False)
    return found if found is not None and found.whole else None


def _in_brackets(fresh: Fresh, terms: Terms, start: int, end: int) -> _Label | None:
    """As in "[User name] x"."""
    match = _BRACKETED.match(fresh.text, start, end)
    field = terms.whole_label(words_of(match["label"])) if match else None
    return _Label(field, start, match.end(), "line", whole=True) if match and field else None


def _label_at(
    fresh: Fresh, terms: Terms, begin: int, separator: re.Match[str], *, known: bool
) -> _Label | None:
    before = fresh.text[max(begin, separator.start() - 2 * _LABEL_LENGTH) : separator.start()]
    if not _WORDY.search(before):
        return None
    before = _PAREN.sub(lambda match: " " * len(match.group()), before)
    if cut := _last_end(before):
        before, begin = before[cut:], separator.start() - len(before) + cut
    words = words_of(_BROKEN.sub("", _LIST_MARK.sub("", before)).rstrip("* \t"))
    found = terms.label(words)
    strong = separator.group().strip()[:1] in {":", "：", "="}
    if found is None:
        begins = terms.label_before(words) if strong and len(words) <= _LABEL_WORDS else None
        if (
            begins is None
            or _names_several(fresh, begin, separator.start())
            or _holds_name(terms, begins[0], words)
        ):
            return None
        return _Label(begins[0], begin, separator.end(), "line", whole=False)
    field, extra = found
    if extra and (not strong or _is_told_to_change(fresh, field, begin, separator.start())):
        return None
    if extra and field.kind is Kind.AGREEMENT and _names_agreements(fresh, begin, separator.start()):
        return None
    if (
        extra
        and field.kind is Kind.NAME
        and (listed := _is_of_projects(fresh, terms, begin, separator.start()))
    ):
        field = listed
    if extra and terms.wanted is not None and _is_of_new_address(fresh, begin, separator.start()):
        field = terms.wanted
    start = separator.start() - _length_of(before, len(words) - extra) if extra else begin
    return _Label(field, start, separator.end(), "line" if not extra or known else "inline", whole=not extra)


def _holds_name(terms: Terms, field: Field, words: Sequence[str]) -> bool:
    """Whether what begins as a label of the name holds that itself: "My account jdoe has two addresses: x and y"."""
    if field.kind is not Kind.NAME:
        return False
    return not all(terms.common(word) or terms.is_service(word) for word in words)


def _is_told_to_change(fresh: Fresh, field: Field, start: int, end: int) -> bool:
    """As in "Please enter this for the account: x", which tells more than a label."""
    hits = fresh.within(start, end) if field.kind in {Kind.ADDRESS, Kind.NAME} else ()
    return any(
        "change" in hit.means.addresses
        or ("wanted" in hit.means.addresses and hit.end == end and " " in fresh.text[hit.start : end])
        for hit in hits
    )


def _is_of_new_address(fresh: Fresh, start: int, end: int) -> bool:
    """As in "New address for my account", which ends with another label."""
    hits = fresh.within(start, end)
    return any("wanted" in hit.means.addresses for hit in hits) and any(
        "mailbox" in hit.means.things for hit in hits
    )


def _is_of_projects(fresh: Fresh, terms: Terms, start: int, end: int) -> Field | None:
    """As in "Packages under that account: x, y", which ends with another label; the field that lists them."""
    told = any(("projects", "noun") in hit.means.concepts for hit in fresh.within(start, end))
    return next(iter(terms.form.of_kind(Kind.LIST)), None) if told else None


def _names_several(fresh: Fresh, start: int, end: int) -> bool:
    """As in "Code of Conduct and long processing: both accepted", "Recovery codes and the phone: gone"."""
    return sum(hit.means.objects for hit in fresh.within(start, end)) > 1


def _names_agreements(fresh: Fresh, start: int, end: int) -> bool:
    """As in "Code of conduct & waiting time: fine with both", which is no label of the second one alone."""
    line = fresh.starts[fresh.line_at(end)]
    return len({topic for hit in fresh.within(max(start, line), end) for topic in hit.means.topics}) > 1


def _last_end(text: str) -> int:
    """Where the last sentence of a text begins: "User name jdoe. Lost: my phone" has no label at its beginning."""
    ends = (match.end() for sign in (_SENTENCE_END, _LABEL_BEFORE) for match in sign.finditer(text))
    return max(ends, default=0)


def _length_of(text: str, words: int) -> int:
    """How many characters the last words of a text take."""
    places = [match.start() for match in re.finditer(r"\w+", text)]
    return len(text) - places[-words] if words <= len(places) else len(text)


def _extent(fresh: Fresh, label: _Label, limit: int) -> tuple[int, int]:
    """Where the value of a label begins and ends."""
    text = fresh.text
    long = label.field.kind in _LONG_VALUE
    if label.start < fresh.subject:
        limit = min(limit, fresh.subject)
    if label.kind == "heading":
        start = _skip_blank(text, label.value, limit, most=limit)
        end = limit if long else min(limit, _paragraph_end(text, start))
        return _trimmed(text, start, end)
    line_end = fresh.line_end(label.value)
    if text[label.value : line_end].strip():
        start, end = label.value, fresh.hard_end(label.value)
    else:
        start = _skip_blank(text, line_end, limit, most=line_end + 40)
        if ruled := _RULE.match(text, start, limit):  # a line drawn below a heading
            start = _skip_blank(text, ruled.end(), limit, most=ruled.end() + 40)
        end = start if _is_within_sentence(fresh, start, limit) else _paragraph_end(text, start)
    end = min(end, limit)
    if label.field.kind is Kind.LIST:
        end = min(_list_end(fresh, label, start), limit)
        end = _first(_SENTENCE_END, text, start, end)  # "Projects: x, y. I agree to the Code of Conduct."
    if not long:
        pattern = _PHRASE_END if label.field.kind in _ONE_WORD else _SENTENCE_END
        most, end = end, min(end, _first(pattern, text, start, end))
        if label.field.kind is Kind.CHOICE:
            end = _with_what_goes_on(fresh, end, most)
    return _trimmed(text, start, end)


def _is_within_sentence(fresh: Fresh, start: int, limit: int) -> bool:
    """Whether what stands below a label only begins the sentence that is the next one: "I know | that it takes long: yes"."""
    words = fresh.text[start:limit].rstrip()
    return start < limit <= fresh.line_end(start) and limit < len(fresh.text) and words[-1:].isalpha()


def _with_what_goes_on(fresh: Fresh, end: int, most: int) -> int:
    """The end of a value whose next sentence goes on about it: "Recovery codes: kept on a stick. They are lost.".

    Or one soon after, that says what follows: "on a stick. In the suitcase. So: lost".
    """
    till = end
    for _ in range(_SOON):
        if till >= most:
            break
        start, till = till, _first(_SENTENCE_END, fresh.text, till, most)
        hits = fresh.within(start, till)
        if any(hit.means.objects for hit in hits):
            break
        if any(hit.means.states for hit in hits):
            follows = hits[0].means.breaks == "because"
            return till if follows or any(hit.means.speech & _PRONOUNS for hit in hits) else end
    return end


def _list_end(fresh: Fresh, label: _Label, start: int) -> int:
    """The end of a list, whose lines hold a few words or go on with a comma; of one that is itself an item, its own."""
    end, last = fresh.line_end(start), _paragraph_end(fresh.text, start)
    begin = fresh.starts[fresh.line_at(label.start)]
    is_item = start <= fresh.line_end(begin) and _LIST_ITEM.match(fresh.text, begin) is not None
    while end < last:
        following = fresh.line_end(end + 1)
        line = fresh.text[end + 1 : following]
        goes_on = fresh.text[start:end].rstrip().endswith((",", "，", "、", "and"))
        prose = len(line.split()) > _LIST_WORDS or any(
            hit.means.matters for hit in fresh.within(end + 1, following)
        )
        item = _LIST_ITEM.match(line) is not None
        if not goes_on and (is_item if item else prose):
            break
        end = following
    return end


def _paragraph_end(text: str, place: int) -> int:
    match = _BLANK.search(text, place)
    return match.start() if match else len(text)


def _skip_blank(text: str, place: int, limit: int, most: int) -> int:
    while place < min(limit, most) and text[place].isspace():
        place += 1
    return place


def _first(pattern: re.Pattern[str], text: str, start: int, end: int) -> int:
    match = pattern.search(text, start, end)
    return match.end() if match else end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
