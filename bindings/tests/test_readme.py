"""The examples of README.md, run as they stand there."""

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import hotdesk
import pytest
from conftest import Run
from hotdesk import clusters
from hotdesk.client import Timeouts
from hotdesk_hil.emservice import EmService
from services import write_authority

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "bindings" / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """Return the one fenced block of a language."""
    (text,) = re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return text


def test_the_client_example_prints_what_its_comments_say(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with EmService(ROOT / "hil" / "clusters" / "demo.toml", tls_port=0) as service:
        ca = write_authority(service, tmp_path)
        example = (
            block("python3")
            .replace("ca.pem", str(ca))
            .replace('"localhost"', f'"127.0.0.1:{service.tls_port}"')
        )
        exec(example, {})
    assert capsys.readouterr().out.splitlines() == re.findall(r"print\(.*\)  # (.*)", block("python3"))


def test_the_clusters_of_the_example_are_read(tmp_path: Path) -> None:
    file = tmp_path / "hotdesk.toml"
    file.write_text(block("toml"))
    found, default = clusters.read(str(file))
    assert (default, found["lab"].backup) == ("lab", "cucm2.example")


def test_the_bulk_example_prints_what_it_shows(hotdesk: Run, tmp_path: Path) -> None:
    (tmp_path / "phones.csv").write_text(block("csv"))
    with EmService(ROOT / "hil" / "clusters" / "demo.toml", tls_port=0) as service:
        write_authority(service, tmp_path)
        (tmp_path / "hotdesk.toml").write_text(
            block("toml").replace('"cucm1.example"', f'"{service.tls_url}"').replace("backup", "# backup")
        )
        shown = ""
        for line in re.findall(r"^\$ hotdesk (.*)$", block("console"), re.MULTILINE):
            environment = {**os.environ, "LAB_CERT": "phone-demo-certificate"}
            done = hotdesk(*shlex.split(line), cwd=tmp_path, env=environment)
            shown += f"$ hotdesk {line}\n{done.stdout.decode()}"
        assert service.sessions() == {"SEP003094C25B15": "john", "SEP402CF4915265": "mary"}
    assert shown == block("console")


def test_the_other_examples_run() -> None:
    exec(block("py"), {})


def test_the_command_prints_what_the_readme_shows(hotdesk: Run) -> None:
    name, *arguments = shlex.split(block("sh"))
    assert name == "hotdesk"
    assert hotdesk(*arguments, cwd=ROOT).stdout.decode() == block("json")


def test_the_logs_command_tells_what_the_readme_shows(hotdesk: Run) -> None:
    name, *arguments = shlex.split(block("shell"))
    assert name == "hotdesk"
    assert hotdesk(*arguments, cwd=ROOT).stdout.decode() == block("text")


def test_the_session_with_logs_prints_what_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    session = doctest.DocTestParser().get_doctest(block("pycon"), {}, "README.md", None, None)
    assert doctest.DocTestRunner().run(session).failed == 0


def test_the_python_example_prints_what_its_comments_say(capsys: pytest.CaptureFixture[str]) -> None:
    exec(block("python"), {})
    assert capsys.readouterr().out.splitlines() == re.findall(r"print\(.*\)  # (.*)", block("python"))


def test_the_example_of_vip_prints_what_its_comments_say(capsys: pytest.CaptureFixture[str]) -> None:
    exec(block("python title=vip"), {})
    assert capsys.readouterr().out.splitlines() == re.findall(
        r"print\(.*\)  # (.*)", block("python title=vip")
    )


def test_a_newcomer_gets_to_a_login_in_six_commands(tmp_path: Path) -> None:
    install, serve, *commands = block("bash").splitlines()
    assert len(commands) + 2 <= 6
    assert (install, serve) == ("pip install ./bindings ./hil", "hotdesk-emservice &")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HOTDESK_")}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    # As the second command serves it, on a port that is free here.
    with EmService(ROOT / "hil" / "clusters" / "demo.toml") as service:
        script = "\n".join(["set -e", *commands]).replace("localhost:8080", f"127.0.0.1:{service.port}")
        shell = ["bash", "-c", script]
        done = subprocess.run(
            shell, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        assert service.sessions() == {"SEP003094C25B15": "john"}
    assert "loggedIn" in done.stdout
    assert "john" in done.stdout.splitlines()[-2]


def test_each_error_of_a_client_is_told() -> None:
    told = re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE)
    kinds = {
        kind for kind in vars(hotdesk).values() if isinstance(kind, type) and issubclass(kind, hotdesk.Error)
    }
    of_clients = {kind.__name__ for kind in kinds - {hotdesk.Error, hotdesk.Refused, hotdesk.TransportError}}
    assert of_clients <= set(told)


@pytest.mark.parametrize(
    "told",
    [
        "Proxies of the environment (`HTTPS_PROXY`, `NO_PROXY`) and `.netrc` are not used",
        "in a process that was forked",
        "in each event loop that it is used in",
        "A call that is cancelled stops at once",
        "The logger `hotdesk` has a line for each attempt",
        "`on_attempt` is called",
    ],
)
def test_proxies_forks_loops_cancellation_and_logging_of_a_client_are_told(told: str) -> None:
    client = README.partition("\n## Client\n")[2].partition("\n### ")[0]
    assert told in " ".join(client.split())


def test_the_time_outs_that_are_told_are_the_defaults() -> None:
    (told,) = re.findall(r"`Timeouts\((.*?)\)`, in seconds", README)
    values = {key: float(value) for key, value in re.findall(r"(\w+)=(\d+)", told)}
    assert values == vars(Timeouts())
