"""What the dearest mails of 150 KB cost: the bombs of `tests/core/test_bounds.py` at that size, handled from row to letter.

    python -m tests.bench.awkward [--runs N] [--most N]

Each is stored in an empty desk and handled in a transaction of its own. CPU, least of some runs, as other jobs only add to
it. It stands beside what the standard library takes to parse a form of 2 KB with `policy.compat32` in the same run: 50 ms
where that takes 0.09 ms, and on a slower machine as much more.
"""

from __future__ import annotations

import argparse
import email.policy
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from mailflow.steps.handle import handle_waiting
from mailflow.steps.handled import Handled
from mailflow.work import warmed
from tests.bench.mails import Mail
from tests.bench.reading import CASES, least, means, parsed_by_library
from tests.bench.table import at_most, machine, plain, table
from tests.core.test_bounds import FIELDS, FROM, HTML, MARKUPS, PLAIN, TEXTS, WHOLE, filled
from tests.world import World

SIZE = 150 * 1024
MARK = 50  # milliseconds, where the reference takes as long as below
REFERENCE = 0.09  # milliseconds
FORM = CASES / "e001-form-two-factor-tram" / "01-user.eml"
_numbers = count(1)


def mails() -> Iterator[tuple[str, bytes]]:
    for piece in TEXTS:
        yield f"text of {piece!a}", FROM + PLAIN + b"\r\n" + filled(piece, SIZE)
        lines = ("> " + piece.replace("\n", " ") * (70 // len(piece) + 1) + "\r\n").encode()
        yield f"quoted lines of {piece!a}", FROM + PLAIN + b"\r\n" + lines * (SIZE // len(lines))
    for piece in MARKUPS:
        yield f"page of {piece!a}", FROM + HTML + b"\r\n" + filled(piece, SIZE)
    for name, piece in FIELDS:
        others = b"".join(line + b"\r\n" for line in FROM.splitlines() if not line.startswith(name + b":"))
        for size in (46 * 1024, SIZE):
            raw = others + name + b": " + piece * (size // len(piece)) + b"\r\n\r\nHello\r\n"
            yield f"{size // 1024} KB of {piece!a} in {name.decode()}", raw
    for name, raw in WHOLE.items():
        yield f"the first 150 KB of: {name}", raw[:SIZE]
    for name, lines in _ordinary().items():
        yield name, lines


def _ordinary() -> dict[str, bytes]:
    """Large for other reasons than malice."""
    received = b"Received: from a.example.org (a.example.org [192.0.2.1]) by b.example.org; Sat, 28 Nov 2026 09:00\r\n"
    letter = FORM.read_bytes()
    body = letter.partition(b"\n\n")[2] or letter.partition(b"\r\n\r\n")[2]
    return {
        "many Received": received * (SIZE // len(received)) + FROM + b"\r\nHello\r\n",
        "a form, again and again": FROM + PLAIN + b"\r\n" + body * (SIZE // len(body)),
        "a form below a thread": FROM
        + PLAIN
        + b"\r\n"
        + body
        + b"\r\n> "
        + body.replace(b"\n", b"\n> ") * 60,
    }


def handled(world: World, raw: bytes) -> float:
    """Milliseconds of CPU."""
    number = next(_numbers)
    raw = raw.replace(b"jo@example.org", b"jo%d@example.org" % number, 1)
    world.receive(b"X-Number: %d\r\n" % number + raw, f"jo{number}@example.org")
    begun = time.process_time()
    done = handle_waiting(world.app, 1)
    spent = time.process_time() - begun
    assert isinstance(done[0], Handled), done
    return 1000 * spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--most", type=int, default=10, help="how many are shown")
    given = parser.parse_args()
    form = [Mail(FORM.read_bytes(), None)]
    reference = 1000 * means(least([parsed_by_library(form, email.policy.compat32) for _ in range(200)]))[-1]
    mark = MARK * max(1.0, reference / REFERENCE)
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        handled(world, FROM + PLAIN + "\r\nI lost my phone. Мой логин x. 我的密码。".encode())
        warmed(world.app)
        all_of_them = [*mails()]
        costs = {}
        for name, raw in all_of_them:
            costs[name] = handled(world, raw)
            for _ in range(given.runs - 1):  # only what may be too dear is measured again
                if costs[name] > mark / 2:
                    costs[name] = min(costs[name], handled(world, raw))
        world.close()
    print(f"{machine()}\n{len(all_of_them)} mails of up to 150 KB, the dearest first")
    dearest = sorted(costs.items(), key=lambda pair: -pair[1])[: given.most]
    figures = [at_most(name, cost, round(mark), " ms", 0) for name, cost in dearest]
    print(table([plain("compat32 of a form of 2 KB", reference, " ms"), *figures]).replace("\\n", "↵"))


if __name__ == "__main__":
    main()
