"""Mails as people write them, no two alike: the kinds of mail whose reading `tests/bench/reading.py` measures.

Names, hosts, dates, the order of a form's parts, how a client wraps them, and what a letter of ours asked vary by a
seeded generator. The person's own words are strung together from the sentences of `tests/reading/sentences`, each word
one that follows the two before it somewhere there: they make little sense, but words and pairs of words are as frequent
as people's, and hardly a sentence comes twice.
"""

from __future__ import annotations

import quopri
import textwrap
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from email.header import Header
from functools import cache
from html import escape
from pathlib import Path
from random import Random
from typing import NamedTuple

from mailflow.core.form import Form

SENTENCES = Path(__file__).parents[1] / "reading" / "sentences"
WORDS = tomllib.loads(Path(__file__).with_name("mails.toml").read_text("utf-8"))
DESK = WORDS["desk"]
LONGEST = 80  # words of a sentence
TO_ANSWER = """To answer, simply reply to this mail. Write below each question, or put
its number in front, as in "1. my answer"."""
STYLE = """<style><!--
p.MsoNormal {margin:0cm; font-size:11.0pt; font-family:"Calibri",sans-serif;}
--></style>"""


class Mail(NamedTuple):
    raw: bytes  # as it comes over SMTP
    asked: tuple[str, ...] | None  # by the letter that it answers; None of a first mail


class Chain:
    """Sentences like those of some texts."""

    def __init__(self, texts: Iterable[str], split: Callable[[str], Iterable[str]], glue: str) -> None:
        self._glue = glue
        self._following: dict[tuple[str, str], list[str]] = defaultdict(list)
        for text in texts:
            before, last = "", ""
            for word in (*split(text), ""):
                self._following[before, last].append(word)
                before, last = last, word

    def sentence(self, random: Random) -> str:
        words: list[str] = []
        before, last = "", ""
        while len(words) < LONGEST and (word := random.choice(self._following[before, last])):
            words.append(word)
            before, last = last, word
        return self._glue.join(words)

    def text(self, random: Random, length: int) -> str:
        """Sentences of at least so many characters in all."""
        said = [self.sentence(random)]
        while sum(map(len, said)) < length:
            said.append(self.sentence(random))
        return (self._glue or "\n").join(said)


@cache
def chain(language: str) -> Chain:
    texts = [
        one["text"]
        for file in (SENTENCES / f"{language}.toml", *sorted(SENTENCES.glob(f"{language}-*.toml")))
        for one in tomllib.loads(file.read_text("utf-8"))["sentence"]
        if "asked" not in one and "\n" not in one["text"]
    ]
    return Chain(texts, list, "") if language == "ja" else Chain(texts, str.split, " ")


