"""The commands that the staff writes by mail: how they are read, and which mail may give any.

Whoever gives commands can have an account given away, so a mail is obeyed only where three things agree: a configured
address, that its domain vouches for it, and a tag that only this person's own letters hold. And what is read is only the
top of the mail's own words: reading ends at the first line that is no command, so that neither the words of an absence
notice, nor a person's mail that is passed on, nor a letter of ours that comes back is ever taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum

from mailflow.core.authentication import Verdict
from mailflow.core.case import Outcome
from mailflow.core.digest import CaseBrief
from mailflow.core.display import lines as shown_lines
from mailflow.core.display import one_line, visible
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
from mailflow.core.text import Line, Mark
from mailflow.core.timing import LONGEST_WAIT, read_wait

# What the staff may close a case with; a duplicate comes about by `merge`.
OUTCOMES = (Outcome.RECOVERED, Outcome.DENIED, Outcome.WITHDRAWN, Outcome.EXPIRED, Outcome.REDIRECTED)
LONGEST_TEXT = 10_000  # characters of a question, a note or a reason
MOST = 50  # commands in one mail
_SHOWN = 60  # characters of a line that a letter repeats


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
class Fault:
    """A line that is meant as a command and cannot be one."""

    line: str
    why: str


@dataclass(frozen=True, slots=True)
class Read:
    """What a mail says."""

    commands: tuple[Command | Fault, ...]
    rest: str  # the first line that was not read, visible and short; "" if all were


@dataclass(frozen=True, slots=True)
class Wrote:
    """A mail of a case, as `show` shows it."""

    at: datetime
    sender: str
    subject: str
    words: str  # the first of what is new in it, secrets masked
    more: str = ""  # the command that shows the rest, if there is one
    why: str = ""  # why it got no answer: it may be somebody else's, in the party's name


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a command, for the letter."""

    line: str
    said: str  # a sentence; "" where the cases say it all
    cases: tuple[CaseBrief, ...] = ()  # what `show` shows and `find` finds
    mails: tuple[Wrote, ...] = ()  # the last ones of what `show` shows, oldest first


@dataclass(frozen=True, slots=True)
class Help:
    """What there is to write, and what it does."""

    form: str
    does: str


def why_not_obeyed(
    *, from_staff: bool, verdict: Verdict, genuine: bool, message_id: str | None, known: bool
) -> str | None:
    """Why a mail that came to an address for commands gives none, as its row and the digest say it; None: it does.

    `genuine`: the tag is one that we made for the sender, and has not expired. `known`: this Message-ID gave commands
    before, so somebody sends again what a member of the staff signed.
    """
    if not from_staff:
        return "it came to an address for commands of the staff, and is not from one of them"
    if verdict is not Verdict.PASS:
        return "it is no command of the staff: its domain does not vouch for it"
    if not genuine:
        return (
            "it is no command of the staff: the address that it came to is not the sender's, or has expired"
        )
    if not message_id or known:
        return "it is no command of the staff: it has no Message-ID, or one that was obeyed before"
    return None


def read_commands(lines: Iterable[Line], reference: str | None) -> Read:
    """The commands at the top of the fresh lines.

    What stands right below a quoted line may be the rest of it: programs that wrap a quote leave the mark out there. And what
    people wrote stands in what is quoted, so reading ends at such a line too.
    `reference`: of the case whose escalation the mail answers, which a command may leave out; None: each has to name one.
    """
    found: list[_Draft] = []
    open_ = False  # whether the next line may go on with the last command's text
    quoted = False  # whether it may be the rest of a quoted one
    for line in lines:
        if line.mark is Mark.FORWARDED:
            break
        text = visible(line.text).strip()
        if line.mark is not Mark.FRESH or not text:
            open_, quoted = False, line.mark is Mark.QUOTED
            continue
        draft = None if quoted else _draft(text)
        if draft is not None:
            if len(found) == MOST:
                return Read(_completed(found, reference), one_line(text, _SHOWN))
            found.append(draft)
            open_ = True
        elif open_ and found[-1].takes_text:
            found[-1].more.append(text)
        else:
            return Read(_completed(found, reference), one_line(text, _SHOWN))
    return Read(_completed(found, reference), "")


def help_lines() -> tuple[Help, ...]:
    """What there is to write, from the table by which it is read."""
    return tuple(Help(entry.form, entry.does) for entry in TABLE.values())


# ------------------------------------------------------------------------------------------------------- a line's pieces

_WORD = re.compile(r"([A-Za-z]+)(:?)(?:\s+|\Z|(?<=:))")
_REFERENCE = re.compile(
    r"(?!into\b)([0-9A-Za-z]{4} ?[-\u2010\u2011\u2013]? ?[0-9A-Za-z]{4})(?![0-9A-Za-z-]):?\s*", re.IGNORECASE
)
_HYPHENS = str.maketrans("\u2010\u2011\u2013", "---")  # what programs make of a typed one
_TOLD = re.compile(r"[-0-9]")  # what tells a reference from two words, as in "note seen that"


@dataclass(frozen=True, slots=True)
class _Draft:
    """A line that is meant as a command, and those that go on with its text."""

    line: str
    verb: Verb | None  # None: the word is none, but a reference follows it
    colon: bool  # "note: …", which leaves the case out
    rest: str
    more: list[str] = field(default_factory=list)  # there may be 100,000

    @property
    def takes_text(self) -> bool:
        return self.verb in {Verb.ASK, Verb.NOTE, Verb.CLOSE}


