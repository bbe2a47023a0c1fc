"""A smarthost fails, in each way and at each stage; when it is well again, every letter has arrived.

Three letters wait, the first one meets the fault. The table says what becomes of it, by its row and by the log; what
becomes of all three is the same each time.
"""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

import pytest

from mailflow.store.outbox import LetterState
from tests.smarthost import faulty
from tests.smarthost.faulty import (
    CLOSE,
    DRIP,
    ENDLESS_LINE,
    ENDLESS_REPLY,
    LATE,
    LATER,
    RESET,
    SILENT,
    TWICE,
    Fault,
)
from tests.smarthost.post import RETRY, Post

LETTERS = ("anna@example.org", "ben@example.org", "cleo@example.org")
FIRST, SECOND, THIRD = LETTERS
SHORT = 0.3  # seconds: the timeout of those that wait for a smarthost that is silent

# What became of the first letter, by the event of the log; and of what stands in its row.
SENT = "letter_sent"  # over another connection, at once
BACK = "letter_put_back"  # nothing was tried: no attempt counted, still due
RETRIED = "letter_retry"  # an attempt, and tried again after a wait
FAILED = "letter_failed"  # given up


@dataclass(frozen=True)
class Case:
    stage: str
    does: str
    event: str
    error: str = ""  # a pattern in it
    holds: bool = True  # whether the other letters wait for a moment
    doubled: bool = False  # the first letter arrives twice, which nothing can prevent

    @property
    def slow(self) -> bool:
        return self.does in {SILENT, DRIP, LATER}

    def __str__(self) -> str:
        return f"{self.stage}-{self.does[:12]}"


NO_ANSWER, CLOSED, NO_SMTP = (
    "no answer in time",
    "closed the connection|Connection reset by peer|Broken pipe",
    "not one of SMTP",
)
CASES = [
    # No session: nobody's letter was tried.
    Case("connect", CLOSE, BACK, CLOSED),
    Case("connect", RESET, BACK, CLOSED),
    Case("connect", SILENT, BACK, NO_ANSWER),
    Case("connect", DRIP, BACK, NO_ANSWER),
    Case("connect", "421 4.3.2 too many connections", BACK, "421 4.3.2"),
    Case("connect", "450 4.3.2 later", BACK, "450 4.3.2"),
    Case("connect", "554 5.7.1 you are on a list", BACK, "554 5.7.1"),
    Case("connect", "HTTP/1.1 400 Bad Request", BACK, NO_SMTP),
    Case("connect", ENDLESS_LINE, BACK, "does not end"),
    Case("connect", ENDLESS_REPLY, BACK, "does not end"),
    Case("connect", TWICE, BACK, "more than it was asked"),
    Case("ehlo", CLOSE, BACK, CLOSED),
    Case("ehlo", SILENT, BACK, NO_ANSWER),
    # The first command of a letter: about us, or about now.
    Case("ehlo", "421 4.3.2 shutting down", BACK, "421 4.3.2"),
    Case("ehlo", "354 what", BACK),
    Case("mail", CLOSE, RETRIED, CLOSED),
    Case("mail", SILENT, RETRIED, NO_ANSWER),
    Case("mail", "421 4.7.0 slow down", RETRIED, "421 4.7.0"),
    Case("mail", "452 4.3.1 no space", RETRIED, "to MAIL: 452 4.3.1"),
    Case("mail", "550 5.7.1 sender refused", RETRIED, "to MAIL: 550 5.7.1"),
    Case("mail", "552 5.3.4 too big", FAILED, "to MAIL: 552 5.3.4", holds=False),
    Case("mail", "354 go on", RETRIED, "out of step: 354"),
    Case("mail", "999 what", RETRIED, NO_SMTP),
    # Its recipient.
    Case("rcpt", CLOSE, RETRIED, CLOSED),
    Case("rcpt", RESET, RETRIED, CLOSED),
    Case("rcpt", SILENT, RETRIED, NO_ANSWER),
    Case("rcpt", DRIP, RETRIED, NO_ANSWER),
    Case("rcpt", "421 4.7.0 slow down", RETRIED, "421 4.7.0"),
    Case("rcpt", "451 4.7.1 greylisted", RETRIED, "to RCPT: 451 4.7.1", holds=False),
    Case("rcpt", "452 4.5.3 too many", RETRIED, "to RCPT: 452 4.5.3", holds=False),
    Case("rcpt", "530 5.7.0 authenticate first", RETRIED, "to RCPT: 530 5.7.0"),
    Case("rcpt", "554 5.7.1 <x>: Relay access denied", RETRIED, "to RCPT: 554 5.7.1"),
    Case("rcpt", "550 relay not permitted", RETRIED, "to RCPT: 550 relay not"),
    Case("rcpt", "550 5.1.1 nobody here", FAILED, "to RCPT: 550 5.1.1", holds=False),
    Case("rcpt", ENDLESS_REPLY, RETRIED, "does not end"),
    Case("rcpt", "", RETRIED, NO_SMTP),
    Case("rcpt", "2", RETRIED, NO_SMTP),
    Case("rcpt", "334 password?", RETRIED, "out of step: 334"),
    # The letter itself.
    Case("data", CLOSE, RETRIED, CLOSED),
    Case("data", SILENT, RETRIED, NO_ANSWER),
    Case("data", "421 4.3.2 shutting down", RETRIED, "421 4.3.2"),
    Case("data", "451 4.3.0 not now", RETRIED, "to DATA: 451 4.3.0", holds=False),
    Case("data", "554 5.5.1 no valid recipients", FAILED, "to DATA: 554", holds=False),
    Case("data", "250 2.0.0 misunderstood", RETRIED, "out of step: 250 2.0.0"),
    Case("content", CLOSE, RETRIED, CLOSED),
    Case("dot", CLOSE, RETRIED, f"after the letter: ({CLOSED})"),
    Case("dot", RESET, RETRIED, f"after the letter: ({CLOSED})"),
    Case("dot", SILENT, RETRIED, f"after the letter: {NO_ANSWER}"),
    Case("dot", "421 4.3.2 shutting down", RETRIED, "421 4.3.2"),
    Case("dot", "451 4.7.1 the scanner is busy", RETRIED, "to the letter: 451", holds=False),
    Case("dot", "552 5.2.2 mailbox full", FAILED, "to the letter: 552", holds=False),
    Case("dot", "???", RETRIED, NO_SMTP),
    Case("dot", "354 go on", RETRIED, "out of step: 354"),
    # It was taken, and we cannot know.
    Case("taken", CLOSE, RETRIED, f"after the letter: ({CLOSED})", doubled=True),
    Case("taken", RESET, RETRIED, f"after the letter: ({CLOSED})", doubled=True),
    Case("taken", SILENT, RETRIED, f"after the letter: {NO_ANSWER}", doubled=True),
    Case("taken", "421 4.3.2 shutting down", RETRIED, "421 4.3.2", doubled=True),
    Case("taken", "250 2.0.0 \x1b[2J\x07taken\xff", SENT, holds=False),
    # Between two letters: the next one goes over a new connection, at once.
    Case("rest", CLOSE, SENT, holds=False),
    Case("rest", RESET, SENT, holds=False),
    Case("rest", "421 4.4.2 idle for too long", SENT, holds=False),
]


