"""The command hotdesk-emservice as a person starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from emservice.client import DESK, JOHN, SECRETS, Client

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
        f"login {DESK} mary by john: [10] User lacks app proxy rights",
        f"logout {DESK} by jo\\nhn: [3] Invalid App User",
        "unreadable: [1] Error on Parsing",
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
    assert done.stderr.startswith(f"hotdesk-emservice: 127.0.0.1:{port}: ")
    assert done.stderr.count("\n") == 1


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
            lines = [running.stdout.readline()]
            while not lines[-1].startswith("control at "):
                lines.append(running.stdout.readline())
            loose = Client(plain, JOHN).request(f"<logout><more/><deviceName>{DESK}</deviceName></logout>")
        finally:
            running.kill()
    assert tls.startswith("https://127.0.0.1:")
    assert lines[0] == f"certificate authority ({tmp_path / 'ca' / 'ca.pem'}):\n"
    assert "".join(lines[1:-1]).strip() == (tmp_path / "ca" / "ca.pem").read_text().strip()
    assert lines[-1].startswith("control at http://127.0.0.1:")
    assert lines[-1].endswith("/#token=made-up-token\n")
    assert loose.code == 19


def test_a_folder_for_the_authority_without_tls_is_refused(demo_file: Path, tmp_path: Path) -> None:
    done = run("--cluster", demo_file, "--ca", tmp_path)
    assert done.returncode == 2
    assert "--ca needs --tls-port" in done.stderr
