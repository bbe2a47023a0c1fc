import time
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.core.reference import desk_pattern
from mailflow.core.text import Line, Mark, first_quote, mark_lines
from tests.core.text_words import LANGUAGES, WORDS

LETTER = {Mark.FRESH: "f", Mark.QUOTED: "q", Mark.FORWARDED: "w", Mark.SIGNATURE: "s"}


def marks(text, ours=None):
    """One letter for each line, a point for blank ones that nobody else wrote."""
    return "".join(
        "." if line.mark is Mark.FRESH and not line.text.strip() else LETTER[line.mark]
        for line in mark_lines(text, WORDS, ours)
    )


def test_lines_are_numbered_and_bare_of_their_marks():
    assert mark_lines("a\n> b\n>> c\n> > d\n>\n", WORDS) == (
        Line("a", Mark.FRESH, 1),
        Line("b", Mark.QUOTED, 2, 1),
        Line("c", Mark.QUOTED, 3, 2),
        Line("d", Mark.QUOTED, 4, 2),
        Line("", Mark.QUOTED, 5, 1),
    )
    assert mark_lines("", WORDS) == ()
    assert mark_lines("\n", WORDS) == (Line("", Mark.FRESH, 1),)
    assert mark_lines(">  - [x] a", WORDS)[0].text == " - [x] a"
    assert mark_lines(">a", WORDS) == (Line("a", Mark.QUOTED, 1, 1),)
    assert mark_lines("> > 2 > 1", WORDS) == (Line("2 > 1", Mark.QUOTED, 1, 2),)


OURS = desk_pattern("desk@desk.example")
LETTER_ADDRESS = "desk+7kq2m9xdr.0mbh@desk.example"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"* Desk <{LETTER_ADDRESS}> [2026-03-02 18:02]:\n> Which name?\njdoe", "qqf"),
        (f"jdoe\n\nDesk <{LETTER_ADDRESS}> on skrifað:\nWhich name?", "f.qq"),
        (f"jdoe\n\nDen mán. 2. mars 2026 skrifaði Desk <{LETTER_ADDRESS}>\nþetta:\n> Which name?", "f.qqq"),
        (f"jdoe\n\nEl lun, 20 jul 2026 a las 15:00, Account Desk\n(<{LETTER_ADDRESS}>) escribió:\n\n> Which name?", "f.qq.q"),
        (f"jdoe\n\n____\nFrá: Desk <{LETTER_ADDRESS}>\nSent: mánudagur\nTil: Jo\nEfni: Re: x\n\nWhich name?", "fqqqqqqqq"),
        # Two fields of a header do where one of them names it.
        (f"yes\nGesendet: Montag um 18:02\nVon: Desk <{LETTER_ADDRESS}>\nWhich name?", "fqqq"),
        # What a person may have written stays theirs.
        ("yes\nGesendet: Montag um 18:02\nVon: Desk <desk@desk.example>\njdoe", "ffff"),
        (f"I wrote to {LETTER_ADDRESS} before: no answer.", "f"),
        (f"Desk: {LETTER_ADDRESS}\nName: jdoe", "ff"),
        ("* Desk <desk@desk.example> [2026-03-02]:\njdoe", "ff"),
        ("* Jo <jo@example.org> [2026-03-02]:\njdoe", "ff"),
    ],
)  # fmt: skip
def test_a_quote_is_known_in_any_language_by_the_address_of_our_letter(text, expected):
    assert marks(text, OURS) == expected


