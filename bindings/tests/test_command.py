"""The command `hotdesk`: what it takes for a password, whom it gives it to, what it shows, how it ends."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Run
from hotdesk_hil.emservice import Answer, CloseWithoutAnswer, EmService, Refuse
from services import APP, CERTIFICATE, OTHER_PHONE, PHONE, cluster, write_authority

PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
Ask = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def service() -> Iterator[EmService]:
    with EmService(cluster(), tls_port=0) as service:
        yield service


@pytest.fixture
def ask(hotdesk: Run, service: EmService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Run a command against the service."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOTDESK_CERT", CERTIFICATE)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[bytes]:
        return hotdesk(*arguments, "--service", service.url, "--http", "--app", "tester", **options)

    return run


def private(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    path.chmod(0o600)
    return str(path)


# The password.


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf"], ids=["", "mark"])
@pytest.mark.parametrize("after", [b"", b"\n", b"\r\n", b"\r"], ids=repr)
def test_a_line_break_and_a_byte_order_mark_are_no_part_of_the_password(
    ask: Ask, tmp_path: Path, before: bytes, after: bytes
) -> None:
    file = private(tmp_path / "secret", before + CERTIFICATE.encode() + after)
    done = ask("who", PHONE, "--cert-file", file)
    assert (done.returncode, done.stderr) == (0, b"")


def test_only_one_line_break_is_no_part_of_the_password(ask: Ask, tmp_path: Path) -> None:
    file = private(tmp_path / "secret", CERTIFICATE.encode() + b"\n\n")
    assert b"code 3" in ask("who", PHONE, "--cert-file", file).stderr


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (PEM.encode(), "holds a certificate or key of TLS (PEM)"),
        (
            b"\xef\xbb\xbf" + PEM.replace("CERTIFICATE", "PRIVATE KEY").encode(),
            "the password of the application user",
        ),
        (CERTIFICATE.encode("utf-16"), "UTF-16"),
        (b"\xff", "not UTF-8"),
        (b"\n", "is empty"),
    ],
)
def test_what_is_no_password_is_told_before_anything_is_sent(
    ask: Ask, service: EmService, tmp_path: Path, data: bytes, says: str
) -> None:
    done = ask("who", PHONE, "--cert-file", private(tmp_path / "secret", data))
    assert (done.returncode, service.requests) == (2, [])
    assert says in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1


def test_a_certificate_of_tls_in_the_variable_is_told(ask: Ask, service: EmService) -> None:
    done = ask("who", PHONE, env={**os.environ, "HOTDESK_CERT": PEM})
    assert (done.returncode, service.requests) == (2, [])
    assert b"HOTDESK_CERT holds a certificate or key of TLS (PEM)" in done.stderr


def test_the_help_says_that_it_is_the_password_of_the_application_user(hotdesk: Run) -> None:
    for command in ("login", "who", "bulk", "encode", "check"):
        text = " ".join(hotdesk(command, "--help").stdout.decode().split())
        assert "application user's password" in text


def test_a_wrong_password_says_what_to_check(ask: Ask) -> None:
    done = ask("who", PHONE, env={**os.environ, "HOTDESK_CERT": "wrong"})
    assert done.returncode == 1
    assert b"check --app, and that --cert-file or the variable holds the password" in done.stderr


# hotdesk.toml of the working folder.


def toml(service: EmService, path: Path, more: str = "") -> None:
    path.write_text(
        f'[cluster.lab]\nservice = "{service.url}"\nallow_http = true\napp_id = "tester"\n{more}',
        encoding="utf-8",
    )
    path.chmod(0o600)


@pytest.mark.parametrize("mode", [0o666, 0o622, 0o620, 0o602])
def test_a_file_of_this_folder_that_others_can_write_is_not_taken(
    hotdesk: Run, ask: Ask, service: EmService, tmp_path: Path, mode: int
) -> None:
    assert ask
    toml(service, tmp_path / "hotdesk.toml")
    (tmp_path / "hotdesk.toml").chmod(mode)
    done = hotdesk("who", PHONE)
    assert (done.returncode, service.requests) == (2, [])
    assert b"hotdesk.toml: others can write it" in done.stderr
    # Who names it has looked at it.
    assert hotdesk("who", PHONE, "--config", "hotdesk.toml").returncode == 0


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_this_folder_that_is_another_users_is_not_taken(
    hotdesk: Run, ask: Ask, service: EmService, tmp_path: Path
) -> None:
    assert ask
    toml(service, tmp_path / "hotdesk.toml")
    os.chown(tmp_path / "hotdesk.toml", 65534, -1)
    done = hotdesk("who", PHONE)
    assert (done.returncode, service.requests) == (2, [])
    assert b"hotdesk.toml: it belongs to another user" in done.stderr


def test_a_file_of_this_folder_says_which_host_gets_which_variable(
    hotdesk: Run, ask: Ask, service: EmService, tmp_path: Path
) -> None:
    assert ask
    toml(service, tmp_path / "hotdesk.toml", 'certificate_env = "OTHER"\n')
    done = hotdesk("who", PHONE, env={**os.environ, "OTHER": CERTIFICATE})
    assert done.returncode == 0
    assert done.stderr.decode() == f"hotdesk: hotdesk.toml of this folder sends OTHER to {service.url}\n"


@pytest.mark.parametrize(
    ("encoding", "says"),
    [("utf-8-sig", "byte order mark"), ("utf-16", "UTF-16"), ("cp1252", "line 5 is not UTF-8")],
)
def test_an_encoding_that_toml_has_not_is_told_by_name(
    hotdesk: Run, ask: Ask, service: EmService, tmp_path: Path, encoding: str, says: str
) -> None:
    assert ask
    toml(service, tmp_path / "hotdesk.toml", "# Köln\n")
    file = tmp_path / "hotdesk.toml"
    file.write_bytes(file.read_text(encoding="utf-8").encode(encoding))
    done = hotdesk("who", PHONE)
    assert done.returncode == 2
    assert says in done.stderr.decode()


# What is shown.

EVIL = "%1b%5b31mred%1b]0;pwned%07\N{RIGHT-TO-LEFT OVERRIDE}"


def evil_row(device: str, user: str) -> Answer:
    row = f"<device name='{device}'><userID>{user}</userID><lastlogin>x&#x85;&#x9b;y</lastlogin></device>"
    return Answer(f"<response><deviceUserResults>{row}</deviceUserResults></response>".encode())


def raw(text: bytes) -> set[str]:
    """Return what in a text a terminal would obey."""
    hidden = {*map(chr, [*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)])}
    return hidden & set(text.decode()) - {"\n"}


def test_control_and_bidirectional_characters_of_a_service_are_escaped(ask: Ask, service: EmService) -> None:
    service.faults.add(evil_row(PHONE, EVIL), operation="deviceUserQuery", times=None)
    table = ask("who", PHONE)
    assert table.returncode == 0
    assert raw(table.stdout) == set()
    assert r"\x1b[31mred\x1b]0;pwned\x07\u202e" in table.stdout.decode()
    printed = ask("who", PHONE, "--json").stdout
    assert raw(printed) == set()
    (row,) = json.loads(printed)
    assert row["user"] == "\x1b[31mred\x1b]0;pwned\x07\u202e"
    service.faults.add(Refuse(18), operation="login", times=1)
    taken = ask("take-over", PHONE, "john")
    assert raw(taken.stdout) == set()
    assert "pwned" in taken.stdout.decode()


def test_control_characters_of_a_refusal_are_escaped(ask: Ask, service: EmService) -> None:
    text = "\x9b31m\u202eevil&#10;hotdesk: all is well"
    document = f"<response><failure><error code='4711'>{text}</error></failure></response>"
    service.faults.add(Answer(document.encode()), times=None)
    done = ask("logout", PHONE)
    assert raw(done.stderr) == set()
    assert done.stderr.count(b"\n") == 1
    assert r"\x9b31m\u202eevil" in done.stderr.decode()
    assert raw(ask("logout", PHONE, "--json").stdout) == set()


def test_decode_prints_what_moves_no_cursor(hotdesk: Run) -> None:
    document = "<response><failure><error code='1'>\x9b31m\u202eevil</error></failure></response>"
    done = hotdesk("decode", data=document.encode())
    assert raw(done.stdout) == set()
    assert json.loads(done.stdout)["failure"]["text"] == "\x9b31m\u202eevil"


def test_what_a_terminal_cannot_show_does_not_end_what_was_done(ask: Ask, service: EmService) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    service.faults.add(Answer(b"<response><success/></response>"), operation="login", times=None)
    done = ask("login", PHONE, "jörg", env=environment)
    assert (done.returncode, done.stdout) == (0, rb"j\xf6rg is logged in on " + PHONE.encode() + b"\n")
    printed = ask("who", "Telefon-ö", "--json", env=environment).stdout
    assert json.loads(printed)[0]["name"] == "Telefon-ö"


# Options and exit codes.


@pytest.mark.parametrize(
    "arguments",
    [
        ("who", PHONE, "--cert", "s3cret"),
        ("who", PHONE, "--cert=s3cret"),
        ("--cert", "s3cret", "who", PHONE),
        ("login", PHONE, "john", "s3cret"),
        ("login", PHONE, "john", "--pin", "s3cret"),
        ("login", PHONE, "john", "--duration", "s3cret"),
        ("login", PHONE, "john", "--json=s3cret"),
        ("who", PHONE, "-p", "s3cret"),
        ("bulk", "x.csv", "--concurrency", "s3cret"),
        ("s3cret",),
        ("codes", "s3cret"),
    ],
)
def test_no_option_is_abbreviated_and_no_value_shown_in_an_error(
    hotdesk: Run, arguments: tuple[str, ...]
) -> None:
    done = hotdesk(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"s3cret" not in done.stderr
    assert b"error: " in done.stderr


def run_broken(tmp_path: Path, error: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command whose client has a bug."""
    script = f"""
import sys, hotdesk.client
def broken(*arguments):
    {error}
hotdesk.client.Client.device_users = broken
from hotdesk.cli import main
sys.exit(main())
"""
    command = [
        sys.executable,
        "-c",
        script,
        "who",
        PHONE,
        "--service",
        "cucm.example",
        "--app",
        "x",
        *arguments,
    ]
    environment = {**os.environ, "HOTDESK_CERT": "s3cret"}
    return subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    "error",
    [
        "raise TypeError('x')",
        "{}['x']",
        "assert False",
        "1 / 0",
        "int('x' * 9)",
        "raise MemoryError",
        "raise RuntimeError",
    ],
)
def test_a_bug_of_ours_exits_70(tmp_path: Path, error: str) -> None:
    done = run_broken(tmp_path, error)
    assert (done.returncode, done.stdout) == (70, b"")
    assert b"\nhotdesk: this is a bug of hotdesk (" in done.stderr
    assert b"Traceback" in done.stderr
    assert b"s3cret" not in done.stderr
    done = run_broken(tmp_path, error, "--json")
    assert json.loads(done.stdout)["error"]["kind"] == "bug"


