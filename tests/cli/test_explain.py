"""`explain`: nothing is sent or kept, and everything that was made of a mail can be seen."""

import pytest

from mailflow.cli.explain import Clock, NoRelay
from mailflow.steps import understand
from tests.cli.hostile import harmless
from tests.zone import serving

FIRST = """\
Return-Path: <jo@example.org>
Delivered-To: recovery@pypi.example
From: Jo Doe <jo@example.org>
To: recovery@pypi.example
Subject: locked out
Date: Mon, 02 Mar 2026 09:00:00 +0000
Message-ID: <one@mail.example.org>

Hello, I lost my phone with the authenticator app. My user name is jdoe42.

password: correct-Horse-77
"""
REPLY = """\
From: Jo Doe <jo@example.org>
To: {{OUR_REPLY_ADDRESS}}
Subject: Re: [Account recovery {{REFERENCE}}]
In-Reply-To: <{{OUR_MESSAGE_ID}}>
Date: Tue, 03 Mar 2026 09:00:00 +0000
Message-ID: <two@mail.example.org>

1. yes
2. yes
3. yes

On Mon, 2 Mar 2026 at 09:00, Account recovery wrote:
> 1. Are your recovery codes lost

--\x20
Jo Doe
"""
VACATION = """\
From: Jo Doe <jo@example.org>
To: recovery@pypi.example
Subject: Re: away
Auto-Submitted: auto-replied

I am away.
"""
KEYS = {
    "mail", "kind", "intent", "case", "status", "outcome", "belongs", "by_party", "silence", "source", "fields",
    "answers", "doubts", "case_fields", "missing", "secrets", "sender", "subject", "fresh", "lines", "problems",
    "letters", "authentication", "unread_lines",
}  # fmt: skip


@pytest.fixture
def files(tmp_path):
    paths = []
    for name, text in (("01-user.eml", FIRST), ("02-user.eml", REPLY), ("03-user.eml", VACATION)):
        (tmp_path / name).write_text(text)
        paths.append(str(tmp_path / name))
    return paths


def test_a_conversation_is_played_through(shell, files):
    first, reply, vacation = shell.good("explain", "--json", *files).objects
    assert set(first) == KEYS
    assert [one["mail"] for one in (first, reply, vacation)] == ["01-user.eml", "02-user.eml", "03-user.eml"]
    assert [one["kind"] for one in (first, reply, vacation)] == ["request", "amendment", "auto_generated"]
    assert first["case"] == reply["case"] is not None
    assert vacation["case"] is None
    assert first["missing"] == ["recovery_codes", "code_of_conduct", "acknowledges_delay"]
    assert reply["missing"] == []
    assert first["fields"]["username"] == "jdoe42"
    assert first["fields"]["reason_category"] == ["lost_2fa"]
    assert reply["fields"]["username"] is None
    assert reply["case_fields"]["username"] == "jdoe42"
    assert reply["case_fields"]["code_of_conduct"] is True
    assert first["secrets"] == ["password"]
    assert "correct-Horse" not in str(first)
    assert first["unread_lines"] == 0
    assert [letter["kind"] for letter in first["letters"]] == ["missing"]
    assert set(first["letters"][0]) == {"kind", "to", "subject", "text", "message_id", "reply_to"}
    assert "auto" in vacation["silence"].lower()
    assert "RFC 3834" in vacation["source"]
    assert reply["fresh"].split() == ["1.", "yes", "2.", "yes", "3.", "yes"]
    assert {line["mark"] for line in reply["lines"]} == {"fresh", "quoted", "signature"}
    name = next(one for one in first["answers"] if one["field"] == "username")
    assert {"value", "words", "line", "start", "end", "rule", "sure"} < set(name)


def test_people_see_lines_values_letters_and_why_not(shell, files):
    shown = shell.good("explain", *files).out
    for words in (
        "01-user.eml: request\n  from       jo@example.org\n  who wrote  cannot be told: nothing was checked\n  subject    locked out\n",
        "awaiting answers: it opened this case",
        "Lines (│ fresh, > quoted, » forwarded, ~ signature)",
        "     1 │ Hello, I lost my phone",
        "     3 │ password: [password removed]",
        "  masked     password",
        "  User name: jdoe42\n      line 1, “",
        "Still missing in the case\n  Recovery codes, Code of Conduct, Waiting time\n",
        "Letter “missing” to jo@example.org\n  Subject: [Account recovery ",
        "it came to the case's reply address",
        " > 1. Are your recovery codes lost",
        " ~ Jo Doe",
        "Letter “received” to jo@example.org",
        "Not answered\n  ",
        "3834, section 5",
        "no answer to the form",
    ):
        assert words in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert harmless(shown)


