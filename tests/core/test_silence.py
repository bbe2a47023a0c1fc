"""Which mails their words silence, where no sure sign does."""

import pytest

from mailflow.core.answer import Answer, Reading
from mailflow.core.silence import ASKS_NOTHING, UNATTENDED, silence_by_words
from mailflow.core.wish import Intent, Wish

NAME = Reading({"username": Answer("username", "jdoe", "jdoe", 1, 0, 4, "label", 1.0)})


@pytest.mark.parametrize("declines", [False, True])
def test_what_says_that_nobody_reads_answers_gets_none(declines):
    assert silence_by_words(NAME, Wish(Intent.UNATTENDED), declines_answers=declines) is UNATTENDED


@pytest.mark.parametrize("intent", [Intent.NONE, Intent.OFF_TOPIC, Intent.BULK])
def test_what_declines_answers_and_asks_nothing_gets_none(intent):
    assert silence_by_words(Reading(), Wish(intent), declines_answers=True) is ASKS_NOTHING
    assert silence_by_words(Reading(), Wish(intent), declines_answers=False) is None
    assert silence_by_words(NAME, Wish(intent), declines_answers=True) is None


def test_who_asks_is_answered_whatever_their_mail_system_declines():
    assert silence_by_words(Reading(), Wish(Intent.RECOVERY), declines_answers=True) is None
    assert silence_by_words(Reading(), Wish(Intent.STATUS), declines_answers=True) is None
