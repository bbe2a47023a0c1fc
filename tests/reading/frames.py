"""What is masked in pieces of mail with a password in them, and in such with something else in the same place: `frames/*.txt`.

    python -m tests.reading.frames [-v] [LANGUAGE …]

A frame is a line, in which "{}" stands for what is filled in and "\\n" for the end of a line. Of those in `<language>-password.txt`
a person gives a password away there; in `<language>-other.txt` it is a name, a project, a device. Their authors knew nothing
of the rules. Those with an even number were worked on; nobody has looked at the others, counted apart.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from mailflow.config import load, shipped
from tests.reading.pasted import Mail, faults

FOLDER = Path(__file__).parent / "frames"
PASSWORDS = (
    "Tr0ub4dor&3",
    "Heather1066",
    "sunny-lane-7",
    "copper77kettle",
    "copperkettle",
    "four yellow bicycles",
)
OTHERS = ("Heather1066", "sunny-lane", "copper77", "copperkettle")
HALVES = ("worked on", "not looked at")


def frames(file: Path) -> list[str]:
    lines = file.read_text("utf-8").splitlines()
    return [line.replace("\\n", "\n") for line in lines if "{}" in line]


def figures(languages: list[str], config, *, verbose: bool) -> Iterator[str]:
    for sort, fillings, what in (("password", PASSWORDS, "left"), ("other", OTHERS, "lost")):
        wrong, total = Counter(), Counter()
        for language in languages:
            for number, frame in enumerate(frames(FOLDER / f"{language}-{sort}.txt")):
                half = number % 2
                total[half] += 1
                for filling in fillings:
                    text = frame.replace("{}", filling)
                    mail = Mail(text, [filling], []) if sort == "password" else Mail(text, [], [filling])
                    if faults(mail, config):
                        wrong[half, filling] += 1
                        if verbose and not half:
                            yield f"{what}: {text!r}"
        for half, name in enumerate(HALVES):
            shares = (f"{filling} {wrong[half, filling] / max(1, total[half]):.3f}" for filling in fillings)
            yield f"{what} of {total[half]} {name}: {', '.join(shares)}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("languages", nargs="*")
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="show those of the half that was worked on"
    )
    args = parser.parse_args()
    languages = args.languages or sorted({file.name[:2] for file in FOLDER.glob("*.txt")})
    for line in figures(languages, load(shipped("config.toml")), verbose=args.verbose):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
