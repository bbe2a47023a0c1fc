"""Forget: everything that is kept of a person is deleted, and that it was is put on record, without saying who it was."""

from __future__ import annotations

import hmac

from mailflow.core.domains import forms_of
from mailflow.steps.app import App
from mailflow.store.columns import comparable
from mailflow.store.persons import Person

_MARK_BYTES = 16


def forget(app: App, key: bytes, address: str, by: str) -> Person:
    """What was deleted. `key` is what the record of it is keyed with, see `mark_of`."""
    with app.read() as uow:
        found = uow.persons.find(address)
    with app.begin("forget") as uow:
        uow.cases.lock_party(forms_of(address)[0])  # no case of theirs is opened meanwhile
        person = uow.persons.find_again(address, found)
        uow.persons.forget(address, person)
        facts = {
            "person": mark_of(key, address),
            "cases": [case.reference for case in person.cases],
            "mails": len(person.mails),
            "letters": len(person.letters),
            "history": len(person.history),
        }
        uow.audit.add(app.clock(), by, "forget", facts=facts)
    return person


def mark_of(key: bytes, address: str) -> str:
    """What stands for an address in the audit log: who has the key can ask for one address, and nobody can list them."""
    marked = hmac.digest(key, b"mailflow forgotten\0" + comparable(forms_of(address)[0]).encode(), "sha256")
    return marked[:_MARK_BYTES].hex()
