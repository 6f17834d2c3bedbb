"""The demo as a whole: it goes through, fails where the service does not agree, and cleans up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from hotdesk_hil import demo
from hotdesk_hil.rig import Rig
from hotdesk_hil.rig.demo_cluster import DemoCluster

DEADLINE = 60.0


@pytest.fixture
def arguments(rig: Rig, tmp_path: Path) -> list[str]:
    """The demo's arguments for the image under test."""
    return ["--rig", str(rig.file), "--image", str(rig.kernel), "--out", str(tmp_path)]


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Lets Ctrl-C reach what a test starts: a shell that runs tests in its background has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_demo_goes_through_and_leaves_a_picture_of_each_screen(
    arguments: list[str], tmp_path: Path, cluster: DemoCluster
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hotdesk_hil.demo", *arguments],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    last = done.stdout.rstrip().splitlines()[-1]
    assert last.startswith(f"{cluster.user} logged in and out on SEP003094C25B15 with its keys")
    assert [word in last for word in ("boot ", "log in ", "who ", "log out ")] == [True] * 4
    names = [path.name.split("-", 1)[1] for path in sorted(tmp_path.glob("*.png"))]
    seen = iter(names)
    story = [
        "idle.png",
        "log-in.png",
        "logged-in.png",
        "idle.png",
        "log-out.png",
        "logged-out.png",
        "idle.png",
    ]
    assert all(name in seen for name in story), names
    for path in tmp_path.glob("*.png"):
        with Image.open(path) as image:
            assert len(set(image.tobytes())) > 1
    for secret in (cluster.pin, cluster.app_certificate):
        assert secret not in done.stdout + done.stderr + (tmp_path / "service.log").read_text()


def test_demo_fails_where_the_service_does_not_agree(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "user_on", lambda *_: None)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    assert demo.main(arguments) == 1
    assert (
        "demo: failed at 'log in': expected the service to see john on the phone; it sees nobody"
        in capsys.readouterr().err
    )


@pytest.mark.usefixtures("ctrl_c")
def test_interrupted_demo_leaves_no_process_behind(arguments: list[str]) -> None:
    # A session of its own, as in a terminal: Ctrl-C reaches demo, QEMU and simulator at once.
    process = subprocess.Popen(
        [sys.executable, "-m", "hotdesk_hil.demo", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    for line in process.stdout:
        if line.startswith("log in:"):
            break
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=DEADLINE)
    assert process.returncode == 130
    assert "demo: interrupted" in said
    assert "Traceback" not in said
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
