from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from mailflow.core.answer import Answer
from mailflow.core.case import Case, Flag, Outcome, Status
from mailflow.store.casejson import COLUMNS
from mailflow.store.columns import EPOCH

DAY = timedelta(days=1)
TEXT = st.text(st.characters(codec=None), max_size=20)  # with NUL and halves of surrogate pairs
STORABLE = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
MOMENTS = st.builds(
    lambda micros, zone: (EPOCH + timedelta(microseconds=micros)).astimezone(zone),
    st.integers(-(2**50), 2**54),
    st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=30))]),
)
VALUES = TEXT | st.booleans() | st.lists(TEXT, max_size=3).map(tuple)
LATER = TEXT.map(lambda name: f"later {name}")  # names that a newer version may give to what it adds
NEWER = st.dictionaries(LATER, st.none() | TEXT | st.dictionaries(TEXT, st.lists(st.integers())), max_size=2)
BEYOND = NEWER.map(lambda added: tuple(added.items()))
ANSWERS = st.builds(Answer, value=VALUES, words=TEXT, sure=st.floats(0, 1), beyond=BEYOND)
# A field that is not named here is filled by its type, so a new one is tried as well.
FACTS: dict[str, Any] = {
    **dict.fromkeys((field.name for field in fields(Case)), ...),
    **dict.fromkeys(("party", "account"), STORABLE),
    **dict.fromkeys(("opened_at", "changed_at", "waiting_since"), MOMENTS),
    **dict.fromkeys(
        ("closed_at", "completed_at", "touched_at", "due_at", "reminded_at", "snoozed_until"),
        st.none() | MOMENTS,
    ),
    "id": st.uuids().map(lambda uuid: uuid.hex),
    "reference": st.uuids().map(str),
    "question": TEXT,
    "answers": st.dictionaries(TEXT, ANSWERS, max_size=3),
    "doubts": st.dictionaries(TEXT, st.lists(ANSWERS, max_size=2).map(tuple), max_size=2),
    "last_letters": st.dictionaries(TEXT, MOMENTS, max_size=3),
    "beyond": BEYOND,
    "unproven": st.dictionaries(TEXT, TEXT, max_size=2),
}
CASES = st.builds(Case, **FACTS)


@given(saved=CASES)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_case_comes_back_as_it_was_saved(store, saved):
    with store.begin() as uow:
        uow.cases.save(saved)
        found = uow.cases.get(saved.id)
    assert found == saved
    for field in fields(Case):
        assert type(getattr(found, field.name)) is type(getattr(saved, field.name)), field.name
    assert all(type(answer.value) is type(saved.answers[key].value) for key, answer in found.answers.items())


def test_every_column_is_a_field_of_the_case():
    assert {field.name for field in fields(Case)} >= COLUMNS


def test_what_another_version_stored_is_read(store, case, engine):
    saved = case(
        question="Which?", answers={"username": Answer("username", "jdoe", "jdoe", 1, 0, 4, "label", 1.0)}
    )
    with store.begin() as uow:
        uow.cases.save(saved)
    newer = '{"question":"Which?","mood":"sad","answers":{"username":{"field":"username","value":"jdoe","words":"jdoe",'
    newer += '"line":1,"start":0,"end":4,"rule":"label","sure":1.0,"tone":"kind"}},"waiting_since":"2026-03-02T09:00:00+00:00"}'
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE cases SET details = '{newer}'")
    with store.begin() as uow:
        found = uow.cases.get(saved.id)
        uow.cases.save(found)
        assert uow.cases.get(saved.id) == found
    username = replace(saved.answers["username"], beyond=(("tone", "kind"),))
    answered = replace(saved, answers={"username": username}, beyond=(("mood", "sad"),))
    assert found == replace(answered, waiting_since=datetime(2026, 3, 2, 9, tzinfo=UTC))
    with engine.begin() as connection:
        (stored,) = connection.exec_driver_sql("SELECT details FROM cases").one()
    assert '"mood":"sad"' in stored
    assert '"tone":"kind"' in stored


@pytest.mark.parametrize("field", ["opened_at", "due_at", "waiting_since"])
def test_a_time_without_a_time_zone_is_refused(store, case, now, field):
    with pytest.raises(Exception, match="without a time zone"), store.begin() as uow:
        uow.cases.save(case(**{field: now.replace(tzinfo=None)}))


