"""Senders that want the staff to take them for somebody else: whatever the staff sees of them is ASCII, and says so."""

from datetime import timedelta

import pytest

from mailflow.core.case import Flag
from mailflow.core.domains import ascii_domain
from tests.cli.conftest import config, shell, world  # noqa: F401 -- the desk that commands find
from tests.world import COMPLETE, INCOMPLETE

DESK_LIKE = ascii_domain("pyрi.example")  # the third letter is Cyrillic


def oddities(desk, **how):
    return desk.get(INCOMPLETE, **how)[0].authentication.oddities


@pytest.mark.parametrize(
    ("sender", "told"),
    [
        ('"recovery@pypi.example" <eve@evil.example>', 'another address: "recovery@pypi.example"'),
        ("=?utf-8?q?recovery=EF=BC=A0pypi.example?= <eve@evil.example>", "another address"),
        ("=?utf-8?q?PyPI=E2=80=AEtroppus?= <eve@evil.example>", "\\u202e"),
        ("=?utf-8?q?Py=E2=80=8BPI?= <eve@evil.example>", "\\u200b"),
        (f"eve@{DESK_LIKE}", f"{DESK_LIKE} looks like pypi.example"),
        ("eve@pyрi.example", f"mixes scripts: {DESK_LIKE}"),
        ("eve@pypl.example", "pypl.example looks like pypi.example"),
    ],
)
def test_a_sender_who_looks_like_the_desk(desk, sender, told):
    found = oddities(desk, sender=sender)
    assert any(told in one for one in found), found
    assert all(one.isascii() for one in found)


def test_a_stranger_who_looks_like_the_party(desk, shell):  # noqa: F811
    [letter] = desk.get(INCOMPLETE, sender="jo@mail.example")[1]
    desk.get(COMPLETE, sender="jo@rnail.example", to=letter.reply_to)
    case = desk.world.case()
    assert {Flag.STRANGER_WROTE, Flag.ODD_SENDER} <= case.flags
    assert "recovery_codes" not in case.answers
    shown = shell.good("cases", "show", case.reference).out
    assert "! its domain rnail.example looks like mail.example" in " ".join(shown.split())


def test_a_party_who_hides_characters_is_told_in_the_digest(desk):
    desk.get(COMPLETE, sender="=?utf-8?q?Jo=E2=80=AE?= <jo@example.org>")
    desk.world.wait(timedelta(days=1))
    digest = next(letter for letter in reversed(desk.world.sent) if "Digest" in letter.subject)
    assert "a sender looks like somebody else" in digest.text


def test_an_address_beyond_ascii_is_escaped_wherever_the_staff_sees_it(desk, shell):  # noqa: F811
    desk.get(INCOMPLETE, sender="recоvery@pypi.example")  # a Cyrillic o
    desk.world.wait(timedelta(days=1))
    digest = next(letter for letter in reversed(desk.world.sent) if "Digest" in letter.subject)
    assert "rec\\u043every@pypi.example" in digest.text
    assert "recоvery" not in digest.text
    assert "! its address is not ASCII: rec\\u043every@pypi.example" in digest.text


def test_who_wrote_is_told_of_each_mail_of_a_case(desk, shell):  # noqa: F811
    head = (
        "Authentication-Results: mx.desk.example; dmarc=pass header.from=example.org",
        "Received: from mail.example.org (mail.example.org [192.0.2.9]) by mx.desk.example; Mon, 2 Mar 2026 09:00:00 +0000",
    )
    desk.get(COMPLETE, *head)
    desk.get("How far are you?", *head)
    desk.get("And my account is another one: mallory.", head[0].replace("pass", "fail"), head[1])
    shown = " ".join(shell.good("cases", "show", desk.world.case().reference).out.split())
    assert "Who wrote: example.org vouches for it (dmarc pass of example.org, says mx.desk.example)" in shown
    assert shown.count("Who wrote: as above") == 1
    assert (
        "may have written, and was not believed: who wrote it is not proven: it fails DMARC of example.org"
        in shown
    )
    assert "! a mail in this person's name was not believed, or not in all that it says" in shown
    [case] = shell.good("cases", "show", desk.world.case().reference, "--json").objects
    assert [mail["authentication"]["verdict"] for mail in case["mails"]] == ["pass", "pass", "fail"]
    assert case["proof"] == "pass"
