"""A smarthost whose TLS or login is not in order: letters wait, or leave as the site allows, and no password is shown."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from mailflow.steps.settle import Outcome
from tests.smarthost.faulty import CLOSE, SILENT, Fault
from tests.smarthost.post import Post

LETTERS = ("anna@example.org", "ben@example.org", "cleo@example.org")
PASSWORD = "correct horse"
EVER = float("inf")
SHORT = 0.3  # seconds


@dataclass(frozen=True)
class Certificates:
    good: ssl.SSLContext
    for_another_host: ssl.SSLContext
    expired: ssl.SSLContext
    self_signed: ssl.SSLContext  # by an authority that nobody trusts
    trusted: Path


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    ours, nobodys = trustme.CA(), trustme.CA()
    trusted = tmp_path_factory.mktemp("tls") / "ca.pem"
    ours.cert_pem.write_to_path(str(trusted))
    yesterday = datetime.now(UTC) - timedelta(days=1)
    return Certificates(
        good=_server(ours.issue_cert("localhost")),
        for_another_host=_server(ours.issue_cert("mx.example.net")),
        expired=_server(
            ours.issue_cert("localhost", not_before=yesterday - timedelta(days=1), not_after=yesterday)
        ),
        self_signed=_server(nobodys.issue_cert("localhost")),
        trusted=trusted,
    )


def _server(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@pytest.fixture(autouse=True)
def trust(certificates, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.trusted))


@pytest.mark.parametrize(
    ("certificate", "error"),
    [
        ("for_another_host", "TLS failed: Hostname mismatch"),
        ("expired", "TLS failed: certificate has expired"),
        ("self_signed", "TLS failed: unable to get local issuer certificate"),
    ],
)
def test_a_certificate_that_is_not_good_keeps_letters_where_one_is_required(
    store, make_smarthost, certificates, certificate, error
):
    smarthost = make_smarthost(tls=getattr(certificates, certificate))
    with Post(store, smarthost, host="localhost", tls="required") as post:
        wait_untouched(post, error)
        smarthost.tls = certificates.good
        post.drain()
        assert smarthost.recipients == [*LETTERS]


# Python closes no socket whose other end has reset the connection just before it is wrapped (3.11, `SSLSocket._create`).
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning"
)

STARTTLS_FAILS = pytest.mark.parametrize(
    ("stage", "does", "error"),
    [
        ("starttls", "454 4.7.0 TLS not available", "offers no STARTTLS"),
        ("starttls", CLOSE, "closed the connection"),
        ("starttls", SILENT, "no answer in time"),
        ("handshake", CLOSE, "TLS failed"),
        ("handshake", "no TLS", "TLS failed"),
        ("handshake", SILENT, "TLS failed"),
    ],
)


def with_starttls(store, smarthost, tls, does):
    return Post(store, smarthost, host="localhost", tls=tls, timeout=SHORT if does == SILENT else 30.0)


@STARTTLS_FAILS
def test_starttls_that_fails_keeps_letters_where_it_is_required(
    store, make_smarthost, certificates, stage, does, error
):
    smarthost = make_smarthost(Fault(stage, does, times=EVER), tls=certificates.good)
    with with_starttls(store, smarthost, "required", does) as post:
        wait_untouched(post, error)
        smarthost.faults.clear()
        post.drain()
        assert smarthost.recipients == [*LETTERS]


@STARTTLS_FAILS
def test_starttls_that_fails_is_done_without_where_it_is_not_required(
    store, make_smarthost, certificates, stage, does, error
):
    """TLS that comes to nothing is no worse than none (RFC 7435)."""
    smarthost = make_smarthost(Fault(stage, does, times=EVER), tls=certificates.good)
    with with_starttls(store, smarthost, "opportunistic", does) as post:
        post.put(*LETTERS)
        post.drain()
        assert smarthost.recipients == [*LETTERS]
        assert {row.attempts for row in post.rows().values()} == {1}, error


def test_a_certificate_that_nobody_asked_for_is_not_looked_at(store, make_smarthost, certificates):
    smarthost = make_smarthost(tls=certificates.self_signed)
    with Post(store, smarthost, host="localhost", tls="opportunistic") as post:
        post.put(*LETTERS)
        post.drain()
        assert smarthost.recipients == [*LETTERS]
        assert (1, "STARTTLS") in smarthost.commands


@pytest.mark.parametrize(
    "reply", ["535 5.7.8 {sent} is wrong", "454 4.7.0 later", "500 5.5.1 what is AUTH PLAIN {sent}", CLOSE]
)
def test_a_login_that_fails_keeps_letters_and_shows_no_password(store, make_smarthost, reply):
    """Some servers quote what they were sent."""
    fault = Fault("auth", reply.format(sent=PASSWORD), times=EVER)
    smarthost = make_smarthost(fault, offers=("AUTH PLAIN",))
    with Post(store, smarthost, user="desk", password=PASSWORD) as post:
        wait_untouched(post, "")
        assert PASSWORD not in str(post.lines()) + str(post.rows())
        smarthost.faults.clear()
        post.drain()
        assert smarthost.recipients == [*LETTERS]


def wait_untouched(post, error):
    """For an hour nobody's letter is tried, and the first one says why."""
    post.put(*LETTERS)
    post.pass_time(timedelta(minutes=2) if post.smarthost.faults else timedelta(hours=1))
    assert not post.smarthost.taken
    rows = post.rows()
    assert {(row.state, row.attempts) for row in rows.values()} == {("waiting", 0)}
    assert error in rows[LETTERS[0]].error
    assert {delivery.outcome for delivery in post.told} == {Outcome.PUT_BACK}
    assert len(post.smarthost.connected_at) <= 22
