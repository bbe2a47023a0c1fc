"""What reading a mail costs: CPU by stage over typical mails of 2 KB, and over all mails of `tests/mails/conversations`.

    python -m tests.bench.reading [--runs N]

Machines differ and are noisy. So each figure is the least of many runs, as other jobs only add to it, and stands beside
what the standard library takes to parse the same mail and decode its parts, once with `policy.compat32` and once with
`policy.default`.
"""

from __future__ import annotations

import argparse
import email
import email.policy
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from mailflow.config import Config, load, shipped
from mailflow.core.answers import read_answers, with_subject
from mailflow.core.body import read_body, without_desk
from mailflow.core.envelope import Envelope
from mailflow.core.intent import own_subject, read_wish
from mailflow.core.mail import parse
from mailflow.core.origin import why_not_answer

CASES = Path(__file__).parents[1] / "mails" / "conversations"
AGREEMENTS = ("code_of_conduct", "acknowledges_delay")
TYPICAL = {  # name: file, and what the letter that it answers had asked
    "form": ("e001-form-two-factor-tram/01-user.eml", None),
    "prose": ("x001-phone-stolen-rambling/01-user.eml", None),
    "reply": ("e020-agree-to-1-and-2/02-user.eml", (*AGREEMENTS, "contact_email")),
    "German": ("l007-de-koops/02-user.eml", ("recovery_codes", *AGREEMENTS, "contact_email")),
    "Japanese": ("l069-ja-sugawara/02-user.eml", ("recovery_codes", *AGREEMENTS)),
    "Outlook": ("e011-form-bold-labels-outlook/01-user.eml", None),
}
STAGES = ("parse", "body and secrets", "origin", "answers", "intent")
REFERENCES = (("compat32", email.policy.compat32), ("policy.default", email.policy.default))
EVERY = 40  # a run of all mails for so many of one


@dataclass(frozen=True)
class Sample:
    raw: bytes
    asked: tuple[str, ...] | None  # by the letter that it answers; None of a first mail

    @classmethod
    def of(cls, file: Path, asked: tuple[str, ...] | None = None) -> Sample:
        """A mail as it comes over SMTP."""
        return cls(file.read_bytes().replace(b"{{DASH}}", b"-"), asked)


def stages(sample: Sample, config: Config) -> Iterator[float]:
    """Read a mail as `steps/handle.py` does; the time after each stage."""
    lexicon, policy = config.lexicon, config.policy
    mail = parse(sample.raw, Envelope("jo@example.org", (config.desk.address,)))
    yield process_time()
    body = read_body(mail, lexicon, config.desk.address)
    yield process_time()
    why_not_answer(mail, config.desk.address)
    yield process_time()
    subject = own_subject(body.subject, lexicon.intent) if sample.asked is None else ""
    lines = with_subject(subject, without_desk(body.lines, config.desk.address))
    reading = read_answers(lines, policy.form, sample.asked, lexicon.answers, mail.sender or "")
    yield process_time()
    read_wish(
        body.lines, body.subject, reading, policy.redirects, lexicon.intent, in_case=sample.asked is not None
    )
    yield process_time()


def read(samples: Sequence[Sample], config: Config) -> list[float]:
    """Seconds of CPU of each stage, a mail."""
    spent = [0.0] * len(STAGES)
    for sample in samples:
        before = process_time()
        for stage, after in enumerate(stages(sample, config)):
            spent[stage] += after - before
            before = after
    return [seconds / len(samples) for seconds in spent]


def parsed_by_library(samples: Sequence[Sample], policy: email.policy.Policy) -> float:
    """Seconds of CPU of the standard library, a mail, to parse it and decode its parts."""
    before = process_time()
    for sample in samples:
        for part in email.message_from_bytes(sample.raw, policy=policy).walk():
            part.get_payload(decode=True)
    return (process_time() - before) / len(samples)


def least(measure: Callable[[], Sequence[float]], runs: int) -> list[float]:
    return [min(column) for column in zip(*(measure() for _ in range(runs)), strict=True)]


def column(samples: Sequence[Sample], config: Config, runs: int) -> list[float]:
    """The stages, all of them, and the two references, which would push what reads mails out of the caches."""

    def stages_and_total() -> list[float]:
        spent = read(samples, config)
        return [*spent, sum(spent)]

    found = least(stages_and_total, runs)
    for _, policy in REFERENCES:
        found += least(lambda policy=policy: [parsed_by_library(samples, policy)], runs)
    return found


def table(config: Config, runs: int) -> Iterator[str]:
    """A column for each typical mail and one for the mean of all, a line for each stage and reference."""
    mails = {name: [Sample.of(CASES / file, asked)] for name, (file, asked) in TYPICAL.items()}
    columns = [column(one, config, runs) for one in mails.values()]
    mails["all"] = [Sample.of(file) for file in sorted(CASES.glob("*/*.eml"))]
    columns.append(column(mails["all"], config, max(2, runs // EVERY)))
    yield line("", mails)
    yield line("bytes", [str(sum(len(one.raw) for one in some) // len(some)) for some in mails.values()])
    for place, name in enumerate((*STAGES, "total", *(name for name, _ in REFERENCES))):
        yield line(f"{name}, ms", [f"{1000 * figures[place]:.3f}" for figures in columns])
    for place, (name, _) in enumerate(REFERENCES, len(STAGES) + 1):
        yield line(f"total / {name}", [f"{figures[len(STAGES)] / figures[place]:.2f}" for figures in columns])


def line(name: str, cells: Iterable[str]) -> str:
    return f"{name:22}" + "".join(f"{cell:>10}" for cell in cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=400)
    runs = max(5, parser.parse_args().runs)
    config = load(shipped("config.toml"))
    print(f"Reading a mail, CPU, least of {runs} runs")
    for text in table(config, runs):
        print(text)


if __name__ == "__main__":
    main()