def test_lines_that_were_too_many_to_be_read_are_told(shell, tmp_path):
    file = tmp_path / "mail.eml"
    file.write_text(FIRST + "One more line of a log.\n" * 500)
    assert "lines of theirs were not read, as there are too many" in shell.good("explain", str(file)).out
    assert shell.good("explain", "--json", str(file)).objects[0]["unread_lines"] > 200


def test_a_doubt_shows_both(shell, tmp_path):
    (tmp_path / "mail.eml").write_text(FIRST + "\nUser name: jdoe42\nUser name: jdoe-work\n")
    assert "? User name: jdoe42 or jdoe-work" in shell.good("explain", str(tmp_path / "mail.eml")).out


def test_what_somebody_else_writes_into_a_case_is_told(shell, files, tmp_path):
    (tmp_path / "other.eml").write_text(REPLY.replace("jo@example.org", "eve@example.net"))
    shown = shell.good("explain", files[0], str(tmp_path / "other.eml")).out
    assert "it is not from the party of the case" in shown


def test_a_mail_that_calls_for_no_letter_says_so(shell, files, tmp_path):
    question = tmp_path / "question.eml"
    question.write_text(REPLY.partition("\n\n")[0] + "\n\nHas anybody looked at my request yet?\n")
    shown = shell.good("explain", *files[:2], str(question), str(question)).out
    first, again = shown.split("question.eml: ")[1:]
    assert "Letter “status” to jo@example.org" in first
    assert "Not answered\n  nothing new to say" in again


def test_a_mail_may_come_from_standard_input(shell):
    (one,) = shell.good("explain", "--json", "-", stdin=FIRST.encode()).objects
    assert one["mail"] == "-"
    assert shell.good("explain", "-", stdin=None).status == 0


def test_the_same_file_twice_is_two_mails(shell, files):
    first, again = shell.good("explain", "--json", files[0], files[0]).objects
    assert first["case"] == again["case"]


def test_placeholders_stay_where_there_is_no_letter_yet(shell, files):
    (one,) = shell.good("explain", "--json", files[1]).objects
    assert "{{REFERENCE}}" in one["subject"]


def test_nothing_is_made_and_nothing_is_needed(shell, config, files):
    before = sorted(config.parent.rglob("*"))
    shell.good("explain", *files)
    assert sorted(config.parent.rglob("*")) == before


def test_one_file_that_is_not_there_is_told_before_anything_is_shown(shell, files):
    done = shell("explain", files[0], "nowhere.eml")
    assert (done.status, done.out) == (66, "")


def test_a_mail_that_raises_is_told(shell, files, monkeypatch):
    monkeypatch.setattr(understand, "parse", lambda *_: 1 / 0)
    done = shell("explain", files[0])
    assert done.status == 70
    assert "01-user.eml: ZeroDivisionError" in done.err


@pytest.mark.parametrize(
    "raw", [b"", b"\0" * 100, b"\xff\xfe", b"From: \x80\n\n\x80", b"no header at all", b"\n" * 9]
)
def test_any_bytes_are_explained(shell, raw):
    assert harmless(shell.good("explain", "-", stdin=raw).out)
    assert len(shell.good("explain", "--json", "-", stdin=raw).objects) == 1


@pytest.mark.parametrize(
    "date", ["Fri, 31 Dec 9999 23:59:59 +0000", "Mon, 01 Jan 0001 00:00:00 +0000", "soon"]
)
def test_any_date_is_taken(shell, date):
    mail = FIRST.replace("Mon, 02 Mar 2026 09:00:00 +0000", date)
    assert shell.good("explain", "-", stdin=mail.encode())


def test_the_clock_never_goes_back():
    clock = Clock()
    clock.at(None)
    before = clock()
    clock.at(before.replace(year=1999))
    assert clock() > before


def test_its_relay_sends_nothing():
    relay = NoRelay()
    relay.close_if_idle()
    relay.close()
    with pytest.raises(NotImplementedError):
        relay.send_all([])


def test_who_wrote_a_mail_is_computed_where_the_desk_does_so(shell, config, tmp_path):
    with serving() as zone:
        zone.text("_dmarc.example.org", "v=DMARC1; p=reject")
        text = config.read_text().replace("compute = false", "compute = true")
        config.write_text(text.replace("dns_servers = []", f'dns_servers = ["127.0.0.1:{zone.address[1]}"]'))
        file = tmp_path / "forged.eml"
        file.write_text(
            "From: jo@example.org\nTo: recovery@pypi.example\nSubject: locked out\n\nmy user name is jdoe42\n"
        )
        shown = " ".join(shell.good("explain", str(file)).out.split())
        [told] = shell.good("explain", "--json", str(file)).objects
    assert (
        "who wrote not from example.org, which asks to reject such mail (dkim none, dmarc fail of example.org)"
        in shown
    )
    assert "Not answered who wrote it is not proven: it fails DMARC of example.org" in shown
    assert told["authentication"]["verdict"] == "fail"
    assert told["case"] is None
