"""Mail in somebody else's name makes the desk write to them once, and says nothing that the forger chose."""

from __future__ import annotations

import os
from dataclasses import replace
from ipaddress import ip_network
from itertools import product

import pytest

from mailflow.core.case import Flag
from mailflow.core.timing import DAY
from tests.world import COMPLETE, World, budgeted

VICTIM = "victim@example.org"
FORGED = int(os.environ.get("FORGED", "300"))
SPAM = "Buy cheap pills at https://spam.example.net, call +1 555 0100"


def received_from(number: int) -> str:
    """The field that the server in front writes, of one of many hosts."""
    host = f"host{number}.botnet{number % 997}.example"
    return f"from {host} ({host} [198.51.{number % 100}.{number % 250}]) by mx.pypi.example; Mon, 2 Mar 2026 09:00:00 +0000"


BODIES = [
    "I need my account back.",
    COMPLETE,
    COMPLETE.replace("jdoe42", "{number}"),
    "Any news about my request?",
    "User name: {number}",
    "Never mind, solved.",
]


def forged(world: World, number: int) -> bytes:
    body = BODIES[number % len(BODIES)].format(number=f"name{number}")
    return world.mail(body, sender=VICTIM, Received=received_from(number), Subject=f"account {number}")


def test_forged_mails_from_many_hosts_make_two_letters(world):
    """`FORGED=10000 pytest …` takes a minute or two, and gives the same."""
    for number in range(FORGED):
        world.receive(forged(world, number), VICTIM)
        if number % 100 == 0:
            world.run()
    world.run()
    assert [letter.recipient for letter in world.sent] == [VICTIM] * 2
    assert Flag.MAYBE_FORGED in world.case(world.sent[0].reference).flags


def test_a_secret_in_a_forged_mail_makes_no_second_letter(world):
    """And the one that there is says what it means to who wrote nothing."""
    world.receive(world.mail("I lost my phone.\npassword: correct-Horse-77", sender=VICTIM), VICTIM)
    (letter,) = world.run()
    text = " ".join(letter.text.split())
    assert "If it was you who wrote it, please replace what was in it: - Password" in text
    assert "If it was not you who wrote to us, you need not do anything" in text
    (missing, secret) = world.answer(letter, "password: correct-Horse-78")
    assert ("We need" in missing.subject, "had a secret in it" in secret.subject) == (True, True)


def test_the_victim_is_not_reminded_either(world):
    for number in range(3):
        world.receive(forged(world, number), VICTIM)
    world.run()
    for letter in world.wait(31 * DAY):
        assert letter.recipient != VICTIM


@pytest.mark.parametrize(
    "names",
    [
        [f"victim+{number}@example.org" for number in range(20)],
        [
            f"{a}{b}{c}{d}@gmail.com"
            for a, b, c, d in product(["v", "v."], ["i.c", "i.c."], ["ti", "t.i"], ["mx", "m.x"])
        ],
        [f"vi.ctim+{number}@{'google' * (number % 2) or 'g'}mail.com" for number in range(20)],
        [
            f"{a}{b}{c}{d}@{'proton.me' if a else 'pm.me'}"
            for a, b, c, d in product(["v", "V-"], ["i.c", "i-c_"], ["ti", "t_i"], ["mx", "m.x"])
        ],
        [f"victim-{number}@yahoo.com" for number in range(20)],
        [f"x{number}@victim.fastmail.com" for number in range(20)],
    ],
    ids=["tags", "dots", "both", "signs", "hyphens", "names below the domain"],
)
def test_many_addresses_of_one_mailbox_get_no_more_letters_than_one(world, names):
    """And who answers one is not held by that."""
    assert len(names) > 10
    for number, name in enumerate(names):
        world.receive(world.mail(BODIES[0], sender=name, Received=received_from(number)), name)
    letters = world.run()
    assert len(letters) == world.config.policy.letters_per_day
    assert len(world.answer(letters[0], "I lost my phone.")) == 1
    world.now += 2 * DAY
    assert len(world.write(BODIES[0], sender=names[-1].replace("@", "x@"))) == 1


