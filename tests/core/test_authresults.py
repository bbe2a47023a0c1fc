"""Authentication-Results fields as servers write them, and as nobody should (RFC 8601)."""

import time

import pytest
from hypothesis import given as holds_for
from hypothesis import strategies as st

from mailflow.core.authresults import MOST_CHECKS, Check, read_auth_results

WRITTEN = {
    "OpenDMARC": (
        "mx.example.org; dmarc=fail (p=reject dis=none) header.from=example.net",
        [Check("dmarc", "fail", "example.net", "reject")],
    ),
    "rspamd": (
        (
            "mx.example.org;\tdkim=none; spf=softfail (mx.example.org: 192.0.2.1 is neither permitted nor denied) "
            'smtp.mailfrom=jo@example.net; dmarc=fail reason="SPF not aligned (relaxed), No valid DKIM" '
            "header.from=example.net (policy=quarantine)"
        ),
        [
            Check("dkim", "none"),
            Check("spf", "softfail", "example.net"),
            Check("dmarc", "fail", "example.net", "quarantine"),
        ],
    ),
    "a large provider": (
        (
            "mx.example.org; dkim=pass header.i=@example.net header.s=s1 header.b=Ab12/=; spf=pass (mx.example.org: domain "
            "of bounce=12=jo@example.net designates 192.0.2.1 as permitted sender) smtp.mailfrom=bounce=12=jo@example.net; "
            "dmarc=pass (p=NONE sp=QUARANTINE dis=NONE) header.from=example.net"
        ),
        [
            Check("dkim", "pass", "example.net"),
            Check("spf", "pass", "example.net"),
            Check("dmarc", "pass", "example.net", "quarantine"),
        ],
    ),
    "with a registered property": (
        "mx.example.org; dmarc=fail (p=reject) policy.dmarc=none header.from=example.net",
        [Check("dmarc", "fail", "example.net", "none")],
    ),
    "with a policy that is none": (
        "mx.example.org; dmarc=fail policy.dmarc=sometimes header.from=example.net",
        [Check("dmarc", "fail", "example.net")],
    ),
    "with versions and in capitals": (
        "MX.example.org 1; DKIM/1 = PASS Header.D = Example.NET",
        [Check("dkim", "pass", "example.net")],
    ),
    "with a domain in another script": (
        "mx.example.org; dkim=pass header.d=bücher.example",
        [Check("dkim", "pass", "xn--bcher-kva.example")],
    ),
    "with a quoted local part": (
        'mx.example.org; spf=pass smtp.mailfrom="a;b c"@example.net',
        [Check("spf", "pass", "example.net")],
    ),
    "of other methods": ("mx.example.org; iprev=pass policy.iprev=192.0.2.1; auth=pass smtp.auth=jo", []),
    "without results": ("mx.example.org; none", []),
    "for HELO alone": ("mx.example.org; spf=pass smtp.helo=example.net", [Check("spf", "pass")]),
}


@pytest.mark.parametrize("value", WRITTEN)
def test_what_servers_write_is_read(value):
    field, checks = WRITTEN[value]
    found = read_auth_results(field)
    assert found.authserv_id == "mx.example.org"
    assert list(found.checks) == checks


def test_an_id_may_be_quoted_and_may_be_missing():
    assert read_auth_results('"mx.\\example.org" 1; none').authserv_id == "mx.example.org"
    assert read_auth_results("").authserv_id == ""


@pytest.mark.parametrize(
    "field",
    [
        "evil.example (mx.example.org); (dmarc=pass header.from=example.net)",
        'evil.example; x="; dmarc=pass header.from=example.net"',
        "evil.example; (((; dkim=pass header.d=example.net",
        "evil.example; (\\); dkim=pass header.d=example.net)",
    ],
)
def test_what_a_comment_or_a_quotation_holds_is_no_result(field):
    found = read_auth_results(field)
    assert found.authserv_id == "evil.example"
    assert found.checks == ()


