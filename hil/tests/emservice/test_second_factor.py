"""The second factor between PIN and login: what the phone shows, what the service does, who gets in."""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from emservice.app_phone import AppPhone
from emservice.client import DESK, DESK2, JOHN, MARY
from emservice.factor_pages import CLUSTER, ask, go_on, login, over, press, token

from hotdesk_hil.emservice import (
    EmService,
    FactorAnswer,
    FactorUnavailable,
    Outcome,
    SecondFactor,
    Started,
    VipFactor,
)
from hotdesk_hil.emservice.vip_service import SOAP_FAULT, VipFault, VipService, VipUser

CODE = "314159"


@pytest.fixture
def vip() -> Iterator[VipService]:
    with VipService({"mary": VipUser(code=CODE), "john": VipUser(code=CODE)}) as vip:
        yield vip


@pytest.fixture
def service(vip: VipService) -> Iterator[EmService]:
    with EmService(CLUSTER, second_factor=VipFactor(vip.url)) as service:
        yield service


def test_a_push_that_is_approved_logs_in(service: EmService, vip: VipService) -> None:
    page = login(service)
    assert (page.kind, page.title, page.refresh and page.refresh[0]) == ("Text", "Second Factor", 3)
    assert re.fullmatch(r"Approve on your mobile\n(60|59) s left", page.text)
    assert tuple(page.soft_keys) == ("Code", "Cancel")
    assert page.headers["expires"] == "Thu, 01 Jan 1998 00:00:00 GMT"
    assert service.sessions() == {}
    service.clock.advance(10)
    page = go_on(page)
    assert re.fullmatch(r"Approve on your mobile\n(50|49) s left", page.text)
    vip.approve("mary")
    page = go_on(page)
    assert page.text == "Login successful."
    assert service.sessions() == {DESK: "mary"}
    assert [request.operation for request in vip.requests] == [
        "AuthenticateUserWithPush",
        *["PollPushStatus"] * 3,
    ]


def test_a_user_with_several_profiles_chooses_one_afterwards(service: EmService, vip: VipService) -> None:
    page = login(service, JOHN)
    vip.approve("john")
    menu = go_on(page)
    assert tuple(menu.items) == ("A", "B")
    assert service.sessions() == {}
    assert AppPhone(DESK).follow(menu.items["B"]).text == "Login successful."
    assert vip.pushes("john") == 1, "the menu's token stands for both factors"


def test_a_profile_that_was_named_at_first_is_the_one(service: EmService, vip: VipService) -> None:
    seen: list[str | None] = []
    service.watchers.append(lambda exchange: seen.append(exchange.request))
    page = login(service, JOHN, more="&profile=B")
    vip.approve("john")
    assert go_on(page).text == "Login successful."
    assert any("<deviceProfile>B</deviceProfile>" in (request or "") for request in seen)


def test_nobody_is_asked_before_pin_device_and_profile_are_right(service: EmService, vip: VipService) -> None:
    assert login(service, ("mary", "1")).prompt == "Please try to login again (201)"
    assert login(service, device="SEP000000000000").text == "Login is unavailable (205)"
    assert login(service, ("pat", "1")).text == "Login is unavailable (205)"
    assert login(service, MARY, more="&profile=X").text == "Login is unavailable (205)"
    assert vip.requests == []


def test_the_number_of_a_challenge_is_shown_until_it_is_chosen(service: EmService, vip: VipService) -> None:
    vip.number_challenge = True
    page = login(service)
    number = page.title.removeprefix("Number: ")
    assert re.fullmatch(r"[1-9]\d", number)
    assert f"* * *   {number}   * * *" in page.text.splitlines()
    page = go_on(page)
    assert page.title == f"Number: {number}"
    vip.choose("mary", number)
    assert go_on(page).text == "Login successful."


def test_another_number_than_the_one_shown_is_a_denial(service: EmService, vip: VipService) -> None:
    vip.number_challenge = True
    page = login(service)
    vip.choose("mary", "00")
    over(service, go_on(page), "Request denied (7002)")


