"""Passwords and codes that no word names: what looks like one in a mail and was read as nothing else, beside what is something else."""

from __future__ import annotations

from functools import cache

import pytest

from mailflow.config import load, shipped
from mailflow.core.answer import Answer
from mailflow.core.body import Body, read_body, with_masked
from mailflow.core.envelope import Envelope
from mailflow.core.mail import parse
from mailflow.core.secretkind import SecretKind
from mailflow.steps.understand import Said, what_is_said
from tests.world import World, configured, in_the_clear

SENDER = "jo.tarrant@sender.example.org"


@cache
def config():
    return load(shipped("config.toml"))


def said(text: str, subject: str = "account", known: tuple[Answer, ...] = ()) -> Said:
    desk = config().desk.address
    raw = (
        f"From: Jo Tarrant <{SENDER}>\nTo: {desk}\nSubject: {subject}\n"
        f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n"
    )
    mail = parse(raw.encode(), Envelope(SENDER, (desk,)))
    return what_is_said(config(), mail, read_body(mail, config().lexicon, desk), None, known)


def body_of(text: str) -> Body:
    return said(text).body


@pytest.mark.parametrize(
    ("text", "password"),
    [
        # A sign in it that no account's name has.
        ("It refuses Qx7#rLp2vv although that is what my manager has stored.", "Qx7#rLp2vv"),
        ("On the sheet: h.brandl – Gartenzwerg!07 – do not lose", "Gartenzwerg!07"),
        ("I see Mooncake&Tea4 and an error. The account is kbrandt88.", "Mooncake&Tea4"),
        # The account has another name.
        ("Hi, my user name is rhollister. It takes Tilly0412 and then wants a code.", "Tilly0412"),
        ("user ravi_underhill here. Neither ottermoon77 nor ottermoon78 does anything.", "ottermoon78"),
        ("Bin hinnerk_s, gebe wie immer Krabbenkutter5 ein und dann will er einen Code.", "Krabbenkutter5"),
        ("My account is jdoe_42. *Tilly0412* did it until May.", "Tilly0412"),
        # It is typed, set or told as one.
        ("I swear I typed Heather1066 exactly as it is, and it won't let me log in.", "Heather1066"),
        ("I changed my password from something odd to Heather1066 yesterday.", "Heather1066"),
        ("The password was replaced with Heather1066 around Easter.", "Heather1066"),
        ("That password was set in 2019 and it has always been Heather1066, really.", "Heather1066"),
        ("Yesterday I set a new passcode, Heather1066, and got a mail.", "Heather1066"),
        ("It is my usual password or Heather1066, there is no third one.", "Heather1066"),
        ("Heather1066 no longer works as my password there.", "Heather1066"),
        ("The same password for both of them: Heather1066", "Heather1066"),
        # Words that no dictionary has.
        ("I typed copperkettle and it did not let me log in.", "copperkettle"),
        ("Nobody else would know that the password was copperkettle before the leak.", "copperkettle"),
        ("Our password, copperkettle, was in the logs for the whole world to see.", "copperkettle"),
        ("I have the old address and the password copperkettle.", "copperkettle"),
        ("My password was copper-kettle-lane back then, I think, and still is.", "copper-kettle-lane"),
        ("I got in with this password for years: copperkettle", "copperkettle"),
        ("I always went in with the password on my list, with copperkettle, as did he.", "copperkettle"),
        ("user:larch77 pw:copperkettle plz fix, it says no.", "copperkettle"),
        ("The password before it was copperkettle there.", "copperkettle"),
        ("The password that my brother and I had before was Heather1066 there.", "Heather1066"),
        ("My account is jdoe_42. Tilly0412: that was it until May.", "Tilly0412"),
        # Some words beside the name of a password.
        ("I never told anyone the password (four yellow bicycles) but my wife.", "four yellow bicycles"),
        ("Old password: four yellow bicycles, date of the upload: 3 June.", "four yellow bicycles"),
        ('My passphrase, "four yellow bicycles", opens it.', "four yellow bicycles"),
        ("Our password, four yellow bicycles, was in the logs.", "four yellow bicycles"),
    ],
)
def test_a_password_that_nothing_names(text, password):
    body = body_of(text)
    assert password not in body.text
    assert password not in body.fresh
    assert "[password removed]" in body.fresh
    assert "password" in body.secrets
    assert body.masked


