"""Which mail of the staff may give commands, and how they are read.

Whoever gives commands can have an account given away, so a mail is obeyed only where three things agree: a configured
address, that its domain vouches for it, and a tag that only this person's own letters hold. And what is read is only the
top of the mail's own words: reading ends at the first line that is no command, so that neither the words of an absence
notice, nor a person's mail that is passed on, nor a letter of ours that comes back is ever taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import islice, takewhile

from mailflow.core.authentication import Verdict
from mailflow.core.commandtable import (
    OUTCOMES,
    REFERENCE_SIGN,
    STOPS,
    TABLE,
    Command,
    Verb,
    leading_reference,
)
from mailflow.core.display import one_line, visible
from mailflow.core.text import Line, Mark

MOST = 50  # commands in one mail
_SHOWN = 60  # characters of a line that a letter repeats
_NEAR_THE_TOP = 10  # lines that are not empty
_LOOKED_AT = 200  # characters of a line
# A verb before a reference, as in a sentence, or as the shell has it. Without a digit it stands in capitals.
_SPOKEN = re.compile(
    rf"(?<![0-9A-Za-z])(?i:{'|'.join(Verb)})(?![0-9A-Za-z]).{{0,40}}?(?<![0-9A-Za-z@.+/-])"
    r"(?:(?=[0-9A-Za-z-]*[0-9])[0-9A-Za-z]{4}-[0-9A-Za-z]{4}|[A-Z]{4}-[A-Z]{4})(?![0-9A-Za-z@-])"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that is meant as a command and cannot be one."""

    line: str
    why: str


@dataclass(frozen=True, slots=True)
class ReadCommands:
    """What a mail commands."""

    commands: tuple[Command | Fault, ...]
    rest: str  # the first line that was not read, visible and short; "" if all were
    # Whether there is none, and a sentence near the top speaks of doing something to a case.
    meant: bool = False


def why_not_obeyed(
    *, from_staff: bool, verdict: Verdict, genuine: bool, message_id: str | None, sealed: bool, known: bool
) -> str | None:
    """Why a mail that came to an address for commands gives none, as its row and the digest say it; None: it does.

    `genuine`: the tag is one that we made for the sender, and has not expired. `sealed`: nobody else can have
    given it its Message-ID. `known`: this one gave commands before, so somebody sends again what a member of the staff signed.
    """
    if not from_staff:
        return "it came to an address for commands of the staff, and is not from one of them"
    if verdict is not Verdict.PASS:
        return "it is no command of the staff: its domain does not vouch for it"
    if not genuine:
        return (
            "it is no command of the staff: the address that it came to is not the sender's, or has expired"
        )
    if not sealed:
        return "it is no command of the staff: its signature leaves its Message-ID open, so anybody may have sent it again"
    if not message_id or known:
        return "it is no command of the staff: it has no Message-ID, or one that was obeyed before"
    return None


def read_commands(lines: Iterable[Line], reference: str | None) -> ReadCommands:
    """The commands at the top of the fresh lines; without any, whether somebody meant to give one.

    An absence notice does not say what is to be done to which case. So who writes "Please close 7KQ2-M9XD" is a person, who
    has to learn each time that nothing was done.
    """
    lines = tuple(lines)
    read = _at_the_top(lines, reference)
    return read if read.commands else replace(read, meant=_speaks_of_one(lines))


def _speaks_of_one(lines: Sequence[Line]) -> bool:
    near = islice((line for line in lines if line.text.strip()), _NEAR_THE_TOP)
    own = takewhile(lambda line: line.mark is Mark.FRESH, near)
    return any(_SPOKEN.search(line.text[:_LOOKED_AT]) for line in own)


def _at_the_top(lines: Iterable[Line], reference: str | None) -> ReadCommands:
    """The commands that are read.

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
                return ReadCommands(_completed(found, reference), one_line(text, _SHOWN))
            found.append(draft)
            open_ = True
        elif open_ and found[-1].takes_lines:
            found[-1].more.append(text)
        else:
            return ReadCommands(_completed(found, reference), one_line(text, _SHOWN))
    return ReadCommands(_completed(found, reference), "")


# ------------------------------------------------------------------------------------------------------- a line's pieces

_WORD = re.compile(r"([A-Za-z]+)(:?)(?:\s+|\Z|(?<=:))")
# What follows a verb where no reference does.
_OPENINGS: Mapping[Verb, frozenset[str]] = {
    Verb.CLOSE: frozenset(OUTCOMES),
    Verb.MERGE: frozenset({"into"}),
}


@dataclass(frozen=True, slots=True)
class _Draft:
    """A line that is meant as a command, and those that go on with its text."""

    line: str
    verb: Verb | None  # None: the word is none, but a reference follows it
    colon: bool  # "note: …", which leaves the case out
    rest: str
    more: list[str] = field(default_factory=list)  # there may be 100,000

    @property
    def takes_lines(self) -> bool:
        return self.verb is not None and TABLE[self.verb].of_lines


def _draft(text: str) -> _Draft | None:
    """What a line is meant as; None: it is no command."""
    word = _WORD.match(text)
    if word is None:
        return None
    rest = text[word.end() :]
    verb = next((verb for verb in Verb if verb == word[1].lower()), None)
    meant = _is_meant(verb, rest, colon=bool(word[2])) if verb else leading_reference(rest)[0]
    return _Draft(one_line(text, _SHOWN), verb, bool(word[2]), rest) if meant else None


def _is_meant(verb: Verb, rest: str, *, colon: bool) -> bool:
    """Whether a line that begins with a verb is more than a sentence that does ("Note that I am away")."""
    if colon or not rest or leading_reference(rest)[0]:
        return True
    if verb is Verb.FIND:
        return len(rest.split()) == 1  # what is sought is one word, and "find out" more is none
    first = rest.lower().split()[0].rstrip(f":{STOPS}")
    return first in _OPENINGS.get(verb, ()) or bool(REFERENCE_SIGN.search(first))


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
        raise ValueError("there is no such command" + _nearest(draft.line))
    entry = TABLE[draft.verb]
    if not entry.of_a_case:
        return entry.read(Command(draft.line, draft.verb, ""), draft.rest)
    named, rest = leading_reference(draft.rest)
    if named is None and reference is None:
        raise ValueError(f"it does not name its case: write {entry.form}")
    if named is None and not draft.colon and entry.of_words:
        raise ValueError(f"it does not name its case: write {entry.form}, or {draft.verb}: TEXT")
    command = Command(draft.line, draft.verb, named or reference or "")
    return entry.read(command, "\n".join((rest, *draft.more)))


def _nearest(line: str) -> str:
    near = get_close_matches(line.split(maxsplit=1)[0].rstrip(":").lower(), [*Verb], 1)
    return f" (did you mean {near[0]}?)" if near else ""