@pytest.mark.parametrize(
    ("status", "detail", "text"),
    [
        ("7002", None, "Request denied (7002)"),
        ("7001", "7141", "Request denied (7001)"),
        ("7000", "7141", "Request denied (7000)"),
        ("7003", None, "Another request took its place (7003)"),
        ("7008", "7121", "Not accepted (7008)"),
    ],
)
def test_what_the_poll_says_other_than_yes_ends_the_login(
    service: EmService, vip: VipService, status: str, detail: str | None, text: str
) -> None:
    page = login(service)
    vip.decide("mary", status, detail)
    over(service, go_on(page), text)
    vip.decide("mary", "7000")
    assert go_on(page).text == "Please try to login again (201)", "the token is over"
    assert service.sessions() == {}


@pytest.mark.parametrize(
    ("status", "detail"), [("7001", None), ("7006", None), ("7001", "7140"), ("7000", "7140")]
)
def test_what_is_not_decided_waits(
    service: EmService, vip: VipService, status: str, detail: str | None
) -> None:
    page = login(service)
    vip.decide("mary", status, detail)
    assert go_on(page).text.startswith("Approve on your mobile")
    assert service.sessions() == {}


@pytest.mark.parametrize("status", ["7005", "7007", "7010", "0000", "9999"])
def test_what_makes_no_sense_in_a_poll_lets_nobody_in(
    service: EmService, vip: VipService, status: str
) -> None:
    page = login(service)
    vip.decide("mary", status)
    page = go_on(page)
    over(service, page, page.text)
    assert re.fullmatch(
        rf"Second factor is not available \({status}\)\.\nNobody was logged in\. Log: [0-9a-f]{{6}}",
        page.text,
    )


def test_a_push_without_an_answer_expires_and_may_be_sent_again(service: EmService, vip: VipService) -> None:
    page = login(service)
    service.clock.advance(60)
    page = go_on(page)
    over(service, page, "No answer", ("Again", "Code", "Exit"))
    page = press(page, "Again")
    assert re.fullmatch(r"Approve on your mobile\n(60|59) s left", page.text)
    assert vip.pushes("mary") == 2
    vip.approve("mary")
    assert go_on(page).text == "Login successful."


def test_a_push_that_the_service_says_is_expired(service: EmService, vip: VipService) -> None:
    page = login(service)
    vip.advance(61)
    over(service, go_on(page), "No answer (7004)", ("Again", "Code", "Exit"))


def test_an_approval_after_the_time_logs_nobody_in(service: EmService, vip: VipService) -> None:
    page = login(service)
    service.clock.advance(60)
    vip.decide("mary", "7000")
    over(service, go_on(page), "No answer", ("Again", "Code", "Exit"))
    service.clock.advance(60)
    assert go_on(page).text == "Please try to login again (201)", "the token is over, too"
    assert service.sessions() == {}
    assert sum(request.operation == "PollPushStatus" for request in vip.requests) == 1, "it is not even asked"


def test_an_approval_while_the_factor_is_asked_and_the_time_ends_logs_nobody_in() -> None:
    class Slow(SecondFactor):
        async def start(self, user: str, device: str, seconds: int) -> Started:  # noqa: ARG002
            return Started("1")

        async def poll(self, started: Started) -> FactorAnswer:  # noqa: ARG002
            service.clock.advance(60)
            return FactorAnswer(Outcome.APPROVED)

    with EmService(CLUSTER, second_factor=Slow()) as service:
        page = login(service)
        assert page.text == "No answer"
        assert service.requests[-1].detail == "second factor: no answer", "whatever it says now"
        assert service.sessions() == {}


def test_cancel_ends_it_whatever_is_approved_later(service: EmService, vip: VipService) -> None:
    page = login(service)
    cancelled = press(page, "Cancel")
    assert (cancelled.text, tuple(cancelled.soft_keys)) == ("Cancelled.", ("Exit",))
    vip.approve("mary")
    for url in (page.refresh[1], page.soft_keys["Code"], page.soft_keys["Cancel"]):
        again = AppPhone(DESK).follow(url)
        assert "201" in again.text
    assert service.sessions() == {}


def test_a_code_logs_in_and_the_push_no_more(service: EmService, vip: VipService) -> None:
    page = login(service)
    form = press(page, "Code")
    assert (form.kind, form.prompt, form.fields) == ("Input", "Enter the code", {"otp": ("", "N")})
    assert AppPhone(DESK).submit(form, otp=CODE).text == "Login successful."
    assert service.sessions() == {DESK: "mary"}
    ask(service, "&doLogout=true")
    vip.approve("mary")
    assert "201" in go_on(page).text
    assert "201" in AppPhone(DESK).submit(form, otp=CODE).text
    assert service.sessions() == {}


