"""A domain in any script has one form in ASCII; whatever has none stays as it is, and nothing raises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.core.domains import ascii_domain, forms_of, mailbox_of, native_domain
from mailflow.core.mailbox import sound_address


@pytest.mark.parametrize(
    ("domain", "ascii_form"),
    [
        ("Example.ORG", "example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),  # IDNA 2008 keeps it; IDNA 2003 made it another domain
        ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
        ("пример.example", "xn--e1afmkfd.example"),
    ],
)
def test_a_domain_in_ascii(domain, ascii_form):
    assert ascii_domain(domain) == ascii_form


@pytest.mark.parametrize(
    "domain",
    [
        "ü..example",
        "-ü.example",
        "ü" * 300,
        "a\u200db.example",
        "\ud800.example",
        "xn--ü.example",
        "☃.example",
    ],
)
def test_one_without_such_a_form_stays_as_it_is(domain):
    assert ascii_domain(domain) == domain.lower()


@given(st.text(max_size=80))
def test_nothing_raises_and_what_is_in_ascii_stays_so(domain):
    once = ascii_domain(domain)
    assert ascii_domain(once) == once or not once.isascii()


@given(st.text(alphabet="aü例-.x1", min_size=1, max_size=70))
def test_an_address_is_never_longer_than_allowed(domain):
    address = sound_address(f"jo@{domain}")
    assert address is None or len(address.encode()) <= 254


def test_a_domain_in_the_script_that_people_write():
    assert native_domain("XN--bcher-kva.example") == "bücher.example"
    assert native_domain("example.org") == "example.org"
    assert native_domain("xn--\u0430.example") == "xn--\u0430.example"
    assert native_domain("xn--a.example") == "xn--a.example"


def test_an_address_has_a_form_or_two():
    assert forms_of("Jo@Example.org") == ("Jo@example.org",)
    both = ("jo@xn--bcher-kva.example", "jo@bücher.example")
    assert forms_of("jo@bücher.example") == forms_of("jo@XN--bcher-kva.example") == both


def test_the_mailbox_behind_a_tag_or_dots():
    assert mailbox_of("Jo.Doe+x+y@example.org") == "jo.doe@example.org"
    assert mailbox_of("j.o.doe+x@googlemail.com") == mailbox_of("jodo.e@gmail.com") == "jodoe@gmail.com"
    assert mailbox_of("jo.doe@example.org") == mailbox_of("Jodoe@gmail.com") == ""


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("J.o_D-oe+x@proton.me", "jodoe@proton.me"),
        ("jo-doe@protonmail.com", "jodoe@proton.me"),
        ("jodoe@pm.me", "jodoe@proton.me"),
        ("jodoe@proton.me", ""),
        ("Jo.Doe-shop@Yahoo.com", "jo.doe@yahoo.com"),
        ("jo-x@yahoo.co.uk", "jo@yahoo.co.uk"),
        ("jo_doe@ymail.com", ""),
        ("jo-doe@yahoo.co.jp", ""),  # another company: a name has one there
        ("x1@Jo.fastmail.com", "jo@fastmail.com"),
        ("x1@shop.jo.fastmail.co.uk", "jo@fastmail.co.uk"),
        ("jo-doe@fastmail.com", ""),
        ("jo-doe@yahoo.example.org", "jo@yahoo.example.org"),
        ("jo-doe@example.org", ""),
    ],
)
def test_the_mailbox_behind_what_some_providers_ignore(address, mailbox):
    assert mailbox_of(address) == mailbox
