"""Looking at cases: what a specialist sees, and what a program reads."""

import base64
from datetime import timedelta

import pytest

from tests.cli.hostile import harmless
from tests.world import COMPLETE

KEYS = {
    "reference", "status", "outcome", "party", "account", "flags", "missing", "question", "merged_into",
    "opened_at", "completed_at", "waiting_since", "touched_at", "closed_at", "due_at", "proof", "unreadable",
}  # fmt: skip


def test_the_list_shows_the_newest_case_first(shell, world):
    world.write(COMPLETE)
    world.write("I lost my phone, my user name is kim", sender="kim@example.com")
    lines = shell.good("cases", "list").out.splitlines()
    assert lines[0].split() == ["reference", "status", "age", "account", "party"]
    assert "kim@example.com" in lines[1]
    assert lines[2].split()[1:] == ["in", "review", "3", "days", "jdoe42", "jo@example.org"]


def test_the_list_for_programs_is_an_object_a_line(shell, world):
    world.write(COMPLETE)
    (case,) = shell.good("cases", "list", "--json").objects
    assert set(case) == KEYS
    assert case["reference"] == world.case().reference
    assert (case["status"], case["outcome"], case["missing"]) == ("in_review", None, [])
    assert case["opened_at"] == world.case().opened_at.isoformat()


@pytest.mark.parametrize(
    ("option", "value", "parties"),
    [
        ("--status", "in_review", ["jo@example.org"]),
        ("--party", "KIM@example.com", ["kim@example.com"]),
        ("--account", "JDOE42", ["jo@example.org"]),
        ("--limit", "1", ["kim@example.com"]),
        ("--status", "closed", []),
    ],
)
def test_the_list_can_be_narrowed(shell, world, option, value, parties):
    world.write(COMPLETE)
    world.write("I lost my phone, my user name is kim", sender="kim@example.com")
    found = shell.good("cases", "list", "--json", option, value).objects
    assert [case["party"] for case in found] == parties


def test_a_list_that_was_cut_says_so(shell, world):
    for name in ("kim", "lee"):
        world.write("I lost my phone", sender=f"{name}@example.com")
    done = shell.good("cases", "list", "--limit", "1")
    assert done.out.splitlines()[-1] == "These are the newest 1; --limit shows more."
    assert "newest" not in shell.good("cases", "list", "--limit", "2").out


def test_an_empty_list_says_so(shell, world):
    assert shell.good("cases", "list").out == "there are no cases\n"
    assert shell.good("cases", "list", "--status", "closed").out == "there are no such cases\n"
    assert shell.good("cases", "list", "--json").out == ""


def test_where_a_table_does_not_fit_each_row_is_a_list(shell, world):
    world.write(COMPLETE, sender="a-rather-long-name-for-an-address@mail.example.org")
    wide = shell.good("cases", "list", columns=120, tty=True).out
    assert plain(wide).splitlines()[0].startswith("reference  status")
    narrow = plain(shell.good("cases", "list", columns=70, tty=True).out)
    assert max(map(len, narrow.splitlines())) <= 70
    assert "  party    a-rather-long-name-for-an-address@mail.example.org\n" in narrow
    assert shell.good("cases", "list", columns=70).out == plain(wide)  # a pipe has no width


def test_what_to_note_of_a_case_stands_below_it(shell, world):
    world.write(COMPLETE + "password: correct-Horse-77\n")
    lines = shell.good("cases", "list").out.splitlines()
    assert lines[2] == "  ! secret pasted"


def plain(shown):
    return shown.replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "")


def test_colour_is_for_terminals_that_want_it(shell, world, monkeypatch):
    assert "\x1b[1m" in shell.good("status", tty=True).out
    assert "\x1b" not in shell.good("status").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in shell.good("status", tty=True).out


@pytest.fixture
def story(world):
    """A person wrote twice, a stranger meddled, the staff asked, a secret came, a letter failed."""
    (asked,) = world.write(
        "My user name is jdoe42. I lost my phone with the authenticator app.\n\npassword: correct-Horse-77"
    )[:1]
    world.answer(asked, "1. yes\n2. yes\n3. yes\n")
    world.answer(asked, "Give it to me instead.", sender="mallory@example.net")
    return world


def test_show_says_what_is_known_from_which_words_and_what_happened(shell, story):
    case = story.case()
    shown = shell.good("cases", "show", case.reference).out
    for words in (
        f"{case.reference} · in review · jo@example.org",
        "account    jdoe42",
        "waits for  the staff, for 3 days",
        "in line    number 1",
        "! somebody else wrote about it, from another address",
        "! a secret was in the mail; it is masked",
        "  User name: jdoe42\n      “",
        "(mail:1, line 1, sure 0.",
        "jo@example.org wrote: request (mail:1)",
        "│ password: [password removed]",
        "→ User name: jdoe42",
        "! password in it, masked",
        "letter “missing” to jo@example.org (sent, letter:1)",
        "mallory@example.net wrote, who is not the party (mail:3)",
        "│ Give it to me instead.",
        f"mailflow cases ask | note | close | correct | merge {case.reference}",
    ):
        assert words in shown
    assert "correct-Horse" not in shown
    assert "Dear" not in shown


def test_show_says_what_is_missing_and_what_is_in_doubt(shell, world):
    world.write("Reason: lost my phone\nUser name: jdoe42\nUser name: jdoe-work")
    shown = shell.good("cases", "show", world.case().reference).out
    assert "  ? User name: jdoe42 or jdoe-work\n" in shown
    assert "Missing\n  User name or Registered address\n  Recovery codes\n" in shown
    assert "next" in shown


