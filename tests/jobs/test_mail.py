# SPDX-License-Identifier: ISC
"""Mail, against a server not ours: what arrives, what is tried again, what is never sent."""

import json
import os
import re
import shutil
import subprocess
import time

import house
import pytest
import smtp
from client import bureau, fresh_email, sql
from until import until

PASSWORD = "p4ss w0rd:of@mail"
QUOTED = "p4ss%20w0rd%3Aof%40mail"


def text(value):
    return value.replace("'", "''")


def send(to, mail="welcome", locale="en", values=None, secret=None):
    """Put a message in, as the functions of the database do; the job's id."""
    values = {"code": "135791"} if values is None else values
    return sql("SELECT mail_add('{}', '{}', '{}', '{}', {})", mail, text(to), locale, text(json.dumps(values)),
               "NULL" if secret is None else f"'{text(json.dumps({'values': secret}))}'")[0][0]


def job(ident):
    state, attempts, cause, result = sql("SELECT state, attempts, coalesce(cause, ''), coalesce(result::text, '')"
                                         " FROM jobs WHERE id = '{}'", ident)[0]
    return {"state": state, "attempts": int(attempts), "cause": cause, "result": result}


def ended(ident, seconds=30):
    return until(lambda: job(ident)["state"] in ("done", "failed", "cancelled") and job(ident), seconds)


def hurry(ident):
    """The next try is due now."""
    sql("UPDATE jobs SET run_at = now() WHERE id = '{}' AND state = 'queued'", ident)


def causes(ident):
    return [row[0] for row in sql("SELECT cause FROM job_attempts WHERE job_id = '{}' ORDER BY id", ident)]


def tried(ident, times):
    """What the try of this number failed for, though the next may be over already."""
    return until(lambda: causes(ident)[times - 1:])[0]


def log_of(home):
    with open(home + "/serve.log", encoding="utf-8", errors="replace") as log:
        return log.read()


def fresh_folder(name):
    """One that workers may look into, which run as somebody else."""
    path = os.environ["BUREAU_HOME"] + "-" + name
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


# --- what arrives ------------------------------------------------------------------------------

def test_a_message_arrives_whole(box):
    to = fresh_email()
    ident = send(to)
    (mail,) = box.wait_for(to)
    assert ended(ident)["state"] == "done" and json.loads(job(ident)["result"])["said"].startswith("250")
    assert mail.sender == "bureau@example.org" and mail.recipients == [to]
    parsed = mail.parsed
    assert parsed.get_content_type() == "multipart/alternative" and not parsed.defects
    plain, html = parsed.iter_parts()
    for part, kind in ((plain, "text/plain"), (html, "text/html")):
        assert part.get_content_type() == kind and not part.defects
        assert part.get_content_charset() == "utf-8" and part["Content-Transfer-Encoding"] == "base64"
    assert parsed["From"] == "Bureau <bureau@example.org>" and parsed["To"] == to
    assert mail.subject == "Welcome to Bureau"
    assert mail.id == f"<{ident}@example.org>"
    assert parsed["Date"].endswith(" +0000") and abs(parsed["Date"].datetime.timestamp() - time.time()) < 60
    assert parsed["Auto-Submitted"] == "auto-generated" and parsed["MIME-Version"] == "1.0"
    assert parsed["X-Auto-Response-Suppress"] == "All"
    assert "    135791\n" in mail.text and ">135791</td>" in mail.html
    assert "<script" not in mail.html and "<img" not in mail.html and "http" not in mail.html.split("</head>")[1]


def test_every_line_on_the_wire_is_short_and_ends_in_crlf(box):
    to = fresh_email()
    send(to, "invitation", "de", {"inviter": "Jörg „Ö“ Müller 🎉 " * 20, "link": "https://office.example.org/" + "x" * 1500})
    (mail,) = box.wait_for(to)
    assert b"\n" not in mail.data.replace(b"\r\n", b"") and b"\r" not in mail.data.replace(b"\r\n", b"")
    assert max(len(line) for line in mail.data.split(b"\r\n")) <= 78
    assert mail.data.isascii() and b"\r\n.\r\n" not in mail.data
    assert "Jörg „Ö“ Müller 🎉" in mail.text and "x" * 1500 in mail.text and "x" * 1500 in mail.html


def test_a_message_speaks_the_language_of_its_reader(box):
    to = fresh_email()
    send(to, "verify-email", "de-AT")
    send(to, "verify-email", "fr")
    subjects = {mail.subject for mail in box.wait_for(to, 2)}
    assert subjects == {"Bestätigen Sie Ihre Adresse", "Confirm your address"}


