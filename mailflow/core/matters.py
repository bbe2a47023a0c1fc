"""Tells the matters of other desks, and mail that nobody waits to have answered, from requests for an account.

One word settles nothing: people who lost an account mention bugs, brands and bills, and people who report a hole in the
login page speak of passwords. So what speaks for each side is counted, each choice of words once, and the heavier side
has it. A tie is a request: the form asks, and a request that is sent elsewhere is lost time for somebody locked out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailflow.core.heard import Heard
from mailflow.core.intentwords import HINT, MATTER
from mailflow.core.phrases import Hit
from mailflow.core.policy import MATTERS, Redirect
from mailflow.core.tongue import is_known
from mailflow.core.topics import Topic, topics_of
from mailflow.core.wish import Intent, Wish

_PLAINLY = 4  # phrases of sales that no request has
_PLEA = 4  # what is lost, or the wish to have it back: more than any one phrase of another matter
_PHRASE = 2
_OF_AN_ACCOUNT = 2  # words that requests use, and reports of bugs too, however many
_BETWEEN = 4  # words between a service's name and what is told of it
_BESIDE = 2  # and the word for an account there
_LONG_ENOUGH = 40  # letters: who says less may have said it elsewhere
_MORE = 15  # letters besides "my account is fine" that say what is wanted instead
_LETTERS_OF_CJK = 3  # that a character of Chinese, Japanese or Korean is worth
# What a mail to a desk of accounts may say without a word about one: it goes on from something, or is at a loss.
_DOUBTS = (
    "account", "recovery", "loss", "doubt", "status", "status_of_request", "asked_before", "trouble", "go_ahead", "go_on", "keep_open", "yes", "proof", "but",
)  # fmt: skip
_NOT_SUPPOSED = (
    "trouble",
    "but",
    "status",
    "status_of_request",
    "asked_before",
    "solved",
    "worked",
    "enough",
)
_ELSEWHERE = ("elsewhere", "billed")
_OF_ACCOUNTS = "suspension"  # the matter that is about accounts itself


@dataclass(frozen=True, slots=True)
class _Matter:
    """A matter that a mail may be about: the topic that says where it belongs, and what speaks for it."""

    topic: str
    claim: int  # what tells it from the other matters
    weight: int  # what tells it from a request
    hit: Hit
    of_accounts: bool = False  # requests say the same words


def sold_something(heard: Heard, _redirects: Sequence[Redirect]) -> Wish | None:
    """Sales and bills. Nobody waits for an answer, so it must be plain: several phrases, or one and nothing else."""
    if heard.in_case or heard.agrees or heard.all("loss"):
        return None
    bills, sales, offers = heard.distinct("bill"), heard.distinct("sales"), heard.distinct("offer")
    if heard.all("recovery") and (heard.said or not sales or len(sales) + len(offers) < _PLAINLY):
        return None  # "we cut your account recovery tickets by half" says the words of requests, too
    ours = heard.all("billed")  # a customer's question about what they pay here
    if bills and not ours and len(bills) + len(sales) >= 2 + _speaks_of_an_account(heard):
        certain = len(bills) > 2 and len(bills) > 2 * heard.answered
        return heard.wish(Intent.BULK, bills[0], certain=certain)
    if len(sales) + len(offers) > 2 or (sales and offers):
        return heard.wish(Intent.BULK, (sales or offers)[0])
    plainly = sales or offers[1:]
    if plainly and not heard.all("account", "elsewhere", *(MATTER + matter for matter in MATTERS)):
        return heard.wish(Intent.BULK, plainly[0])
    return None


def _speaks_of_an_account(heard: Heard) -> bool:
    return heard.names_service or bool(heard.distinct("account"))


def account_elsewhere(heard: Heard, redirects: Sequence[Redirect]) -> Wish | None:
    """The account of another service: what is lost is told of it, and ours is not named.

    What such a mail answers is about that account, so no answer but an agreement makes it a request. A service named
    beside, as in "locked out of my account, my GitHub account can prove it", is not what is lost.
    """
    rest = _rest(redirects)
    if heard.in_case or heard.states_agreement or heard.names_service or heard.all("ours") or rest is None:
        return None
    titles = _near(heard, heard.all("account"), _BESIDE)
    told = _near(heard, _first_pleas(heard, "recovery")) | _near(heard, _first_pleas(heard, "loss")) & titles
    for name in heard.all("other_service"):
        places = range(name.first, name.last + 1)
        if not told.isdisjoint(places) or (name.first < heard.body and not titles.isdisjoint(places)):
            return heard.wish(Intent.OFF_TOPIC, name, rest.topic, certain=True)
    return None


def _first_pleas(heard: Heard, label: str) -> list[Hit]:
    """Those in the first sentence that holds any: what comes later may be how one proves who one is."""
    sentence = heard.words.sentence
    begins = min((sentence[plea.first] for plea in heard.all("loss", "recovery")), default=-1)
    return [plea for plea in heard.all(label) if sentence[plea.first] == begins]


def _near(heard: Heard, hits: Sequence[Hit], between: int = _BETWEEN) -> set[int]:
    """The words by a hit, in the same part of its sentence."""
    near: set[int] = set()
    breaks = heard.words.breaks
    for hit in hits:
        near.update(range(hit.first, hit.last + 1))
        for place in range(hit.last + 1, min(hit.last + 2 + between, len(breaks))):
            if breaks[place]:
                break
            near.add(place)
        for place in range(hit.first - 1, max(hit.first - 2 - between, -1), -1):
            if breaks[place + 1]:
                break
            near.add(place)
    return near


def meant_for_another_desk(heard: Heard, redirects: Sequence[Redirect]) -> Wish | None:
    """The matter that most speaks for, unless as much speaks for a request."""
    if heard.agrees:
        return None
    best = max(_matters(heard, redirects), key=lambda matter: matter.claim, default=None)
    if best is None or not _is_plain(heard, best):
        return None
    answered = (
        heard.answered_besides(*_ELSEWHERE, *(MATTER + matter for matter in MATTERS)) if heard.answered else 0
    )
    certain = best.weight > _for_a_request(heard, best) + _PHRASE * answered
    return heard.wish(Intent.OFF_TOPIC, best.hit, best.topic, certain=certain)


def reason_of_another_desk(heard: Heard, redirects: Sequence[Redirect]) -> Wish | None:
    """The form filled in because there was no other: the reason is another desk's matter, and no loss.

    It must be plain, as who fills in the form mostly wants an account: they say that theirs is fine, or speak of nothing else.
    """
    if heard.all("loss", "recovery", "trouble"):
        return None
    best = max(_matters(heard, redirects), key=lambda matter: matter.claim, default=None)
    if best is None or best.of_accounts or best.weight <= (_PHRASE if heard.all("fine") else 2 * _PHRASE):
        return None
    return heard.wish(Intent.OFF_TOPIC, best.hit, best.topic, certain=True)


def _is_plain(heard: Heard, matter: _Matter) -> bool:
    if heard.in_case:
        settling = any(not heard.form.by_key[answer.field].beside for answer in heard.said)
        # What is asked in passing, or a question about what is plainly no matter of an account.
        asked = heard.words.questions and _length(heard.words.forms[heard.body :]) >= _LONG_ENOUGH
        passing = heard.all("aside") or (asked and matter.hit.label in _ELSEWHERE)
        return (
            matter.weight >= (_PHRASE if passing else _PHRASE + 1)
            and not settling
            and not heard.all("recovery", "loss")
        )
    return matter.weight > _for_a_request(heard, matter)


def _for_a_request(heard: Heard, matter: _Matter) -> int:
    """The weight of what speaks for a request, beside a matter."""
    lost = heard.losses
    if matter.of_accounts:  # words of requests tell nothing, but who lost something is asked for it
        return _PLEA * sum(hit.label == "loss" for hit in lost) + any(hit.label == "recovery" for hit in lost)
    speaks = any(hit.first > heard.history for hit in heard.distinct("account"))
    words = _OF_AN_ACCOUNT if speaks and not _says_it_works(heard, matter) else 0
    return _PLEA * len(lost) + words


def _says_it_works(heard: Heard, matter: _Matter) -> bool:
    """Whether it says so of the account, which then is not asked for, and says more of the matter than that."""
    more = matter.weight > _PHRASE or not heard.is_within(matter.hit, "fine")
    return more and heard.clear("fine") is not None


def _matters(heard: Heard, redirects: Sequence[Redirect]) -> list[_Matter]:
    """Every matter that something speaks for; those that no redirect is for are the rest's."""
    named = [redirect.matter for redirect in redirects]
    rest = _rest(redirects)
    strays = [matter for matter in MATTERS if matter not in named]
    elsewhere = heard.distinct(*_ELSEWHERE, *(MATTER + matter for matter in strays))
    found = [
        matter
        for topic, redirect in zip(topics_of(tuple(redirects)), redirects, strict=True)
        if (matter := _of_redirect(heard, topic, redirect, elsewhere))
    ]
    if rest is not None and elsewhere:
        # Half the claim: where a matter is named, most mail has words of "everything else" besides.
        found.append(_Matter(rest.topic, len(elsewhere), _PHRASE * len(elsewhere), elsewhere[0]))
    return found


