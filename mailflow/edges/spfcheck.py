"""SPF of a mail's envelope (RFC 7208), by pyspf, with our own questions in place of its resolver."""

from __future__ import annotations

from typing import Any

import spf

from mailflow.core.authresults import Check
from mailflow.core.received import Client
from mailflow.edges.resolving import Kind, NotAnsweredError, Questions

_SENDER_LIMIT = 320  # characters


def check_spf(client: Client, sender: str, questions: Questions) -> Check:
    """Whether `client` may send mail from the envelope's `sender`. Raises nothing.

    pyspf keeps to the limits of RFC 7208, 4.6.4 itself: ten terms that ask, two names that are not there.
    """
    domain = sender.rpartition("@")[2].lower()
    try:
        result = _Query(client, sender[:_SENDER_LIMIT], questions).check()[0]
    except Exception:  # noqa: BLE001 -- the record is the sender's, and pyspf raises what it likes on it
        result = "permerror"
    return Check("spf", result, domain)


class _Query(spf.query):  # type: ignore[misc]  # pyspf has no types
    def __init__(self, client: Client, sender: str, questions: Questions) -> None:
        super().__init__(client.address, sender, client.helo)
        self._questions = questions

    def dns(self, name: str, qtype: Kind, cnames: Any = None, ignore_void: bool = False) -> list[Any]:  # noqa: ARG002
        """What pyspf asks; CNAMEs are followed by our resolver."""
        try:
            found = self._questions.ask(str(name), qtype)
        except NotAnsweredError as error:
            raise spf.TempError(str(error)) from error
        if not found and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError("too many names that are not there")
        return found
