"""Throws bytes at everything that reads a mail; nothing may raise, and no secret found may survive its masking.

    make fuzz                    ten minutes
    make fuzz SECONDS=60

The corpus is `tests/mails` and `tests/mails/conversations`; what atheris finds new goes into `build/fuzz/corpus`, a crash into
`build/fuzz`. To try one again: `python tests/fuzz/fuzz_reading.py build/fuzz/crash-…`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["mailflow.core"]):
    from mailflow.config import load, shipped
    from mailflow.core.answers import read_answers
    from mailflow.core.body import beside_letters, read_body, redacted
    from mailflow.core.intent import read_wish
    from mailflow.core.mail import Envelope, parse
    from mailflow.core.origin import why_not_answer
    from mailflow.core.recognise import clues_of
    from mailflow.core.reference import Addresses
    from mailflow.core.secrets import find_secrets

CONFIG = load(shipped("config.toml"))
LEXICON = CONFIG.lexicon
FORM, REDIRECTS = CONFIG.policy.form, CONFIG.policy.redirects
DESK = CONFIG.desk.address
LETTER = (Path(__file__).parents[1] / "letters" / "missing.txt").read_text("utf-8").partition("\n\n")[2]
ADDRESSES = Addresses(DESK, (b"k" * 32,), CONFIG.case.reply_address_lifetime)


def read(raw: bytes) -> None:
    """What `steps/handle.py` does with a mail before it looks into the database."""
    mail = parse(raw, Envelope("jo@example.org", (DESK,)))
    body = read_body(mail, LEXICON, "recovery@pypi.example")
    assert not find_secrets(body.text, LEXICON.intent), "masking left a secret"
    redacted(mail, body)
    why_not_answer(mail, DESK, CONFIG.subjects)
    clues_of(mail, body.fresh, ADDRESSES)
    for asked, said in ((None, body), (FORM.items, beside_letters(body, [LETTER], FORM))):
        reading = read_answers(said.lines, FORM, asked, LEXICON.answers, mail.sender or "", mail.sender_name)
        in_case = asked is not None
        read_wish(said.lines, body.subject, reading, REDIRECTS, LEXICON.intent, in_case=in_case, form=FORM)


def seeds(folder: Path) -> None:
    """The corpus as atheris wants it: one folder of files."""
    folder.mkdir(parents=True, exist_ok=True)
    tests = Path(__file__).parent.parent
    for number, mail in enumerate(
        sorted([*tests.glob("mails/*/*.eml"), *tests.glob("mails/conversations/*/*.eml")])
    ):
        (folder / f"seed-{number}").write_bytes(mail.read_bytes())


if __name__ == "__main__":
    if "--seeds" in sys.argv:
        seeds(Path(sys.argv[-1]))
    else:
        atheris.Setup(sys.argv, read)
        atheris.Fuzz()
