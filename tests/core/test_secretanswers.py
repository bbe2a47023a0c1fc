"""Answers to questions of accounts, told as such, each beside answers to questions of ours."""

from __future__ import annotations

import pytest

from tests.core.secret_texts import PASSWORD, found


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ('Security question "Where did you grow up?" answer: Tanglewood Crescent.\nStill?', ["Tanglewood Crescent"]),
        ("Security question: first teacher? Answer: fluffy wolf", ["fluffy wolf"]),
        ('My secret question was the dog, and the answer is "Bello the third of them, ever"', []),
        ('My secret question was the dog, and the answer is "Bello the third"', ["Bello the third"]),
        ("The secret questions. The answers are Bello, of course", ["Bello"]),
        ("Question secrète : le chien. Réponse : Patapouf. La ville, réponse : Guéret.", ["Patapouf", "Guéret"]),
        ("秘密の質問の答えは「ちゃとらん」です", ["ちゃとらん"]),
        ("Sicherheitsfrage: Geburtsname? Antwort: Ziegenhain", ["Ziegenhain"]),
        ("my mother's maiden name is Ostrander, my first pet was called Pickle Joe.", ["Ostrander", "Pickle Joe"]),
        ('my first pet was "joe"', ["joe"]),
        ("my first pet: joe", []),
        ("My first pet xxxxxxxxx is: Tornado", ["Tornado"]),
        ("my mother’s maiden name: Berg an der Alm (of Oslo)", ["Berg an der Alm"]),
        ("Дівоче прізвище матері — Горобчук, це відповідь", ["Горобчук"]),
    ],
)  # fmt: skip
def test_answers_are_found(text, answers):
    assert found(text) == [(PASSWORD, answer) for answer in answers]


@pytest.mark.parametrize(
    "text",
    [
        "Answer: Ziegenhain. And the security question?",
        "To your question the answer: Ziegenhain",
        "Security question. The answer Ziegenhain",
        "Security question. The answer: I never set one",
        "Security question. The answer: forgotten",
        "Security question. The answer: we had five words of it",
        "Security question. My answer:",
        "My first pet was a dog called Joe",
        "my first pet died",
        "My first pet project was called Tornado",
        "My first pet xxxxxxxxxx is: Tornado",
        "The security questions: I answered them all. Answers: 1. yes 2. no",
        "The security questions are below.\nUser name: Jdoe\nAnswer 1: Jdoe99",
        "my mother's maiden name is lost",
        "my mother's maiden name is Unknown",
        "Security question. Answer: Joe needs no account",
    ],
)
def test_other_answers_stay(text):
    assert found(text) == []


def test_an_answer_stands_near_its_question():
    assert found(f"Security question. {279 * '.'} answer: Joe") == [(PASSWORD, "Joe")]
    assert found(f"Security question. {299 * '.'} answer: Joe") == []


def test_what_was_found_before_is_no_answer():
    assert found("security question. The answer is my API token ghp_aB3dE5fG7hJ9kL1mN0pQ2rS4tU6vW8xY")[0][
        1
    ].startswith("ghp_")
