"""DKIM signatures, keys and names in the DNS of somebody who wants to be taken for another, or to keep the desk busy."""

import re
import time

import pytest

from mailflow.config import organizational_domain
from mailflow.core.envelope import Envelope
from mailflow.core.mail import parse
from mailflow.edges.dkimcheck import MOST_SIGNATURES, check_signatures
from mailflow.edges.resolving import Questions, make_resolver
from mailflow.edges.sendercheck import DnsSenderCheck
from tests.zone import HASTY, PATIENT, SILENT, Key, asking, serving, signed, signed_by_hand

MAIL = b"From: jo@example.org\r\nSubject: locked out\r\nTo: desk@desk.example\r\n\r\nIt is me.\r\n"


@pytest.fixture
def zone():
    with serving() as zone:
        zone.text("_dmarc.example.org", "v=DMARC1; p=reject")
        zone.key()
        yield zone


@pytest.fixture
def deadline():
    return PATIENT


@pytest.fixture
def settings(zone, deadline):
    return asking(zone, lookups=20, deadline=deadline)


@pytest.fixture
def results(settings):
    def results(raw, author="example.org"):
        questions = Questions(make_resolver(settings), settings)
        return [one.result for one in check_signatures(raw, author, organizational_domain, questions)]

    return results


@pytest.fixture
def verdict(settings):
    def verdict(raw, sender="eve@evil.example", remote="192.0.2.66"):
        mail = parse(raw, Envelope(sender, ("desk@desk.example",), remote, "evil.example"))
        return DnsSenderCheck(settings, organizational_domain).compute(raw, mail, last=True).verdict

    return verdict


def seconds(act):
    began = time.process_time()
    act()
    return time.process_time() - began


def test_a_genuine_signature_counts(results):
    """What the attacks below are measured against."""
    assert results(signed(MAIL)) == ["pass"]


def test_a_signature_that_does_not_cover_from(results, zone):
    key = Key.of(1024)
    zone.text("s._domainkey.example.org", key.record())
    assert results(signed_by_hand(MAIL, key, ("from", "subject"))) == ["pass"]
    raw = signed_by_hand(MAIL, key, ("subject", "to"))
    assert results(raw.replace(b"From: jo@", b"From: ceo@")) == ["policy"]


@pytest.mark.parametrize(
    "field",
    [
        b"Subject: My new address is eve@evil.example",
        b"Message-ID: <another@evil.example>",
        b"Content-Type: text/html",
        b"In-Reply-To: <1@desk.example>",
    ],
)
def test_a_second_field_on_top_of_one_that_is_signed(results, verdict, field):
    """A signature is about the lowest one, and the topmost is read (RFC 6376, 8.15)."""
    name = field.partition(b":")[0]
    mail = MAIL if name in MAIL else name + b": <1@example.org>\r\n" + MAIL
    raw = signed(mail, headers=("from", "subject", name.decode()))
    assert results(raw) == ["pass"]
    assert results(field + b"\r\n" + raw) == ["policy"]
    assert results(raw.replace(name, name + b": x\r\n" + name, 1)) == ["policy"]
    assert verdict(field + b"\r\n" + raw) == "fail"


def test_a_subject_put_into_a_mail_whose_signature_covers_none(results):
    raw = signed(MAIL.replace(b"Subject: locked out\r\n", b""), headers=("from", "to"))
    assert results(raw) == ["pass"]
    assert results(b"Subject: My new address is eve@evil.example\r\n" + raw) == ["policy"]


def test_text_added_behind_a_signature_of_a_part_of_the_body(results):
    assert results(signed(MAIL, length=True) + b"Change my address to eve@evil.example.\r\n") == ["policy"]


def test_a_signature_with_a_broken_hash(results):
    assert results(signed(MAIL, signature_algorithm=b"rsa-sha1")) == ["policy"]


def test_a_key_that_is_only_being_tested(results, zone):
    zone.key(flags="t=y;")
    assert results(signed(MAIL)) == ["permerror"]


def test_a_key_for_the_domain_alone_used_by_one_below_it(results, zone):
    zone.key(flags="t=s;")
    assert results(signed(MAIL, identity=b"@guests.example.org")) == ["permerror"]
    assert results(signed(MAIL, identity=b"jo@example.org")) == ["pass"]


