"""What a person wants of the desk, apart from answering the form: told from their own fresh words.

Not knowing is better than knowing wrongly. A mail that is told nothing of here is still read for answers and still
gets a letter; a request taken for something else does not. So each rule asks for clear words and looks for what
contradicts them: a "not" before, a "but" after, a question, a condition, answers of the form.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from mailflow.core.answer import Answer, Reading
from mailflow.core.form import Form, Kind
from mailflow.core.heard import Heard, states_form
from mailflow.core.intentwords import MATTER, IntentWords
from mailflow.core.matters import (
    account_elsewhere,
    all_is_well_with_it,
    loss_is_only_supposed,
    meant_for_another_desk,
    nothing_of_an_account,
    reason_of_another_desk,
    sold_something,
)
from mailflow.core.phrases import Hit, words_of
from mailflow.core.plaintext import without_underlines
from mailflow.core.policy import MATTERS, Redirect
from mailflow.core.reading.works import BESIDE_PUBLISHING
from mailflow.core.text import Line, Mark, first_quote
from mailflow.core.wish import Intent, Wish

READ_AT_MOST = 8_000  # characters: nobody says what they want after five pages
_OPENING = 300  # characters: where somebody who fills in the form again says so
_QUOTED = 1_000  # characters of a letter: what it says that was done stands at its top
_POINTER = re.compile("@|://")  # in an address or a link
_RHETORICAL = 2  # words of a question that nobody is to answer, or that only begs for an answer
_SUBJECT = 500  # characters of it that are read
_REFERENCE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")
_GESTURE = re.compile("[👍👌🆗✅✔🙏]")  # where there is no word besides
_YES = 6  # words, or characters of Chinese, Japanese or Korean
_ANSWERS = 12  # words, with those that name whom they answer
_SAYS_MORE = ("keep_open", "go_on", "but", "trouble", "loss", "recovery", "if")
_THANKS, _THANKS_FOR_A_DEED = 14, 40  # words
_GREETING = 6  # words before "it was not me"
_ON = ("go_on", "keep_open")  # what nobody says who is done
_DISOWN = ("disowns", "not_me", "pretends")
_ALONE = ("solved_alone", "forget_it")  # what people say who needed nobody
NO_FORM = Form(())


def read_wish(
    lines: Sequence[Line],
    subject: str,
    reading: Reading,
    redirects: Sequence[Redirect],
    words: IntentWords,
    *,
    in_case: bool,
    form: Form = NO_FORM,
) -> Wish:
    """The first rule that is sure. `in_case`: the mail belongs to a case, so thanks and questions are about it.

    The subject counts unless it is that of an answer, when it was written by us or long ago. A project that nobody announced
    says nothing of what they want.
    """
    reading = reading.without(BESIDE_PUBLISHING)
    fresh = {line.number: line.text for line in lines if line.mark is Mark.FRESH}
    said = tuple(answer for answer in reading.answers.values() if answer.line in fresh)  # rather than quoted
    subject = own_subject(subject, words)
    whole_form = not in_case and states_form(said)
    body = "\n".join(fresh.values())[: _OPENING if whole_form else READ_AT_MOST]
    before = len(words_of(subject).forms) if subject else 0
    cites = any(line.mark in {Mark.QUOTED, Mark.FORWARDED} for line in lines)
    answered = sum(form.by_key[key].required for key in reading.answers if key in form.by_key)
    quoted = "\n".join(line.text for line in first_quote(lines))[:_QUOTED] if in_case else ""
    text = without_underlines(f"{subject}\n\n{body}")
    heard = Heard(words_of(text), before, words, said, in_case, form, cites, quoted, answered)
    wish = _first_sure(heard, redirects, whole_form=whole_form)
    may_disown = _may_disown(heard, wish, whole_form=whole_form)
    whole = may_disown and any(map(heard.means, heard.all("disowns")))
    return replace(wish, may_disown=True, of_others=whole or not in_case) if may_disown else wish


def _first_sure(heard: Heard, redirects: Sequence[Redirect], *, whole_form: bool) -> Wish:
    if whole_form:  # it says it all, but whether it has been said before
        again = asked_again(heard, redirects) if "asked_before" in heard.of_whole_form else None
        return again or _misplaced(heard, redirects) or Wish(Intent.RECOVERY)
    wish = next((wish for rule in RULES if (wish := rule(heard, redirects)) is not None), Wish(Intent.NONE))
    return replace(wish, goes_on=True) if heard.in_case and heard.all("earlier_mail") else wish


def _may_disown(heard: Heard, wish: Wish, *, whole_form: bool) -> bool:
    """Whether a mail that is taken for something else has words by which people say that a request is not theirs.

    Who asks for the first time speaks of thieves, and of mails that were not theirs, unless they cite what they speak of.
    """
    labels = _DISOWN if heard.in_case or heard.cites else _DISOWN[:1]
    if whole_form and heard.of_whole_form.isdisjoint(labels):
        return False
    return wish.intent is not Intent.DISOWNED and any(map(heard.means, heard.all(*labels)))


def _misplaced(heard: Heard, redirects: Sequence[Redirect]) -> Wish | None:
    """What the reason of a filled-in form is about, where it is none that the form knows."""
    asked = {field.key for field in heard.form.of_kind(Kind.REASON)}
    reasons = [answer for answer in heard.said if answer.field in asked]
    if len(reasons) != 1 or reasons[0].value != ("other",):
        return None
    told = replace(heard, words=words_of(reasons[0].words), body=0, said=(), cites=False, answered=0)
    return reason_of_another_desk(told, redirects)


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


# The rules, in the order in which they are tried


def nobody_reads_answers(heard: Heard, _redirects: Sequence[Redirect]) -> Wish | None:
    """As in "This mailbox is not monitored". A person who only speaks of such mail asks, answers, or tells of a loss."""
    hit = heard.clear("unattended")
    if hit is None or heard.all("loss"):
        return None
    twice = _says_twice(heard, "unattended")
    if _asks(heard) and not twice:
        return None
    told = [heard.words.said(one) for one in heard.all("unattended")]
    answers = [one for one in heard.said if not any(one.words in words for words in told)]
    begins = heard.words.sentence[hit.first] == heard.words.sentence[min(heard.body, hit.first)]
    mine = _own(answers, heard, elsewhere=begins or twice)
    return None if mine else heard.wish(Intent.UNATTENDED, hit)


def writer_is_away(heard: Heard, _redirects: Sequence[Redirect]) -> Wish | None:
    """As in "I am out of the office until Monday". Whoever says more than that is there."""
    hit = next(iter(heard.all("away")), None)  # "until Monday" is no condition here
    if hit is None or _asks(heard) or _own(heard.said, heard, elsewhere=_says_twice(heard, "away")):
        return None
    more = heard.distinct("loss", "recovery", "account", "trouble", "solved", "proof")
    tells = any(heard.body <= one.first and not hit.first <= one.first <= hit.last for one in more)
    return None if tells else heard.wish(Intent.UNATTENDED, hit)


def _says_twice(heard: Heard, label: str) -> bool:
    return len({heard.words.sentence[hit.first] for hit in heard.all(label)}) > 1


def _own(answers: Sequence[Answer], heard: Heard, *, elsewhere: bool) -> list[Answer]:
    """The answers that tell of somebody who asks.

    A reason is soon read into "mail to this address is not read"; where such mail is all there is, an address or a link points
    `elsewhere`.
    """
    reasons = {field.key for field in heard.form.of_kind(Kind.REASON)}
    mine = [answer for answer in answers if answer.field not in reasons]
    if (
        elsewhere
        and len(mine) == 1
        and mine[0].field not in heard.names
        and _POINTER.search(str(mine[0].value))
    ):
        return []
    return mine


def _asks(heard: Heard) -> bool:
    """Whether there is a question of more than "Urgent?"."""
    lengths = Counter(heard.words.sentence)
    return any(lengths[sentence] > _RHETORICAL for sentence in heard.words.questions)


def request_is_not_theirs(heard: Heard, _redirects: Sequence[Redirect]) -> Wish | None:
    """As in "it was not me who asked", under a letter of ours; a mere "it was not me" has to begin the mail.

    Who tells of a loss besides, or answers the form, asks for help all the same: "somebody else did that, and my phone is gone".
    """
    if not heard.in_case or heard.agrees:
        return None
    whole = next(filter(heard.means, heard.all("disowns")), None)
    hit = whole or next((one for one in heard.all("not_me") if heard.means(one) and _opens(heard, one)), None)
    if hit is None or any(one.last < hit.first or hit.last < one.first for one in heard.losses):
        return None
    if heard.all("status") or any(one.last < hit.first for one in heard.all("solved")):
        return None  # "have you closed my request? I did not ask for that"
    return heard.wish(Intent.DISOWNED, hit, certain=whole is not None)


def _opens(heard: Heard, hit: Hit) -> bool:
    """Whether no more than a greeting stands before it, and no name of an account is told: "not me, I am jdoe"."""
    before = heard.words.forms[heard.body : hit.first]
    short = sum(2 if len(form) > 1 else 1 for form in before) <= 2 * _GREETING
    return short and not any(answer.field in heard.names for answer in heard.said)


def proof_in_place(heard: Heard, _redirects: Sequence[Redirect]) -> Wish | None:
    """As in "the tag is pushed", or a link and nothing else."""
    if not heard.in_case:
        return None
    if (hit := heard.clear("proof")) and not heard.doubted(hit) and not _asks_how_far(heard):
        return heard.wish(Intent.PROOF, hit)
    urls = [a for a in heard.said if str(a.value).lower().startswith(("http://", "https://"))]
    names = [a for a in heard.said if isinstance(a.value, tuple)]
    if urls and len(urls) + len(names) == len(heard.said):
        return Wish(Intent.PROOF, urls[0].words)
    return None


def _asks_how_far(heard: Heard) -> bool:
    """Whether somebody asks it in so many words, and so waits: "my branch is there since May. Has anybody looked?"."""
    return heard.in_case and any(
        heard.words.asked(hit) and not heard.overlaps(hit, "enough")
        for hit in heard.all("status", "status_of_request")
    )


def answers_whether_to_go_on(heard: Heard, _redirects: Sequence[Redirect]) -> Wish | None:
    """As in "Yes please." under "Shall we close your request?", "no" under "Do you still need us?"."""
    long = len(heard.words.forms) - heard.body > _ANSWERS
    if long or heard.said or heard.words.questions or heard.all(*_SAYS_MORE) or not heard.asked_in_letter:
        return None
    yes = heard.clear("yes", "go_ahead")
    no = next(iter(heard.all("refuses")), None)
    hit = yes if yes and yes.first == heard.body else no if no and no.first == heard.body else None
    if hit is None:
        return None
    closes = "asks_to_close" if hit is yes else "asks_if_needed"
    if closes in heard.asked_in_letter:
        return heard.wish(Intent.WITHDRAWAL, hit)
    return heard.wish(Intent.GO_ON, hit) if hit is no and "asks_to_close" in heard.asked_in_letter else None


def solved_or_dropped(heard: Heard, _redirects: Sequence[Redirect]) -> Wish | None:
    """As in "solved, thx", "please close my request"; "never mind" may go on with a correction."""
    if heard.agrees:
        return None
    plain = _solved(heard) or _dropped(heard)
    hit = plain or _forgotten(heard)
    if hit is None or heard.doubted(hit) or heard.clear(*_ON) or (hit is plain and _by_the_desk(heard, hit)):
        return None
    waits = hit.label == "solved" and not _dropped(heard) and (_asks_how_far(heard) or heard.clear("resend"))
    if waits or (not heard.in_case and _goes_on(heard, hit)):
        return None
    # Where no case is known, a mail that tells of a loss, or tells a good deal, asks for help whatever else it says.
    tells = any(
        answer.field not in heard.names and not heard.tells_of_earlier_mail(answer) for answer in heard.said
    )
    begs = tells or heard.lost_besides(hit) or heard.body_length > 30
    if begs and not heard.in_case:
        return None
    done = heard.clear("solved", "worked", "thanks")
    by_the_desk = heard.is_told_of_a_deed and done is not None and not heard.all(*_ALONE)
    return heard.wish(Intent.CONFIRMATION if by_the_desk else Intent.WITHDRAWAL, hit)


def _solved(heard: Heard) -> Hit | None:
    """Without a case "my account is fine" only says what a mail is not about."""
    hit = heard.clear("solved")
    return hit if hit is None or heard.in_case or not heard.overlaps(hit, "fine") else None


def _goes_on(heard: Heard, hit: Hit) -> bool:
    """Whether something is asked, of another matter, or not so: "I got back in by myself. I write because … Bug?"."""
    sentence = heard.words.sentence
    asks = any(number >= sentence[hit.first] for number in heard.words.questions) or heard.all("asks")
    if asks or (hit.label == "solved" and heard.all("elsewhere", *(MATTER + matter for matter in MATTERS))):
        return True
    return any(
        no.first > hit.last
        and sentence[no.first] == sentence[hit.last]
        and not any(heard.is_within(no, label) for label in ("enough", "forget_it"))
        for no in heard.all("not")
    )


def _dropped(heard: Heard) -> Hit | None:
    """As in "can you close it?", but not in "did you close it?" or "must I close it?", which beg for nothing."""
    hit = heard.clear("enough", asked=True)
    if hit is not None and heard.overlaps(hit, "account") and _points_elsewhere(heard):
        return None  # "I made a new account with my mail provider: x"
    if hit is None or not heard.asked(hit):
        return hit
    sentence = heard.words.sentence
    begs = any(sentence[one.first] == sentence[hit.first] for one in heard.all("begs"))
    return hit if begs and not heard.is_within(hit, "status") else heard.clear("enough")


def _points_elsewhere(heard: Heard) -> bool:
    """Whether an address or a link is given, so that it may be the account that was made."""
    kinds = {field.key: field.kind for field in heard.form.fields}
    return "https://" in heard.words.text or any(kinds.get(one.field) is Kind.ADDRESS for one in heard.said)


def _forgotten(heard: Heard) -> Hit | None:
    """As in "never mind", but not in "never mind my last mail, the name is …", "ignore my mail where I said it is solved"."""
    hit = heard.clear("forget_it")
    if hit is None or heard.clear("worked"):
        return hit
    sentence = heard.words.sentence
    unsaid = any(
        sentence[one.first] == sentence[hit.first] and heard.frames.take_back(one)
        for one in heard.all("solved", "enough")
    )
    puts_right = any(
        not heard.tells_of_earlier_mail(answer) or heard.names_behind(hit, answer) for answer in heard.said
    )
    return None if puts_right or unsaid or heard.all("corrects", "waits") else hit


def _by_the_desk(heard: Heard, solved: Hit) -> bool:
    """Whether something the desk did is what solved it: "the link worked, I was able to log in"."""
    before = heard.clear("worked")
    return (
        solved.label == "solved"
        and before is not None
        and before.first <= solved.first
        and not heard.all(*_ALONE, "enough")
    )


def worked(heard: Heard, _redirects: Sequence[Redirect]) -> Wish | None:
    """As in "it works again, thanks"; of a new request, "it worked until my phone broke" says the contrary."""
    hit = None if heard.agrees else heard.clear("worked")
    if hit is None or heard.doubted(hit) or heard.lost_besides(hit, since=heard.in_case):
        return None
    if _asks_how_far(heard):
        return None
    if not heard.in_case and (heard.all("elsewhere") or heard.overlaps(hit, "fine")):
        return None  # "I am logged in fine, only the upload fails"
    alone = heard.all("solved_alone") or any(map(heard.frames.leave_unasked, heard.all("status")))
    return heard.wish(Intent.WITHDRAWAL if alone else Intent.CONFIRMATION, hit)


def told_to_go_ahead(heard: Heard, _redirects: Sequence[Redirect]) -> Wish | None:
    """As in "yes, please continue"; behind answers of the form it is only politeness."""
    corrects = bool(heard.said) and bool(heard.all("corrects"))  # "the wrong name, that is my other one"
    tells = heard.in_case and not corrects and not _asks_how_far(heard)
    for hit in (heard.clear("go_on"), heard.clear("go_ahead")) if tells else ():
        if hit is None or heard.doubted(hit):
            continue
        opening = heard.words.sentence[hit.first] <= heard.words.sentence[min(heard.body, hit.last)] + 1
        if opening or not heard.said:
            return heard.wish(Intent.GO_ON if hit.label == "go_on" else Intent.YES, hit)
    return None


def asked_how_far(heard: Heard, _redirects: Sequence[Redirect]) -> Wish | None:
    """As in "any news?", "please send it again"; without a case it must be about a request, or about something they asked before."""
    known = heard.in_case or heard.all("asked_before")
    labels = ("status", "status_of_request") if known else ("status_of_request",)
    if heard.in_case and (hit := heard.clear("resend", asked=True)):
        return heard.wish(Intent.STATUS, hit)
    hits = [hit for hit in heard.all(*labels) if not heard.frames.leave_unasked(hit)]
    hits = [  # "are you looking for moderators?"
        hit for hit in hits if not (heard.goes_on_as(hit, "elsewhere") or heard.tells_when_it_was_lost(hit))
    ]
    told_anew = not heard.in_case and heard.all("loss")
    return heard.wish(Intent.STATUS, hits[0]) if hits and not told_anew else None


def wants_it_kept(heard: Heard, _redirects: Sequence[Redirect]) -> Wish | None:
    """As in "please keep my request open", whatever is thanked for besides."""
    hit = heard.clear("keep_open") if heard.in_case else None
    return heard.wish(Intent.RECOVERY, hit) if hit else None


def only_yes_or_thanks(heard: Heard, _redirects: Sequence[Redirect]) -> Wish | None:
    """As in "Yes." or "Thank you very much!" and no more, under a letter of ours."""
    more = ("trouble", "loss", "recovery", "but", "not", "if", "elsewhere")
    agrees_only = all(answer.value is True for answer in heard.said)
    if not heard.in_case or not agrees_only or heard.words.questions:
        return None
    if any(not (heard.is_within(one, "thanks") or heard.is_within(one, "waits")) for one in heard.all(*more)):
        return None  # "thanks in advance" sets no condition, "no rush" denies nothing
    if not heard.words.forms and (gesture := _GESTURE.search(heard.words.text)):
        return Wish(Intent.YES, gesture[0])
    yes, thanks = heard.clear("yes"), heard.clear("thanks")
    if yes and yes.first == heard.body and len(heard.words.forms) - heard.body <= _YES:
        return heard.wish(Intent.YES, yes)
    most = _THANKS_FOR_A_DEED if heard.is_told_of_a_deed or heard.all("waits") else _THANKS
    return heard.wish(Intent.CONFIRMATION, thanks) if thanks and heard.body_length <= most else None


def asked_barely(heard: Heard, _redirects: Sequence[Redirect]) -> Wish | None:
    """As in "?", "so??" or "… And when?" at the end of a mail to a case: what else than how far it is?"""
    words = heard.words
    if heard.in_case and not words.forms and (mark := words.text.strip()) and not mark.strip("?？ \n"):
        return Wish(Intent.STATUS, mark)
    if not heard.in_case or not words.forms or words.sentence[-1] not in words.questions:
        return None
    asked = words.forms[words.sentence.index(words.sentence[-1]) :]
    if any(hit.first >= len(words.forms) - len(asked) for hit in heard.all("trouble")):
        return None  # "help?"
    short = sum(2 if len(form) > 1 else 1 for form in asked) <= 2 * _RHETORICAL
    return Wish(Intent.STATUS, " ".join(asked)) if short else None


def asked_again(heard: Heard, _redirects: Sequence[Redirect]) -> Wish | None:
    """As in "I wrote on Monday from my work address, so here it is again from home"."""
    hit = None if heard.in_case else heard.clear("asked_before")
    if hit is None or not (heard.answered or heard.all("loss", "recovery")):
        return None
    only_asks = heard.all("status", "status_of_request") and not heard.states_agreement
    return heard.wish(Intent.STATUS if only_asks else Intent.AGAIN, hit)


def asked_for_an_account(heard: Heard, _redirects: Sequence[Redirect]) -> Wish | None:
    """What is lost, or the wish to have it back."""
    hit = next(iter(heard.all("recovery", "loss")), None)
    return heard.wish(Intent.RECOVERY, hit) if hit else None


RULES: tuple[Callable[[Heard, Sequence[Redirect]], Wish | None], ...] = (
    nobody_reads_answers,
    writer_is_away,
    request_is_not_theirs,
    proof_in_place,
    answers_whether_to_go_on,
    solved_or_dropped,
    worked,
    told_to_go_ahead,
    asked_how_far,
    wants_it_kept,
    only_yes_or_thanks,
    sold_something,
    account_elsewhere,
    meant_for_another_desk,
    asked_barely,
    asked_again,
    loss_is_only_supposed,
    all_is_well_with_it,
    asked_for_an_account,
    nothing_of_an_account,
)
