"""Whatever strangers, mail servers and colleagues write, nothing of it can act on the terminal of the staff."""

import pytest

from mailflow.steps.app import PermanentFailure
from tests.cli.hostile import BIDI, ESCAPES, NAUGHTY, UNSEEN, harmless

TEXTS = {"escapes": ESCAPES, "bidi": BIDI, "unseen": UNSEEN, "all": NAUGHTY}


@pytest.fixture(params=TEXTS)
def desk(request, world):
    """A desk to which somebody wrote such text into every field there is."""
    text = TEXTS[request.param].encode("utf-8", "replace").decode().replace("\r", " ")
    body = "\n".join(
        [
            f"User name: a{text}b",
            f"Reason: lost my phone {text}",
            f"New address: x{text}@evil.example",
            f"Projects: {text}, loomkit",
            text,
            "> " + text,
            "-- ",
            text,
        ]
    )
    world.write(body, Subject=text, **{"Message-ID": f"<{text}@x>", "References": f"<{text}>"})
    world.write(text, sender=f'"{text}" <eve@example.net>')
    world.relay.fault = lambda _: PermanentFailure(f"550 {text}")
    world.write(body, sender="kim@example.com", Subject=text)
    world.write(text, From="jo@example.org, kim@example.com", Subject=text)
    world.text = text
    return world


def test_for_people_it_is_harmless(shell, desk):
    reference = desk.case().reference
    shell("cases", "note", reference, desk.text)
    shell("cases", "ask", reference, desk.text)
    for case in shell.good("cases", "list", "--json").objects:
        for options in ([], ["--letters"]):
            assert harmless(shell.good("cases", "show", case["reference"], *options).out)
    for words in (
        ["cases", "list"],
        ["status"],
        ["queue", "list"],
        ["queue", "list", "--set-aside"],
        ["digest"],
    ):
        for columns in (60, 80):
            assert harmless(shell.good(*words, columns=columns).out)


def test_for_programs_it_is_ascii(shell, desk):
    for case in shell.good("cases", "list", "--json").objects:
        assert shell.good("cases", "show", "--json", case["reference"]).objects
        assert shell.good("cases", "export", case["reference"]).objects
    assert shell.good("queue", "list", "--json").objects
    assert shell.good("status", "--json").objects


def test_explained_it_is_harmless(shell, desk):
    with desk.store.read() as uow:
        raws = [uow.mails.get(number).raw for number in (1, 2, 3)]
    for raw in raws:
        assert harmless(shell.good("explain", "-", stdin=raw).out)
        assert shell.good("explain", "--json", "-", stdin=raw).objects


@pytest.mark.parametrize(
    "words",
    [
        ["cases", "show", NAUGHTY],
        ["queue", "retry", NAUGHTY],
        ["explain", NAUGHTY],
        ["inject", NAUGHTY],
        ["cases", "list", "--status", NAUGHTY],
        [NAUGHTY],
        ["run", "--role", NAUGHTY],
    ],
)
def test_what_was_typed_comes_back_harmless(shell, world, words):
    done = shell(
        *(word.encode("utf-8", "replace").decode() for word in words), stdin=b"From: a@b.example\n\nhello"
    )
    assert done.status in {64, 65, 66, 67}
    assert harmless(done.err)
