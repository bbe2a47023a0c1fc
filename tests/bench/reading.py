"""What reading a mail costs: CPU by stage, of mails no two of which are alike, and of those of `tests/mails/conversations`.

"request" is the load of `tests/bench/way.py`: twenty sentences, most of which matter to nobody.

    python -m tests.bench.reading [--passes N]

Much of what a mail holds another one held before, and is remembered; so what a mail costs depends on what was read
before it. Each pass is a fork of a process that has read some mails of the kind, and reads others, each once: so none of
them is remembered, and the next pass finds nothing of this one. "first" is what the first mail of the kind costs in a
process that has compiled the word lists but read none, the words of its language included; "then" are the next ten.

Machines differ and are noisy. So each mail's figure is the least of all passes, as other jobs only add to it, and they
stand beside what the standard library takes to parse the same mail and decode its parts, once with `policy.compat32` and
once with `policy.default`.
"""

from __future__ import annotations

import argparse
import email
import email.policy
import gc
import json
import os
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import fmean
from time import process_time

from mailflow.config import Config, load, shipped
from mailflow.core.answers import read_answers, with_subject
from mailflow.core.body import read_body, without_desk
from mailflow.core.envelope import Envelope
from mailflow.core.intent import own_subject, read_wish
from mailflow.core.mail import parse
from mailflow.core.origin import why_not_answer
from mailflow.core.reading.likeness import Writer
from mailflow.core.unexplained import unexplained
from tests.bench.mails import KINDS, Mail, mails
from tests.bench.requests import request

CASES = Path(__file__).parents[1] / "mails" / "conversations"
STAGES = ("parse", "body and secrets", "origin", "answers", "intent", "unnamed secrets")
REFERENCES = (("compat32", email.policy.compat32), ("policy.default", email.policy.default))
READ_BEFORE, READ = 400, 300
NEXT = 10
TOUCHED = 10  # mails that a pass reads first, as a fork's first use of a page copies it

Figures = list[list[float]]  # a row for each mail: seconds of CPU, by stage


def stages(mail: Mail, config: Config) -> Iterator[float]:
    """Read a mail as `steps/handle.py` does; the time after each stage."""
    lexicon, policy = config.lexicon, config.policy
    parsed = parse(mail.raw, Envelope("jo@example.org", (config.desk.address,)))
    yield process_time()
    body = read_body(parsed, lexicon, config.desk.address)
    yield process_time()
    why_not_answer(parsed, config.desk.address, config.subjects)
    yield process_time()
    subject = own_subject(body.subject, lexicon.intent) if mail.asked is None else ""
    lines = with_subject(subject, without_desk(body.lines, config.desk.address))
    reading = read_answers(lines, policy.form, mail.asked, lexicon.answers, parsed.sender or "")
    yield process_time()
    read_wish(
        body.lines,
        body.subject,
        reading,
        policy.redirects,
        lexicon.intent,
        in_case=mail.asked is not None,
        form=policy.form,
    )
    yield process_time()
    writer = Writer(parsed.sender or "", parsed.sender_name)
    unexplained(lines, reading, (), writer, policy.form, lexicon.intent)
    yield process_time()


def read(some: Iterable[Mail], config: Config) -> Figures:
    found = []
    for mail in some:
        times = [process_time(), *stages(mail, config)]
        found.append([after - before for before, after in pairwise(times)])
    return found


def parsed_by_library(some: Iterable[Mail], policy: email.policy.Policy) -> Figures:
    """The standard library's time to parse each mail and decode its parts."""
    found = []
    for mail in some:
        before = process_time()
        for part in email.message_from_bytes(mail.raw, policy=policy).walk():
            part.get_payload(decode=True)
        found.append([process_time() - before])
    return found


def in_fork(work: Callable[[], Figures]) -> Figures:
    """What some work finds in a fork of this process, where it leaves nothing behind."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        try:
            with os.fdopen(writing, "w") as pipe:
                json.dump(work(), pipe)
        except BaseException:  # noqa: BLE001 - a fork must not go on as its parent
            traceback.print_exc()
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        found = json.load(pipe)
    os.wait()
    return found


def least(passes: Sequence[Figures]) -> Figures:
    """Of each mail and stage the least of all passes."""
    return [[min(some) for some in zip(*rows, strict=True)] for rows in zip(*passes, strict=True)]


def means(figures: Figures) -> list[float]:
    """By stage, and of all of them."""
    stages = [fmean(column) for column in zip(*figures, strict=True)]
    return [*stages, sum(stages)]


def column(some: Sequence[Mail], config: Config, passes: int) -> list[float]:
    """The stages, all of them, the references, and the first mails; all but the first `READ_BEFORE` are measured."""
    before, others = some[:-READ], some[-READ:]
    first = least([in_fork(lambda: read(before[: NEXT + 1], config)) for _ in range(3)])

    def read_all() -> Figures:
        read(before, config)
        gc.freeze()
        return least([in_fork(lambda: read([*before[:TOUCHED], *others], config)) for _ in range(passes)])

    found = means(in_fork(read_all)[TOUCHED:])
    for _, policy in REFERENCES:
        parsed = least([parsed_by_library(others, policy) for _ in range(passes)])
        found.append(means(parsed)[-1])
    return [*found, sum(first[0]), means(first[1:])[-1]]


def table(config: Config, passes: int) -> Iterator[str]:
    """A column for each kind, the load of the whole way and the mails of the cases, a line for each stage and reference."""
    kinds = {kind: mails(kind, READ_BEFORE + READ, config.policy.form) for kind in KINDS}
    requests = (request(number, "read").removesuffix(b".\r\n") for number in range(READ_BEFORE + READ))
    kinds["request"] = [Mail(raw, None) for raw in requests]
    files = sorted(CASES.glob("*/*.eml"))
    Random(1).shuffle(files)
    kinds["cases"] = [Mail(file.read_bytes().replace(b"{{DASH}}", b"-"), None) for file in files]
    columns = [column(some, config, passes) for some in kinds.values()]
    yield line("", kinds)
    yield line("bytes", [f"{fmean(len(mail.raw) for mail in some[-READ:]):.0f}" for some in kinds.values()])
    names = (*STAGES, "total", *(name for name, _ in REFERENCES), "first", "then")
    for place, name in enumerate(names):
        yield line(f"{name}, ms", [f"{1000 * figures[place]:.3f}" for figures in columns])
    total = names.index("total")
    for place, (name, _) in enumerate(REFERENCES, total + 1):
        yield line(f"total / {name}", [f"{figures[total] / figures[place]:.2f}" for figures in columns])


def line(name: str, cells: Iterable[str]) -> str:
    return f"{name:22}" + "".join(f"{cell:>10}" for cell in cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--passes", type=int, default=12)
    passes = max(3, parser.parse_args().passes)
    config = load(shipped("config.toml"))
    config.lexicon.answers.terms(config.policy.form)
    print(f"Reading a mail, CPU, least of {passes} passes")
    for text in table(config, passes):
        print(text)


if __name__ == "__main__":
    main()