def _draft(text: str) -> _Draft | None:
    """What a line is meant as; None: it is no command."""
    word = _WORD.match(text)
    if word is None:
        return None
    rest = text[word.end() :]
    verb = next((verb for verb in Verb if verb == word[1].lower()), None)
    meant = _is_meant(verb, rest, colon=bool(word[2])) if verb else _reference(rest)[0]
    return _Draft(one_line(text, _SHOWN), verb, bool(word[2]), rest) if meant else None


def _is_meant(verb: Verb, rest: str, *, colon: bool) -> bool:
    """Whether a line that begins with a verb is more than a sentence that does ("Note that I am away")."""
    if colon or not rest or _reference(rest)[0]:
        return True
    if verb is Verb.FIND:
        return len(rest.split()) == 1  # what is sought is one word, and "find out" more is none
    first = rest.lower().split()[0].rstrip(f":{_STOPS}")
    return first in _OPENINGS.get(verb, ()) or bool(_TOLD.search(first))


_OPENINGS: Mapping[Verb, frozenset[str]] = {
    Verb.CLOSE: frozenset(OUTCOMES),
    Verb.MERGE: frozenset({"into"}),
}


def _reference(text: str) -> tuple[str | None, str]:
    """The reference that a text begins with, in its one form, and what follows it."""
    match = _REFERENCE.match(text)
    typed = match[1].translate(_HYPHENS) if match else ""
    found = normal_reference(typed) if _TOLD.search(typed) else None
    return (found, text[match.end() :]) if match and found else (None, text)


def _completed(drafts: Iterable[_Draft], reference: str | None) -> tuple[Command | Fault, ...]:
    return tuple(_complete(draft, reference) for draft in drafts)


def _complete(draft: _Draft, reference: str | None) -> Command | Fault:
    try:
        return _command(draft, reference)
    except ValueError as error:
        return Fault(draft.line, str(error))


def _command(draft: _Draft, reference: str | None) -> Command:
    """Raises `ValueError` with what is wrong."""
    if draft.verb is None:
        raise ValueError("there is no such command" + _meant(draft.line))
    entry = TABLE[draft.verb]
    if draft.verb in _OF_NO_CASE:
        return entry.read(Command(draft.line, draft.verb, ""), draft.rest)
    named, rest = _reference(draft.rest)
    if named is None and reference is None:
        raise ValueError(f"it does not name its case: write {entry.form}")
    if named is None and not draft.colon and entry.read in {_question, _note, _corrected}:
        # or any sentence that begins with "note" might be one
        raise ValueError(f"it does not name its case: write {entry.form}, or {draft.verb}: TEXT")
    command = Command(draft.line, draft.verb, named or reference or "")
    return entry.read(command, "\n".join((rest, *draft.more)))


_OF_NO_CASE = frozenset({Verb.FIND, Verb.HELP})


def _meant(line: str) -> str:
    near = get_close_matches(line.split(maxsplit=1)[0].rstrip(":").lower(), [*Verb], 1)
    return f"; did you mean {near[0]}?" if near else ""


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
    outcome = next((outcome for outcome in OUTCOMES if outcome == word.lower().rstrip(_STOPS)), None)
    if outcome is None:
        raise ValueError(f"it does not say how: {', '.join(OUTCOMES)}")
    said = "".join(why).strip()
    if outcome is Outcome.DENIED and not said:
        raise ValueError("it does not say why, which the person has to be told")
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
    into, more = _reference(rest[said.end() :] if said else rest)
    if into is None or more.rstrip(_STOPS):
        raise ValueError(f"it does not name two cases: write {TABLE[command.verb].form}")
    return replace(command, into=into)


def _snoozed(command: Command, rest: str) -> Command:
    wait = read_wait(rest.rstrip(_STOPS))
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


_STOPS = ".,;!"  # behind the last word, as in any sentence
_INTO = re.compile(r"into:?\s+", re.IGNORECASE)


def _expect_nothing(command: Command, rest: str) -> None:
    if rest.rstrip(_STOPS):
        raise ValueError(f"nothing may stand behind it: write {TABLE[command.verb].form}")


def _text(said: str) -> str:
    text = "\n".join(shown_lines(said))
    if not text:
        raise ValueError("its text is missing")
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"its text is longer than {LONGEST_TEXT} characters")
    return text


@dataclass(frozen=True, slots=True)
class _Entry:
    form: str
    does: str
    read: Callable[[Command, str], Command]


TABLE: Mapping[Verb, _Entry] = {
    Verb.SHOW: _Entry("show REFERENCE", "what is known of the case, and what was written", _shown),
    Verb.ASK: _Entry("ask REFERENCE TEXT", "asks the person; the case waits for the answer", _question),
    Verb.NOTE: _Entry("note REFERENCE TEXT", "a note that only we see", _note),
    Verb.CLOSE: _Entry(
        "close REFERENCE OUTCOME TEXT",
        f"closes it, and tells the person; OUTCOME is one of {', '.join(OUTCOMES)}, and TEXT says why",
        _closed,
    ),
    Verb.REOPEN: _Entry("reopen REFERENCE", "takes a closed case up again", _reopened),
    Verb.MERGE: _Entry(
        "merge REFERENCE into REFERENCE", "closes the first as a duplicate of the second", _merged
    ),
    Verb.SNOOZE: _Entry("snooze REFERENCE 5 days", "we are told of it again then, and not before", _snoozed),
    Verb.CORRECT: _Entry(
        "correct REFERENCE FIELD: VALUE",
        "puts right what was read wrongly or not at all; no VALUE takes it out",
        _corrected,
    ),
    Verb.FIND: _Entry("find WORD", "the cases of an address, or about an account", _sought),
    Verb.HELP: _Entry("help", "tells all this", _shown),
}
