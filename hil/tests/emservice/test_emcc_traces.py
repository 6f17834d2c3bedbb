"""Traces of Cross Cluster: what both clusters write of one login, in which thread, under which number."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from emservice.client import Client
from emservice.test_emcc import BOB, here, home, login

from hotdesk_hil.emservice import Device, EmService, RemoteCluster, User

LINE = re.compile(r"\S+ \S+ (?:INFO |DEBUG|ERROR) \[(\S+) *\] EMServiceServlet +- (.+)")
URL = re.compile(r"http://127\.0\.0\.1:\d+")


def told(tmp_path: Path, who: tuple[str, str] = BOB, **of: Any) -> tuple[list[str], list[str]]:
    """What the services of both clusters write of one login: the thread by its order, and the message."""
    files = [tmp_path / name for name in ("one.log", "two.log")]
    clusters = (of.get("here") or here(), of.get("home") or home())
    with EmService(clusters[0], trace=files[0]) as one, EmService(clusters[1], trace=files[1]) as two:
        one.connect(two)
        login(one, who, device=of.get("device", "SEP003094C25B15"))
    first, second = (_services(file) for file in files)
    return first, second


def _services(file: Path) -> list[str]:
    threads: list[str] = []
    lines = []
    for line in file.read_text(encoding="utf-8").splitlines():
        found = LINE.fullmatch(line)
        if found is not None:
            threads += [found[1]] if found[1] not in threads else []
            lines.append(f"{threads.index(found[1])} {URL.sub('URL', found[2])}")
        elif line.startswith("<"):
            lines.append(line)
    return lines


LOOKED_UP = [
    "0 EMService Request# ----> : 1",
    "0 1: EM Service: Request type=Query",
    "0 1: Parsing Request...",
    "1 EMService Request# ----> : 2",
    "1 2: processEmccRequest: Received EMCC Login Request for :bob",
    "1 2: findHomeCluster: Finding Home Cluster for User: bob",
]
FOUND = [*LOOKED_UP, "1 2: EmccLoginRequest: Home Cluster URL for User:bob is : URL"]
CHECKED = [
    "0 EMService Request# ----> : 1",
    "0 1 : 2 : One: processEmccRequest: Received EMCC Home Cluster Login Request for :bob",
    "0 1 : 2 : One: authenticate pin for bob",
]


def test_a_login_across_clusters_is_in_the_traces_of_both(tmp_path: Path) -> None:
    visiting, at_home = told(tmp_path)
    assert visiting == [
        *FOUND,
        "1 2: DeviceSecurityMode: 1 HomeCluster SecurityMode: 0",
        "2 EMService Request# ----> : 3",
        "2 3: EmccLoginRequest: Performing Visiting Device Login for :bob",
    ]
    assert at_home == [
        *CHECKED,
        "1 EMService Request# ----> : 2",
        "1 2 : 3 : One: EmccHomeLogin : Performing Home Device Login for :bob",
    ]


def test_the_application_goes_on_in_its_own_thread(tmp_path: Path) -> None:
    for who, last in (
        (BOB, "Successfully performed Login for user bob at SEP003094C25B15"),
        (("bob", "9"), "EMCC Request for bob"),
    ):
        told(tmp_path, who)
        text = (tmp_path / "one.log").read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if "EMAppServlet" in line]
        begin = max(at for at, line in enumerate(lines) if "EMApp Request# " in line)
        assert len({line.split("[")[1].split()[0] for line in lines[begin:]}) == 1
        assert lines[-1].endswith(last)


REFUSED: dict[str, tuple[dict[str, Any], list[str], list[str]]] = {
    "nobody has the user": (
        {"who": ("bob", "1"), "home": home([User("rob", "1")])},
        [
            *LOOKED_UP,
            "1 2: Request failed returning<response>",
            '<failure><error code="23">no cluster has bob</error></failure></response>',
        ],
        [],
    ),
    "the security mode of the phone": (
        {"here": here([Device("SEP003094C25B15", security_mode=3)])},
        [
            *FOUND,
            "1 2: DeviceSecurityMode: 3 HomeCluster SecurityMode: 0",
            "1 2: Request failed returning<response>",
            '<failure><error code="43">the phone\'s security mode is 3, and Two is not in mixed mode</error>'
            "</failure></response>",
        ],
        [],
    ),
    "the PIN": (
        {"who": ("bob", "9")},
        [
            *FOUND,
            "1 2: Request failed returning<response>",
            '<failure><error code="2">Two: not the PIN of bob: 1 wrong in 30 minutes</error></failure>'
            "</response>",
        ],
        [
            *CHECKED,
            "0 1: Request failed returning<response>",
            '<failure><error code="2">not the PIN of bob: 1 wrong in 30 minutes</error></failure></response>',
        ],
    ),
    "no free device at home": (
        {"home": home(emcc_dummy_devices=0)},
        [
            *FOUND,
            "1 2: DeviceSecurityMode: 1 HomeCluster SecurityMode: 0",
            "2 EMService Request# ----> : 3",
            "2 3: Request failed returning<response>",
            '<failure><error code="33">Two: all 0 EMCC devices are in use</error></failure></response>',
        ],
        [
            *CHECKED,
            "1 EMService Request# ----> : 2",
            "1 2: Request failed returning<response>",
            '<failure><error code="33">all 0 EMCC devices are in use</error></failure></response>',
        ],
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_refusal_across_clusters_is_in_the_traces_of_whoever_knows_of_it(why: str, tmp_path: Path) -> None:
    of, visiting, at_home = REFUSED[why]
    assert told(tmp_path, **of) == (visiting, at_home)


@pytest.mark.parametrize(("number", "written"), [(17, 17), ("17", 0), (None, 0), ([1], 0)])
def test_the_number_of_the_visiting_cluster_is_one(tmp_path: Path, number: object, written: int) -> None:
    file = tmp_path / "two.log"
    asked = {"operation": "emccAuthenticate", "cluster": "One", "user": "bob", "pin": "9", "request": number}
    with EmService(home(), trace=file) as two:
        two.remote_clusters["one"] = RemoteCluster("One", "http://127.0.0.1:9")
        Client(two.url).send("POST", "/emservice/EmccServlet", json.dumps(asked).encode())
    assert f"0 1 : {written} : One: authenticate pin for bob" in _services(file)


def test_a_log_out_that_is_told_is_not_in_the_traces(tmp_path: Path) -> None:
    file = tmp_path / "two.log"
    with EmService(home(), trace=file) as two:
        answer = Client(two.url).send("POST", "/emservice/EmccServlet", b'{"operation": "emccLogout"}')
        assert json.loads(answer.body)["code"] == 35
    assert file.read_text(encoding="utf-8") == ""