@pytest.mark.parametrize("offers", [(), ("PIPELINING",)], ids=["one by one", "pipelined"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_letter_that_meets_a_fault_arrives_when_it_is_over(case, offers, store, make_smarthost):
    smarthost = make_smarthost(Fault(case.stage, case.does), offers=offers)
    with Post(store, smarthost, timeout=SHORT if case.slow else faulty.PATIENCE) as post:
        meets_a_fault(post, case)


def meets_a_fault(post, case):
    post.put(*LETTERS)
    started = post.now
    while post.deliver():
        pass
    first, line = post.rows()[FIRST], post.lines()[0]
    assert line["event"] == case.event
    assert line["recipient"] == FIRST
    if case.event != SENT:
        assert re.search(case.error, line["error"]), line
        assert first.error == line["error"]
    assert first.attempts == (0 if case.event == BACK else 1)
    tried_again = {BACK: timedelta(seconds=1), RETRIED: RETRY[0]}.get(case.event)
    if tried_again:
        wait = post.told[0].next_try_at - started
        assert 0.9 * tried_again <= wait <= 1.1 * tried_again
    arrived = [one for one in post.smarthost.recipients if one != FIRST]
    if case.holds:  # the second one may be under way beside the first one, which is pipelined
        assert arrived == [SECOND] * bool(arrived and "PIPELINING" in post.smarthost.offers)
    else:
        assert arrived == [SECOND, THIRD]

    post.drain()
    all_is_settled(post, case)


def all_is_settled(post, case):
    rows = post.rows()
    expected = dict.fromkeys(LETTERS, LetterState.SENT)
    if case.event == FAILED:
        expected[FIRST] = LetterState.FAILED
    assert {recipient: row.state for recipient, row in rows.items()} == expected
    times = Counter(post.smarthost.recipients)
    assert times == {
        one: 1 + (case.doubled and one == FIRST) for one in LETTERS if expected[one] == LetterState.SENT
    }
    copies = {(letter.recipient, letter.message_id, letter.raw) for letter in post.smarthost.taken}
    assert len(copies) == len(times), "one letter in two forms"
    assert len(post.smarthost.connected_at) <= 3
    assert all(line.isprintable() for line in map(str, post.lines()))


@pytest.mark.parametrize("offers", [(), ("PIPELINING",)], ids=["one by one", "pipelined"])
def test_a_smarthost_may_take_longer_for_a_letter_than_for_a_command(offers, store, make_smarthost):
    """RFC 5321, 4.5.3.2.6. The next letter, which waits for that, is not late for it."""
    smarthost = make_smarthost(Fault("taken", LATE), offers=offers)
    long = timedelta(seconds=faulty.PATIENCE)
    with Post(store, smarthost, timeout=smarthost.late / 4, final_timeout=long) as post:
        post.put(*LETTERS)
        while post.deliver():
            pass
        assert {(row.state, row.attempts) for row in post.rows().values()} == {("sent", 1)}
    assert smarthost.recipients == [*LETTERS]
    assert len(smarthost.connected_at) == 1


@pytest.mark.parametrize("offers", [(), ("PIPELINING",)], ids=["one by one", "pipelined"])
@pytest.mark.parametrize("stage", ["ehlo", "mail", "rcpt", "data", "dot", "taken", "rest"])
def test_a_reply_too_many_is_never_taken_for_the_reply_to_a_letter(stage, offers, store, make_smarthost):
    """It may be heard with the reply before it or after the next command, so a letter may have to be sent again."""
    smarthost = make_smarthost(Fault(stage, TWICE if stage != "dot" else "451 4.3.0 no\r\n250 2.0.0 yes"))
    if stage == "rest":
        smarthost.faults = [Fault(stage, "250 2.0.0 and once more")]
    with Post(store, smarthost) as post:
        post.put(*LETTERS)
        post.drain()
        assert {row.state for row in post.rows().values()} == {"sent"}
    arrived = Counter(smarthost.recipients)
    assert set(arrived) == set(LETTERS)
    assert sum(arrived.values()) <= 1 + len(LETTERS)
    assert all(f"Hello {letter.recipient}".encode() in letter.raw for letter in smarthost.taken)
    assert len(smarthost.connected_at) <= 3