@pytest.mark.parametrize(
    "text",
    [
        # Names of accounts, and what is like one.
        "hi, Marco1987 here. I have forgotten the password, sorry.",
        "My account is jdoe42, or it was jdoe_42. I lost the password.",
        "As user name I put Heather1066, and as password I put what I always put.",
        # Other things, the account having a name.
        "My user name is kbrandt88. The host Heather1066 cannot log in.",
        "My user name is kbrandt88. It was on my Heather1066 tablet.",
        "My user name is kbrandt88. I was told by Heather1066 to write to you.",
        "My user name is kbrandt88. What the box is called is Heather1066.",
        "My user name is kbrandt88. Our ticket is INC-0048213, and 6-digit codes do not come.",
        "My user name is kbrandt88. My GPG key is 6a0fde11c25b7a903f1100000000.",
        "My user name is kbrandt88. The proof code proof-6f21ab is in https://git.example.org/lind/gauge.",
        "My user name is kbrandt88. The commit is called Heather1066.",
        "My user name is kbrandt88. On Discord I am Jo#1234, the machine is jo@host2.",
        "My user name is kbrandt88. It says {Heather1066}, whatever that is.",
        "My user name is kbrandt88. I have Python3 and the 2FA-App on it.",
        "My user name is kbrandt88. Our dog was Tilly0412, at the time.",
        "My user name is kbrandt88. The phone Tilly0412 was stolen from me.",
        "My password (which was long forgotten) is gone.",
        "I saw Tilly0412, password in hand.",
        # Words that are none.
        "I have reinstalled the authenticator, and the password works.",
        "I typed everything slowly. The password is right.",
        "I know the password, many thanks, and the rest is fine.",
        "The password (years ago) was changed. It was one of my own, said zurgelbroth.",
        "the password for the account, copperkettle.",
        "Ich habe mein Passwort verschusselt und kann mich nicht anmelden.",
        "Wachtwoord vergeten, ik kan niet inloggen met gezichtsherkenning.",
    ],
)
def test_what_is_something_else(text):
    assert body_of(text).text.strip() == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("I have one spare left and it is 2b7e151628aed2a6; is it still good?", "2b7e151628aed2a6"),
        ("Two are left, 93ae0c7f & be4410d2, and both are refused.", "be4410d2"),
        ("They came comma separated: d41a77,0be93c,77f1d2. No luck.", "0be93c"),
        (
            "This is the proof of it. I copy out the recovery codes:\n  the first,   b41f09c27de83a56\n  the second,  0c77ea1395fd2b48",
            "0c77ea1395fd2b48",
        ),
        ("I kept k7f2-9d0c and m1x8-33ab from that sheet.", "m1x8-33ab"),
    ],
)
def test_a_code_that_nothing_names(text, code):
    body = body_of(text)
    assert code not in body.text
    assert "recovery_code" in body.secrets


@pytest.mark.parametrize(
    "text",
    [
        "My last commit is 8c1f0a7d94be6235, signed as always.",
        "985f57ad12b2 add tests\nca6ad6e34391 fix a typing error",
        "Please reopen 4htb-w8rc, I agree.",
        "Username: a1b2c3d4e5f6",
    ],
)
def test_a_code_that_is_no_secret(text):
    assert body_of(text).text.strip() == text


def test_where_the_name_is_known_from_an_earlier_mail():
    name = Answer("username", "kbrandt88", "kbrandt88", 1, 0, 9, "label", 1.0)
    projects = Answer("projects", ("Marsh2Lib",), "Marsh2Lib", 1, 0, 9, "label", 1.0)
    agreed = Answer(
        "code_of_conduct", value=True, words="yes", line=1, start=0, end=3, rule="label", sure=1.0
    )
    known = (name, projects, agreed)
    assert said("I see now that Marsh2Lib was it.", known=known).body.masked is False
    assert (
        said("I see now that Tilly0412 was it.", known=known).body.fresh
        == "I see now that [password removed] was it."
    )
    assert said("I see now that Tilly0412 was it.").body.masked is False


