"""The settings of a site: what a good file becomes, and what is said of a bad one."""

import os
import shutil
import subprocess
import sys
import time
import tomllib
from dataclasses import replace
from datetime import time as clock_time
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import make_url

from mailflow.config import Config, ConfigErrors, files, load, packaged, restart_needed, shipped, values
from mailflow.config.settings import _AT_START
from mailflow.core.form import Kind
from mailflow.core.policy import Redirect

HERE = Path(__file__).parent
REPOSITORY = HERE.parent
BAD_CONFIGS = sorted((HERE / "bad_configs").iterdir())
SHIPPED = (REPOSITORY / "config.toml").read_text()
UNIVERSITY = REPOSITORY / "docs" / "examples" / "university" / "config.toml"

DESK = """
[desk]
address = "desk@example.org"
service = "Example"
staff = ["staff@example.org"]
"""
FORM = """
[[form.field]]
key = "username"
kind = "name"
label = "User name"
required = true
ask = "Your user name"
"""


@pytest.fixture(autouse=True)
def _no_credentials(monkeypatch, tmp_path):
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.setattr(files, "CREDENTIALS_OF_THE_SERVICE", tmp_path / "no-service")


@pytest.fixture
def site(tmp_path):
    """Loads a configuration that stands in a folder of its own."""

    def load_text(text: str, *, desk: str = DESK, form: str = FORM) -> Config:
        (tmp_path / "config.toml").write_text(desk + text + form)
        return load(tmp_path / "config.toml")

    return load_text


@pytest.fixture
def errors_of(site):
    def errors(text: str, **parts: str) -> tuple[str, ...]:
        with pytest.raises(ConfigErrors) as caught:
            site(text, **parts)
        return caught.value.errors

    return errors


# ------------------------------------------------------------------------------------------------------ good files


def test_the_shipped_file_is_a_working_desk_on_loopback():
    config = load(shipped("config.toml"))

    assert config.desk.address == "recovery@pypi.example"
    assert config.smtp.listen == (("127.0.0.1", 8025),)
    assert not config.smtp.from_systemd
    assert config.smarthost.host == ""
    assert config.smarthost.maildir == REPOSITORY / "var" / "maildir"
    assert config.database.url == f"sqlite:///{REPOSITORY}/var/mailflow.db"
    assert config.policy.remind_after == (timedelta(days=3), timedelta(days=7), timedelta(days=14))
    assert config.policy.staff == config.desk.staff
    assert config.digest.at == clock_time(8)
    assert config.smtp.size_limit == 10_000_000
    assert config.templates == REPOSITORY / "templates"


def test_the_shipped_form_is_the_one_of_pypi():
    form = load(shipped("config.toml")).policy.form

    assert form.items == (
        "username_or_registered_email",
        "reason",
        "recovery_codes",
        "code_of_conduct",
        "acknowledges_delay",
        "contact_email",
        "projects",
        "proof_url",
    )
    assert form.by_key["contact_email"].required_when == (("reason", "lost_email_access"),)
    assert form.by_key["recovery_codes"].kind is Kind.CHOICE


def test_what_is_left_out_takes_the_value_that_the_shipped_file_shows(tmp_path):
    start_of_form = SHIPPED.index("# The form:")
    needed = {"address", "service", "staff"}
    desk = tomllib.loads(SHIPPED)["desk"]
    lines = [line for line in SHIPPED[:start_of_form].splitlines() if line.partition(" ")[0] in needed]
    assert len(lines) == len(needed & desk.keys())
    (tmp_path / "short.toml").write_text("\n".join(["[desk]", *lines, SHIPPED[start_of_form:]]))
    (tmp_path / "whole.toml").write_text(SHIPPED)

    short, whole = load(tmp_path / "short.toml"), load(tmp_path / "whole.toml")

    assert replace(short, source=whole.source) == whole


def test_a_file_is_read_within_50_ms():
    load(shipped("config.toml"))
    took = []
    for _ in range(5):
        start = time.perf_counter()
        load(shipped("config.toml"))
        took.append(time.perf_counter() - start)

    assert min(took) < 0.05


def test_the_words_of_all_languages_are_compiled_once_and_only_when_a_mail_is_read():
    packaged.lexicon.cache_clear()

    config, other = load(shipped("config.toml")), load(UNIVERSITY)
    assert packaged.lexicon.cache_info().currsize == 0

    assert config.lexicon is other.lexicon
    assert packaged.lexicon.cache_info().misses == 1


