"""Senders that look like somebody else."""

import pytest
from hypothesis import given as holds_for
from hypothesis import strategies as st

from mailflow.core.domains import ascii_domain
from mailflow.core.lookalikes import in_ascii, oddities_of, skeleton

DESK = "recovery@mail.example"


def odd(address, name="", known=(DESK,)):
    local, _, domain = address.rpartition("@")
    return oddities_of(f"{local}@{ascii_domain(domain)}", name, known)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("jo@example.org", "Jo Doe"),
        ("jo@example.org", "jo@EXAMPLE.org"),
        ("jo@example.org", "José 李 \N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER}"),
        ("jo@mail.example", "Jo"),
        ("jo@bücher.example", "Jo"),
        ("jo@日本カナかなab.example", "Jo"),
        ("jo@xn--99.example", "Jo"),
        ("jo@xn--a.example", ""),
    ],
)
def test_people_are_not_odd(address, name):
    assert odd(address, name) == ()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("recovery@mail.example", 'its display name holds another address: "recovery@mail.example"'),
        ("ｒecovery＠mail.example", 'its display name holds another address: "recovery@mail.example"'),
        ("reco\u200bvery@mail.example", 'its display name holds another address: "recovery@mail.example"'),
        ("Desk\u202e", 'its display name has characters that cannot be seen: "Desk\\u202e"'),
        ("De\u200dsk", 'its display name has characters that cannot be seen: "De\\u200dsk"'),
        ("\u200cDesk", 'its display name has characters that cannot be seen: "\\u200cDesk"'),
    ],
)
def test_a_display_name_may_be_odd(name, told):
    assert told in odd("eve@evil.example", name)


@pytest.mark.parametrize(
    "domain", ["rnail.example", "mаil.example", "mai1.example", "mall.example", "ｍaıl.example"]
)
def test_a_domain_may_look_like_the_desks(domain):
    address = ascii_domain(domain)
    assert f"its domain {address} looks like mail.example" in odd(f"eve@{domain}")


def test_a_domain_in_whole_in_another_script_looks_like_one_in_ours():
    assert odd("eve@хох.example", known=["xox.example"]) == (
        f"its domain {ascii_domain('хох.example')} looks like xox.example",
    )


def test_a_domain_may_mix_scripts():
    assert f"its domain mixes scripts: {ascii_domain('mаil.example')}" in odd("eve@mаil.example", known=[])
    assert odd("eve@example.org", known=["", "example.org"]) == ()


def test_a_local_part_beyond_ascii_is_told():
    assert odd("réc@example.org") == ("its address is not ASCII: r\\xe9c@example.org",)


def test_of_nobody_only_the_name_is_looked_at():
    assert oddities_of(None, "De\u202esk", [DESK]) == (
        'its display name has characters that cannot be seen: "De\\u202esk"',
    )


def test_marks_and_case_do_not_matter_to_what_a_text_looks_like():
    assert skeleton("Máil.EXAMPLE") == skeleton("mail.example")
    assert skeleton("\u05d0") == "\u05d0"  # nothing of ASCII looks like it


@holds_for(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_what_is_told_is_printable_ascii(local, domain, name):
    for told in oddities_of(f"{local}@{domain}", name, [DESK, "example.org"]):
        assert told.isascii()
        assert told.isprintable()


@holds_for(st.text(max_size=30))
def test_in_ascii_hides_nothing(text):
    shown = in_ascii(text)
    assert shown.isascii()
    assert shown.isprintable()