def _of_redirect(heard: Heard, topic: Topic, redirect: Redirect, elsewhere: Sequence[Hit]) -> _Matter | None:
    strong = heard.distinct(MATTER + redirect.matter)
    hints = heard.distinct(HINT + redirect.matter)
    fit = topic.fit(heard.words)
    hits = [*strong, *hints, *([fit.hit] if fit else [])]
    if not strong and not fit and len(hits) < _PHRASE:
        return None
    first = min(hits, key=lambda hit: hit.first)
    weight = _PHRASE * len(strong) + len(hints) + (fit.weight if fit else 0) + (first.first < heard.body)
    spoken = {place for hit in hits for place in range(hit.first, hit.last + 1)}
    besides = [hit for hit in elsewhere if spoken.isdisjoint(range(hit.first, hit.last + 1))]
    of_accounts = redirect.matter == _OF_ACCOUNTS or heard.speaks_of_accounts(topic.title)
    return _Matter(topic.name, weight, weight + len(besides), first, of_accounts)


def loss_is_only_supposed(heard: Heard, redirects: Sequence[Redirect]) -> Wish | None:
    """As in "what do I do if I ever lose my phone?", where nothing is lost besides."""
    rest = _rest(redirects)
    sentence = heard.words.sentence
    supposed = {sentence[hit.first] for hit in heard.all("supposed")}
    asks = heard.words.questions and not (heard.in_case or heard.answered or heard.cites)
    if not supposed or not asks or rest is None or heard.losses or heard.all(*_NOT_SUPPOSED):
        return None
    if any(sentence[thing.first] not in supposed for thing in heard.all("other_thing")):
        return None
    lost = next((hit for hit in heard.all("loss", "recovery") if sentence[hit.first] in supposed), None)
    return heard.wish(Intent.OFF_TOPIC, lost, rest.topic) if lost else None