def test_values_are_escaped_in_html_and_plain_in_text(box):
    to = fresh_email()
    send(to, "invitation", values={"inviter": "<img src=x onerror=alert(1)> & \"Co\"", "link": "https://a.example/?a=1&b=2"})
    (mail,) = box.wait_for(to)
    assert "<img src=x onerror=alert(1)> & \"Co\"" in mail.text.replace("\n", " ")
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; &quot;Co&quot;" in mail.html
    assert "<img" not in mail.html and 'href="https://a.example/?a=1&amp;b=2"' in mail.html


def test_a_secret_value_is_in_the_message_and_nowhere_after(box):
    to = fresh_email()
    ident = send(to, values={}, secret={"code": "864209"})
    assert "864209" in box.wait_for(to)[0].text
    assert ended(ident)["state"] == "done"
    assert sql("SELECT count(*) FROM jobs WHERE id = '{}' AND (args::text || coalesce(secret::text, '')"
               " || coalesce(result::text, '')) LIKE '%864209%'", ident) == [["0"]]
    assert "864209" not in log_of(os.environ["BUREAU_HOME"])


# --- what is tried again, and what is not ---------------------------------------------------------

@pytest.mark.parametrize("at,reply", [("RCPT", "450 4.2.0 grey for now"), ("END", "451 4.3.0 no room for now")])
def test_a_4xx_is_tried_again(box, at, reply):
    to = fresh_email()
    box.rule(to, at, reply, times=2)
    ident = send(to)
    for times in (1, 2):
        assert reply in tried(ident, times)
        hurry(ident)
    assert ended(ident)["state"] == "done"
    assert len(box.got(to)) == 1 and job(ident)["attempts"] == 3


@pytest.mark.parametrize("at,reply", [("RCPT", "550 5.1.1 nobody of this name"), ("END", "554 5.7.1 this looks like spam")])
def test_a_5xx_is_not_tried_again(box, at, reply):
    to = fresh_email()
    rule = box.rule(to, at, reply)
    ident = send(to)
    assert ended(ident) == {"state": "failed", "attempts": 1, "cause": "the mail server said " + reply, "result": ""}
    assert rule["used"] == 1 and not box.got(to)


def test_a_server_that_is_down_is_waited_for(box):
    to = fresh_email()
    box.stop()
    try:
        ident = send(to)
        assert "could not be talked to" in tried(ident, 1)
        hurry(ident)
        tried(ident, 2)
    finally:
        box.start()
    hurry(ident)
    assert ended(ident)["state"] == "done" and len(box.wait_for(to)) == 1


def test_a_drop_after_the_message_gives_one_duplicate_at_most_and_the_same_id(box):
    to = fresh_email()
    box.rule(to, "END", smtp.DROP, times=1)
    ident = send(to)
    assert "did not say whether it took the message" in tried(ident, 1)
    hurry(ident)
    assert ended(ident)["state"] == "done"
    mails = box.got(to)
    assert len(mails) == 2 and {mail.id for mail in mails} == {f"<{ident}@example.org>"}
    assert mails[0].text == mails[1].text


def test_a_slow_server_holds_up_nobody_else(box, chair):
    slow, quick = fresh_email(), fresh_email()
    before = box.stalled
    box.rule(slow, "RCPT", smtp.STALL, times=1)
    ident = send(slow)
    box.wait(lambda: box.stalled > before)
    send(quick)
    assert box.wait_for(quick, seconds=10)
    assert chair.get("/auth/me").status == 200
    # Who cancels it need not wait for the server.
    sql("UPDATE jobs SET cancel_asked = true WHERE id = '{}'", ident)
    assert ended(ident)["state"] == "cancelled"
    assert not box.got(slow)


# --- what is never sent ---------------------------------------------------------------------------

@pytest.mark.parametrize("to", [
    "victim@ex.test>\r\nRCPT TO:<other@ex.test>\r\nNOOP <", "victim@ex.test\r\nRCPT TO:<other@ex.test>",
    "victim@ex.test\nother@ex.test", "<victim@ex.test>", "victim@ex.test other@ex.test",
    "victim@ex.test,other@ex.test", "\"victim\"@ex.test", "victim", "", "victim@ex.test\t", "vïctim@ex.test",
    "victim@ex.test@ex.test", "a" * 250 + "@ex.test"])
def test_an_address_that_could_inject_is_no_recipient(box, to):
    ident = send(to)
    assert ended(ident)["cause"] == "its address is none that can be written to"
    assert not [rcpt for rcpt in box.rcpts if "ex.test" in rcpt]


def test_one_message_puts_one_recipient_on_the_wire(box):
    to = fresh_email()
    before = len(box.rcpts)
    ident = send(to, "email-changed", values={"oldEmail": "x>, <eve@ex.test>", "newEmail": "RCPT TO:<eve@ex.test>"})
    assert ended(ident)["state"] == "done"
    # Mail of tests before this one may still be under way.
    assert [rcpt for rcpt in box.rcpts[before:] if to in rcpt or "eve" in rcpt] == [f"TO:<{to}>"]


