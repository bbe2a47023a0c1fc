"""Command lines and addresses, as text."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.edges.commands import MAX_ADDRESS, read_path, split_command


@pytest.mark.parametrize(
    ("line", "command"),
    [
        (b"QUIT\r\n", ("QUIT", None)),
        (b"mail FROM:<a@example.org>  \r\n", ("MAIL", "FROM:<a@example.org>")),
        (b"RSET  \r\n", ("RSET", None)),
        ("EHLO müller\r\n".encode(), ("EHLO", "müller")),
        (b"\r\n", ("", None)),
        (b"QUIT\n", ("", None)),
        (b"QUIT", ("", None)),
        (b"", ("", None)),
        (b"QUIT\r\r\n", ("", None)),
        (b"EHLO\tx\r\n", ("", None)),
        (b"EHLO \x1b[2J\r\n", ("", None)),
        (b"EHLO m\xfcller\r\n", ("", None)),
        ("EHLO \u202egro\r\n".encode(), ("", None)),
        ("EHLO a\u2028b\r\n".encode(), ("", None)),
    ],
)
def test_a_command_line_is_split_or_is_none(line, command):
    assert split_command(line) == command


@pytest.mark.parametrize(
    ("argument", "path"),
    [
        ("<>", ("<>", "")),
        ("<ann@example.org>", ("ann@example.org", "")),
        ("<ann@example.org> SIZE=10 BODY=8BITMIME", ("ann@example.org", "SIZE=10 BODY=8BITMIME")),
        ("ann@example.org", ("ann@example.org", "")),
        ("ann@example.org SIZE=10", ("ann@example.org", "SIZE=10")),
        ("<@a.example.org,@b.example.org:ann@example.org>", ("ann@example.org", "")),
        ('<"ann lee"@example.org>', ('"ann lee"@example.org', "")),
        ('<"a\\"b>"@example.org>', ('"a\\"b>"@example.org', "")),
        ("<ann@[192.0.2.1]>", ("ann@[192.0.2.1]", "")),
        ("<ann@[IPv6:2001:db8::1]>", ("ann@[IPv6:2001:db8::1]", "")),
        ("<a..b.@example.org>", ("a..b.@example.org", "")),
        ("<postmaster>", ("postmaster", "")),
        ("<jürgen@exämple.org>", ("jürgen@exämple.org", "")),
        (f"<{'a' * (MAX_ADDRESS - 12)}@example.org>", (f"{'a' * (MAX_ADDRESS - 12)}@example.org", "")),
        (f"<{'a' * MAX_ADDRESS}@example.org>", None),
        ("", None),
        ("<", None),
        ("<ann@example.org", None),
        ("ann@example.org>", None),
        ("<ann@example.org>SIZE=10", None),
        ("<ann@example.org> <ben@example.org", ("ann@example.org", "<ben@example.org")),
        ("<ann@@example.org>", None),
        ("<ann@example.org@example.net>", None),
        ("<ann lee@example.org>", None),
        ("<ann@>", None),
        ("<@example.org>", None),
        ('<"ann@example.org>', None),
        ("Ann <ann@example.org>", None),
    ],
)
def test_a_path_is_read_or_refused(argument, path):
    assert read_path(argument) == path


@given(st.binary())
def test_no_line_raises(line):
    verb, argument = split_command(line)
    if argument is not None:
        read_path(argument)
    assert verb == verb.upper()


@pytest.mark.parametrize(
    "argument",
    [
        "<" + '"' * 2000,
        '<"' + "\\" * 2000,
        "<" + "@" * 2000,
        "<@a:" * 500,
        "<" + "a@" * 1000,
        '<"' + '\\"' * 1000,
    ],
)
def test_no_address_takes_long_to_read(argument):
    begun = time.process_time()
    read_path(argument)
    assert time.process_time() - begun < 0.05