def test_settings_cannot_be_changed_by_accident():
    with pytest.raises(AttributeError):
        load(shipped("config.toml")).desk.name = "x"


def test_a_relative_path_starts_at_the_folder_of_the_file(site, tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    config = site("""
        [smarthost]
        maildir = "letters"
        [database]
        url = "sqlite:///data/mail.db"
    """)

    assert config.smarthost.maildir == tmp_path / "letters"
    assert config.database.url == f"sqlite:///{tmp_path}/data/mail.db"
    assert config.desk.reply_key == tmp_path / "var" / "reply.key"


def test_a_file_given_by_a_relative_path_gives_absolute_paths(site, tmp_path, monkeypatch):
    site("")
    monkeypatch.chdir(tmp_path)

    config = load(Path("config.toml"))

    assert config.source == tmp_path / "config.toml"
    assert config.smarthost.maildir == tmp_path / "var" / "maildir"


def test_an_absolute_path_stays_as_it_is(site):
    config = site('[smarthost]\nmaildir = "/srv/letters"\n[database]\nurl = "sqlite:////srv/mail.db"\n')

    assert config.smarthost.maildir == Path("/srv/letters")
    assert config.database.url == "sqlite:////srv/mail.db"


def test_systemd_hands_over_the_sockets(site):
    config = site('[smtp]\nlisten = "systemd"\n')

    assert config.smtp.from_systemd
    assert config.smtp.listen == ()


def test_addresses_to_listen_on_may_be_ipv6_or_names(site):
    config = site('[smtp]\nlisten = ["[::]:25", "localhost:0"]\n[monitoring]\nlisten = ""\n')

    assert config.smtp.listen == (("::", 25), ("localhost", 0))
    assert config.monitoring is None


def test_the_greeting_has_a_name_in_any_case(site, monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "")

    assert site("").smtp.hostname == "localhost"
    assert site('[smtp]\nhostname = "mail.example.org."\n').smtp.hostname == "mail.example.org"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1 second", timedelta(seconds=1)),
        ("90 seconds", timedelta(seconds=90)),
        ("15minutes", timedelta(minutes=15)),
        ("2 Hours", timedelta(hours=2)),
        ("1 day", timedelta(days=1)),
        ("2 weeks", timedelta(weeks=2)),
    ],
)
def test_a_duration_is_a_number_and_a_unit(site, written, meant):
    assert site(f'[database]\nbusy_timeout = "{written}"\n').database.busy_timeout == meant


@pytest.mark.parametrize(
    ("written", "meant"), [("20000 B", 20_000), ("64 KB", 64_000), ("25mb", 25_000_000), ("1 GB", None)]
)
def test_a_size_counts_by_thousands(site, errors_of, written, meant):
    text = f'[smtp]\nbytes_in_flight = "10 GB"\nsize_limit = "{written}"\n'
    if meant is None:
        assert errors_of(text) == (
            'smtp.size_limit: "1 GB" is out of range: write a size from "10 KB" to "500 MB"',
        )
    else:
        assert site(text).smtp.size_limit == meant


@pytest.mark.parametrize(
    "address",
    ["desk@example.org", "desk@mail.local", "desk@localhost", "desk@site.test", "desk@pypi.example"],
)
def test_a_desk_may_live_on_an_intranet(site, address):
    assert site("", desk=DESK.replace("desk@example.org", address)).desk.address == address


def parts(letters):
    return st.lists(st.text(letters, min_size=1, max_size=6), min_size=1, max_size=3)


@given(
    parts("aZ09"),
    st.sampled_from("._+-"),
    parts("az09"),
    st.sampled_from(".-"),
    st.sampled_from(["org", "xy"]),
)
def test_what_is_taken_for_a_plain_address_is_one_to_the_library_too(local, between, domain, joint, top):
    text = f"{between.join(local)}@{joint.join(domain)}.{top}"
    assert values._PLAIN_ADDRESS.fullmatch(text)
    assert values._checked_address(text) == values.address(text) == text


def test_a_domain_in_another_script_becomes_ascii(site):
    config = site("", desk=DESK.replace("staff@example.org", "staff@bücher.example"))

    assert config.desk.staff == ("staff@xn--bcher-kva.example",)