@pytest.mark.parametrize(
    "name", ["victim+{}@example.org", "v{}@example.org"], ids=["one mailbox", "one domain"]
)
def test_time_writes_no_more_letters_to_who_never_answered_than_their_mails_do(tmp_path, name):
    """Whose first letter was held back get that one on a day with room, where it was not their own mailbox that got too many;
    the others are reminded within the same budgets.
    """
    world = budgeted(tmp_path, letters_per_domain=10)
    for number in range(30):
        sender = name.format(number)
        world.receive(world.mail(BODIES[0], sender=sender, Received=received_from(number)), sender)
    first = len(world.run())
    a_day = [sum("@example.org" in letter.recipient for letter in world.wait(DAY)) for _ in range(60)]
    policy = world.config.policy
    assert first == max(a_day) == (policy.letters_per_day if "+" in name else policy.letters_per_domain)
    late = 0 if "+" in name else 20
    assert sum(a_day) == first * (len(policy.remind_after) + 1) + late
    world.close()


def test_who_writes_amid_a_flood_gets_their_letter_once_it_is_over(tmp_path):
    """In the order in which they wrote, and no newcomer and no reminder waits for it."""
    world = budgeted(tmp_path, letters_per_domain=4)
    for number in range(8):
        world.write(BODIES[0], sender=f"v{number}@example.org", Received=received_from(number))
    assert world.write(COMPLETE, sender="ada@example.org") == []
    assert Flag.LETTERS_SPENT in world.case().flags
    days = []
    for _ in range(5):
        names = [letter.recipient.partition("@")[0] for letter in world.wait(25 * DAY / 24, DAY / 24)]
        days.append([name for name in names if name[0] in "va"])
    assert days == [["v4", "v5"], ["v6", "v7"], ["v0", "v1"], ["v2", "v3"], ["ada"]]
    assert Flag.LETTERS_SPENT not in world.case().flags
    [letter] = [letter for letter in world.sent if letter.recipient == "ada@example.org"]
    assert "We have everything" in letter.subject
    assert len(world.write(BODIES[0], sender="new@example.org")) == 1
    world.wait(40 * DAY)
    assert [letter for letter in world.sent if letter.recipient == "ada@example.org"] == [letter]
    world.close()


def test_reminders_take_no_letter_from_a_newcomer(tmp_path):
    world = budgeted(tmp_path, letters_in_all=10, letters_per_domain=10)
    for number in range(10):
        world.write(BODIES[0], sender=f"v{number}@example.org")
    assert len(world.wait(3 * DAY)) > 10
    assert len(world.write(BODIES[0], sender="ada@example.org")) == 1
    world.close()


def test_reminders_that_an_outage_has_heaped_up_wait_for_a_day_with_room(tmp_path):
    world = budgeted(tmp_path, letters_per_domain=4)
    for number in range(6):
        world.write(BODIES[0], sender=f"v{number}@example.org")
        world.now += DAY / 2
    world.now += 8 * DAY
    reminded = [
        sum("@example.org" in letter.recipient for letter in world.wait(DAY * 5 / 4)) for _ in range(2)
    ]
    assert reminded == [4, 2]
    world.close()


def test_a_first_letter_holds_no_character_that_the_sender_chose(world):
    """Not even a name or a value: what was understood is ticked off item by item."""
    marks = ["zqxname", "zqxsubject", "zqxuser", "zqx@mail.example", "zqxproject", "zqxdisplay"]
    body = f"User name: zqxuser\nNew address: zqx@mail.example\nProjects: zqxproject\n{SPAM}\nI lost my phone, zqxname"
    raw = world.mail(body, sender=f"zqxdisplay <{VICTIM}>", Subject=f"zqxsubject {SPAM}")
    world.receive(raw, VICTIM)
    (letter,) = world.run()
    seen = letter.raw.decode()
    assert "[x] User name" in letter.text
    for chosen in [*marks, "spam", "pills", "555 0100"]:
        assert chosen not in seen
    answered = world.answer(letter, "Yes to all.")
    assert "zqxuser" in answered[0].text


def test_the_senders_message_id_is_repeated_where_no_reader_sees_it_and_nowhere_else(world):
    """RFC 3834, 3.1.5 asks for it: mail programs show one thread."""
    world.receive(world.mail("I need my account.", sender=VICTIM, Message_ID="<pills@spam.example>"), VICTIM)
    (letter,) = world.run()
    holding = [name for name, value in letter.message.items() if "pills" in value]
    assert holding == ["In-Reply-To", "References"]
    assert "pills" not in letter.text


def test_a_forger_who_knows_the_reference_changes_nothing(world):
    (letter,) = world.write(
        "My user name is jdoe42. I lost my phone.", sender=VICTIM, Received=received_from(1)
    )
    said = f"Reference {letter.reference}. Yes to all. New address: eve@example.net"
    (again,) = world.write(said, sender=VICTIM, Received=received_from(2), Subject=letter.subject)
    assert "eve@" not in again.text
    assert again.text == letter.text
    assert "contact_email" not in world.case().answers
    assert "code_of_conduct" not in world.case().answers
    assert world.handled[-1].silence


