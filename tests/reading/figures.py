"""How well mailflow reads: figures over conversations for which a careful reader has said what they say.

    python -m tests.reading.figures [-v] [--only PART] [FOLDER …]

Each folder of `tests/mails/conversations/` is one conversation: numbered .eml files in their order of arrival, and expect.json with one
object a mail. A value may be {"any_of": [...]}: each of them is right. `{{DASH}}` stands for "-" in made-up tokens, so
that no scanner takes them for real ones.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from mailflow.cli import explain
from mailflow.cli.mailfacts import as_facts
from mailflow.config import load, shipped

CASES = Path(__file__).parents[1] / "mails" / "conversations"
FIELDS = (
    "username",
    "registered_email",
    "contact_email",
    "reason_category",
    "recovery_codes",
    "code_of_conduct",
    "acknowledges_delay",
    "projects",
    "proof_url",
)
AGREEMENTS = ("code_of_conduct", "acknowledges_delay")
TO_STAFF = {"digest", "escalation"}
SHARES = (  # of how many, how many are right
    "kind right",
    "reply or silence right",
    "asks for exactly what is missing",
    "stated values read (recall)",
    "values read that are right (precision)",
    "secrets found",
    "mails put in the right case",
)
_COMPILED: dict[
    object, object
] = {}  # templates: to compile them again takes longer than to play a conversation
NEVER = ("agreements invented", "machine mails answered", "secrets left in the output")


class Figures:
    def __init__(self) -> None:
        self.right, self.total, self.never = Counter(), Counter(), Counter()
        self.faults: list[str] = []

    def share(self, figure: str) -> float:
        return self.right[figure] / self.total[figure] if self.total[figure] else 1.0

    def tally(self, figure: str, right: bool, what: str) -> None:
        self.total[figure] += 1
        self.right[figure] += right
        if not right:
            self.faults.append(f"{figure}: {what}")

    def happened(self, what: str, where: str) -> None:
        self.never[what] += 1
        self.faults.append(f"{what}: {where}")

    def __str__(self) -> str:
        lines = [
            f"{name:42} {self.share(name):.3f} ({self.right[name]}/{self.total[name]})" for name in SHARES
        ]
        return "\n".join([*lines, *(f"{name:42} {self.never[name]}" for name in NEVER)])


def measure(figures: Figures, folder: Path, config) -> None:
    """Play one conversation and count what is right."""
    expected = json.loads((folder / "expect.json").read_text("utf-8"))
    answers = played(folder, config)
    assert len(answers) == len(expected), f"{folder.name}: {len(answers)} mails, {len(expected)} expectations"
    for number, (want, got) in enumerate(zip(expected, answers, strict=True)):
        _count(figures, f"{folder.name}/{want['mail']}", want, got, expected, answers[: number + 1])


def played(folder: Path, config) -> list[dict]:
    mails = [
        (file.name, file.read_bytes().replace(b"{{DASH}}", b"-")) for file in sorted(folder.glob("*.eml"))
    ]
    with explain._throw_away(config) as (app, clock):
        app.renderer._templates = _COMPILED.setdefault(config.templates, app.renderer._templates)
        facts = [as_facts(name, one, config.policy.form) for name, one in explain.play(app, clock, mails)]
    return json.loads(json.dumps(facts, default=str))


def _count(figures, where, want, got, expected, answers) -> None:
    kinds = choices(want["kind"])
    replied = any(letter["kind"] not in TO_STAFF for letter in got["letters"])
    figures.tally("kind right", fits(got["kind"], want["kind"]), f"{where}: {got['kind']} for {want['kind']}")
    figures.tally(
        "reply or silence right",
        replied in choices(want["reply_expected"]),
        f"{where}: {'answered' if replied else 'silent'}",
    )
    if replied and set(kinds) <= {"auto_generated", "bounce"}:
        figures.happened("machine mails answered", where)
    if None not in choices(want.get("missing_after")):
        right = fits(got["missing"], want["missing_after"])
        figures.tally(
            "asks for exactly what is missing",
            right,
            f"{where}: {got['missing']} for {want['missing_after']}",
        )
    for field in FIELDS:
        _count_field(figures, f"{where} {field}", field, want["fields"].get(field), got["fields"].get(field))
    for secret in choices(want["secrets"])[0]:
        figures.tally("secrets found", secret in got["secrets"], f"{where}: {secret}")
    first = choices(want.get("same_case_as"))
    if None not in first:
        origin = next(n for n, one in enumerate(expected) if one["mail"] in first)
        same = got["case"] is not None and got["case"] == answers[origin]["case"]
        figures.tally("mails put in the right case", same, where)
    for secret in want.get("secret_strings", []):
        if secret in json.dumps(got, ensure_ascii=False):
            figures.happened("secrets left in the output", where)


def _count_field(figures, where, field, wanted, value) -> None:
    right = fits(value, wanted, field)
    what = f"{where}: {value!r} for {wanted!r}"
    if None not in [plain(choice, field) for choice in choices(wanted)]:
        figures.tally("stated values read (recall)", right, what)
    if plain(value, field) is not None:
        figures.tally("values read that are right (precision)", right, what)
    if field in AGREEMENTS and value is True and not right:
        figures.happened("agreements invented", where)


def choices(expected):
    return expected["any_of"] if isinstance(expected, dict) and "any_of" in expected else [expected]


def plain(value, field=""):
    """A value made comparable: lists without order, text without case."""
    if value in (None, [], ""):
        return None
    if isinstance(value, str):
        value = [value] if field in {"reason_category", "projects"} else value.strip().casefold()
    return frozenset(str(one).casefold() for one in value) if isinstance(value, list) else value


def fits(got, expected, field="") -> bool:
    return any(plain(got, field) == plain(choice, field) for choice in choices(expected))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", nargs="*", type=Path, default=[CASES])
    parser.add_argument("--only", default="", help="a part of the conversation's name")
    parser.add_argument("-v", "--verbose", action="store_true", help="show each thing that is not right")
    args = parser.parse_args()
    figures, config = Figures(), load(shipped("config.toml"))
    for folder in sorted(path.parent for top in args.folders for path in top.glob("*/expect.json")):
        if args.only in folder.name:
            measure(figures, folder, config)
    if args.verbose:
        print("\n".join(figures.faults))
    print(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