def test_the_desk_is_named_after_its_service(site):
    assert site("").desk.name == "Example account recovery"


def test_reminders_may_be_left_out(site):
    assert site("[case]\nremind_after = []\n").policy.remind_after == ()


def test_the_words_people_write_are_compared_without_case(site):
    config = site("""
        [[form.field]]
        key = "id"
        kind = "text"
        label = "Number"
        aliases = ["Student  ID"]
        placeholders = ["N/A"]
        [[redirect]]
        topic = "Fees"
        words = ["Tuition FEE"]
        say = "Ask the bursar."
    """)

    assert config.policy.form.fields[0].aliases == ("student id",)
    assert config.policy.form.fields[0].placeholders == ("n/a",)
    assert config.policy.redirects[0].words == ("tuition fee",)


def test_a_field_is_an_item_of_its_own_unless_it_shares_one(site):
    form = site("").policy.form

    assert form.fields[0].item == "username"


def test_a_choice_without_a_label_is_said_with_spaces(site):
    form = site("""
        [[form.field]]
        key = "role"
        kind = "choice"
        label = "Role"
        choices = ["member_of_staff", "student"]
        choice_labels = { student = "studies here" }
    """).policy.form

    assert form.say("role", ("member_of_staff", "student")) == "member of staff, studies here"


def test_a_field_may_be_required_for_several_choices(site):
    form = site("""
        [[form.field]]
        key = "role"
        kind = "choice"
        label = "Role"
        choices = ["student", "staff", "guest"]
        [[form.field]]
        key = "office"
        kind = "text"
        label = "Office"
        required_when = { role = ["staff", "guest"] }
        ask = "Your office"
    """).policy.form

    assert form.by_key["office"].required_when == (("role", "staff"), ("role", "guest"))


def test_off_topic_mail_has_an_answer_even_if_the_site_names_none(site):
    config = site('[[redirect]]\ntopic = "fees"\nwords = ["fee"]\nsay = "Ask the bursar."\n')

    assert [redirect.words for redirect in config.policy.redirects] == [("fee",), ()]
    assert "Example account" in config.policy.redirects[-1].say


def test_the_answer_to_everything_else_is_the_sites_if_it_has_one(site):
    config = site('[[redirect]]\ntopic = "rest"\nsay = "Ask at the counter."\n')

    assert config.policy.redirects == (Redirect("rest", (), "Ask at the counter.", ""),)


def test_the_shipped_files_are_found_in_a_package_and_in_a_repository(tmp_path, monkeypatch):
    package = tmp_path / "mailflow"
    package.mkdir()
    (tmp_path / "config.toml").touch()
    monkeypatch.setattr("mailflow.config.packaged._PACKAGE", package)

    assert shipped("config.toml") == tmp_path / "config.toml"

    (package / "config.toml").touch()
    assert shipped("config.toml") == package / "config.toml"


def test_own_letters_stand_in_a_folder_of_the_site(site, tmp_path):
    (tmp_path / "mine" / "letters").mkdir(parents=True)
    (tmp_path / "mine" / "letters" / "_greeting.txt").touch()
    (tmp_path / "mine" / "README.md").touch()

    assert site('[templates]\nfolder = "mine"\n').templates == tmp_path / "mine"


# --------------------------------------------------------------------------------------------------------- secrets


def test_a_password_is_read_from_its_file_without_the_line_end(site, tmp_path):
    (tmp_path / "password").write_text(" open sesame \n")

    config = site('[smarthost]\nhost = "mail.example.org"\nuser = "desk"\npassword = "password"\n')

    assert config.smarthost.password == " open sesame "
    assert "sesame" not in repr(config)