@pytest.mark.parametrize("opening", ["hello", COMPLETE], ids=["nothing", "all"])
def test_who_comes_second_hears_of_it_and_goes_on(world, opening):
    """Whoever wrote first in the victim's name, the victim's own mail gets a letter to answer, in its own thread."""
    (first,) = world.write(opening, sender=VICTIM, Received=received_from(1))
    (again,) = world.write(COMPLETE, sender=VICTIM, Received=received_from(2), Message_ID="<own@example.org>")
    assert (again.recipient, again.subject, again.reference) == (VICTIM, first.subject, first.reference)
    assert again.message["In-Reply-To"] == "<own@example.org>"
    assert "jdoe42" not in again.text
    assert world.write("Did you get my mail?", sender=VICTIM, Received=received_from(2)) == []
    (heard,) = world.answer(again, COMPLETE.replace("jdoe42", "victim42"), Received=received_from(2))
    assert "victim42" in heard.text
    assert world.case().confirmed
    assert Flag.MAYBE_FORGED not in world.case().flags


def test_the_letter_to_who_comes_second_keeps_to_the_budgets(tmp_path):
    world = budgeted(tmp_path, letters_per_domain=1)
    assert len(world.write("hello", sender=VICTIM, Received=received_from(1))) == 1
    assert world.write("hello, it is me", sender=VICTIM, Received=received_from(2)) == []
    assert {Flag.MAYBE_FORGED, Flag.LETTERS_SPENT} <= world.case().flags
    world.close()


def test_the_owner_goes_on_in_the_midst_of_it(world):
    (letter,) = world.write("My user name is jdoe42.", sender=VICTIM, Received=received_from(1))
    for number in range(2, 30):
        world.receive(forged(world, number), VICTIM)
    world.run()
    (received,) = world.answer(letter, COMPLETE, Received=received_from(99))
    assert "We have everything" in received.subject
    assert Flag.MAYBE_FORGED not in world.case(letter.reference).flags


def test_mail_from_where_the_first_came_from_is_answered_without_a_thread(world):
    """People write a new mail rather than reply; most of them from the provider that they wrote from before."""
    world.write("My user name is jdoe42.", Received=received_from(1))
    assert len(world.write("I lost my phone.", Received=received_from(1))) == 1


@pytest.mark.parametrize("helo", ["[203.0.113.5]", "[203.0.113.5].example", "(a.example [203.0.113.5])"])
def test_a_helo_that_is_an_address_of_where_the_owner_writes_from(world, helo):
    """A server writes it first, and in brackets, as the client has said it."""
    owners = "from mail.example (unknown [203.0.113.5]) by mx.pypi.example; Mon, 2 Mar 2026 09:00:00 +0000"
    world.write("My user name is jdoe42.", sender=VICTIM, Received=owners)
    forgers = owners.replace(
        "from mail.example (unknown [203.0.113.5])", f"from {helo} (unknown [198.51.100.66])"
    )
    (again,) = world.write("My user name is mallory.", sender=VICTIM, Received=forgers)
    assert "mallory" not in again.text
    assert world.case().answers["username"].value == "jdoe42"
    assert Flag.MAYBE_FORGED in world.case().flags


@pytest.mark.parametrize("remote", ["127.0.0.1", "10.9.8.7", "203.0.114.1"])
def test_forged_mails_from_many_hosts_through_several_servers_of_ours(world, remote):
    """A filter that hands a mail back, and a server in front that is in the world, are not where people's mail comes from."""
    config = world.config
    relays = (*config.authentication.relays, ip_network("203.0.114.1"))
    world.config = replace(config, authentication=replace(config.authentication, relays=relays))
    world.app = world.make_app(world.config)
    filters = "from localhost (localhost [127.0.0.1]) by mx.pypi.example; Mon, 2 Mar 2026 09:00:01 +0000"
    for number in range(6):
        through = [] if number < 3 and remote != "127.0.0.1" else [f"Received: {filters}"]
        raw = "".join(f"{line}\r\n" for line in through).encode() + forged(world, number)
        world.receive(raw, VICTIM, remote=remote)
        world.run()
    assert [letter.recipient for letter in world.sent] == [VICTIM] * 2
    assert Flag.MAYBE_FORGED in world.case(world.sent[0].reference).flags
