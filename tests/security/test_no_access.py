"""Nothing but a genuine reply address, or the party's own mail, gets into a case; and nobody learns what exists."""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.core import reference
from mailflow.core.reference import Addresses, Purpose
from mailflow.core.timing import DAY
from mailflow.steps.operate import merge
from tests.core.given import NOW
from tests.world import COMPLETE, INCOMPLETE, World

KEY, OLD, OTHER = (bytes([number]) * 32 for number in (1, 2, 3))
DESK = Addresses("recovery@pypi.example", (KEY,), timedelta(days=30))
CASE, PARTY = "7KQ2-M9XD", "jo@example.org"
EVE = "eve@example.net"
WANTED = "New address: eve@example.net\nYes to all."


def genuine(address: str, desk: Addresses = DESK, party: str = PARTY, now=NOW) -> bool:
    tagged = desk.parse(address)
    return tagged is not None and desk.genuine(tagged, party, now)


# ------------------------------------------------------------------------------------------------ reply addresses


def test_a_reply_address_has_at_least_128_bits_of_hmac():
    address = DESK.reply(CASE, PARTY, NOW)
    assert len(DESK.parse(address).mac) * 5 >= 128


@given(st.data())
def test_a_reply_address_with_any_character_changed_is_none(data):
    address = DESK.reply(CASE, PARTY, NOW)
    local, domain = address.split("@")
    place = data.draw(st.integers(len("recovery+"), len(local) - 1))
    other = data.draw(
        st.sampled_from("0123456789abcdefghjkmnpqrstvwxyz.").filter(lambda one: one != local[place])
    )
    assert not genuine(f"{local[:place]}{other}{local[place + 1 :]}@{domain}")


def test_a_reply_address_is_bound_to_case_party_purpose_and_desk():
    address = DESK.reply(CASE, PARTY, NOW)
    assert genuine(address)
    assert not genuine(address, party=EVE)
    assert not genuine(address.replace("7kq2m9xd", "7kq2m9xe"))
    assert not genuine(address.replace("7kq2m9xdr.", "7kq2m9xdb."))
    assert not genuine(address, replace(DESK, desk="recovery@other.example"))
    assert DESK.parse(DESK.bounce(CASE, PARTY, NOW)).purpose is Purpose.BOUNCE


def test_a_reply_address_expires_and_its_expiry_cannot_be_moved():
    address = DESK.reply(CASE, PARTY, NOW)
    assert genuine(address, now=NOW + 30 * DAY)
    assert not genuine(address, now=NOW + 31 * DAY)
    later = DESK.parse(DESK.reply(CASE, PARTY, NOW + 300 * DAY)).expiry
    tagged = replace(DESK.parse(address), expiry=later)
    assert not DESK.genuine(tagged, PARTY, NOW)


def test_a_key_that_was_replaced_verifies_until_it_is_removed():
    address = replace(DESK, keys=(OLD,)).reply(CASE, PARTY, NOW)
    assert genuine(address, replace(DESK, keys=(KEY, OLD)))
    assert not genuine(address, DESK)
    assert not genuine(address, replace(DESK, keys=(OTHER,)))


def test_tags_are_compared_in_constant_time_by_every_key(monkeypatch):
    compared, original = [], hmac.compare_digest

    def compare(one, other):
        compared.append((one, other))
        return original(one, other)

    monkeypatch.setattr(reference.hmac, "compare_digest", compare)
    assert genuine(DESK.reply(CASE, PARTY, NOW), replace(DESK, keys=(KEY, OLD, OTHER)))
    assert len(compared) == 3


# ------------------------------------------------------------------------------------------------ getting into a case


@pytest.fixture
def letter(world):
    (letter,) = world.write(INCOMPLETE, sender=PARTY)
    return letter


def untouched(world: World, letter) -> bool:
    case = world.case(letter.reference)
    return not {"contact_email", "code_of_conduct", "acknowledges_delay"} & set(case.answers)


HIJACKS = {
    "a typed reference": {"Subject": "Re: [Account recovery {reference}]"},
    "a copied Message-ID": {"In_Reply_To": "<{message_id}>", "References": "<{message_id}>"},
    "the party in Cc": {"Cc": PARTY},
    "the party in Reply-To": {"Reply_To": PARTY},
    "the party as envelope and Sender": {"Sender": PARTY},
    "the party's address as display name": {"From": f'"{PARTY}" <{EVE}>'},
    "a second From": {"From": f"{EVE}\r\nFrom: {PARTY}"},
    "two mailboxes in From": {"From": f"{PARTY}, {EVE}"},
    "the party in a comment": {"From": f"{EVE} ({PARTY})"},
}


