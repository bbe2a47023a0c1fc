"""What is searched for secrets although nobody is shown it."""

import pytest

from mailflow.core.envelope import Envelope
from mailflow.core.mail import parse
from mailflow.core.mime import split_parts
from mailflow.core.unread import field_texts, long_runs, outside, says_more, written_in

TOKEN = "pypi-AgEIcHlwaS5vcmcCJDaB3dE5fG7hJ9kL1mN0pQ2rS4tU6vW8xY"


@pytest.mark.parametrize(
    ("source", "more"),
    [
        ("<p>I lost my <b>telephone</b></p>", False),
        ("<p>&quot;I&nbsp;lost&quot; my telephone&nbsp;</p>", False),
        ("<style>p { margin-top:0 }</style><p class='telephones'>telephone!</p>", False),
        ("<p>my tulip</p>", False),
        ("<p>my tulip7</p>", True),
        ("my telephones", True),
    ],
)
def test_a_version_of_a_text_says_more_if_it_has_a_word_of_its_own(source, more):
    assert says_more(source, "I lost my telephone\n") is more


def test_fields_of_people_are_looked_at_where_they_may_be_more_than_names():
    fields = (
        ("from", "Jo Doe <jo42@example.org>"),
        ("to", "desk1@example.org, tulip 7 <desk2@example.org>"),
        ("comments", "=?utf-8?q?my_code_is_77?="),
        ("x-mailer", "Mail 16.0"),
        ("cc", "desk3@example.org, jo42@example.org"),
    )
    assert [*written_in(fields)] == ["desk1@example.org, tulip 7 <desk2@example.org>", "my code is 77"]


def test_fields_of_programs_are_not():
    fields = (("received", "from x"), ("arc-seal", "b=x"), ("x-note", "=?utf-8?q?tulip?="), ("date", "now"))
    assert [*field_texts(fields)] == ["tulip"]


def test_what_stands_around_the_parts_is_looked_at_with_their_headers():
    raw = (
        b"From: jo@example.org\nContent-Type: multipart/mixed; boundary=b\n\nbefore \xe9\n"
        b"--b\nContent-Type: text/plain\nX-Note: of a part\n\ntext\n--b--\nbehind\n"
    )
    lines = outside(split_parts(raw, [])).split("\n")
    assert {"before \xe9", "X-Note: of a part", "behind"} <= {*lines}
    assert "text" not in lines


def test_of_very_much_around_the_parts_the_beginning_is_looked_at():
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"x" * 300_000 + b"\n--b\n\ntext\n--b--\n"
    assert len(outside(split_parts(raw, []))) == 256 * 1024


def test_what_could_not_be_split_is_looked_at_whole():
    raw = b"Content-Type: multipart/mixed; boundary=b\n\nthe code is 77\n"
    assert outside(split_parts(raw, [])) == "the code is 77\n"


def test_around_a_mail_of_one_part_nothing_stands():
    assert outside(split_parts(b"From: jo@example.org\n\ntext\n", [])) == ""


def test_runs_are_what_is_long_enough_for_a_token():
    assert long_runs([f"a {TOKEN}, b", "short", f"<{TOKEN}>", "x" * 13]) == f"{TOKEN}\n{'x' * 13}"


def test_message_ids_with_a_token_are_none():
    raw = f"Message-ID: <{TOKEN}@x>\nReferences: <1@x> <{TOKEN}@x>\nFrom: jo@example.org\n\nhi\n"
    mail = parse(raw.encode(), Envelope("jo@example.org", ()))
    assert (mail.hides_token, mail.message_id, mail.references) == (True, None, ("1@x",))


def test_no_more_than_three_attached_mails_are_looked_into():
    part = "--b\nContent-Type: message/rfc822\n\nSubject: x\n\nmail {}\n"
    raw = "".join(['Content-Type: multipart/mixed; boundary="b"\n\n', *map(part.format, range(5)), "--b--\n"])
    assert parse(raw.encode(), Envelope("jo@example.org", ())).attached == (
        "mail 0\n",
        "mail 1\n",
        "mail 2\n",
    )


def test_what_came_back_is_searched_as_it_may_not_be_ours():
    raw = b"Content-Type: message/rfc822\n\nSubject: x\n\nmine\n"
    assert parse(raw, Envelope("", ())).attached == ("mine\n",)
