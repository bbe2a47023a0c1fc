"""Names and passwords side by side: the password goes, the name stays."""

from __future__ import annotations

import pytest

from tests.core.secret_texts import PASSWORD, found


@pytest.mark.parametrize(
    ("text", "password"),
    [
        # Under a label of both.
        ("user/pass: jo/swordfish", "swordfish"),
        ("u/pw: jo/swordfish", "swordfish"),
        ("user / password: jo / violet horse battery", "violet horse battery"),
        ("user / password: jo / swordfish which I used", "swordfish"),
        ("user and password: jo and swordfish", "swordfish"),
        ("user & password = jo@example.org, swordfish", "swordfish"),
        ("Benutzer und Passwort: jo; Schwertfisch", "Schwertfisch"),
        ("identifiant/mdp : jo/Kouign!Amann29", "Kouign!Amann29"),
        ("логин/пароль: jo/ЁжикВтумане75", "ЁжикВтумане75"),
        ("아이디/비번: jo/Hangang#bridge21", "Hangang#bridge21"),
        ("my creds (user:pw) are jo:Rasp8erry!Jam", "Rasp8erry!Jam"),
        ('login / password: jo / "two words"', "two words"),
        ("login / password:\n  jo / swordfish\n", "swordfish"),
        ("user name and password: jo swordfish9", "swordfish9"),
        ("user name and password: jo swordfish", "jo swordfish"),
        ("user name and password: hunter22 which was lost", "hunter22"),
        # Under a name for both.
        ("login: jo / Monsoon#2019", "Monsoon#2019"),
        ("Zugangsdaten: jo / moin-Moin99", "moin-Moin99"),
        ("credentials are jo:moin-Moin99", "moin-Moin99"),
        ("I log in with jo / moin-Moin99", "moin-Moin99"),
        ("Данные для входа: jo / Зима#близко9", "Зима#близко9"),
        # One behind the other.
        ("machine x.example login jo password letmein", "letmein"),
        ("Username jo, password letmein", "letmein"),
        ("usuario jo clave perrito", "perrito"),
        # Tables.
        ("usuario | clave\njo | Pincho.de.Txaka\n", "Pincho.de.Txaka"),
        ("Site | User | Pass | Note\n---|---|---|---\nx.example | jo | swordfish | old\n", "swordfish"),
        ("user | password\njo | violet horse battery\n", "violet horse battery"),
        ('user,password,url\njo,"sword fish9",https://x.example/\n', "sword fish9"),
        ("user;password\njo;swordf1sh\n", "swordf1sh"),
        ("user    password\njo      swordf1sh\n", "swordf1sh"),
        ("user\t\tpassword\njo\t\tswordfish\n", "swordfish"),
        ('user,password,site\njo,"swordfish",x\n', "swordfish"),
        ("Name of account | Password\njo | swordfish\n", "swordfish"),
        ("| user | password |\n|---|---|\n| jo | swordfish |\n", "swordfish"),
        ("user | password\n-----+---------\njo   | swordfish\n", "swordfish"),
        ("user | password\n===============\njo | swordfish\n", "swordfish"),
        ("user | password\njo | [password removed]\nal | swordfish\n", "swordfish"),  # masked in part
    ],
)
def test_the_password_of_a_pair_is_found(text, password):
    assert found(text) == [(PASSWORD, password)]


def test_each_row_of_a_table_is_looked_at():
    table = "user | password\njo | swordfish\nal | lost\nbo | catfish\n\nco | dogfish\n"
    assert [secret for _, secret in found(table)] == ["swordfish", "catfish"]


def test_ten_rows_of_a_table_are_looked_at():
    table = "user | password\n" + "".join(f"jo | swordfish{number}x\n" for number in range(20))
    assert len(found(table)) == 10


@pytest.mark.parametrize(
    "text",
    [
        "user/password: both unknown",
        "user / password: jo / ?",
        "user name and password are jane_d42 and forgotten",
        "user name / password: jdoe2024 / forgotten",
        "user name / password: forgotten / jdoe2024",
        "login: jdoe / John Doe",
        "login: jdoe, Firefox132 on Fedora41",
        "login: https://x.example/user/jdoe99",
        "login name: jdoe2024 / jdoe@example.org",
        "login: jdoe2024 / jdoe1@example.org",
        "login jdoe / Firefox132",
        "credentials: lost / lost",
        "User jo, password forgotten",
        "user, password, phone\nall lost, forgotten, stolen",
        "I lost the phone, the password, the codes\nand, sadly, R2D2",
        "I lost the phone and this, the password\nRegards, R2D2x7",
        "the form asks for name;password;code\nand then nothing;works;R2D2 told me",
        "user | password | note\njo | lost\n",
        "user | password\njo | it was changed by somebody",
        "user | password",
        "user,password\njo,swordfish\n",
    ],
)
def test_what_is_no_password_stays(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "passwords"),
    [
        ("log me in with\nemilio.r@example.com\nSalt&Vinegar22\nthank you", ["Salt&Vinegar22"]),
        ("Login:\njo\nmoin-Moin99", ["moin-Moin99"]),
        ("> login :\r\n> jo\r\n> moin-Moin99\r\n", ["moin-Moin99"]),
        ("log me in with\nmy phone\nmoin-Moin99", []),
        ("log me in with\njo\nmoin-Moin99 please", []),
        ("log me in with\njo\nplease", []),
        ("Login:\njo\ndjango_tools2\n", []),
        ("log me in with\njo\n\nmoin-Moin99", []),
        ("log me in with\njo\njo99@example.org", []),
        ("log me in with\nname: jo\nmoin-Moin99", []),
    ],
)
def test_a_name_and_a_password_may_stand_on_two_lines(text, passwords):
    assert found(text) == [(PASSWORD, password) for password in passwords]
