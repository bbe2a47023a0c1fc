"""docs/CONFIGURATION.md says of every key what is true: its default, an example that works, whether it takes a restart."""

import re
import tomllib
from pathlib import Path
from typing import get_type_hints

import pytest

from mailflow.config import ConfigErrors, load
from mailflow.config.form import FieldTable, RedirectTable
from mailflow.config.settings import _AT_START
from mailflow.config.tables import File
from mailflow.core.form import Kind

REPOSITORY = Path(__file__).parent.parent
PAGE = (REPOSITORY / "docs" / "CONFIGURATION.md").read_text()
SHIPPED = tomllib.loads((REPOSITORY / "config.toml").read_text())
NEEDS_RESTART = "A change in this table needs a restart."

TABLES = {
    name: kind for name, kind in get_type_hints(File).items() if name in {*File.keys} - {"form", "redirect"}
}
MODELS = {**TABLES, "form.field": FieldTable, "redirect": RedirectTable}

MINIMAL = """
[desk]
address = "desk@example.org"
service = "Example"
staff = ["staff@example.org"]
[[form.field]]
key = "username"
kind = "name"
label = "User name"
required = true
ask = "Your user name"
"""
BESIDE = {  # keys that only make sense together
    "smarthost.user": 'password = "credential:smtp-password"',
    "smarthost.password": 'user = "recovery"',
    "authentication.on_none": 'authserv_ids = ["mx.example.org"]',
    "authentication.untagged_needs_pass": "compute = true",
    "database.password": 'url = "postgresql+psycopg://mailflow@db.example.org/mailflow"',
}


def _sections():
    """The text of each `## [name]` section by its name."""
    parts = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    found = [re.match(r"\[{1,2}([a-z.]+)\]{1,2}\n", part) for part in parts]
    return {match[1]: match.string[match.end() :] for match in found if match}


def _rows(section):
    """Key, default, example and meaning of each row."""
    return [
        tuple(cell.strip() for cell in line.strip("|").split(" | "))
        for line in section.splitlines()
        if re.match(r"\| `[a-z_]+` \| .* \| .* \| ", line)
    ]


SECTIONS = _sections()
ROWS = [(name, *row) for name, section in SECTIONS.items() for row in _rows(section)]
IDS = [f"{row[0]}.{row[1].strip('`')}" for row in ROWS]


def _value(cell):
    return tomllib.loads(f"x = {cell.strip('`')}")["x"]


def test_every_table_has_its_section_in_the_order_of_the_file():
    assert [*SECTIONS] == [*MODELS]
    assert [*TABLES] == [name for name in SHIPPED if name not in {"form", "redirect"}]


@pytest.mark.parametrize("table", MODELS)
def test_every_key_is_documented_in_order(table):
    assert [row[0].strip("`") for row in _rows(SECTIONS[table])] == [*MODELS[table].keys]


@pytest.mark.parametrize("table", TABLES)
def test_every_key_stands_in_the_shipped_file_in_order(table):
    assert [*SHIPPED[table]] == [*MODELS[table].keys]


@pytest.mark.parametrize(("table", "key", "default"), [row[:3] for row in ROWS], ids=IDS)
def test_a_documented_default_is_the_real_one(table, key, default):
    field = MODELS[table].keys[key.strip("`")]

    if default == "required":
        assert field.is_needed
    else:
        assert _value(default) == field.preset


@pytest.mark.parametrize("table", TABLES)
def test_the_shipped_file_shows_the_defaults(table):
    defaults = {name: field.preset for name, field in MODELS[table].keys.items() if not field.is_needed}
    shown = {name: SHIPPED[table][name] for name in defaults}
    if table == "desk":
        assert shown.pop("name") == f"{SHIPPED['desk']['service']} account recovery"
        assert defaults.pop("name") == ""

    assert shown == defaults


@pytest.mark.parametrize(("default", "example", "meaning"), [row[2:] for row in ROWS], ids=IDS)
def test_every_key_has_a_meaning_and_an_example_of_its_own(default, example, meaning):
    assert meaning.endswith(".")
    assert default == "required" or _value(example) != _value(default)


@pytest.mark.parametrize(
    ("table", "key", "example"),
    [
        (row[0], row[1].strip("`"), row[3])
        for row in ROWS
        if row[0] in TABLES and not row[1].startswith("`tls_")
    ],
)
def test_a_documented_example_works(tmp_path, monkeypatch, table, key, example):
    (tmp_path / "templates" / "letters").mkdir(parents=True)
    for name in re.findall(r"credential:([a-z-]+)", PAGE):
        (tmp_path / name).write_text("secret\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    lines = [f"{key} = {example.strip('`')}", BESIDE.get(f"{table}.{key}", "")]
    if table == "desk":
        kept = [line for line in MINIMAL.splitlines() if not line.startswith(f"{key} =")]
        text = "\n".join(kept).replace("[desk]", "\n".join(["[desk]", *lines]))
    else:
        text = "\n".join([f"[{table}]", *lines, MINIMAL])
    (tmp_path / "config.toml").write_text(text)

    assert load(tmp_path / "config.toml").source == tmp_path / "config.toml"


@pytest.mark.parametrize(
    ("table", "key", "example"), [(row[0], row[1].strip("`"), row[3]) for row in ROWS if row[0] not in TABLES]
)
def test_a_documented_example_of_an_entry_works(tmp_path, table, key, example):
    given = (
        {"key": "x", "kind": "name", "label": "X"} if table == "form.field" else {"topic": "x", "say": "X"}
    )

    assert MODELS[table].read(given | {key: _value(example)}, tmp_path)


@pytest.mark.parametrize("table", MODELS)
def test_a_table_says_whether_a_change_needs_a_restart(table):
    restarts = {key for key in _AT_START if key.startswith(f"{table}.")}

    assert bool(restarts) == (NEEDS_RESTART in SECTIONS[table])


def test_every_kind_of_field_is_explained():
    kinds = re.findall(r"^\| `([a-z]+)` \| [^|]+ \|$", SECTIONS["form.field"], flags=re.MULTILINE)

    assert kinds == [*Kind]


def test_the_documented_errors_are_the_real_ones(tmp_path):
    wrong = MINIMAL + '[smtp]\nlisen = []\n[case]\nremind_after = ["3 days", "7 dys"]\n'
    (tmp_path / "config.toml").write_text(wrong)

    with pytest.raises(ConfigErrors) as caught:
        load(tmp_path / "config.toml")

    assert str(caught.value).replace(str(tmp_path), "/etc/mailflow") in PAGE
