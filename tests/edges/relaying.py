"""A relay to a smarthost of the test's own, and what becomes of the letters that it is given."""

import contextlib
from datetime import timedelta
from pathlib import Path

from mailflow.config import Smarthost as Settings
from mailflow.edges.relay import SmarthostRelay
from mailflow.steps.app import Outgoing, PermanentFailure, SmarthostDown, SmarthostFailing, TemporaryFailure
from tests.edges.smarthost import LETTER, PATIENCE, RECIPIENT, SENDER, Smarthost


def settings(port, connections=1, **changes):
    given = {"host": "127.0.0.1", "tls": "off", "user": "", "password": "", "timeout": PATIENCE}
    given |= {"final_timeout": changes.get("timeout", PATIENCE)} | changes
    return Settings(
        port=port,
        connections=connections,
        maildir=Path("maildir"),
        retry=(timedelta(minutes=1),),
        give_up_after=timedelta(days=5),
        **given | {name: timedelta(seconds=float(given[name])) for name in ("timeout", "final_timeout")},
    )


@contextlib.contextmanager
def relay_to(script, certificates=None, **changes):
    with Smarthost(script, certificates and certificates.server) as smarthost:
        relay = SmarthostRelay(settings(smarthost.port, **changes), "desk.example.org")
        try:
            yield relay, smarthost
        finally:
            relay.close()


def send(relay, recipient=RECIPIENT, letter=LETTER, sender=SENDER):
    """What became of it, as a script says it."""
    (outcome,) = send_all(relay, [Outgoing(1, sender, recipient, letter)])
    return outcome[1]


def send_all(relay, letters):
    """What became of letters, in the order in which it was told: their numbers and words of a script."""
    return [(told[0].id, word_of(told[1])) for told in relay.send_all(letters) if told]


def word_of(failure):
    match failure:
        case None:
            return "sent"
        case SmarthostDown():
            return f"down: {failure}"
        case SmarthostFailing():
            return f"failing: {failure}"
        case TemporaryFailure():
            return f"temporary: {failure}"
        case PermanentFailure():
            return f"permanent: {failure}"
    raise failure