class Writer:
    """One person, and their mail program."""

    def __init__(self, random: Random, form: Form) -> None:
        self.random = random
        self.form = form
        self.first, self.last = self.one("first"), self.one("last")
        self.host = f"{self.one('hosts')}{random.randrange(500)}.example.org"
        self.address = f"{self.first}.{self.last}{random.randrange(99)}@{self.host}".lower()
        names = (
            f"{self.first[0]}{self.last}",
            f"{self.last}{random.randrange(99)}",
            f"{self.first}-{self.last}",
        )
        self.user = random.choice(names).lower()

    def one(self, words: str) -> str:
        """One of a list."""
        return self.random.choice(WORDS[words]).replace("{}", getattr(self, "user", ""))

    def code(self, length: int) -> str:
        return "".join(self.random.choices("0123456789abcdefABCDEFghkmXYZ", k=length))

    def header(self, subject: str, more: Iterable[str] = (), name: str = "") -> str:
        day, hour, minute = self.random.randrange(1, 29), self.random.randrange(24), self.random.randrange(60)
        date = f"Fri, {day:02} May 2026 {hour:02}:{minute:02}:17 +0000"
        fields = (
            f"Return-Path: <{self.address}>",
            f"Delivered-To: {DESK}",
            f"Received: from mx2.{self.host} (mx2.{self.host} [192.0.2.{day}])",
            f"\tby mx.pypi.example (Postfix) with ESMTPS id {self.code(11)}",
            f"\tfor <{DESK}>; {date}",
            f"From: {name or f'{self.first} {self.last}'} <{self.address}>",
            f"To: {DESK}",
            f"Subject: {subject}",
            f"Date: {date}",
            f"Message-ID: <{self.code(40)}@{self.host}>",
        )
        return "\n".join((*fields, *more, "MIME-Version: 1.0", ""))

    def letter(self, asked: Iterable[str]) -> Iterator[str]:
        """The paragraphs of a letter of ours that asks for some items."""
        reference = f"{self.random.randrange(1000, 9999)}-{self.random.randrange(1000, 9999)}"
        yield "Hello,"
        yield f"Thank you for writing to us. Your request has the reference {reference}."
        yield "This is what we have from you:\n\n[x] User name\n[x] Reason"
        yield "This is what we still need before a person can look at your request:"
        for number, item in enumerate(asked, 1):
            field = next(field for field in self.form.fields_of(item) if field.ask)
            yield "\n   ".join((f"{number}. {field.ask}", *textwrap.wrap(f"{field.why} {field.how}", 69)))
        yield TO_ANSWER
        yield "Please do not send us a password, a recovery code or any other secret."
        yield "Kind regards\nPyPI account recovery"

    def asked(self) -> tuple[str, ...]:
        """Three of what letters of ours ask, in order, but not what the mail is about."""
        items = [item for item in self.form.items if any(field.ask for field in self.form.fields_of(item))]
        kept = self.random.sample(items[2:], 3)
        return tuple(item for item in items if item in kept)


def quoted(text: str) -> str:
    return quopri.encodestring(text.encode()).decode()


