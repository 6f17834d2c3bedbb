"""No path of the package needs what only POSIX has: its modules, and functions of `os` that Windows lacks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import hotdesk
import pytest
from hotdesk_hil.emservice import EmService
from services import CERTIFICATE, OTHER_PHONE, PHONE, cluster

POSIX = ("fcntl", "grp", "posix", "pty", "pwd", "resource", "spwd", "syslog", "termios", "tty")
OF_OS = (
    "O_CLOEXEC",
    "O_NOFOLLOW",
    "chown",
    "fork",
    "geteuid",
    "getuid",
    "killpg",
    "register_at_fork",
    "setsid",
)
OF_SIGNAL = ("SIGHUP", "SIGKILL", "SIGALRM", "SIGUSR1", "SIGPIPE", "alarm", "pthread_kill")
# Our modules alone: those of the standard library and of others have ways of their own for Windows.
SCRIPT = f"""
import builtins, os, signal, sys

real = builtins.__import__

def imported(name, globals=None, locals=None, fromlist=(), level=0):
    ours = str((globals or {{}}).get("__name__", "")).partition(".")[0] == "hotdesk"
    if ours and name.partition(".")[0] in {POSIX!r}:
        raise ImportError(name + " is there on POSIX alone")
    return real(name, globals, locals, fromlist, level)

class Module:
    "A module as our code sees it on Windows."
    def __init__(self, real, lacks):
        self.__dict__.update({{key: value for key, value in vars(real).items() if key not in lacks}})

lacking = {{
    "os": Module(os, {OF_OS!r}),
    "signal": Module(signal, {OF_SIGNAL!r}),
}}

def seen(name, globals=None, locals=None, fromlist=(), level=0):
    module = imported(name, globals, locals, fromlist, level)
    ours = str((globals or {{}}).get("__name__", "")).partition(".")[0] == "hotdesk"
    return lacking.get(name, module) if ours and not level else module

builtins.__import__ = seen
# What is decided when a module is read is decided as on Windows there, and by the real system elsewhere.
class System:
    def __getattr__(self, name):
        return "win32" if name == "platform" else getattr(sys, name)
lacking["sys"] = System()

import hotdesk
import importlib, pkgutil
for module in pkgutil.iter_modules(hotdesk.__path__):
    if module.name not in ("__main__", "strategies"):
        importlib.import_module("hotdesk." + module.name)
from hotdesk.cli import main
sys.exit(main())
"""


@pytest.fixture
def service() -> Iterator[EmService]:
    with EmService(cluster()) as service:
        yield service


def test_every_command_works_without_what_only_posix_has(service: EmService, tmp_path: Path) -> None:
    rows = f"device,user\n{PHONE},john\n{OTHER_PHONE},mary\n"
    (tmp_path / "list.csv").write_text(rows)
    secret = tmp_path / "secret"
    secret.write_text(CERTIFICATE + "\n")
    # There, mode bits say nothing about others.
    secret.chmod(0o644)
    (tmp_path / "hotdesk.toml").write_text(
        f'[cluster.lab]\nservice = "{service.url}"\nallow_http = true\napp_id = "tester"\n'
        f'certificate_file = "secret"\n'
    )
    for arguments in (
        ["check", "lab"],
        ["bulk", "list.csv"],
        ["bulk", "list.csv"],
        ["who", PHONE, "--json"],
        ["who", "--from", "list.csv", "--csv"],
        ["where", "john", "--all"],
        ["profiles", "john"],
        ["logout", OTHER_PHONE],
        ["take-over", PHONE, "mary"],
        ["login", OTHER_PHONE, "john"],
        ["logout-all", "--yes"],
        ["codes", "em-service"],
        ["explain", "26"],
        ["completion", "bash"],
    ):
        command = [sys.executable, "-c", SCRIPT, *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, (arguments, done.stderr)
        assert "Traceback" not in done.stderr
    assert service.sessions() == {}


def test_pyright_accepts_the_package_for_windows(tmp_path: Path) -> None:
    package = Path(hotdesk.__file__).parent
    command = [sys.executable, "-m", "pyright", "--pythonplatform", "Windows", "--pythonpath", sys.executable]
    files = [str(file) for file in package.glob("*.py*")]
    done = subprocess.run([*command, *files], cwd=tmp_path, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout.decode()