def test_a_password_comes_from_systemds_credentials(site, tmp_path, monkeypatch):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "db").write_text("p@ss/word\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "run"))

    config = site(
        '[database]\nurl = "postgresql+psycopg://desk@db.example.org/mail"\npassword = "credential:db"\n',
        desk=DESK + 'reply_key = "credential:reply-key"\n',
    )

    assert config.database.url == "postgresql+psycopg://desk:p%40ss%2Fword@db.example.org/mail"
    assert config.desk.reply_key == tmp_path / "run" / "reply-key"
    assert "p%40ss" not in repr(config)


def test_a_command_beside_the_service_reads_the_credentials_of_the_service(site, tmp_path, monkeypatch):
    (tmp_path / "smtp").write_text("sesame\n")
    monkeypatch.setattr(files, "CREDENTIALS_OF_THE_SERVICE", tmp_path)

    config = site('[smarthost]\nhost = "mail.example.org"\nuser = "desk"\npassword = "credential:smtp"\n')

    assert config.smarthost.password == "sesame"


def test_a_credential_that_systemd_does_not_hand_over_is_an_error(errors_of, tmp_path, monkeypatch):
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))

    assert errors_of('[smarthost]\nuser = "desk"\npassword = "credential:smtp"\n')[0] == (
        'smarthost.password: there is no credential "credential:smtp": '
        "name one of the unit's LoadCredential= lines"
    )


@pytest.mark.parametrize("content", [b"", b"\n", b"one\ntwo\n", b"nul\0", b"\xff\xfe", b"x" * 5000])
def test_a_file_without_one_line_of_text_holds_no_password(errors_of, tmp_path, content):
    (tmp_path / "password").write_bytes(content)

    (error,) = errors_of('[smarthost]\nhost = "mail.example.org"\nuser = "desk"\npassword = "password"\n')

    assert error.startswith("smarthost.password: ")
    assert "does not hold one line of text" in error


@pytest.mark.parametrize(
    "secret", ["hunter2", "hunter2/" + "x" * 300, "~hunter2", "/hunter2/x", "hunter2\\u0000"]
)
def test_a_password_that_stands_in_the_file_is_not_repeated(errors_of, secret):
    errors = errors_of(f'[smarthost]\nhost = "mail.example.org"\nuser = "desk"\npassword = "{secret}"\n')

    assert len(errors) == 1
    assert "hunter2" not in errors[0]


def test_a_password_of_digits_is_not_repeated_either(errors_of):
    (error,) = errors_of('[smarthost]\nhost = "mail.example.org"\nuser = "desk"\npassword = 90210\n')

    assert error == "smarthost.password: is not a path: write the path of a file that holds the secret"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://desk:hunter2@db.example.org/mail",
        "postgresql+psycopg://db.example.org/mail?password=hunter2",
        "postgresql://desk:hunter2@db.example.org/mail",
        "hunter2",
        "postgresql+psycopg://desk:hunter2@db.example.org:port/mail",
    ],
)
def test_a_password_in_the_url_of_the_database_is_not_repeated(errors_of, url):
    errors = errors_of(f'[database]\nurl = "{url}"\n')

    assert len(errors) == 1
    assert "hunter2" not in errors[0]


def test_a_key_that_mailflow_may_not_read_is_an_error(errors_of, tmp_path, monkeypatch):
    key = tmp_path / "reply.key"
    key.write_text("secret")
    opened = Path.open

    def refuse(path, *args, **options):
        if path == key:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *args, **options)

    monkeypatch.setattr(Path, "open", refuse)

    assert errors_of("", desk=DESK + 'reply_key = "reply.key"\n') == (
        f'desk.reply_key: cannot read "{key}" (Permission denied): write the path of a file that mailflow may read',
    )


def test_a_pipe_is_not_waited_for(errors_of, tmp_path):
    os.mkfifo(tmp_path / "pipe")

    assert errors_of("", desk=DESK + 'reply_key = "pipe"\n') == (
        f'desk.reply_key: "{tmp_path}/pipe" is not a plain file: write the path of one',
    )


def test_a_reply_key_is_not_needed_yet(site, tmp_path):
    assert site("").desk.reply_key == tmp_path / "var" / "reply.key"


# ------------------------------------------------------------------------------------------------------------- TLS


@pytest.fixture
def key_pair(tmp_path):
    """A certificate and its key, and a key of another one."""
    if not shutil.which("openssl"):
        pytest.skip("openssl makes the certificate")
    for name in ("key.pem", "other.pem"):
        subprocess.run(
            f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=mail.example.org "
            f"-keyout {name} -out {'certificate.pem' if name == 'key.pem' else 'ignored.pem'}".split(),
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )


@pytest.mark.usefixtures("key_pair")
def test_a_certificate_with_its_key_is_taken(site, tmp_path):
    config = site('[smtp]\ntls_certificate = "certificate.pem"\ntls_key = "key.pem"\n')

    assert config.smtp.tls_certificate == tmp_path / "certificate.pem"
    assert config.smtp.tls_key == tmp_path / "key.pem"


