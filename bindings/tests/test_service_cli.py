"""The commands that talk to a service, as processes against the simulator."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import GOOD, Run, Vector, sample
from hotdesk_hil.emservice import BadCertificate, CertificateFlaw, EmService
from services import CERTIFICATE, OTHER_PHONE, PHONE, cluster, write_authority


@pytest.fixture
def service() -> Iterator[EmService]:
    with EmService(cluster(), tls_port=0) as service:
        yield service


@pytest.fixture
def folder(service: EmService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with hotdesk.toml and its secret, and go there."""
    write_authority(service, tmp_path)
    secret = tmp_path / "secret"
    secret.write_text(CERTIFICATE + "\n")
    secret.chmod(0o600)
    (tmp_path / "hotdesk.toml").write_text(
        f'[cluster.lab]\nservice = "{service.tls_url}"\nca = "ca.pem"\n'
        'app_id = "tester"\ncertificate_file = "secret"\n'
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_a_day_on_the_command_line(hotdesk: Run, service: EmService) -> None:
    assert hotdesk("login", PHONE, "john", "--profile", "UserDevProf", "--duration", "60").returncode == 0
    assert service.sessions() == {PHONE: "john"}
    (row,) = json.loads(hotdesk("who", PHONE, "--json").stdout)
    assert (row["name"], row["status"], row["user"]) == (PHONE, "loggedIn", "john")
    shown = hotdesk("where", "john", "mary").stdout.decode()
    assert PHONE in shown
    assert "none" in shown
    assert (
        "DPJOHNIPC (default)"
        in hotdesk("profiles", "john", env={**os.environ, "COLUMNS": "120"}).stdout.decode()
    )
    assert hotdesk("take-over", PHONE, "mary", "--json").stdout == b'{"done": true, "loggedOut": "john"}\n'
    assert hotdesk("logout", PHONE).returncode == 0
    assert hotdesk("login", OTHER_PHONE, "john").returncode == 0
    assert hotdesk("logout-all", "--yes").returncode == 0
    assert service.sessions() == {}


@pytest.mark.usefixtures("folder")
def test_a_narrow_terminal_cuts_no_name(hotdesk: Run) -> None:
    name = "SEP" + "0123456789AB" * 5
    lines = hotdesk("who", name, env={**os.environ, "COLUMNS": "40"}).stdout.decode().splitlines()
    assert max(map(len, lines)) <= 40
    cells = [line.split("│")[1].strip() for line in lines if line.startswith("│")]
    assert "".join(cells) == name


@pytest.mark.usefixtures("folder")
def test_a_refusal_exits_1_and_says_what_to_do(hotdesk: Run, service: EmService) -> None:
    service.login(PHONE, "mary")
    done = hotdesk("login", PHONE, "john")
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(b"hotdesk: the service refused with code 18 (Another user logged in): ")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.usefixtures("folder")
def test_a_service_that_is_not_there_exits_3(hotdesk: Run, service: EmService) -> None:
    service.stop()
    done = hotdesk("who", PHONE)
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"cannot be connected to" in done.stderr


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("flaw", "says"),
    [
        (CertificateFlaw.EXPIRED, b"it has expired"),
        (CertificateFlaw.WRONG_NAME, b"it is for another name"),
        (CertificateFlaw.UNKNOWN_CA, b"it is not trusted"),
    ],
)
def test_a_bad_certificate_exits_3_and_says_which(
    hotdesk: Run, service: EmService, flaw: CertificateFlaw, says: bytes
) -> None:
    service.faults.add(BadCertificate(flaw), times=None)
    done = hotdesk("login", PHONE, "john")
    assert (done.returncode, done.stdout) == (3, b"")
    assert done.stderr.startswith(b"hotdesk: the certificate of 127.0.0.1:")
    assert says in done.stderr
    assert done.stderr.count(b"\n") == 1
    assert service.requests == []


@pytest.mark.usefixtures("folder")
def test_logout_all_needs_an_answer_or_yes(hotdesk: Run, service: EmService) -> None:
    done = hotdesk("logout-all")
    assert done.returncode == 2
    assert b"--yes" in done.stderr
    assert service.requests == []


def test_a_user_is_looked_for_in_every_cluster(hotdesk: Run, service: EmService, folder: Path) -> None:
    service.login(PHONE, "john")
    with EmService(cluster()) as branch, (folder / "hotdesk.toml").open("a") as file:
        file.write(
            f'[cluster.branch]\nservice = "{branch.url}"\nallow_http = true\n'
            'app_id = "tester"\ncertificate_file = "secret"\n'
        )
        file.flush()
        rows = json.loads(hotdesk("where", "john", "--all", "--json").stdout)
    assert rows == [
        {"cluster": "lab", "id": "john", "status": "loggedIn", "devices": [PHONE]},
        {"cluster": "branch", "id": "john", "status": "none", "devices": []},
    ]
    # The other one is not there any more: what it would have said is not left out silently.
    assert hotdesk("where", "john", "--all").returncode == 3
    assert b"leave --cluster" in hotdesk("where", "john", "--all", "--cluster", "lab").stderr


