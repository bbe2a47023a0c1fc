"""The words of the letters. `UPDATE_LETTERS=1 pytest tests/edges/test_letters.py` writes golden texts and docs anew."""

import os
import re
from pathlib import Path

import pytest
from jinja2 import Environment

from mailflow.config import shipped
from mailflow.core.display import columns
from mailflow.core.letters import TO_STAFF, LetterKind
from mailflow.core.secretkind import SecretKind
from mailflow.edges.templates import EVERY_LETTER, VARIABLES
from tests.edges.letter_samples import FACTS, JANE, NOW, STAFF, asked, letter, renderer, understood

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "letters"
PAGE = ROOT / "docs" / "LETTERS.md"
UPDATE = bool(os.environ.get("UPDATE_LETTERS"))
RENDERER = renderer()

WHEN = {
    LetterKind.MISSING: "Something that the form requires has not been said yet.",
    LetterKind.RECEIVED: "The request is complete, and goes to the staff.",
    LetterKind.NOTED: "A person wrote something more while the request is with the staff.",
    LetterKind.STATUS: "A person asked how far it is; at most once a day.",
    LetterKind.REMINDER: "We have waited for a person for a while.",
    LetterKind.EXPIRED: "We have waited long enough, and closed the request; or the staff did.",
    LetterKind.WITHDRAWN: "A person solved it, or does not want it any more; or the staff says so.",
    LetterKind.DISOWNED: "A person says that it was not them who asked.",
    LetterKind.WHICH: "A person with more than one open request does not say which of them is to be closed, or to get another address; at most once a day.",
    LetterKind.DUPLICATE: "A second request about the same account joined the open one.",
    LetterKind.REDIRECTED: "Another desk is in charge; `config.toml` says which, or the staff.",
    LetterKind.QUESTION: "The staff asks something: `mailflow cases ask`.",
    LetterKind.DENIED: "The staff closed the request: `mailflow cases close`.",
    LetterKind.RECOVERED: "The staff closed the request: `mailflow cases close`.",
    LetterKind.PASTED_SECRET: "A mail held a password, a token or the like. It goes out besides the letter that answers the mail; who has answered no letter yet gets one letter alone, and is told in that.",
    LetterKind.ESCALATION: "To the staff: nobody has touched a complete request for too long. Several that are due at once stand in one mail, and a day has room for 20; the digest has the rest.",
    LetterKind.COMMANDS: "To a member of the staff who sent commands by mail: what became of each, and what there is to write where one was not understood.",
    LetterKind.DIGEST: "To the staff, every day.",
}


def words(name, **more):
    rendered = RENDERER.render(letter(name, **more), NOW)
    return f"Subject: {rendered.subject}\n\n{rendered.text}"


def html(name):
    sample = letter(name)
    return RENDERER._templates.html(RENDERER._variables(sample, NOW))


def missing_letter(**facts):
    return words("missing", facts=FACTS["missing"] | facts)


def page():
    """docs/LETTERS.md: every kind once."""
    parts = [
        "# The letters",
        "Every letter that mailflow writes, as the shipped desk writes it. `templates/README.md` says how to change one.",
    ]
    for kind in LetterKind:
        to = STAFF if kind in TO_STAFF else JANE
        parts += [f"## {kind}", WHEN[kind], f"```text\nTo: {to}\n{words(kind.value)}```"]
    return "\n\n".join(parts) + "\n"


def agrees(path, text):
    if UPDATE:
        path.write_text(text, "utf-8")
    assert path.read_text("utf-8") == text


@pytest.mark.parametrize("name", FACTS)
def test_the_words_are_those_of_the_golden_text(name):
    agrees(GOLDEN / f"{name}.txt", words(name))


@pytest.mark.parametrize("name", ["missing", "received", "redirected"])
def test_a_letter_tells_of_a_secret_behind_its_greeting(name):
    text = words(name, secrets=(SecretKind.PASSWORD, SecretKind.API_TOKEN))
    head, greeting, told, *rest = text.split("\n\n")
    assert (head, greeting) == (words(name).split("\n\n")[0], "Hello,")
    assert told.startswith("There was something in this mail that only its writer should know.")
    assert rest[0].startswith("- Password: change it now")
    assert "- API token: delete it" in rest[0]
    assert rest[1:] == words(name).split("\n\n")[2:]