def test_a_wrong_code_may_be_typed_three_times(service: EmService, vip: VipService) -> None:
    form = press(login(service), "Code")
    for _ in range(2):
        form = AppPhone(DESK).submit(form, otp="000000")
        assert (form.kind, form.prompt) == ("Input", "Code is wrong (6009)")
        assert service.requests[-1].code == 201
    blank = AppPhone(DESK).submit(form, otp=" ")
    assert (blank.kind, blank.prompt) == ("Input", "Enter the code")
    end = AppPhone(DESK).submit(form, otp="000000")
    over(service, end, "Code is wrong (6009)")
    assert "201" in AppPhone(DESK).submit(form, otp=CODE).text, "the right one comes too late"
    assert sum(request.operation == "AuthenticateUser" for request in vip.requests) == 3
    assert service.sessions() == {}


def test_after_three_wrong_codes_no_push_counts_any_more(service: EmService, vip: VipService) -> None:
    page = login(service)
    form = press(page, "Code")
    for _ in range(3):
        AppPhone(DESK).submit(form, otp="000000")
    vip.approve("mary")
    assert go_on(page).text == "Please try to login again (201)"
    assert service.sessions() == {}


def test_codes_sent_side_by_side_are_no_more_than_three(service: EmService, vip: VipService) -> None:
    form = press(login(service), "Code")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: AppPhone(DESK).submit(form, otp=f"{number:06}"), range(8)))
    assert sum(request.operation == "AuthenticateUser" for request in vip.requests) == 3
    assert service.sessions() == {}


@pytest.mark.parametrize("status", ["601B", "6003", "6008", "6040", "7000"])
def test_a_code_that_cannot_be_checked_lets_nobody_in(
    service: EmService, vip: VipService, status: str
) -> None:
    form = press(login(service), "Code")
    vip.faults.append(VipFault(status=status.lower()))
    page = AppPhone(DESK).submit(form, otp=CODE)
    assert page.text.startswith(f"Second factor is not available ({status}).")
    assert service.sessions() == {}


def test_a_second_submit_sends_no_second_push(service: EmService, vip: VipService) -> None:
    first, second = login(service), login(service)
    assert token(first) == token(second)
    assert vip.pushes("mary") == 1


def test_a_submit_after_the_time_is_a_new_login(service: EmService, vip: VipService) -> None:
    page = login(service)
    service.clock.advance(60)
    over(service, go_on(page), "No answer", ("Again", "Code", "Exit"))
    again = login(service)
    assert again.text.startswith("Approve on your mobile")
    assert token(again) != token(page)
    vip.approve("mary")
    assert "201" in go_on(page).text, "the token before is over"
    assert go_on(again).text == "Login successful."


def test_submits_at_the_same_time_send_one_push(service: EmService, vip: VipService) -> None:
    with ThreadPoolExecutor(6) as pool:
        pages = list(pool.map(lambda _: login(service), range(6)))
    assert len({token(page) for page in pages}) == 1
    assert vip.pushes("mary") == 1


def test_a_phone_that_hangs_up_while_the_push_is_sent_gets_the_same_one_next() -> None:
    release, starts = threading.Event(), []

    class Slow(SecondFactor):
        async def start(self, user: str, device: str, seconds: int) -> Started:  # noqa: ARG002
            starts.append(user)
            await asyncio.get_running_loop().run_in_executor(None, release.wait)
            return Started("1")

        async def poll(self, started: Started) -> FactorAnswer:  # noqa: ARG002
            return FactorAnswer(Outcome.PENDING)

    with EmService(CLUSTER, second_factor=Slow()) as service:
        import socket

        with socket.create_connection(("127.0.0.1", service.port)) as phone:
            path = service.app_url.partition(str(service.port))[2]
            query = f"?device={DESK}&userid={MARY[0]}&seq={MARY[1]}"
            phone.sendall(f"GET {path}{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            while not starts:
                threading.Event().wait(0.01)
        release.set()
        assert login(service).text.startswith("Approve on your mobile")
        assert starts == ["mary"]


def test_approvals_that_are_seen_twice_at_once_log_in_once(service: EmService, vip: VipService) -> None:
    page = login(service)
    vip.approve("mary")
    with ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(lambda _: go_on(page), range(4)))
    assert sorted(page.text == "Login successful." for page in pages) == [False, False, False, True]
    assert sum(request.operation == "login" for request in service.requests) == 1


