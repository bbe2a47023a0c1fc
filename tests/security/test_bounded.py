"""Whatever the other side does, the desk falls silent towards it, and the staff sees why."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.core.case import Flag
from mailflow.core.timing import DAY
from tests.world import COMPLETE, Sent, World, budgeted

MONTH = timedelta(days=30)
AWAY = "Greetings from the mountains, where the snow is deep and the evenings are long. Regards, Jo"  # no rule knows that
# Nor this, which is long enough to be told again.
TICKET = """Good day to you. The words that you have sent lie on our table, with the number {number} written upon them.
All of us look at them together as soon as the weather lets us meet. Keep the number in the first line, should you write."""


class Correspondent:
    """Answers each letter that is delivered to it, at once, with no header that tells a machine."""

    def __init__(self, world: World, address: str) -> None:
        self.world = world
        self.address = address
        self.got = 0

    def owns(self, recipient: str) -> bool:
        return recipient == self.address

    def answer(self, letter) -> None:
        raise NotImplementedError


class VacationBot(Correspondent):
    """Obeys nothing: answers every letter, to where replies go."""

    def answer(self, letter):
        self.world.receive(self.world.mail(AWAY, sender=self.address, to=letter.reply_to), self.address)


class StrayBot(Correspondent):
    """The same, but to the From address and without a thread."""

    def answer(self, _):
        self.world.receive(self.world.mail(AWAY, sender=self.address), self.address)


class Echo(Correspondent):
    """Sends the letter's own text back."""

    def answer(self, letter):
        raw = self.world.mail(letter.text, sender=self.address, to=letter.reply_to, Subject=letter.subject)
        self.world.receive(raw, self.address)


class Asker(Correspondent):
    """A machine that words its notice as a question."""

    def answer(self, letter):
        raw = self.world.mail("Is there any news about my request?", sender=self.address, to=letter.reply_to)
        self.world.receive(raw, self.address)


class Helpdesk(Correspondent):
    """Opens a ticket for each letter, and writes from a new address each time."""

    def owns(self, recipient):
        return recipient.endswith("@help.example.com")

    def answer(self, _):
        sender = f"ticket-{self.got}@help.example.com"
        self.world.receive(self.world.mail(TICKET.format(number=4700 + self.got), sender=sender), sender)


class TaggedHelpdesk(Helpdesk):
    """The same, to the reply address."""

    def answer(self, letter):
        sender = f"ticket-{self.got}@help.example.com"
        raw = self.world.mail(TICKET.format(number=self.got), sender=sender, to=letter.reply_to)
        self.world.receive(raw, sender)


MACHINES = [VacationBot, StrayBot, Echo, Asker]


def play(world: World, correspondents: list[Correspondent], days: timedelta = MONTH) -> None:
    """Time passes; each letter is answered before more time does."""
    seen, until = len(world.sent), world.now + days
    while True:
        world.run()
        while seen < len(world.sent):
            letter, seen = world.sent[seen], seen + 1
            for one in correspondents:
                if one.owns(letter.recipient):
                    one.got += 1
                    assert one.got < 50, f"{type(one).__name__} is written to without end"
                    one.answer(letter)
            world.run()
        if world.now >= until:
            return
        world.wait(timedelta(hours=12))


def first_address(kind: type[Correspondent]) -> str:
    return "info@help.example.com" if issubclass(kind, Helpdesk) else f"{kind.__name__.lower()}@example.org"