def test_the_html_digest_is_that_of_the_golden_text():
    agrees(GOLDEN / "digest.html", html("digest"))


def test_there_is_no_golden_text_without_a_letter():
    assert {path.name for path in GOLDEN.iterdir()} == {*(f"{name}.txt" for name in FACTS), "digest.html"}


def test_the_page_of_letters_is_in_step():
    agrees(PAGE, page())


def test_every_kind_has_a_template_and_a_sample_and_nothing_else_does():
    files = {path.name for path in (shipped("templates") / "letters").iterdir()}
    assert {name for name in files if not name.startswith("_")} == {
        *(f"{kind}.txt" for kind in LetterKind),
        "digest.html",
    }
    assert {name.partition("-")[0] for name in FACTS} == set(LetterKind)


@pytest.mark.parametrize("name", FACTS)
def test_a_letter_reads_well_on_every_screen(name):
    text = words(name)
    assert text.isascii()
    assert text.endswith("\n")
    assert "\n\n\n" not in text
    assert not re.search(r"[ \t]\n", text)
    body = text.partition("\n\n")[2]
    assert all(columns(line) <= 72 or re.fullmatch(r"\s*https?://\S+", line) for line in body.splitlines())


@pytest.mark.parametrize("name", [name for name in FACTS if letter(name).kind not in TO_STAFF])
def test_a_letter_names_the_reference_and_how_to_answer(name):
    head, _, body = words(name).partition("\n\n")
    assert head.startswith("Subject: [Account recovery 7KQ2-M9XD] ")
    assert "7KQ2-M9XD" in body
    assert "reply" in body
    assert body.endswith("\nKind regards\nPyPI account recovery\n")


@pytest.mark.parametrize("name", [name for name, facts in FACTS.items() if facts.get("missing")])
def test_what_is_asked_is_numbered_in_the_order_in_which_it_is_read(name):
    numbered = re.findall(r"^(\d+)\. (.+)$", words(name), re.MULTILINE)
    assert numbered == [(str(number), one.ask) for number, one in enumerate(FACTS[name]["missing"], 1)]


@pytest.mark.parametrize(
    ("items", "offer"),
    [
        (("username_or_registered_email",), None),
        (("username_or_registered_email", "reason"), None),
        (("code_of_conduct",), 'a plain "yes" is enough'),
        (
            ("recovery_codes", "acknowledges_delay"),
            'answer to 1 and 2 is yes, just write "yes to all"',
        ),
        (
            ("recovery_codes", "code_of_conduct", "acknowledges_delay"),
            'to 1, 2 and 3 is yes, just write "yes to all"',
        ),
        (("reason", "recovery_codes"), 'answer to 2 is yes, you can write "yes to 2"'),
        (
            ("code_of_conduct", "contact_email", "recovery_codes"),
            'to 1 and 3 is yes, you can write "yes to 1 and 3"',
        ),
    ],
)
def test_a_yes_is_offered_where_it_is_an_answer_and_says_to_what(items, offer):
    text = " ".join(missing_letter(missing=asked(*items)).split())
    if offer is None:
        assert "yes to" not in text
        assert 'plain "yes"' not in text
    else:
        assert offer in text


def test_a_value_is_shown_only_when_it_is_given():
    assert "[x] User name\n" in missing_letter(understood=understood(values=False))
    assert "[x] User name: janedoe\n" in missing_letter(understood=understood(values=True))


def test_someone_who_may_not_have_written_is_told_that_nothing_happens():
    assert "If it was not you" in missing_letter(first=True)
    assert "If it was not you" not in missing_letter(first=False)
    assert "If it was not you" in words("received")


def test_the_readme_says_what_every_letter_knows():
    readme = (shipped("templates") / "README.md").read_text("utf-8")
    table = readme.partition("| letter | names |")[2].partition("\n\n")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", table, re.MULTILINE))
    assert set(rows) == set(LetterKind)
    for kind, names in VARIABLES.items():
        assert names <= set(re.findall(r"`(\w+)`", rows[kind]))
    assert all(f"`{name}`" in readme for name in EVERY_LETTER)


def test_the_readme_says_what_every_filter_does():
    readme = (shipped("templates") / "README.md").read_text("utf-8")
    own = set(RENDERER._templates._environment.filters) - set(Environment().filters)
    assert own == set(re.findall(r"^\| `(\w+)` \| ", readme.partition("## Filters")[2], re.MULTILINE))