def test_a_field_that_the_site_has_no_more():
    gone = Answer("nickname", "Tilly0412", "Tilly0412", 1, 0, 9, "label", 1.0)
    assert said("I see now that Tilly0412 was it.", known=(gone,)).body.masked is False


def test_all_places_of_it_are_masked_and_no_longer_word_that_holds_it():
    body = body_of("Marsh-kite, a-kite, kites and kite-lane stay; kite, (kite) and kite. do not.")
    masked = with_masked(body, {"kite": SecretKind.PASSWORD, "kite, (kite)": SecretKind.PASSWORD})
    assert masked.text.strip() == (
        "Marsh-kite, a-kite, kites and kite-lane stay; [password removed] and [password removed]. do not."
    )
    assert masked.fresh == masked.text.strip()


def test_the_name_beside_it_in_a_pair_stays():
    assert body_of("user/pass: zdenek/krtek12345\nplease have a look").fresh.startswith(
        "user/pass: zdenek/[password"
    )
    assert (
        "farero" in body_of("Entro en pypi.org, pongo farero, pongo Calamares#77 y me pide otra cosa.").text
    )


def test_a_word_far_from_where_a_password_is_spoken_of():
    text = f"The password works.{' We are all well, and the garden is green.' * 12} We call the place copperkettle."
    assert body_of(text).masked is False


def test_a_subject_is_looked_at_too():
    assert (
        said("User kbrandt88. It does not take it.", "Qx7#rLp2vv refused").body.subject
        == "[password removed] refused"
    )


def test_what_is_masked_is_not_read():
    reading = said(
        "Nobody would know that the password was copperkettle before the leak of the account."
    ).reading
    assert not {answer.words for answer in reading.answers.values() if "copperkettle" in answer.words}


def test_a_list_of_very_many_is_bounded():
    text = "\n".join(f"Qx7#rLp2v{n}x" for n in range(2000))
    body = body_of(f"User kbrandt88.\n{text}")
    assert body.text.count("[password removed]") == 50


def test_nothing_of_it_is_kept(tmp_path):
    world = World(tmp_path, in_the_clear(configured(tmp_path)))
    try:
        world.write(
            "My user name is kbrandt88 and it takes Tilly0412, then wants a code of the phone that I lost."
        )
        kept = world.query("SELECT raw, fresh, subject FROM mails")
        assert kept
        assert not any(
            b"Tilly0412" in (cell if isinstance(cell, bytes) else str(cell).encode())
            for row in kept
            for cell in row
        )
        assert "Tilly0412" not in "".join(letter.text for letter in world.sent)
        assert any("password" in letter.text.lower() for letter in world.sent)
    finally:
        world.close()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("I lost my phone.\njtarrant / Moscow-Mule-88\nThanks", "jtarrant / [password removed]"),
        ("These are my logins: tarrant9 / fjordkyst9 and others.", "tarrant9 / [password removed] and"),
        ("I lost my phone. I use linux / windows11 at home.", "linux / windows11"),  # no login is spoken of
        ("I lost my phone.\npackages / fjordkyst9\nThanks", "packages / fjordkyst9"),  # no name
    ],
)
def test_the_second_of_a_pair_is_a_password_where_the_first_is_a_name(text, shown):
    assert shown in body_of(text).fresh


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("I used the code j3vx-z694 yesterday and it worked.", "the code [recovery code removed] yesterday"),
        (
            "I typed k5jvx-z6942 and q5jvx-z6943 and was refused.",
            "[recovery code removed] and [recovery code removed]",
        ),
        ("My machine is called 8a287-c5eb7.", "8a287-c5eb7"),
        ("The bill 34191-79001 is paid.", "34191-79001"),
    ],
)
def test_codes_of_two_groups_are_called_so_or_have_others_beside(text, shown):
    assert shown in body_of(text).fresh
