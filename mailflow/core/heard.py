"""A person's own words as the rules of intent look at them: the phrases in them, and what takes a phrase back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from mailflow.core.answer import Answer
from mailflow.core.form import Form, Kind
from mailflow.core.intentwords import WEIGHED, IntentWords
from mailflow.core.phrases import Hit, Words, fold, words_of
from mailflow.core.wish import Intent, Wish
from mailflow.core.wishframes import Frames

PLAIN = frozenset({"solved", "worked", "go_ahead", "proof"})  # lists of phrases without a "not" of their own

_URGES = frozenset({"go_ahead", "go_on"})
_REACH_OF_BUT = 8  # words from a "but" behind one of these to the "not" with which it takes it back
_ASKED = 6  # words from what begins a question to what is asked

# What people may also say of others, or in no earnest.
_FRAMED = frozenset(
    {"solved", "enough", "forget_it", "worked", "go_ahead", "go_on", "keep_open", "yes", "thanks"}
)


def states_form(said: Sequence[Answer]) -> bool:
    """Whether a mail answers the form: it says yes or no to one of its statements, or a good deal besides."""
    return states_agreement(said) or len(said) > 2


def states_agreement(said: Sequence[Answer]) -> bool:
    """Whether a mail says yes or no to one of the form's statements."""
    return any(isinstance(answer.value, bool) for answer in said)


