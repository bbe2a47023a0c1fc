"""Which mail gives commands, and what is read of it."""

import pytest
from hypothesis import given as holds_for
from hypothesis import strategies as st

from mailflow.core.authentication import Verdict
from mailflow.core.case import Outcome
from mailflow.core.commands import MOST, Fault, read_commands, why_not_obeyed
from mailflow.core.commandtable import LONGEST_TEXT, OUTCOMES, TABLE, Command, Verb
from mailflow.core.events import (
    StaffAsked,
    StaffClosed,
    StaffCorrected,
    StaffNoted,
    StaffReopened,
    StaffSnoozed,
)
from mailflow.core.text import Line, Mark
from tests.core.given import DAY

CASE, OTHER = "7KQ2-M9XD", "B2N8-41TQ"
LOOKING = {Verb.SHOW, Verb.FIND, Verb.HELP}  # what changes nothing


def lines(text):
    """Each line of a mail; "> " marks one that is quoted, "| " one that is forwarded."""
    marks = {"> ": Mark.QUOTED, "| ": Mark.FORWARDED}
    return [
        Line(line, marks.get(line[:2], Mark.FRESH), number) for number, line in enumerate(text.split("\n"), 1)
    ]


def read(text, reference=None):
    return read_commands(lines(text), reference)


def done(text, reference=None):
    """The commands of a text that has no faults and is read to its end: what each says."""
    found = read(text, reference)
    assert found.rest == ""
    assert all(isinstance(one, Command) for one in found.commands), found
    return [(one.verb, one.reference, one.event or one.into) for one in found.commands]


def why(text, reference=None):
    [fault] = read(text, reference).commands
    assert isinstance(fault, Fault), fault
    return fault.why


# ------------------------------------------------------------------------------------------------------- each command


@pytest.mark.parametrize(
    ("text", "verb", "said"),
    [
        (f"show {CASE}", Verb.SHOW, ""),
        (f"SHOW: {CASE}", Verb.SHOW, ""),
        (f"ask {CASE} Which project?", Verb.ASK, StaffAsked("Which project?")),
        (f"Ask {CASE}: Which project?", Verb.ASK, StaffAsked("Which project?")),
        (f"note {CASE} seen", Verb.NOTE, StaffNoted("seen")),
        (f"close {CASE} recovered", Verb.CLOSE, StaffClosed(Outcome.RECOVERED)),
        (f"close {CASE} Recovered It works.", Verb.CLOSE, StaffClosed(Outcome.RECOVERED, "It works.")),
        (f"close {CASE} denied: not yours", Verb.CLOSE, StaffClosed(Outcome.DENIED, "not yours")),
        (f"close {CASE} denied\nnot yours", Verb.CLOSE, StaffClosed(Outcome.DENIED, "not yours")),
        (f"Close {CASE} recovered.", Verb.CLOSE, StaffClosed(Outcome.RECOVERED)),
        (f"Snooze {CASE} 5 days.", Verb.SNOOZE, StaffSnoozed(5 * DAY)),
        (f"Merge {CASE} into {OTHER}.", Verb.MERGE, OTHER),
        (f"reopen {CASE}", Verb.REOPEN, StaffReopened()),
        (f"merge {CASE} into {OTHER}", Verb.MERGE, OTHER),
        (f"merge {CASE} {OTHER}", Verb.MERGE, OTHER),
        (f"merge {CASE} into b2n8 41tq", Verb.MERGE, OTHER),
        (f"snooze {CASE} 5 days", Verb.SNOOZE, StaffSnoozed(5 * DAY)),
        (f"correct {CASE} User name: jo", Verb.CORRECT, StaffCorrected("User name: jo")),
        (f"correct {CASE}: username jo", Verb.CORRECT, StaffCorrected("username jo")),
    ],
)
def test_a_command_is_read(text, verb, said):
    assert done(text) == [(verb, CASE, said)]