def test_saving_again_replaces(store, case, now):
    first = case(due_at=now)
    with store.begin() as uow:
        uow.cases.save(first)
        uow.cases.note(first.id, now, "jane@example.org", "opened", {})
        uow.cases.save(replace(first, status=Status.IN_REVIEW, due_at=None, party="joe@example.org"))
    with store.read() as uow:
        found = uow.cases.get(first.id)
        assert (found.status, found.due_at, found.party) == (Status.IN_REVIEW, None, "joe@example.org")
        assert len(uow.cases.history(first.id)) == 1
        assert uow.cases.open_of("jane@example.org") == []


def test_no_two_cases_have_one_reference(store, case):
    with store.begin() as uow:
        uow.cases.save(case(reference="AAAA-AAAA"))
    with pytest.raises(IntegrityError), store.begin() as uow:
        uow.cases.save(case(reference="AAAA-AAAA"))


def test_a_case_is_found_by_its_reference(store, case):
    known = case()
    with store.begin() as uow:
        uow.cases.save(known)
        assert uow.cases.by_reference(known.reference) == known
        assert uow.cases.by_reference("ZZZZ-\0ZZZ\ud800") is None
        assert uow.cases.get("f" * 32) is None
        assert uow.cases.get(known.id, lock=True) == known


def test_cases_are_found_by_the_message_ids_of_our_letters(store, case, letter, now):
    first, second, third = case(changed_at=now - DAY), case(changed_at=now), case()
    letters = [letter(case_id=known.id) for known in (first, second, third)] + [letter()]
    letters.append(letter(case_id=first.id, asked=("account", "conduct")))
    with store.begin() as uow:
        for known in (first, second, third):
            uow.cases.save(known)
        for one in letters:
            uow.outbox.put(one, now)
        asked = [one.message_id for one in letters if one.case_id != third.id]
        found, by_letter = uow.cases.of_letters([*asked, "x@example.org", "\0\udcff"])
        assert found == [second, first]
        first_one, second_one, _, _, last_one = (one.message_id for one in letters)
        assert {one: asking.items for one, asking in by_letter.items()} == {
            first_one: (),
            second_one: (),
            last_one: ("account", "conduct"),
        }
        assert {asking.kind for asking in by_letter.values()} == {letters[0].kind}
        assert uow.cases.of_letters([]) == ([], {})
        many = [f"{number}@example.org" for number in range(100_000)]
        assert uow.cases.of_letters(many) == ([], {})
        assert uow.cases.of_letters([first_one, *many])[0] == [first]  # the nearest ones are looked for


def test_what_a_letter_asked_that_an_older_program_wrote_is_not_known(store, case, letter, now):
    known, one = case(), letter()
    with store.begin() as uow:
        uow.cases.save(known)
        uow.outbox.put(replace(one, case_id=known.id), now)
        uow.write_all()
        uow._connection.exec_driver_sql("UPDATE outbox SET asked = NULL")
        assert uow.cases.of_letters([one.message_id]) == ([known], {})


def test_a_party_is_the_same_in_any_case_of_letters(store, case, now):
    old = case(party="Jane@Example.ORG", status=Status.CLOSED, opened_at=now - DAY)
    first, second = case(opened_at=now), case(party="JANE@example.org", opened_at=now + DAY)
    with store.begin() as uow:
        for known in (second, old, first, case(party="joe@example.org")):
            uow.cases.save(known)
        assert uow.cases.open_of("jane@EXAMPLE.org") == [first, second]
        assert uow.cases.closed_of("jane@EXAMPLE.org") == [old]
        assert uow.cases.latest_of("jane@example.org") == second
        assert uow.cases.latest_of("nobody@example.org") is None
        assert uow.cases.get(old.id).party == "Jane@Example.ORG"


def test_an_endless_address_is_stored_and_told_from_others(store, case):
    long = "x" * 9_000 + "@example.org"
    known = case(party=long, account=long)
    with store.begin() as uow:
        uow.cases.save(known)
        assert uow.cases.open_of(long.upper()) == [known]
        assert uow.cases.open_of("x" * 9_001 + "@example.org") == []


