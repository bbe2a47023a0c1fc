"""What makes a case look like somebody takes over an account that is not theirs. Told to the staff, decides nothing.

These are about several cases, or about the addresses of one, and are looked up when a case is shown: what was no sign on
the day it was opened may be one today. Signs that an event brings are flags of the case (`core.case.Flag`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailflow.core.case import Case
from mailflow.core.form import Form, Kind

MANY_ACCOUNTS = 3  # asked for by one address
# Where anybody gets an address: one there says nothing of the company whose account it asks for.
FREE_MAIL = frozenset(
    [
        "126.com",
        "163.com",
        "aol.com",
        "bk.ru",
        "daum.net",
        "fastmail.com",
        "freenet.de",
        "gmail.com",
        "gmx.at",
        "gmx.ch",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hanmail.net",
        "hotmail.com",
        "hotmail.fr",
        "hushmail.com",
        "icloud.com",
        "inbox.ru",
        "interia.pl",
        "laposte.net",
        "libero.it",
        "list.ru",
        "live.com",
        "mac.com",
        "mail.com",
        "mail.ru",
        "mailbox.org",
        "me.com",
        "msn.com",
        "naver.com",
        "o2.pl",
        "op.pl",
        "orange.fr",
        "outlook.com",
        "pm.me",
        "posteo.de",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "rambler.ru",
        "rediffmail.com",
        "seznam.cz",
        "sina.com",
        "t-online.de",
        "tuta.com",
        "tutanota.com",
        "ukr.net",
        "virgilio.it",
        "web.de",
        "wp.pl",
        "ya.ru",
        "yahoo.co.jp",
        "yahoo.com",
        "yahoo.de",
        "yahoo.fr",
        "yandex.com",
        "yandex.ru",
        "yeah.net",
        "zoho.com",
    ]
)


@dataclass(frozen=True, slots=True)
class Around:
    """What other cases of the last months have to do with one."""

    claimants: int = 0  # other addresses that asked for its account
    accounts: int = 0  # that its party asked for, this one included
    disowned: bool = False  # its party said of another request that it was not theirs
    contact_is_party: bool = False  # the address that the account should get asks for another account itself


NOTHING_AROUND = Around()


def contact_of(case: Case, form: Form) -> str:
    """The address that the account should get; "" if none was named."""
    asked = (
        field.key for field in form.of_kind(Kind.ADDRESS) if field.differs_from and field.key in case.answers
    )
    key = next(asked, None)
    return str(case.answers[key].value) if key else ""


def signals(case: Case, around: Around, form: Form) -> Iterator[str]:
    """In plain words, the gravest first."""
    if around.claimants:
        others = (
            "another address asks" if around.claimants == 1 else f"{around.claimants} other addresses ask"
        )
        yield f"{others} for this account too"
    if around.accounts >= MANY_ACCOUNTS:
        yield f"its party asks for {around.accounts} accounts"
    if around.disowned:
        yield "this person said of another request in their name that it was not theirs"
    if around.contact_is_party:
        yield "the address that the account should get has a request of its own"
    company = _company(case, form)
    if company and _domain(case.party) in FREE_MAIL:
        yield f"a free mail address asks for an account of {company}"


def _company(case: Case, form: Form) -> str:
    """The domain of the registered address, where not everybody gets one."""
    keys = {field.differs_from for field in form.of_kind(Kind.ADDRESS) if field.differs_from}
    domains = [_domain(str(case.answers[key].value)) for key in sorted(keys) if key in case.answers]
    return next((domain for domain in domains if domain and domain not in FREE_MAIL), "")


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower() if "@" in address else ""
