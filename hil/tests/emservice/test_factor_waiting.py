"""Who is being asked for a second factor: one challenge for a person at a phone, from its address, and no
other's.
"""

from __future__ import annotations

import asyncio
import gc
import http.client
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from emservice.app_phone import AppPhone, Shown, read
from emservice.client import DESK, DESK2, JOHN, MARY
from emservice.factor_pages import CLUSTER, ask, go_on, login, over, press, token

from hotdesk_hil.emservice import (
    EmService,
    FactorAnswer,
    Outcome,
    SecondFactor,
    Started,
    VipFactor,
)
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


def at(service: EmService, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Has the clock of the service stand still, until the list says another time."""
    now = [service.clock.now()]
    monkeypatch.setattr(service.clock, "now", lambda: now[0])
    return now


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


def test_a_submit_after_too_many_pushes_is_told_so_again(
    service: EmService, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = at(service, monkeypatch)
    for _ in range(3):
        press(login(service), "Cancel")
    for _ in range(2):
        page = login(service)
        over(service, page, "Too many requests. Try again in 10 min.", ("Code", "Exit"))
    now[0] += 599.75
    over(service, login(service), "Too many requests. Try again in 1 min.", ("Code", "Exit"))
    now[0] += 0.25
    assert login(service).text.startswith("Approve on your mobile")


def test_a_push_lasts_less_than_60_seconds_and_a_token_less_than_120(
    service: EmService, vip: VipService, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = at(service, monkeypatch)
    page = login(service)
    now[0] += 59.75
    assert go_on(page).text == "Approve on your mobile\n0 s left"
    vip.approve("mary")
    now[0] += 0.25
    over(service, go_on(page), "No answer", ("Again", "Code", "Exit"))
    again = press(page, "Code")
    now[0] += 59.75
    assert AppPhone(DESK).submit(again, otp="000000").prompt == "Code is wrong (6009)"
    now[0] += 0.25
    assert AppPhone(DESK).submit(again, otp=CODE).text == "Please try to login again (201)"
    assert service.sessions() == {}


def test_a_push_that_is_sent_again_late_ends_with_the_token(
    service: EmService, vip: VipService, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = at(service, monkeypatch)
    page = login(service)
    now[0] += 90
    again = press(go_on(page), "Again")
    assert again.text == "Approve on your mobile\n30 s left"
    vip.approve("mary")
    now[0] += 30
    assert go_on(again).text == "Please try to login again (201)"
    assert service.sessions() == {}


def test_a_push_whose_time_is_over_by_either_clock_may_be_sent_again_once(
    service: EmService, vip: VipService
) -> None:
    page = login(service)
    vip.advance(61)
    end = go_on(page)
    over(service, end, "No answer (7004)", ("Again", "Code", "Exit"))
    assert "no answer (7004)" in str(service.requests[-1].detail)
    form = go_on(page)
    assert (form.kind, form.prompt) == ("Input", "Enter the code"), "it is not asked for any more"
    assert press(end, "Again").text.startswith("Approve on your mobile")
    assert vip.pushes("mary") == 2


def test_what_is_decided_while_it_is_cancelled_or_done_by_a_code_is_a_used_token() -> None:
    asked, polled, release = threading.Event(), threading.Event(), threading.Event()

    class Slow(SecondFactor):
        takes_codes = True

        async def start(self, user: str, device: str, seconds: int) -> Started:  # noqa: ARG002
            return Started("1")

        async def poll(self, started: Started) -> FactorAnswer:  # noqa: ARG002
            if not asked.is_set():
                return FactorAnswer(Outcome.PENDING)
            polled.set()
            await asyncio.get_running_loop().run_in_executor(None, release.wait)
            return FactorAnswer(Outcome.APPROVED)

        async def check_code(self, user: str, code: str) -> FactorAnswer:  # noqa: ARG002
            return FactorAnswer(Outcome.APPROVED)

    for key in ("Cancel", "Code"):
        for event in (asked, polled, release):
            event.clear()
        with EmService(CLUSTER, second_factor=Slow()) as service, ThreadPoolExecutor(1) as pool:
            page = login(service)
            asked.set()
            decided = pool.submit(go_on, page)
            assert polled.wait(10)
            end = press(page, key)
            if key == "Code":
                assert AppPhone(DESK).submit(end, otp="1").text == "Login successful."
            release.set()
            assert decided.result().text == "Please try to login again (201)"
            assert service.requests[-1].detail == "the token of the second factor has been used"
            assert service.sessions() == ({DESK: "mary"} if key == "Code" else {})


def test_the_number_stands_beside_the_seconds(
    service: EmService, vip: VipService, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(service, monkeypatch)
    vip.number_challenge = True
    page = login(service)
    number = page.title.removeprefix("Number: ")
    lines = ["Choose this number on your mobile:", f"* * *   {number}   * * *", "60 s left"]
    assert page.text.splitlines() == lines


def test_urls_of_the_result_are_those_by_which_the_phone_came_last(
    service: EmService, vip: VipService
) -> None:
    for end in ("push", "code"):
        page = login(service)
        assert page.refresh is not None
        vip.approve("mary")
        elsewhere = page.refresh[1].replace("127.0.0.1", "localhost")
        if end == "push":
            done = AppPhone(DESK).follow(elsewhere)
        else:
            form = AppPhone(DESK).follow(page.soft_keys["Code"].replace("127.0.0.1", "localhost"))
            done = AppPhone(DESK).submit(form, otp=CODE)
        assert done.text == "Login successful."
        assert done.refresh is not None
        assert done.refresh[1].startswith(f"http://localhost:{service.port}/")
        ask(service, "&doLogout=true")


def test_the_wait_after_too_many_pushes_is_that_of_the_oldest(
    service: EmService, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = at(service, monkeypatch)
    for _ in range(3):
        press(login(service), "Cancel")
        now[0] += 120
    over(service, login(service), "Too many requests. Try again in 4 min.", ("Code", "Exit"))
    now[0] += 240
    assert login(service).text.startswith("Approve on your mobile"), "the oldest of three is over"
    now[0] += 60
    over(service, login(service), "Too many requests. Try again in 1 min.", ("Code", "Exit"))


def test_where_no_further_push_is_sent_the_page_before_leads_to_the_code(service: EmService) -> None:
    for _ in range(2):
        press(login(service), "Cancel")
    page = login(service)
    service.clock.advance(60)
    press(go_on(page), "Again")
    form = go_on(page)
    assert (form.kind, form.prompt) == ("Input", "Enter the code")
    assert AppPhone(DESK).submit(form, otp=CODE).text == "Login successful."


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


def test_who_is_asked_is_told_with_the_time_that_is_left(
    service: EmService, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = at(service, monkeypatch)
    began = now[0]
    assert service.asking() == []
    mary, john = login(service), login(service, JOHN, DESK2)
    assert service.asking() == [("mary", DESK, began + 60), ("john", DESK2, began + 60)]
    press(john, "Cancel", DESK2)
    now[0] += 60
    go_on(mary)
    assert service.asking() == [("mary", DESK, began + 120)], "a code may still be typed"
    assert token(mary) not in repr(service.asking())
    now[0] += 60
    assert service.asking() == []


def test_without_a_second_factor_nobody_is_asked() -> None:
    with EmService(CLUSTER) as service:
        login(service)
        assert service.asking() == []


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