@pytest.mark.parametrize(
    ("host", "says"),
    [
        ("cucm1.example\N{EN DASH}lan", "U+2013 (EN DASH)"),
        ("\N{LEFT DOUBLE QUOTATION MARK}cucm1.example\N{RIGHT DOUBLE QUOTATION MARK}", "U+201C"),
        ("cucm1.example\N{ZERO WIDTH SPACE}", "U+200B (ZERO WIDTH SPACE)"),
        ("cucm1.example\N{NO-BREAK SPACE}", "U+00A0 (NO-BREAK SPACE)"),
        (" cucm1.example", "U+0020 (SPACE)"),
        ("cucm1.example\t", "U+0009"),
        ("a..b", "an empty part between its dots"),
        (".b", "an empty part between its dots"),
        ("cucm1,example", "U+002C (COMMA)"),
        ("cucm1;example", "U+003B (SEMICOLON)"),
        ("cucm1=example", "U+003D (EQUALS SIGN)"),
        ("https://cucm1.example\\x", "U+005C (REVERSE SOLIDUS)"),
        ("x" * 64 + ".example", "no name that can be looked up"),
        ("xn--\N{LATIN SMALL LETTER U WITH DIAERESIS}", "no name that can be looked up"),
        ("[::1%eth\u00a00]", "U+00A0"),
        ("[12345::]", ""),
        ("", "a service is a host"),
    ],
)
def test_a_host_that_can_be_none_is_told_with_the_character(
    hotdesk: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    from hotdesk import Client

    with pytest.raises(ValueError, match=r"host|service|IPv6") as caught:
        Client(host, APP)
    assert says in str(caught.value)
    if host:
        done = hotdesk("who", PHONE, "--service", host, "--app", "x", env={**os.environ, "HOTDESK_CERT": "x"})
        assert done.returncode == 2
        assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("cucm1.example", "https://cucm1.example:8443"),
        ("CUCM1.example.", "https://cucm1.example.:8443"),
        ("cucm_1", "https://cucm_1:8443"),
        ("10.1.2.3:443", "https://10.1.2.3:443"),
        ("::1", "https://[::1]:8443"),
        ("[2001:db8::1]:444", "https://[2001:db8::1]:444"),
        ("münchen.example", "https://xn--mnchen-3ya.example:8443"),
    ],
)
def test_a_host_of_any_usual_form_is_taken(given: str, url: str) -> None:
    from hotdesk._transport import PATH, address

    assert address(given, allow_http=False) == url + PATH