@pytest.mark.parametrize("fields", HIJACKS.values(), ids=HIJACKS)
@pytest.mark.parametrize("to", ["desk", "reply address"])
def test_a_stranger_gets_into_no_case_and_hears_nothing_of_it(world, letter, fields, to):
    filled = {
        name: text.format(reference=letter.reference, message_id=letter.message_id)
        for name, text in fields.items()
    }
    to = letter.reply_to.split("<")[-1].strip(">") if to == "reply address" else world.desk
    letters = world.write(f"{letter.reference}\n{WANTED}", sender=EVE, to=to, **filled)
    assert untouched(world, letter)
    for one in letters:
        assert one.recipient == EVE
        assert one.reference != letter.reference
        for secret in ("jdoe42", letter.reference, PARTY):
            assert secret not in one.raw.decode()


@pytest.mark.parametrize("where", ["header", "subject", "text"])
def test_clues_that_name_cases_of_two_people_go_to_the_staff(world, letter, where):
    (other,) = world.write(COMPLETE, sender=EVE)
    fields = {"In_Reply_To": f"<{other.message_id}>"} if where == "header" else {}
    if where == "subject":
        fields["Subject"] = f"Re: [Account recovery {other.reference}]"
    text = f"{other.reference}\n{WANTED}" if where == "text" else WANTED
    assert world.answer(letter, text, **fields) == []
    assert untouched(world, letter)
    assert "unproven_wrote" in world.case(letter.reference).flags
    assert "different people" in world.handled[-1].silence


def test_a_forged_reply_address_in_the_partys_name_counts_as_no_proof(world, letter):
    forged = letter.reply_to.split("<")[-1].strip(">")
    place = forged.index("@") - 3
    forged = f"{forged[:place]}{'0' if forged[place] != '0' else '1'}{forged[place + 1 :]}"
    assert world.write(WANTED, sender=EVE, to=forged) == []
    assert untouched(world, letter)
    assert world.opened() == 1


# ------------------------------------------------------------------------------------------------ learning what exists


def same(letters) -> list[str]:
    return [letter.text.replace(letter.reference, "REFERENCE") for letter in letters]


@pytest.mark.parametrize("name", ["jdoe42", "kari77"])
def test_a_request_is_answered_the_same_whether_the_account_is_known_or_not(world, letter, name):
    stranger = world.write(INCOMPLETE.replace("jdoe42", name), sender=EVE)
    assert same(stranger) == same([letter])


@pytest.mark.parametrize("real", [True, False])
def test_a_reference_is_answered_the_same_whether_it_exists_or_not(world, letter, real):
    typed = letter.reference if real else "0000-0000"
    stranger = world.write(f"{typed}: {INCOMPLETE}", sender=EVE)
    assert same(stranger) == same([letter])


@pytest.mark.parametrize("real", [True, False])
def test_smtp_takes_every_reply_address_alike(letter, world, real):
    address = letter.reply_to.split("<")[-1].strip(">") if real else "recovery+0000000r.0000@pypi.example"
    assert world.app.addresses.accepts(address)


def test_a_complete_request_of_a_second_claimant_is_answered_as_the_first(world):
    (first,) = world.write(COMPLETE, sender=PARTY)
    (second,) = world.write(COMPLETE, sender=EVE)
    assert "number 2 in line" in second.text
    assert same([first])[0].replace("the next one in line", "number 2 in line") == same([second])[0]


@pytest.mark.parametrize("body", ["Any news about my request?", "Thanks.", COMPLETE])
def test_whose_case_was_merged_into_a_strangers_hears_nothing_of_that(world, body):
    """Who has another case of their own is told of that one, so what is left are the cases of others."""
    (letter,) = world.write(INCOMPLETE, sender=PARTY)
    (strangers,) = world.write(COMPLETE, sender=EVE)
    merge(world.app, letter.reference, strangers.reference, "kim")
    before = world.case(strangers.reference)
    for answer in world.answer(letter, body):
        assert answer.recipient == PARTY
        assert "another" not in answer.text
        assert strangers.reference not in answer.text
    assert world.case(strangers.reference) == before
