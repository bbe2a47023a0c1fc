"""A mail's words as they may be kept and read: secrets masked first, then each line marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from email.utils import format_datetime
from functools import cached_property

from mailflow.core.form import Form
from mailflow.core.interlined import with_interlined
from mailflow.core.lexicon import Lexicon
from mailflow.core.mail import Mail
from mailflow.core.reading.words import blank
from mailflow.core.reference import desk_pattern
from mailflow.core.secretkind import SecretKind
from mailflow.core.secrets import MASKS, Secret, find_secrets, mask, without_tokens
from mailflow.core.text import Line, Mark, mark_lines

_STRUCK = re.compile(r"~~(?=[^\s~])[^~]{0,400}[^\s~]~~")  # as Markdown has it
_WORD = re.compile(r"\w+")
_INSIDE = frozenset("-./")  # stand within words, addresses and links
_TELLING = 3  # words, those of a link too: so much of a line, and it is the letter's; "yes" may be anybody's


@dataclass(frozen=True)
class Body:
    """A mail's text with its secrets masked, and its lines marked."""

    subject: str
    text: str
    lines: tuple[Line, ...]
    secrets: tuple[str, ...]  # kinds that the person pasted or attached now, rather than quoted
    masked: bool  # whether the mail holds any anywhere, quoted text, attachments, header and markup included

    @cached_property
    def fresh(self) -> str:
        """The person's own new words."""
        return "\n".join(line.text for line in self.lines if line.mark is Mark.FRESH)

    @cached_property
    def quotes(self) -> bool:
        """Whether anything is quoted."""
        return any(line.mark is Mark.QUOTED for line in self.lines)


def read_body(mail: Mail, lexicon: Lexicon, desk: str) -> Body:
    """`desk`: our address, by which a quote of our letters is known in any language."""
    ours = desk_pattern(desk)
    subject, in_subject = _mask(mail.subject, lexicon)
    text, in_text = _mask(mail.text, lexicon)
    attached = tuple(kind for each in mail.attached for kind in _kinds(find_secrets(each, lexicon.intent)))
    pasted = in_subject + attached + _in_unread(mail, lexicon)
    masked = bool(pasted or in_text or mail.hides_token)
    if in_text:  # rare, and only then is it worth telling pasted secrets from quoted ones
        lines = mark_lines(mail.text, lexicon.text, ours)
        own = [line for line in lines if line.mark is not Mark.QUOTED]
        pasted += in_text if len(own) == len(lines) else _kinds(find_secrets(_text(own), lexicon.intent))
    marked = mark_lines(text, lexicon.text, ours)
    return Body(subject, text, marked, tuple(dict.fromkeys(pasted)), masked=masked)


def _in_unread(mail: Mail, lexicon: Lexicon) -> tuple[str, ...]:
    """Of the secrets in other versions of the text, those that it has not itself: there they may be quoted."""
    return tuple(
        kind
        for each in mail.unread
        if not (each in mail.subject or each in mail.text)
        for kind in _kinds(
            secret
            for secret in find_secrets(each, lexicon.intent)
            if each[secret.start : secret.end] not in mail.text
            and each[secret.start : secret.end] not in mail.subject
        )
    )


def without_letters(body: Body, letters: Iterable[str]) -> Body:
    """The body with the lines of our own `letters` marked as quoted, which a mail program may send back unmarked."""
    ours = {
        flat
        for letter in letters
        for line in letter.splitlines()
        if len(_WORD.findall(flat := " ".join(line.split()))) >= _TELLING
    }
    lines = tuple(
        line._replace(mark=Mark.QUOTED)
        if line.mark is Mark.FRESH and " ".join(line.text.split()) in ours
        else line
        for line in body.lines
    )
    return replace(body, lines=lines)


def beside_letters(body: Body, letters: Sequence[str], form: Form) -> Body:
    """The body with the words of our `letters`, oldest first, told from the person's, whatever a mail program marked as quoted."""
    apart = without_letters(body, letters)
    lines = with_interlined(apart.lines, letters, form)
    if not body.masked or lines == apart.lines:
        return replace(apart, lines=lines)
    typed = "\n".join(line.text for line in lines if line.mark is Mark.FRESH)
    kinds = (kind.value for kind, stand_in in MASKS.items() if stand_in in typed)
    return replace(apart, lines=lines, secrets=tuple(dict.fromkeys((*body.secrets, *kinds))))


def with_masked(body: Body, secrets: Mapping[str, SecretKind]) -> Body:
    """The body with these masked wherever they stand in it as words of their own."""
    subject, text, lines = body.subject, body.text, body.lines
    for value in sorted(secrets, key=len, reverse=True):  # one may hold another
        pattern, stand_in = re.compile(rf"{re.escape(value)}(?![^\W_]|[-./]\w)"), MASKS[secrets[value]]

        def masked(found: re.Match[str], stand_in: str = stand_in) -> str:
            before = found.string[found.start() - 1 : found.start()]
            return found[0] if before.isalnum() or before in _INSIDE else stand_in

        subject, text = pattern.sub(masked, subject), pattern.sub(masked, text)
        lines = tuple(
            line._replace(text=pattern.sub(masked, line.text)) if value in line.text else line
            for line in lines
        )
    kinds = dict.fromkeys((*body.secrets, *(kind.value for kind in secrets.values())))
    return replace(body, subject=subject, text=text, lines=lines, secrets=tuple(kinds), masked=True)


def without_desk(lines: Iterable[Line], desk: str) -> tuple[Line, ...]:
    """The lines with blanks where our own addresses stand, which are nobody's: what a value is must not be one of them."""
    ours = desk_pattern(desk)
    return tuple(
        line._replace(text=ours.sub(blank, line.text))
        if "@" in line.text and ours.search(line.text)
        else line
        for line in lines
    )


def without_struck(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines with blanks where words are struck out: who does that takes them back."""
    return tuple(
        line._replace(text=_STRUCK.sub(blank, line.text)) if "~~" in line.text else line for line in lines
    )


def _text(lines: Iterable[Line]) -> str:
    return "".join(f"{line.text}\n" for line in lines)


def _mask(text: str, lexicon: Lexicon) -> tuple[str, tuple[str, ...]]:
    secrets = find_secrets(text, lexicon.intent)
    return (mask(text, secrets), _kinds(secrets)) if secrets else (text, ())


def _kinds(secrets: Iterable[Secret]) -> tuple[str, ...]:
    """Each once: a text may hold 100,000 secrets."""
    return tuple(kind.value for kind in dict.fromkeys(secret.kind for secret in secrets))


def redacted(mail: Mail, body: Body) -> bytes:
    """What is kept of a mail that held a secret: its envelope's facts and the masked text.

    Written anew rather than edited, because a secret may hide in any encoding, part or attachment of the original.
    """
    shown = [
        ("From", mail.sender or ""),
        ("To", without_tokens(", ".join(mail.addressed_to))),
        ("Subject", body.subject),
        ("Date", format_datetime(mail.date) if mail.date else ""),
        ("Message-ID", f"<{mail.message_id}>" if mail.message_id else ""),
        ("X-Mailflow-Redacted", ", ".join(body.secrets) or "quoted"),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "8bit"),
    ]
    head = "".join(f"{name}: {value}\n" for name, value in shown if value)
    return f"{head}\n{body.text}".replace("\n", "\r\n").encode("utf-8", "replace")
