"""Who is being asked for a second factor: one challenge for a person at a phone, from its address, and no
other's.
"""

from __future__ import annotations

import gc
import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest
from emservice.app_phone import AppPhone, Shown, read
from emservice.client import DESK, DESK2, JOHN, MARY
from emservice.factor_pages import CLUSTER, ask, go_on, login, over, press, token

from hotdesk_hil.emservice import EmService, VipFactor
from hotdesk_hil.emservice.app_factor import Waiting
from hotdesk_hil.emservice.app_request import Asked
from hotdesk_hil.emservice.vip_service import VipFault, VipService, VipUser

CODE = "314159"


@pytest.fixture
def vip() -> Iterator[VipService]:
    with VipService({"mary": VipUser(code=CODE), "john": VipUser(code=CODE)}) as vip:
        yield vip


@pytest.fixture
def service(vip: VipService) -> Iterator[EmService]:
    with EmService(CLUSTER, second_factor=VipFactor(vip.url)) as service:
        yield service


def test_people_who_are_asked_at_once_have_challenges_of_their_own(
    service: EmService, vip: VipService
) -> None:
    mary = login(service)
    john = login(service, JOHN, DESK2)
    there = login(service, MARY, DESK2)
    assert len({token(page) for page in (mary, john, there)}) == 3
    assert (vip.pushes("mary"), vip.pushes("john")) == (2, 1)
    vip.approve("john")
    assert go_on(mary).text == "Another request took its place (7003)"
    menu = go_on(john, DESK2)
    assert AppPhone(DESK2).follow(menu.items["A"]).text == "Login successful."
    assert service.sessions() == {DESK2: "john"}


def test_somebody_else_at_the_same_phone_is_asked_for_himself(service: EmService, vip: VipService) -> None:
    mary = login(service)
    vip.approve("mary")
    john = login(service, JOHN)
    assert token(john) != token(mary)
    assert go_on(john).text.startswith("Approve on your mobile"), "mary's yes is not his"
    assert service.sessions() == {}
    assert vip.pushes("john") == 1


def test_the_same_phone_from_another_address_has_a_challenge_of_its_own(
    service: EmService, vip: VipService
) -> None:
    first = login(service)
    target = f"{service.app_url}?device={DESK}&userid=mary&seq={MARY[1]}".partition(str(service.port))[2]
    other = http.client.HTTPConnection("127.0.0.1", service.port, source_address=("127.0.0.2", 0))
    other.request("GET", target)
    answer = other.getresponse()
    second = Shown(read(answer.read()), None, {})
    assert second.text.startswith("Approve on your mobile")
    assert token(first) not in answer.getheader("Refresh", "")
    other.close()
    assert vip.pushes("mary") == 2


def test_a_submit_when_the_push_is_over_sends_another(service: EmService, vip: VipService) -> None:
    page = login(service)
    service.clock.advance(60)
    again = login(service)
    assert token(again) != token(page)
    assert vip.pushes("mary") == 2
    vip.approve("mary")
    assert go_on(again).text == "Login successful."


def test_a_submit_after_a_push_that_was_not_possible_tries_once_more(
    service: EmService, vip: VipService
) -> None:
    vip.faults.append(VipFault(status="6041"))
    over(service, login(service), "A push is not possible (6041).", ("Code", "Exit"))
    assert login(service).text.startswith("Approve on your mobile")
    assert vip.pushes("mary") == 1


def test_a_submit_after_too_many_pushes_is_told_so_again(service: EmService) -> None:
    for _ in range(3):
        press(login(service), "Cancel")
    for _ in range(2):
        page = login(service)
        over(service, page, "Too many requests. Try again in 10 min.", ("Code", "Exit"))
    service.clock.advance(599)
    over(service, login(service), "Too many requests. Try again in 1 min.", ("Code", "Exit"))
    service.clock.advance(1)
    assert login(service).text.startswith("Approve on your mobile")


def test_the_one_who_waits_longest_goes_where_too_many_wait(
    service: EmService, vip: VipService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotdesk_hil.emservice.app_factor.WAITING_KEPT", 2)
    first, second, third = login(service), login(service, MARY, DESK2), login(service, JOHN)
    vip.approve("mary")
    vip.approve("john")
    assert "201" in go_on(first).text
    assert go_on(second, DESK2).text == "Login successful."
    assert tuple(go_on(third).items) == ("A", "B")


def test_reset_forgets_pushes_too(service: EmService, vip: VipService) -> None:
    for _ in range(3):
        press(login(service), "Cancel")
    service.reset()
    assert login(service).text.startswith("Approve on your mobile")
    assert vip.pushes("mary") == 4


def test_a_record_names_the_user_of_the_token(service: EmService) -> None:
    page = login(service)
    go_on(page)
    record = service.requests[-1]
    assert (record.operation, record.devices, record.users) == ("appSecondFactor", (DESK,), ("mary",))
    ask(service, "&mfa=unknown&userid=john")
    assert service.requests[-1].users == ()


def test_tokens_and_pins_are_in_no_repr() -> None:
    asked = Asked(
        "appLogin", "http://x", DESK, pins={"seq": "4711"}, token="menu-token", factor_token="mfa-token"
    )
    waiting = Waiting(CLUSTER.users["mary"], DESK, None, asked, 1.0, "t", "its-token")
    for secret in ("4711", "menu-token", "mfa-token", "its-token"):
        assert secret not in repr(waiting)


def test_the_pin_is_forgotten_while_the_person_is_asked(service: EmService) -> None:
    login(service)
    waiting = [one for one in gc.get_objects() if isinstance(one, Waiting)]
    assert waiting
    assert [dict(one.asked.pins) for one in waiting if one.asked.pins] == []


def test_again_twice_is_one_push(service: EmService, vip: VipService) -> None:
    page = login(service)
    service.clock.advance(60)
    end = go_on(page)
    assert press(end, "Again").text.startswith("Approve on your mobile")
    assert press(end, "Again").text.startswith("Approve on your mobile")
    assert vip.pushes("mary") == 2


def test_what_becomes_of_it_is_in_the_traces_in_the_thread_of_the_login(
    vip: VipService, tmp_path: Path
) -> None:
    file = tmp_path / "trace.log"
    with EmService(CLUSTER, second_factor=VipFactor(vip.url), trace=file) as service:
        page = login(service)
        press(page, "Cancel")
        page = login(service)
        vip.approve("mary")
        go_on(page)
    lines = file.read_text(encoding="utf-8").splitlines()
    told = [line for line in lines if " SecondFactor " in line]
    assert [line.rpartition(" - ")[2] for line in told] == [
        f"mary at {DESK}: pending",
        f"mary at {DESK}: cancelled",
        f"mary at {DESK}: pending",
        f"mary at {DESK}: approved",
    ]
    threads = [line.split("[")[1].split()[0] for line in told]
    shown = [line for line in lines if "User authentication complete" in line]
    begun = [line.split("[")[1].split()[0] for line in shown]
    assert threads == [begun[0], begun[0], begun[1], begun[1]]
    (done,) = [line for line in lines if "Successfully performed Login" in line]
    assert f"[{begun[1]} " in done