def cited(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def with_page(writer: Writer, subject: str, text: str, page: str, more: Iterable[str] = ()) -> Mail:
    """A first mail, its text in plain and in rich form, as most programs send it."""
    cut = writer.code(28)
    parts = "".join(
        f'--{cut}\nContent-Type: {kind}; charset="UTF-8"\n'
        f"Content-Transfer-Encoding: quoted-printable\n\n{quoted(each)}\n"
        for kind, each in (("text/plain", text), ("text/html", page))
    )
    kind = f'Content-Type: multipart/alternative;\n boundary="{cut}"\n\n'
    return Mail(f"{writer.header(subject, more)}{kind}{parts}--{cut}--\n".encode(), None)


def page_of(text: str) -> str:
    lines = "".join(f"<div>{escape(line) or '<br>'}</div>" for line in text.split("\n"))
    return f'<div dir="ltr">{lines}</div>'


def answer(writer: Writer, text: str, asked: tuple[str, ...], charset: str = "utf-8", name: str = "") -> Mail:
    """A mail that answers a letter."""
    letter = f"<{writer.code(32)}@pypi.example>"
    more = (f"In-Reply-To: {letter}", f"References: <{writer.code(32)}@{writer.host}>\n {letter}")
    head = writer.header(f"Re: [Account recovery] We need {len(asked)} answers from you", more, name)
    coding = "7bit" if charset == "iso-2022-jp" else "8bit"
    head += f'Content-Type: text/plain; charset="{charset}"\nContent-Transfer-Encoding: {coding}\n\n'
    return Mail(head.encode() + text.encode(charset, "replace"), asked)


def form(writer: Writer) -> Mail:
    """The form of the site, filled in and pasted, its parts in any order."""
    random = writer.random
    parts = [
        f"### PyPI Username\n\n{writer.one('wrapped')}",
        f"### Reason for request\n\n{textwrap.fill(chain('en').text(random, 90), random.choice((72, 76)))}",
    ]
    for field in writer.form.fields:
        if field.statement:
            box = textwrap.fill(f"- [x] {field.statement}", random.choice((64, 72, 400)))
            parts.append(f"### {field.label}\n\n{box}")
    if random.random() < 0.3:
        random.shuffle(parts)
    text = "\n\n".join((*parts, ""))
    return with_page(writer, writer.one("subjects"), text, page_of(text))


def prose(writer: Writer) -> Mail:
    random = writer.random
    told = f"{chain('en').text(random, 350)} {writer.one('called')}"
    paragraphs = [textwrap.fill(one, 76) for one in (told, chain("en").text(random, 130))]
    closing = f"{writer.one('closings')},\n{writer.first} {writer.last}\n"
    text = "\n\n".join((f"{writer.one('greetings')},", *paragraphs, closing))
    return with_page(writer, writer.one("subjects"), text, page_of(text))


def reply(writer: Writer) -> Mail:
    """Answers above the letter."""
    random, asked = writer.random, writer.asked()
    words = ["lost" if item == "recovery_codes" else "agreed" for item in asked]
    numbered = "\n".join(f"{number}. {writer.one(some)}" for number, some in enumerate(words, 1))
    answers = random.choice((numbered, numbered, writer.one("at_once"), chain("en").sentence(random)))
    day = random.randrange(10, 30)
    said = random.choice((
        f"On 2026-06-{day} 18:00, PyPI account recovery wrote:",
        f"On Mon, Jun {day}, 2026 at 6:07 PM PyPI account recovery <{DESK}> wrote:",
    ))  # fmt: skip
    text = f"{answers}\n{writer.first}\n\n{said}\n" + cited("\n\n".join((*writer.letter(asked), "")))
    return answer(writer, text, asked)


def german(writer: Writer) -> Mail:
    """Answers below each question."""
    random, asked = writer.random, writer.asked()
    letter = list(writer.letter(asked))
    day = random.randrange(10, 30)
    paragraphs = [f"Am {day}.08.26 um 13:06 schrieb PyPI account recovery:"]
    paragraphs[0] += "\n" + cited("\n\n".join(letter[:4]))
    for question in letter[4:-3]:
        own = random.choice((writer.one("short_de"), chain("de").sentence(random)))
        paragraphs += [cited(question), textwrap.fill(own, 72)]
    paragraphs += [cited("\n\n".join(letter[-3:])), f"{writer.one('closings_de')}\n{writer.first}\n"]
    return answer(writer, "\n\n".join(paragraphs), asked)


def japanese(writer: Writer) -> Mail:
    """Answers by number above the letter, which has no quote marks."""
    random, asked = writer.random, writer.asked()
    name = writer.one("kanji")
    numbered = "\n".join(f"{number}．{writer.one('short_ja')}" for number in "１２３")
    own = random.choice((numbered, chain("ja").text(random, 60)))
    original = f"""----- Original Message -----
From: "PyPI account recovery" <{DESK}>
To: "{name}" <{writer.address}>
Date: 2026/06/{random.randrange(10, 30)} 18:06
Subject: [Account recovery] We need {len(asked)} answers from you
"""
    text = "\n\n".join(("ご返信ありがとうございます。", own, name, original, *writer.letter(asked), ""))
    return answer(writer, text, asked, "iso-2022-jp", Header(name, "iso-2022-jp").encode())


def outlook(writer: Writer) -> Mail:
    """The form with a line for each part, as Outlook's rich text gives it."""
    random = writer.random
    boxes = [f"{field.label}: [{random.choice('XXXx ')}]" for field in writer.form.fields if field.statement]
    reason = chain("en").sentence(random)
    lines = [f"PyPI Username: {writer.one('wrapped')}", f"Reason for request: {reason}", *boxes]
    lines += ["", writer.one("closings"), writer.first, ""]
    page = "".join(f'<p class="MsoNormal">{escape(line) or "&nbsp;"}<o:p></o:p></p>\n' for line in lines)
    page = f"<html><head>{STYLE}</head><body>{page}</body></html>"
    more = ("Accept-Language: en-US", "X-MS-Has-Attach: ", f"Thread-Index: {writer.code(29)}==")
    return with_page(writer, writer.one("subjects"), "\n".join(lines), page, more)


KINDS: dict[str, Callable[[Writer], Mail]] = {
    "form": form,
    "prose": prose,
    "reply": reply,
    "German": german,
    "Japanese": japanese,
    "Outlook": outlook,
}


def mails(kind: str, number: int, form: Form) -> list[Mail]:
    """The same ones whenever so many of a kind are asked for."""
    random = Random(kind)
    written = [KINDS[kind](Writer(random, form)) for _ in range(number)]
    return [Mail(mail.raw.replace(b"\n", b"\r\n"), mail.asked) for mail in written]