def test_a_secret_that_others_can_read_is_refused(hotdesk: Run, folder: Path) -> None:
    (folder / "secret").chmod(0o640)
    done = hotdesk("who", PHONE)
    assert done.returncode == 2
    assert b"chmod 600" in done.stderr


def test_http_must_be_asked_for(hotdesk: Run, service: EmService) -> None:
    options = ["--service", service.url, "--app", "tester"]
    environment = {**os.environ, "HOTDESK_CERT": CERTIFICATE}
    done = hotdesk("who", PHONE, *options, env=environment)
    assert (done.returncode, service.requests) == (2, [])
    assert hotdesk("who", PHONE, "--http", *options, env=environment).returncode == 0


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("[cluster.lab]\nbackup = 'x'", "lacks service"),
        ("[cluster.lab]\nservice = 'x'\ncertificate = 'secret'", "unknown key 'certificate'"),
        ("[cluster.lab]\nservice = 1", "service must be a text"),
        ("nonsense", "hotdesk.toml"),
        ("cluster = 1", "cluster must be tables"),
        ("[cluster]\nlab = 'x'", "cluster must be tables"),
        ("default = 'branch'\n[cluster.lab]\nservice = 'x'", "no cluster 'branch'; known: lab"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(
    hotdesk: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, toml: str, says: str
) -> None:
    (tmp_path / "hotdesk.toml").write_text(toml)
    monkeypatch.chdir(tmp_path)
    done = hotdesk("who", PHONE)
    assert done.returncode == 2
    assert says in done.stderr.decode()


@pytest.mark.parametrize("vector", GOOD, ids=lambda vector: vector.name)
def test_encode_undoes_decode(vector: Vector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import hotdesk
    from hotdesk import _json

    message = _json.message(_json.read(vector.line.encode()), hotdesk.Secret("x"))
    assert hotdesk.decode(message.to_xml()) == vector.line


def test_encode_writes_xml_or_the_form(hotdesk: Run) -> None:
    line = hotdesk("decode", data=sample("login")).stdout
    environment = {**os.environ, "HOTDESK_CERT": CERTIFICATE}
    assert hotdesk("decode", data=hotdesk("encode", data=line, env=environment).stdout).stdout == line
    form = hotdesk("encode", "--form", data=line, env=environment).stdout
    assert form.startswith(b"xml=%3Crequest%3E")
    assert b"\n" not in form


@pytest.mark.parametrize(
    "given",
    [b"{", b"[]", b"\xff", b'{"kind":"request"}', b'{"kind":"response","result":"success","more":1}'],
)
def test_encode_refuses_what_is_no_message(hotdesk: Run, given: bytes) -> None:
    done = hotdesk("encode", data=given, env={**os.environ, "HOTDESK_CERT": "x"})
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"hotdesk: ")
    assert done.stderr.count(b"\n") == 1


def test_encode_asks_for_a_certificate(hotdesk: Run) -> None:
    line = hotdesk("decode", data=sample("login")).stdout
    environment = {key: value for key, value in os.environ.items() if key != "HOTDESK_CERT"}
    assert b"HOTDESK_CERT" in hotdesk("encode", data=line, env=environment).stderr


@pytest.mark.parametrize(("typed", "completed"), [("ta", "take-over"), ("bulk --retry", "--retry-refused")])
def test_bash_completes_commands_and_options(
    hotdesk: Run, tmp_path: Path, typed: str, completed: str
) -> None:
    script = tmp_path / "completion"
    script.write_bytes(hotdesk("completion", "bash").stdout)
    words = ["hotdesk", *typed.split()]
    shell = (
        f"source {script}; COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; "
        '_shtab_hotdesk hotdesk; echo "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == [completed]


@pytest.mark.parametrize("shell", ["zsh", "tcsh"])
def test_a_completion_script_is_printed_for_other_shells(hotdesk: Run, shell: str) -> None:
    done = hotdesk("completion", shell)
    assert done.returncode == 0
    assert b"take-over" in done.stdout


def test_an_authority_that_is_not_there_is_named(hotdesk: Run) -> None:
    environment = {**os.environ, "HOTDESK_CERT": "x"}
    done = hotdesk("who", PHONE, "--service", "h", "--app", "y", "--ca", "no.pem", env=environment)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"hotdesk: cannot read no.pem: No such file or directory\n"
