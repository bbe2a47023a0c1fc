"""Whole mails, as data: see tests/mails/README.md."""

import tomllib
from dataclasses import asdict, is_dataclass
from itertools import groupby
from pathlib import Path

import pytest

from mailflow.core.envelope import Envelope
from mailflow.core.mail import parse
from mailflow.core.text import Mark, mark_lines
from tests.core.text_words import WORDS

FOLDERS = sorted(file.parent for file in (Path(__file__).parents[1] / "mails").glob("*/expected.toml"))


def given_mail(folder, line_end):
    expected = tomllib.loads((folder / "expected.toml").read_text("utf-8"))
    raw = (folder / "mail.eml").read_bytes().replace(b"\r\n", b"\n").replace(b"\n", line_end)
    envelope = {"sender": "person@example.org", "recipients": ["desk@desk.example"]} | expected.get(
        "envelope", {}
    )
    return parse(raw, Envelope(envelope["sender"], tuple(envelope["recipients"]))), expected


def like(found, expected):
    """What was found, as far as the expectation speaks of it."""
    if isinstance(expected, list):
        pairs = zip(found, expected, strict=False)
        return [like(item, wanted) for item, wanted in pairs] + list(found[len(expected) :])
    if isinstance(expected, dict) and is_dataclass(found):
        return {key: value for key, value in asdict(found).items() if key in expected}
    return found


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"], ids=["CRLF", "LF"])
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_mail_is_understood(folder, line_end):
    mail, expected = given_mail(folder, line_end)
    found = {key: like(getattr(mail, key), value) for key, value in expected.get("mail", {}).items()}
    assert found == expected.get("mail", {})
    assert mail.text == "" or mail.text.endswith("\n")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_persons_own_words_are_told_from_others(folder):
    mail, expected = given_mail(folder, b"\r\n")
    lines = [line for line in mark_lines(mail.text, WORDS) if line.text.strip()]
    found = {
        "fresh": "".join(f"{line.text.rstrip()}\n" for line in lines if line.mark is Mark.FRESH),
        "marks": ", ".join(f"{mark} {len([*run])}" for mark, run in groupby(line.mark for line in lines)),
    }
    assert found | expected.get("text", {}) == found
