"""What single mails are about: short mails with the kind a careful reader gives them, in `wishes/*.toml`.

    python -m tests.reading.wishes [-v] [FILE …]

`kind` is that of a mail, or a list of those that are right, where "bulk" is off topic and not answered, and "other" is
none of the kinds under a letter of ours. `topic` names the redirect, where one fits; lines that begin with ">" are quoted. `in_case` mails come to a request
that is complete. Mails that are `open` are known to be taken for something else; they count and are no test yet.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mailflow.config import load, shipped
from mailflow.core.answer import Answer
from mailflow.core.answers import read_answers, with_subject
from mailflow.core.case import Case, Status
from mailflow.core.envelope import MailKind
from mailflow.core.intent import own_subject, read_wish
from mailflow.core.recognise import Belongs, kind_in_case, kind_of_first
from mailflow.core.text import Line, Mark
from mailflow.core.wish import Intent
from tests.core.given import NOW
from tests.reading.bank import entries, options

FOLDER = Path(__file__).parent / "wishes"
SENDER = "jo@sender.example.org"
_STATED = {
    "username": "jodoe",
    "registered_email": SENDER,
    "reason": ("lost_2fa",),
    "recovery_codes": "never_generated_or_lost",
    "code_of_conduct": True,
    "acknowledges_delay": True,
}
_CALLED = {
    MailKind.FOLLOW_UP_STATUS: "status",
    MailKind.AMENDMENT: "other",
    MailKind.DUPLICATE_REQUEST: "other",
}


CLOSED = "mails are taken for a withdrawal, or for none of theirs"
ELSEWHERE = "requests are sent elsewhere"
SILENT = "mails get silence and wait for an answer"
_SILENT = frozenset({"bulk", "auto_generated"})


@dataclass(frozen=True)
class Mail:
    text: str
    kind: str | list[str]
    subject: str = ""
    topic: str = ""
    in_case: bool = False
    open: bool = False
    where: str = field(default="", compare=False)

    @property
    def kinds(self) -> frozenset[str]:
        """Those that are right."""
        return frozenset([self.kind] if isinstance(self.kind, str) else self.kind)

    def is_right(self, read: tuple[str, str]) -> bool:
        kind, topic = read
        return kind in self.kinds and (not self.topic or kind != "off_topic" or topic == self.topic)


def mails(*files: Path) -> list[Mail]:
    return entries(FOLDER, "mail", lambda one, where: Mail(**one, where=where), files)


def read(mail: Mail, config) -> tuple[str, str]:
    """The kind of a mail, and its topic."""
    lines = [
        Line(text.lstrip("> "), Mark.QUOTED if text.startswith(">") else Mark.FRESH, number)
        for number, text in enumerate(mail.text.strip().split("\n"), start=1)
    ]
    form, intent = config.policy.form, config.lexicon.intent
    subject = "" if mail.in_case else own_subject(mail.subject, intent)
    asked = () if mail.in_case else None
    reading = read_answers(with_subject(subject, lines), form, asked, config.lexicon.answers, SENDER)
    wish = read_wish(
        lines,
        mail.subject,
        reading,
        config.policy.redirects,
        intent,
        in_case=mail.in_case,
        form=form,
    )
    if mail.in_case:
        kind = kind_in_case(Belongs(_case(), "its reply address", by_party=True), reading, wish, form)
    else:
        kind = kind_of_first(reading, wish, form)
    if wish.intent is Intent.UNATTENDED:
        return MailKind.AUTO_GENERATED.value, ""
    if kind is MailKind.OFF_TOPIC and wish.intent is Intent.BULK:
        return "bulk", ""
    return _CALLED.get(kind, kind.value), wish.topic


def grave(mail: Mail, kind: str) -> Iterator[str]:
    """What matters to people of a mail that is taken for a kind that it is not."""
    right = mail.kinds
    if kind in {"withdrawal", "disowned"}:
        yield CLOSED
    if "request" in right and kind in {"off_topic", "bulk"}:
        yield ELSEWHERE
    if kind in _SILENT and right.isdisjoint(_SILENT):
        yield SILENT
    if right == {"withdrawal"}:
        yield "withdrawals are not seen"
    if right == {"disowned"}:
        yield "requests that are not theirs are not seen"
    if right == {"status"}:
        yield "questions for the status are not seen"


def _case() -> Case:
    """A complete request that the staff look at."""
    stated = {key: Answer(key, value, "", 1, 0, 1, "rule", 1.0) for key, value in _STATED.items()}
    return Case("case", "7H2K-9QXM", SENDER, Status.IN_REVIEW, NOW, NOW, NOW, answers=stated)


def main() -> int:
    args = options(__doc__, "mail")
    config = load(shipped("config.toml"))
    right, strayed, faults = 0, 0, Counter()
    every = mails(*args.files)
    for mail in every:
        got = read(mail, config)
        right += mail.is_right(got)
        strayed += mail.kinds == {"request"} and got[0] != "request"
        faults.update(grave(mail, got[0]) if got[0] not in mail.kinds else ())
        if args.verbose and not mail.is_right(got):
            print(f"{mail.where}: {mail.subject!r} {mail.text!r}\n    {got} for {(mail.kind, mail.topic)}")
    print(f"{right} of {len(every)} mails are taken for what they are ({right / max(len(every), 1):.3f})")
    print(f"{strayed} requests are taken for something else")
    for what, many in faults.items():
        print(f"{many} {what}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
