"""Which event of the mail log a result is: of the listener, of who wrote a mail, of a mail and of a letter."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mailflow.edges import log
from mailflow.steps.handled import Failed, Handled
from mailflow.steps.settle import Delivery, Outcome

if TYPE_CHECKING:
    from mailflow.steps.senders import SenderChecked


def log_listener(name: str, **facts: Any) -> None:
    """What the listener and the intake behind it tell, by their own names."""
    functions: dict[str, Callable[..., None]] = {
        "connected": log.connected,
        "refused": log.refused,
        "received": log.received,
        "duplicate": log.duplicate,
        "rejected": log.rejected,
        "failed": log.session_failed,
        "tls_failed": log.tls_failed,
        "store_failed": log.store_failed,
    }
    functions[name](**facts)


def log_sender(checked: SenderChecked) -> None:
    """What was found of a mail's writer."""
    found = checked.found
    if checked.error:
        log.sender_check_failed(mail=checked.mail_id, error=checked.error, settled=found is not None)
    elif found is not None:
        log.sender_checked(
            mail=checked.mail_id, verdict=found.verdict, domain=found.domain, source=found.source
        )


def log_mail(result: Handled | Failed) -> None:
    """What became of a mail."""
    mail = result.mail_id
    if isinstance(result, Failed):
        if result.parked:
            log.parked(mail=mail, attempts=result.attempts, error=result.error)
        else:
            log.handling_failed(
                mail=mail, attempts=result.attempts, error=result.error, next_try_at=result.next_try_at
            )
        return
    sender = result.mail.sender or result.mail.envelope.sender
    reference = result.case.reference if result.case else None
    why = result.silence
    if why is None:
        kinds = [letter.kind for letter in result.letters]
        log.handled(mail=mail, sender=sender, kind=result.kind, reference=reference, letters=kinds)
    elif result.set_aside:
        log.set_aside(mail=mail, sender=sender, why=why)
    else:
        log.silent(
            mail=mail, sender=sender, kind=result.kind, reference=reference, why=why, source=result.source
        )


def log_letter(delivery: Delivery) -> None:
    """What became of a letter that was due."""
    which: dict[str, Any] = {
        "letter": delivery.letter.id,
        "kind": delivery.letter.kind,
        "recipient": delivery.letter.recipient,
    }
    tried: dict[str, Any] = {**which, "attempts": delivery.attempts}
    again: dict[str, Any] = {"error": delivery.error, "next_try_at": delivery.next_try_at}
    match delivery.outcome:
        case Outcome.SENT:
            log.letter_sent(**tried, message_id=delivery.letter.message_id)
        case Outcome.RETRY:
            log.letter_retry(**tried, **again)
        case Outcome.FAILED:
            log.letter_failed(**tried, error=delivery.error)
        case Outcome.PUT_BACK:
            log.letter_put_back(**which, **again)
