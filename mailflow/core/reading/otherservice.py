"""What people tell of another service: "my GitHub password", "my account at GitHub is locked, I lost the phone"."""

from __future__ import annotations

from collections.abc import Sequence

from mailflow.core.reading.clauses import Clause


def is_of_other_service(part: Clause) -> bool:
    """Whether its things are said to be of another service: "my GitHub password"."""
    return "elsewhere" in part.marks


def without_other_services(parts: Sequence[Clause]) -> Sequence[Clause]:
    """The clauses without those that go on about an account of another service."""
    return [
        part
        for last, part in zip((None, *parts), parts, strict=False)
        if not (last and "trouble" in last.marks and _goes_on_about_it(part, last))
    ]


def _goes_on_about_it(part: Clause, last: Clause) -> bool:
    """As in "My account at GitHub is locked, I lost the second factor", which is that account's."""
    account = any("account" in hit.means.names or "other" in hit.means.tells for hit in last.hits)
    goes_on = part.sentence == last.sentence and part.break_before == "comma"
    return account and goes_on and is_of_other_service(last)