def all_is_well_with_it(heard: Heard, redirects: Sequence[Redirect]) -> Wish | None:
    """As in "I can log in without trouble. Who decides about names?": the account works, and the rest is of none."""
    rest = _rest(redirects)
    fine = None if heard.in_case or heard.answered or heard.cites else heard.clear("fine")
    if fine is None or rest is None or heard.losses:
        return None
    sentence = heard.words.sentence
    well = {sentence[hit.first] for hit in heard.all("fine", "supposed")}
    more = [form for form, number in zip(heard.words.forms, sentence, strict=True) if number not in well]
    if _length(more) < _MORE or any(sentence[hit.first] not in well for hit in heard.all(*_DOUBTS)):
        return None
    return heard.wish(Intent.OFF_TOPIC, fine, _hinted(heard, redirects, rest))


def nothing_of_an_account(heard: Heard, redirects: Sequence[Redirect]) -> Wish | None:
    """A mail of some length in which no word is about an account, or anything that befalls one.

    Of 531 first mails that ask for an account back 4 are so, none of them longer than a line or two, or they have it in
    what they forward; of 57 for other desks 43.
    """
    rest = _rest(redirects)
    words = heard.words.forms[heard.body :]
    if heard.in_case or heard.answered or heard.cites or rest is None or _length(words) < _LONG_ENOUGH:
        return None
    if heard.all(*_DOUBTS) or not is_known(words, heard.lists.ordinary):
        return None
    return Wish(Intent.OFF_TOPIC, topic=_hinted(heard, redirects, rest))


def _hinted(heard: Heard, redirects: Sequence[Redirect], rest: Redirect) -> str:
    """The first topic that words hint at."""
    hints = [hit for matter in MATTERS for hit in heard.distinct(HINT + matter)]
    named = {hit.label.removeprefix(HINT) for hit in hints}
    return next((redirect.topic for redirect in redirects if redirect.matter in named), rest.topic)


def _length(words: Sequence[str]) -> int:
    """In letters of Latin or Cyrillic script."""
    return sum(len(word) if word.isascii() or len(word) > 1 else _LETTERS_OF_CJK for word in words)


def _rest(redirects: Sequence[Redirect]) -> Redirect | None:
    return next((redirect for redirect in redirects if redirect.is_rest), None)
