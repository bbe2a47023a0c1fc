"""A person is found wherever their address stands, and nobody who has a similar one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.core.answer import Answer
from mailflow.core.envelope import Envelope
from mailflow.store import persons
from mailflow.store.seal import Keyring, Sealed
from mailflow.store.tally import MAILBOX
from mailflow.store.unit import Store

JO = "Jo.Doe+x@example.org"


@pytest.fixture(params=[None, b"\x01" * 32])
def store(engine, request):
    return Store(engine, keyring=Keyring([request.param] if request.param else []))


@pytest.fixture
def mail(arrival):
    def make(sender="kim@example.com", text="hello"):
        made = arrival(f"Subject: x\r\n\r\n{text} {mail.number}\r\n".encode())
        mail.number += 1
        envelope = Envelope(sender, ("desk@example.com",))
        return replace(made, envelope=envelope)

    mail = type("Numbered", (), {"number": 0})
    return make


def find(store, address=JO):
    with store.read() as uow:
        return uow.persons.find(address)


def forget(store, address=JO):
    found = find(store, address)
    with store.begin() as uow:
        person = uow.persons.find_again(address, found)
        uow.persons.forget(address, person)
    assert person == found
    return person


def test_what_came_after_the_first_look_is_deleted_too(store, mail, letter, now):
    found = find(store)
    with store.begin() as uow:
        uow.mails.put([mail(JO), mail()])
        uow.outbox.put(letter(recipient=JO), now)
    with store.begin() as uow:
        person = uow.persons.find_again(JO, found)
    assert (person.mails, person.letters) == ((1,), (1,))


def put(store, now, handle, *mails, case_id=None, **facts):
    with store.begin() as uow:
        uow.mails.put(mails)
        for one in uow.mails.claim(now, 100):
            handle(uow, one.id, case_id=case_id, **facts)


def test_nobody_is_kept_of_an_empty_desk(store):
    assert find(store).empty


def test_their_cases_go_with_all_that_is_theirs(store, case, mail, letter, handle, now):
    own, other = case(party=JO.lower()), case(party="kim@example.com")
    with store.begin() as uow:
        for one in (own, other):
            uow.cases.save(one)
            uow.cases.note(one.id, now, one.party, "wrote", {"mail": "1"})
            uow.outbox.put(letter(case_id=one.id, recipient=one.party), now)
    put(store, now, handle, mail(JO), case_id=own.id, sender=JO)
    put(store, now, handle, mail(), case_id=other.id, sender="kim@example.com")
    person = forget(store)
    assert ([one.id for one in person.cases], person.mails, person.letters) == ([own.id], (), ())
    assert find(store).empty
    with store.read() as uow:
        assert [one.id for one in uow.views.cases()] == [other.id]
        assert (uow.mails.get(1), uow.outbox.get(1), uow.cases.history(own.id)) == (None, None, [])
        assert len(uow.mails.of_case(other.id)) == len(uow.outbox.of_case(other.id)) == 1
        assert len(uow.cases.history(other.id)) == 1


def test_so_do_mails_that_belong_to_no_case_or_to_anothers(store, case, mail, handle, now):
    other = case(party="kim@example.com")
    with store.begin() as uow:
        uow.cases.save(other)
    put(store, now, handle, mail(JO), case_id=other.id, sender=JO.upper())
    put(store, now, handle, mail("", "nobody"), sender="mailer-daemon@example.net", subject=f"to {JO}")
    put(store, now, handle, mail("", "nobody"), sender="mailer-daemon@example.net", fresh=f"<{JO}> failed")
    put(store, now, handle, mail("", f"<{JO.upper()}>: no such user"), sender="mailer-daemon@example.net")
    put(store, now, handle, mail("", "nobody"), sender="mailer-daemon@example.net")
    put(store, now, handle, mail(text=f"I know {JO}"), case_id=other.id, sender="kim@example.com")
    with store.begin() as uow:
        uow.mails.put([mail(JO)])  # it waits
    assert find(store).mails == (1, 2, 3, 4, 7)
    forget(store)
    assert find(store).mails == ()
    with store.read() as uow:
        assert [number for number in range(1, 8) if uow.mails.get(number)] == [5, 6]


@pytest.mark.parametrize("asked", ["jo@BÜCHER.example", "Jo@xn--bcher-kva.example"])
def test_a_domain_in_another_script_is_found_in_both_of_its_forms(
    store, case, mail, letter, handle, now, asked
):
    """A case is kept under the ASCII form; people, and who asks to be forgotten, write the other one."""
    plain, native = "jo@xn--bcher-kva.example", "jo@bücher.example"
    own, other = case(party=plain), case(party="kim@example.com")
    with store.begin() as uow:
        for one in (own, other):
            uow.cases.save(one)
        uow.outbox.put(letter(recipient=plain), now)
        uow.outbox.put(letter(recipient="staff@example.com", text=f"from {native}"), now)
        uow.cases.note(other.id, now, plain, "stranger_wrote", {"said": native})
    put(store, now, handle, mail("bounces@example.net", f"to {native}"), mail(native), sender="x@example.net")
    person = forget(store, asked)
    assert [one.id for one in person.cases] == [own.id]
    assert (person.mails, person.letters, person.history) == ((1, 2), (1, 2), (1,))
    assert find(store, asked).empty


def test_what_was_counted_of_their_mailbox_is_deleted(store, now):
    with store.begin() as uow:
        for key in ("jo.doe@example.org", "kim@example.org"):
            uow.tally.put(MAILBOX, key, now)
    forget(store)
    with store.read() as uow:
        counted = [uow.tally.count(MAILBOX, now, 9, key) for key in ("jo.doe@example.org", "kim@example.org")]
    assert counted == [0, 1]


def test_many_mails_are_deleted_in_parts(store, mail, handle, now, monkeypatch):
    monkeypatch.setattr(persons, "_AT_ONCE", 2)
    put(store, now, handle, *(mail(JO) for _ in range(5)), sender=JO)
    assert len(forget(store).mails) == 5
    assert find(store).empty


def test_so_do_letters_to_them_and_digests_that_name_them(store, case, letter, now):
    other = case(party="kim@example.com")
    with store.begin() as uow:
        uow.cases.save(other)
        uow.outbox.put(letter(recipient=JO.upper()), now)
        uow.outbox.put(letter(recipient="staff@example.com", text=f"7KQ2-M9XD {JO}\n"), now)
        uow.outbox.put(letter(recipient="staff@example.com", text="nothing waits"), now)
        uow.outbox.put(letter(recipient="kim@example.com", case_id=other.id, text=JO), now)
    assert forget(store).letters == (1, 2)
    with store.read() as uow:
        assert [number for number in range(1, 5) if uow.outbox.get(number)] == [3, 4]


def test_in_the_history_of_others_the_address_is_replaced_and_the_rest_stays(store, case, now):
    other = case(party="kim@example.com")
    facts = {"sender": JO.upper(), "mail": "7", "deep": [{"said": f"<{JO}>, ban{JO}", "n": 1}]}
    with store.begin() as uow:
        uow.cases.save(other)
        uow.cases.note(other.id, now, JO, "stranger_wrote", facts)
        uow.cases.note(other.id, now, "kim@example.com", "wrote", {"mail": "1"})
    person = forget(store)
    assert person.history == (1,)
    with store.read() as uow:
        changed, untouched = uow.cases.history(other.id)
    assert changed.by == "[forgotten]"
    deep = [{"said": f"<[forgotten]>, ban{JO}", "n": 1}]
    assert changed.facts == {"sender": "[forgotten]", "mail": "7", "deep": deep}
    assert untouched.by == "kim@example.com"
    assert find(store).empty


def test_where_they_are_anothers_answer_the_staff_is_told(store, case, now):
    answer = Answer("registered_email", JO, f"it was {JO}", 1, 0, 9, "label", 1.0)
    with store.begin() as uow:
        uow.cases.save(case(party="kim@example.com", reference="AAAA-AAAA", answers={answer.field: answer}))
        uow.cases.save(case(party="lee@example.com", reference="BBBB-BBBB", account=JO.upper()))
        uow.cases.save(case(party="max@example.com", reference="CCCC-CCCC", account=f"ban{JO}"))
    person = find(store)
    assert person.named_in == ("AAAA-AAAA", "BBBB-BBBB")
    forget(store)
    assert find(store).named_in == ("AAAA-AAAA", "BBBB-BBBB")


@pytest.mark.parametrize(
    "other",
    [
        "banjo.doe+x@example.org",
        "jo.doe+x@example.org.uk",
        "jo.doe+x@example.organic",
        "jo-doe+x@example.org",
        "%@%",
        "joxdoe+x@example.org",
        "x+jo.doe+x@example.org",
        "jo.doe@example.org",
        "jo_doe+x@example.org",
    ],
)
def test_a_similar_address_is_another_person(store, case, mail, letter, handle, now, other):
    with store.begin() as uow:
        one = case(party=other, account=other)
        uow.cases.save(one)
        uow.cases.note(one.id, now, other, "wrote", {"sender": other})
        uow.outbox.put(letter(recipient="staff@example.com", text=f"from {other}, again"), now)
    put(store, now, handle, mail(other, f"I am {other}."), sender=other, fresh=f"I am {other}.")
    assert find(store).empty
    assert find(store).named_in == ()
    forget(store)
    assert [case.party for case in find(store, other).cases] == [other]
    with store.read() as uow:
        assert uow.cases.get(one.id) == one
        assert uow.cases.history(one.id)[0].by == other
        assert uow.mails.get(1) is not None
        assert uow.outbox.get(1) is not None


def test_an_address_that_is_not_ascii_is_found_in_json(store, case, now):
    address = "jörg@example.org"
    with store.begin() as uow:
        one = case(party="kim@example.com")
        uow.cases.save(one)
        uow.cases.note(one.id, now, "kim@example.com", "noted", {"text": f"ask {address.upper()}"})
    assert forget(store, address).history == (1,)
    assert find(store, address).empty


def test_a_mail_that_does_not_open_is_passed_over(engine, mail, handle, now):
    put(Store(engine, keyring=Keyring([b"\x01" * 32])), now, handle, mail("", JO), sender="x@example.net")
    assert find(Store(engine, keyring=Keyring([b"\x02" * 32]))).empty


@given(st.text(max_size=30), st.text(max_size=30))
def test_nothing_but_the_address_is_replaced(before, after):
    named = persons._pattern([JO])
    said = f"{before}<{JO}>{after}"
    changed = persons._without(said, named)
    assert named.search(changed) is None
    assert persons.FORGOTTEN in changed
    assert persons._without(before, named) == before or JO.lower() in before.lower()


def test_sealed_values_say_nothing_when_shown():
    assert "hello" not in repr(Sealed(b"hello", b"", Keyring()))