def test_a_key_that_can_be_guessed(results, zone):
    key = Key.of(768)
    zone.text("s._domainkey.example.org", key.record())
    assert results(signed_by_hand(MAIL, key, ("from", "subject"))) == ["permerror"]


@pytest.mark.parametrize(
    "domain", ["notexample.org", "example.org.evil.example", "org", "evil.example", "ехample.org"]
)
def test_a_signature_of_a_domain_that_is_another(results, zone, domain):
    zone.key(f"s._domainkey.{domain}")
    raw = signed(MAIL).replace(b"d=example.org", f"d={domain}".encode())
    assert results(raw) == ["none"]


def test_a_signature_of_a_neighbour_below_the_same_public_suffix(verdict, zone):
    zone.text("_dmarc.jo.github.io", "v=DMARC1; p=reject")
    zone.key("s._domainkey.eve.github.io")
    raw = MAIL.replace(b"jo@example.org", b"jo@jo.github.io")
    assert verdict(signed(raw, "eve.github.io")) == "fail"
    zone.key("s._domainkey.jo.github.io")
    assert verdict(signed(raw, "jo.github.io")) == "pass"


def test_an_envelope_of_the_forgers_own_domain(verdict, zone):
    zone.text("evil.example", "v=spf1 +all")
    assert verdict(MAIL) == "fail"


def test_an_envelope_of_the_victims_domain(verdict, zone):
    zone.text("example.org", "v=spf1 ip4:192.0.2.9 -all")
    assert verdict(MAIL, sender="jo@example.org") == "fail"
    assert verdict(MAIL, sender="jo@example.org", remote="192.0.2.9") == "pass"


def test_a_received_field_that_claims_the_victims_server(verdict, zone):
    zone.text("example.org", "v=spf1 ip4:192.0.2.9 -all")
    forged = b"Received: from mail.example.org (mail.example.org [192.0.2.9]) by mx.desk.example; Mon, 2 Mar 2026\r\n"
    assert verdict(forged + MAIL, sender="jo@example.org") == "fail"


@pytest.mark.parametrize("deadline", [HASTY])
@pytest.mark.parametrize("trouble", [SILENT, ""])
def test_signatures_that_use_up_the_questions_before_the_policy_is_known(verdict, zone, trouble):
    """As many names as fit, that never answer or are not there: the domain's policy was asked for first."""
    raw = signed(MAIL)
    field = raw[: raw.index(b"From:")]
    for number in range(9):
        if trouble:
            zone.records[f"s{number}._domainkey.example.org", "TXT"] = trouble
        raw = field.replace(b"s=s;", b"s=s%d;" % number) + raw
    verdict(raw)
    assert zone.asked[0] == ("_dmarc.example.org", "TXT")
    assert len({name for name, _ in zone.asked}) <= 1 + MOST_SIGNATURES


def test_a_body_of_spaces_costs_no_time(results):
    """dkimpy takes 50 s of CPU for the canonical form of this one."""
    raw = signed(MAIL).replace(b"It is me.", b" " * 200_000 + b"x")
    assert seconds(lambda: results(raw)) < 2


def test_a_signature_of_spaces_costs_no_time(results):
    raw = re.sub(rb" b=[^;]*\r\nFrom", b" b=A" + b" " * 60_000 + b"!\r\nFrom", signed(MAIL), flags=re.DOTALL)
    assert seconds(lambda: results(raw)) < 2


def test_a_monstrous_key_costs_no_time(results, zone):
    """RSA with 8192 bits and an exponent as long takes dkimpy more than a second a signature."""

    huge = (1 << 8192) - 1
    zone.text("s._domainkey.example.org", Key(huge, huge - 2).record())
    raw = signed(MAIL)
    many = raw[: raw.index(b"From:")] * 4 + raw
    assert seconds(lambda: results(many)) < 1
    assert results(raw) == ["permerror"]


def test_a_header_of_signatures_costs_no_time(results):
    raw = signed(MAIL)
    field = raw[: raw.index(b"From:")]
    many = field * (60_000 // len(field)) + raw
    assert seconds(lambda: results(many)) < 2


def test_many_signatures_of_a_large_body_cost_little_time(results):
    raw = signed(MAIL + b"hello world  x\r\n" * 560_000)
    many = raw[: raw.index(b"From:")] * 4 + raw.replace(b"locked out", b"locked in")
    found = []
    assert seconds(lambda: found.extend(results(many))) < 4
    assert len(found) == 2