def test_show_says_what_the_staff_did(shell, world):
    world.write(COMPLETE)
    reference = world.case().reference
    shell.good("cases", "ask", reference, "Which projects?")
    shown = shell.good("cases", "show", reference).out
    assert "our question  Which projects?" in shown
    assert "asked: Which projects?" in shown
    shell.good("cases", "note", reference, "seen the repository")
    shell.good("cases", "close", reference, "denied", "We could not confirm it.")
    shown = shell.good("cases", "show", reference).out
    assert "noted: seen the repository" in shown
    assert "closed: denied: We could not confirm it." in shown
    assert "mailflow cases reopen" in shown
    assert "waits for" not in shown


def test_show_says_where_a_duplicate_went_and_what_was_not_written(shell, world):
    world.write(COMPLETE)
    first = world.case()
    for number in range(5):
        world.write(COMPLETE.replace("jdoe42", f"jdoe{number}"))
    last = world.case()
    assert "! letter “received” was not written: the limit" in shell.good("cases", "show", last.reference).out
    shell.good("cases", "merge", last.reference, first.reference)
    shown = shell.good("cases", "show", last.reference).out
    assert f"merged into  {first.reference}" in shown
    assert f"merged: {first.reference}" in shown


def test_show_names_the_other_cases_of_the_person_and_of_the_account(shell, world):
    world.write(COMPLETE)
    first = world.case()
    world.write(COMPLETE, sender="eve@example.net")
    second = world.case()
    world.write(COMPLETE.replace("jdoe42", "jdoe-work"))
    third = world.case()
    shown = shell.good("cases", "show", first.reference).out
    assert f"{second.reference} · in review · jdoe42 · eve@example.net" in shown
    assert f"{third.reference} · in review · jdoe-work · jo@example.org" in shown
    shown = shell.good("cases", "show", third.reference).out
    assert first.reference in shown
    assert second.reference not in shown


def test_show_takes_a_reference_as_people_type_it(shell, world):
    world.write(COMPLETE)
    typed = world.case().reference.replace("-", "").lower()
    assert world.case().reference in shell.good("cases", "show", typed).out


def test_show_tells_the_time_of_the_desk(shell, world, config):
    world.write(COMPLETE)
    utc = shell.good("cases", "show", world.case().reference).out
    config.write_text(config.read_text().replace('time_zone = "UTC"', 'time_zone = "Asia/Tokyo"'))
    tokyo = shell.good("cases", "show", world.case().reference).out
    opened = world.case().opened_at
    assert f"opened     {opened:%Y-%m-%d %H:%M}" in utc
    assert f"opened     {opened + timedelta(hours=9):%Y-%m-%d %H:%M}" in tokyo


def test_letters_are_shown_whole_when_asked_for(shell, world):
    (letter,) = world.write(COMPLETE)
    reference = world.case().reference
    line = letter.text.splitlines()[2]
    assert f"┃ {line}" in shell.good("cases", "show", "--letters", reference).out
    assert line not in shell.good("cases", "show", reference).out


def test_a_letter_that_failed_says_why(shell, world):
    from mailflow.steps.app import PermanentFailure

    world.relay.fault = lambda _: PermanentFailure("550 5.1.1 nobody of that name")
    world.write(COMPLETE)
    shown = shell.good("cases", "show", world.case().reference).out
    assert "(failed, letter:1)\n      ! 550 5.1.1 nobody of that name" in shown
    assert "! letters to this address come back" in shown


def test_an_answer_to_a_field_that_has_left_the_form_is_still_shown(shell, world, config):
    world.write(COMPLETE + "Projects: loomkit, spindle\n")
    text = config.read_text()
    begin = text.index('[[form.field]]\nkey = "projects"')
    config.write_text(text[:begin] + text[text.index("[[form.field]]", begin + 1) :])
    shown = shell.good("cases", "show", world.case().reference).out
    assert "projects: ('loomkit', 'spindle')" in shown or "projects: loomkit, spindle" in shown


def test_a_long_mail_is_cut_and_says_where_the_rest_is(shell, world):
    world.write(COMPLETE + "\n".join(f"line {number}" for number in range(100)))
    shown = shell.good("cases", "show", world.case().reference).out
    assert "lines more: mailflow queue show mail:1" in shown
    assert "line 99" not in shown


def test_show_for_programs_has_everything_but_the_bytes(shell, story):
    (case,) = shell.good("cases", "show", "--json", story.case().reference).objects
    assert set(case) == KEYS | {"answers", "doubts", "signals", "related", "mails", "letters", "history"}
    name = case["answers"]["username"]
    assert (name["value"], name["mail"], name["line"]) == ("jdoe42", "mail:1", 1)
    assert [mail["id"] for mail in case["mails"]] == ["mail:1", "mail:2", "mail:3"]
    assert [letter["kind"] for letter in case["letters"]] == ["missing", "received"]
    assert [entry["kind"] for entry in case["history"]] == ["wrote", "wrote", "stranger_wrote"]
    assert case["history"][0]["facts"]["kind"] == "request"


def test_export_has_the_bytes_too(shell, world):
    (letter,) = world.write(COMPLETE)
    (case,) = shell.good("cases", "export", world.case().reference).objects
    assert b"User name: jdoe42" in base64.b64decode(case["mails"][0]["raw"])
    assert base64.b64decode(case["letters"][0]["raw"]) == letter.raw


def test_every_width_is_good(shell, story):
    for columns in (1, 20, 40, 60, 200):
        shown = shell.good("cases", "show", story.case().reference, columns=columns, tty=True).out
        assert harmless(plain(shown))
        if columns >= 60:
            assert max(map(len, plain(shown).splitlines())) <= 80
