"""What one client, and all of them together, may use: connections, memory and time. Pure counting, no I/O."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from math import inf

from mailflow.config import Smtp

DATA_GRACE = 10.0  # seconds into a mail before its rate counts
SPARED = 5.0  # seconds for which a silent client keeps its place whoever else wants it …
MUTE_SPARED = 0.2  # … and the part of them for which one does that has not said a word

BUSY = "421 4.3.2 Too many connections; try again later"
BUSY_WITH_YOU = "421 4.7.0 Too many connections from your address"
STOPPING = "421 4.3.2 Service is shutting down"
IDLE = "421 4.4.2 Nothing heard for too long"
PLACE_NEEDED = "421 4.3.2 Nothing heard, and others wait; try again later"
TOO_SLOW = "421 4.4.2 Mail comes in too slowly"
SESSION_OVER = "421 4.4.2 Session took too long"


def plain_address(host: str) -> str:
    """A client's IP address: an IPv4 one that came through an IPv6 socket as itself, no zone."""
    host = host.partition("%")[0]
    return host.removeprefix("::ffff:") if "." in host else host


def _network(address: str) -> str:
    """Whom connections are counted for: an IPv4 address, an IPv6 /64 (what one customer gets)."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    return str(int(ip) >> 64) if isinstance(ip, IPv6Address) else address


class Gate:
    """Counts connections in all and for each address."""

    def __init__(self, most: int, most_per_address: int) -> None:
        self.closed = False
        self._most = most
        self._most_per_address = most_per_address
        self._by_network: Counter[str] = Counter()
        self._inside = 0

    def enter(self, address: str) -> str:
        """The 421 reply for a client that may not come in; "" lets it in, and it must `leave`."""
        network = _network(address)
        if self.closed:
            return STOPPING
        if self._inside >= self._most:
            return BUSY
        if self._by_network[network] >= self._most_per_address:
            return BUSY_WITH_YOU
        self._inside += 1
        self._by_network[network] += 1
        return ""

    def leave(self, address: str) -> None:
        network = _network(address)
        self._inside -= 1
        self._by_network[network] -= 1
        if not self._by_network[network]:
            del self._by_network[network]


class Budget:
    """Bytes of mail that are being received, of all sessions together."""

    def __init__(self, most: int) -> None:
        self.used = 0
        self._most = most

    def fits(self, size: int) -> bool:
        return self.used + size <= self._most

    def take(self, size: int) -> bool:
        """Whether there was room; only then it counts."""
        if not self.fits(size):
            return False
        self.used += size
        return True

    def give(self, size: int) -> None:
        self.used -= size


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds and bytes a second."""

    session: float
    idle: float
    least_rate: int
    data_grace: float = DATA_GRACE
    spared: float = SPARED

    @classmethod
    def from_settings(cls, settings: Smtp) -> Patience:
        return cls(
            settings.session_deadline.total_seconds(),
            settings.idle_timeout.total_seconds(),
            settings.least_rate,
        )


class Pace:
    """When a session must be cut, and why. All times are the event loop's."""

    __slots__ = ("_data_since", "_ends", "_heard", "_patience", "_received", "_spoke")

    def __init__(self, patience: Patience, now: float) -> None:
        self._patience = patience
        self._ends = now + patience.session
        self._heard = now
        self._spoke = False
        self._data_since = inf
        self._received = 0

    def gives_way(self, now: float) -> bool:
        """Whether a client that wants the place may have it."""
        spared = self._patience.spared * (1 if self._spoke else MUTE_SPARED)
        return now - self._heard >= spared

    def heard(self, now: float) -> None:
        """A whole command came."""
        self._spoke = True
        self._heard = now
        self._data_since = inf

    def data_starts(self, now: float) -> None:
        self._heard = self._data_since = now
        self._received = 0

    def data_came(self, received: int, now: float) -> None:
        """`received` bytes of this mail in all."""
        self._heard = now
        self._received = received

    def cut(self) -> tuple[float, str]:
        """The moment at which the session has to end unless more comes in, and the reply that says why."""
        times = [(self._ends, SESSION_OVER), (self._heard + self._patience.idle, IDLE)]
        if self._data_since < inf and self._patience.least_rate:
            earned = max(self._patience.data_grace, self._received / self._patience.least_rate)
            times.append((self._data_since + earned, TOO_SLOW))
        return min(times)