# JSON, and what helps.

KEYS = {"kind", "message", "service", "code", "name", "text", "done", "exit"}


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Refuse(18), {"kind": "refused", "code": 18, "name": "Another user logged in", "exit": 1}),
        (Answer(b"", status=503, executed=False), {"kind": "turnedAway", "exit": 3}),
        (Answer(b"<html>", status=302), {"kind": "lost", "done": None, "exit": 3}),
        (CloseWithoutAnswer(executed=False), {"kind": "lost", "done": None, "exit": 3}),
    ],
    ids=["refused", "turnedAway", "redirect", "lost"],
)
def test_json_tells_a_failure_in_one_shape(
    ask: Ask, service: EmService, fault: Answer, expected: dict[str, object]
) -> None:
    service.faults.add(fault, times=None)
    done = ask("login", PHONE, "john", "--json")
    (error,) = json.loads(done.stdout).values()
    assert set(error) == KEYS
    assert expected.items() <= error.items()
    assert done.returncode == error["exit"]
    assert done.stderr.decode() == f"hotdesk: {error['message']}\n"
    assert error["service"] == f"127.0.0.1:{service.port}"


def test_json_tells_wrong_input_and_a_service_that_is_not_there(ask: Ask, service: EmService) -> None:
    error = json.loads(ask("login", "", "john", "--json").stdout)["error"]
    assert (error["kind"], error["exit"], set(error)) == ("input", 2, KEYS)
    service.stop()
    error = json.loads(ask("who", PHONE, "--json").stdout)["error"]
    assert (error["kind"], error["exit"]) == ("unreachable", 3)


