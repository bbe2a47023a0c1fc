"""Which fields are ours, and whose client a mail came from."""

from ipaddress import ip_network

import pytest
from hypothesis import given as holds_for
from hypothesis import strategies as st

from mailflow.core.envelope import Envelope
from mailflow.core.received import Client
from mailflow.core.relaying import MOST_HOPS, way_of

RELAYS = (ip_network("127.0.0.0/8"), ip_network("::1"), ip_network("10.0.0.0/24"))
OUTSIDE = (
    "received",
    "from mail.example.net (mail.example.net [192.0.2.9]) by mx.example.org; Mon, 2 Mar 2026",
)
INSIDE = ("received", "from mx.example.org (localhost [127.0.0.1]) by inner.example.org; Mon, 2 Mar 2026")
THEIRS = ("received", "from laptop (home [198.51.100.7]) by mail.example.net; Mon, 2 Mar 2026")


def came(remote, *fields, helo="helo.example"):
    return way_of(Envelope("", (), remote, helo), fields, RELAYS)


def test_a_mail_that_came_directly_has_no_field_of_ours():
    way = came("192.0.2.9", ("authentication-results", "mx.example.org; none"), OUTSIDE)
    assert way.client == Client("192.0.2.9", "helo.example")
    assert way.ours == ()


def test_behind_our_server_the_topmost_received_field_names_the_client():
    top, below = ("x-above", ""), ("x-below", "")
    way = came("127.0.0.1", top, OUTSIDE, below, THEIRS, ("from", "jo@example.net"))
    assert way.client == Client("192.0.2.9", "mail.example.net")
    assert way.ours == (top, OUTSIDE, below)


def test_several_servers_of_ours_are_followed():
    way = came("10.0.0.7", INSIDE, ("x-inner", ""), OUTSIDE, ("x-outer", ""), THEIRS)
    assert way.client == Client("192.0.2.9", "mail.example.net")
    assert [name for name, _ in way.ours] == ["received", "x-inner", "received", "x-outer"]


def test_a_pipe_is_fed_by_our_own_server():
    assert came("pipe", OUTSIDE).client == Client("192.0.2.9", "mail.example.net")


def test_without_a_received_field_nothing_is_ours():
    way = came("pipe", ("authentication-results", "mx.example.org; none"))
    assert (way.client, way.ours) == (None, ())


@pytest.mark.parametrize("remote", ["", "nonsense", "999.1.1.1"])
def test_a_client_that_is_no_address_is_nobody(remote):
    assert came(remote, OUTSIDE).client is None


@pytest.mark.parametrize(
    ("received", "client"),
    [
        ("from a.example (unknown [192.0.2.9]) by mx", Client("192.0.2.9", "a.example")),
        ("from a.example ([192.0.2.9]) by mx", Client("192.0.2.9", "a.example")),
        ("from a.example (b.example [IPv6:2001:db8::9]) by mx", Client("2001:db8::9", "a.example")),
        ("from b.example ([192.0.2.9] helo=a.example) by mx", Client("192.0.2.9", "b.example")),
        ("from [10.0.0.1] (b.example [192.0.2.9]) by mx", Client("192.0.2.9", "[10.0.0.1]")),
        ("from a.example (b.example [192.0.2.9] (may be forged)) by mx", Client("192.0.2.9", "a.example")),
        ("from [192.0.2.9] (helo=a.example) by mx", None),
        ("from [192.0.2.9] (ident=a [10.0.0.1]) by mx", None),
        ("from a.example (b.example [10.0.0.300]) by mx", None),
        ("by mx.example.org (8.17/8.17/Submit) id 1", None),
        ("", None),
    ],
)
def test_the_client_is_who_the_server_saw(received, client):
    assert came("127.0.0.1", ("received", received)).client == client


def test_an_address_of_ipv4_in_ipv6_is_the_same_relay():
    assert came("::ffff:127.0.0.1", OUTSIDE).client == Client("192.0.2.9", "mail.example.net")


def test_a_mail_that_never_left_our_network_has_no_client():
    assert came("127.0.0.1", *[INSIDE] * (MOST_HOPS + 5)).client is None


FIELDS = st.lists(st.sampled_from([OUTSIDE, INSIDE, THEIRS, ("x", ""), ("received", "by x")]), max_size=8)


@holds_for(FIELDS, FIELDS)
def test_what_is_below_the_field_of_an_outsider_changes_nothing(above, below):
    whole = came("127.0.0.1", *above, OUTSIDE, THEIRS, *below)
    assert came("127.0.0.1", *above, OUTSIDE, THEIRS) == whole
