"""Faults at the login application, what is recorded of it, and that no PIN is anywhere."""

from __future__ import annotations

import http.client
import json
import logging
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from emservice.app_phone import AppPhone, XmlError
from emservice.client import DESK, DESK2, JOHN, MARY

from hotdesk_hil.emservice import (
    Answer,
    CloseWithoutAnswer,
    Cluster,
    CutAnswer,
    Delay,
    Disguise,
    Dribble,
    EmService,
    Form,
    Outage,
    PretendSuccess,
    Refuse,
    WrongLength,
)
from hotdesk_hil.emservice.faults import Fault


def login(service: EmService, device: str = DESK) -> str:
    return f"{service.app_url}?device={device}&userid=mary&seq={MARY[1]}"


@pytest.mark.parametrize(
    "fault",
    [Delay(seconds=0.1), Dribble(size=7, pause=0.0), Answer(framing="chunked"), Answer(framing="close")],
)
def test_a_fault_that_sends_the_page_sends_its_refresh(service: EmService, fault: Fault) -> None:
    service.faults.add(fault, operation="appLogin")
    page = AppPhone(DESK).follow(login(service))
    assert (page.text, page.refresh and page.refresh[0]) == ("Login successful.", 3)
    assert service.requests[-1].fault == type(fault).__name__
    assert service.sessions() == {DESK: "mary"}


@pytest.mark.parametrize("fault", [CutAnswer(after=300), CloseWithoutAnswer(), WrongLength(by=5)])
def test_a_page_does_not_arrive_and_the_login_is_done(service: EmService, fault: Fault) -> None:
    service.faults.add(fault, operation="appLogin")
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        AppPhone(DESK).follow(login(service))
    assert service.sessions() == {DESK: "mary"}


def test_what_is_not_carried_out_is_not_done_whatever_the_page_says(service: EmService) -> None:
    phone = AppPhone(DESK)
    service.faults.add(PretendSuccess(), operation="appLogin")
    service.faults.add(Refuse(205), operation="appLogin")
    service.faults.add(Refuse(23), operation="appLogout")
    service.faults.add(Refuse(None, "made up"), operation="appForm")
    page = phone.follow(login(service))
    assert (page.text, page.refresh is not None, service.sessions()) == ("Login successful.", True, {})
    assert phone.follow(login(service)).text == "Login is unavailable (205)"
    assert phone.follow(f"{service.app_url}?device={DESK}&doLogout=true").text == "Logout is unavailable (23)"
    assert phone.follow(f"{service.app_url}?device={DESK}").text == "made up"
    assert {record.executed for record in service.requests} == {False}
    assert service.pin_counters.right == 0


@pytest.mark.parametrize("form", list(Form))
def test_a_disguised_page_is_read_or_refused(service: EmService, form: Form) -> None:
    service.faults.add(Disguise(form), operation="appForm")
    phone = AppPhone(DESK)
    url = f"{service.app_url}?device={DESK}"
    if form in (Form.MALFORMED, Form.ENTITY_BOMB, Form.UNKNOWN_ELEMENTS):
        with pytest.raises(XmlError):
            phone.follow(url)
    else:
        assert phone.follow(url).title == "Please Login"


def test_a_fault_knows_device_and_user_also_behind_the_menu(service: EmService) -> None:
    phone = AppPhone(DESK)
    menu = phone.follow(f"{service.app_url}?device={DESK}&userid=john&seq={JOHN[1]}")
    service.faults.add(Refuse(6), device=DESK2)
    service.faults.add(Refuse(26), user="JOHN", device=DESK.lower())
    assert phone.follow(menu.items["UserDevProf"]).text == "Login is unavailable (26)"
    assert (service.requests[-1].users, service.sessions()) == (("john",), {})
    assert phone.follow(menu.items["UserDevProf"]).text == "Login successful."


def test_a_fault_of_the_service_strikes_the_login_application_as_its_client(service: EmService) -> None:
    service.faults.add(Refuse(26), operation="login", user="mary")
    assert AppPhone(DESK).follow(login(service)).text == "Login is unavailable (26)"


@pytest.mark.parametrize("operation", ["checkUser", "login", "logout", "deviceUserQuery"])
def test_an_answer_of_the_service_in_many_pieces_is_read_whole(service: EmService, operation: str) -> None:
    service.faults.add(Dribble(size=7, pause=0.0), operation=operation)
    assert AppPhone(DESK).follow(login(service)).text == "Login successful."
    assert AppPhone(DESK).follow(f"{service.app_url}?device={DESK}").text == "mary is logged in."
    out = AppPhone(DESK).follow(f"{service.app_url}?device={DESK}&doLogout=true")
    assert out.text == "Logout successful."


