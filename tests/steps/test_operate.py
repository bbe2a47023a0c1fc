"""What the staff does to cases, and how a case is found by what they type."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from mailflow.core.case import Outcome, Status
from mailflow.core.events import StaffAsked, StaffClosed, StaffNoted, StaffReopened
from mailflow.core.timing import DAY
from mailflow.steps.find import UnknownCase, find_case
from mailflow.steps.operate import AlreadyDecided, act, merge
from tests.world import COMPLETE, World, configured, in_the_clear


@pytest.fixture
def reference(world):
    (letter,) = world.write(COMPLETE)
    return letter.reference


def history(world, reference):
    with world.store.read() as uow:
        return uow.cases.history(uow.cases.by_reference(reference).id)


def test_what_the_staff_does_is_recorded_under_their_name(world, reference):
    world.now += timedelta(hours=1)
    applied = act(world.app, reference, StaffNoted("seen"), "kim")
    assert (applied.by, applied.note, applied.before) == ("staff:kim", "noted", Status.IN_REVIEW)
    assert applied.case == world.case()
    assert world.case().touched_at == world.now
    entry = history(world, reference)[-1]
    assert (entry.by, entry.kind, entry.facts["text"], entry.facts["letters"]) == (
        "staff:kim",
        "noted",
        "seen",
        [],
    )


@pytest.mark.parametrize("typed", ["{}", " {} ", "{lower}", "{plain}", "{spaced}"])
def test_a_case_is_found_by_its_reference_however_it_is_typed(world, reference, typed):
    written = typed.format(
        reference,
        lower=reference.lower(),
        plain=reference.replace("-", ""),
        spaced=reference.replace("-", " "),
    )
    with world.store.read() as uow:
        assert find_case(uow, written).reference == reference
    with world.store.begin() as uow:
        assert find_case(uow, written, lock=True).reference == reference


@pytest.mark.parametrize("typed", ["", "7KQ2-M9XD", "7KQ2-M9X", "\0", "\ud800", "Ⅷ" * 8, "x" * 100_000])
def test_what_is_no_reference_of_a_case_is_told_in_few_words(world, typed):
    with world.store.read() as uow, pytest.raises(UnknownCase) as raised:
        find_case(uow, typed)
    assert len(str(raised.value)) < 100
    assert str(raised.value).isprintable()


def test_nothing_is_done_to_a_case_that_is_not_there(world):
    with pytest.raises(UnknownCase):
        act(world.app, "7KQ2-M9XD", StaffNoted("seen"), "kim")


def test_each_act_reaches_the_person(world, reference):
    letters = []
    for event in (
        StaffAsked("Which projects?"),
        StaffClosed(Outcome.DENIED, "We could not confirm it."),
        StaffReopened(),
        StaffNoted("seen"),
        StaffClosed(Outcome.RECOVERED, "Welcome back."),
    ):
        act(world.app, reference, event, "kim")
        letters += world.run()
    assert len(letters) == 4
    for letter, words in zip(
        letters, ("Which projects?", "We could not confirm it.", "", "Welcome back."), strict=True
    ):
        assert words in letter.text
        assert letter.recipient == "jo@example.org"
        assert letter.message["In-Reply-To"] == world.sent[0].message["In-Reply-To"]


def test_a_second_decision_is_told_of_the_first_and_sends_nothing(world, reference):
    (other,) = world.write(COMPLETE, sender="eve@example.net")
    act(world.app, reference, StaffClosed(Outcome.RECOVERED), "kim")
    world.now += timedelta(seconds=5)
    act(world.app, reference, StaffNoted("I told them by phone"), "sam")
    before = world.case(reference)
    world.run()
    for contradict in (
        lambda: act(world.app, reference, StaffClosed(Outcome.DENIED, "no"), "lee"),
        lambda: merge(world.app, reference, other.reference, "lee"),
    ):
        with pytest.raises(AlreadyDecided, match=r"recovered by kim at 2026-03-02 09:00 UTC; .*reopen"):
            contradict()
    assert (world.case(reference), world.run()) == (before, [])
    assert not act(world.app, reference, StaffClosed(Outcome.RECOVERED, "again"), "lee").letters


def test_what_time_or_the_person_closed_the_staff_may_decide(world, reference):
    for close in (
        lambda: world.answer(world.sent[-1], "Never mind, please close this."),
        lambda: world.wait(40 * DAY),
    ):
        act(world.app, reference, StaffClosed(Outcome.DENIED, "no"), "kim")
        act(world.app, reference, StaffAsked("Which one?"), "kim")
        world.run()
        world.now += timedelta(minutes=1)
        close()
        assert world.case().outcome in {Outcome.WITHDRAWN, Outcome.EXPIRED}
        act(world.app, reference, StaffClosed(Outcome.RECOVERED), "lee")
        act(world.app, reference, StaffReopened(), "lee")
        world.run()


def test_of_two_that_decide_at_once_one_is_refused(tmp_path, database):
    """Whichever comes second, on both databases."""
    world = World(tmp_path, replace(in_the_clear(configured(tmp_path)), database=database))
    try:
        for number in range(10):
            (letter,) = world.write(COMPLETE, sender=f"jo{number}@example{number}.org")
            together = Barrier(2)

            def decide(event, together=together, reference=letter.reference):
                together.wait(10)
                try:
                    return act(world.app, reference, event, event.outcome).case.outcome
                except AlreadyDecided as error:
                    return str(error)

            with ThreadPoolExecutor(2) as both:
                events = (StaffClosed(Outcome.RECOVERED), StaffClosed(Outcome.DENIED, "no"))
                done = list(both.map(decide, events))
            (outcome,) = (one for one in done if isinstance(one, Outcome))
            (refused,) = (one for one in done if not isinstance(one, Outcome))
            assert f"closed as {outcome} by {outcome} at" in refused
            assert [one.subject for one in world.run()] == [
                letter.subject.partition("] ")[0]
                + "] "
                + {
                    Outcome.RECOVERED: "You can use your account again",
                    Outcome.DENIED: "Our decision about your request",
                }[outcome]
            ]
    finally:
        world.close()


def test_what_the_staff_says_is_sent_past_every_limit(world, reference):
    for number in range(10):
        act(world.app, reference, StaffAsked(f"Question {number}?"), "kim")
    assert len(world.run()) == 10


def test_merging_tells_the_person_where_both_cases_are_theirs(world, reference):
    (second,) = world.write(COMPLETE.replace("jdoe42", "jdoe-work"))
    merge(world.app, second.reference, reference, "kim")
    (letter,) = world.run()
    assert letter.recipient == "jo@example.org"
    assert world.case(second.reference).outcome is Outcome.DUPLICATE


def test_merging_tells_a_stranger_nothing(world, reference):
    (other,) = world.write(COMPLETE, sender="eve@example.net")
    applied = merge(world.app, other.reference, reference, "kim")
    assert (applied.letters, world.run()) == ((), [])
    assert world.case(other.reference).merged_into == reference


def test_a_merge_that_makes_no_sense_changes_nothing(world, reference):
    before = world.case()
    with pytest.raises(ValueError, match="cannot be merged"):
        merge(world.app, reference, reference, "kim")
    with pytest.raises(UnknownCase):
        merge(world.app, reference, "7KQ2-M9XD", "kim")
    assert world.case() == before


def test_two_cases_are_not_merged_into_each_other(world, reference):
    (second,) = world.write(COMPLETE.replace("jdoe42", "jdoe-work"))
    merge(world.app, second.reference, reference, "kim")
    with pytest.raises(ValueError, match="cannot be merged"):
        merge(world.app, reference, second.reference, "kim")
