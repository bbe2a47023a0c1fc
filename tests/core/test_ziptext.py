"""The texts of ZIP files and documents, as they are searched for secrets: never more than the limit, whatever they say of themselves."""

import io
import zipfile

import pytest

from mailflow.core.ziptext import zip_to_text

LIMIT = 10_000


def zipped(files, method=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, text in files:
            archive.writestr(name, text)
    return file.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
@pytest.mark.parametrize(
    ("name", "source", "shown"),
    [
        (
            "word/document.xml",
            "<w:p><w:r><w:t>pass</w:t></w:r><w:r><w:t>word</w:t></w:r></w:p><w:p>a &amp; b</w:p>",
            "password\na & b\n",
        ),
        ("word/document.xml", "<w:tc><w:p>a</w:p></w:tc><w:tc><w:p>b</w:p></w:tc>", "a\tb\t"),
        ("content.xml", "<text:p>a<text:tab/>b</text:p>", "a\tb\n"),
        ("xl/sharedStrings.xml", "<si><t>a</t></si><si><t>b</t></si>", "a\nb\n"),
        ("old/notes.txt", "<a> & b", "<a> & b"),
        (".pypirc", "x", "x"),
        ("word/styles.xml", "<w:p>x</w:p>", ""),
        ("picture.png", "x", ""),
    ],
)
def test_what_is_shown(name, source, shown, method):
    assert zip_to_text(zipped([(name, source)], method), LIMIT) == shown


def test_no_more_than_the_limit():
    assert zip_to_text(zipped([("a.txt", "x" * 1_000_000), ("b.txt", "y")]), LIMIT) == "x" * LIMIT
    assert zip_to_text(zipped([(f"{number}.txt", "x") for number in range(60)]), LIMIT).count("x") == 50


@pytest.mark.parametrize(
    "broken",
    [
        lambda data: data[:20],
        lambda data: data[:30],
        lambda data: data[:-1].replace(b"\x08\x00", b"\x09\x00", 1),
        lambda data: data[:35] + b"\xff" * 100,
    ],
)
def test_a_broken_file_says_nothing(broken):
    assert zip_to_text(broken(zipped([("a.txt", "hello " * 50)])), LIMIT) == ""
