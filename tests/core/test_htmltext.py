import html
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.core.htmltext import MARKUP_LIMIT, has_coloured_answers, html_to_text

RULE = "_" * 32


@pytest.mark.parametrize(
    ("source", "text"),
    [
        # Lines
        ("", ""),
        ("plain", "plain\n"),
        ("a<br>b<BR/>c", "a\nb\nc\n"),
        ("<div>a</div><div>b</div>", "a\nb\n"),
        ('<img alt="checked" aria-roledescription="checkbox">a<br><img alt="unchecked">b', "[x] a\n[ ] b\n"),
        ('<span role=checkbox aria-checked="true">a</span><div aria-checked=false>b</div>', "[x] a\n[ ] b\n"),
        ('<li><img alt="unchecked"><p style="display:inline">a</p></li>b', "- [ ] a\n\nb\n"),
        ('<a href="mailto:jo@b.example">jo@a.example</a>', "jo@a.example\n"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb\n"),
        ("a<br><br><br><br>b", "a\n\nb\n"),
        ("<p>a</p><p>b</p>", "a\n\nb\n"),
        ("<p>a<p>b<div>c</div>", "a\n\nb\nc\n"),
        ("<p class=MsoNormal>a</p><p class=MsoNormal>b</p>", "a\nb\n"),
        ("<p class=MsoNormal>a</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>b</p>", "a\n\nb\n"),
        ('<p style="margin:0">a</p><p style="margin: 0px">b</p>', "a\nb\n"),
        ("<h1>Title</h1>text", "Title\n\ntext\n"),
        ("a<hr>b", f"a\n{RULE}\nb\n"),
        ("a \n\t b  <b> c </b> d", "a b c d\n"),
        ("<b>bo</b>ld", "bold\n"),
        ("&nbsp;&nbsp;* item", "  * item\n"),
        ("<pre>a\n  b\r\n\nc</pre>d", "a\n  b\n\nc\n\nd\n"),
        ('<div style="white-space: pre-wrap">a\nb</div>c\nd', "a\nb\nc d\n"),
        ("</pre>a\nb", "a b\n"),
        ("-- <br>Jane", "-- \nJane\n"),
        # Entities
        ("&lt;b&gt; &amp; &#39;&#x41;&#x1F600; &copy &hellip; &unknown; AT&T", "<b> & 'A😀 © … &unknown; AT&T\n"),
        ("&#" + "9" * 5000 + ";", "\ufffd" + "9" * 4993 + ";\n"),
        ("&#xD800;&#0;", "\ufffd\ufffd\n"),
        # Lists
        ("<ul><li>a<li>b</ul>c", "- a\n- b\n\nc\n"),
        ("<ol><li>a</li><li><p>b</p></li></ol>", "1. a\n\n2. b\n"),
        ("<ol start=3><li>a</ol>", "3. a\n"),
        ("<ol start=x><li>a</ol>", "1. a\n"),
        ("<ol><li><ul><li>a</ul><li>b</ol>", "- a\n\n2. b\n"),
        ("<ul><li></li></ul>a", "a\n"),
        ("<li>a</ul></ol>b", "- a\n\nb\n"),
        # Boxes and fields
        ("<input type=checkbox checked> a <input type='checkbox'> b", "[x] a [ ] b\n"),
        ("<input type=radio checked>a<input type=radio>b", "(x) a( ) b\n"),
        ("<input value=' a  b '><input type=submit value=go><input type=hidden value=x>", "a b\n"),
        ("<textarea>a\nb</textarea>", "a\nb\n"),
        # Links and pictures
        ('<a href="https://example.org/x">here</a>', "here <https://example.org/x>\n"),
        ('<a href="https://www.example.org/">example.org</a>', "example.org\n"),
        ('<a href="https://example.org/?a=1&amp;b=2">x</a>', "x <https://example.org/?a=1&b=2>\n"),
        ('<a href="mailto:jane@example.org?subject=x">jane@example.org</a>', "jane@example.org\n"),
        ('<a href="MAILTO:jane@example.org">write</a>', "write <jane@example.org>\n"),
        ('<a href="javascript:alert(1)">a</a><a href="#x">b</a><a name=c>c</a>', "abc\n"),
        ('<a href="https://example.org"><img src=x></a>', ""),
        (f'<a href="https://example.org/{"x" * 1000}">a</a>', "a\n"),
        ('<a href="https://example.org/a">a<a href="https://example.org/b">b</a></a>', "ab <https://example.org/b>\n"),
        ('<a href="https://example.org"><div>a</div></a>', "a\n"),
        ("</a>a", "a\n"),
        ('<img alt="🙂"><img alt="a picture of us"><img>', "🙂\n"),
        # Quotes
        ("a<blockquote>b<blockquote>c</blockquote></blockquote>d", "a\n> b\n> > c\nd\n"),
        ('<blockquote style="margin:0 0 0 40px;border:none;padding:0px"><div>a</div></blockquote>b', "a\nb\n"),
        ('<blockquote style="border:none;border-left:solid #CCCCCC 1.0pt">a</blockquote>b', "> a\nb\n"),
        ("<table><tr><td>a<td><blockquote>b</blockquote></table>", "a\n> b\n"),
        ("</blockquote>a<blockquote>b", "a\n> b\n"),
        ("<blockquote>a<br><br>b</blockquote>", "> a\n>\n> b\n"),
        ('<div class="gmail_attr">Den 2 mars skrev J:<br></div><blockquote>a</blockquote>', "> Den 2 mars skrev J:\n> a\n"),
        ('<div class="gmail_attr">---- Forwarded ----<br>To:</div>a', "---- Forwarded ----\nTo:\na\n"),
        ('<div class="moz-cite-prefix">On Monday</div>a', "On Monday\na\n"),
        ('<div class="moz-cite-prefix"></div>a', "a\n"),
        ('<table><tr><td><div class="gmail_attr"><td>a:</div></table>', "a:\n"),
        ('a<div class="yahoo_quoted"><div>b</div>c</div>d', "a\n> b\n> c\nd\n"),
        ('a<div name="quote" style="border-left:2px solid #C3D9E5;">b</div>', "a\n> b\n"),
        ('<div class="protonmail_quote">On … wrote:<blockquote class="protonmail_quote">a</blockquote></div>b', "On … wrote:\n> a\nb\n"),
        ('a<div id="divRplyFwdMsg"><b>Frå:</b> b</div><div>c</div>', "a\n> Frå: b\n> c\n"),
        ('a<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class=MsoNormal>b</div>c', "a\n> b\n> c\n"),
        # Tables
        ("<table><tr><td>User</td><td>jane</td></tr></table>", "User: jane\n"),
        ("<table><tr><th>User:</th><td>jane</td></tr><tr><td>Why?</td><td>lost</td></tr></table>", "User: jane\nWhy? lost\n"),
        ("<table><tr><td>User<td>jane<tr><td>Code<td></table>a", "User: jane\nCode:\n\na\n"),
        ("<table><tr><td>a</td><td>b</td><td></td><td>c</td></tr></table>", "a | b | c\n"),
        ("<table><tr><td>Why<td>a<br>b</table>", "Why: a\nb\n"),
        ("<table><tr><td>a<br>b<td>c</table>", "a\nb\nc\n"),
        ("<table><tr><td>" + "x" * 61 + "<td>y</table>", "x" * 61 + " | y\n"),
        ("<table><tr><td><td>b</table>", "b\n"),
        ("<table><tr><td><br>a<br><br></td></tr></table>", "a\n"),
        ("<table><tr><td><input type=checkbox checked><td>I agree</table>", "[x] I agree\n"),
        ("<table><tr><td><table><tr><td>User<td>jane</table><td>b</table>", "User: jane: b\n"),
        ("<table>a<tr>b<td>c</table>d", "a\nb\nc\n\nd\n"),
        ("<td>a</td><tr>b</tr></table>c", "a\nb\n\nc\n"),
        ("<blockquote><table><tr><td>User<td>jane</table></blockquote>", "> User: jane\n"),
        ("<table><tr></tr><tr><td>unclosed", "unclosed\n"),
        # Hidden
        ("<head><title>a</title><style>b</style></head>c<script>d<b>e</script>f<STYLE>g</STYLE>", "cf\n"),
        ("<head><p>a", "a\n"),
        ('<div style="display: none">a<div>b</div>c</div>d', "d\n"),
        ('<span style="font-size:0px;">a</span>b<span style="FONT-SIZE:0">c</span><span style="font-size:0.9em">d</span>', "bd\n"),
        ("<p hidden>a<p>b", "b\n"),
        ("<p hidden>a</p>b", "b\n"),
        ("<p hidden><b>a</b><div>b</div>", "b\n"),
        ('<div style="overflow:hidden">a</div>', "a\n"),
        ('<div class="hidden none">a</div>', "a\n"),
        ('<br style="display:none"><img style="display:none" alt="x">a', "a\n"),
        ('<td style="mso-hide:all">a<td>b</td></td>c', "c\n"),
        ("<svg/>a<svg><text>b</text></svg>c", "ac\n"),
        ("a<!-- b --><!--><!---->c<!DOCTYPE x><?xml d?></ e><![CDATA[f]]>g", "acg\n"),
        ("<!--[if mso]>a<![endif]-->b<![if !mso]>c<![endif]>", "bc\n"),
        # Malformed
        ("a < b <3 <- c", "a < b <3 <- c\n"),
        ("Jane <jane@example.org> <https://example.org/x>", "Jane <jane@example.org> <https://example.org/x>\n"),
        ("a<b", "a\n"),
        ("a<!-- b", "a\n"),
        ("a<style>b", "a\n"),
        ('a<div title="b>c', "a\n"),
        ("a<div title='b>c' x=\"d>e\" f=g>h", "a\nh\n"),
        ('<div style="white-space:pre"><div>a\n</div>b\n</div>c\nd', "a\nb\nc d\n"),
        ("<div class=yahoo_quoted>a<div>b</div>c</div><div class=yahoo_quoted>d</div></div>e", "> a\n> b\n> c\n> d\ne\n"),
    ],
)  # fmt: skip
def test_html_becomes_the_text_its_reader_saw(source, text):
    assert html_to_text(source) == text


def test_quotes_deeper_than_twenty_have_twenty_marks():
    assert html_to_text("<blockquote>" * 50 + "a") == "> " * 20 + "a\n"


def test_tables_nested_too_deep_are_read_as_lines():
    depth = 40
    source = "<table><tr><td>" * depth + "User<td>jane" + "</table>" * depth + "after"
    assert html_to_text(source).endswith("User: jane\n\nafter\n")


def test_markup_past_the_limit_is_not_read():
    assert html_to_text("<b>" * (MARKUP_LIMIT - 1) + "seen<b>unseen") == "seen\n"


BOMBS = [
    "<b>", "<", "<!--", "<![CDATA[", "<!", '<a "', '<a b="', "<a ='", "&", "&#", "&a", "&#9", "&nbsp;", "<div>", "<blockquote>a<br>",
    "<table>", "<table><tr><td>", "<td>a", "<li>", "<ul>", '<span style="display:none">', '<div class="yahoo_quoted">', "<style>",
    "<style></style>", "<script", "</div>", "<br>", '<a href="http://x">', "<p hidden>", "<pre>\n", "<pre>", "-", "<!-- --", "<?",
    "<ol><li>a", "<div class=gmail_attr>:", "<a b c ", "<a\t=", "<tr><td>a<td>b", "<x@", "<head>", '<div id="divRplyFwdMsg">a',
]  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_ten_times_as_much_takes_about_ten_times_as_long(bomb):
    def seconds(length):  # the least of three: a collection of the whole process's garbage may fall into one
        source = (bomb * (length // len(bomb) + 1))[:length]
        spent = []
        for _ in range(3):
            begun = time.process_time()
            html_to_text(source)
            spent.append(time.process_time() - begun)
        return min(spent)

    assert seconds(50_000) < 40 * seconds(5_000) + 0.5  # quadratic would be a hundred times


@settings(deadline=None)
@given(st.text(alphabet="<>/!-=\"' abdiprtvx&#;\n") | st.text())
def test_html_to_text_never_raises(source):
    text = html_to_text(source)
    assert not text or text.endswith("\n")


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [*BOMBS, "</div>", "</td>", "</table>", "</blockquote>", "</p>", "a", ">", "&lt;", "</a>"]
        )
    )
)
def test_tags_in_any_order_do_no_harm(pieces):
    html_to_text("".join(pieces))


