"""How single sentences are read: what people say of one thing or two, language by language, in `sentences/*.toml`.

    python -m tests.reading.sentences [-v] [FILE …]

`text` is the person's own words (lines that begin with ">" are quoted), `says` all that is to be read of them, and
`asked` the items that our letter asked for, where the words only make sense under it. `or` lists what else is right.
Sentences that are `open` are known to be read wrongly; they count in the figures and are no test yet.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

from mailflow.config import load, shipped
from mailflow.core.answer import Reading
from mailflow.core.answers import read_answers
from mailflow.core.text import Line, Mark
from tests.reading.bank import entries, options

FOLDER = Path(__file__).parent / "sentences"
SENDER = "jo@sender.example.org"


@dataclass(frozen=True)
class Sentence:
    text: str
    says: dict
    asked: tuple[str, ...] | None = None
    others: tuple[dict, ...] = ()
    open: bool = False
    where: str = field(default="", compare=False)

    def is_right(self, read: dict) -> bool:
        return plain(read) in [plain(says) for says in (self.says, *self.others)]


def sentences(*files: Path) -> list[Sentence]:
    return entries(FOLDER, "sentence", _sentence, files)


def _sentence(one: dict, where: str) -> Sentence:
    return Sentence(
        text=one["text"],
        says=one["says"],
        asked=tuple(one["asked"]) if "asked" in one else None,
        others=tuple(one.get("or", ())),
        open=one.get("open", False),
        where=where,
    )


def read(sentence: Sentence, config) -> dict:
    return {key: answer.value for key, answer in reading_of(sentence, config).answers.items()}


def lines_of(sentence: Sentence) -> list[Line]:
    return [
        Line(text.lstrip("> "), Mark.QUOTED, number)
        if text.startswith(">")
        else Line(text, Mark.FRESH, number)
        for number, text in enumerate(sentence.text.split("\n"), start=1)
    ]


def reading_of(sentence: Sentence, config) -> Reading:
    lines, words = lines_of(sentence), config.lexicon.answers
    return read_answers(lines, config.policy.form, sentence.asked, words, SENDER)


def plain(says: dict) -> dict:
    return {key: _plain(value) for key, value in says.items() if value not in (None, "", [], ())}


def _plain(value):
    if isinstance(value, list | tuple):
        return frozenset(str(one).casefold() for one in value)
    return value.casefold() if isinstance(value, str) else value


def main() -> int:
    args = options(__doc__, "sentence")
    config = load(shipped("config.toml"))
    right = 0
    every = sentences(*args.files)
    for sentence in every:
        got = read(sentence, config)
        right += sentence.is_right(got)
        if args.verbose and not sentence.is_right(got):
            print(f"{sentence.where}: {sentence.text!r}\n    reads {got}\n    says  {sentence.says}")
    print(f"{right} of {len(every)} sentences are read as they say ({right / max(len(every), 1):.3f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