@pytest.mark.parametrize("kind", [*MACHINES, TaggedHelpdesk], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("begin", ["I need my account back.", COMPLETE], ids=["incomplete", "complete"])
def test_a_machine_that_obeys_nothing_gets_two_letters_at_most(world, kind, begin):
    machine = kind(world, first_address(kind))
    world.receive(world.mail(begin, sender=machine.address), machine.address)
    play(world, [machine])
    assert machine.got <= 2


def test_a_helpdesk_that_writes_from_a_new_address_each_time_makes_us_write_to_one_of_them(world):
    helpdesk = Helpdesk(world, "info@help.example.com")
    world.receive(world.mail(COMPLETE, sender=helpdesk.address), helpdesk.address)
    play(world, [helpdesk])
    to = Counter(letter.recipient for letter in world.sent if helpdesk.owns(letter.recipient))
    assert to == {"info@help.example.com": 1, "ticket-1@help.example.com": 1}


def test_people_at_one_provider_who_send_the_form_with_nothing_filled_in_are_all_answered(world):
    form = (
        "### User name\n_No response_\n### Reason\n_No response_\n"
        + "Please help me as soon as you can. " * 3
    )
    for party in ("ann@example.org", "bob@example.org", "cid.2@example.org"):
        (letter,) = world.write(form, sender=party)
        assert letter.recipient == party
    assert world.opened() == 3


@pytest.mark.parametrize(
    "text",
    [
        "User name:\nReason:\nRecovery codes:\nCode of Conduct:\nWaiting time:\nNew address:\nProjects:\nProof:",
        "Good day to you all. I am writing because I cannot get in any longer. Would you please help me as soon as you can?",
    ],
    ids=["form", "words"],
)
@pytest.mark.parametrize("names", [("john11", "john1984"), ("mary-1", "mary-2"), ("s.2", "s.3")])
def test_people_whose_addresses_differ_in_numbers_are_all_answered(world, text, names):
    """Whoever was first, and whether or not one of them is a forger."""
    first, second = (f"{name}@example.org" for name in names)
    assert [letter.recipient for letter in world.write(text, sender=first)] == [first]
    assert [letter.recipient for letter in world.write(text, sender=second)] == [second]
    assert not any(Flag.GOING_IN_CIRCLES in world.case(letter.reference).flags for letter in world.sent)


def test_a_text_that_a_machine_sends_again_is_listed(world):
    for number in (1, 2):
        world.write(TICKET.format(number=number), sender=f"ticket-{number}@help.example.com")
    assert [letter.recipient for letter in world.sent] == ["ticket-1@help.example.com"]
    digest = world.wait(DAY)[0]
    assert "ticket-2@help.example.com" in digest.text
    assert "sent this text before" in " ".join(digest.text.split())


@pytest.mark.parametrize("kind", [VacationBot, StrayBot, Asker])
def test_that_a_machine_is_not_answered_any_more_is_shown_to_the_staff(world, kind):
    machine = kind(world, "machine@example.org")
    world.receive(world.mail("I need my account back.", sender=machine.address), machine.address)
    play(world, [machine], timedelta(days=2))
    assert Flag.GOING_IN_CIRCLES in world.case().flags
    digest = world.sent[-1]
    assert digest.recipient in world.config.policy.staff
    assert "not answered any more" in " ".join(digest.text.split())


@settings(max_examples=5)
@given(
    kinds=st.lists(st.sampled_from(MACHINES), min_size=1, max_size=4, unique=True),
    after=st.integers(0, 4),
)
def test_a_person_among_machines_gets_their_letters(tmp_path_factory, kinds, after):
    world = World(tmp_path_factory.mktemp("desk"))
    machines = [kind(world, first_address(kind)) for kind in kinds]
    for machine in machines:
        world.receive(world.mail("I need my account back.", sender=machine.address), machine.address)
    play(world, machines, timedelta(days=after))
    (asked,) = world.write("My user name is ada.", sender="ada@example.org")
    letters = world.answer(asked, COMPLETE)
    play(world, machines, timedelta(days=1))
    world.close()
    assert [letter.recipient for letter in letters] == ["ada@example.org"]
    assert all(machine.got <= 2 for machine in machines)


def test_two_desks_that_answer_each_other_stop(tmp_path):
    """Both lose on the way whatever would tell a machine."""
    one, other = World(folder(tmp_path, "one")), World(folder(tmp_path, "other"))
    config = replace(other.config, desk=replace(other.config.desk, address="desk@example.org"))
    other.config, other.app = config, other.make_app(config)
    one.receive(one.mail("I need my account back.", sender=config.desk.address), config.desk.address)
    carried = {one.desk: 0, other.desk: 0}
    for _ in range(30):
        while sum(carry(here, there, carried) for here, there in ((one, other), (other, one))):
            pass
        one.wait(DAY)
        other.wait(DAY)
    reminders = (
        len(config.policy.remind_after) + 1
    )  # and the letter that closes: each holds the other for a person
    assert 1 <= carried[one.desk] <= 2
    assert carried[other.desk] <= 2 + reminders
    answering = [letter for letter in other.sent if "missing" in kinds_of(other, letter)]
    assert len(answering) <= 2
    one.close()
    other.close()


def kinds_of(world: World, sent: Sent) -> list[str]:
    with world.store.read() as uow:
        return [one.kind for one in uow.outbox.of_case(world.case().id) if one.message_id == sent.message_id]


def carry(here: World, there: World, carried: dict[str, int]) -> int:
    """Hand over what one desk wrote to the other, as mail that no header tells from a person's; how much it was."""
    here.now += timedelta(seconds=5)
    here.run()
    letters = [letter for letter in here.sent if local(letter.recipient) == local(there.desk)]
    for letter in letters[carried[here.desk] :]:
        fields = {"Subject": letter.subject, "Reply_To": letter.reply_to}
        raw = there.mail(letter.text, sender=here.desk, to=letter.recipient, **fields)
        there.receive(raw, here.desk, letter.recipient)
    new, carried[here.desk] = len(letters) - carried[here.desk], len(letters)
    return new


def local(address: str) -> str:
    return address.partition("@")[0].partition("+")[0]


def folder(tmp_path, name):
    made = tmp_path / name
    made.mkdir()
    return made


@pytest.mark.parametrize("limit", ["letters_per_domain", "letters_in_all"])
def test_a_budget_holds_for_all_who_never_answered_and_for_nobody_else(tmp_path, limit):
    world = budgeted(tmp_path, **{limit: 10})
    (letter,) = world.write("My user name is ada.", sender="ada@flood.example.org")
    for number in range(30):
        world.write(f"My user name is u{number}.", sender=f"u{number}@flood.example.org")
    assert len(world.sent) == 10
    assert Flag.LETTERS_SPENT in world.case().flags
    assert len(world.answer(letter, COMPLETE)) == 1
    world.now += timedelta(days=1, minutes=1)
    assert len(world.write("My user name is late.", sender="late@flood.example.org")) == 1
    world.close()


def test_one_domain_that_spends_its_budget_takes_nothing_from_another(tmp_path):
    world = budgeted(tmp_path, letters_per_domain=3)
    for number in range(5):
        world.write(f"My user name is u{number}.", sender=f"u{number}@flood.example.org")
    assert len(world.write("My user name is ada.", sender="ada@example.net")) == 1
    world.close()
