"""What people write in other languages than English, a sentence each."""

import pytest

from mailflow.config import load, shipped
from mailflow.core.answers import read_answers
from mailflow.core.text import mark_lines

CONFIG = load(shipped("config.toml"))


def read(text):
    lines = mark_lines(text, CONFIG.lexicon.text)
    reading = read_answers(lines, CONFIG.policy.form, None, CONFIG.lexicon.answers, "jo@example.org")
    return {key: answer.value for key, answer in reading.answers.items()}


@pytest.mark.parametrize(
    "text",
    [
        "Ob ich dem Verhaltenskodex zustimme, überlege ich mir noch.",
        "Le code de conduite, je l'accepte dès que vous m'en donnez une traduction.",
        "Acepto el código de conducta siempre y cuando me lo traduzcan.",
        "行動規範には同意いたしかねます。",
        "행동 강령 동의 여부는 나중에 알려 드리겠습니다.",
    ],
)
def test_an_agreement_put_off_or_refused_is_none(text):
    assert read(text).get("code_of_conduct") is not True


@pytest.mark.parametrize(
    "text",
    [
        "La mia chiavetta FIDO si è spezzata ieri.",
        "Мой google authenticator слетел после обновления.",
    ],
)
def test_a_second_factor_that_is_gone_is_the_reason(text):
    assert read(text).get("reason") == ("lost_2fa",)