def test_records_name_the_page_and_the_reason(service: EmService) -> None:
    phone = AppPhone(DESK)
    phone.follow(f"{service.app_url}?device={DESK}&userid=mary&seq=0")
    phone.follow(login(service))
    wrong, right = (record for record in service.requests if record.operation == "appLogin")
    assert (wrong.code, wrong.page) == (201, "CiscoIPPhoneInput Please Login")
    assert str(wrong) == (
        f"appLogin {DESK} mary: [201] Authentication error: not the PIN of mary: 1 wrong in 30 minutes, "
        "shown CiscoIPPhoneInput Please Login"
    )
    assert (right.code, right.page) == (None, "CiscoIPPhoneText Extension Mobility")
    assert service.wait_for_request("appLogin").code == 201
    totals = {total.operation: total.outcomes for total in service.totals}
    assert totals["appLogin"] == {201: 1, None: 1}


def test_no_pin_is_in_a_record_a_log_a_page_or_a_file(
    demo: Cluster, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    wrong, new = "908172635", "817263549"
    pages, exchanges = [], []
    with caplog.at_level(logging.DEBUG), EmService(demo, state=tmp_path / "s.db", control_port=0) as service:
        service.watchers.append(exchanges.append)
        change = f"{service.change_pin_url}?changePin=true&device={DESK}&userid=mary"
        query = f"?device={DESK}&userid=mary&s%65q="
        for url in (
            f"{service.app_url}{query}{wrong}",
            f"{service.app_url}{query}{MARY[1]}&profile=none",
            f"{service.app_url}{query}{MARY[1]}",
            f"{service.app_url}?device={DESK}&userid=john&seq={JOHN[1]}",
            f"{change}&oldpin={wrong}&newpin={new}&confirmnewpin={new}",
            f"{change}&oldpin={MARY[1]}&newpin={new}&confirmnewpin={new}",
            f"{service.app_url}x{query}{MARY[1]}",
        ):
            connection = http.client.HTTPConnection(service.host, service.port, timeout=20)
            connection.request("GET", url.partition(str(service.port))[2])
            answer = connection.getresponse()
            pages.append(f"{answer.getheaders()} {answer.read()!r}")
            connection.close()
        headers = {"Authorization": f"Bearer {service.control_token}"}
        for path in ("state", "requests", "events", "locks"):
            asked = Request(f"{service.control_url}{path}", headers=headers)  # noqa: S310 (this machine)
            with urlopen(asked, timeout=20) as answer:  # noqa: S310 (this machine)
                pages.append(answer.read().decode())
        pages += [str(record) + repr(record) for record in service.requests]
        pages += [repr(exchange) for exchange in exchanges]
        files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert any("seq=***" in page for page in pages), "who watches sees that there was one"
    for secret in (wrong, new, MARY[1], JOHN[1]):
        assert not [page for page in pages if secret in page]
        assert secret not in caplog.text
        assert secret.encode() not in files


def test_the_control_interface_unlocks_and_takes_parts_down(demo: Cluster) -> None:
    with EmService(demo, control_port=0) as service:

        def call(method: str, path: str, body: object = None) -> tuple[int, object]:
            connection = http.client.HTTPConnection("127.0.0.1", service.control_port or 0, timeout=20)
            headers = {"Authorization": f"Bearer {service.control_token}", "Content-Type": "application/json"}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            data = answer.read()
            connection.close()
            return answer.status, json.loads(data) if data else None

        for _ in range(5):
            AppPhone(DESK).follow(f"{service.app_url}?device={DESK}&userid=mary&seq=0")
        _, state = call("GET", "/state")
        assert (state["pins"], state["app_url"]) == (
            {"right": 0, "wrong": 5, "while_locked": 0},
            service.app_url,
        )
        assert [lock["user"] for lock in state["locks"]] == ["mary"]
        assert [call("DELETE", "/locks/mary")[0], call("DELETE", "/locks/mary")[0]] == [204, 404]
        assert call("PUT", "/outages", {"outages": ["directory", "EM service"]})[0] == 200
        assert service.outages == {Outage.DIRECTORY, Outage.EM_SERVICE}
        assert call("GET", "/outages") == (200, {"outages": ["EM service", "directory"]})
        assert call("PUT", "/outages", {"outages": ["moon"]})[0] == 400
        service.reset()
        assert service.outages == set()
