"""Passwords before their name, further ones behind the first, phrases and lists of them."""

from __future__ import annotations

import pytest

from tests.core.secret_texts import PASSWORD, found


@pytest.mark.parametrize(
    ("text", "passwords"),
    [
        # Before the name.
        ("I always used h4rvest-m00n as password, everywhere.", ["h4rvest-m00n"]),
        ("I used „Sommer am See“ as my password", ["Sommer am See"]),
        ("I have always used nine velvet umbrellas as my password.", ["nine velvet umbrellas"]),
        ("I used sunshine as password", ["sunshine"]),
        ("I always used h4rvest-m00n\nas my password", ["h4rvest-m00n"]),
        ("I set it to Kestrel!Hover2\nas my new password", ["Kestrel!Hover2"]),
        ("Uso da sempre Caciocavallo9 come password.", ["Caciocavallo9"]),
        ("Eu sempre usei Saudade de Lisboa 1974 como senha.", ["Saudade de Lisboa 1974"]),
        ("ставлю Borodino1812 в качестве пароля", ["Borodino1812"]),
        ("我一直用 panda_bamboo88 作为密码", ["panda_bamboo88"]),
        ("yamabiko1964をパスワードにしています", ["yamabiko1964"]),
        ("「さくら さく」をパスワードにしています", ["さくら さく"]),
        ("« les sanglots longs », voilà mon mot de passe", ["les sanglots longs"]),
        ("'correct pony' used to be my password", ["correct pony"]),
        ("Ho usato come parola d'ordine (Nel mezzo del cammin) e basta", ["Nel mezzo del cammin"]),
        ("I used as password 'sun shine' there", ["sun shine"]),
        ("パスワード「さくら さく」です", ["さくら さく"]),
        ("パスワードはいつもyamabiko1964を使っています", ["yamabiko1964"]),
        # Several.
        ("the password ended with a sign: whatAday?! or whatAday?!.", ["whatAday?!", "whatAday?!"]),
        ("my password is hunter2hunter, or maybe hunter3hunter", ["hunter2hunter", "hunter3hunter"]),
        ("password is Regenwurm oder Regenwuermer", ["Regenwurm", "Regenwuermer"]),
        ("Das alte Kennwort lautet „Sommer am See“ und das neue\nWinter\nBeide?", ["Sommer am See", "Winter"]),
        ("Пароль старый — «белая ночь», новый —\nЧёрный-кофе-4\n", ["белая ночь", "Чёрный-кофе-4"]),
        ('password: "abc def" and the new one is "ghi jkl"', ["abc def", "ghi jkl"]),
        ("a senha era Jabuticaba-1 e a nova Jabuticaba-2, usuário dalva.s", ["Jabuticaba-1", "Jabuticaba-2"]),
        ("I tried the passwords abc123def, ghi456jkl and mno789pqr", ["abc123def", "ghi456jkl", "mno789pqr"]),
        ("パスワードは「さくら1」か「さくら2」です", ["さくら1", "さくら2"]),
        ("密码是abc12345或者abc54321", ["abc12345", "abc54321"]),
        ("Passwords I tried:\n- Juniper_2019\n- juniper-berry!\n- forgotten\n", ["Juniper_2019", "juniper-berry!"]),
        ("password 1: abcdefg\npassword 2: hijklmn", ["abcdefg", "hijklmn"]),
        ("my password was horse77 and the new one is Battery8", ["horse77", "Battery8"]),
        ("my password is Forgetmenot7 or forgotten", ["Forgetmenot7"]),
        ("my password is hunter2hunter (or hunter3hunter)", ["hunter2hunter", "hunter3hunter"]),
        ("Hello,\nPasswords I tried: \n- Juniper_2019\n- juniper-berry!\n", ["Juniper_2019", "juniper-berry!"]),
        # Of words.
        ("my password is nine velvet\numbrellas in Oslo. Account lou", ["nine velvet\numbrellas in Oslo"]),
        ("my password is drei kleine Igel und sonst nichts davon", ["drei kleine Igel"]),
        ("My passphrase is seven purple kettles under ice and I typed it", ["seven purple kettles under ice"]),
        ("the passphrase is under the old bridge", ["under the old bridge"]),
        ("passphrase for my key: the third owl sleeps late\nfingerprint 9F86 D081 884C 7D65 9A2F EAA0", ["the third owl sleeps late"]),
        ("My password was either Mackerel5ky or Mackerel6ky", ["either Mackerel5ky or Mackerel6ky"]),
        ("My password is presumably Mackerel5ky", ["Mackerel5ky"]),
        ("My password used to be kitten and does not work", ["kitten"]),
        ("My password used to be kite and does not work", ["kite"]),
        ("my passphrase is violet horse. It fails", ["violet horse"]),
        ("I tell you the password: Marcus, as ever", ["Marcus"]),
        ("I had changed the password: Marcus, as ever", ["Marcus"]),
        # Below the name.
        ("Hello! My password:\n\n    Ql7-vvTsd-004\n\nUsername:\n", ["Ql7-vvTsd-004"]),
        ("Password:\nviolet horse battery\n", ["violet horse battery"]),
        ("password: >-\n  letmein\n", ["letmein"]),
        ("<password>letmein1</password>", ["letmein1</password"]),
    ],
)  # fmt: skip
def test_passwords_are_found_in_any_order(text, passwords):
    assert found(text) == [(PASSWORD, password) for password in passwords]


