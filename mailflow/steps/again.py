"""Again: a mail that has come before, by another way, and was heard then.

Two servers may deliver one mail, and who got a copy may send it here. The intake cannot know which of them will be believed, so
it keeps both (`store.mailrow.digest_of`); the one that comes after it was heard says nothing new.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailflow.core.body import redacted
from mailflow.core.case import Case
from mailflow.steps.understand import Understood
from mailflow.store.mails import StoredMail, content_digest
from mailflow.store.unit import UnitOfWork


def case_that_heard(uow: UnitOfWork, understood: Understood, cases: Iterable[Case]) -> Case | None:
    """Which of its writer's cases has heard this very mail."""
    message_id = understood.mail.message_id
    return next((case for case in cases if message_id in case.thread and _heard(uow, understood, case)), None)


def _heard(uow: UnitOfWork, understood: Understood, case: Case) -> bool:
    """A Message-ID alone tells nothing: programs give one twice, and anybody may write it."""
    before = (
        uow.mails.get(one.id)
        for one in uow.mails.of_case(case.id)
        if one.silence is None and one.message_id == understood.mail.message_id
    )
    return any(_is_same(one, understood) for one in before if one)


def _is_same(before: StoredMail, understood: Understood) -> bool:
    masked = [body for body in understood.bodies if body.masked]
    if any(before.raw == redacted(understood.mail, body) for body in masked):  # of which no more was kept
        return True
    return not understood.body.masked and content_digest(before.raw) == content_digest(understood.stored.raw)
