"""A small desk, and short ways to say what happened there, for the tests of the rules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from mailflow.core.answer import Answer, Doubt, Reading
from mailflow.core.authentication import Handling, SenderPolicy
from mailflow.core.case import Case, Outcome, Status
from mailflow.core.envelope import MailKind
from mailflow.core.events import PersonWrote
from mailflow.core.form import Field, Form, Kind
from mailflow.core.lifecycle import decide
from mailflow.core.policy import Policy, Redirect
from mailflow.core.restraint import Spent

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)
PARTY = "jo@example.org"
STAFF = "staff@pypi.example"


def item(key, kind, item="", **more):
    return Field(
        key=key,
        label=key.replace("_", " "),
        kind=kind,
        item=item or key,
        ask=f"{key}?",
        why="so",
        how="thus",
        **more,
    )


FORM = Form(
    (
        item("username", Kind.NAME, "account", required=True),
        replace(item("registered", Kind.ADDRESS, "account", required=True), ask=""),
        item(
            "reason",
            Kind.REASON,
            required=True,
            choices=("lost_mail", "lost_2fa"),
            choice_labels=(("lost_2fa", "lost the phone"),),
        ),
        item("conduct", Kind.AGREEMENT, required=True),
        item("contact", Kind.ADDRESS, required_when=(("reason", "lost_mail"),), differs_from="registered"),
        item("phone", Kind.TEXT, sensitive=True),
        item("link", Kind.URL),
    )
)
POLICY = Policy(
    form=FORM,
    redirects=(Redirect("limits", ("limit",), "Ask over there.", "https://example.org/limits"),),
    remind_after=(3 * DAY, 7 * DAY, 14 * DAY),
    close_after=30 * DAY,
    escalate_after=7 * DAY,
    business_days=False,
    time_zone=ZoneInfo("UTC"),
    status_letter_every=DAY,
    letters_per_day=5,
    letters_per_case=20,
    letters_per_domain=50,
    letters_in_all=100,
    confirm_below=0.6,
    staff=(STAFF, "second@pypi.example"),
    senders=SenderPolicy(Handling.FULL, Handling.GUARDED, Handling.STAFF, untagged_needs_pass=False),
)
COMPLETE = {"username": "jo", "reason": ("lost_2fa",), "conduct": True}


def answer(field, value, sure=0.9, mail=""):
    return Answer(field, value, words=str(value), line=1, start=0, end=1, rule="test", sure=sure, mail=mail)


def answers(mail="", **values):
    return {field: answer(field, value, mail=mail) for field, value in values.items()}


def wrote(
    kind=MailKind.AMENDMENT,
    *,
    doubts=(),
    sure=0.9,
    sender=PARTY,
    mail_id="7",
    message_id="m1@example.org",
    **more,
):
    values = more.pop("says", {})
    reading = Reading(
        {field: answer(field, value, sure) for field, value in values.items()},
        tuple(Doubt(field, tuple(answer(field, value) for value in both)) for field, both in doubts),
    )
    return PersonWrote(kind, sender, reading, mail_id, message_id, **more)


def case(status=Status.AWAITING_ANSWERS, **more):
    given = {
        "id": "c" * 32,
        "reference": "7KQ2-M9XD",
        "party": PARTY,
        "status": status,
        "opened_at": NOW,
        "changed_at": NOW,
        "waiting_since": NOW,
        "last_message_id": "m0@example.org",
        "thread": ("m0@example.org",),
        "letters": 1,
    }
    if status is Status.AWAITING_ANSWERS:
        given |= {"answers": answers(username="jo"), "asked": ("reason", "conduct")}
    else:
        given |= {"answers": answers(**COMPLETE), "completed_at": NOW}
    if status is Status.AWAITING_REQUESTER:
        given["question"] = "Which project?"
    if status is Status.CLOSED:
        given |= {"outcome": Outcome.EXPIRED, "closed_at": NOW}
    return Case(**{**given, **more})


def happens(to, event, *, after=timedelta(0), policy=POLICY, letters_today=0, spent=None):
    return decide(to, event, policy, NOW + after, "d" * 32, spent or Spent(letters_today))


def kinds(decision):
    return [letter.kind.value for letter in decision.letters]
