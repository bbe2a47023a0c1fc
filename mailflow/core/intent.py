"""What a person wants of the desk, apart from answering the form: told from their own fresh words.

Not knowing is better than knowing wrongly. A mail that is told nothing of here is still read for answers and still
gets a letter; a request taken for something else does not. So each rule asks for clear words and looks for what
contradicts them: a "not" before, a "but" after, a question, a condition, answers of the form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from mailflow.core.answer import Answer, Reading
from mailflow.core.intentwords import IntentWords
from mailflow.core.phrases import Hit, Words, words_of
from mailflow.core.policy import Redirect
from mailflow.core.text import Line, Mark
from mailflow.core.topics import Fit, Topic, topics_of

READ_AT_MOST = 16_000  # characters: nobody says what they want after ten pages
_SUBJECT = 500  # characters of it that are read
PLAIN = frozenset({"solved", "worked", "go_ahead", "proof"})  # lists of phrases without a "not" of their own
_REFERENCE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")


class Intent(StrEnum):
    NONE = "none"  # nothing but answers, or nothing that is understood
    STATUS = "status"  # asks how far it is
    WITHDRAWAL = "withdrawal"  # solved it, or does not want it any more
    CONFIRMATION = "confirmation"  # thanks, yes, it worked
    PROOF = "proof"  # says that a proof of ownership is in place
    RECOVERY = "recovery"  # asks for an account back
    OFF_TOPIC = "off_topic"  # wants something of another desk
    BULK = "bulk"  # sales and the like: off topic, and not answered


@dataclass(frozen=True, slots=True)
class Wish:
    intent: Intent
    words: str = ""  # the words that told it
    topic: str = ""  # off topic: the topic of the [[redirect]] that fits


def read_wish(
    lines: Sequence[Line],
    subject: str,
    reading: Reading,
    redirects: Sequence[Redirect],
    words: IntentWords,
    *,
    in_case: bool,
) -> Wish:
    """The first rule that is sure. `in_case`: the mail belongs to a case, so thanks and questions are about it.

    The subject counts unless it is that of an answer, when it was written by us or long ago.
    """
    fresh = {line.number: line.text for line in lines if line.mark is Mark.FRESH}
    said = tuple(answer for answer in reading.answers.values() if answer.line in fresh)  # rather than quoted
    if not in_case and states_form(said):
        return Wish(Intent.RECOVERY)  # the form says it all
    subject = own_subject(subject, words)
    body = "\n".join(fresh.values())[:READ_AT_MOST]
    before = len(words_of(subject).forms) if subject else 0
    heard = Heard(words_of(f"{subject}\n\n{body}"), before, words, said, in_case)
    for rule in RULES:
        if (wish := rule(heard, redirects)) is not None:
            return wish
    return Wish(Intent.NONE)


def states_form(said: Sequence[Answer]) -> bool:
    """Whether a mail answers the form: it says yes or no to one of its statements, or a good deal besides."""
    return any(isinstance(answer.value, bool) for answer in said) or len(said) > 2


def own_subject(subject: str, words: IntentWords) -> str:
    """A subject that was written for this mail; "" for that of an answer, which was written by us or long ago."""
    return "" if _is_of_answer(subject, words.reply_prefixes) else subject[:_SUBJECT].strip()


def _is_of_answer(subject: str, prefixes: Iterable[str]) -> bool:
    """Whether a subject begins like "Re:", "AW:", "Re[2]:" or "回复：", tags aside, or is one of ours."""
    start = subject.strip()[:200]
    while start.startswith("[") and "]" in start:
        tag, _, start = start.partition("]")
        start = start.lstrip()
        if _REFERENCE.search(tag):
            return True
    prefix, colon, _ = start.replace("：", ":").partition(":")
    return bool(colon) and prefix.partition("[")[0].partition("(")[0].strip().casefold() in prefixes


@dataclass(frozen=True)
class Heard:
    """What the rules look at."""

    words: Words
    body: int  # the number of the first word after the subject
    lists: IntentWords
    said: tuple[Answer, ...]  # the answers that stand in their own words
    in_case: bool

    @cached_property
    def hits(self) -> dict[str, list[Hit]]:
        hits: dict[str, list[Hit]] = {}
        for hit in self.lists.phrases.find(self.words):
            hits.setdefault(hit.label, []).append(hit)
        return hits

    def all(self, *labels: str) -> list[Hit]:
        return [hit for label in labels for hit in self.hits.get(label, ())]

    def different(self, label: str) -> list[Hit]:
        """Its hits, each choice of words once."""
        return list({self.words.forms[hit.first : hit.last + 1]: hit for hit in self.all(label)}.values())

    def clear(self, *labels: str, asked: bool = False) -> Hit | None:
        """The first hit that says it plainly: not denied, no condition, nor a question unless it may be `asked`."""
        for hit in self.all(*labels):
            if (asked or not self.words.asked(hit)) and not self._denied(hit) and not self._conditional(hit):
                return hit
        return None

    def doubted(self, hit: Hit) -> bool:
        """Whether what follows takes it back: "it is solved, but I still cannot upload"."""
        after = [
            other for other in self.all("trouble") if other.first > hit.last and not self._conditional(other)
        ]
        return bool(after) or any(self._takes_back(but, hit) for but in self.all("but"))

    def lost_besides(self, hit: Hit) -> bool:
        """Whether the mail itself speaks of a loss, too: "it worked until I lost my phone"."""
        lost = self.all("loss", "recovery")
        return any(
            other.first >= self.body and (other.first > hit.last or other.last < hit.first) for other in lost
        )

    def wish(self, intent: Intent, hit: Hit, topic: str = "") -> Wish:
        return Wish(intent, self.words.said(hit), topic)

    @property
    def body_length(self) -> int:
        return len(self.words.forms) - self.body

    @property
    def agrees(self) -> bool:
        return states_form(self.said)

    def _denied(self, hit: Hit) -> bool:
        """A "not" at most four words before it in the same part of the sentence, or among words that have none."""
        nots = self.all("not")
        if hit.label in PLAIN and any(hit.first < no.first <= hit.last for no in nots):
            return True
        return any(
            0 < hit.first - no.last <= 5 and not any(self.words.breaks[no.last + 1 : hit.first + 1])
            for no in nots
        )

    def _conditional(self, hit: Hit) -> bool:
        """An "if" before it, or an "until" right behind it."""
        return any(
            self._together(when, hit) and (when.first < hit.first or 0 < when.first - hit.last <= 2)
            for when in self.all("if")
        )

    def _takes_back(self, but: Hit, hit: Hit) -> bool:
        sentence = self.words.sentence
        near = but.first > hit.last and sentence[but.first] - sentence[hit.last] <= 1
        after = {
            other.label
            for other in self.all("not", "thanks")
            if other.first > but.last and self._together(but, other)
        }
        return near and after == {"not"}

    def _together(self, one: Hit, other: Hit) -> bool:
        return self.words.sentence[one.last] == self.words.sentence[other.first]


# The rules, in the order in which they are tried


def proof_in_place(heard: Heard, _redirects: Sequence[Redirect]) -> Wish | None:
    """As in "the tag is pushed", or a link and nothing else."""
    if not heard.in_case:
        return None
    if (hit := heard.clear("proof")) and not heard.doubted(hit):
        return heard.wish(Intent.PROOF, hit)
    urls = [a for a in heard.said if str(a.value).lower().startswith(("http://", "https://"))]
    names = [a for a in heard.said if isinstance(a.value, tuple)]
    if urls and len(urls) + len(names) == len(heard.said):
        return Wish(Intent.PROOF, urls[0].words)
    return None


def solved_or_dropped(heard: Heard, _redirects: Sequence[Redirect]) -> Wish | None:
    """As in "solved, thx", "please close my request"; "never mind" may go on with a correction."""
    if heard.agrees:
        return None
    plain = heard.clear("solved") or heard.clear("enough", asked=True)
    # "Never mind my last mail, the name is …" is a correction.
    hit = plain or (heard.clear("forget_it") if not heard.said else None)
    if hit is None or heard.doubted(hit):
        return None
    # Where no case is known, a mail that tells of a loss, or tells a good deal, asks for help whatever else it says.
    begs = heard.said or heard.lost_besides(hit) or heard.body_length > 30
    return None if begs and not heard.in_case else heard.wish(Intent.WITHDRAWAL, hit)


def worked(heard: Heard, _redirects: Sequence[Redirect]) -> Wish | None:
    """As in "it works again, thanks"; of a new request, "it worked until my phone broke" says the contrary."""
    hit = None if heard.agrees else heard.clear("worked")
    if hit is None or heard.doubted(hit) or heard.lost_besides(hit):
        return None
    return heard.wish(Intent.WITHDRAWAL if heard.all("solved_alone") else Intent.CONFIRMATION, hit)


def told_to_go_ahead(heard: Heard, _redirects: Sequence[Redirect]) -> Wish | None:
    """As in "yes, please continue"; after answers of the form it is only politeness."""
    hit = heard.clear("go_ahead") if heard.in_case else None
    if hit is None or heard.doubted(hit):
        return None
    opening = heard.words.sentence[hit.first] <= heard.words.sentence[min(heard.body, hit.last)] + 1
    return heard.wish(Intent.CONFIRMATION, hit) if opening or not heard.said else None


def asked_how_far(heard: Heard, _redirects: Sequence[Redirect]) -> Wish | None:
    """As in "any news?"; without a case it must be about a request."""
    about = ("status", "status_of_request") if heard.in_case else ("status_of_request",)
    hits = heard.all(*about) if heard.in_case or not heard.agrees else []
    told_anew = not heard.in_case and heard.all("loss")
    return heard.wish(Intent.STATUS, hits[0]) if hits and not told_anew else None


def only_yes_or_thanks(heard: Heard, _redirects: Sequence[Redirect]) -> Wish | None:
    """As in "Yes." or "Thank you very much!" and no more, under a letter of ours."""
    more = ("trouble", "loss", "recovery", "but", "if", "not", "elsewhere")
    if not heard.in_case or heard.said or heard.all(*more) or heard.words.questions:
        return None
    yes, thanks = heard.clear("yes"), heard.clear("thanks")
    if yes and yes.first == heard.body and heard.body_length <= 6:
        return heard.wish(Intent.CONFIRMATION, yes)
    return heard.wish(Intent.CONFIRMATION, thanks) if thanks and heard.body_length <= 14 else None


def sold_something(heard: Heard, redirects: Sequence[Redirect]) -> Wish | None:
    """Nobody waits for an answer to it, so it must be plain: several of its phrases, or one and nothing else."""
    if heard.in_case or heard.agrees or heard.all("loss", "recovery"):
        return None
    sales, offers = heard.different("sales"), heard.different("offer")
    if len(sales) + len(offers) > 2 or (sales and len(sales) + len(offers) > 1):
        return heard.wish(Intent.BULK, (sales or offers)[0])
    alone = not heard.all("account") and not _best_fit(heard, redirects)
    return heard.wish(Intent.BULK, sales[0]) if sales and alone else None


def meant_for_another_desk(heard: Heard, redirects: Sequence[Redirect]) -> Wish | None:
    """The redirect whose words fit best; the one without words for what is clearly no request."""
    if heard.agrees or heard.all("loss"):
        return None
    best = _best_fit(heard, redirects)
    if best and _is_sure(heard, *best):
        return heard.wish(Intent.OFF_TOPIC, best[1].hit, best[0].name)
    return _elsewhere(heard, redirects)


def _best_fit(heard: Heard, redirects: Sequence[Redirect]) -> tuple[Topic, Fit] | None:
    fits = [(topic, fit) for topic in topics_of(tuple(redirects)) if (fit := topic.fit(heard.words))]
    return max(fits, key=lambda fit: fit[1].weight, default=None)


def _is_sure(heard: Heard, topic: Topic, fit: Fit) -> bool:
    """One word of a topic may stand in any request; what a request speaks of tells against it.

    A topic that is about accounts itself (suspended ones) is told by words that requests have too.
    """
    weight = fit.weight + (fit.hit.first < heard.body)  # the subject names the matter
    if heard.in_case:
        return weight > 2 and not heard.said and not heard.all("recovery")
    if any(hit.label == "account" for hit in heard.lists.phrases.find(topic.title)):
        return weight > 1 or not heard.all("recovery")
    return not heard.all("recovery") and (weight > 2 or not heard.all("account"))


def _elsewhere(heard: Heard, redirects: Sequence[Redirect]) -> Wish | None:
    about_it = ("recovery", "account", "status", "status_of_request")
    rest = next((redirect for redirect in redirects if not redirect.words), None)
    hit = next(iter(heard.all("elsewhere")), None)
    answers = len(heard.said) > 1 or any(not isinstance(answer.value, tuple) for answer in heard.said)
    if rest is None or hit is None or heard.in_case or answers or heard.all(*about_it):
        return None
    return heard.wish(Intent.OFF_TOPIC, hit, rest.topic)


def asked_for_an_account(heard: Heard, _redirects: Sequence[Redirect]) -> Wish | None:
    """What is lost, or the wish to have it back."""
    hit = next(iter(heard.all("recovery", "loss")), None)
    return heard.wish(Intent.RECOVERY, hit) if hit else None


RULES: tuple[Callable[[Heard, Sequence[Redirect]], Wish | None], ...] = (
    proof_in_place,
    solved_or_dropped,
    worked,
    told_to_go_ahead,
    asked_how_far,
    only_yes_or_thanks,
    sold_something,
    meant_for_another_desk,
    asked_for_an_account,
)