@pytest.mark.parametrize(
    "typed",
    [
        "7KQ2-M9XD",
        "7kq2m9xd",
        "7kq2 m9xd",
        "7KQ2 - M9XD",
        "7KQ2- M9XD:",
        "7KQ2\u2011M9XD.",
        "7KQ2 \u2013 M9XD",
        "\u200b7KQ2\u00a0M9XD",
    ],
)
def test_a_reference_is_read_as_people_type_it(typed):
    assert done(f"show {typed}") == [(Verb.SHOW, CASE, "")]


def test_a_reference_without_a_digit_takes_its_hyphen():
    assert done("show BEAN-TRAY") == [(Verb.SHOW, "BEAN-TRAY", "")]
    assert read("note bean tray it works").rest == "note bean tray it works"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("show", ""),
        ("show:", ""),
        ("Close recovered.", StaffClosed(Outcome.RECOVERED)),
        ("ask: Which project?", StaffAsked("Which project?")),
        ("note:seen", StaffNoted("seen")),
        ("close recovered", StaffClosed(Outcome.RECOVERED)),
        ("close: denied not yours", StaffClosed(Outcome.DENIED, "not yours")),
        ("reopen", StaffReopened()),
        (f"merge into {OTHER}", OTHER),
        ("snooze 5 days", StaffSnoozed(5 * DAY)),
        ("snooze: 1 week", StaffSnoozed(7 * DAY)),
        ("correct: User name: jo", StaffCorrected("User name: jo")),
    ],
)
def test_an_answer_about_one_case_may_leave_out_its_reference(text, said):
    [(_, reference, event)] = done(text, CASE)
    assert (reference, event) == (CASE, said)
    assert "name" in why(text)


def test_another_case_may_be_named_there_all_the_same():
    assert done(f"show {OTHER}\nnote: seen", CASE) == [
        (Verb.SHOW, OTHER, ""),
        (Verb.NOTE, CASE, StaffNoted("seen")),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"show {CASE} please", "nothing may stand behind it"),
        (f"reopen {CASE} please", "nothing may stand behind it"),
        (f"ask {CASE}", "its text is missing"),
        (f"note {CASE} \u200b", "its text is missing"),
        (f"note {CASE} {'x' * (LONGEST_TEXT + 1)}", "longer than 10000 characters"),
        (f"close {CASE}", "does not say how: recovered, denied"),
        (f"close {CASE} duplicate", "does not say how"),
        (f"close {CASE} denied", "does not say why"),
        (f"close {CASE} denied:", "does not say why"),
        (f"close {CASE} redirected.", "does not say where they get help"),
        (f"merge {CASE}", "does not name two cases"),
        (f"merge {CASE} into", "does not name two cases"),
        (f"merge {CASE} {OTHER} and more", "does not name two cases"),
        (f"snooze {CASE}", "does not say how long"),
        (f"snooze {CASE} 400 days", "at most 90 days"),
        (f"colse {CASE} recovered", "there is no such command (did you mean close?)"),
        (f"dear {CASE} recovered", "there is no such command"),
        ("find", "does not say what to look for"),
        ('find ""', "does not say what to look for"),
        ("help: please", "nothing may stand behind it"),
        ("show 7KQ2-M9X", "does not name its case"),
        ("show", "does not name its case"),
        ("close recovered", "does not name its case"),
    ],
)
def test_what_is_wrong_is_told(text, said):
    assert said in why(text)


@pytest.mark.parametrize(
    ("text", "sought"),
    [
        ("find jdoe42", "jdoe42"),
        ("Find: <jo@example.org>", "jo@example.org"),
        ('find "jdoe"', "jdoe"),
        ("find: John Doe", "John Doe"),
        (f"find {CASE}", CASE),
    ],
)
def test_what_is_sought_need_not_be_a_case(text, sought):
    for reference in (CASE, None):
        [command] = read(text, reference).commands
        assert (command.verb, command.sought, command.reference, command.event) == (
            Verb.FIND,
            sought,
            "",
            None,
        )