@pytest.mark.parametrize(
    "text",
    [
        "Account: penrose_tiler. I have the password, it's only the second factor.",
        "Someone here knew the password: Marcus, who has left.",
        "He knew the password: Marcus, who has left.",
        "my password is handled entirely through central support",
        "my password is really weird\nSincerely yours, Jo",
        "It was jdoe2024x. Is my password right?",
        "It was jdoe2024x. is my password right?",
        "« jdoe2024 », voilà mon compte, et le mot de passe est perdu",
        '"lost", that is my password',
        "I use 1Password8 as password manager",
        "I use the old one as password",
        "Somebody else came in, as password and phone were gone",
        "I used jdoe2024 as user and password I forgot",
        "Uso o Bitwarden como gerenciador de senhas",
        "I used as password (which I only reset) nothing",
        "the password (at the desk) is right",
        "パスワード「忘れました」のページ".replace("忘れました", "reset"),
        "the password is managed by our IT department",
        "my password is my dog's name and a number",
        "my password is several years old",
        "my password is correct and only the token is missing",
        "my password is something else",
        "my password is then again (so it goes)",
        "password is right, jdoe2024",
        "Passwords I lost:\n- github\n- pypi\n",
        "Passwords I lost:\n- GitHub\n- PyPI2\n",
        "Passwords I know:\n- the one of GitHub\n- PyPI2\n",
        "My password:\n\nUsername: jdoe99\n",
        "My password:\nforgotten\n",
        "Password:\n\nI lost it when the phone broke\n",
        "Não é a senha: é o e-mail",
        "My password manager's database is corrupted and the password was in there",
    ],
)
def test_what_is_no_password_stays(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "password is hunter22. My user name is jdoe2024",
        "password is hunter22, jdoe2024 is my name",
        "password is hunter22, jdoe2024.",
        "password is hunter22 and jdoe2024 is my name",
        "password is hunter22 - jdoe2024",
        "password is hunter22 and the new password never came",
        'password is hunter22 and the new one is "lost"',
        "password is hunter22 and the new one is lost",
        "password is hunter22 and\n漢字",
        "password is hunter22 and the new and the old and the other",
    ],
)
def test_what_follows_a_password_and_is_none_stays(text):
    assert found(text) == [(PASSWORD, "hunter22")]


def test_eight_further_passwords_are_looked_for():
    assert (
        len(found("my password is kay00x" + "".join(f" or kay0{number}x" for number in range(10, 40)))) == 9
    )


