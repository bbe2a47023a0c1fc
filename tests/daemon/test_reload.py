"""SIGHUP: a configuration without an error is taken, any other is refused with the reason, and the desk goes on."""

import secrets
import signal

import pytest

from tests.daemon.desk import Desk, mail, send
from tests.daemon.smarthost import Smarthost


@pytest.fixture(scope="module")
def smarthost():
    smarthost = Smarthost()
    yield smarthost
    smarthost.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory, smarthost):
    desk = Desk(
        tmp_path_factory.mktemp("desk"),
        smarthost__host="127.0.0.1",
        smarthost__port=smarthost.port,
        smarthost__tls="off",
    )
    try:
        process = desk.start()
        desk.port = process.port
        desk.started_with = desk.path.read_text()
        yield desk
        assert process.stop() == 0
        assert not process.told("crashed"), process.text
    finally:
        desk.close()


@pytest.fixture
def desk(running):
    """It goes by the configuration that it was started with, whatever the tests before have written."""
    running.path.write_text(running.started_with)
    reload(running, "config_taken")
    return running


def reload(desk, event):
    """Have the configuration read again, and wait for what is logged."""
    (process,) = desk.processes
    before = len(process.told(event))
    process.signal(signal.SIGHUP)
    return process.wait_for(event, nth=before + 1)


def edit(desk, old, new):
    text = desk.path.read_text()
    assert old in text
    desk.path.write_text(text.replace(old, new, 1))


def test_the_next_letter_follows_a_changed_setting(desk, smarthost):
    send(desk.port, mail(sender="before@example.org"))
    assert (
        smarthost.letter("before@example.org").message["From"].addresses[0].display_name
        == "PyPI account recovery"
    )

    edit(desk, 'name = "PyPI account recovery"', 'name = "The lost property office"')
    assert reload(desk, "config_taken")["source"] == str(desk.path)
    send(desk.port, mail(sender="after@example.org"))
    assert (
        smarthost.letter("after@example.org").message["From"].addresses[0].display_name
        == "The lost property office"
    )


def test_the_next_letter_is_written_with_the_sites_own_template(desk, smarthost):
    letters = desk.folder / "own" / "letters"
    letters.mkdir(parents=True)
    (letters / "missing.txt").write_text(
        "Subject: Something is missing\n\nDear {{ service }} user, tell us more.\n"
    )
    edit(desk, 'folder = ""', 'folder = "own"')
    reload(desk, "config_taken")

    send(desk.port, mail(sender="own@example.org"))
    assert smarthost.letter("own@example.org").text == "Dear PyPI user, tell us more.\n"


def test_a_faulty_configuration_is_refused_with_all_reasons(desk, smarthost):
    edit(desk, 'close_after = "30 days"', 'close_after = "soon"')
    edit(desk, "port = ", "pot = ")
    problems = " ".join(reload(desk, "config_refused")["problems"])
    assert "case.close_after" in problems
    assert "smarthost.pot" in problems

    send(desk.port, mail(sender="still@example.org"))
    smarthost.letter("still@example.org")


def test_a_letter_that_cannot_be_written_is_refused(desk):
    letters = desk.folder / "faulty" / "letters"
    letters.mkdir(parents=True)
    (letters / "missing.txt").write_text("Subject: x\n\n{{ no_such_name }}\n")
    edit(desk, 'folder = ""', 'folder = "faulty"')
    (problem,) = reload(desk, "config_refused")["problems"]
    assert "letters/missing.txt: no_such_name is not known" in problem


def test_what_only_a_restart_takes_over_is_named(desk, smarthost):
    edit(desk, 'listen = ["127.0.0.1:0"]', 'listen = ["127.0.0.1:0", "127.0.0.2:0"]')
    edit(desk, 'busy_timeout = "10 seconds"', 'busy_timeout = "11 seconds"')
    assert set(reload(desk, "config_taken")["needs_restart"]) == {"smtp.listen", "database.busy_timeout"}
    assert set(reload(desk, "config_taken")["needs_restart"]) == {"smtp.listen", "database.busy_timeout"}

    send(desk.port, mail(sender="same@example.org"))
    smarthost.letter("same@example.org")


def test_letters_leave_by_a_changed_smarthost(desk, smarthost):
    other = Smarthost()
    try:
        send(desk.port, mail(sender="old@example.org"))
        smarthost.letter("old@example.org")
        edit(desk, f"port = {smarthost.port}", f"port = {other.port}")
        reload(desk, "config_taken")
        send(desk.port, mail(sender="new@example.org"))
        other.letter("new@example.org")
    finally:
        other.close()


def test_a_new_key_of_the_database_is_taken_and_a_lost_one_is_not_done_without(desk, smarthost):
    path = desk.folder / "var" / "database.key"
    old, new = path.read_text(), secrets.token_hex(32) + "\n"
    path.write_text(new + old)
    reload(desk, "config_taken")
    send(desk.port, mail(sender="sealed@example.org"))
    smarthost.letter("sealed@example.org")
    assert desk.scalars(
        "SELECT count(DISTINCT key_id) FROM outbox WHERE recipient = 'sealed@example.org'"
    ) == [1]
    assert desk.scalars("SELECT count(*) FROM encryption_keys") == [2]

    path.write_text(new)
    assert "lacks the key" in reload(desk, "config_refused")["problems"][0]
    path.write_text(new + old)
