"""What was made of a mail, for people: each line with its mark, each value with the words it came from, the letters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from mailflow.cli.show import facts, section, text, title
from mailflow.core.answer import Answer
from mailflow.core.authentication import in_words
from mailflow.core.case import Status
from mailflow.core.display import one_line, spoken
from mailflow.core.form import Form
from mailflow.core.items import missing_items
from mailflow.core.lookalikes import in_ascii
from mailflow.core.text import Mark
from mailflow.steps.handled import Handled

_MARKS = {Mark.FRESH: "│", Mark.QUOTED: ">", Mark.FORWARDED: "»", Mark.SIGNATURE: "~"}
_LEGEND = ", ".join(f"{sign} {mark.value}" for mark, sign in _MARKS.items())
_LINES = 2000
_WORDS = 60  # characters of the words that a value was read from


def show_mail(name: str, handled: Handled, form: Form) -> None:
    title(f"{name}: {spoken(handled.kind.value)}")
    facts(_about(handled))
    section(f"Lines ({_LEGEND})")
    for line in islice(handled.body.lines, _LINES):
        sign, dim = _MARKS[line.mark], line.mark is not Mark.FRESH
        text(line.text, f"  {line.number:4} {sign} ", hanging=f"       {sign} ", dim=dim)
    _show_answers(handled, form)
    _show_letters(handled)
    text("")


def _about(handled: Handled) -> Iterator[tuple[str, str]]:
    case = handled.case
    yield "from", in_ascii(handled.mail.sender or "nobody that can be told")
    yield "who wrote", in_words(handled.authentication)
    for oddity in handled.authentication.oddities:
        yield "take care", oddity
    yield "subject", handled.body.subject or "(none)"
    if case:
        yield (
            "case",
            f"{case.reference}, {case.standing}: {handled.how or 'it opened this case'}",
        )
    if handled.wish.words:
        yield "wants", f"{spoken(handled.wish.intent.value)}: “{handled.wish.words}”"
    if handled.body.secrets:
        yield "masked", ", ".join(handled.body.secrets)
    for problem in handled.mail.problems:
        yield "note", problem


def _show_answers(handled: Handled, form: Form) -> None:
    reading, case = handled.reading, handled.case
    section("Understood")
    if not reading.answers and not reading.doubts:
        text("no answer to the form", "  ")
    if reading.unread:
        text(f"{reading.unread} lines of theirs were not read, as there are too many", "  ")
    for answer in reading.answers.values():
        text(f"{form.by_key[answer.field].label}: {form.say(answer.field, answer.value)}", "  ")
        text(_source(answer), "      ", dim=True)
    for doubt in reading.doubts:
        text(f"? {form.by_key[doubt.field].label}: {_either(doubt.answers, form)}", "  ")
        for answer in doubt.answers:
            text(_source(answer), "      ", dim=True)
    if case and case.status is not Status.CLOSED:
        missing = missing_items(form, case.answers, case.doubts)
        labels = (" or ".join(field.label for field in form.fields_of(item)) for item in missing)
        section("Still missing in the case")
        text(", ".join(labels) or "nothing", "  ")


def _source(answer: Answer) -> str:
    return f"line {answer.line}, “{one_line(answer.words, _WORDS)}”, by {answer.rule}, sure {answer.sure:.2f}"


def _either(answers: Iterable[Answer], form: Form) -> str:
    return " or ".join(form.say(answer.field, answer.value) for answer in answers)


def _show_letters(handled: Handled) -> None:
    if handled.silence:
        section("Not answered")
        text(f"{handled.silence}{f' ({handled.source})' if handled.source else ''}", "  ")
    elif not handled.letters:
        section("Not answered")
        text("nothing new to say, or the limits of letters are reached", "  ")
    for letter in handled.letters:
        section(f"Letter “{spoken(letter.kind)}” to {letter.recipient}")
        text(f"Subject: {letter.subject}", "  ")
        text(letter.text.rstrip(), "  │ ")
