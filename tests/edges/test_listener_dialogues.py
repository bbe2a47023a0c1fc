"""Whole SMTP dialogues, one a file in `smtp/`.

c: text         the client sends a line
r: bytes        it sends bytes as they stand, with Python's escapes
x: text| 3000   it sends a line of text followed by 3000 times an x
s: 250 text     the server sends a line that begins so
end:            the server closes
set: key = 3    a setting, before all else
mail: sender -> recipients: bytes      in the end, exactly these mails are stored
"""

import ast
import re
from pathlib import Path

import pytest

from tests.edges.smtp_desk import Client, Desk, in_loop, running, talking

SCRIPTS = sorted((Path(__file__).parent / "smtp").glob("*.smtp"))
SETTING = re.compile(r"(\w+) = (\d+)")
MAIL = re.compile(r"(.*?) -> (.*?):(?: (.*))?")


def unescaped(text: str) -> bytes:
    return ast.literal_eval(f"b'{text}'")


def steps(script: Path) -> list[tuple[str, str]]:
    lines = [line for line in script.read_text().splitlines() if not line.startswith("#")]
    return [(verb, rest.removeprefix(" ")) for verb, _, rest in (line.partition(":") for line in lines)]


async def play(client: Client, verb: str, rest: str) -> None:
    match verb:
        case "c":
            client.send(rest.encode() + b"\r\n")
        case "r":
            client.send(unescaped(rest))
        case "x":
            text, _, times = rest.partition("|")
            client.send(text.encode() + b"x" * int(times) + b"\r\n")
        case "s":
            line = await client.line()
            assert line.startswith(rest), f"{line!r} for {rest!r}"
        case "end":
            assert await client.closed()
        case _:
            raise AssertionError(verb)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
@in_loop
async def test_the_dialogue_goes_as_written(script):
    lines = steps(script)
    settings = dict(SETTING.fullmatch(rest).groups() for verb, rest in lines if verb == "set")
    desk = Desk(**{key: int(value) for key, value in settings.items()})
    async with running(desk), talking(desk, greeted=False) as client:
        for verb, rest in lines:
            if verb not in {"set", "mail"}:
                await play(client, verb, rest)
    expected = [MAIL.fullmatch(rest).groups() for verb, rest in lines if verb == "mail"]
    assert [(mail.sender, mail.recipients, raw) for mail, raw in desk.mails] == [
        (sender, tuple(recipients.split()), unescaped(raw or "")) for sender, recipients, raw in expected
    ]
    assert desk.budget.used == 0
