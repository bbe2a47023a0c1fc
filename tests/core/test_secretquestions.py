"""Answers to questions of accounts in the frames that people tell them in, each beside answers to other questions."""

from __future__ import annotations

import pytest

from tests.core.secret_texts import PASSWORD, found


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("The answer to the security question is Tanglewood.", ["Tanglewood"]),
        ("The answer to the question about my birthplace is Tanglewood.", ["Tanglewood"]),
        ("The answer to the question about my birthplace is tanglewood.", []),
        ("The answer to the question about my birthplace is lost.", []),
        ("The answer to the question about my birthplace.", []),
        ("The answer is a long one. My birthplace is Tanglewood.", []),
        ("The security question: which street? Mine was Tanglewood Crescent, I think.", ["Tanglewood Crescent"]),
        ("The security question: which street? Yours was Tanglewood.", []),
        ("The security question: which street? Mine went unread.", []),
        ("The security question is known, and the other (best friend) Bello.", ["Bello"]),
        ("The security question is known, and the second one (best friend) is Bello.", ["Bello"]),
        ("The security question is known, my dog (best friend) Bello.", []),
        ("I saw (in a book) my best friend) Bello.", []),
        ("(best friend) is Bello", []),
        ('To the security question I put "bello" and "bello the second", or \'bellissimo\', too.', ["bello", "bello the second", "bellissimo"]),
        ('To the security question I put "a1", "b2", "c3", "d4", "e5"', ["a1", "b2", "c3", "d4"]),
        ('To the security question I put "bello" then "lost"', ["bello"]),
        ('To the security question I put "bello" then leave.', ["bello"]),
        ("To the security question I put: Bello", ["Bello"]),
        ("To the security question I put Bello", ["Bello"]),
        ("The security question is lost. I put Bello", []),
        ('To the question "First pet?" I said Bello.', ["Bello"]),
        ("What was your first pet? - Bello", ["Bello"]),
        ("Q: mother's maiden name? A: Ostrander", ["Ostrander"]),
        ("Security question 2 (street): Tanglewood", ["Tanglewood"]),
        ("Ma réponse à la question secrète est « le chat roux »", ["le chat roux"]),
        ('I put "bello" where it asks for the place of birth', ["bello"]),
        ('I put "bello" there. It asks for the place of birth', []),
        ('Where is the place of birth? I put "bello".', ["bello"]),
        ('Here is the place of birth. I put "bello".', []),
        ("密保问题是小学。我填的是：青石桥小学。", ["青石桥小学"]),
        ('보안 질문에 "푸른 골목"이라고 적었어요', ["푸른 골목"]),
        ('보안 질문에 "lost"라고 적었어요', []),
        ("보안 질문에 라고 적었어요", []),
        ("Die Sicherheitsfrage habe ich mit Wackelpeter beantwortet.", ["Wackelpeter"]),
        ("Die Sicherheitsfrage habe ich mit nichts beantwortet.", []),
        ("My answers were: dog - Bello; school: Tanglewood Hall, car = Imp.", ["Bello", "Tanglewood Hall", "Imp"]),
        ("My answers were:\n- dog: Bello\n- colour: blue\n- car: Imp", ["Bello", "Imp"]),
        ("My answers were: dog - Ab; cat - Cd; pet - Ef; car - Gh; town - Ij", ["Ab", "Cd", "Ef", "Gh"]),
        ("My answers were: phone - Lost; user - Bello", []),
        ("My answers, dog - Bello", []),
    ],
)  # fmt: skip
def test_answers_are_found_in_their_frames(text, answers):
    assert sorted(found(text)) == sorted((PASSWORD, answer) for answer in answers)
