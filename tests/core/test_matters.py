"""What speaks for another desk, weighed against what speaks for a request."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.core.answer import Reading
from mailflow.core.form import Form
from mailflow.core.intent import read_wish
from mailflow.core.policy import Redirect
from mailflow.core.text import Line, Mark
from mailflow.core.wish import Intent, Wish
from mailflow.core.wordlist import Ordinary
from tests.core.given import FORM as ITEMS
from tests.core.given import answer
from tests.core.test_intent import WORDS

FORM = Form(ITEMS.fields, "Example Index")
REDIRECTS = (
    Redirect("limits", (), "", "", "limits"),
    Redirect("reports", ("abuse",), "", "", "security"),
    Redirect("names", (), "", "", "ownership"),
    Redirect("bans", (), "", "", "suspension"),
    Redirect("the rest", (), "", ""),
)


def wish(text: str, subject: str = "", *, redirects=REDIRECTS, in_case: bool = False, **said) -> Wish:
    lines = [Line(line, Mark.FRESH, number) for number, line in enumerate(text.split("\n"), 1)]
    reading = Reading({key: answer(key, value) for key, value in said.items()})
    return read_wish(lines, subject, reading, redirects, WORDS, in_case=in_case, form=FORM)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("The wheel is too large. Could you raise the limit?", "limits"),
        ("There is a vulnerability in the page where one logs in.", "reports"),
        ("This is abuse.", "reports"),
        ("The author does not answer, I would like to take over the name.", "names"),
        ("I was banned without any reason.", "bans"),
        ("When does the next conference begin, and may our survey be announced there?", "the rest"),
    ],
)
def test_a_matter_goes_to_the_redirect_that_names_it(text, topic):
    assert (wish(text).intent, wish(text).topic) == (Intent.OFF_TOPIC, topic)


def test_a_matter_that_no_redirect_is_for_is_the_rests():
    text = "The wheel is too large. Could you raise the limit?"
    assert wish(text, redirects=REDIRECTS[1:]).topic == "the rest"
    assert wish(text, redirects=REDIRECTS[1:4]).intent is Intent.NONE


def test_a_named_matter_yields_to_the_rest_where_twice_as_much_speaks_for_that():
    text = (
        "A vulnerability? No. pip install fails with a dependency error, and the statistics of downloads too."
    )
    assert wish(f"{text} Feature request: our survey.").topic == "the rest"
    assert wish("A vulnerability, and a feature request.").topic == "reports"


def test_one_hint_tells_nothing_and_two_do():
    assert wish("An attacker came.").intent is Intent.NONE
    assert wish("An attacker came. The reward?").topic == "reports"
    assert wish("An attacker, attackers and another attacker.").intent is Intent.NONE


def test_the_subject_names_the_matter():
    assert wish("There is a reward. My login is not concerned.").intent is Intent.NONE
    assert wish("My login is not concerned.", "Malware").topic == "reports"
    assert wish("There is malware. My login is not concerned.").intent is Intent.NONE


def test_what_is_lost_outweighs_a_word_of_another_matter():
    assert wish("There is malware on my disk, and I lost my phone.").intent is Intent.RECOVERY
    assert wish("I was banned from the office, and I lost my phone.").intent is Intent.RECOVERY


def test_a_plea_within_the_words_of_a_matter_is_none():
    assert wish("The fake login page is dangerous.").topic == "reports"


def test_answers_of_the_form_tell_against_a_matter_that_is_not_certain():
    assert not wish("There is malware.", username="jo").certain
    assert wish("There is malware. It steals passwords, it is obfuscated, a trojan.", username="jo").certain


def test_a_matter_in_a_case_must_be_plain():
    assert wish("I was banned.", in_case=True).intent is Intent.NONE
    assert wish("There is malware, a trojan.", in_case=True).topic == "reports"
    assert wish("There is malware, a trojan. I lost my phone.", in_case=True).intent is Intent.RECOVERY
    assert wish("There is malware, a trojan.", in_case=True, username="jo").intent is Intent.NONE


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("", "I forgot the password of my Instagram account."),
        ("", "Somebody took over my bank account."),
        ("my game account", "somebody changed the password, give it back"),
    ],
)
def test_the_account_of_another_service_is_not_ours_whatever_is_said_of_it(subject, text):
    assert wish(text, subject, username="jo") == Wish(
        Intent.OFF_TOPIC, wish(text, subject).words, "the rest", certain=True
    )


@pytest.mark.parametrize(
    "text",
    [
        "I forgot the password of my account. My Instagram account is fine.",
        "I cannot log in at Example Index, and my Instagram account is lost, too.",
        "I cannot log in to GitHub, nor here.",
        "I cannot log in, my GitHub account works.",
        "GitHub, GitHub and GitHub. I lost my phone.",
    ],
)
def test_another_service_beside_is_not_what_is_lost(text):
    assert wish(text).intent is Intent.RECOVERY


def test_the_account_of_another_service_needs_a_redirect_and_no_agreement():
    text = "I forgot the password of my Instagram account."
    assert wish(text, redirects=REDIRECTS[:4]).intent is Intent.RECOVERY
    assert wish(text, conduct=True).intent is Intent.RECOVERY
    assert wish(text, in_case=True).intent is Intent.RECOVERY


def test_bills_are_bulk_where_several_phrases_say_so():
    assert wish("Your invoice is overdue. Please arrange the payment.").intent is Intent.BULK
    assert wish("Your invoice is overdue.").intent is Intent.NONE
    assert wish("Your invoice is overdue, arrange payment for the account.").intent is Intent.NONE
    assert wish("Example Index: your invoice is overdue, arrange payment.").intent is Intent.NONE
    assert wish("Your invoice is overdue, arrange payment. I lost my phone.").intent is Intent.RECOVERY
    plain = "Your invoice is overdue. Arrange payment. Avoid late fees. Thank you for your order."
    assert wish(plain, username="receivable").certain
    assert not wish("Your invoice is overdue. Arrange payment.", username="x").certain


def test_two_offers_are_bulk_where_nothing_else_is_spoken_of():
    assert wish("We offer a price list.").intent is Intent.BULK
    assert wish("We offer a price list for the account.").intent is Intent.NONE
    assert wish("We offer.").intent is Intent.NONE


PLAIN_WORDS = frozenset(
    ["this", "is", "some", "text", "about", "the", "weather", "and", "nothing", "else", "at", "all", "today"]
)
RAIN = "This is some text about the weather today, and about nothing else at all."


def weather(text: str, subject: str = "", mark: Mark = Mark.FRESH, *, in_case: bool = False, **said) -> Wish:
    words = replace(WORDS, ordinary=Ordinary(PLAIN_WORDS))
    lines = [Line(text, Mark.FRESH, 1), Line("And so on.", mark, 2)]
    reading = Reading({key: answer(key, value) for key, value in said.items()})
    return read_wish(lines, subject, reading, REDIRECTS, words, in_case=in_case, form=FORM)


def test_a_mail_without_a_word_about_an_account_is_for_another_desk():
    assert (weather(RAIN).intent, weather(RAIN).topic) == (Intent.OFF_TOPIC, "the rest")
    assert weather(f"{RAIN} The reward?").topic == "reports"


@pytest.mark.parametrize(
    "word", ["account", "phone", "help", "code", "I lost my phone", "cannot log in", "but", "nobody answers"]
)
def test_one_word_about_an_account_makes_it_doubtful(word):
    assert weather(f"{RAIN} {word}").intent in {Intent.NONE, Intent.RECOVERY}
    assert weather(RAIN, word).intent in {Intent.NONE, Intent.RECOVERY}


def test_what_is_short_or_cited_or_answers_or_in_a_case_or_in_no_known_language_is_doubtful():
    for wish in (
        weather("This is nothing."),
        weather(RAIN, mark=Mark.QUOTED),
        weather(RAIN, mark=Mark.FORWARDED),
        weather(RAIN, username="jo"),
        weather(RAIN, in_case=True),
        weather("Dit gaat over het weer van vandaag en over niets anders, helemaal niets."),
        read_wish([Line(RAIN, Mark.FRESH, 1)], "", Reading(), REDIRECTS[:4], WORDS, in_case=False),
    ):
        assert wish.intent is Intent.NONE


def test_who_asked_before_from_elsewhere_asks_again():
    again = "On Monday I asked from my work address, so here it is once more from home."
    assert wish(f"{again} I lost my phone.").intent is Intent.AGAIN
    assert wish(again, username="jo").intent is Intent.AGAIN
    assert wish(again, username="jo", conduct=True).intent is Intent.AGAIN
    assert wish(again).intent is Intent.NONE
    assert wish(again, in_case=True).intent is Intent.NONE
    assert wish("I lost my phone.", username="jo", conduct=True).intent is Intent.RECOVERY


def test_who_asked_before_from_elsewhere_may_ask_how_far_it_is():
    asks = "On Monday I asked from my work address. Any news?"
    assert wish(asks).intent is Intent.STATUS
    assert wish("Any news?").intent is Intent.NONE
    assert (
        wish(asks, username="jo", reason=("lost_2fa",), registered="jo@example.org").intent is Intent.STATUS
    )
    assert wish(asks, username="jo", conduct=True).intent is Intent.AGAIN


PIECE = st.sampled_from(["malware", "a vulnerability", "the limit is", "too large", "trademark", "our client", "GitHub", "my account", "banned", "invoice overdue", "arrange payment", "we offer", "a price list", "password", "the survey", "attacker", "reward", ",", ".", "?", "phishing", "game"])  # fmt: skip
JUMBLE = st.lists(PIECE, max_size=12).map(" ".join)


@given(JUMBLE, JUMBLE)
def test_a_plea_never_makes_a_mail_another_desks(subject, text):
    elsewhere = {Intent.OFF_TOPIC, Intent.BULK}
    if wish(text, subject).intent not in elsewhere:
        assert wish(f"{text}. I lost my phone.", subject).intent not in elsewhere


@given(JUMBLE, st.integers(2, 4))
def test_to_say_it_again_adds_nothing(text, times):
    again = " . ".join([text] * times)
    assert wish(again).topic == wish(f"{text} .").topic
