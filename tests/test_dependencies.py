"""What is deployed is locked: the ranges of pyproject.toml, the lock files and the reasons in the documentation agree."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.world import REPOSITORY

PYPROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
RUNTIME = PYPROJECT["project"]["dependencies"]
ASKED = {
    "requirements.lock": [*RUNTIME, *PYPROJECT["project"]["optional-dependencies"]["postgresql"]],
    "requirements-build.lock": PYPROJECT["dependency-groups"]["build"],
}
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
PIN = re.compile(
    r"""(?P<what> \S+==\S+ (?:[ ];[ ].+?)?)
        (?P<hashes> (?:[ ]\\\n[ ]{4}--hash=sha256:[0-9a-f]{64})+ ) \n
        (?P<via> (?:[ ]{4}\#.*\n)+ )""",
    re.VERBOSE,
)


def locked(lock):
    """Name to requirement, and the comment that says who asks for it; a line of any other form is an error."""
    text = re.sub(r"\A(?:#.*\n)+", "", (REPOSITORY / lock).read_text())
    found = {}
    while text:
        pin = PIN.match(text)
        assert pin, text[:200]
        requirement = Requirement(pin["what"])
        found[canonicalize_name(requirement.name)] = requirement, pin["via"]
        text = text[pin.end() :]
    return found


def linux(python):
    """The environment of CPython on Linux, as markers see it."""
    return {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }


@pytest.mark.parametrize(
    ("lock", "asked"), [(lock, asked) for lock, several in ASKED.items() for asked in several]
)
def test_what_is_asked_for_is_locked_within_its_range_for_every_python(lock, asked):
    range_ = Requirement(asked)
    pins = locked(lock)
    assert canonicalize_name(range_.name) in pins, f"`make lock` is due: {asked} is not locked"
    pin, _ = pins[canonicalize_name(range_.name)]
    (version,) = pin.specifier
    assert version.operator == "=="
    assert range_.specifier.contains(version.version), f"`make lock` is due: {pin} is not in {asked}"
    assert [python for python in PYTHONS if pin.marker and not pin.marker.evaluate(linux(python))] == []


@pytest.mark.parametrize("lock", ASKED)
def test_nothing_is_locked_that_is_not_asked_for_any_longer(lock):
    direct = {name for name, (_, via) in locked(lock).items() if "mailflow (pyproject.toml" in via}
    assert direct == {canonicalize_name(Requirement(asked).name) for asked in ASKED[lock]}


@pytest.mark.parametrize("lock", ASKED)
def test_a_lock_names_no_index_no_url_and_no_folder(lock):
    text = (REPOSITORY / lock).read_text()
    assert not re.search(r"://|^\s*-(?!-hash)|^\s*[./]", text, re.MULTILINE)
    assert all(pin.url is None for pin, _ in locked(lock).values())


def test_what_builds_mailflow_is_what_is_locked_for_building():
    assert set(PYPROJECT["build-system"]["requires"]) <= set(ASKED["requirements-build.lock"])


def libraries():
    """The rows of the table in docs/ARCHITECTURE.md, "Libraries": what, for what, why."""
    text = (REPOSITORY / "docs" / "ARCHITECTURE.md").read_text().partition("## Libraries\n")[2]
    rows = re.findall(r"^\| (.*) \| (.*) \|(.*)\|$", text, re.MULTILINE)
    return [[cell.strip() for cell in row] for row in rows if row[0] != "library"]


def test_each_dependency_stands_in_the_architecture_with_its_reason():
    words = {word for what, _, _ in libraries() for word in re.findall(r"[a-z][\w-]*", what.lower())}
    names = {Requirement(asked).name for asked in ASKED["requirements.lock"]}
    assert names - words == set()
    assert [what for what, purpose, why in libraries() if not purpose or not why] == []


def test_the_architecture_gives_no_reason_for_what_is_no_dependency():
    names = {Requirement(asked).name for asked in ASKED["requirements.lock"]}
    gone = [what for what, _, _ in libraries() if not names & {*re.findall(r"[a-z][\w-]*", what.lower())}]
    assert gone == []
