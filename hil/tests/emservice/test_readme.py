"""README.md: what a newcomer reads first works as it is written."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from emservice.app_phone import AppPhone
from emservice.client import DESK, Client

from hotdesk_hil.emservice import Cluster, EmService

pytest_plugins = ["pytester"]

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
FIRST = README.partition("## In a test")[0]


def test_it_begins_with_a_request_that_works() -> None:
    console = re.findall(r"```console\n(.*?)```", FIRST, re.DOTALL)
    assert console[0].splitlines()[:2] == [
        "$ pip install -c hil/constraints.txt ./hil",
        "$ hotdesk-emservice",
    ]
    command, _, answer = console[1].removeprefix("$ ").partition("\n")
    curl, option, data, url = shlex.split(command)
    assert (curl, option) == ("curl", "--data-urlencode")
    with EmService(Cluster.demo()) as service:
        assert urlsplit(url).path == urlsplit(service.url).path
        body = b"xml=" + quote(data.removeprefix("xml="), safe="").encode()
        assert Client(service.url).send("POST", urlsplit(url).path, body).body.decode() == answer


def test_it_shows_what_the_command_prints() -> None:
    shown = re.findall(r"```console\n(.*?)```", FIRST, re.DOTALL)
    command = [Path(sys.executable).with_name("hotdesk-emservice"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            lines = [running.stdout.readline().strip() for _ in range(5)]
        finally:
            running.kill()
    url = lines[0].removeprefix("listening at ")
    base = url.removesuffix("/emservice/EMServiceServlet")
    printed = [line.replace(base, "http://127.0.0.1:8080") for line in lines]
    assert shown[0].splitlines()[2:] == printed[:2]
    assert [shown[n].splitlines()[0].removeprefix("$ ") for n in (1, 2)] == printed[3:]


def test_its_second_factors_let_in_whom_they_approve() -> None:
    def example(name: str) -> str:
        (code,) = re.findall(rf"```python title={name}\n(.*?)```", README, re.DOTALL)
        return code

    phone = AppPhone(DESK)
    values: dict[str, Any] = {}
    exec(example("factor"), values)  # noqa: S102
    with values["service"] as service:
        form = phone.open(f"{service.app_url}?device=#DEVICENAME#&userid=mary&seq=54321")
        assert phone.submit(form, otp="4712").prompt == "Code is wrong"
        assert phone.submit(form, otp="4711").text == "Login successful."
    shown = []

    def log_in() -> None:
        page = phone.open(f"{values['service'].app_url}?device=#DEVICENAME#&userid=mary&seq=54321")
        shown.append(page.refresh)

    def finish() -> None:
        assert phone.follow(shown[0][1]).text == "Login successful."

    values = {"log_in": log_in, "finish": finish}
    code = example("vip").replace("...  #", "log_in()  #") + "        finish()\n"
    exec(code, values)  # noqa: S102


def test_its_test_passes(pytester: pytest.Pytester) -> None:
    (code,) = re.findall(r"## In a test\n\n```python\n(.*?)```", README, re.DOTALL)
    pytester.makepyfile(code)
    pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:schemathesis").assert_outcomes(passed=1)