@pytest.mark.parametrize(
    ("text", "passwords"),
    [
        # Changed.
        ("I changed my password from banana-bread to sourdough_31 yesterday", ["banana-bread", "sourdough_31"]),
        ('My password from "banana bread" into "sour dough" it was', ["banana bread", "sour dough"]),
        ("Passwort von „Rost“ auf „Kupfer“ geändert", ["Rost", "Kupfer"]),
        ("das Passwort von Rostanker auf Kupferkessel-8 geändert", ["Rostanker", "Kupferkessel-8"]),
        ("mot de passe de « Rouille » en « Cuivre »", ["Rouille", "Cuivre"]),
        ("mon mot de passe de Rouille-1 en Cuivre-22", ["Rouille-1", "Cuivre-22"]),
        ("my password from rusty to Copper8", ["rusty", "Copper8"]),
        # In brackets.
        ("the temporary password our IT gave out (Welcome-Spring24) and never changed it", ["Welcome-Spring24"]),
        ("my password (Welcome_Spring24)", ["Welcome_Spring24"]),
        ("my password for all of these good things (Welcome!Spring24)", ["Welcome!Spring24"]),
        # Behind a few words, in letters that no name is of.
        ("пароль у меня ЗеленыйЧай7 (русскими буквами)", ["ЗеленыйЧай7"]),
        ("password of choice Żurawina7", ["Żurawina7"]),
        # Before a remark.
        ("I use Snegopad-2020 (with a hyphen), that is my password", ["Snegopad-2020"]),
        ("jdoe2024 (that's me), hunter22 is my password", ["hunter22"]),
        # Named by itself.
        ('I\'ve been using "password123" since forever', ["password123"]),
        ("it was ‘Password99!’ once", ["Password99!"]),
        ("es war „passwort123“ glaube ich", ["passwort123"]),
        # Behind what it is used with.
        ("I registered as tOm_h with pass WhiteRabbit and not whiterabbit.", ["WhiteRabbit", "whiterabbit"]),
        ("signed up as kolibri with pass Hummingbird and it worked", ["Hummingbird"]),
        ("I sign in as jo with password Hummingbird.", ["Hummingbird"]),
        ("password is hunter22 and not hunter23", ["hunter22", "hunter23"]),
        ("password is hunter22, and also the older one mmhh_2009. None", ["hunter22", "mmhh_2009"]),
        # Of two words below the name.
        ("Password:\n\n   Str4w-berry Fields\n\nReason", ["Str4w-berry Fields"]),
        # In wide letters.
        ("ｐａｓｓｗｏｒｄ：Ｎａｔｓｕ２０２４", ["Ｎａｔｓｕ２０２４"]),
        ("密码是ｈａｎａｂｉＺ９", ["ｈａｎａｂｉＺ９"]),
        # Languages of which the names of secrets are known, and no more.
        ("mật khẩu: BunCha#Hanoi4", ["BunCha#Hanoi4"]),
        ("kata sandinya Rendang#Pedas9.", ["Rendang#Pedas9"]),
    ],
)  # fmt: skip
def test_passwords_are_found_around_their_names(text, passwords):
    assert found(text) == [(PASSWORD, password) for password in passwords]


@pytest.mark.parametrize(
    "text",
    [
        "I sent the password from jo@old.example to lou@new.example",
        "my password from monday to friday",
        "mon mot de passe de connexion à jean_d88",
        "la contraseña de Juan a juan_99",
        "my password from banana-bread and sourdough_31",
        "my password on banana-bread into sourdough_31",
        "my password from lost to sourdough_31",
        'my password from bread to "dough"',
        'my password from "bread" to dough',
        "the password for my account (Welcome-Spring24)",
        "the password manager I use here (KeePass-Xc24)",
        "the password on my old phone (SM-G960F)",
        "the password on my old phone (galaxy-s9plus)",
        "the password on my old phone (GalaxyS9plus)",
        "the password on my old phone (Galaxy-Splus)",
        "the password and the rest of it (PyPI-2factor)",
        "the password of (https://x.example/A-b1)",
        "the password of (Jo-Doe@Mail1-x.example)",
        "the password, and the reset (Welcome-Spring24)",
        "password of choice Zurawina7",
        "password of choice żurawina",
        "password of choice żurawina7",
        "password of choice, Żurawina7",
        "password of mine not Żurawina7",
        "password of one and two and Żurawina7",
        '"password12": x and "password13", "password14"; "password15"=',
        '"password1" it says',
        "„password123» it says",
        "it was password123“ once",
        "I came in with password Unknown and so on",
        "I came in with password hummingbird and so on",
        "I came in with password Hummingbird Feeders",
        "with password",
        "Password:\n\nViolet Horse\n\nReason",
        "(hello), my password",
    ],
)
def test_what_stands_around_a_name_and_is_none_stays(text):
    assert found(text) == []


def test_a_denied_word_that_is_not_like_the_password_stays():
    assert found("password is hunter22 and not jdoe23") == [(PASSWORD, "hunter22")]
    assert found("password is hunter22 and not") == [(PASSWORD, "hunter22")]
