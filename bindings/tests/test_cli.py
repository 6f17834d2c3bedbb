"""The command as a process: what it prints where, and its exit codes."""

import subprocess
import sys
from pathlib import Path

import hotdesk
import pytest
from conftest import Run, sample, vectors


def test_decode_reads_standard_input(hotdesk: Run) -> None:
    done = hotdesk("decode", data=sample("success"))
    assert (done.returncode, done.stdout) == (0, b'{"kind":"response","result":"success"}\n')
    assert done.stderr == b""


def test_decode_reads_standard_input_for_a_dash(hotdesk: Run) -> None:
    assert hotdesk("decode", "-", data=sample("success")).returncode == 0


def test_decode_writes_utf8_whatever_the_locale_says(hotdesk: Run) -> None:
    (vector,) = (vector for vector in vectors() if vector.name == "requests/login-unicode")
    done = hotdesk("decode", data=vector.input, env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
    assert done.stdout.decode("utf-8") == vector.line + "\n"


def test_a_refused_message_is_one_line_on_standard_error(hotdesk: Run) -> None:
    done = hotdesk("decode", data=b"<response>\n<success>")
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.startswith(b"hotdesk: 2:10: ")
    assert done.stderr.count(b"\n") == 1


def test_a_megabyte_of_open_tags_is_refused(hotdesk: Run) -> None:
    done = hotdesk("decode", data=b"<a>" * 350_000)
    assert done.returncode == 2
    assert done.stderr.startswith(b"hotdesk: 1:1: ")


def test_a_file_that_is_not_there_is_named(hotdesk: Run, tmp_path: Path) -> None:
    done = hotdesk("decode", str(tmp_path / "no.xml"))
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == f"hotdesk: cannot read {tmp_path / 'no.xml'}: No such file or directory\n".encode()


def test_output_that_cannot_be_written_is_no_traceback() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "hotdesk", "codes"], stdout=full, stderr=subprocess.PIPE, timeout=60
        )
    assert done.returncode == 2
    assert done.stderr == b"hotdesk: standard output: No space left on device\n"


def test_a_folder_is_no_file(hotdesk: Run, tmp_path: Path) -> None:
    done = hotdesk("decode", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr == f"hotdesk: cannot read {tmp_path}: Is a directory\n".encode()


@pytest.mark.parametrize("arguments", [[], ["decipher"], ["decode", "a", "b"], ["decode", "--loud"]])
def test_wrong_usage_exits_2_and_shows_the_usage(hotdesk: Run, arguments: list[str]) -> None:
    done = hotdesk(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"usage: hotdesk")


@pytest.mark.parametrize("arguments", [["--help"], ["decode", "--help"]])
def test_help_goes_to_standard_output(hotdesk: Run, arguments: list[str]) -> None:
    done = hotdesk(*arguments)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"decode" in done.stdout


def test_version_is_the_package_s(hotdesk: Run) -> None:
    assert hotdesk("--version").stdout.decode() == f"hotdesk {version()}\n"


def version() -> str:
    return hotdesk.__version__


def test_the_command_is_installed_beside_python() -> None:
    command = Path(sys.executable).with_name("hotdesk")
    done = subprocess.run([command, "--version"], capture_output=True, timeout=60, check=True)
    assert done.stdout.decode() == f"hotdesk {version()}\n"


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    script = f"{sys.executable} -m hotdesk decode | true; exit ${{PIPESTATUS[0]}}"
    users = b"".join(b'<user id="u"><none/></user>' for _ in range(20_000))
    document = b"<response><userDevicesResults>" + users + b"</userDevicesResults></response>"
    done = subprocess.run(
        ["bash", "-c", script], input=document, capture_output=True, timeout=60, check=False
    )
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr
