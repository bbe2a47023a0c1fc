"""What is masked in short mails with pasted secrets, and in their likes without one: `secrets/*.toml`.

    python -m tests.reading.pasted [-v] [FILE …]

Nothing of `secrets` may be left, and all of `keeps` must be; `kinds` are those of what is pasted rather than quoted. Mails that are `open`
are known to be read wrongly; they count and are no test yet. All values are made up.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

from mailflow.config import load, shipped
from mailflow.core.body import read_body
from mailflow.core.envelope import Envelope
from mailflow.core.mail import parse
from mailflow.steps.understand import what_is_said
from tests.reading.bank import entries, options

FOLDER = Path(__file__).parent / "secrets"
SENDER = "jo@sender.example.org"
REFERENCE = "7H2K-9QXM"  # of a case, where a mail has {{REFERENCE}}
_HEAD = (
    "From: Jo <{}>\nTo: {}\nSubject: account\n"
    "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
)


@dataclass(frozen=True)
class Mail:
    text: str
    secrets: list[str]
    keeps: list[str]
    kinds: list[str] | None = None  # not said by all who wrote such mails
    open: bool = False
    where: str = field(default="", compare=False)


@dataclass(frozen=True)
class Faults:
    left: list[str]  # secrets that may still be read
    lost: list[str]  # what was to be kept
    kinds: list[str] | None  # those of what the person pasted, if they are not the mail's

    def __bool__(self) -> bool:
        return bool(self.left or self.lost or self.kinds is not None)


def mails(*files: Path) -> list[Mail]:
    return entries(FOLDER, "mail", _mail, files)


def _mail(one: dict, where: str) -> Mail:
    texts = {key: _referring(value) for key, value in one.items()}
    return Mail(**texts, where=where)


def _referring(value):
    if isinstance(value, list):
        return [_referring(one) for one in value]
    return value.replace("{{REFERENCE}}", REFERENCE) if isinstance(value, str) else value


def faults(mail: Mail, config) -> Faults:
    desk = config.desk.address
    raw = f"{_HEAD.format(SENDER, desk)}{mail.text}\n".encode()
    parsed = parse(raw, Envelope(SENDER, (desk,)))
    body = what_is_said(config, parsed, read_body(parsed, config.lexicon, desk), None).body
    text = "\n".join(line.text for line in body.lines)
    kinds = sorted(body.secrets)
    return Faults(
        [secret for secret in mail.secrets if secret in text],
        [kept for kept in mail.keeps if kept not in text],
        None if mail.kinds is None or kinds == sorted(mail.kinds) else kinds,
    )


def main() -> int:
    args = options(__doc__, "mail")
    config = load(shipped("config.toml"))
    every = [(mail, faults(mail, config)) for mail in mails(*args.files)]
    for mail, wrong in every:
        if args.verbose and wrong:
            print(f"{mail.where}: {mail.text!r}\n    {wrong}")
    print(f"of {len(every)} mails {sum(bool(wrong.left) for _, wrong in every)} leave a secret,")
    print(f"{sum(bool(wrong.lost) for _, wrong in every)} lose what was to be kept")
    return 0


if __name__ == "__main__":
    sys.exit(main())
