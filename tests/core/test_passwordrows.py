"""Passwords in rows that programs export, in lines of notes and beside a "key", each beside what else such lines hold."""

from __future__ import annotations

import pytest

from mailflow.core.passwordrows import keys_beside, rows
from tests.core.secret_texts import told_by

LINK = "https://example.org/login"


@pytest.mark.parametrize(
    ("text", "passwords"),
    [
        # What can be nothing else, in a row of three cells.
        ("42;jdoe;Parsnip#55", ["Parsnip#55"]),
        ("42;jdoe;parsnip55", []),
        ("42;Parsnip#55", []),
        ("42,jdoe,Parsnip#55", ["Parsnip#55"]),
        ("42\tjdoe\tParsnip#55", ["Parsnip#55"]),
        ("42|jdoe|Parsnip#55", []),
        ("42,jdoe,Parsnip#55\n43,jo,Turnip#66", ["Parsnip#55", "Turnip#66"]),
        ("42;jo,doe;Parsnip#55;x,y,z", ["Parsnip#55"]),
        ('"42","jdoe","Parsnip#55"', ["Parsnip#55"]),
        ("42\tjdoe\tParsnip#55 Turnip#66", []),
        ("42;jdoe;Parsnip#55,1", ["Parsnip#55,1"]),
        # A sentence has spaces behind its commas, and a stop.
        ("We,two, saw Parsnip#55,as,it,was", []),
        ("We,two,Parsnip#55,all. So it goes", []),
        ("42\t jdoe\tParsnip#55", ["Parsnip#55"]),
        ("42,jdoe,Parsnip#55, ", ["Parsnip#55"]),
        # What stands with a name and a link, where an export or a password is spoken of.
        (f"My export: \n{LINK},jdoe,parsnip55", ["parsnip55"]),
        (f"My password: \n{LINK},jdoe,parsnip55", ["parsnip55"]),
        (f"My mail: \n{LINK},jdoe,parsnip55", []),
        (f"My export: \nlogins,{LINK},jdoe,parsnip55,", ["parsnip55"]),
        (f"My export: \njdoe,parsnip55,{LINK}", ["parsnip55"]),
        (f"My export: \nlogins,jdoe,parsnip55,{LINK}", ["parsnip55"]),
        (f"My export: \nlogins,jdoe,parsnip55,{LINK},,", ["parsnip55"]),
        (f"My export: \n{LINK},jdoe,parsnip55,{LINK}", ["parsnip55"]),
        (f"My export: \njdoe,parsnip55,{LINK},{LINK}", []),
        (f"My export: \nparsnip55,{LINK},x", []),
        ("My export: \nexample.org,jdoe,parsnip55", ["parsnip55"]),
        ("My export: \njo.doe,jdoe,parsnip55", []),
        (f"My export: \n{LINK},jdoe,parsnip55,{LINK},jo,turnip66", ["parsnip55"]),
        (f"My export: \n{LINK},jdoe,Parsnip55,Turnip#66", ["Turnip#66"]),
        # It is five characters long, with letters, and odd.
        (f"My export: \n{LINK},jdoe,pars5", ["pars5"]),
        (f"My export: \n{LINK},jdoe,par5", []),
        (f"My export: \n{LINK},jdoe,parsnip", []),
        (f"My export: \n{LINK},jdoe,1612137600", []),
        (f"My export: \n{LINK},,parsnip55", []),
        (f"My export: \n{LINK},{LINK},parsnip55", []),
        (f"My export: \n{LINK},jdoe", []),
        # Versions, dates, settings, addresses and what tells that one is lost are none.
        (f"My export: \n{LINK},jdoe,v4.2.1rc1", []),
        (f"My export: \n{LINK},jdoe,name=x1", []),
        (f"My export: \n{LINK},jdoe,jo5@example.org", []),
        (f"My export: \n{LINK},jdoe,example5.org", []),
        (f"My export: \n{LINK},jdoe,lost!stolen", []),
        (f"My export: \n{LINK},jdoe,parsnip\x0155", []),
        ("42;jdoe;Jo_Parsnip#5555", []),
        # A name and a password with a slash, a bar or a dash between, a line each.
        ("jdoe / Parsnip#55", ["Parsnip#55"]),
        ("jdoe | Parsnip#55", ["Parsnip#55"]),
        ("jdoe – Parsnip#55", ["Parsnip#55"]),
        ("index / jdoe / Parsnip#55", ["Parsnip#55"]),
        ("jdoe / Parsnip#55\njo - Turnip#66\n", ["Parsnip#55", "Turnip#66"]),
        ("jdoe/Parsnip#55", []),
        ("jdoe / Parsnip55", []),
        ("jdoe / parsnip#55", []),
        ("jdoe / Parsnip#5555", []),
        ("I had jdoe / Parsnip#55", []),
        # A place, a name and a password, where a password or notes are spoken of.
        ("In my notes:\npypi jdoe Parsnip55", ["Parsnip55"]),
        ("My password:\nexample.org: jdoe parsnip#55", ["parsnip#55"]),
        ("My mail:\npypi jdoe Parsnip55", []),
        ("In my notes:\npypi jdoe «Parsnip55»", ["Parsnip55"]),
        ("In my notes:\npypi jdoe parsnip55", []),
        ("In my notes:\npypi jdoe parsnips", []),
        ("In my notes:\npypi jdoe ParsniPs", []),
        ("In my notes:\npypi jdoe Parsnip#5555", []),
        ("In my notes:\npypi account Parsnip55", []),
        ("In my notes:\npypi Account, Parsnip55", []),
        ("In my notes:\npypi took Parsnip55", []),
        ("In my notes:\npypi forgotten/lost Parsnip55", []),
    ],
)  # fmt: skip
def test_rows(text, passwords):
    assert told_by(rows, text) == passwords


