"""Every letter once or more, as the shipped desk writes it: for the golden texts, the documentation and the byte tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from mailflow.config import load, shipped
from mailflow.core.answer import Answer
from mailflow.core.case import Case, Flag, Outcome, Status
from mailflow.core.commandanswer import CommandAnswer, ShownMail
from mailflow.core.commandtable import TABLE
from mailflow.core.digest import (
    FailedLetter,
    Numbers,
    ParkedMail,
    SetAside,
    UnreadableBrief,
    brief,
    make_digest,
)
from mailflow.core.items import asked_items
from mailflow.core.items import understood as told
from mailflow.core.letters import TO_STAFF, Letter, LetterKind, OpenRequest, Understood
from mailflow.core.reference import Addresses
from mailflow.core.secrets import SecretKind
from mailflow.edges.renderer import LetterRenderer

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
JANE = "jane.doe@example.org"
STAFF = "recovery-staff@pypi.example"
CONFIG = load(shipped("config.toml"))
FORM = CONFIG.policy.form
ADDRESSES = Addresses(CONFIG.desk.address, (b"k" * 32,), 365 * DAY)


def renderer(config=CONFIG, folders=None):
    ids = (f"{number:032x}" for number in count(1))
    return LetterRenderer(config, ADDRESSES, lambda: next(ids), folders)


def answer(field, value, words=""):
    return Answer(field, value, words or str(value), line=3, start=0, end=9, rule="label", sure=0.9, mail="1")


def case(reference="7KQ2-M9XD", *, days=12, **more):
    opened = NOW - days * DAY
    given = {
        "id": reference.lower(),
        "reference": reference,
        "party": JANE,
        "status": Status.IN_REVIEW,
        "opened_at": opened,
        "changed_at": opened,
        "waiting_since": opened,
        "completed_at": opened,
        "answers": {
            one.field: one
            for one in (
                answer("username", "janedoe"),
                answer("registered_email", "jane@old.example"),
                answer(
                    "reason",
                    ("lost_2fa", "lost_email_access"),
                    "My phone broke, and the old mailbox is gone too.",
                ),
                answer("recovery_codes", "never_generated_or_lost", "I never had any"),
                answer("code_of_conduct", value=True, words="I agree"),
                answer("acknowledges_delay", value=True, words="fine"),
                answer("contact_email", "jane.doe@example.org"),
                answer("projects", ("left-pad", "right-pad")),
            )
        },
    }
    return Case(**(given | more))


def asked(*items, **doubts):
    doubtful = {key: tuple(answer(key, value) for value in values) for key, values in doubts.items()}
    return asked_items(case(asked=items, answers={}, doubts=doubtful, confirmed=True), FORM)


def understood(*, values):
    said = {
        "username": "janedoe",
        "reason": "lost the two-factor device",
        "recovery_codes": "lost, or never had any",
        "code_of_conduct": "yes",
        "acknowledges_delay": "yes",
    }
    return tuple(
        Understood(key, FORM.by_key[key].label, value if values else None) for key, value in said.items()
    )


CODES = answer("recovery_codes", "has_codes", "I still have them")
ADVISED = told(case(answers={"recovery_codes": CODES}, confirmed=True), FORM)
AGREEMENTS = asked("recovery_codes", "code_of_conduct", "acknowledges_delay")
EVERYTHING = asked(*(item for item in FORM.items if FORM.fields_of(item)[0].required))
QUEUE = {"place": 4, "usual_wait": timedelta(days=5, hours=2)}
QUESTION = "Which project did you upload first,\nand roughly when?\n\nA month is enough."


WHICH = {"account": "", "others": ()}
OF_SEVERAL = {
    "account": "janedoe",
    "others": (OpenRequest("7KQ2-M9XE", "jane-work", NOW - 4 * DAY, waits_for_person=False),),
}


def status(where, **more):
    facts = {
        "status": where,
        "since": NOW - 3 * DAY,
        "missing": (),
        "place": None,
        "usual_wait": None,
        "question": "",
        "outcome": None,
        **WHICH,
    }
    return facts | more


def digest(**more):
    """A day on which something of everything happened."""
    cases = [
        case(
            "4CDW-P2GA",
            days=2,
            status=Status.CLOSED,
            outcome=Outcome.WITHDRAWN,
            party="wes@example.net",
            account="wdoe",
            answers={},
            flags=frozenset({Flag.DISOWNED}),
        ),
        case(flags=frozenset({Flag.ESCALATED, Flag.ADDRESS_FAILING})),
        case(
            "B2N8-41TQ",
            days=0.5,
            party="tmokoena@example.net",
            answers={
                "username": answer("username", "tmokoena"),
                "reason": answer("reason", ("lost_password",), "forgot it after the holidays"),
                "recovery_codes": answer("recovery_codes", "has_codes", "I still have them"),
                "code_of_conduct": answer("code_of_conduct", value=True),
                "acknowledges_delay": answer("acknowledges_delay", value=True),
            },
        ),
        case(
            "Z7RM-0C3K",
            days=4,
            party="li.wei@example.com",
            touched_at=NOW - DAY,
            flags=frozenset({Flag.CONTACT_CHANGED}),
        ),
        case(
            "5HJD-QW9E",
            days=9,
            status=Status.AWAITING_ANSWERS,
            party="nuria.belmonte@example.org",
            completed_at=None,
            answers={"registered_email": answer("registered_email", "nuria@antigua.example")},
            asked=("recovery_codes", "code_of_conduct"),
        ),
        case(
            "91AX-TT4V",
            days=6,
            status=Status.AWAITING_REQUESTER,
            question="Which project did you upload first?",
        ),
    ]
    unreadable = [
        UnreadableBrief("5DH8-KQ0W", "sam@example.net", NOW - timedelta(days=4), "its details are no JSON")
    ]
    parked = [
        ParkedMail(12, "odd@example.com", "Please help", NOW - timedelta(hours=3), "RecursionError: too deep")
    ]
    failed = [
        FailedLetter(
            7,
            "reminder",
            "jane.doe@example.org",
            "7KQ2-M9XD",
            "550 5.1.1 no such user here",
            NOW - timedelta(hours=5),
        )
    ]
    aside = [
        SetAside(
            31,
            "someone@example.com",
            "Re: your case",
            NOW - timedelta(hours=9),
            "a forged or expired reply address",
        )
    ]
    numbers = Numbers(
        12,
        34,
        40,
        {"recovered": 3, "denied": 1},
        {"It holds a delivery report.": 5, "It came through a mailing list.": 2},
    )
    given = {
        "cases": cases,
        "unreadable": unreadable,
        "parked": parked,
        "failed": failed,
        "set_aside": aside,
        "numbers": numbers,
        "form": FORM,
        "since": NOW - DAY,
    }
    return make_digest(NOW, **(given | more))


NOTHING = {"cases": [], "unreadable": [], "parked": [], "failed": [], "set_aside": [], "numbers": Numbers()}

WROTE = (
    ShownMail(
        NOW - timedelta(days=3), JANE, "Lost my phone", "My phone broke,\nand the old mailbox is gone too."
    ),
    ShownMail(NOW, JANE, "", "Is there news?", "mailflow queue show mail:31"),
)
FACTS = {
    "missing": {
        "understood": understood(values=False)[:2],
        "missing": AGREEMENTS,
        "first": True,
        "reopened": False,
    },
    "missing-nothing-yet": {"understood": (), "missing": EVERYTHING, "first": True, "reopened": False},
    "missing-one": {
        "understood": understood(values=True)[:4],
        "missing": AGREEMENTS[2:],
        "first": False,
        "reopened": False,
    },
    "missing-two-of-three": {
        "understood": understood(values=True)[:2],
        "missing": asked("contact_email", "recovery_codes", "code_of_conduct"),
        "first": False,
        "reopened": True,
    },
    "missing-one-of-two": {
        "understood": (),
        "missing": asked("reason", "code_of_conduct"),
        "first": False,
        "reopened": False,
    },
    "missing-in-doubt": {
        "understood": understood(values=True)[1:],
        "missing": asked(
            "username_or_registered_email",
            "contact_email",
            username=("jdoe", "janedoe"),
            contact_email=("jane.doe@exmaple.org",),
        ),
        "first": False,
        "reopened": False,
    },
    "received": {"understood": understood(values=True), "reopened": False, **QUEUE},
    "received-next-and-new": {
        "understood": understood(values=False),
        "reopened": False,
        "place": 1,
        "usual_wait": None,
    },
    "received-reopened-with-advice": {"understood": ADVISED, "reopened": True, **QUEUE},
    "noted": {"understood": (), **QUEUE},
    "noted-corrected": {"understood": understood(values=True)[:2], **QUEUE},
    "noted-far-back": {"understood": (), **QUEUE, "place": 1001},
    "noted-not-in-the-queue": {"understood": (), "place": None, "usual_wait": None},
    "status": status(Status.IN_REVIEW, **QUEUE),
    "status-of-several": status(Status.IN_REVIEW, **QUEUE) | OF_SEVERAL,
    "status-after-long": status(Status.IN_REVIEW, **QUEUE) | {"since": NOW - 7 * DAY},
    "status-awaiting-answers": status(Status.AWAITING_ANSWERS, missing=AGREEMENTS),
    "status-awaiting-requester": status(Status.AWAITING_REQUESTER, question=QUESTION),
    **{f"status-{outcome}": status(Status.CLOSED, outcome=outcome) for outcome in Outcome},
    "reminder": {"missing": AGREEMENTS, "question": "", "closes_at": NOW + 27 * DAY, "last": False},
    "reminder-last-of-a-question": {
        "missing": (),
        "question": QUESTION,
        "closes_at": NOW + 16 * DAY,
        "last": True,
    },
    "expired": {"missing": AGREEMENTS, "question": "", "silent": True, "text": ""},
    "expired-one-agreement": {"missing": AGREEMENTS[2:], "question": "", "silent": True, "text": ""},
    "expired-with-a-question": {"missing": (), "question": QUESTION, "silent": True, "text": ""},
    "expired-by-the-staff": {
        "missing": (),
        "question": "",
        "silent": False,
        "text": "We could not reach the person who keeps the register.",
    },
    "withdrawn": {"text": "", **WHICH},
    "withdrawn-of-several": {"text": "", **OF_SEVERAL},
    "withdrawn-by-the-staff": {"text": "You told us by phone.", **WHICH},
    "disowned": {"closed": True, **WHICH},
    "disowned-decided": {"closed": False, **WHICH},
    "which": {
        "requests": (OpenRequest("7KQ2-M9XD", "", NOW - DAY, waits_for_person=True), *OF_SEVERAL["others"])
    },
    "duplicate": {"understood": understood(values=True), "missing": (), **QUEUE},
    "duplicate-incomplete": {
        "understood": understood(values=True)[:3],
        "missing": AGREEMENTS[1:],
        "place": None,
        "usual_wait": None,
    },
    "redirected": {
        "topic": CONFIG.policy.redirects[0].topic,
        "say": CONFIG.policy.redirects[0].say,
        "url": CONFIG.policy.redirects[0].url,
        "text": "",
    },
    "redirected-by-the-staff": {
        "topic": "",
        "say": "Please write to support@host.example.",
        "url": "",
        "text": "Please write to support@host.example.\nThey look after this.",
    },
    "question": {"question": QUESTION},
    "denied": {"text": "The account has been used from its own address last week."},
    "denied-without-a-reason": {"text": ""},
    "recovered": {"text": ""},
    "recovered-with-a-word": {"text": "We removed the old two-factor device."},
    "pasted_secret": {"kinds": (SecretKind.RECOVERY_CODE, SecretKind.PASSWORD)},
    "pasted_secret-every-kind": {"kinds": tuple(SecretKind)},
    "escalation": {
        "case": brief(case(flags=frozenset({Flag.ESCALATED})), FORM, NOW),
        "others": (),
        "last": False,
    },
    "escalation-of-several": {
        "case": brief(case(flags=frozenset({Flag.ESCALATED})), FORM, NOW),
        "others": (
            brief(
                case("B2N8-41TQ", days=9, party="tmokoena@example.net", flags=frozenset({Flag.ESCALATED})),
                FORM,
                NOW,
            ),
        ),
        "last": True,
    },
    "commands": {
        "answers": (
            CommandAnswer(
                "close B2N8-41TQ recovered",
                "B2N8-41TQ is recovered; letter written: recovered to tmokoena@example.net.",
            ),
            CommandAnswer("ask Z7RM-0C3K", "Not done: its text is missing."),
            CommandAnswer("show 7KQ2-M9XD", "", (brief(case(), FORM, NOW),), WROTE),
            CommandAnswer("find nobody", "There are none."),
        ),
        "rest": "Thanks, Kim",
        "help": tuple(TABLE.values()),
    },
    "commands-done": {
        "answers": (CommandAnswer("note Z7RM-0C3K seen", "Z7RM-0C3K is in_review; no letter."),),
        "rest": "",
        "help": (),
    },
    "commands-help": {"answers": (), "rest": "", "help": tuple(TABLE.values())},
    "digest": {"digest": digest()},
    "digest-empty": {"digest": digest(**NOTHING)},
}


def letter(name, **more):
    """The sample of this name; what stands before the first "-" is its kind."""
    kind = LetterKind(name.partition("-")[0])
    made = Letter(kind, JANE, case_id="c1", reference="7KQ2-M9XD", facts=FACTS[name])
    if kind in {LetterKind.DIGEST, LetterKind.COMMANDS} or name == "escalation-of-several":
        made = replace(made, case_id=None, reference=None)
    if kind in TO_STAFF:
        made = replace(made, to=STAFF)
    return replace(made, **more)
