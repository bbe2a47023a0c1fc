import inspect
import io
import json
import logging
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import SimpleNamespace

import pytest

from mailflow.config import Log
from mailflow.core.authentication import Authentication, Verdict
from mailflow.edges import log, logline, logresults
from mailflow.steps.handle import Failed
from mailflow.steps.senders import SenderChecked
from mailflow.steps.settle import Delivery, Outcome
from mailflow.store.outbox import LetterState, QueuedLetter
from mailflow.store.seal import Plain

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def unchanged():
    """What `configure` changes for the whole process is put back."""
    root = logging.getLogger()
    handlers, level, lines = root.handlers[:], root.level, logline._output.lines
    yield
    root.handlers[:], logline._output.lines = handlers, lines
    root.setLevel(level)


@pytest.fixture
def stream():
    return io.StringIO()


@pytest.fixture
def lines(stream):
    """Configures a JSON log and gives what was written since it was last asked."""
    log.configure(Log(format="json", level="debug"), stream)

    def written():
        text = stream.getvalue()
        stream.seek(0)
        stream.truncate()
        return [json.loads(line) for line in text.splitlines()]

    return written


def test_what_was_found_of_a_mails_writer_is_told(lines):
    found = Authentication(Verdict.FAIL, "example.org", "mx.example.net")
    one, two, three = (SimpleNamespace(id=number) for number in (1, 2, 3))
    logresults.log_sender(SenderChecked(one, found))
    logresults.log_sender(SenderChecked(two, None, "TemporaryFailure"))
    logresults.log_sender(SenderChecked(three, Authentication(), "ValueError"))
    told = [{key: line[key] for key in line if key != "time"} for line in lines()]
    facts = {"verdict": "fail", "domain": "example.org", "source": "mx.example.net"}
    assert told[0] == {"level": "info", "event": "sender_checked", "mail": 1, **facts}
    failed = {"level": "warning", "event": "sender_check_failed"}
    assert told[1] == {**failed, "mail": 2, "settled": False, "error": "TemporaryFailure"}
    assert told[2] == {**failed, "mail": 3, "settled": True, "error": "ValueError"}


def example(parameter):
    """A value of the type that the parameter is annotated with, with hostile text in it."""
    return {
        "int": 7,
        "bool": True,
        "str": "evil\r\nforged\x1b[31m",
        "str | None": None,
        "Sequence[str]": ("one", "two"),
        "datetime": NOW,
        "datetime | None": NOW,
        "BaseException | str": "ValueError: the person's words",
        "BaseException": ValueError("the person's words"),
    }[parameter.annotation]


@pytest.mark.parametrize("name", log.EVENTS)
def test_each_event_is_one_line(name, lines):
    function = getattr(log, name)
    facts = {key: example(parameter) for key, parameter in inspect.signature(function).parameters.items()}
    function(**facts)

    (line,) = lines()
    assert list(line)[:3] == ["time", "level", "event"]
    assert line["event"] == name
    assert "the person's words" not in str(line)
    assert not any(ord(char) < 32 or char == "\x7f" for value in line.values() for char in str(value))


def test_every_function_of_an_event_is_counted():
    own = {
        name
        for name, function in vars(log).items()
        if inspect.isfunction(function) and function.__module__ == log.__name__
    }
    assert own == set(log.EVENTS)


def letter(**changes):
    queued = QueuedLetter(
        id=4,
        message_id="abc@desk.example.org",
        kind="missing",
        case_id="c",
        envelope_sender="bounces@desk.example.org",
        recipient="jane@example.org",
        reply_to="",
        subject="private subject",
        state=LetterState.WAITING,
        attempts=1,
        created_at=NOW,
        next_try_at=NOW,
        retried_at=None,
        lease_until=None,
        leased_by=None,
        settled_at=None,
        error=None,
        raw_deleted_at=None,
        kept_text=Plain(b"private text"),
        kept_raw=Plain(b"private raw"),
    )
    return replace(queued, **changes)


def test_what_became_of_a_letter(lines):
    again = NOW + timedelta(minutes=5)
    for delivery in (
        Delivery(letter(), Outcome.SENT, 2),
        Delivery(letter(), Outcome.RETRY, 2, "mx:25 to RCPT: 450 later", again),
        Delivery(letter(), Outcome.FAILED, 2, "mx:25 to RCPT: 550 no"),
        Delivery(letter(), Outcome.PUT_BACK, 1, "mx:25: Connection refused", again),
    ):
        logresults.log_letter(delivery)

    sent, retry, failed, back = lines()
    assert (sent["event"], sent["letter"], sent["recipient"], sent["attempts"], sent["message_id"]) == (
        "letter_sent",
        4,
        "jane@example.org",
        2,
        "abc@desk.example.org",
    )
    assert (retry["event"], retry["error"], retry["next_try_at"]) == (
        "letter_retry",
        "mx:25 to RCPT: 450 later",
        "2026-11-20T12:05:00+00:00",
    )
    assert (failed["event"], failed["level"], failed["error"]) == (
        "letter_failed",
        "warning",
        "mx:25 to RCPT: 550 no",
    )
    assert (back["event"], back["error"]) == ("letter_put_back", "mx:25: Connection refused")
    assert "private" not in str([sent, retry, failed, back])