@pytest.mark.parametrize(
    ("text", "passwords"),
    [
        # Behind the name of an account.
        ("user jdoe, key Parsnip55", ["Parsnip55"]),
        ("user jdoe; key Parsnip55.", ["Parsnip55"]),
        ("user: jdoe / key: Parsnip55", ["Parsnip55"]),
        ("user jdoe/ key: Parsnip55, he said", ["Parsnip55"]),
        ("user jdoe and the key Parsnip55", ["Parsnip55"]),
        ("The username is (jdoe and my key is Parsnip55", ["Parsnip55"]),
        ("user jdoe, and my key Parsnip55", []),
        ("user jdoe, my old key Parsnip55", ["Parsnip55"]),
        ("user jdoe key Parsnip55", []),
        ("user jdoe has key Parsnip55", []),
        ("user jdoe, lost key Parsnip55", []),
        ("user jdoe and one lost key Parsnip55", []),
        ("user forgotten, key Parsnip55", []),
        ("user is: key Parsnip55", []),
        ("The garden, key Parsnip55", []),
        ("key Parsnip55", []),
        ("Hello, all of you there, user jdoe and the old key Parsnip55", ["Parsnip55"]),
        ("user jdoe and the new old same key Parsnip55", []),
        (f"user jdoe,{' ' * 69} key Parsnip55", ["Parsnip55"]),
        (f"user jdoe,{' ' * 71} key Parsnip55", []),
        # It looks like no name, and its part of the sentence ends there.
        ("user jdoe, key parsnip55", []),
        ("user jdoe, key Parsnip", []),
        ("user jdoe, key Parsnip55 grows", []),
        ("user jdoe, key", []),
        # Other keys are none.
        ("user jdoe, key AE4F-4B3Z", []),
        ("user jdoe, key 0A1B2C3D4E", []),
        ("user jdoe, key Yubi5C", []),
        ("user jdoe, key ED-25519", []),
        ("user jdoe, key Jo_Parsnip#5555", []),
    ],
)  # fmt: skip
def test_keys_beside_a_name(text, passwords):
    assert told_by(keys_beside, text) == passwords