def test_more_than_three_pushes_in_ten_minutes_are_refused(service: EmService, vip: VipService) -> None:
    for _ in range(3):
        press(login(service), "Cancel")
    page = login(service)
    over(service, page, "Too many requests. Try again in 10 min.", ("Code", "Exit"))
    assert vip.pushes("mary") == 3
    assert login(service, JOHN, DESK2).text.startswith("Approve"), "another person is asked"
    press(login(service, JOHN, DESK2), "Cancel", DESK2)
    service.clock.advance(601)
    page = login(service)
    assert page.text.startswith("Approve")
    vip.approve("mary")
    assert go_on(page).text == "Login successful."


def test_again_counts_as_a_push_and_a_code_does_in_its_place(service: EmService, vip: VipService) -> None:
    for _ in range(2):
        press(login(service), "Cancel")
    page = login(service)
    service.clock.advance(60)
    page = press(go_on(page), "Again")
    over(service, page, "Too many requests. Try again in 9 min.", ("Code", "Exit"))
    assert AppPhone(DESK).submit(press(page, "Code"), otp=CODE).text == "Login successful."
    assert vip.pushes("mary") == 3


def test_the_user_of_the_last_step_comes_from_the_token_and_never_from_the_query(
    service: EmService, vip: VipService
) -> None:
    page = login(service)
    vip.approve("mary")
    url = f"{page.refresh[1]}&userid=john&seq={JOHN[1]}&profile=A"
    assert AppPhone(DESK).follow(url).text == "Login successful."
    assert service.sessions() == {DESK: "mary"}
    ask(service, "&doLogout=true")
    menu_page = login(service, JOHN)
    vip.approve("john")
    menu = go_on(menu_page)
    assert AppPhone(DESK).follow(menu.items["B"] + "&userid=mary").text == "Login successful."
    assert service.sessions() == {DESK: "john"}


@pytest.mark.parametrize(
    "query", ["&userid=mary", "&t=x", "&mfa=x", "&mfa=x&userid=mary", "&mfa=&userid=mary&seq="]
)
def test_no_step_can_be_left_out(service: EmService, vip: VipService, query: str) -> None:
    for more in ("", "&profile=P", "&otp=" + CODE, "&again=true"):
        ask(service, query + more)
    assert service.sessions() == {}
    assert vip.requests == []


def test_a_token_is_bound_to_its_phone(service: EmService, vip: VipService) -> None:
    page = login(service)
    vip.approve("mary")
    other = page.refresh[1].replace(DESK, DESK2)
    assert "201" in AppPhone(DESK2).follow(other).text
    assert "another phone's" in str(service.requests[-1])
    assert go_on(page).text == "Login successful."
    assert service.sessions() == {DESK: "mary"}


def test_a_token_is_bound_to_the_address_of_its_phone(vip: VipService) -> None:
    import http.client

    with EmService(CLUSTER, second_factor=VipFactor(vip.url)) as service:
        page = login(service)
        vip.approve("mary")
        target = page.refresh[1].partition(str(service.port))[2]
        other = http.client.HTTPConnection("127.0.0.1", service.port, source_address=("127.0.0.2", 0))
        other.request("GET", target)
        assert b"201" in other.getresponse().read()
        other.close()
        assert service.sessions() == {}
        assert go_on(page).text == "Login successful."


def test_a_token_lasts_120_seconds(service: EmService) -> None:
    form = press(login(service), "Code")
    service.clock.advance(119)
    assert AppPhone(DESK).submit(form, otp="000000").prompt == "Code is wrong (6009)"
    service.clock.advance(1)
    assert "201" in AppPhone(DESK).submit(form, otp=CODE).text
    assert service.sessions() == {}


