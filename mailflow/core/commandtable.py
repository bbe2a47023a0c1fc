"""What the staff can command by mail: each verb, what has to stand behind it, and what it does."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from mailflow.core.case import Outcome
from mailflow.core.display import lines as shown_lines
from mailflow.core.events import (
    Event,
    StaffAsked,
    StaffClosed,
    StaffCorrected,
    StaffNoted,
    StaffReopened,
    StaffSnoozed,
)
from mailflow.core.reference import normal_reference
from mailflow.core.timing import LONGEST_WAIT, read_wait

# What the staff may close a case with; a duplicate comes about by `merge`.
OUTCOMES = (Outcome.RECOVERED, Outcome.DENIED, Outcome.WITHDRAWN, Outcome.EXPIRED, Outcome.REDIRECTED)
# Those whose letter says nothing without what the staff writes, and what that has to say.
NEED_TEXT: Mapping[Outcome, str] = {Outcome.DENIED: "why", Outcome.REDIRECTED: "where they get help"}
LONGEST_TEXT = 10_000  # characters of a question, a note or a reason
STOPS = ".,;!"  # behind the last word, as in any sentence
_INTO = re.compile(r"into:?\s+", re.IGNORECASE)
_REFERENCE = re.compile(
    r"(?!into\b)([0-9A-Za-z]{4} ?[-\u2010\u2011\u2013]? ?[0-9A-Za-z]{4})(?![0-9A-Za-z-]):?\s*", re.IGNORECASE
)
_HYPHENS = str.maketrans("\u2010\u2011\u2013", "---")  # what programs make of a typed one
REFERENCE_SIGN = re.compile(r"[-0-9]")  # tells a reference from two words, as in "note seen that"


class Verb(StrEnum):
    SHOW = "show"
    ASK = "ask"
    NOTE = "note"
    CLOSE = "close"
    REOPEN = "reopen"
    MERGE = "merge"
    SNOOZE = "snooze"
    CORRECT = "correct"
    FIND = "find"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Command:
    """One that is complete; whether its case is there only the store can tell."""

    line: str  # as it was written, visible and short
    verb: Verb
    reference: str  # in its one form; "": it is about no case (`find`, `help`)
    # What it is to the case; None: it changes nothing, or the other case counts (`merge`).
    event: Event | None = None
    into: str = ""  # the reference of that other case
    sought: str = ""  # by `find`: an address, the name of an account or a reference


@dataclass(frozen=True, slots=True)
class Entry:
    """What there is to write, and what it does."""

    form: str
    does: str
    # Puts what stands behind the verb and its reference into a command. Raises `ValueError` with what is wrong.
    read: Callable[[Command, str], Command]
    of_a_case: bool = True  # the reference of a case comes first
    of_words: bool = False  # any words may follow, as they may in a sentence that only begins with the verb
    of_lines: bool = False  # the lines below belong to it


def leading_reference(text: str) -> tuple[str | None, str]:
    """The reference that a text begins with, in its one form, and what follows it."""
    match = _REFERENCE.match(text)
    typed = match[1].translate(_HYPHENS) if match else ""
    found = normal_reference(typed) if REFERENCE_SIGN.search(typed) else None
    return (found, text[match.end() :]) if match and found else (None, text)


# ------------------------------------------------------------------------------------- what stands behind the reference


def _shown(command: Command, rest: str) -> Command:
    _expect_nothing(command, rest)
    return command


def _question(command: Command, rest: str) -> Command:
    return replace(command, event=StaffAsked(_text(rest)))


def _note(command: Command, rest: str) -> Command:
    return replace(command, event=StaffNoted(_text(rest)))


def _closed(command: Command, rest: str) -> Command:
    word, *why = re.split(r"[\s:]+", rest, maxsplit=1)
    outcome = next((outcome for outcome in OUTCOMES if outcome == word.lower().rstrip(STOPS)), None)
    if outcome is None:
        raise ValueError(f"it does not say how: {', '.join(OUTCOMES)}")
    said = "".join(why).strip()
    if outcome in NEED_TEXT and not said:
        raise ValueError(f"it does not say {NEED_TEXT[outcome]}, which the person has to be told")
    return replace(command, event=StaffClosed(outcome, _text(said) if said else ""))


def _corrected(command: Command, rest: str) -> Command:
    """Which fields there are the form says, when it is done."""
    return replace(command, event=StaffCorrected(_text(rest)))


def _reopened(command: Command, rest: str) -> Command:
    _expect_nothing(command, rest)
    return replace(command, event=StaffReopened())


def _merged(command: Command, rest: str) -> Command:
    """The word "into" may be left out where both cases are named, but one reference alone might be either."""
    said = _INTO.match(rest)
    into, more = leading_reference(rest[said.end() :] if said else rest)
    if into is None or more.rstrip(STOPS):
        raise ValueError(f"it does not name two cases: write {TABLE[command.verb].form}")
    return replace(command, into=into)


def _snoozed(command: Command, rest: str) -> Command:
    wait = read_wait(rest.rstrip(STOPS))
    if wait is None:
        raise ValueError(
            f"it does not say how long: a number and hours, days or weeks, at most {LONGEST_WAIT.days} days"
        )
    return replace(command, event=StaffSnoozed(wait))


def _sought(command: Command, rest: str) -> Command:
    sought = rest.strip("<>\"' ")
    if not sought:
        raise ValueError(f"it does not say what to look for: write {TABLE[command.verb].form}")
    return replace(command, sought=sought)


def _expect_nothing(command: Command, rest: str) -> None:
    if rest.rstrip(STOPS):
        raise ValueError(f"nothing may stand behind it: write {TABLE[command.verb].form}")


def _text(said: str) -> str:
    text = "\n".join(shown_lines(said))
    if not text:
        raise ValueError("its text is missing")
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"its text is longer than {LONGEST_TEXT} characters")
    return text


TABLE: Mapping[Verb, Entry] = {
    Verb.SHOW: Entry("show REFERENCE", "what is known of the case, and what was written", _shown),
    Verb.ASK: Entry(
        "ask REFERENCE TEXT",
        "asks the person; the case waits for the answer",
        _question,
        of_words=True,
        of_lines=True,
    ),
    Verb.NOTE: Entry("note REFERENCE TEXT", "a note that only we see", _note, of_words=True, of_lines=True),
    Verb.CLOSE: Entry(
        "close REFERENCE OUTCOME TEXT",
        f"closes it, and tells the person; OUTCOME is one of {', '.join(OUTCOMES)}, and TEXT stands in the letter; {' and '.join(NEED_TEXT)} need one",
        _closed,
        of_lines=True,
    ),
    Verb.REOPEN: Entry("reopen REFERENCE", "takes a closed case up again", _reopened),
    Verb.MERGE: Entry(
        "merge REFERENCE into REFERENCE", "closes the first as a duplicate of the second", _merged
    ),
    Verb.SNOOZE: Entry("snooze REFERENCE 5 days", "we are told of it again then, and not before", _snoozed),
    Verb.CORRECT: Entry(
        "correct REFERENCE FIELD: VALUE",
        "puts right what was read wrongly or not at all; no VALUE takes it out",
        _corrected,
        of_words=True,
    ),
    Verb.FIND: Entry("find WORD", "the cases of an address, or about an account", _sought, of_a_case=False),
    Verb.HELP: Entry("help", "tells all this", _shown, of_a_case=False),
}