ATTRIBUTIONS = {
    "en": [
        "On Mon, Mar 2, 2026 at 6:02 PM Desk <desk@desk.example> wrote:",
        "On 2 Mar 2026, at 18:02, Desk <desk@desk.example> wrote:",
        "On Monday, March 2, 2026 at 06:02:30 PM GMT+1, Desk <desk@desk.example> wrote:",
        "On Mon, Mar 02, 2026 at 06:02:30PM +0100, Desk wrote:",
        'At 2026-03-02 18:02:11, "Desk" <desk@desk.example> wrote:',
        "---- On Mon, 02 Mar 2026 18:02:30 +0100 Desk <desk@desk.example> wrote ---",
        "Desk wrote on 3/2/2026 6:02 PM:",
        "Mar 2, 2026, 18:02 by desk@desk.example:",
    ],
    "de": [
        "Am Mo., 2. März 2026 um 18:02 Uhr schrieb Desk <desk@desk.example>:",
        "Am 02.03.26 um 18:02 schrieb Desk:",
        "Desk schrieb am 02.03.2026 um 18:02:",
        "Am 02.03.2026 um 18:02 hat Desk folgendes geschrieben:",
    ],
    "fr": ["Le lun. 2 mars 2026 à 18:02, Desk <desk@desk.example> a écrit :", "Le 02/03/2026 à 18:02, Desk a écrit :"],
    "es": ["El lun, 2 mar 2026 a las 18:02, Desk (<desk@desk.example>) escribió:", "El 2/3/26 a las 18:02, Desk escribió:"],
    "pt": ["Em seg., 2 de mar. de 2026 às 18:02, Desk <desk@desk.example> escreveu:", "Desk <desk@desk.example> escreveu no dia segunda, 2/03/2026 à(s) 18:02:"],
    "it": ["Il giorno lun 2 mar 2026 alle ore 18:02 Desk <desk@desk.example> ha scritto:", "Il 02/03/2026 18:02, Desk ha scritto:"],
    "nl": ["Op ma 2 mrt 2026 om 18:02 schreef Desk <desk@desk.example>:", "Op 2 mrt. 2026, om 18:02 heeft Desk het volgende geschreven:"],
    "pl": ["pon., 2 mar 2026 o 18:02 Desk <desk@desk.example> napisał(a):", "W dniu 2.03.2026 o 18:02, Desk pisze:"],
    "ru": ["пн, 2 мар. 2026 г. в 18:02, Desk <desk@desk.example>:", "02.03.2026 18:02, Desk пишет:", "Desk писал 2026-03-02 18:02:", "2 марта 2026 г., в 18:02, Desk <desk@desk.example> написал(а):", "Понедельник, 2 марта 2026, 18:02 +03:00 от Desk <desk@desk.example>:"],
    "uk": ["пн, 2 бер. 2026 р. о 18:02 Desk <desk@desk.example> пише:", "02.03.26 18:02, Desk пише:"],
    "tr": ["Desk <desk@desk.example>, 2 Mar 2026 Pzt, 18:02 tarihinde şunu yazdı:", "Desk <desk@desk.example> şunları yazdı (2 Mar 2026 18:02):"],
    "zh": ["Desk <desk@desk.example> 于2026年3月2日周一 18:02写道：", "在 2026年3月2日，18:02，Desk <desk@desk.example> 写道：", "Desk <desk@desk.example> 於 2026年3月2日 週一 下午6:02寫道："],
    "ja": ["2026年3月2日(月) 18:02 Desk <desk@desk.example>:", "2026/03/02 18:02、Desk <desk@desk.example>のメール:"],
    "ko": ["2026년 3월 2일 (월) 오후 6:02, Desk <desk@desk.example>님이 작성:", "2026. 3. 2. 오후 6:02, Desk <desk@desk.example> 작성:", "2026-03-02 18:02에 Desk 이(가) 쓴 글:"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "line"), [(code, line) for code, lines in ATTRIBUTIONS.items() for line in lines]
)
def test_the_line_above_a_quote_belongs_to_it(code, line):
    assert code in LANGUAGES
    assert marks(f"yes\n\n{line}\n> Hello\n> \n> 1. Your name\n") == "f.qqqq"
    assert marks(f"yes\n\n{line}\n\n> Hello\n") == "f.q.q"
    assert marks(f"{line}\n> Your name\n\njane\n") == "qq.f"
    assert marks(f"yes\n\n{line}\n\nHello\n\n1. Your name\n") == "f.qqqqq"
    assert marks(f"yes\n\n{line}  \n") == "f.q"