def test_help_is_a_command_of_its_own():
    assert done("help") == done("HELP:", CASE) == [(Verb.HELP, "", "")]
    assert read("Help is needed here").commands == ()


def test_one_reference_alone_does_not_say_which_case_is_merged():
    assert "does not name two cases" in why(f"merge {OTHER}", CASE)


def test_a_sentence_that_begins_with_a_verb_is_no_command_about_the_case():
    for text in (
        "Note that I am away until Monday.",
        "Ask Kim in urgent cases.",
        "Show me the way",
        "Find out more about me here",
        "Correct me if I am wrong",
        "Close.",
    ):
        for reference in (CASE, None):
            found = read(f"{text}\nclose {CASE} recovered", reference)
            assert (found.commands, found.rest) == ((), text)
    assert "note: TEXT" in why("Note 2 things", CASE)


# ------------------------------------------------------------------------------------------------------ the whole mail


def test_several_commands_stand_one_a_line_and_a_bad_one_is_one_of_them():
    found = read(f"show {CASE}\n\nclose {CASE}\nnote {OTHER} seen")
    assert [type(one) for one in found.commands] == [Command, Fault, Command]
    assert found.rest == ""


def test_a_text_goes_on_up_to_an_empty_line_or_the_next_command():
    assert done(f"ask {CASE} Which project?\n  And since when?\nnote {CASE}\nasked\n\nshow {CASE}") == [
        (Verb.ASK, CASE, StaffAsked("Which project?\nAnd since when?")),
        (Verb.NOTE, CASE, StaffNoted("asked")),
        (Verb.SHOW, CASE, ""),
    ]


def test_a_text_holds_nothing_that_nobody_sees():
    [(_, _, event)] = done(f"ask {CASE} Which\u202e one?\u2028And when?")
    assert event == StaffAsked("Which one? And when?")


def test_reading_ends_at_the_first_line_that_is_no_command():
    found = read(f"show {CASE}\nThanks, Kim\nclose {CASE} recovered")
    assert [one.verb for one in found.commands] == [Verb.SHOW]
    assert found.rest == "Thanks, Kim"
    assert read(f"Hello\nclose {CASE} recovered").commands == ()
    assert read(f"note {CASE} seen\n\nThanks\nclose {CASE} recovered").rest == "Thanks"


@pytest.mark.parametrize("start", ["", "...", "1. ", "$ mailflow cases ", "- ", "> "])
def test_what_only_holds_a_command_is_none(start):
    text = f"{start}close {CASE} recovered"
    assert len(read(text).commands) == (not start)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (f"Hi,\n\ncould you please close {CASE} as recovered?\nThanks", True),
        (f"$ mailflow cases close {CASE} recovered", True),
        (f"- Close {CASE} recovered", True),
        ("Please close 7kq2-m9xd and QXPY-CNZR, Kim.", True),
        ("Please close QXPY-CNZR, Kim.", True),
        (f"close {CASE} recovered", False),  # it was read
        (f"Your mail '[Account recovery {CASE}] Nobody has taken this request' has arrived.\nWe close at 5.", False),
        ("I will show you the close-up of the AB12-CD34 model", True),  # told once too often at worst
        ("please close the door, Anna-Lena", False),
        (f"I am away.\n> close {CASE} recovered", False),
        (f"I am away.\n| close {CASE} recovered", False),
        ("\n".join("x" * 20) + f"\nplease close {CASE}", False),
        ("", False),
    ],
)  # fmt: skip
def test_who_meant_to_command_something_is_known(text, meant):
    assert read(text).meant == meant


def test_quoted_lines_are_no_commands_and_end_a_text():
    assert done(f"> show {CASE}\n\nask {CASE} Which?\n> close {CASE} recovered\n\nshow {OTHER}") == [
        (Verb.ASK, CASE, StaffAsked("Which?")),
        (Verb.SHOW, OTHER, ""),
    ]
    found = read(f"ask {CASE} Which?\n> quoted\nand more")
    assert found.commands[0].event == StaffAsked("Which?")
    assert found.rest == "and more"


