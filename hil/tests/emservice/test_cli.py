"""The command hotdesk-emservice as a person starts it."""

from __future__ import annotations

import http.client
import json
import os
import shlex
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
from emservice.client import DESK, JOHN, SECRETS, Client
from emservice.tftp_client import load

COMMAND = Path(sys.executable).with_name("hotdesk-emservice")


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_listens_and_a_line_for_each_request(demo_file: Path, end: signal.Signals) -> None:
    with subprocess.Popen(
        [COMMAND, "--cluster", demo_file, "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            assert running.stdout is not None
            listening = running.stdout.readline()
            url = listening.removeprefix("listening at ").strip()
            assert url.startswith("http://127.0.0.1:")
            client = Client(url, JOHN)
            client.login(DESK, "john")
            client.login(DESK, "mary")
            client.signed_by(("jo\nhn", "x")).logout(DESK)
            client.post("hello")
            running.send_signal(end)
            out, err = running.communicate(timeout=10)
        finally:
            running.kill()
    assert running.returncode == 0
    assert err == ""
    assert [line.split(" ", 2)[2] for line in out.splitlines()] == [
        f"login {DESK} john by john: success",
        f"login {DESK} mary by john: [10] User lacks app proxy rights: "
        "john may not act on mary: give the account proxy rights",
        f"logout {DESK} by jo\\nhn: [3] Invalid App User: "
        "jo\\nhn is neither an application user nor a user of this cluster",
        "unreadable: [1] Error on Parsing: line 1, column 1: not well-formed XML",
    ]
    assert not [secret for secret in SECRETS if secret in out + listening]


def test_a_bad_cluster_file_is_one_line_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "cluster.toml"
    file.write_text("[[user]]\nid = 'john'\n")
    done = run("--cluster", file)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"hotdesk-emservice: {file}:1: [user] lacks 'pin'\n"


def test_a_state_file_that_cannot_be_used_is_one_line(demo_file: Path, tmp_path: Path) -> None:
    done = run("--cluster", demo_file, "--state", tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"hotdesk-emservice: {tmp_path}: cannot be used as the state file")
    assert done.stderr.count("\n") == 1


def test_a_port_that_is_taken_is_one_line(demo_file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("--cluster", demo_file, "--port", port)
    assert done.returncode == 2
    what = "Address already in use; it was wanted for the service: end what uses it, or name another port"
    assert done.stderr == f"hotdesk-emservice: 127.0.0.1:{port}: {what}\n"


@pytest.mark.parametrize(
    ("option", "what"),
    [("--tls-port", "the service with TLS"), ("--control-port", "the control interface")],
)
def test_a_port_clash_names_the_port_that_is_taken(option: str, what: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("--port", "0", option, port)
    assert done.returncode == 2
    assert done.stderr == (
        f"hotdesk-emservice: 127.0.0.1:{port}: Address already in use; it was wanted for {what}"
        ": end what uses it, or name another port\n"
    )
    assert done.stdout == ""


@pytest.mark.parametrize("port", ["http", "-1", "65536"])
def test_a_port_that_is_none_is_refused(demo_file: Path, port: str) -> None:
    done = run("--cluster", demo_file, f"--port={port}")
    assert done.returncode == 2
    assert f"'{port}' is not 0 to 65535" in done.stderr


def test_tls_control_and_lenient_are_asked_for_and_printed(demo_file: Path, tmp_path: Path) -> None:
    ports = ["--port", "0", "--tls-port", "0", "--control-port", "0"]
    command = [COMMAND, "--cluster", demo_file, *ports, "--ca", tmp_path / "ca", "--lenient"]
    environment = {**os.environ, "HOTDESK_EMSERVICE_TOKEN": "made-up-token"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as running:
        try:
            assert running.stdout is not None
            plain, tls = (running.stdout.readline().split()[-1] for _ in range(2))
            control, authority = (running.stdout.readline() for _ in range(2))
            loose = Client(plain, JOHN).request(f"<logout><more/><deviceName>{DESK}</deviceName></logout>")
        finally:
            running.kill()
    assert tls.startswith("https://127.0.0.1:")
    assert authority == f"certificate authority: {tmp_path / 'ca' / 'ca.pem'}\n"
    assert control.startswith("control at http://127.0.0.1:")
    assert control.endswith("/#token=made-up-token\n")
    assert loose.code == 19


def test_a_folder_for_the_authority_without_tls_is_refused(demo_file: Path, tmp_path: Path) -> None:
    done = run("--cluster", demo_file, "--ca", tmp_path)
    assert done.returncode == 2
    assert "--ca needs --tls-port" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--tls-certificate", "expired"), "--tls-certificate needs --tls-port"),
        (("--tls-version", "1.2"), "--tls-version needs --tls-port"),
        (("--tls-client-certificate",), "--tls-client-certificate needs --tls-port"),
        (("--tls-port", "0", "--tls-certificate", "good"), "'good' is none of P-256, P-384, RSA-2048, "),
        (("--tls-port", "0", "--tls-version", "1.1"), "invalid choice: '1.1'"),
    ],
)
def test_how_tls_is_spoken_is_asked_for_with_its_port(arguments: tuple[str, ...], what: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert what in done.stderr


def test_options_of_tls_take_precedence_over_the_cluster_file(tmp_path: Path) -> None:
    file = tmp_path / "cluster.toml"
    file.write_text(
        '[tls]\ncertificate = "expired"\nversion = "1.2"\n'
        '[[application_user]]\nid = "emphone"\ncertificate = "phone-demo-certificate"\n'
    )
    options = ("--tls-port", "0", "--ca", tmp_path / "ca", "--tls-certificate", "self-signed")
    with running("--cluster", file, *options) as lines:
        trusted = tmp_path / "ca" / "self-signed.pem"
        assert f"self-signed certificate: {trusted}" in lines
        port = int(lines[1].removeprefix("listening at https://127.0.0.1:").partition("/")[0])
        context = ssl.create_default_context(cafile=trusted)
        with (
            socket.create_connection(("127.0.0.1", port), timeout=20) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as secured,
        ):
            assert secured.version() == "TLSv1.2"


@contextmanager
def running(*arguments: str | Path, **environment: str) -> Iterator[list[str]]:
    """Runs the command: the lines that it prints before its first request."""
    command = [COMMAND, "--port", "0", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}, encoding="utf-8"
    ) as process:
        try:
            assert process.stdout is not None
            lines = [process.stdout.readline().rstrip("\n")]
            # The first request's line is the last one that is read.
            Client(lines[0].removeprefix("listening at ")).query("checkUser", "jörg")
            while not lines[-1].endswith("checkUser jörg by emphone: success"):
                line = process.stdout.readline()
                assert line, "it ended"
                lines.append(line.rstrip("\n"))
            yield lines[:-1]
        finally:
            process.kill()


def test_alone_it_serves_the_demo_cluster_and_prints_requests_that_work() -> None:
    with running() as lines:
        url = lines[0].removeprefix("listening at ")
        curl, hotdesk = (shlex.split(line) for line in lines[-2:])
        assert curl[:2] == ["curl", "--data-urlencode"]
        name, _, xml = curl[2].partition("=")
        assert (name, curl[3:]) == ("xml", [url])
        assert (
            Client(url).send("POST", urlsplit(url).path, b"xml=" + quote(xml, safe="").encode()).code is None
        )
        setting, _, secret = hotdesk[0].partition("=")
        assert setting == "HOTDESK_CERT"
        program = Path(sys.executable).with_name(hotdesk[1])
        assert program.exists(), "install ./bindings as well"
        done = subprocess.run(
            [program, *hotdesk[2:], "--json"],
            env={**os.environ, setting: secret},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert DESK in done.stdout
        assert "john" in json.dumps(json.loads(done.stdout))


def test_a_cluster_of_ones_own_is_served_without_a_secret_on_the_screen(demo_file: Path) -> None:
    with running("--cluster", demo_file) as lines:
        assert len(lines) == 1
        assert not [secret for secret in SECRETS if secret in lines[0]]


def test_version() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, "hotdesk-emservice 0.1.0\n")


def test_options_are_not_abbreviated() -> None:
    assert run("--vers").returncode == 2


@pytest.mark.parametrize("token", ["aB+c/d==", "a&b#c%d", "plain"])
def test_the_printed_address_holds_the_token_encoded(token: str) -> None:
    with running("--control-port", "0", HOTDESK_EMSERVICE_TOKEN=token) as lines:
        (control,) = [line for line in lines if line.startswith("control at ")]
        address, _, fragment = control.removeprefix("control at ").partition("#token=")
        # A page reads it as a form: + would be a blank, & its end.
        assert unquote(fragment.replace("+", " ").split("&")[0]) == token
        parts = urlsplit(address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        connection.request("GET", "/state", headers={"Authorization": f"Bearer {token}"})
        assert connection.getresponse().status == 200
        connection.close()


@pytest.mark.parametrize("token", [" ", "\t", "a b", " a", "töken"])
def test_a_token_that_cannot_be_sent_is_refused(token: str) -> None:
    done = subprocess.run(
        [COMMAND, "--port", "0", "--control-port", "0"],
        env={**os.environ, "HOTDESK_EMSERVICE_TOKEN": token},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == (
        "hotdesk-emservice: HOTDESK_EMSERVICE_TOKEN: "
        "a control token is printable ASCII without blanks; no other can be sent\n"
    )


def test_the_addresses_stand_before_a_certificate_that_is_printed() -> None:
    with running("--tls-port", "0", "--control-port", "0") as lines:
        kinds = [line.split(" at ")[0] for line in lines[:3]]
        assert kinds == ["listening", "listening", "control"]
        assert lines[3] == "certificate authority, another one at the next start (--ca keeps it):"
        assert lines[4] == "-----BEGIN CERTIFICATE-----"


def test_two_services_do_not_share_a_state_file(demo_file: Path, tmp_path: Path) -> None:
    with running("--state", tmp_path / "state.db"):
        done = run("--cluster", demo_file, "--port", "0", "--state", tmp_path / "state.db")
    assert done.returncode == 2
    assert done.stderr == (
        f"hotdesk-emservice: {tmp_path / 'state.db'}: cannot be used as the state file: "
        "another service uses it; stop that one, or name another file\n"
    )


def test_a_name_that_the_terminal_does_not_have_is_escaped() -> None:
    with subprocess.Popen(
        [COMMAND, "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().removeprefix("listening at ").strip()
            Client(url).query("checkUser", "jörg")
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=10)
        finally:
            process.kill()
    assert "checkUser j\\xf6rg by emphone: success" in out
    assert err == ""


def test_the_files_of_phones_are_served_where_it_says(demo_file: Path) -> None:
    with subprocess.Popen(
        [COMMAND, "--cluster", demo_file, "--port", "0", "--provisioning-port", "0", "--tftp-port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            assert running.stdout is not None
            lines = [running.stdout.readline().strip() for _ in range(3)]
            urls = [urlsplit(line.removeprefix("files of phones at ")) for line in lines[1:]]
            assert [url.scheme for url in urls] == ["http", "tftp"]
            connection = http.client.HTTPConnection("127.0.0.1", urls[0].port or 0, timeout=10)
            connection.request("GET", f"{urls[0].path}{DESK}.cnf.xml")
            content = connection.getresponse().read()
            assert b"<versionStamp>" in content
            assert load(urls[1].port or 0, f"{DESK}.cnf.xml").content == content
        finally:
            running.kill()


def test_a_second_factor_is_a_class_of_a_module_here(tmp_path: Path) -> None:
    (tmp_path / "badge.py").write_text(
        "from hotdesk_hil.emservice import SecondFactor\n"
        "class Badge(SecondFactor):\n    pushes, takes_codes = False, True\n"
        "nothing = 1\n"
    )
    command = [COMMAND, "--port", "0", "--second-factor", "badge:Badge"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            parts = urlsplit(running.stdout.readline().removeprefix("listening at ").strip())
            connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 0, timeout=10)
            connection.request("GET", f"/emapp/EMAppServlet?device={DESK}&userid=mary&seq=54321")
            assert b"Enter the code" in connection.getresponse().read()
            connection.close()
        finally:
            running.kill()
    for wrong in ("badge:nothing", "badge:Other", "other:Badge", "badge", ""):
        done = subprocess.run(
            [COMMAND, "--second-factor", wrong],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert (done.returncode, done.stderr.splitlines()[-1][:20]) == (2, "hotdesk-emservice: e")