def test_the_line_above_a_quote_may_be_wrapped():
    address = "desk+k7px-22qd.0123456789abcdef0123456789abcdef@a-rather-long-name.desk.example"
    assert (
        marks(f"yes\n\nOn Mon, Mar 2, 2026 at 6:02 PM Account Recovery <\n{address}>\nwrote:\n\n> Hello\n")
        == "f.qqq.q"
    )
    assert (
        marks(
            "да\n\nпн, 2 мар. 2026 г. в 18:02, Account Recovery of Example\nCloud <desk@desk.example>:\n> Hello\n"
        )
        == "f.qqq"
    )
    assert (
        marks(
            f"Yes, that is what I wrote above, on the first line\nOn 2 March 2026 at 18:02 <{address}>\nwrote:\n> a\n"
        )
        == "fqqq"
    )


def test_a_year_in_the_tag_of_our_address_is_no_date():
    address = "desk+k7px-22qd-f00qv49ee2vtw2nz7q1957kxansz9b@desk.example"
    wrapped = f"yes\n\nOn Mon, Mar 2, 2026 at 6:02 PM Account Recovery <\n{address}> wrote:\n\n> Hello\n"
    assert marks(wrapped, OURS) == "f.qq.q"


@pytest.mark.parametrize(
    "text",
    [
        "Only on Mondays it works, as I wrote:\nfirst this\nthen that\n",
        "On the page it says what I wrote:\nUsername: jane\n",
        "Username:\njane\n\nRegistered 2026:\nyes\n",
        "From: old@example.org\nTo: new@example.org\nplease\n",
        "Subject: my account\nDate: today\nI lost it\n",
        "----\nmy text\n____\nmore\n- item\n* item\n",
        "Original message was lost\n-- no\n",
        "a long line that is not wrapped but is followed by another\nshort\nwrote:\n",
        "On 2 March 2026\nI lost the phone.\nThis is what I wrote:\nplease help\n",
        "- Original message: I have deleted it\n- Codes: lost\n",
        "Original message ---- gone\n",
        "-Original message-----\nis gone\n",
        "Subject: my account\nTo\nFrom\n",
        "Date: 2026-03-02 18:02\nFrom: Berlin\n",
    ],
)
def test_a_persons_own_words_are_not_taken_for_a_quote(text):
    assert set(marks(text)) <= {"f", "."}


def test_quotes_are_known_behind_initials():
    lines = mark_lines(
        "Par> Are they lost?\nPar>  in any way?\nPar>\nYes.\n JD>> Do you agree?\n JD>>\n JD>> Do you?\nI do.",
        WORDS,
    )
    assert [(line.text, line.depth) for line in lines if line.mark is Mark.QUOTED] == [
        ("Are they lost?", 1),
        (" in any way?", 1),
        ("", 1),
        ("Do you agree?", 2),
        ("", 2),
        ("Do you?", 2),
    ]
    assert [line.text for line in lines if line.mark is Mark.FRESH] == ["Yes.", "I do."]


@pytest.mark.parametrize(
    "text",
    [
        "JD> yes\nJD> and no\nbut\nJD> no",
        "a>b\na>c\na>d",
        "Settings > Security > Codes\nSettings > Mail\nSettings > Me",
    ],
)
def test_a_sign_before_a_line_or_two_marks_no_quote(text):
    assert all(line.mark is Mark.FRESH for line in mark_lines(text, WORDS))


