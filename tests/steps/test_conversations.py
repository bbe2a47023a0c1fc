"""Plays the stories of tests/conversations; its README says how they are written."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from mailflow.core.case import Outcome
from mailflow.core.events import StaffAsked, StaffClosed, StaffNoted, StaffReopened
from mailflow.core.letters import LetterKind
from mailflow.steps.app import PermanentFailure, TemporaryFailure
from mailflow.steps.handle import Failed
from mailflow.steps.operate import act, merge
from mailflow.store.schema import outbox
from tests.world import REPOSITORY, World

STORIES = sorted((Path(__file__).parent.parent / "conversations").glob("*.txt"))
UNITS = {"minute": 60, "hour": 3600, "day": 86400}


class Player:
    def __init__(self, world):
        self.world = world
        self.told = 0  # letters that the story has told of
        self.last = None  # the last letter to a person
        self.named = {}
        self.replies = {}
        self.mails = 0
        self.remote = ""
        self.through = {}  # the field of the server that mail comes through

    def play(self, text):
        for block in blocks(text):
            mark = block[0][0]
            if mark in ">~$*":
                self.nothing_untold()
            {
                ">": self.mail,
                "<": self.letter,
                "~": self.wait,
                "$": self.staff,
                "=": self.check,
                "!": self.smarthost,
                "*": self.server,
            }[mark](block)
        self.nothing_untold()

    def nothing_untold(self):
        untold = [
            (self.kind(one), one.recipient)
            for one in self.world.sent[self.told :]
            if self.kind(one) != "digest"
        ]
        assert not untold, f"letters that the story does not tell of: {untold}"

    def filled(self, text):
        """With `{reply}` and kin put in, of the last letter or, as `{first.reply}`, of one with a name."""

        def of_letter(found):
            letter = self.named[found[1]] if found[1] else self.last
            what = {"reply": "reply_to", "bounce": "envelope_sender"}.get(found[2], found[2])
            return getattr(letter, what)

        return re.sub(r"\{(?:(\w+)\.)?(reply|message_id|reference|bounce)\}", of_letter, text)

    def kind(self, letter):
        with self.world.engine.connect() as connection:
            return connection.scalar(select(outbox.c.kind).where(outbox.c.message_id == letter.message_id))

    def mail(self, block):
        lines = [self.filled(line[2:]) for line in block]
        end = lines.index("") if "" in lines else len(lines)
        head = dict(line.split(": ", 1) for line in lines[:end])
        self.mails += 1
        sender = re.search(r"[^\s<]+@[^\s>]+", head.get("From", "jo@example.org")).group()
        envelope = head.pop("Envelope", "").split() or [
            sender,
            re.search(r"[^\s<]+@[^\s>]+", head.get("To", self.world.desk)).group(),
        ]
        fields = {
            "From": sender,
            "To": self.world.desk,
            "Subject": "account",
            "Date": self.world.now.strftime("%a, %d %b %Y %H:%M:%S +0000"),
            "Message-ID": f"<story.{self.mails}@mail.example.org>",
            "Content-Type": "text/plain; charset=utf-8",
            **head,
            **self.through,
        }
        raw = "\r\n".join(
            [*(f"{name}: {value}" for name, value in fields.items()), "", *lines[end + 1 :], ""]
        )
        self.world.receive(raw.encode(), envelope[0].strip("<>"), *envelope[1:], remote=self.remote)
        self.world.run()
        assert not isinstance(self.world.handled[-1], Failed), self.world.handled[-1]

    def letter(self, block):
        kind, to, name = re.fullmatch(r"< (\w+) to (\S+)(?: as (\w+))?", block[0]).groups()
        while (
            kind != "digest"
            and self.told < len(self.world.sent)
            and self.kind(self.world.sent[self.told]) == "digest"
        ):
            self.told += 1  # one comes each day; a story tells of those it cares for
        assert self.told < len(self.world.sent), f"no such letter: {kind} to {to}"
        letter = self.world.sent[self.told]
        self.told += 1
        assert (self.kind(letter), letter.recipient) == (kind, to), letter.text
        if letter.recipient not in self.world.config.desk.staff:
            self.last = letter
        if name:
            self.named[name] = letter
        text, place = squeezed(f"{letter.subject} {letter.text}"), 0
        for line in block[1:]:
            words = squeezed(self.filled(line[2:]))
            if line.startswith("<!"):
                assert words not in text
                continue
            assert words in text[place:], (
                f"{words!r} does not stand in (or not in this order):\n{letter.text}"
            )
            place = text.index(words, place) + len(words)

    def wait(self, block):
        for number, unit in re.findall(r"(\d+) (minute|hour|day)s?", block[0]):
            self.world.wait(timedelta(seconds=int(number) * UNITS[unit]))

    def staff(self, block):
        verb, reference, text = (self.filled(block[0][2:]) + "  ").split(" ", 2)
        text = text.strip()
        if verb == "merge":
            merge(self.world.app, reference, text, "kim")
        else:
            outcome, _, why = text.partition(" ")
            event = {
                "ask": lambda: StaffAsked(text),
                "note": lambda: StaffNoted(text),
                "close": lambda: StaffClosed(Outcome(outcome), why),
                "reopen": lambda: StaffReopened(text),
            }[verb]()
            act(self.world.app, reference, event, "kim")
        self.world.run()

    def check(self, block):
        wanted, _, reference = self.filled(block[0][2:]).partition(" of ")
        if wanted == "no case":
            assert self.world.handled[-1].case is None
            return
        case = self.world.case(reference or self.last_case())
        what, _, value = wanted.removeprefix("no ").partition(" ")
        if what == "flag":
            found = value in case.flags
        elif what == "answer":
            key, _, words = value.partition(" ")
            found = key in case.answers and self.said(key, case.answers[key]) == words
        else:
            found = what in {case.status, case.outcome}
        assert found is not wanted.startswith("no "), case

    def last_case(self):
        return next(one.case.reference for one in reversed(self.world.handled) if one.case)

    def said(self, key, answer):
        return self.world.config.policy.form.say(key, answer.value)

    def smarthost(self, block):
        """`! jo@example.org 550 5.1.1 …`: it answers so to letters for this address, until `! jo@example.org`."""
        address, _, reply = block[0][2:].partition(" ")
        refusal = PermanentFailure(reply) if reply.startswith("5") else TemporaryFailure(reply)
        self.replies[address] = refusal if reply else None
        self.world.relay.fault = self.replies.get

    def server(self, block):
        """`* mx.pypi.example`: from now on mail comes through this server, whose results are believed."""
        world, name = self.world, block[0][2:].strip()
        settings = replace(world.config.authentication, authserv_ids=frozenset({name}))
        world.config = replace(world.config, authentication=settings)
        world.app = world.make_app(world.config)
        self.remote = "127.0.0.1"
        self.through = {"Received": f"from mail (mail.example.org [192.0.2.9]) by {name}"}


def squeezed(text):
    return " ".join(text.split())


def blocks(text):
    """Lines that belong together: a mail, a letter with its words, or one of the others alone."""
    block = []
    for line in [*(line for line in text.splitlines() if not line.startswith("#")), ""]:
        joins = (
            block and line[:1] == block[0][0] and line[:1] in "><" and not re.match(r"< \w+ to \S+@", line)
        )
        if block and not joins:
            yield block
            block = []
        if line:
            block.append(line if len(line) > 1 else f"{line} ")


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_the_story_goes_as_it_is_told(story, tmp_path):
    world = World(tmp_path)
    try:
        Player(world).play(story.read_text())
    finally:
        world.close()


def test_the_stories_tell_of_every_letter():
    told = {
        kind for story in STORIES for kind in re.findall(r"^< (\w+) to \S+@", story.read_text(), re.MULTILINE)
    }
    assert told == {kind.value for kind in LetterKind}


def test_the_letters_folder_has_a_template_for_each_kind():
    assert {
        path.stem for path in (REPOSITORY / "templates" / "letters").glob("*.txt") if path.stem[0] != "_"
    } == set(LetterKind)