@pytest.mark.usefixtures("key_pair")
def test_a_key_of_another_certificate_is_an_error(errors_of):
    (error,) = errors_of('[smtp]\ntls_certificate = "certificate.pem"\ntls_key = "other.pem"\n')

    assert error.startswith("smtp.tls_key: ")
    assert "is not the private key of" in error


# ------------------------------------------------------------------------------------------------------- bad files


@pytest.mark.parametrize("folder", BAD_CONFIGS, ids=lambda folder: folder.name)
def test_a_bad_file_gives_all_its_errors(folder):
    with pytest.raises(ConfigErrors) as caught:
        load(folder / "config.toml")

    expected = (folder / "expected-error").read_text().replace("{folder}", str(folder))
    assert "\n".join(caught.value.errors) + "\n" == expected


def test_errors_name_the_file_first(tmp_path):
    with pytest.raises(ConfigErrors) as caught:
        load(tmp_path / "none.toml")

    assert caught.value.errors == ("cannot be read: No such file or directory",)
    assert str(caught.value) == f"{tmp_path}/none.toml:\n  cannot be read: No such file or directory"


def test_a_folder_is_no_configuration(tmp_path):
    with pytest.raises(ConfigErrors, match="cannot be read"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('[smtp]\nlisten = ["a:1", "a:1"]\n', "smtp.listen: an address stands twice: write each once"),
        ("[smtp]\nlisten = []\n", "smtp.listen: a list is not a list of addresses"),
        ('[smtp]\ntls_key = "config.toml"\n', "smtp.tls_key: is set without tls_certificate"),
        (
            '[smtp]\nsize_limit = "10 MB"\nbytes_in_flight = "1 MB"\n',
            "smtp.bytes_in_flight: is less than one mail",
        ),
        (
            "[smtp]\nmax_received = 0xffffffffffffffffffff\n",
            "smtp.max_received: a very large number is out of",
        ),
        ('[smtp]\nhostname = "a..b"\n', 'smtp.hostname: "a..b" is not the name of a host'),
        ("[smarthost]\nretry = []\n", "smarthost.retry: is empty"),
        ('[smarthost]\ngive_up_after = "30 seconds"\n', "smarthost.give_up_after: is shorter than the first"),
        ('[smarthost]\npassword = "config.toml"\n', 'smarthost.password: "'),
        ('[database]\npassword = "credential:"\n', 'database.password: "credential:" names no credential'),
        ('[database]\nurl = "sqlite:///mail.db?mode=ro"\n', "database.url: "),
        ('[database]\nurl = "sqlite:///file:mail.db"\n', "database.url: "),
        ('[database]\nurl = "sqlite://var/mail.db"\n', "database.url: "),
        ("[case]\nconfirm_below = nan\n", "case.confirm_below: nan is out of range"),
        ("[case]\nconfirm_below = true\n", "case.confirm_below: true is not a number"),
        ("[digest]\nat = 08:00:00\n", "digest.at: 08:00:00 is not a time of day"),
        ('[smarthost]\nmaildir = ""\n', 'smarthost.maildir: "" is not a path'),
        ('[[redirect]]\ntopic = "a"\nsay = "b\\u0007"\n', 'redirect[a].say: "b\\x07" has control characters'),
        ('[[redirect]]\ntopic = "a"\nsay = ""\n', "redirect[a].say: is empty"),
        (
            '[case]\nreply_address_lifetime = "20 days"\n',
            "case.reply_address_lifetime: is shorter than close_after",
        ),
        (f'[[redirect]]\ntopic = "{"x" * 501}"\nsay = "b"\n', "redirect["),
        ("[form.field]\n", "is not TOML: "),
        ("redirect = 3\n", "desk.redirect: unknown key"),
    ],
)
def test_an_error_says_what_is_wrong(errors_of, text, error):
    assert errors_of(text)[0].startswith(error)


@pytest.mark.parametrize(
    ("desk", "error"),
    [
        (DESK.replace("desk@", "desk+help@"), 'desk.address: "desk+help@example.org" has a "+"'),
        (DESK.replace('["', '["Staff@example.org", "'), 'desk.staff[1]: "staff@example.org" stands twice'),
        (DESK.replace('"Example"', f'"{"x" * 101}"'), "desk.service: "),
    ],
)
def test_an_error_of_the_desk_says_what_is_wrong(errors_of, desk, error):
    (only,) = errors_of("", desk=desk)

    assert only.startswith(error)