def test_answers_between_quotes_stay_the_persons():
    text = "On 2026-03-02 18:02, Desk wrote:\nSee below.\n\n> 1. Your name\njane\n> > older\n> 2. Codes?\n\nlost\n\n> bye\n"
    assert marks(text) == "qf.qfqq.f.q"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A header ends where one of its fields comes again, and what a person wrote far above is none of it.
        ("Subject: lost\n" + "I lost it.\n" * 12 + "From: Desk\nSent: Monday\nTo: Jane\nSubject: x\n> Name?\njane\n", "f" * 13 + "qqqqqf"),
        ("From: Desk\nSent: Monday\nTo: Jane\n> Which address?\nTo: jane@example.org\n", "qqqqf"),
        ("From: Desk\nCc: Bob\nReply-To: Desk\nSent: Monday\nTo: Jane\n> Your name?\njane\n", "qqqqqqf"),
        # It does not begin with one that a person may write.
        ("Attachments: one\nFrom: Desk\nSent: Monday\nTo: Jane\nHello\n", "fqqqq"),
        ("Importance: high\nFrom: Desk\nSent: Monday\n18:02\nTo: Jane\nHello\n", "fqqqqq"),
        # Its values have colons too.
        ("From: Desk\nDate: 2026-03-02 18:02\nTo: Jane\nHello\n", "qqqq"),
    ],
)  # fmt: skip
def test_a_quoted_header_is_as_long_as_its_fields(text, expected):
    assert marks(text) == expected