def test_json_tells_results_in_one_shape(ask: Ask, service: EmService) -> None:
    assert json.loads(ask("login", PHONE, "john", "--json").stdout) == {"done": True}
    assert json.loads(ask("who", PHONE, "--json").stdout) == [
        {"name": PHONE, "status": "loggedIn", "user": "john", "lastLogin": None, "emcc": False}
    ]
    assert json.loads(ask("where", "john", "--json").stdout) == [
        {"id": "john", "status": "loggedIn", "devices": [PHONE]}
    ]
    (row,) = json.loads(ask("profiles", "mary", "--json").stdout)
    assert row == {
        "id": "mary",
        "status": "found",
        "failure": None,
        "profiles": [{"name": "DPMARY", "default": False}],
    }
    assert json.loads(ask("take-over", PHONE, "mary", "--json").stdout) == {"done": True, "loggedOut": "john"}
    assert json.loads(ask("logout", PHONE, "--json").stdout) == {"done": True}
    assert json.loads(ask("logout-all", "--yes", "--json").stdout) == {"done": True}


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(b"", status=503, executed=False), "its web server runs, but Extension Mobility does not"),
        (Answer(b"", status=404, executed=False), "there is no Extension Mobility at this address"),
        (Answer(b"<html>Log in</html>", status=302, headers={"Location": "https://sso.example/saml?x=y"}),
         "it sends the client elsewhere to https://sso.example, as a login page"),
        (Answer(b"<!DOCTYPE html><html>Log in</html>"), "answered with a web page"),
        (Answer(b"", status=401, executed=False), "lets nobody pass"),
    ],
    ids=["503", "404", "302", "html", "401"],
)  # fmt: skip
def test_what_is_no_answer_says_which_host_what_it_is_and_what_to_do(
    ask: Ask, service: EmService, answer: Answer, says: str
) -> None:
    service.faults.add(answer, times=None)
    done = ask("who", PHONE)
    assert done.returncode == 3
    text = done.stderr.decode()
    assert text.startswith(f"hotdesk: 127.0.0.1:{service.port} ")
    assert says in text
    assert "check the address" in text or "check host" in text or "start the service" in text
    # Once, also where a query failed in the same way.
    lost = ask("login", PHONE, "john").stderr.decode()
    assert lost.count(says) == 1