@pytest.mark.parametrize(
    ("keys", "error"),
    [
        ('choice_labels = "x"', 'choice_labels: "x" is not a table'),
        (
            'profile_url = ["https://example.org/"]',
            'profile_url[0]: "https://example.org/" is not the beginning',
        ),
        ('item = "username"', 'item: no field of "username" is required'),
        (
            'item = "x"\n[[form.field]]\nkey = "x"\nkind = "url"\nlabel = "X"\nitem = "y"\nrequired = true\nask = "x"',
            "item",
        ),
    ],
)
def test_an_error_of_a_field_says_what_is_wrong(errors_of, keys, error):
    form = f'[[form.field]]\nkey = "id"\nkind = "name"\nlabel = "Id"\n{keys}\n'

    assert errors_of("", form=form + FORM.replace("username", "name"))[0].startswith(
        f"form.field[id].{error}"
    )


def test_a_folder_that_may_not_be_entered_is_told_from_one_that_is_not_there(
    errors_of, tmp_path, monkeypatch
):
    look = Path.stat

    def refuse(path, **options):
        if path.name == "locked":
            raise PermissionError(13, "Permission denied", str(path))
        return look(path, **options)

    monkeypatch.setattr(Path, "stat", refuse)

    (error,) = errors_of("", desk=DESK + 'reply_key = "locked"\n')
    assert error.startswith(f'desk.reply_key: cannot read "{tmp_path}/locked" (Permission denied)')


def test_a_password_for_sqlite_is_an_error(errors_of, tmp_path):
    (tmp_path / "password").write_text("secret\n")

    assert errors_of('[database]\npassword = "password"\n') == (
        "database.password: is set, but SQLite has no passwords: leave it empty",
    )


def test_a_password_without_a_user_is_an_error(errors_of, tmp_path):
    (tmp_path / "password").write_text("secret\n")

    assert errors_of('[smarthost]\npassword = "password"\n') == (
        "smarthost.password: is set without `user`: write both, or leave both empty",
    )


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", ""])
def test_a_password_may_go_to_this_machine_without_tls(site, tmp_path, host):
    (tmp_path / "password").write_text("secret\n")
    config = site(f'[smarthost]\nhost = "{host}"\ntls = "off"\nuser = "desk"\npassword = "password"\n')

    assert config.smarthost.tls == "off"


def test_postgresql_needs_its_driver(errors_of, monkeypatch):
    monkeypatch.setattr("mailflow.config.files.find_spec", lambda _: None)

    assert errors_of('[database]\nurl = "postgresql+psycopg://db.example.org/mail"\n') == (
        "database.url: PostgreSQL needs the psycopg package: install mailflow[postgresql]",
    )


@pytest.mark.parametrize("name", ["50%", "a#b", "für alle", "what?"])
def test_the_database_may_stand_in_any_folder(tmp_path, name):
    (tmp_path / name).mkdir()
    (tmp_path / name / "config.toml").write_text(DESK + FORM)

    url = make_url(load(tmp_path / name / "config.toml").database.url)

    assert url.database == str(tmp_path / name / "var" / "mailflow.db")
    assert not url.query


def test_a_long_value_is_shortened_in_the_error(errors_of):
    (error,) = errors_of(f'[digest]\nat = "{"x" * 5000}"\n')

    assert len(error) < 200


# ------------------------------------------------------------------------------------- nothing else is ever raised


def _pieces():
    lines = [line for line in SHIPPED.splitlines() if line and not line.startswith("#")]
    values = [
        "-1",
        '""',
        "[]",
        "{}",
        "nan",
        "1e400",
        "2026-01-01",
        '"\\u0000"',
        "[[1]]",
        '"x" = "y"',
        "9" * 30,
    ]
    odd = [
        *values,
        "0x" + "f" * 5000,
        "[" * 2000,
        "[a.b]",
        "[[desk]]",
        '"~"',
        '"credential:../x"',
        '"sqlite:///\\u0000"',
    ]
    return st.sampled_from(lines), st.sampled_from(odd) | st.text(max_size=20)


_LINE, _VALUE = _pieces()


