"""A desk is saved while it runs under load, is lost, and goes on from its backup on an empty machine."""

import shutil
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from tests.daemon.clients import Clients
from tests.daemon.desk import PATIENCE, mail, send
from tests.daemon.killing import settings
from tests.world import REPOSITORY

BEFORE, BESIDE = 20, 60  # mails that are taken before the backup, and that clients send while it is made
ANSWER = "My user name is jdoe42."


def save_under_load(desk, port, path):
    """The Message-IDs that were promised before the backup was begun."""
    with closing(Clients(lambda: [port])) as clients:
        clients.write(BEFORE + BESIDE)
        clients.wait_acknowledged(BEFORE)
        before = {one.message_id for one in clients.ledger}
        done = desk.command("backup", str(path))
        assert done.returncode == 0, done.stderr
    assert len(clients.ledger) == BEFORE + BESIDE
    return before


def bring_keys(desk, other):
    """What a site keeps beside the backup."""
    folder = other.folder / "var"
    folder.mkdir(mode=0o700)
    for name in ("reply.key", "database.key"):
        shutil.copy(desk.folder / "var" / name, folder)


def test_a_desk_goes_on_from_a_backup_that_was_made_under_load(make_desk, smarthost, tmp_path):
    desk, path = make_desk(**settings(smarthost)), tmp_path / "monday.db"
    process = desk.start()
    send(process.port, mail(sender="kim@example.net"))
    kept = smarthost.letter("kim@example.net")
    before = save_under_load(desk, process.port, path)
    send(process.port, mail(sender="lee@example.net"))
    lost = smarthost.letter("lee@example.net")
    process.kill()

    other = make_desk(**settings(smarthost))
    bring_keys(desk, other)
    done = other.command("restore", str(path))
    assert done.returncode == 0, done.stderr
    waiting = len(other.scalars("SELECT id FROM mails WHERE state = 'waiting'"))
    process = other.start()
    if waiting:
        process.wait_for("handled", waiting)
    assert other.scalars("SELECT DISTINCT state FROM mails") == ["handled"]
    assert other.scalars("SELECT max(attempts) FROM mails") == [0]  # none counts as one that ended a process
    assert before <= {*other.scalars("SELECT message_id FROM mails")}
    parties = other.scalars("SELECT party FROM cases")
    assert len(parties) == len({*parties}) == other.scalars("SELECT count(*) FROM mails")[0]

    assert "lee@example.net" not in parties
    send(process.port, mail(ANSWER, sender="kim@example.net", answers=kept.message))
    send(process.port, mail(ANSWER, sender="lee@example.net", answers=lost.message))
    assert smarthost.letter("kim@example.net", 2).reference == kept.reference
    assert (
        smarthost.letter("lee@example.net", 2).reference != lost.reference
    )  # nobody knows that case any more
    smarthost.wait_recipients({*parties})
    assert process.stop() == 0
    assert other.command("audit", "verify").returncode == 0
    versions = {(one.message_id, one.raw) for one in smarthost.arrived}
    assert len(versions) == len({message_id for message_id, _ in versions})


def test_a_desk_on_postgresql_goes_on_from_a_dump(make_desk, smarthost, postgres_server, tmp_path):
    """As docs/OPERATIONS.md has it."""
    name = postgres_server.make()
    admin = make_url(postgres_server.url(name))._replace(password=None)
    postgres_server.execute("CREATE ROLE mailflow LOGIN")
    postgres_server.execute(f"ALTER DATABASE {name} OWNER TO mailflow")
    url = admin._replace(username="mailflow")
    desk = make_desk(**settings(smarthost), database__url=url.render_as_string())
    process, path = desk.start(), tmp_path / "mailflow.dump"
    with closing(Clients(lambda: [process.port])) as clients:
        clients.write(BEFORE + BESIDE)
        clients.wait_acknowledged(BEFORE)
        before = {one.message_id for one in clients.ledger}
        run(
            postgres_server,
            "pg_dump",
            "--format=custom",
            "--exclude-table-data=in_hand",
            f"--file={path}",
            libpq(url),
        )
    process.kill()

    # The commands as they stand there, with the names of this test: the role may own its database and no more.
    said = (REPOSITORY / "docs" / "OPERATIONS.md").read_text("utf-8")
    assert (
        "\nsudo -u postgres createdb --owner=mailflow mailflow\npg_restore --dbname=postgresql://mailflow@"
        in said
    )
    run(postgres_server, "createdb", f"--maintenance-db={libpq(admin)}", "--owner=mailflow", "mailflow")
    other_url = url._replace(database="mailflow")
    run(postgres_server, "pg_restore", f"--dbname={libpq(other_url)}", str(path))
    other = make_desk(**settings(smarthost), database__url=other_url.render_as_string())
    bring_keys(desk, other)
    waiting = len(other.scalars("SELECT id FROM mails WHERE state = 'waiting'"))
    process = other.start()
    if waiting:
        process.wait_for("handled", waiting)
    assert before <= {*other.scalars("SELECT message_id FROM mails")}
    assert other.scalars("SELECT max(attempts) FROM mails") == [0]
    send(process.port, mail(sender="kim@example.net"))
    smarthost.letter("kim@example.net")
    assert process.stop() == 0
    for made in (name, "mailflow"):
        postgres_server.drop(made)
    postgres_server.execute("DROP ROLE mailflow")


def libpq(url):
    return url._replace(drivername="postgresql").render_as_string()


def run(server, name, *arguments):
    """A program of the PostgreSQL that runs."""
    (folder,) = server.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'").fetchone()
    program = Path(folder, name)
    done = subprocess.run(
        [program, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr
