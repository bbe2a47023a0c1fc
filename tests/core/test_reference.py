import re
from datetime import timedelta

from hypothesis import given as holds_for
from hypothesis import strategies as st

from mailflow.core.reference import (
    ALPHABET,
    NO_CASE,
    STAFF_LIFETIME,
    Addresses,
    Purpose,
    find_references,
    new_reference,
    normal_reference,
    tagged_addresses,
)
from tests.core.given import NOW, PARTY

YEAR = timedelta(days=365)
DESK = Addresses("recovery@pypi.example", (b"a key of thirty-two bytes or more",), YEAR)
REFERENCE = "7KQ2-M9XD"


def is_genuine(address, party=PARTY, now=NOW, desk=DESK):
    tagged = desk.parse(address)
    return tagged is not None and desk.genuine(tagged, party, now)


def test_a_reference_is_eight_letters_that_nobody_mistakes_for_each_other():
    reference = new_reference("0" * 32)
    assert len(reference) == 9
    assert reference[4] == "-"
    assert set(reference.replace("-", "")) <= set(ALPHABET)
    assert new_reference("1" * 32) != reference


def test_a_reference_is_read_as_people_type_it():
    assert normal_reference("7kq2m9xd") == REFERENCE
    assert normal_reference(" 7KQ2 - M9XD ") == REFERENCE
    assert normal_reference("OILO-0000") == "0110-0000"
    assert normal_reference("7KQ2-M9X") is None
    assert normal_reference("7KQ2-M9XU") is None
    assert normal_reference("7KQ2-M9XДД") is None


def test_references_are_found_in_text_but_not_in_words_and_addresses():
    text = (
        "Re: [Account recovery 7kq2-M9XD] see also 0000-1111, well-behaved-1234-5678, 1234-5678@example.org"
    )
    assert find_references(text) == (REFERENCE, "0000-1111")
    assert len(find_references(" ".join(f"{n:04}-{n:04}" for n in range(50)))) == 5


def test_a_reply_address_is_genuine_for_its_party_alone():
    address = DESK.reply(REFERENCE, PARTY, NOW)
    assert len(address.split("@")[0]) <= 64
    assert is_genuine(address)
    assert is_genuine(address.upper())
    assert is_genuine(address, party="JO@Example.ORG")
    assert not is_genuine(address, party="eve@example.net")
    assert not is_genuine(address, party="")


def test_a_reply_address_expires():
    address = DESK.reply(REFERENCE, PARTY, NOW)
    assert is_genuine(address, now=NOW + YEAR)
    assert not is_genuine(address, now=NOW + YEAR + timedelta(days=1))


def test_no_part_of_a_reply_address_can_be_changed():
    local, domain = DESK.reply(REFERENCE, PARTY, NOW).split("@")
    for place in range(len("recovery+"), len(local)):
        for other in "0z":
            if local[place] != other:
                assert not is_genuine(f"{local[:place]}{other}{local[place + 1 :]}@{domain}")


def test_a_bounce_address_is_no_reply_address():
    bounce = DESK.bounce(REFERENCE, PARTY, NOW)
    assert DESK.parse(bounce).purpose is Purpose.BOUNCE
    assert is_genuine(bounce)
    assert not is_genuine(bounce.replace("b.", "r.", 1))


def test_an_address_for_commands_is_one_persons_for_a_week():
    member = "kim@pypi.example"
    for reference in (REFERENCE, None):
        address = DESK.staff(reference, member, NOW)
        assert len(address.split("@")[0]) <= 64
        assert DESK.parse(address).purpose is Purpose.STAFF
        assert DESK.parse(address).reference == (reference or NO_CASE)
        assert is_genuine(address, party="Kim@PyPI.example")
        assert not is_genuine(address, party="lee@pypi.example")
        assert is_genuine(address, party=member, now=NOW + STAFF_LIFETIME)
        assert not is_genuine(address, party=member, now=NOW + STAFF_LIFETIME + timedelta(days=1))


def test_a_reply_address_of_a_member_of_the_staff_is_none_for_commands():
    reply = DESK.reply(REFERENCE, PARTY, NOW)
    assert is_genuine(reply)
    assert not is_genuine(reply.replace("r.", "s.", 1))


def test_keys_are_rotated_by_putting_the_new_one_first():
    address = DESK.reply(REFERENCE, PARTY, NOW)
    rotated = Addresses(DESK.desk, (b"a new key", *DESK.keys), YEAR)
    assert is_genuine(address, desk=rotated)
    assert rotated.reply(REFERENCE, PARTY, NOW) != address
    assert not is_genuine(address, desk=Addresses(DESK.desk, (b"a new key",), YEAR))


def test_what_the_listener_takes_does_not_tell_genuine_from_forged():
    for address in (
        "recovery@pypi.example",
        "Recovery+anything@PyPI.example",
        "postmaster@pypi.example",
        "Postmaster",
    ):
        assert DESK.accepts(address)
    for address in (
        "someone@pypi.example",
        "recovery@elsewhere.example",
        "recovery",
        "",
        "recoveryx@pypi.example",
    ):
        assert not DESK.accepts(address)


def test_other_plus_addresses_are_not_tagged():
    genuine = DESK.reply(REFERENCE, PARTY, NOW)
    others = ["recovery+list@pypi.example", "recovery@pypi.example", genuine.replace("pypi", "other"), ""]
    assert tagged_addresses(DESK, [*others, genuine, genuine]) == (DESK.parse(genuine),)
    assert DESK.parse(f"recovery+uuuuuuuur.{'0' * 30}@pypi.example") is None


@holds_for(st.text(max_size=120))
def test_no_text_is_a_genuine_address(text):
    assert not is_genuine(text)
    assert not is_genuine(f"recovery+{text}@pypi.example")
    find_references(text)


def test_a_desk_at_a_domain_in_another_script_takes_mail_to_either_form():
    desk = Addresses("desk@xn--bcher-kva.example", DESK.keys, YEAR)
    assert desk.accepts("desk@bücher.example")
    assert desk.accepts("Desk@XN--bcher-kva.example")
    assert not desk.accepts("desk@bucher.example")
    assert not desk.accepts("desk@ü..example")


@holds_for(
    st.lists(st.sampled_from(["abcd", "-", "AB12", "1", "@", " ", "efgh", ".", "é", "\n", "+"]), max_size=12)
)
def test_references_stand_by_themselves(parts):
    text = "".join(parts)
    by_itself = re.compile(r"(?<![0-9A-Za-z@.+/-])([0-9A-Za-z]{4})-([0-9A-Za-z]{4})(?![0-9A-Za-z@-])")
    found = (normal_reference(match.group()) for match in by_itself.finditer(text))
    assert find_references(text) == tuple(dict.fromkeys(filter(None, found)))[:5]