def test_what_became_of_a_mail(lines):
    mail = SimpleNamespace(sender="jane@example.org", envelope=SimpleNamespace(sender="jane@example.net"))
    nobody = SimpleNamespace(sender=None, envelope=SimpleNamespace(sender="env@example.org"))
    case = SimpleNamespace(reference="ABCD-EFGH")

    def handled_mail(mail_id, mail, **more):
        given = {"case": None, "letters": (), "silence": None, "source": "", "set_aside": False}
        return SimpleNamespace(mail_id=mail_id, mail=mail, **{**given, **more})

    letters = (SimpleNamespace(kind="missing"),)
    logresults.log_mail(handled_mail(1, mail, kind="request", case=case, letters=letters))
    logresults.log_mail(handled_mail(2, nobody, kind="bounce", silence="null sender", source="RFC 3834, 2"))
    logresults.log_mail(handled_mail(3, mail, kind="request", silence="forged reply address", set_aside=True))
    logresults.log_mail(Failed(4, "ValueError: the person's words", 1, NOW))
    logresults.log_mail(Failed(5, "ValueError: the person's words", 4, None))

    handled, silent, aside, failed, parked = lines()
    assert (handled["event"], handled["sender"], handled["reference"], handled["letters"]) == (
        "handled",
        "jane@example.org",
        "ABCD-EFGH",
        ["missing"],
    )
    assert (silent["event"], silent["sender"], silent["why"], silent["source"]) == (
        "silent",
        "env@example.org",
        "null sender",
        "RFC 3834, 2",
    )
    assert (aside["event"], aside["level"], aside["why"]) == ("set_aside", "warning", "forged reply address")
    assert (failed["event"], failed["mail"], failed["error"]) == ("handling_failed", 4, "ValueError")
    assert (parked["event"], parked["level"], parked["attempts"]) == ("parked", "error", 4)


@pytest.mark.parametrize(
    ("name", "facts", "event"),
    [
        ("connected", {}, "connected"),
        ("refused", {"reply": "421 4.7.0 too many"}, "refused"),
        ("rejected", {"reply": "550 5.1.1 no"}, "rejected"),
        ("failed", {"error": ValueError("the person's words")}, "session_failed"),
        ("tls_failed", {"error": "SSLError"}, "tls_failed"),
    ],
)
def test_what_the_listener_tells(name, facts, event, lines):
    logresults.log_listener(name, remote="192.0.2.1", **facts)
    (line,) = lines()
    assert line["event"] == event
    assert line["remote"] == "192.0.2.1"


def test_what_is_received_and_what_cannot_be_stored(lines):
    facts = {
        "remote": "192.0.2.1",
        "helo": "mx",
        "sender": "",
        "recipients": ("a@b",),
        "size": 9,
        "tls": True,
    }
    logresults.log_listener("received", **facts)
    logresults.log_listener("duplicate", **facts)
    logresults.log_listener("store_failed", mails=3, error="OperationalError: (the person's words)")
    received, duplicate, failed = lines()
    assert (duplicate["event"], duplicate["recipients"], duplicate["size"]) == ("duplicate", ["a@b"], 9)
    assert (received["event"], received["recipients"], received["tls"]) == ("received", ["a@b"], True)
    assert (failed["event"], failed["level"], failed["mails"]) == ("store_failed", "error", 3)
    assert failed["error"] == "OperationalError"


class Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a\nb", "a b"),
        ("x\x1b[2J\x00\u202e\ud800y", "x[2J\ufffdy"),
        ("é" * 1000, "é" * 299 + "…"),
        ("a" * 10_000_000, "a" * 299 + "…"),
        (Colour.RED, "red"),
        (timedelta(minutes=1), 60.0),
        (NOW, "2026-11-20T12:00:00+00:00"),
        (0, 0),
        (False, False),
        (["a\n"] * 11, ["a"] * 10 + ["…"]),
        (object, "<class 'object'>"),
    ],
)
def test_every_value_is_printable_and_short(value, shown, lines):
    logline.event("info", "test", value=value)
    assert lines()[0]["value"] == shown


def test_what_is_not_known_is_left_out(lines):
    logline.event("info", "test", unknown=None, empty="")
    assert list(lines()[0]) == ["time", "level", "event"]


@pytest.mark.parametrize(("level", "shown"), [("info", 3), ("warning", 2), ("error", 1)])
def test_the_level_is_kept_and_counting_goes_on(level, shown, stream):
    log.configure(Log(format="json", level=level), stream)
    counted = []
    log.observe(counted.append)
    try:
        log.connected(remote="192.0.2.1")
        log.ready()
        log.set_aside(mail=1, sender="jane@example.org", why="x")
        log.parked(mail=1, attempts=4, error="x")
    finally:
        log.forget(counted.append)
    assert len(stream.getvalue().splitlines()) == shown
    assert counted == ["connected", "ready", "set_aside", "parked"]