HEADERS = {
    "en": "From: Desk <desk@desk.example>\nSent: Monday, March 2, 2026 6:02 PM\nTo: Jane Doe <jane@example.org>\nSubject: Your account\n",
    "bold": "*From:* Desk\n*Date:* Monday\n*To:* Jane\n*Cc:* Bob\n*Subject:* Your account\n",
    "wrapped": "From: Desk\nTo: Jane; Bob;\n Carol; Dave\nSubject: Your account\n",
    "apart": "From: Desk\n\nSent: Monday\n\nTo: Jane\n",
    "webmail": "Gesendet: Montag, 2. März 2026 um 18:02 Uhr\nVon: Desk\nAn: Jane\nBetreff: Ihr Konto\n",
    "de": "Von: Desk\nGesendet: Montag, 2. März 2026 18:02\nAn: Jane\nBetreff: Ihr Konto\n",
    "fr": "De : Desk\nEnvoyé : lundi 2 mars 2026 18:02\nÀ : Jane\nObjet : Votre compte\n",
    "es": "De: Desk\nEnviado: lunes, 2 de marzo de 2026\nPara: Jane\nAsunto: Su cuenta\n",
    "pt": "De: Desk\nEnviado: segunda-feira\nPara: Jane\nAssunto: Sua conta\n",
    "it": "Da: Desk\nInviato: lunedì 2 marzo 2026\nA: Jane\nOggetto: Il suo account\n",
    "nl": "Van: Desk\nVerzonden: maandag\nAan: Jane\nOnderwerp: Uw account\n",
    "pl": "Od: Desk\nWysłano: poniedziałek\nDo: Jane\nTemat: Konto\n",
    "ru": "От: Desk\nОтправлено: 2 марта 2026 г.\nКому: Jane\nТема: Аккаунт\n",
    "uk": "Від: Desk\nНадіслано: 2 березня\nКому: Jane\nТема: Обліковий запис\n",
    "tr": "Kimden: Desk\nGönderildi: 2 Mart 2026\nKime: Jane\nKonu: Hesap\n",
    "zh": "发件人: Desk\n发送时间: 2026年3月2日\n收件人: Jane\n主题: 账号\n",
    "zh, wide": "寄件者：Desk\n寄件日期：2026年3月2日\n收件者：Jane\n主旨：帳號\n",
    "ja": "差出人: Desk\n送信日時: 2026年3月2日\n宛先: Jane\n件名: アカウント\n",
    "ko": "보낸 사람: Desk\n보낸 날짜: 2026년 3월 2일\n받는 사람: Jane\n제목: 계정\n",
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_a_quoted_header_begins_the_quote(header):
    quoted = "q" * header.count("\n")
    assert marks(f"yes\n\n{header}\nHello\n1. Your name\n") == f"fq{quoted}qqq"
    assert marks(f"yes\n________________________________\n{header}\nHello\n") == f"fq{quoted}qq"
    assert marks(f"yes\n{header}> 1. Your name\njane\n") == f"f{quoted}qf"


@pytest.mark.parametrize(
    ("line", "mark"),
    [
        ("-----Original Message-----", "q"),
        ("-------- Ursprüngliche Nachricht --------", "q"),
        ("-----Message d’origine-----", "q"),
        ("--Original Message--", "q"),
        ("------------------ 原始邮件 ------------------", "q"),
        ("---- 回复的原邮件 ----", "q"),
        ("---- Replied Message ----", "q"),
        ("---------- Forwarded message ---------", "w"),
        ("----- Forwarded message from Desk <desk@desk.example> -----", "w"),
        ("-------- Weitergeleitete Nachricht --------", "w"),
        ("---------- Пересылаемое сообщение ----------", "w"),
        ("Begin forwarded message:", "w"),
        ("Anfang der weitergeleiteten Nachricht:", "w"),
        ("Début du message transféré :", "w"),
        ("转发邮件", "."),
    ],
)
def test_a_divider_begins_the_rest(line, mark):
    expected = "f.fff" if mark == "." else f"f.{mark * 3}"
    assert marks(f"yes\n\n{line}\nHello\n1. Your name\n") == expected


def test_a_divider_above_a_quote_with_marks_ends_with_it():
    assert marks("-----Original Message-----\n> 1. Your name\njane\n") == "qqf"
    assert marks("-----Original Message-----\n\n> 1. Your name\njane\n") == "q.qf"
    assert marks("yes\n-----Original Message-----\n") == "fq"
    assert marks("yes\n\n________________________________\n> Från: Desk\n") == "f.qq"
    assert marks("yes\n\n________________________________\n") == "f.f"


def test_a_rule_and_an_odd_space_are_nothing():
    assert marks("____\u3000\n") == "f"


def test_quoted_words_introduce_nothing():
    assert marks("> -----Original Message-----\n> From: Desk\nyes\n") == "qqf"
    assert marks("From: Desk\n> Sent: Monday\n> To: Jane\nyes\n") == "fqqf"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yes\n-- \nJane\n", "fss"),
        ("yes\n--\nJane\n", "fss"),
        ("yes\n\n-- \nJane\n\nExample Ltd\n", "f.ssss"),
        ("yes\n-- \nJane\n\nOn 2026-03-02 18:02, Desk wrote:\n> a\n", "fss.qq"),
        ("> a\nyes\n-- \nJane\n", "qfss"),
        ("> a\n\nyes\n> b\n-- \nJane\n", "q.fqss"),
        # Not all that a person says is a signature.
        ("--\nmy name is jane\n", "sf"),
        ("-- \nmy name is jane\n\nmy codes are lost\n", "sf.f"),
        ("-- \n" + "line\n" * 6, "s" + "f" * 6),
        ("-- \nJane\nExample Ltd\n", "sss"),
        ("\n-- \nJane\nExample Ltd\n", ".sss"),
        ("-- \n" + "line\n" * 5, "s" * 6),
        ("yes\n> a\nSent from my iPhone\n> b\nbye\n", "fqfqf"),
        ("yes\n" + "a long line " * 11 + "\nSent from my iPhone\n", "ffs"),
        ("a\n--\n" + "line\n" * 13, "fs" + "f" * 13),
        ("a\n--\n" + "line\n" * 12, "f" + "s" * 13),
        ("a\n-- \n" + "line\n" * 31, "f" + "f" * 32),
        ("a\n-- \n" + "line\n" * 30, "f" + "s" * 31),
        ("a\n--b\n---\nc\n", "ffff"),
        ("--\n--\nmy name\n", "sss"),
    ],
)  # fmt: skip
def test_signatures(text, expected):
    assert marks(text) == expected