@settings(deadline=None)
@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=0x24F), min_size=1))
def test_escaped_text_comes_back(words):
    wanted = " ".join(words.replace("\xad", "").split())
    assert " ".join(html_to_text(f"<p>{html.escape(words)}</p>").replace("\xad", "").split()) == wanted


@pytest.mark.parametrize(
    "tag", ["s", "del", "strike", "b style='text-decoration: underline line-through'", "i style='opacity:0'"]
)
def test_what_is_struck_out_or_transparent_is_not_read(tag):
    name = tag.split()[0]
    assert html_to_text(f"<p>I <{tag}>do not</{name}> agree</p>").split() == ["I", "agree"]
    assert html_to_text("<p>I <span style='opacity:0.8'>do</span> agree</p>").split() == ["I", "do", "agree"]


# ------------------------------------------------------------------------------------------------ lists to choose from


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Why: <select><option>a<option selected>b &amp; c<option>d</select> end", "Why: b & c end\n"),
        ("<SELECT NAME=x><OPTION>a</OPTION><OPTION VALUE=2 SELECTED>b</OPTION></SELECT>", "b\n"),
        ("<select><option>the first</option><option>b</option></select>", "the first\n"),
        ("<select multiple><option selected>a</option><option selected>b</option></select>", "a / b\n"),
        ("<select></select>x", "x\n"),
        ("<select><option>never ended", "never ended\n"),
        ("<div hidden><select><option>a</option></select></div>b", "b\n"),
    ],
)
def test_of_a_list_what_is_chosen_is_seen(source, text):
    assert html_to_text(source) == text