def test_before_it_is_configured_nothing_is_written(monkeypatch, capfd):
    monkeypatch.setattr(logline._output, "lines", None)
    log.ready()
    assert capfd.readouterr() == ("", "")


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("kind", "form", "is_json"),
    [
        (Terminal, "auto", False),
        (io.StringIO, "auto", True),
        (Terminal, "json", True),
        (io.StringIO, "console", False),
    ],
)
def test_a_terminal_gets_words_and_everything_else_json(kind, form, is_json):
    stream = kind()
    log.configure(Log(format=form, level="info"), stream)
    log.received(remote="192.0.2.1", helo="", sender="", recipients=("x",), size=2000, tls=False)
    line = stream.getvalue()
    assert line.startswith("{") is is_json
    assert "received" in line
    assert "192.0.2.1" in line


def test_a_terminal_is_never_driven():
    stream = Terminal()
    log.configure(Log(format="auto", level="info"), stream)
    log.rejected(remote="192.0.2.1", reply="\x1b]0;title\x07\x1b[2J")
    assert "\x1b]" not in stream.getvalue()
    assert "\x1b[2J" not in stream.getvalue()
    assert "\x07" not in stream.getvalue()


@pytest.mark.parametrize("ours", [True, False])
def test_the_journal_gets_priorities(ours, tmp_path, monkeypatch):
    with (tmp_path / "log").open("w+") as stream:
        status = os.fstat(stream.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino if ours else 1}")
        log.configure(Log(format="auto", level="debug"), stream)
        log.connected(remote="192.0.2.1")
        log.ready()
        log.set_aside(mail=1, sender="jane@example.org", why="x")
        log.parked(mail=1, attempts=4, error="x")
        stream.seek(0)
        starts = [line[:3] for line in stream]
    assert starts == (["<7>", "<6>", "<4>", "<3>"] if ours else ['{"t'] * 4)


def test_an_ascii_terminal_gets_every_line(tmp_path):
    with (tmp_path / "log").open("w+", encoding="ascii") as stream:
        log.configure(Log(format="console", level="info"), stream)
        log.rejected(remote="192.0.2.1", reply="Jürgen")
        stream.seek(0)
        assert "J\\xfcrgen" in stream.read()


class Full(io.StringIO):
    def write(self, _):
        raise OSError(28, "No space left on device")


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path):
    log.configure(Log(format="json", level="info"), Full())
    log.ready()
    stream = (tmp_path / "log").open("w")
    log.configure(Log(format="json", level="info"), stream)
    stream.close()
    log.ready()


def test_lines_that_nobody_read_in_time_are_counted():
    ours, theirs = os.pipe()
    counted = []
    log.observe(counted.append)
    with os.fdopen(theirs, "w") as stream, os.fdopen(ours) as reader:
        log.configure(Log(format="json", level="info"), stream)
        sink = logline._output.lines.sink
        while not sink._lost:
            log.ready()
        log.configure(Log(format="json", level="warning"), stream)  # a reload keeps what waits
        assert log.unread_for() > 0
        line = next(line for line in map(json.loads, reader) if line["event"] != "ready")
        log.finish()
        assert log.unread_for() == 0
    log.forget(counted.append)
    assert (line["event"], line["level"], line["lines"]) == ("log_lost", "warning", 1)
    assert counted[-1] == "log_lost"


def test_an_exception_is_shown_by_its_type_and_place(lines):
    try:
        int("the person's words")
    except ValueError as error:
        log.crashed(where="handle", error=error)
    (line,) = lines()
    assert line["error"] == "ValueError"
    assert "test_log.py:" in line["at"]
    assert "words" not in str(line)


def test_warnings_of_libraries_are_lines_of_the_log_too(lines):
    logging.getLogger("apscheduler.scheduler").warning(
        "job %s was missed by jane@example.org\nforged", "digest"
    )
    logging.getLogger("sqlalchemy.pool").info("noise")
    (line,) = lines()
    assert (line["event"], line["level"], line["logger"]) == ("library", "warning", "apscheduler.scheduler")
    assert line["text"] == "job digest was missed by <address> forged"


def test_arguments_of_the_smtp_library_are_left_out(lines):
    logger = logging.getLogger("mail.log")
    disabled, logger.disabled = logger.disabled, False
    try:
        logger.error("%r sent %s", "192.0.2.1", "the person's words")
    finally:
        logger.disabled = disabled
    assert lines()[0]["text"] == "%r sent %s"


def test_a_library_that_raises(lines):
    try:
        int("the person's words")
    except ValueError:
        logging.getLogger("alembic").exception("migration failed")
    (line,) = lines()
    assert (line["level"], line["text"], line["error"]) == ("error", "migration failed", "ValueError")
    assert "words" not in str(line)


def test_a_library_that_errs_in_its_own_message(lines):
    record = logging.LogRecord("library", logging.WARNING, __file__, 1, "%d", ("no number",), None)
    logline._Libraries().emit(record)
    assert lines()[0]["text"] == "%d"


def test_configuring_twice_does_not_double_the_lines(lines, stream):
    log.configure(Log(format="json", level="info"), stream)
    logging.getLogger("apscheduler").warning("once")
    assert len(lines()) == 1