PROGRAMS = [
    "Sent from my iPhone", "Sent from Outlook for Android<https://aka.ms/AAb9ysg>", "Get Outlook for iOS <https://aka.ms/o0ukef>",
    "Sent with [Proton Mail](https://proton.me/) secure email.", "Sent with Proton Mail secure email.", "Sent from Yahoo Mail for iPhone",
    "Sent from my Android device with K-9 Mail. Please excuse my brevity.", "*Sent from my phone*",
    "Von meinem iPhone gesendet", "Gesendet von Mail für Windows", "Gesendet mit der GMX Mail App", "Envoyé de mon iPhone",
    "Provenance : Courrier pour Windows", "Enviado desde mi iPhone", "Obtener Outlook para iOS", "Enviado do meu iPhone", "Inviato da iPhone",
    "Verstuurd vanaf mijn iPhone", "Wysłane z iPhone’a", "Отправлено с iPhone", "Отправлено из мобильной Яндекс Почты", "Надіслано з iPhone",
    "iPhone’umdan gönderildi", "发自我的iPhone", "發自我的 iPhone", "iPhoneから送信", "나의 iPhone에서 보냄",
]  # fmt: skip


@pytest.mark.parametrize("line", PROGRAMS)
def test_what_a_program_says_of_itself_is_a_signature(line):
    assert marks(f"yes\n\n{line}\n") == "f.s"
    assert marks(f"yes\n\n{line}\n\n> a\n") == "f.s.q"
    assert marks(f"{line}\n") == "s"


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my old address jane@example.org",
        "Sent from my phone because the laptop died, my username is bob",
        "Sent it yesterday",
        "Sent from my " + "x" * 120,
    ],
)
def test_what_a_person_says_of_a_mail_is_fresh(line):
    assert marks(f"yes\n\n{line}\n") == "f.f"


DISCLAIMERS = [
    "This e-mail and any attachments are confidential and intended solely for the addressee.",
    "CONFIDENTIALITY NOTICE: what is in this message is for its recipient.",
    "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind, löschen Sie sie.",
    "Ce message et ses pièces jointes peuvent contenir des informations confidentielles.",
    "Este mensaje y sus archivos adjuntos son confidenciales, para su destinatario.",
    "Esta mensagem e seus anexos são confidenciais e destinam-se ao destinatário.",
    "Le informazioni contenute in questo messaggio sono riservate al destinatario.",
    "Dit bericht is vertrouwelijk en alleen bestemd voor de geadresseerde.",
    "Niniejsza wiadomość zawiera informacje poufne, tylko dla jej adresata.",
    "Если вы получили это сообщение по ошибке, пожалуйста, удалите его.",
    "Якщо ви отримали це повідомлення помилково, будь ласка, видаліть його.",
    "Bu e-posta ve ekleri gizlidir ve yalnızca alıcısı içindir, lütfen dağıtmayın.",
    "本邮件及其附件含有保密信息，仅限于发送给上面地址中列出的个人或群组。禁止任何其他人以任何形式使用，请勿转发。",
    "本メールおよび添付ファイルには機密情報が含まれています。宛先に誤りがある場合は、お手数ですが削除をお願いいたします。",
    "본 메일은 지정된 수취인만을 위하여 작성되었으며, 중요한 정보를 포함하고 있습니다. 잘못 받으셨다면 삭제하여 주십시오.",
]


@pytest.mark.parametrize("line", DISCLAIMERS)
def test_legal_notices_are_a_signature(line):
    assert marks(f"yes\n\nJane\n{line}\nand so on\n") == "f.fss"
    assert marks(f"yes\n\n{line}\n\nOn 2026-03-02 18:02, Desk wrote:\n> a\n") == "f.s.qq"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("This message is confidential. My user name is jane, and I lost it.\n", "f"),
        ("My user name is jane. This message is confidential, do not publish it.\n", "f"),
        (
            "yes\n\nThis e-mail, which Example Ltd sent, and\nits contents: this email is confidential.\n",
            "f.ss",
        ),
        ("yes\nThis e-mail and any attachments are confidential.\n\nMy name is jane\n", "fs.f"),
        (
            "yes\n\nThis e-mail, which Example Ltd sent, and\n  its contents: this email is confidential.\n",
            "f.ss",
        ),
        ("Hi.\nYes.\nOK.\nThis e-mail and any attachments are confidential.\n", "fffs"),
        (
            "yes\nDelete this if you are not the intended\nrecipient of it, as the law of some countries demands.\n",
            "fss",
        ),
        ("ja\n\nGeschäftsführer: Jo Doe\n", "f.f"),  # too short for a notice
        ("this is one sentence that goes on and on\nuntil if you are not the intended recipient\n", "ff"),
    ],
)
def test_legal_notices_take_none_of_the_persons_words(text, expected):
    assert marks(text) == expected