@pytest.mark.parametrize("values", [
    {"link": "https://a.example/", "inviter": "Eve\r\nBcc: eve@ex.test"}, {"link": "https://a.example/", "inviter": "Eve\n\n.\nMAIL"},
    {"link": "javascript:alert(1)"}, {"link": "https://a.example/\r\n.\r\n"}, {"link": "https://user@a.example/"},
    {"link": "https://a.example/", "inviter": "\u202eevil"}])
def test_a_value_that_could_forge_a_message_fails_it(box, values):
    to = fresh_email()
    ident = send(to, "invitation", values=values)
    assert ended(ident)["state"] == "failed" and "cannot be written" in job(ident)["cause"]
    assert not box.got(to) and not [rcpt for rcpt in box.rcpts if to in rcpt]


def test_what_is_missing_is_told(box):
    assert ended(send(fresh_email(), values={}))["cause"] == 'the text "welcome" cannot be written: the value "code" is missing'
    assert ended(send(fresh_email(), "nonsense"))["cause"] == 'there is no text "nonsense"'


# --- other servers: bureau mail test -----------------------------------------------------------------

@pytest.fixture(scope="module")
def authority():
    return smtp.Authority(fresh_folder("authority"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    return smtp.Authority(tmp_path_factory.mktemp("stranger"))


def mail_test(url, *args, **settings):
    to = fresh_email()
    done = subprocess.run([os.environ["build"] + "/bin/bureau/bureau", "mail", "test", to, *args], text=True,
                          capture_output=True, check=False, timeout=100, env={**os.environ, "SMTP_URL": url, **settings})
    assert PASSWORD not in done.stdout + done.stderr and QUOTED not in done.stdout + done.stderr
    return to, done


def test_the_command_says_what_the_server_said():
    with smtp.Box() as server:
        to, done = mail_test(f"smtp://127.0.0.1:{server.port}", "--locale", "de", MAIL_FROM="Büro, Zürich <büro@example.org>")
        assert done.returncode == 1 and "MAIL_FROM must be an address" in done.stderr
        to, done = mail_test(f"smtp://127.0.0.1:{server.port}", "--locale", "de", MAIL_FROM="Büro, Zürich <b@example.org>")
        assert (done.returncode, done.stdout) == (0, "The mail server took it: 250 2.0.0 Ok: queued\n")
        (mail,) = server.got(to)
        assert mail.subject == "Eine Testnachricht von Bureau"
        assert mail.parsed["From"].addresses[0].display_name == "Büro, Zürich"


def test_the_command_fails_with_a_sentence():
    to, done = mail_test(f"smtp://127.0.0.1:{house.free_port()}")
    assert done.returncode == 1 and "could not be talked to" in done.stderr
    for args, code in ((["mail"], 2), (["mail", "test"], 2), (["mail", "send", to], 2), (["mail", "test", "nobody"], 1),
                       (["mail", "test", "a@b.org\r\nRCPT TO:<c@d.org>"], 1)):
        assert bureau(*args).returncode == code
    assert mail_test("", ENVIRONMENT="production")[1].stderr.startswith("bureau: SMTP_URL is not set")


@pytest.mark.parametrize("url,said", [
    ("http://mail.example.org", "must begin with smtp:// or smtps://"), ("smtp://ann@mail.example.org", "both user and password"),
    (f"smtp://ann:{QUOTED}@mail.example.org:0", "port between 1 and 65535"), ("smtp://mail.example.org?ca=/nowhere.pem", "cannot be read"),
    ("smtp://mail.example.org?starttls=maybe", "starttls")])
def test_a_wrong_setting_is_told(url, said):
    done = mail_test(url)[1]
    assert done.returncode == 1 and "SMTP_URL " in done.stderr and said in done.stderr
    assert "mail.example.org" not in done.stderr.replace("smtp://user:password@mail.example.org", "").replace("as in mail.example.org", "")


def test_mail_goes_by_starttls(authority):
    with smtp.Box(starttls=authority.context(), users={"ann": PASSWORD}) as server:
        to, done = mail_test(f"smtp://ann:{QUOTED}@127.0.0.1:{server.port}?starttls=required&ca={authority.file}")
        assert done.returncode == 0, done.stderr
        assert len(server.got(to)) == 1
        to, done = mail_test(f"smtp://127.0.0.1:{server.port}?ca={authority.file}")
        assert done.returncode == 1 and "530" in done.stderr and not server.got(to)


def test_mail_goes_by_tls(authority):
    with smtp.Box(tls=authority.context()) as server:
        to, done = mail_test(f"smtps://127.0.0.1:{server.port}?ca={authority.file}")
        assert done.returncode == 0, done.stderr
        assert len(server.got(to)) == 1


def test_a_password_is_told_to_who_needs_it():
    with smtp.Box(users={"ann": PASSWORD}) as server:
        to, done = mail_test(f"smtp://ann:{QUOTED}@127.0.0.1:{server.port}")
        assert done.returncode == 0, done.stderr
        to, done = mail_test(f"smtp://ann:wrong@127.0.0.1:{server.port}")
        assert done.returncode == 1 and not server.got(to)
        assert done.stderr == "bureau: the mail server refuses user or password of SMTP_URL (535); a job would try again\n"


def test_no_word_is_said_without_the_tls_that_was_asked_for(authority):
    with smtp.Box(users={"ann": PASSWORD}) as server:
        to, done = mail_test(f"smtp://ann:{QUOTED}@127.0.0.1:{server.port}?starttls=required")
        assert done.returncode == 1 and not server.rcpts


@pytest.mark.parametrize("implicit", [False, True])
def test_a_wrong_certificate_is_refused(authority, stranger, implicit):
    scheme, kind = ("smtps", "tls") if implicit else ("smtp", "starttls")
    for context, ca in ((stranger.context(), authority.file), (authority.context("mail.example.org"), authority.file),
                        (authority.context(), None)):
        with smtp.Box(**{kind: context}) as server:
            to, done = mail_test(f"{scheme}://127.0.0.1:{server.port}" + (f"?ca={ca}" if ca else ""))
            assert done.returncode == 1 and not server.rcpts, done.stdout
            assert re.search("certificate|SSL", done.stderr)


# --- instances of their own ---------------------------------------------------------------------------

@pytest.fixture
def home():
    there = house.House(fresh_folder("mail"))
    yield there
    there.stop()


ADD = "SELECT mail_add('welcome', '{}', 'en', '{{}}', '{{\"values\":{{\"code\":\"{}\"}}}}')"


def test_a_worker_signs_in_by_tls_and_its_log_tells_no_secret(home, authority):
    with smtp.Box(starttls=authority.context(), users={"ann": PASSWORD}) as server:
        home.start(SMTP_URL=f"smtp://ann:{QUOTED}@127.0.0.1:{server.port}?starttls=required&ca={authority.file}")
        home.sql(ADD.format("ann@example.org", "192837"))
        assert "192837" in server.wait_for("ann@example.org")[0].text
        server.users.clear()
        ident = home.sql(ADD.format("bob@example.org", "564738"))[0][0]
        until(lambda: home.sql(f"SELECT attempts > 0 AND state = 'queued' FROM jobs WHERE id = '{ident}'") == [["t"]])
        home.stop()
    log = log_of(home.home)
    assert "refuses user or password of SMTP_URL (535)" in log
    for secret in (PASSWORD, QUOTED, "192837", "564738"):
        assert secret not in log


def test_in_development_a_message_goes_to_the_log(home):
    home.start(SMTP_URL="", MAIL_FROM="")
    ident = home.sql(ADD.format("ann@example.org", "918273"))[0][0]
    until(lambda: home.sql(f"SELECT state FROM jobs WHERE id = '{ident}'") == [["done"]])
    (line,) = [json.loads(line) for line in log_of(home.home).splitlines() if '"mail.fallback"' in line]
    assert (line["to"], line["subject"]) == ("ann@example.org", "Welcome to Bureau")
    assert "    918273\n" in line["text"] and line["text"].endswith("-- \nBureau\n") and "cut" not in line


def test_in_production_a_message_waits_for_a_server(home):
    home.start(SMTP_URL="", MAIL_FROM="", ENVIRONMENT="production")
    ident = home.sql(ADD.format("ann@example.org", "918273"))[0][0]
    until(lambda: '"event":"worker.cannot"' in log_of(home.home))
    doctor = subprocess.run([os.environ["build"] + "/bin/bureau/bureau", "doctor"], text=True, capture_output=True, check=False,
                            env={**os.environ, "BUREAU_HOME": home.home, "SMTP_URL": "", "MAIL_FROM": "", "ENVIRONMENT": "production"})
    assert "no message can be sent" in doctor.stdout
    assert home.sql(f"SELECT state, attempts FROM jobs WHERE id = '{ident}'") == [["queued", "0"]]
    home.stop()
    assert "918273" not in log_of(home.home)
    with smtp.Box() as server:
        home.start(SMTP_URL=f"smtp://127.0.0.1:{server.port}", MAIL_FROM="bureau@example.org", ENVIRONMENT="production")
        assert "918273" in server.wait_for("ann@example.org")[0].text