# What the DNS takes as a name, so that a forger's signature or envelope passes, and what a server makes of it.
FEIGNED = [
    "dkim=pass header.d=example.net(.a)b=c.evil.example",
    "dkim=pass header.d=example.net (.a) .evil.example",
    'dkim=pass header.d=example.net"".evil.example',
    'dkim=pass header.d=example.net"x.y=z".evil.example',
    "dkim=pass header.d=example.net .evil.example header.s=s1",
    "spf=pass smtp.mailfrom=jo@example.net(.a).evil.example",
    "spf=pass smtp.mailfrom=example.net jo@evil.example",
    'spf=pass smtp.mailfrom="jo@example.net"(x@evil.example)',
    "dmarc=pass header.from=example.net .evil.example",
]


@pytest.mark.parametrize("result", FEIGNED)
def test_a_value_that_does_not_stand_as_it_should_is_nobodys(result):
    [check] = read_auth_results(f"mx.example.org; {result}").checks
    assert (check.result, check.domain) == ("pass", "")


@pytest.mark.parametrize(
    "field",
    [
        "dkim=pass header.d=example.net(.evil.example; dmarc=fail header.from=example.net",
        "dkim=pass header.d=example.net).evil.example; dmarc=fail header.from=example.net",
        'dkim=pass header.d=example.net".evil.example; dmarc=fail header.from=example.net',
        "dkim=pass header.d=example.net(\\); dmarc=fail header.from=example.net",
        "; ".join(["dkim=fail header.d=evil.example"] * (MOST_CHECKS + 1)),
        "spf=pass smtp.mailfrom=jo@example.net;.evil.example; dmarc=none header.from=example.net",
        "spf=pass smtp.mailfrom=jo@example.net;x=y.evil.example; dmarc=none header.from=example.net",
    ],
)
def test_a_field_of_which_a_result_may_be_lost_says_so(field):
    assert not read_auth_results(f"mx.example.org; {field}").whole


@pytest.mark.parametrize(
    ("field", "domain"),
    [
        ("dmarc=pass(p=reject dis=none) header.from=example.net", "example.net"),
        ('dkim=pass (2048-bit key; 5" disks :-\\)) header.d=example.net header.b="a/b="', "example.net"),
        ('spf=pass reason="a; b (c" smtp.mailfrom=example.net smtp.helo=', "example.net"),
        ("spf=pass smtp.mailfrom=", ""),
        (
            'DKIM/1 = "pass" header.d=example.net; x-tls=pass; compauth=pass reason=100; arc=none',
            "example.net",
        ),
    ],
)
def test_a_pass_in_odd_forms_that_servers_write_is_whole(field, domain):
    found = read_auth_results(f"mx.example.org (a server (ours)); {field};")
    assert found.whole
    assert found.checks[0].domain == domain


def test_of_two_properties_of_one_name_the_first_counts():
    [check] = read_auth_results("mx.example.org; dkim=pass header.d=example.net header.d=example.org").checks
    assert check.domain == "example.net"


def test_results_past_the_most_are_not_read():
    field = "mx.example.org" + "; dkim=pass header.d=example.net" * (MOST_CHECKS + 5)
    assert len(read_auth_results(field).checks) == MOST_CHECKS


@pytest.mark.parametrize(
    "piece", ["a", "a.", "=", "a=b ", 'a="', '"', "(", ")", "()", ";", "\\", "a.b(", "a=b;"]
)
def test_a_field_as_long_as_a_header_is_read_in_little_time(piece):
    begun = time.process_time()
    read_auth_results(f"mx.example.org; {piece * (64 * 1024 // len(piece))}")
    assert time.process_time() - begun < 2


@holds_for(st.text(alphabet='ab.=@;()"\\ \u00fc', max_size=60))
def test_any_text_is_read(text):
    found = read_auth_results(text)
    assert all(check.method in {"dkim", "spf", "dmarc"} for check in found.checks)