# ------------------------------------------------------------------------------------------------ answers in colours

HEADER = '<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p>From: Desk</p></div>'


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ('<font color="#ff0000">Lost.</font>', "Lost."),
        ("<font color=red>Lost.</font>", "Lost."),
        ('<span style="font-size:11pt;color:#0070C0">Lost.</span>', "Lost."),
        ('<span style="color: rgb(192, 0, 0)">Lost.</span>', "Lost."),
        ('<p style="color:#00f">Lost.</p>', "Lost."),
        ('<font color="red">Lost, <b>all</b> of them.</font>', "Lost, all of them."),
    ],
)
def test_what_has_a_colour_in_a_quote_was_typed_there(answer, found):
    for quote in (
        f"<blockquote type=cite>Are they lost? {answer}<br>Do you agree to this?</blockquote>",
        f"{HEADER}<p>Are they lost? {answer}</p><p>Do you agree to this?</p>",
    ):
        lines = html_to_text(f"<p>See below.</p>{quote}").split("\n")
        assert found in lines
        assert "> Are they lost?" in lines
        assert "> Do you agree to this?" in lines
        assert has_coloured_answers(quote)


@pytest.mark.parametrize(
    "quote",
    [
        '<blockquote><font color="#500050">all of the quote has the colour of quotes</font></blockquote>',
        '<blockquote>Are they lost? <span style="color:#57606a">grey</span></blockquote>',
        '<blockquote>Are they lost? <span style="color:black">black</span></blockquote>',
        '<blockquote>Are they lost? <span style="background-color:#ff0000">behind</span></blockquote>',
        '<blockquote>Read it <a href="https://example.org"><span style="color:#0563C1">here</span></a>.</blockquote>',
        '<blockquote>Are they lost?<blockquote><font color="red">of an older mail</font></blockquote></blockquote>',
    ],
)
def test_other_colours_say_nothing_of_whose_words_these_are(quote):
    text = html_to_text(f"<p>See below.</p>{quote}")
    assert [line for line in text.split("\n") if line and line[0] != ">"] == ["See below."]


def test_outside_of_a_quote_a_colour_says_nothing():
    assert html_to_text('<p>a <font color="red">b</font> c</p>') == "a b c\n"
    assert not has_coloured_answers('<font color="red">b</font><blockquote>c</blockquote>')


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('<p>Codes: <span style="color:#ffffff">yes</span>none</p>', "Codes: none\n"),
        (
            '<body style="background-color:#fff"><p>Codes: <font color="white">yes</font>none</p>',
            "Codes: none\n",
        ),
        ('<td bgcolor="#003366"><span style="color:#ffffff">Seen</span></td>', "Seen\n"),
        ('<span style="color:#ffffff;background:#c00">Seen</span>', "Seen\n"),
        ('<span style="background-color:#ffffff">Seen</span>', "Seen\n"),
        ('<span style="color:#fffff0">nearly seen</span>', "nearly seen\n"),
    ],
)
def test_white_text_is_hidden_where_nothing_has_another_background(source, text):
    assert html_to_text(source) == text
