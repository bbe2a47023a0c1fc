"""An address that they confirm: a yes to a question of ours that holds it, "Is jo@example.org the address of the account?"."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from mailflow.core.reading import agreements, questions
from mailflow.core.reading.addressforms import Found, find_addresses
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.sentences import COMMA, sentences
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.windows import keys
from mailflow.core.reading.words import lower, words_of
from mailflow.core.text import Mark

_SURE = 0.85
_OTHER = frozenset({"wanted", "change", "instead", "should"})
_AFFIRMING = ("yes", "echo", "right_one")
_PARTS = 2  # a greeting may stand before a comma
_FIRST = 2  # a yes stands among the first sentences, the greeting being one


def registered(fresh: Fresh, terms: Terms) -> Iterator[Claim]:
    """The address under which the account is registered."""
    if terms.registered is None or not any(
        "@" in line.text for line in fresh.lines if line.mark is Mark.QUOTED
    ):
        return
    for question, answers in _answered(fresh):
        value = _asked_about(question, terms)
        said = next((span for span in answers if value and affirms(fresh.text[slice(*span)], terms)), None)
        if value and said:
            yield Claim(terms.registered.key, value, "address confirmed", _SURE, *said)
            return


def put_right(fresh: Fresh, terms: Terms) -> Iterator[Claim]:
    """The one address given instead of the one that was asked about: "No, it must be x"."""
    one = fresh.addresses[0] if len({one.value.lower() for one in fresh.addresses}) == 1 else None
    if terms.registered is None or one is None or not _is_stated(fresh, terms, one):
        return
    for question, answers in _answered(fresh):
        denied = any(_denies(fresh.text[slice(*span)], terms) for span in answers[:1])
        if denied and _asked_about(question, terms):
            yield Claim(terms.registered.key, one.value, "address put right", _SURE, one.start, one.end)
            return


def _is_stated(fresh: Fresh, terms: Terms, one: Found) -> bool:
    """Whether its sentence says that it is the one, "it is x", "it must be x", rather than that it is to be used."""
    begin, _ = fresh.sentence_at(one.start)
    cues = [hit.means.addresses & _OTHER for hit in fresh.within(begin, one.start)]
    if any(cue and "should" not in cue for cue in cues):
        return False
    return any(cues) or terms.among("is", *words_of(fresh.low[begin : one.start]))


def _denies(sentence: str, terms: Terms) -> bool:
    return agreements.bare(COMMA.split(sentence)[0], terms) is False


def _answered(fresh: Fresh) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Each quoted question with the sentences that may answer it: below it, or at the top where it is the only one."""
    for quoted, start, end in fresh.below_quotes:
        yield questions.last_of(quoted), sentences(fresh, [(start, end)])[:1]
    asked = [one for one in questions.said_in_quote(fresh) if questions.asks(one)]
    if len(asked) == 1:
        yield asked[0], list(islice(sentences(fresh, [(0, len(fresh.text))]), _FIRST))


def _asked_about(question: str, terms: Terms) -> str:
    """The one address of which it is asked whether it is that of the account; "" if none."""
    low = lower(question)
    found = find_addresses(question, low, low.split(), terms.spelling) if "@" in question else []
    if len(found) != 1 or not questions.asks(question) or question[: found[0].start].endswith("<"):
        return ""  # of a head: "To: Jo <jo@example.org>"
    cues = set(keys(terms.vocabulary.scan(low), "addresses"))
    return found[0].value if "registered" in cues and not cues & _OTHER else ""


def affirms(sentence: str, terms: Terms) -> bool:
    """Whether it begins with a yes, or says that what was shown is it: "That's the one", "Good morning, it is"."""
    for part in COMMA.split(sentence)[:_PARTS]:
        value = " ".join(lower(part).split()).strip(agreements.AROUND)
        if agreements.bare(value, terms) is False:
            return False
        if any(value in terms.values.get(word, ()) for word in _AFFIRMING):
            return True
    return False