def test_the_history_is_kept_in_order(store, case, now):
    known = case()
    facts = {
        "to": Status.CLOSED,
        "due": now,
        "waited": DAY,
        "flags": frozenset({Flag.ESCALATED}),
        "words": "\0\ud800",
        "list": (1, 2),
        "map": MappingProxyType({"a": "b"}),
    }
    with store.begin() as uow:
        uow.cases.save(known)
        uow.cases.note(known.id, now + DAY, "staff:ann", "noted", facts)
        uow.cases.note(known.id, now, "clock", "reminded", {})
        first, second = uow.cases.history(known.id)
        assert uow.cases.history("0" * 32) == []
    assert (first.at, first.by, first.kind) == (now + DAY, "staff:ann", "noted")
    assert first.facts == {
        "to": "closed",
        "due": now.isoformat(),
        "waited": 86400.0,
        "flags": ["escalated"],
        "words": "\0\ud800",
        "list": [1, 2],
        "map": {"a": "b"},
    }
    assert (second.kind, second.facts) == ("reminded", {})


def test_what_has_no_form_in_json_is_refused(store, case, now):
    known = case()
    with store.begin() as uow:
        uow.cases.save(known)
    with pytest.raises(Exception, match="no form in JSON"), store.begin() as uow:
        uow.cases.note(known.id, now, "x", "x", {"what": object()})


def test_cases_are_due_once_their_time_has_come(store, case, now):
    early, late, never = case(due_at=now - DAY), case(due_at=now), case()
    with store.begin() as uow:
        for known in (never, late, early):
            uow.cases.save(known)
        assert uow.cases.due(now, 10) == [early, late]
        assert uow.cases.due(now, 1) == [early]
        assert uow.cases.due(now - timedelta(microseconds=1), 10) == [early]
        assert uow.cases.due(now - 2 * DAY, 10) == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_due_case_that_one_node_holds_another_skips(store, case, now):
    with store.begin() as uow:
        for _ in range(3):
            uow.cases.save(case(due_at=now))
    with store.begin() as first, store.begin() as second:
        mine, theirs = first.cases.due(now, 2), second.cases.due(now, 2)
    assert (len(mine), len(theirs)) == (2, 1)
    assert not {known.id for known in mine} & {known.id for known in theirs}


def closed(case, now, **facts):
    return case(**{"status": Status.CLOSED, "outcome": Outcome.DENIED, "closed_at": now, **facts})


def test_closed_cases_are_purged_with_all_that_is_theirs(store, case, now, arrival, letter, handle):
    old, new, reopened = closed(case, now - DAY), closed(case, now), case(closed_at=now - DAY)
    sent = letter(case_id=old.id)
    with store.begin() as uow:
        for known in (old, new, reopened):
            uow.cases.save(known)
            uow.cases.note(known.id, now, "x", "x", {})
        uow.outbox.put(sent, now)
        (queued,) = uow.outbox.of_case(old.id)
        uow.outbox.sent([queued.id], now)
        uow.mails.put([arrival()])
        (mail,) = uow.mails.claim(now, 1)
        handle(uow, mail.id, case_id=old.id)
    with store.begin() as uow:
        assert uow.cases.purge(now) == 1
        assert uow.cases.purge(now) == 0
    with store.read() as uow:
        assert uow.cases.get(old.id) is None
        assert uow.mails.get(mail.id) is None
        assert (uow.outbox.of_case(old.id), uow.cases.history(old.id)) == ([], [])
        assert (uow.cases.get(new.id), uow.cases.get(reopened.id)) == (new, reopened)
        assert len(uow.cases.history(new.id)) == 1


def test_a_case_with_a_letter_on_its_way_is_not_purged(store, case, now, letter):
    known = closed(case, now - DAY)
    with store.begin() as uow:
        uow.cases.save(known)
        uow.outbox.put(letter(case_id=known.id), now)
        assert uow.cases.purge(now) == 0
        uow.outbox.give_up(uow.outbox.of_case(known.id)[0].id, "550", now)
        assert uow.cases.purge(now) == 1


def test_a_purge_of_cases_stops_at_its_limit(store, case, now):
    with store.begin() as uow:
        for _ in range(5):
            uow.cases.save(closed(case, now - DAY))
        assert [uow.cases.purge(now, limit=3) for _ in range(3)] == [3, 2, 0]


def test_a_party_can_be_locked_more_than_once(store):
    with store.begin() as uow:
        uow.cases.lock_party("jane@example.org")
        uow.cases.lock_party("Jane@Example.org", "joe@example.org", "\0\ud800")