@given(
    cuts=st.lists(st.tuples(st.integers(0, 180), _VALUE | _LINE), max_size=6),
    drop=st.sets(st.integers(0, 180), max_size=10),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_mangled_file_raises_nothing_but_config_errors(tmp_path, cuts, drop):
    lines = SHIPPED.splitlines()
    for number, value in cuts:
        spot = number % len(lines)
        key, equals, _ = lines[spot].partition("=")
        lines[spot] = f"{key}={value}" if equals else value
    kept = [line for number, line in enumerate(lines) if number not in drop]
    (tmp_path / "config.toml").write_text("\n".join(kept), "utf-8", errors="replace")

    _load_or_explain(tmp_path / "config.toml")


@given(raw=st.binary(max_size=300))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes_at_random_raise_nothing_but_config_errors(tmp_path, raw):
    (tmp_path / "config.toml").write_bytes(raw)

    _load_or_explain(tmp_path / "config.toml")


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.times(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(data=st.data())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_value_at_any_key_raises_nothing_but_config_errors(tmp_path, monkeypatch, data):
    tree = tomllib.loads(SHIPPED)
    spot = tree
    for _ in range(data.draw(st.integers(0, 3))):
        inner = list(spot.values()) if isinstance(spot, dict) else spot
        nested = [value for value in inner if isinstance(value, dict | list) and value]
        if nested:
            spot = data.draw(st.sampled_from(nested))
    keys = list(spot) if isinstance(spot, dict) else range(len(spot))
    spot[data.draw(st.sampled_from(keys))] = data.draw(_ANYTHING)
    with monkeypatch.context() as patched:
        patched.setattr("tomllib.loads", lambda _: tree)
        (tmp_path / "config.toml").touch()
        _load_or_explain(tmp_path / "config.toml")


def _load_or_explain(path):
    try:
        load(path)
    except ConfigErrors as caught:
        errors = caught.errors
    else:
        return
    assert errors
    assert all(error.isprintable() for error in errors)


@pytest.mark.parametrize("path", ["\0", "x" * 5000])
def test_a_path_that_cannot_be_is_an_error_like_any_other(path):
    with pytest.raises(ConfigErrors):
        load(Path(path))


# ------------------------------------------------------------------------------------------------- a changed file


def test_what_a_running_daemon_cannot_take_over_is_named(site):
    old = site("")
    new = site("""
        [smtp]
        listen = "systemd"
        size_limit = "20 MB"
        [database]
        url = "sqlite:///other.db"
        [monitoring]
        listen = ""
        [case]
        remind_after = []
    """)

    assert set(restart_needed(old, new)) == {
        "smtp.listen",
        "smtp.size_limit",
        "database.url",
        "monitoring.listen",
    }
    assert restart_needed(old, old) == ()


def test_new_letters_rules_and_addresses_take_no_restart(site):
    old = site("")
    new = site(
        '[case]\nclose_after = "20 days"\n[smarthost]\nhost = "mail.example.org"\n[log]\nlevel = "debug"\n',
        desk=DESK.replace("staff@", "other@"),
    )

    assert restart_needed(old, new) == ()


def test_the_keys_that_take_a_restart_are_keys_of_the_file():
    tables = tomllib.loads(SHIPPED)

    assert all(name.partition(".")[2] in tables[name.partition(".")[0]] for name in _AT_START)


# --------------------------------------------------------------------------------------------------- a second desk


def test_the_university_desk_is_complete():
    config = load(UNIVERSITY)

    assert config.desk.service != load(shipped("config.toml")).desk.service
    assert "recovery_codes" not in config.policy.form.by_key
    assert any(not redirect.words for redirect in config.policy.redirects)


def test_reading_settings_imports_no_edges():
    code = (
        "import sys, mailflow.config; print([name for name in sys.modules if name.startswith('mailflow.')])"
    )
    names = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert "mailflow.edges" not in names
    assert "mailflow.store" not in names


@pytest.mark.usefixtures("key_pair")
def test_a_private_key_with_a_passphrase_is_never_asked_for(errors_of, tmp_path):
    subprocess.run(
        ["openssl", "ec", "-aes256", "-passout", "pass:secret", "-in", "key.pem", "-out", "locked.pem"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )

    (error,) = errors_of('[smtp]\ntls_certificate = "certificate.pem"\ntls_key = "locked.pem"\n')

    assert "without a passphrase" in error
