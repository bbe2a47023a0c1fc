"""Look up what other cases have to do with one: for the digest and for whoever looks at a case."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from mailflow.core.case import Case, Flag
from mailflow.core.form import Form
from mailflow.core.signals import Around, contact_of
from mailflow.core.timing import DAY
from mailflow.store.caserow import readable
from mailflow.store.unit import UnitOfWork

_WITHIN: Final = 90 * DAY


def around(uow: UnitOfWork, case: Case, form: Form, now: datetime) -> Around:
    """What other cases of the last months have to do with one."""
    since = now - _WITHIN
    contact = contact_of(case, form)
    return Around(
        uow.views.claimants(case, since),
        uow.views.accounts_of(case.party, since),
        any(
            other.id != case.id
            for other in readable(uow.views.cases(party=case.party, opened_since=since, flag=Flag.DISOWNED))
        ),
        bool(contact) and contact.lower() != case.party.lower() and uow.views.is_party(contact, since),
    )
