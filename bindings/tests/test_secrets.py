"""No secret gets anywhere it can be read: logs, reprs, tracebacks, journals, results, the process list.

Each test lets something happen, collects all that it left behind, and looks for the secret in every form
that it has on its way.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

import hotdesk
import pytest
from hotdesk.client import AsyncClient, Client
from hotdesk_hil.emservice import Answer, CloseWithoutAnswer, EmService, Refuse
from services import APP, CERTIFICATE, OTHER_PHONE, PHONE, Both, cluster

FORMS = {CERTIFICATE, escape(CERTIFICATE), quote(CERTIFICATE), quote(escape(CERTIFICATE), safe="")}
FORMS |= {quote_plus(escape(CERTIFICATE)), repr(CERTIFICATE)[1:-1], ascii(CERTIFICATE)[1:-1]}
# All that logging can show, and the traceback of whatever the command lets through.
SCRIPT = """
import logging, sys
logging.basicConfig(level=logging.DEBUG)
from hotdesk.cli import main
sys.exit(main())
"""


@pytest.fixture
def service() -> Iterator[EmService]:
    with EmService(cluster(phones=30, operation_seconds=0.02)) as service:
        yield service


def found(shown: str) -> set[str]:
    """Return the forms of the secret that are in a text."""
    return {form for form in FORMS if form in shown}


def test_the_search_finds_each_form() -> None:
    login = hotdesk.Login(app=APP, device_name=PHONE, user_id="john")
    for text in (login.to_xml().decode(), login.to_form().decode(), APP.certificate.expose()):
        assert found(text)
    assert found(repr([CERTIFICATE]))
    assert not found("hotdesk")


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_none_is_in_a_log_a_repr_or_a_traceback(
    kind: type[Client] | type[AsyncClient], service: EmService, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    both = Both(kind, service)
    both.call("login", PHONE, "john")
    shown = ""
    for fault in (CloseWithoutAnswer(executed=False), Refuse(3), Answer(b"<html/>", status=503)):
        service.faults.add(fault, times=None)
        with pytest.raises(hotdesk.Error) as caught:
            both.call("device_users" if isinstance(fault, Answer) else "logout", PHONE)
        error: BaseException | None = caught.value
        shown += "".join(traceback.format_exception(caught.value))
        while error is not None:
            shown += repr(error) + str(error.args)
            error = error.__cause__
        service.faults.clear()
    login = hotdesk.Login(app=APP, device_name=PHONE, user_id="john")
    shown += f"{APP!r}{APP}{login!r}{login}{[login]!r}{APP.certificate!r}{APP.certificate}"
    with pytest.raises(hotdesk.Unsendable) as unsendable:
        hotdesk.Login(app=APP, device_name="", user_id="john").to_xml()
    with pytest.raises(hotdesk.Refused) as refused:
        hotdesk.parse(login.to_xml().replace(b"</login>", b"&</login>"))
    for error in (unsendable.value, refused.value):
        shown += "".join(traceback.format_exception(error)) + repr(error)
    # There is something to search, and the log is the client's own and the service's.
    assert "POST" in caplog.text
    assert "hotdesk_hil" in caplog.text
    assert found(shown + caplog.text) == set()


def test_none_is_in_what_the_command_prints_writes_or_shows_to_others(
    service: EmService, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("device,user\n" + "".join(f"SEP{n:012X},user{n}\n" for n in range(30)))
    bulk = ["bulk", str(file)]
    service.login(OTHER_PHONE, "mary")
    service.faults.add(Refuse(3), operation="logout")
    lines = processes = ""
    for arguments, code in (
        (["login", PHONE, "john"], 0),
        (["login", OTHER_PHONE, "john"], 1),
        (["logout", PHONE], 1),
        (["login", "", "john"], 2),
        (["who", PHONE, "--json"], 0),
        (bulk, 0),
    ):
        command = [sys.executable, "-c", SCRIPT, *arguments]
        command += ["--service", service.url, "--http", "--app", "tester"]
        environment = {**os.environ, "HOTDESK_CERT": CERTIFICATE}
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            while arguments is bulk and str(file) not in processes:
                # The first ones are of the commands before.
                service.wait_for_request("login", timeout=30)
                processes = process_list()
            printed, _ = process.communicate(timeout=60)
        assert process.returncode == code, printed
        lines += printed
    assert "DEBUG" in lines
    written = "".join(path.read_text() for path in tmp_path.iterdir())
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"list.csv", "list.csv.journal", "list.csv.result.csv"}
    assert found(lines + processes + written) == set()


def process_list() -> str:
    """Return the command lines of all processes, as anybody can read them."""
    lines = b""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines += path.read_bytes().replace(b"\0", b" ") + b"\n"
        except OSError:  # It has ended.
            continue
    return lines.decode(errors="replace")
