"""The bytes of a mail, cut into chunks in every way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.edges.data import BARE_LINE_END, MAX_LINE, NO_ROOM, TOO_BIG, TOO_LONG_LINE, Content
from mailflow.edges.limits import Budget

LIMIT = 1_000_000


def received(sent: bytes, sizes=(LIMIT,), limit: int = LIMIT, room: int = LIMIT) -> Content:
    """What becomes of the bytes, fed in chunks of these sizes, the last of them again and again."""
    content = Content(limit, Budget(room))
    sizes = list(sizes)
    while sent and not content.ended:
        size = sizes.pop(0) if len(sizes) > 1 else sizes[0]
        content.feed(sent[:size])
        sent = sent[size:]
    if content.ended:
        content.rest += sent
    return content


def by_lines(sent: bytes) -> tuple[bytes, bytes] | None:
    """The slow and plain way: the mail and what follows it, by RFC 5321, 4.1.1.4 and 4.5.2."""
    mail, lines = b"", sent.split(b"\r\n")
    for number, line in enumerate(lines[:-1]):
        if line == b".":
            return mail, b"\r\n".join(lines[number + 1 :])
        mail += line.removeprefix(b".") + b"\r\n"
    return None


PIECES = st.lists(
    st.sampled_from([b"\r\n", b"\r", b"\n", b".", b"a", b"\0", b"text", b"\r\n.\r\n", b"\r\n."])
)


@given(PIECES.map(b"".join), st.lists(st.integers(1, 9), min_size=1))
def test_the_end_of_a_mail_is_found_however_it_is_cut(sent, sizes):
    sent += b"\r\n.\r\nQUIT\r\n"
    content = received(sent, sizes)
    mail, rest = by_lines(sent)
    assert (content.ended, content.rest) == (True, rest)
    stuffed = sent[: len(sent) - len(rest)]
    bare = stuffed.count(b"\r\n") != stuffed.count(b"\r") or stuffed.count(b"\r\n") != stuffed.count(b"\n")
    assert content.refusal == (BARE_LINE_END if bare else "")
    if not bare:
        assert content.mail() == mail


@given(PIECES.map(b"".join), st.lists(st.integers(1, 9), min_size=1))
def test_no_end_is_found_where_there_is_none(sent, sizes):
    assert received(sent, sizes).ended == (by_lines(sent) is not None)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, LIMIT])
def test_an_empty_mail_has_no_bytes(size):
    content = received(b".\r\nQUIT\r\n", [size])
    assert (content.mail(), content.rest) == (b"", b"QUIT\r\n")


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(("excess", "refusal"), [(0, ""), (1, TOO_BIG)])
def test_the_size_limit_holds_to_the_byte(size, excess, refusal):
    line = b"x" * (98 + excess) + b"\r\n"
    content = received(line + b".\r\n", [size], limit=100)
    assert (content.ended, content.refusal) == (True, refusal)


def test_a_mail_over_the_limit_is_dropped_at_once_and_its_end_still_found():
    budget = Budget(LIMIT)
    content = Content(100, budget)
    for _ in range(1000):
        content.feed(b"some line\r\n")
    assert content.buffered < 10
    assert budget.used == 0
    content.feed(b".\r")
    content.feed(b"\nQUIT\r\n")
    assert (content.ended, content.rest, content.refusal) == (True, b"QUIT\r\n", TOO_BIG)


@pytest.mark.parametrize("size", [1000, 65_536, LIMIT])
@pytest.mark.parametrize(
    ("length", "refusal"), [(60_000, ""), (MAX_LINE - 2, ""), (MAX_LINE + 2, TOO_LONG_LINE)]
)
@pytest.mark.parametrize("before", [b"", b"short\r\n" * 50_000])
def test_a_line_is_bounded_wherever_it_stands(size, length, refusal, before):
    content = received(before + b"x" * length + b"\r\nshort\r\n.\r\n", [size])
    assert (content.ended, content.refusal) == (True, refusal)


def test_many_lines_in_one_chunk_are_no_long_line():
    mail = b"short line\r\n" * 50_000
    content = received(mail + b".\r\n")
    assert content.refusal == ""
    assert content.mail() == mail


def test_a_line_that_never_ends_is_dropped():
    content = Content(LIMIT, Budget(LIMIT))
    for _ in range(20):
        content.feed(b"x" * 10_000)
    assert content.refusal == TOO_LONG_LINE
    assert content.buffered < 10


def test_without_room_a_mail_is_refused_for_now_and_what_was_taken_is_given_back():
    budget = Budget(100)
    content = Content(LIMIT, budget)
    content.feed(b"x" * 60 + b"\r\n")
    assert budget.used == 62
    content.feed(b"x" * 60 + b"\r\n")
    assert budget.used == 0
    content.feed(b".\r\n")
    assert (content.ended, content.refusal, budget.used) == (True, NO_ROOM, 0)


def test_a_finished_mail_counts_until_it_is_released():
    budget = Budget(LIMIT)
    content = Content(LIMIT, budget)
    content.feed(b"hello\r\n.\r\n")
    content.mail()
    assert budget.used == 7
    content.release()
    content.release()
    assert budget.used == 0


def test_everything_that_came_counts_as_progress():
    assert received(b"..x\r\n" * 10 + b".\r\n").arrived == 53
