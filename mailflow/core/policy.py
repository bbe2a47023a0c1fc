"""What `lifecycle.decide` decides by: the site's rules as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from mailflow.core.authentication import SenderPolicy
from mailflow.core.form import Form

# The matters of other desks whose words are known in all languages.
MATTERS = ("limits", "security", "ownership", "suspension")


@dataclass(frozen=True)
class Redirect:
    """A topic another desk is in charge of."""

    topic: str
    words: tuple[str, ...]  # casefolded
    say: str
    url: str
    matter: str = ""  # one of `MATTERS`

    @property
    def is_rest(self) -> bool:
        """Whether it is the one for everything else."""
        return not self.words and not self.matter


@dataclass(frozen=True)
class Policy:
    form: Form
    redirects: tuple[Redirect, ...]
    remind_after: tuple[timedelta, ...]
    close_after: timedelta
    escalate_after: timedelta
    business_days: bool  # whether the three above count Monday to Friday only, in `time_zone`
    time_zone: ZoneInfo
    status_letter_every: timedelta
    letters_per_day: int  # to one address
    letters_per_case: int
    letters_per_domain: int  # a day, to addresses of one domain whose owners were not seen to read them
    letters_in_all: int  # a day, to all such addresses
    confirm_below: float  # an answer less sure than this is asked to be confirmed
    staff: tuple[str, ...]
    senders: SenderPolicy