def test_the_rest_of_a_quoted_line_that_a_program_wrapped_is_no_command():
    found = read(f"show {CASE}\n\n> Subject: {'x' * 60}\nclose {CASE} recovered\n> Why: it failed")
    assert [one.verb for one in found.commands] == [Verb.SHOW]
    assert found.rest == f"close {CASE} recovered"


def test_nothing_is_read_behind_a_forwarded_mail():
    assert done(f"show {CASE}\n| From: jo@example.org\nclose {CASE} recovered") == [(Verb.SHOW, CASE, "")]


def test_a_mail_holds_only_so_many():
    found = read("\n".join(f"show {CASE}" for _ in range(MOST + 1)))
    assert len(found.commands) == MOST
    assert found.rest == f"show {CASE}"


def test_a_text_of_very_many_lines_is_too_long():
    assert "longer than" in why(f"note {CASE} this\n" + "\n".join(["and this"] * 100_000))


def test_what_is_repeated_of_a_line_is_visible_and_short():
    found = read(f"note {CASE} \x1b[31m{'x' * 200}\n\n\u202e{'y' * 200}")
    assert max(len(found.commands[0].line), len(found.rest)) == 60
    assert (found.commands[0].line + found.rest).isprintable()


def test_help_has_each_command_once():
    assert [one.form.split()[0] for one in TABLE.values()] == [*Verb] == [*TABLE]
    assert all(one.does for one in TABLE.values())
    assert all(outcome in str(TABLE.values()) for outcome in OUTCOMES)


def test_our_own_help_is_no_command():
    for one in TABLE.values():
        assert read(f"- {one.form}: {one.does}").commands == ()
        assert all(isinstance(found, Fault) or found.verb in LOOKING for found in read(one.form).commands)


@holds_for(
    st.lists(
        st.sampled_from(
            [
                "show",
                "find",
                "help",
                "close",
                "merge into",
                "ask:",
                CASE,
                OTHER,
                "denied",
                "5 days",
                "\n",
                "x",
            ]
        )
        | st.text(max_size=10),
        max_size=20,
    ).map(" ".join),
    st.none() | st.just(CASE),
)
def test_whatever_is_written_is_read_and_each_command_is_whole(text, reference):
    found = read(text, reference)
    for one in found.commands:
        assert one.line == one.line.strip()
        if isinstance(one, Command):
            assert len(one.reference) == (0 if one.verb in {Verb.FIND, Verb.HELP} else len(CASE))
            assert (one.event is not None) + bool(one.into) == (one.verb not in LOOKING)


@holds_for(st.text(max_size=40), st.just(CASE))
def test_what_no_verb_and_no_reference_begins_gives_no_command(text, reference):
    assert read(f"Dear all, {text}", reference).commands == ()


# ------------------------------------------------------------------------------------------------------- who is obeyed

GOOD = {
    "from_staff": True,
    "verdict": Verdict.PASS,
    "genuine": True,
    "message_id": "m@pypi.example",
    "sealed": True,
    "known": False,
}


@pytest.mark.parametrize(
    ("but", "said"),
    [
        ({"from_staff": False}, "not from one of them"),
        ({"verdict": Verdict.NONE}, "does not vouch"),
        ({"verdict": Verdict.FAIL}, "does not vouch"),
        ({"genuine": False}, "not the sender's, or has expired"),
        ({"message_id": None}, "no Message-ID"),
        ({"message_id": ""}, "no Message-ID"),
        ({"sealed": False}, "leaves its Message-ID open"),
        ({"known": True}, "obeyed before"),
    ],
)
def test_a_mail_is_obeyed_only_where_everything_agrees(but, said):
    assert why_not_obeyed(**GOOD) is None
    assert said in why_not_obeyed(**{**GOOD, **but})
