"""Account names and projects that people wrap, correct, list or own at another service."""

import pytest

from mailflow.config import load, shipped
from mailflow.core.answers import read_answers
from mailflow.core.text import mark_lines

CONFIG = load(shipped("config.toml"))
PHONE = ("lost_2fa",)


def read(text):
    lines = mark_lines(text, CONFIG.lexicon.text)
    reading = read_answers(lines, CONFIG.policy.form, None, CONFIG.lexicon.answers)
    return {key: answer.value for key, answer in reading.answers.items()}


NAMES = [
    ("User name: `jdoe42` please", {"username": "jdoe42"}),
    ("User name: n/a\nI lost my phone.", {"reason": PHONE}),
    ("My PyPI name: jdoe42", {"username": "jdoe42"}),
    ("It is `jane_d`, not `jdoe`.", {"username": "jane_d"}),
    ("It is `jane_d` instead of `jdoe`.", {"username": "jane_d"}),
    ("It is `unknown`, not `jdoe`.", {}),
    ("I lost my phone. The files `foo` and `bar` are mine.", {"reason": PHONE}),
    ("I lost my phone. The files `foo` and, as far as I can still tell, `bar` are mine.", {"reason": PHONE}),
    ("Mi nombre de usuario no es jdoe1, es jane42.", {"username": "jane42"}),
    ("Il mio nome utente non è jdoe1, è jane42.", {"username": "jane42"}),
    # What another service calls them is no name here, and neither is a profile of nobody.
    ("My GitHub user name is jdoe42.", {}),
    ("I lost my phone. No one at GitHub knows me as @jane_d.", {"reason": PHONE}),
    ("I lost my phone. It was at https://pypi.org/user/ that I looked.", {"reason": PHONE}),
    # A name that no word announces may be said again; a mistyped word is no name.
    ("I lost my phone and cannot get in. jane_d42 needs it. Thanks, jane_d42", {"username": "jane_d42", "reason": PHONE}),
    ("I cannot get into my account, passwrod. I lost my phone.", {"reason": ("lost_password", "lost_2fa")}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "answers"), NAMES)
def test_a_name_is_read_where_one_is_given(text, answers):
    assert read(text) == answers


PROJECTS = [
    ("Projects: none", {}),
    ("Projects: -, -", {}),
    ("Projects: https://pypi.org/project/, https://pypi.org/project/frobnicate/", {"projects": ("frobnicate",)}),
    ("Projects: frobnicate\nspam\nI lost my phone and the codes are gone as well", {"projects": ("frobnicate", "spam"), "reason": PHONE, "recovery_codes": "never_generated_or_lost"}),
    ("To prove it I pushed a commit, see https://github.com/jdoe/frobnicate", {"proof_url": "https://github.com/jdoe/frobnicate"}),
    ("My home page is https://jdoe.example.org/ and there is more at https://github.com/jdoe", {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "answers"), PROJECTS)
def test_projects_and_proof_are_read_where_they_are_given(text, answers):
    assert read(text) == answers


def test_a_list_without_end_is_cut():
    names = [f"spam{number}" for number in range(200)]
    (projects,) = read(f"My projects are {', '.join(names)}").values()
    assert list(projects) == names[: len(projects)]
    assert 50 <= len(projects) < 60


def test_emphasis_around_a_name_is_no_part_of_it():
    assert read("User name: _jane_d42_\nI lost my phone.")["username"] == "jane_d42"
    assert read("User name: jane_d42_\nI lost my phone.")["username"] == "jane_d42_"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("My user name is gus_w or maybe gusw82.", "user name is gus_w or maybe gusw82"),
        ("Mon nom d'utilisateur est mlefort ou lefortm", "nom d'utilisateur est mlefort ou lefortm"),
        ("My user name is gus_w or something like it.", "user name is gus_w"),
        ("My user name is gus_w or the mail is gone.", "user name is gus_w"),
    ],
)
def test_who_reads_a_case_sees_the_other_of_two_names(text, words):
    lines = mark_lines(text, CONFIG.lexicon.text)
    answer = read_answers(lines, CONFIG.policy.form, None, CONFIG.lexicon.answers).answers["username"]
    assert answer.words == words
