"""Stops and commas that were dictated are signs, where it is plain that signs are meant."""

import pytest

from mailflow.config import load, shipped
from mailflow.core.answers import read_answers
from mailflow.core.text import Line, Mark, mark_lines

CONFIG = load(shipped("config.toml"))
TERMS = CONFIG.lexicon.answers.terms(CONFIG.policy.form)


def written(text):
    lines = [Line(line, Mark.FRESH, number) for number, line in enumerate(text.split("\n"), start=1)]
    return "\n".join(line.text for line in TERMS.said_signs.written(lines))


def squeezed(text):
    return " ".join(written(text).split())


def test_each_sign_is_put_in_for_its_name():
    said = "hello comma the account is sheepdip full stop can you help question mark new line Maureen"
    assert squeezed(said) == "hello, the account is sheepdip. can you help? . Maureen"


def test_what_stands_behind_it_keeps_its_place():
    said = "the account is sheepdip full stop I lost my phone new line"
    assert written(said).index("I lost") == said.index("I lost")


@pytest.mark.parametrize(
    "said", ["the name is sheepdip\nfull stop I am back", "the name is sheepdip full\nstop I am back"]
)
def test_a_name_of_a_sign_may_be_broken(said):
    first, second = written(f"{said} comma").split("\n")
    assert first.rstrip() == "the name is sheepdip."
    assert second.index("I am") == said.split("\n")[1].index("I am")


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (
            "mein konto ist wollschaf komma ich habe keine codes punkt geht das fragezeichen",
            "mein konto ist wollschaf, ich habe keine codes. geht das?",
        ),
        (
            "mon compte est mouton virgule je n'ai pas de codes point",
            "mon compte est mouton, je n'ai pas de codes.",
        ),
        ("mi cuenta es oveja coma no tengo códigos punto", "mi cuenta es oveja, no tengo códigos."),
        ("il mio conto è pecora virgola non ho codici punto", "il mio conto è pecora, non ho codici."),
        ("minha conta é ovelha vírgula não tenho códigos ponto", "minha conta é ovelha, não tenho códigos."),
        ("mijn account is schaap komma ik heb geen codes punt", "mijn account is schaap, ik heb geen codes."),
        ("moje konto to owca przecinek nie mam kodów kropka", "moje konto to owca, nie mam kodów."),
        ("мой аккаунт ovca запятая кодов нет точка", "мой аккаунт ovca, кодов нет."),
        ("мій акаунт vivtsia кома кодів немає крапка", "мій акаунт vivtsia, кодів немає."),
        ("hesabım koyun virgül kodum yok nokta", "hesabım koyun, kodum yok."),
    ],
)
def test_in_other_languages(said, read):
    assert squeezed(said) == read


@pytest.mark.parametrize(
    "text",
    [
        "I put a comma in my user name and it was refused",  # one
        "there is a waiting period and a cooling-off period",  # of one kind, and of one word
        "I typed a comma. Then a full stop. Nothing works, question mark or not.",  # by somebody who types stops
        "so you can write to me at jo dot doe at example dot org",
    ],
)
def test_what_only_speaks_of_signs_stays(text):
    assert written(text) == text


def test_a_dot_of_an_address_is_no_stop():
    said = "my mail is jo at example period org comma the account is sheepdip period"
    assert squeezed(said) == "my mail is jo at example period org, the account is sheepdip."


def test_what_is_quoted_stays():
    lines = mark_lines(
        "the account is sheepdip full stop\n> and the full stop comma\nI agree full stop", CONFIG.lexicon.text
    )
    assert [line.text for line in TERMS.said_signs.written(lines) if line.mark is Mark.QUOTED] == [
        lines[1].text
    ]


def test_somebody_who_dictates_on_for_hours_is_read_as_they_are():
    text = "full stop comma " * 1_000
    assert written(text) == text


def test_statements_between_said_signs_are_read_each():
    said = (
        "no never had any of them backup codes new line the conduct thing yes I agree\n"
        "to it new line and yes I understand it could be months before I hear\nfrom you full stop cheers Maureen"
    )
    lines = TERMS.said_signs.written(mark_lines(said, CONFIG.lexicon.text))
    asked = ("recovery_codes", "code_of_conduct", "acknowledges_delay")
    reading = read_answers(lines, CONFIG.policy.form, asked, CONFIG.lexicon.answers, "jo@example.org")
    assert {key: answer.value for key, answer in reading.answers.items()} == {
        "recovery_codes": "never_generated_or_lost",
        "code_of_conduct": True,
        "acknowledges_delay": True,
    }
