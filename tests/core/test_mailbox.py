import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.core.mailbox import Mailbox, _read_any, read_mailboxes, sound_address


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        ("jane@Example.ORG", "", "jane@example.org"),
        ("<jane@example.org>", "", "jane@example.org"),
        ("Jane Doe <Jane.Doe@example.org>", "Jane Doe", "Jane.Doe@example.org"),
        ('"Doe, Jane" <jane@example.org>', "Doe, Jane", "jane@example.org"),
        ('"Jane \\"J\\" Doe" <jane@example.org>', 'Jane "J" Doe', "jane@example.org"),
        ("jane@example.org (Jane (D.) Doe)", "Jane (D.) Doe", "jane@example.org"),
        ("<jane@example.org> (Jane)", "Jane", "jane@example.org"),
        ("(a \\) b) jane@example.org", "a \\) b", "jane@example.org"),
        ('"jane@example.org" <jane@example.org>', "jane@example.org", "jane@example.org"),
        ("jane@example.org <Jane@example.org>", "jane@example.org", "Jane@example.org"),
        ("=?utf-8?q?jane@example.org?= <jane@example.org>", "jane@example.org", "jane@example.org"),
        ("=?utf-8?q?Doe,_J=C3=A4ne?= <jane@example.org>", "Doe, Jäne", "jane@example.org"),
        ('"=?utf-8?q?J=C3=A4ne?=" <jane@example.org>', "Jäne", "jane@example.org"),
        ("jürgen@exämple.org", "", "jürgen@xn--exmple-cua.org"),
        ("Jo <jo@Bücher.example>", "Jo", "jo@xn--bcher-kva.example"),
        ("Doe, Jane <jane@example.org>", "Jane", "jane@example.org"),
        ("jane@example.org,", "", "jane@example.org"),
        ("a=b <jane+tag@sub.example.org>", "a=b", "jane+tag@sub.example.org"),
    ],
)
def test_one_mailbox_is_certain(value, name, address):
    mailboxes = read_mailboxes(value)
    assert mailboxes.certain
    assert mailboxes.found == (Mailbox(name, address),)


@pytest.mark.parametrize(
    "value",
    [
        "admin@pypi.org <x@evil.example>",
        "=?utf-8?q?admin@pypi.org?= <x@evil.example>",
        "a@example.org b@example.org",
        "<a@example.org> <b@example.org>",
        "<a@example.org> b@example.org",
        "Group: a@example.org;",
        "undisclosed-recipients:;",
        "<@relay.example:a@example.org>",
        "Jane <a@example.org",
        "<>",
        '"jane doe"@example.org',
        '"admin@pypi.org" x@evil.example',
        "a@[192.0.2.1]",
        "a..b@example.org",
        "a@example.org (b@example.org",
        "a@example.org ((b@example.org)",
        "a@example.org (\\)",
    ],
)
def test_what_two_readers_could_read_differently_is_not_certain(value):
    assert not read_mailboxes(value).certain


@pytest.mark.parametrize("value", ["", ",", '"', "(", '"(', "Jane", '"Jane', "(a \\"])
def test_nothing_is_found_where_nothing_is(value):
    assert read_mailboxes(value).found == ()


def test_several_mailboxes_are_found_in_order_up_to_a_limit():
    assert [mailbox.address for mailbox in read_mailboxes("a@x.org, B <b@x.org>; c@x.org").found] == [
        "a@x.org",
        "b@x.org",
        "c@x.org",
    ]
    many = read_mailboxes(", ".join(f"a{n}@x.org" for n in range(5)), limit=3)
    assert len(many.found) == 3
    assert not many.certain


@pytest.mark.parametrize(
    "text",
    [
        "",
        "jane",
        "@example.org",
        "jane@",
        "jane@-example.org",
        "jane@example-.org",
        "jane@example..org",
        "ja ne@example.org",
        "jane@exam ple.org",
        "jane@@example.org",
        "jane.@example.org",
        ".jane@example.org",
        "jane@example.org\n",
        "ja\0ne@example.org",
        "ja\u202ene@example.org",
        "ja\u200bne@example.org",
        "jane\ud800@example.org",
        "jane@ｅxample.org",
        "ﬁ@example.org",
        "🙂@example.org",
        "a" * 65 + "@example.org",
        "ä" * 33 + "@example.org",
        "a@" + "b" * 64 + ".org",
        "a@" + "bb." * 90 + "org",
        "a@" + "bä." * 62 + "orgorg",
    ],
)
def test_an_address_that_is_not_sound_is_none(text):
    assert sound_address(text) is None


def test_the_longest_sound_address():
    address = "a" * 64 + "@" + ".".join(["b" * 61] * 3) + ".org"
    assert len(address) == 254
    assert sound_address(address) == address


@settings(deadline=None)
@given(st.text(alphabet='ab@.,;:<>()"\\=?q \u00e4\ud800') | st.text())
def test_reading_mailboxes_never_raises(value):
    for mailbox in read_mailboxes(value).found:
        assert sound_address(mailbox.address) == mailbox.address


@pytest.mark.parametrize("bomb", ['"', "(", "<", "a@b,", "=?a?q?", ".", "a.", "\\", "(\\", "@", "a@b.org <"])
def test_an_address_field_of_the_greatest_length_is_read_at_once(bomb):
    assert len(read_mailboxes(bomb * (8192 // len(bomb))).found) <= 100


@given(
    st.lists(st.sampled_from([*'<>@.,:;"()\\= \t\r\n\xa0\0éA', "jane", "x@example.org", "<jane@example.org>", "=?utf-8?q?J?="]), max_size=9)
)  # fmt: skip
def test_what_looks_plain_is_read_like_any_other(pieces):
    value = "".join(pieces)
    assert read_mailboxes(value) == _read_any(value, 100)
