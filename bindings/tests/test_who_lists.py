"""`who` and `where` of lists, as tables that `bulk` takes back, and of all clusters at once."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Run
from hotdesk import AsyncClient, Client, Error, Unreachable, UserDevices
from hotdesk.client import find_user, find_user_async
from hotdesk_hil.emservice import Delay, EmService
from lists import ENVIRONMENT, phone, run, where, write
from services import APP, CERTIFICATE, FAST, PHONE, cluster

PHONES = 250


@pytest.fixture
def service() -> Iterator[EmService]:
    with EmService(cluster(phones=PHONES)) as service:
        yield service


def test_who_takes_a_list_and_writes_one_that_bulk_takes_back(
    tmp_path: Path, service: EmService, hotdesk: Run
) -> None:
    for n in range(0, PHONES, 2):
        service.login(phone(n), f"user{n}")
    before = dict(service.sessions())
    list_of_all = write(tmp_path, "Device Name\n" + "".join(f"{phone(n)}\n" for n in range(PHONES)))
    asked = hotdesk("who", "--from", str(list_of_all), "--csv", *where(service), env=ENVIRONMENT)
    assert (asked.returncode, asked.stderr) == (0, b"")
    assert asked.stdout.startswith(b"device,user,status,lastLogin\nSEP000000000000,user0,loggedIn,")
    assert asked.stdout.count(b"\n") == PHONES + 1
    assert sum(record.operation == "deviceUserQuery" for record in service.requests) == 3
    for n in range(0, PHONES, 2):
        service.logout(phone(n))
    after = write(tmp_path, asked.stdout, "before.csv")
    done = run(service, after)
    assert (done.returncode, done.stdout.split(";")[0]) == (0, f"{PHONES // 2} rows done, 0 refused")
    assert f"{PHONES // 2} rows with nobody logged in are passed over" in done.stderr
    assert service.sessions() == before


def test_where_takes_a_list_and_writes_one_that_bulk_takes_back(
    tmp_path: Path, service: EmService, hotdesk: Run
) -> None:
    service.login(phone(1), "user1")
    users = write(tmp_path, "User ID;Name\nuser1;One\nuser2;Two\nNOBODY;x\nuser1;again\n")
    asked = hotdesk("where", "john", "--from", str(users), "--csv", *where(service), env=ENVIRONMENT)
    assert asked.returncode == 0
    assert asked.stdout.decode().splitlines() == [
        "device,user,status",
        ",john,none",
        f"{phone(1)},user1,loggedIn",
        ",user2,none",
        ",NOBODY,doesNotExist",
    ]
    assert b"not used: 'Name'" in asked.stderr
    service.logout(phone(1))
    assert run(service, write(tmp_path, asked.stdout, "before.csv")).returncode == 0
    assert service.sessions() == {phone(1): "user1"}


@pytest.mark.parametrize(("command", "bare"), [("who", "00:00:00:00:00:01\n"), ("where", "user1\n")])
def test_a_bare_list_of_names_is_taken_and_said_so(
    tmp_path: Path, service: EmService, hotdesk: Run, command: str, bare: str
) -> None:
    service.login(phone(1), "user1")
    options = ["--from", "-", "--json", *where(service)]
    done = hotdesk(command, *options, data=bare.encode(), env=ENVIRONMENT)
    assert done.returncode == 0
    assert b"has no heading line" in done.stderr
    (row,) = json.loads(done.stdout)
    assert row["status"] == "loggedIn"


@pytest.mark.parametrize(
    ("command", "text", "says"),
    [
        ("who", "user\njohn\n", "the column device is missing"),
        ("where", "device,floor\nSEP1,3\n", "the column user is missing"),
        ("who", "device\n1.12E+11\n", "line 2: device is 1.12E+11"),
        ("who", "device\n", "which device is meant? give names, or --from FILE with some"),
    ],
)
def test_what_is_wrong_in_a_list_of_names_is_told(
    tmp_path: Path, service: EmService, hotdesk: Run, command: str, text: str, says: str
) -> None:
    done = hotdesk(command, "--from", str(write(tmp_path, text)), *where(service), env=ENVIRONMENT)
    assert (done.returncode, done.stdout) == (2, b"")
    assert says in done.stderr.decode()
    assert service.requests == []


def test_names_or_a_list_are_needed(hotdesk: Run) -> None:
    done = hotdesk("who", "--service", "h")
    assert done.returncode == 2
    assert b"which device is meant? give names, or --from FILE with some" in done.stderr


def test_a_name_that_a_spreadsheet_would_run_is_harmless(service: EmService, hotdesk: Run) -> None:
    done = hotdesk("where", "=1+1", "--csv", *where(service), env=ENVIRONMENT)
    assert done.stdout.decode().splitlines()[1] == ",'=1+1,doesNotExist"


@pytest.fixture
def three(tmp_path: Path, service: EmService, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmService]:
    """Three clusters: the one of `service`, one that is not there, and another one."""
    with EmService(cluster()) as other:
        texts = [
            f'[cluster.{name}]\nservice = "{url}"\nallow_http = true\napp_id = "tester"\n'
            for name, url in (("muc", service.url), ("ham", "http://localhost:9"), ("ber", other.url))
        ]
        (tmp_path / "hotdesk.toml").write_text("".join(texts))
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("HOTDESK_CERT", CERTIFICATE)
        yield other


def test_where_all_prints_the_answer_or_the_failure_of_each_cluster(
    service: EmService, three: EmService, hotdesk: Run
) -> None:
    service.login(PHONE, "john")
    done = hotdesk("where", "john", "--all", env={**os.environ, "COLUMNS": "120"})
    assert done.returncode == 3
    shown = done.stdout.decode()
    assert PHONE in shown
    assert "ber" in shown
    assert "no answer" in shown
    assert done.stderr.startswith(b"hotdesk: ham: localhost:9 ")
    assert done.stderr.count(b"\n") == 1
    said = hotdesk("where", "john", "--all", "--json")
    assert said.returncode == 3
    one, two, failed = json.loads(said.stdout)
    assert one == {"cluster": "muc", "id": "john", "status": "loggedIn", "devices": [PHONE]}
    assert two == {"cluster": "ber", "id": "john", "status": "none", "devices": []}
    assert failed == {"cluster": "ham", "error": failed["error"]}
    assert (failed["error"]["kind"], failed["error"]["exit"]) == ("unreachable", 3)
    table = hotdesk("where", "john", "--all", "--csv").stdout.decode().splitlines()
    assert table == [
        "cluster,device,user,status",
        f"muc,{PHONE},john,loggedIn",
        "ham,,john,no answer",
        "ber,,john,none",
    ]
    assert three.requests


@pytest.mark.usefixtures("three")
def test_where_all_exits_1_where_only_a_service_refused(
    tmp_path: Path, hotdesk: Run, service: EmService
) -> None:
    file = tmp_path / "hotdesk.toml"
    text = file.read_text().replace("http://localhost:9", service.url)
    file.write_text(text.replace('app_id = "tester"', 'app_id = "norights"', 1))
    done = hotdesk("where", "john", "--all", env={**os.environ, "HOTDESK_CERT": "x"})
    assert done.returncode == 1
    assert b"muc: the service refused with code " in done.stderr


def test_where_all_asks_at_once(service: EmService, three: EmService, hotdesk: Run) -> None:
    for slow in (service, three):
        slow.faults.add(Delay(5), operation="userDevicesQuery")
    asked = hotdesk("where", "john", "--all", "--json")
    assert [row["cluster"] for row in json.loads(asked.stdout)] == ["muc", "ber", "ham"]
    (one,), (other,) = service.requests, three.requests
    # Nobody waited for the other's answer.
    assert abs(one.at - other.at) < 4


def test_find_user_returns_answers_and_failures(service: EmService) -> None:
    service.login(PHONE, "john")
    with (
        Client(service.url, APP, allow_http=True, retry=FAST) as one,
        Client("http://localhost:9", APP, allow_http=True, retry=FAST) as gone,
    ):
        found = find_user({"one": one, "gone": gone}, "john")
        assert list(found) == ["one", "gone"]
        assert not isinstance(found["one"], Exception)
        assert list(found["one"].devices) == [PHONE]
        assert isinstance(found["gone"], Unreachable)
        assert list(find_user({"one": one, "gone": gone}, "nobody")) == ["gone"]

    async def ask() -> dict[str, UserDevices | Error]:
        async with (
            AsyncClient(service.url, APP, allow_http=True, retry=FAST) as one,
            AsyncClient("http://localhost:9", APP, allow_http=True, retry=FAST) as gone,
        ):
            return await find_user_async({"one": one, "gone": gone}, "john")

    found = asyncio.run(ask())
    assert (list(found), type(found["gone"])) == (["one", "gone"], Unreachable)
