"""/healthz and /metrics over HTTP, for the machine's own monitoring: counts and ages, never an address.

What is counted in the database is asked for at most every few seconds, however often somebody looks.
"""

from __future__ import annotations

import json
import socket
import socketserver
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import CollectorRegistry, Counter, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from mailflow.edges import log

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

FRESH_FOR = 5.0  # seconds for which the gauges are not asked for again
_SLOWEST_CLIENT = 5  # seconds


@dataclass(frozen=True)
class Gauges:
    """What stands in the database right now."""

    inbox_waiting: int = 0
    inbox_oldest: timedelta = timedelta(0)  # how long the oldest of them has waited
    parked: int = 0
    outbox_waiting: int = 0
    outbox_oldest: timedelta = timedelta(0)
    outbox_failed: int = 0
    cases: Mapping[str, int] = field(default_factory=dict)  # the open ones, by status
    disk_free: int | None = None  # bytes where the database is, if that can be seen from here


class Monitoring:
    """The web server, in threads of its own, and the numbers that it shows.

    `gauges` and `health` are called in those threads; either may raise: then the store counts as down. `health` lists
    what is wrong, each problem as one short text.
    """

    def __init__(
        self,
        listen: tuple[str, int],
        gauges: Callable[[], Gauges],
        health: Callable[[], tuple[str, ...]],
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._listen = listen
        self._health = health
        self._registry = CollectorRegistry()
        events = Counter("mailflow_events", "Mail events", ["event"], registry=self._registry)
        self._counter_of = cache(events.labels)
        for event in log.EVENTS:  # from zero, so that the first one counts in a rate
            self._counter_of(event)
        ProcessCollector(registry=self._registry)
        self._registry.register(_Stored(gauges, now))
        self._server: _Server | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens, with the port that was taken for port 0."""
        return (self._listen[0], self._server.server_port if self._server else self._listen[1])

    def start(self) -> None:
        """Listen. Raises `OSError` when the address is taken."""
        self._server = _Server(self._listen, self._answer)
        log.observe(self._count)
        self._server.start()

    def stop(self) -> None:
        if self._server is not None:
            log.forget(self._count)
            self._server.stop()
            self._server = None

    def _count(self, event: str) -> None:
        self._counter_of(event).inc()

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        page = {"/healthz": self._healthz, "/metrics": self._metrics}.get(environ["PATH_INFO"])
        if page is None:
            status, kind, body = "404 Not Found", "text/plain", b"only /healthz and /metrics\n"
        elif environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            status, kind, body = "405 Method Not Allowed", "text/plain", b"only GET and HEAD\n"
        else:
            status, kind, body = page()
        start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _healthz(self) -> tuple[str, str, bytes]:
        try:
            problems = self._health()
        except Exception as error:  # noqa: BLE001 - a check that fails in any way is the finding
            problems = (f"the check failed: {type(error).__name__}",)
        facts = {"status": "failing", "problems": problems} if problems else {"status": "ok"}
        status = "503 Service Unavailable" if problems else "200 OK"
        return status, "application/json", json.dumps(facts).encode() + b"\n"

    def _metrics(self) -> tuple[str, str, bytes]:
        return "200 OK", CONTENT_TYPE_LATEST, generate_latest(self._registry)


class _Stored(Collector):
    """The gauges, as they were when last asked for."""

    def __init__(self, gauges: Callable[[], Gauges], now: Callable[[], float]) -> None:
        self._gauges = gauges
        self._now = now
        self._lock = Lock()  # several that look at once ask the database once
        self._asked_at = float("-inf")
        self._known: Gauges | None = None

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return []  # without it the registry would ask the database at start

    def collect(self) -> Iterator[GaugeMetricFamily]:
        known = self._latest()
        yield GaugeMetricFamily(
            "mailflow_store_up", "Whether the database answered", float(known is not None)
        )
        if known is None:
            return
        for name, text, value in (
            ("inbox_waiting", "Mails that wait to be handled", known.inbox_waiting),
            ("inbox_oldest_seconds", "How long the oldest has waited", known.inbox_oldest.total_seconds()),
            ("inbox_parked", "Mails that could not be handled", known.parked),
            ("outbox_waiting", "Letters that wait to be delivered", known.outbox_waiting),
            ("outbox_oldest_seconds", "How long the oldest has waited", known.outbox_oldest.total_seconds()),
            ("outbox_failed", "Letters that were given up", known.outbox_failed),
        ):
            yield GaugeMetricFamily(f"mailflow_{name}", text, value)
        if known.disk_free is not None:
            yield GaugeMetricFamily(
                "mailflow_disk_free_bytes", "What the database may still grow by", float(known.disk_free)
            )
        cases = GaugeMetricFamily("mailflow_cases", "Open cases by status", labels=["status"])
        for status, count in known.cases.items():
            cases.add_metric([status], count)
        yield cases

    def _latest(self) -> Gauges | None:
        with self._lock:
            if self._now() - self._asked_at >= FRESH_FOR:
                try:
                    self._known = self._gauges()
                except Exception:  # noqa: BLE001 - shown as mailflow_store_up 0; the counters are shown all the same
                    self._known = None
                self._asked_at = self._now()
            return self._known


class _Handler(WSGIRequestHandler):
    timeout = _SLOWEST_CLIENT
    server_version = "mailflow"
    sys_version = ""

    def log_message(self, *_: Any) -> None:
        """A scrape is no mail event."""


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def __init__(self, listen: tuple[str, int], answer: Callable[..., Iterable[bytes]]) -> None:
        if ":" in listen[0]:
            self.address_family = socket.AF_INET6
        super().__init__(listen, _Handler)
        self.set_app(answer)
        self._stopped = False
        self._thread = Thread(target=self._serve, name="monitoring", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """At once: `serve_forever` looks up twice a second, also where nobody asks anything for days."""
        self._stopped = True
        self.socket.shutdown(socket.SHUT_RDWR)  # which wakes whoever waits for a connection (Linux)
        self._thread.join()
        self.server_close()

    def _serve(self) -> None:
        while not self._stopped:
            self.handle_request()

    def server_bind(self) -> None:
        """As inherited, without asking the resolver for the address's name."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.socket.getsockname()[:2]
        self.setup_environ()

    def handle_error(self, *_: Any) -> None:
        """A client that hung up is nobody's trouble."""
