"""Authentication-Results fields as servers write them, and as nobody should (RFC 8601)."""

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


def test_of_two_properties_of_one_name_the_first_counts():
    [check] = read_auth_results("mx.example.org; dkim=pass header.d=example.net header.d=example.org").checks
    assert check.domain == "example.net"


def test_results_past_the_most_are_not_read():
    field = "mx.example.org" + "; dkim=pass header.d=example.net" * (MOST_CHECKS + 5)
    assert len(read_auth_results(field).checks) == MOST_CHECKS


@holds_for(st.text(alphabet='ab.=@;()"\\ \u00fc', max_size=60))
def test_any_text_is_read(text):
    found = read_auth_results(text)
    assert all(check.method in {"dkim", "spf", "dmarc"} for check in found.checks)