PIECES = [
    "\n", "> ", ">", "a", ":", "-- ", "--", "-----Original Message-----", "Begin forwarded message:", "From: ", "To: ", "Sent: ", "Subject: ",
    "On 2026 ", "wrote:", "Sent from my iPhone", "this message is confidential and for nobody else", "____", " ", "\u3000", "\r", "\x85",
]  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES)).map("".join) | st.text())
def test_every_line_is_kept_once_and_in_order(text):
    lines = mark_lines(text, WORDS)
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    wanted = text.removesuffix("\n").split("\n") if text else []
    for line, source in zip(lines, wanted, strict=True):
        assert source.endswith(line.text)
        assert source.removesuffix(line.text).replace(" ", "") == ">" * line.depth
        assert line.depth == 0 or line.mark is not Mark.FRESH


BOMBS = [
    "\n", "a\n", "On ", "On 2026\n", "wrote:\n", "On 2026 wrote:\n", "2026 wrote:\n", ">\n", "> a\n", ">", ">>> ", "From:\n", "From: a\nTo: b\n",
    "To:\nx\n", "From:\nSent:\n", "----\n", "-----Original Message\n", "--\n", "-- \n", "--\na\n\n", "Sent from my \n", "this email and any attachments\n",
    "a" * 100 + ":\n", "a" * 60 + " 2026\nb 2026 :\n", "> a\n\n", "> a\nb\n", ":\n", " \n", "_\n____\n\n", "> a\n--\n", "\u3000\n", "12:12:\n", "____\n",
]  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_ten_times_as_much_takes_about_ten_times_as_long(bomb):
    def seconds(length):
        text = (bomb * (length // len(bomb) + 1))[:length]
        begun = time.process_time()
        mark_lines(text, WORDS)
        return time.process_time() - begun

    # Quadratic would be a hundred times; the best of up to three, because the machine does other things too.
    assert any(seconds(50_000) < 40 * seconds(5_000) + 0.5 for _ in range(3))


def test_a_long_conversation_is_marked_to_its_end():
    text = "".join(f"> question {n}\nanswer {n}\n" for n in range(1000))
    runs = [(mark, len([*run])) for mark, run in groupby(line.mark for line in mark_lines(text, WORDS))]
    assert runs == [(Mark.QUOTED, 1), (Mark.FRESH, 1)] * 1000


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("x\n\nOn Mon, 2 Mar 2026 at 10:00, Desk <d@example.org> wrote:\n> Which address?", ["Which address?"]),
        (
            "x\n\nOn Mon, 2 Mar 2026 at 10:00, Desk\n<d@example.org> wrote:\n\n> Which address?\n>> old\n> Thanks",
            ["Which address?", "Thanks"],
        ),
        (
            "x\n\n-----Original Message-----\nFrom: Desk <d@example.org>\nSent: Monday\nSubject: Hello\n\nWhich address?\n> old",
            ["-----Original Message-----", "From: Desk <d@example.org>", "Sent: Monday", "Subject: Hello", "Which address?", "old"],
        ),
        ("x", []),
    ],
)  # fmt: skip
def test_the_first_quote_begins_behind_what_introduces_it(text, quoted):
    assert [line.text for line in first_quote(mark_lines(text, WORDS))] == quoted