def test_a_refusal_names_the_command_that_helps(ask: Ask, service: EmService) -> None:
    service.login(PHONE, "mary")
    done = ask("login", PHONE, "john")
    assert f"`hotdesk take-over {PHONE} john` logs that user out first" in done.stderr.decode()
    done = ask("login", OTHER_PHONE, "mary")
    assert b"code 25" in done.stderr
    assert b"`hotdesk where mary` says on which phone" in done.stderr


# `hotdesk check`.


def checked(done: subprocess.CompletedProcess[bytes]) -> dict[str, str]:
    return {row["step"]: row["result"] for row in json.loads(done.stdout)}


def test_check_says_each_step(hotdesk: Run, ask: Ask, service: EmService, tmp_path: Path) -> None:
    assert ask
    options = ["--service", f"127.0.0.1:{service.tls_port}", "--app", "tester", "--json"]
    done = hotdesk("check", *options, "--ca", str(write_authority(service, tmp_path)))
    assert done.returncode == 0
    steps = ("address", "TLS", "service", "credential", "rights", "clock")
    assert checked(done) == dict.fromkeys(steps, "good")
    untrusted = hotdesk("check", *options)
    assert (untrusted.returncode, checked(untrusted)) == (3, {"address": "good", "TLS": "wrong"})
    shown = hotdesk("check", *options[:-1], "--ca", str(tmp_path / "ca.pem"))
    assert b"TLSv1.3" in shown.stdout


def test_check_tells_a_wrong_password_from_missing_rights(hotdesk: Run, ask: Ask, service: EmService) -> None:
    wrong = ask("check", "--json", env={**os.environ, "HOTDESK_CERT": "wrong"})
    assert (wrong.returncode, checked(wrong)["credential"]) == (1, "wrong")
    options = ["--service", service.url, "--http", "--app", "norights", "--json"]
    rights = hotdesk("check", *options, env={**os.environ, "HOTDESK_CERT": "x"})
    assert (rights.returncode, checked(rights)["credential"], checked(rights)["rights"]) == (
        1,
        "good",
        "wrong",
    )
    assert b"Standard EM Authentication Proxy Rights" in rights.stdout
    date = {"Date": "Thu, 01 Jan 2026 00:00:00 GMT"}
    service.faults.add(Answer(headers=date), times=None)
    clock = ask("check", "--json")
    assert (clock.returncode, checked(clock)["clock"]) == (1, "wrong")
    service.stop()
    gone = ask("check", "--json")
    assert (gone.returncode, checked(gone)) == (3, {"address": "wrong"})


def test_check_writes_a_first_file_that_is_read(
    hotdesk: Run, ask: Ask, service: EmService, tmp_path: Path
) -> None:
    assert ask
    ca = write_authority(service, tmp_path)
    options = ["--service", f"127.0.0.1:{service.tls_port}", "--app", "tester", "--ca", str(ca)]
    assert (
        hotdesk("check", "lab", *options, "--write", env={**os.environ, "HOTDESK_CERT": "wrong"}).returncode
        == 2
    )
    assert not (tmp_path / "hotdesk.toml").exists()
    assert hotdesk("check", "lab", *options, "--write").returncode == 0
    written = tmp_path / "hotdesk.toml"
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert CERTIFICATE not in written.read_text()
    assert hotdesk("who", PHONE).returncode == 0
    assert hotdesk("check", "lab").returncode == 0
    again = hotdesk("check", "lab", *options, "--write")
    assert again.returncode == 2
    assert b"is there already" in again.stderr
