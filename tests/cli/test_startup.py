"""What a command does not need it does not load: people and mail systems wait for it."""

import subprocess
import sys

SLOW = {"alembic", "aiosmtpd", "apscheduler", "jinja2", "rich", "structlog", "prometheus_client", "psycopg"}
SLOW |= {"dkim", "dns", "spf", "publicsuffixlist", "confusable_homoglyphs"}
READERS = {"mailflow.core.lexicon", "mailflow.core.answers", "mailflow.core.intent", "mailflow.core.mail"}
DESK = {"mailflow.daemon", "mailflow.edges.renderer", "mailflow.edges.relay", "mailflow.core.lifecycle"}
PROGRAM = """
import sys
from mailflow.cli import mailflow
from mailflow.cli.exits import run

for words in ("status", "cases list", "queue list"):
    assert run(mailflow, ["--config", sys.argv[1], *words.split()]) == 0
print(*sys.modules, file=sys.stderr)
assert run(mailflow, ["--config", sys.argv[1], "inject"]) == 0
print(*sys.modules, file=sys.stderr)
"""


def test_who_only_looks_or_stores_loads_neither_the_desk_nor_the_readers_of_mail(world, config):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(config)],
        input=b"From: jo@example.org\n\nhello",
        capture_output=True,
        check=True,
    )
    looking, storing = (set(line.split()) for line in done.stderr.decode().splitlines())
    assert looking & (SLOW | READERS | DESK) == set()
    assert storing & (SLOW | READERS | DESK) == {"mailflow.core.mail"}