@dataclass(frozen=True)
class Heard:
    """What the rules look at."""

    words: Words
    body: int  # the number of the first word after the subject
    lists: IntentWords
    said: tuple[Answer, ...]  # the answers that stand in their own words
    in_case: bool
    form: Form
    cites: bool  # it holds words that are not the writer's: quoted, or forwarded
    quoted: str  # in a mail to a case the letter that is quoted first, or its beginning
    answered: int  # how many required fields of the form it seems to answer, in its subject and quotes too

    @cached_property
    def hits(self) -> dict[str, list[Hit]]:
        hits: dict[str, list[Hit]] = {}
        for hit in self.lists.phrases.find(self.words):
            hits.setdefault(hit.label, []).append(hit)
        return hits

    @cached_property
    def of_whole_form(self) -> frozenset[str]:
        """Of the few labels that a filled-in form is looked through for those that have hits: far cheaper than all hits."""
        return frozenset(hit.label for hit in self.lists.of_whole_form.find(self.words))

    def all(self, *labels: str) -> list[Hit]:
        hits = self.hits
        if len(labels) == 1:
            return list(hits.get(labels[0], ()))
        return [hit for label in labels if label in hits for hit in hits[label]]

    def distinct(self, *labels: str) -> list[Hit]:
        """Their hits, each choice of words once, and none within another: of two the longer one.

        A plea within words of another matter is none ("the password reset page is vulnerable").
        """
        kept: dict[tuple[str, ...], Hit] = {}
        last = -1
        for hit in sorted(self.all(*labels), key=lambda hit: (hit.first, -hit.last)):
            if hit.first > last and not self._is_inside(hit, labels):
                said = tuple(form.rstrip("s") for form in self.words.forms[hit.first : hit.last + 1])
                kept.setdefault(said, hit)
                last = hit.last
        return list(kept.values())

    @cached_property
    def losses(self) -> list[Hit]:
        """What is lost, and pleas for it, each choice of words once, without what is denied, feared, supposed or long past."""
        return [
            hit
            for hit in self.distinct("loss", "recovery")
            if hit.first > self.history and not self.frames.is_unreal(hit) and not self._is_denied_loss(hit)
        ]

    @cached_property
    def history(self) -> int:
        """The last word of what is only told of the past: "you helped me last year; today it is about something else"."""
        return max((hit.first for hit in self.all("not_why")), default=-1)

    def answered_besides(self, *labels: str) -> int:
        """How many required fields it answers in other words than those of hits, and not of the past.

        "A package that steals passwords" tells of no lost password.
        """
        hits = self.all(*labels)
        spans = [self._span(answer) for answer in self.said if self.form.by_key[answer.field].required]
        none = [
            first
            for first, last in spans
            if last < self.history or any(hit.first <= last and first <= hit.last for hit in hits)
        ]
        return self.answered - len(none)

    def _span(self, answer: Answer) -> tuple[int, int]:
        """The first and the last word of an answer; behind all words where it is not found."""
        wanted, forms = words_of(answer.words).forms, self.words.forms
        first = next(
            (place for place in range(len(forms)) if forms[place : place + len(wanted)] == wanted), len(forms)
        )
        return first, first + len(wanted) - 1

    def _is_denied_loss(self, hit: Hit) -> bool:
        """As in "I haven't lost access", and in German "ich habe den Zugang nicht verloren"."""
        breaks = self.words.breaks
        inner = {one.first for one in self.all(hit.label) if one.last == hit.last and one.first > hit.first}
        return any(
            (no.last + 1 == hit.first and not breaks[hit.first])
            or (no.first == hit.first and no.last + 1 in inner)
            or self._is_put_in(hit, no)
            for no in self.all("not")
        )

    def _is_inside(self, hit: Hit, labels: tuple[str, ...]) -> bool:
        """Whether it stands in a longer hit that is weighed, of none of the labels."""
        return any(
            reach[hit.first] >= hit.last or longest.get(hit.first, -1) > hit.last
            for label, (reach, longest) in self._extents.items()
            if label not in labels
        )

    @cached_property
    def _extents(self) -> dict[str, tuple[list[int], dict[int, int]]]:
        """For each weighed label how far its hits reach: those begun before each word, and those begun at it."""
        return {label: self._extent(self.hits[label]) for label in WEIGHED & self.hits.keys()}

    def _extent(self, hits: list[Hit]) -> tuple[list[int], dict[int, int]]:
        longest: dict[int, int] = {}
        for hit in hits:
            longest[hit.first] = max(hit.last, longest.get(hit.first, -1))
        reach = accumulate(
            (longest.get(place, -1) for place in range(len(self.words.forms))), max, initial=-1
        )
        return list(reach), longest

    @cached_property
    def is_told_of_a_deed(self) -> bool:
        """Whether the letter that it answers says that something was done for the person, and asks no more than whether it works."""
        letter = self._letter
        hits = self.lists.of_letters.find(letter)
        tried = {letter.sentence[hit.last] for hit in hits if hit.label == "asks_if_worked"}
        return letter.questions <= tried and any(hit.label == "reported" for hit in hits)

    @cached_property
    def _letter(self) -> Words:
        return words_of(self.quoted)

    @cached_property
    def asked_in_letter(self) -> frozenset[str]:
        """What the one question of the letter that it answers asks, as labels of lists; nothing where there are more."""
        letter = self._letter
        if len(letter.questions) != 1:
            return frozenset()
        return frozenset(hit.label for hit in self.lists.of_letters.find(letter) if letter.asked(hit))

    @cached_property
    def frames(self) -> Frames:
        return Frames(self.words, self.hits)

    @cached_property
    def names_service(self) -> bool:
        """Whether it names what our accounts are for."""
        return bool(self.form.service) and fold(self.form.service) in self.words.folded

    def speaks_of_accounts(self, words: Words) -> bool:
        return any(hit.label == "account" for hit in self.lists.phrases.find(words))

    def clear(self, *labels: str, asked: bool = False) -> Hit | None:
        """The first hit that says it plainly: not denied, no condition, nor a question unless it may be `asked`."""
        for hit in self.all(*labels):
            plain = asked or not self.asked(hit)
            if plain and not self._denied(hit) and not self._conditional(hit) and not self._is_unmeant(hit):
                return hit
        return None

    def means(self, hit: Hit) -> bool:
        """Whether what holds a "not" of its own is said, rather than asked, supposed or denied."""
        denied = any(
            0 < hit.first - no.last <= 2 and not any(self.words.breaks[no.first : hit.first + 1])
            for no in self.all("not")
        )
        return not (denied or self.asked(hit) or self._conditional(hit))

    def asked(self, hit: Hit) -> bool:
        """Whether it is asked, with a question mark or without: "how do i fix it"."""
        return self.words.asked(hit) or any(
            one.first <= hit.first <= one.last + _ASKED
            and not any(self.words.breaks[one.last + 1 : hit.first + 1])
            for one in self.all("asks")
        )

    def _is_unmeant(self, hit: Hit) -> bool:
        return hit.label in _FRAMED and self.frames.take_back(hit)

    def doubted(self, hit: Hit) -> bool:
        """Whether what follows takes it back: "it is solved, but I still cannot upload"."""
        after = [
            other
            for other in self.all("trouble")
            if other.first > hit.last and not self._denied(other) and not self._conditional(other)
        ]
        return (
            bool(after)
            or any(self._ends_sentence_of(hit, no) for no in self.all("not"))
            or any(self._takes_back(but, hit) for but in self.all("but"))
        )

    def _ends_sentence_of(self, hit: Hit, no: Hit) -> bool:
        """As in "the first problem is solved, the second is not"."""
        sentence, breaks = self.words.sentence, self.words.breaks
        last = no.last + 1 == len(sentence) or sentence[no.last + 1] != sentence[no.last]
        return (
            last
            and hit.last < no.first
            and self._together(hit, no)
            and any(breaks[hit.last + 1 : no.last + 1])
        )

    def lost_besides(self, hit: Hit, *, since: bool = False) -> bool:
        """Whether the mail itself speaks of a loss, too: "it worked until I lost my phone".

        `since`: what was told in sentences before is how it came to be. So is what an earlier mail was about.
        """
        sentence = self.words.sentence
        least = sentence[hit.first] if since else 0
        return any(
            other.first >= self.body
            and sentence[other.last] >= least
            and sentence[other.last] not in self._earlier
            and (other.first > hit.last or other.last < hit.first)
            for other in self.all("loss", "recovery")
        )

    def is_within(self, hit: Hit, label: str) -> bool:
        """Whether its words are some of those of a hit with that label."""
        return any(one.first <= hit.first and hit.last <= one.last for one in self.all(label))

    def overlaps(self, hit: Hit, label: str) -> bool:
        """Whether one with that label has some of its words."""
        return any(one.first <= hit.last and hit.first <= one.last for one in self.all(label))

    def tells_of_earlier_mail(self, answer: Answer) -> bool:
        """As in "I wrote yesterday about a lost key"."""
        first, _ = self._span(answer)
        sentence = self.words.sentence
        return first < len(sentence) and sentence[first] in self._earlier

    def names_behind(self, hit: Hit, answer: Answer) -> bool:
        """Whether it names an account in a part of its own behind a hit: "ignore my last mail, the name is jodoe"."""
        first, _ = self._span(answer)
        return (
            answer.field in self.names
            and hit.last < first
            and any(self.words.breaks[hit.last + 1 : first + 1])
        )

    def tells_when_it_was_lost(self, hit: Hit) -> bool:
        """Whether a span of time stands right behind a loss, and so is not what they wait: "j'ai perdu la clé il y a un mois"."""
        breaks = self.words.breaks
        return not self.words.asked(hit) and any(
            loss.first <= hit.first <= loss.last + 1 and not any(breaks[loss.last + 1 : hit.first + 1])
            for loss in self.all("loss")
        )

    @cached_property
    def _earlier(self) -> frozenset[int]:
        """The sentences that speak of an earlier mail."""
        return frozenset(self.words.sentence[one.first] for one in self.all("earlier_mail"))

    def goes_on_as(self, hit: Hit, label: str) -> bool:
        """Whether one with that label has its last words, and more behind them."""
        return any(hit.first < one.first <= hit.last < one.last for one in self.all(label))

    def wish(self, intent: Intent, hit: Hit, topic: str = "", *, certain: bool = False) -> Wish:
        return Wish(intent, self.words.said(hit), topic, certain)

    @property
    def body_length(self) -> int:
        """How many words it has, two characters of Chinese, Japanese or Korean counted as one."""
        return sum(2 if len(form) > 1 else 1 for form in self.words.forms[self.body :]) // 2

    @property
    def agrees(self) -> bool:
        return states_form(self.said)

    @property
    def states_agreement(self) -> bool:
        return states_agreement(self.said)

    @cached_property
    def names(self) -> frozenset[str]:
        """The keys of the fields for an account's name."""
        return frozenset(field.key for field in self.form.of_kind(Kind.NAME))

    def _denied(self, hit: Hit) -> bool:
        """A "not" at most four words before it in the same part of the sentence, or among words that have none.

        What begins with a plea ("please do not cancel my request") is denied as what it ends with is.
        """
        nots = self.all("not")
        inner = [one for one in self.all(hit.label) if one.last == hit.last and one.first > hit.first]
        if any(no.last + 1 == one.first for one in inner for no in nots):
            return True
        # "Please close my old account, not this request."
        if any(
            hit.first < no.first <= hit.last and any(self.words.breaks[hit.first + 1 : no.first + 1])
            for no in nots
        ):
            return True
        if hit.label in PLAIN and any(hit.first < no.first <= hit.last for no in nots):
            return True
        if hit.label == "enough" and any(
            self._ends_behind(hit, no) or self._is_put_in(hit, no) for no in nots
        ):
            return True
        return any(
            0 < hit.first - no.last <= 5 and not any(self.words.breaks[no.last + 1 : hit.first + 1])
            for no in nots
        )

    def _ends_behind(self, hit: Hit, no: Hit) -> bool:
        """As in German "bitte schließen Sie meine Anfrage nicht": right behind, and nothing follows it; in Japanese whatever does."""
        breaks = self.words.breaks
        form = self.words.forms[no.first]
        ends = no.last + 1 == len(breaks) or breaks[no.last + 1] or not (len(form) > 1 or form.isascii())
        return bool(ends) and 0 < no.first - hit.last <= 2 and not any(breaks[hit.last + 1 : no.first + 1])

    def _is_put_in(self, hit: Hit, no: Hit) -> bool:
        """As in German "ich ziehe meine Anfrage nicht zurück": without the "not" it says the same."""
        if not hit.first < no.first <= no.last < hit.last:
            return False
        forms = self.words.forms
        without = words_of(" ".join((*forms[hit.first : no.first], *forms[no.last + 1 : hit.last + 1])))
        whole = Hit(hit.label, 0, len(without.forms) - 1)
        return whole in self.lists.phrases.find(without)

    def _conditional(self, hit: Hit) -> bool:
        """An "if" before it, or an "until" right behind it; "unless you have already" sets none."""
        return any(
            self._together(when, hit)
            and (when.first < hit.first or 0 < when.first - hit.last <= 2 or self._holds(hit, when))
            for when in self._conditions
        )

    @cached_property
    def _conditions(self) -> list[Hit]:
        return [when for when in self.all("if") if not self.is_within(when, "polite_if")]

    def _holds(self, hit: Hit, when: Hit) -> bool:
        """As in "close my request in case", of which each word counts but those of "thanks in advance"."""
        return hit.label != "thanks" and hit.first < when.first <= hit.last

    def _takes_back(self, but: Hit, hit: Hit) -> bool:
        sentence = self.words.sentence
        near = but.first > hit.last and sentence[but.first] - sentence[hit.last] <= 1
        after = {
            other.label
            for other in self.all("not", "thanks", "loss", "recovery")
            if other.first > but.last
            and self._together(but, other)
            and not self._is_beside_the_point(hit, but, other)
        }
        return near and (after == {"not"} or not after.isdisjoint(("loss", "recovery")))

    def _is_beside_the_point(self, hit: Hit, but: Hit, no: Hit) -> bool:
        """As in "solved, but I tell you so that you don't waste time" and "go on, but the name is wrong, and a week is nothing"."""
        if no.label != "not":
            return False
        return self.is_within(no, "enough") or (hit.label in _URGES and no.first - but.last > _REACH_OF_BUT)

    def _together(self, one: Hit, other: Hit) -> bool:
        return self.words.sentence[one.last] == self.words.sentence[other.first]