@pytest.mark.parametrize(
    "fault",
    [
        SOAP_FAULT,
        VipFault(body=b"", times=None),
        VipFault(body=b"<html>", times=None),
        VipFault(body=b"<!DOCTYPE a><a/>", times=None),
        VipFault(body=b"OK", http_status=503, times=None),
        VipFault(http_status=404, times=None),
        VipFault(request_id="another", times=None),
        VipFault(status="6001", times=None),
        VipFault(status="6005", times=None),
        VipFault(status="600b", times=None),
        VipFault(status="601C", times=None),
        VipFault(status="7000", times=None),
        VipFault(status="0000", times=None),
    ],
)
@pytest.mark.parametrize("moment", ["AuthenticateUserWithPush", "PollPushStatus", "AuthenticateUser"])
def test_a_factor_whose_service_is_off_lets_nobody_in_and_says_so(
    service: EmService, vip: VipService, moment: str, fault: VipFault, caplog: pytest.LogCaptureFixture
) -> None:
    if moment == "AuthenticateUser" and fault.status == "0000":
        fault = VipFault(status="0001", times=None)  # 0000 is the answer to a right code
    if moment == "PollPushStatus" and fault.status == "0000":
        fault = VipFault(transaction_id="another", times=None)
    page = None if moment == "AuthenticateUserWithPush" else login(service)
    vip.faults.append(replace(fault, operation=moment))
    if page is None:
        page = login(service)
    elif moment == "PollPushStatus":
        vip.approve("mary")
        page = go_on(page)
    else:
        page = AppPhone(DESK).submit(press(page, "Code"), otp=CODE)
    over(service, page, page.text)
    assert page.text.startswith("Second factor is not available")
    number = page.text.rpartition(" ")[2]
    assert any(number in line for line in caplog.messages), "the log has the reason beside the number"


def test_a_service_that_is_gone_lets_nobody_in(service: EmService, vip: VipService) -> None:
    vip.stop()
    page = login(service)
    assert page.text.startswith("Second factor is not available.\nNobody was logged in.")
    vip.start()
    page = login(service)
    vip.approve("mary")
    assert go_on(page).text == "Login successful.", "the next login starts anew"


def test_a_service_that_does_not_answer_lets_nobody_in(
    service: EmService, vip: VipService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotdesk_hil.emservice.vip_factor.SERVICE_SECONDS", 0.2)
    vip.faults.append(VipFault(silent=True))
    assert login(service).text.startswith("Second factor is not available.")
    assert service.sessions() == {}


@pytest.mark.parametrize("status", ["6008", "600D", "602E", "6041", "6042", "6043", "604F"])
def test_who_cannot_be_pushed_may_type_a_code(service: EmService, vip: VipService, status: str) -> None:
    vip.faults.append(VipFault(status=status))
    page = login(service)
    over(service, page, f"A push is not possible ({status}).", ("Code", "Exit"))
    assert AppPhone(DESK).submit(press(page, "Code"), otp=CODE).text == "Login successful."


def test_an_unknown_user_of_the_factor_is_not_let_in(service: EmService, vip: VipService) -> None:
    del vip.users["mary"]
    assert login(service).text.startswith("Second factor is not available (6003).")
    assert service.sessions() == {}


def test_the_double_locks_pushes_after_five_in_a_row(vip: VipService) -> None:
    async def push() -> str:
        factor = VipFactor(vip.url)
        try:
            await factor.start("mary", DESK, 60)
        except FactorUnavailable as error:
            return error.code or ""
        finally:
            await factor.close()
        return "6040"

    assert [asyncio.run(push()) for _ in range(6)] == ["6040"] * 5 + ["600D"]
    vip.advance(3601)
    assert asyncio.run(push()) == "6040"


def test_no_code_and_no_token_is_in_a_log_a_record_or_what_watchers_see(
    service: EmService, vip: VipService, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    seen = []
    service.watchers.append(lambda exchange: seen.append((exchange.record, exchange.request)))
    page = login(service)
    form = press(page, "Code")
    AppPhone(DESK).submit(form, otp="271828")
    AppPhone(DESK).submit(form, otp=CODE)
    assert service.sessions() == {DESK: "mary"}
    for text in (caplog.text, repr(seen), repr(vip.requests), repr(vip.users), repr(service.requests)):
        for secret in (MARY[1], CODE, "271828", token(page)):
            assert secret not in text
    assert "otp=***" in repr(seen)


def test_reset_forgets_who_is_asked(service: EmService, vip: VipService) -> None:
    page = login(service)
    service.reset()
    vip.approve("mary")
    assert "201" in go_on(page).text
    assert service.sessions() == {}
