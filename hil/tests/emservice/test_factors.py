"""Second factors other than VIP: Azure by a script, a site's own, none."""

from __future__ import annotations

import asyncio

import pytest
from emservice.app_phone import AppPhone
from emservice.client import DESK
from emservice.factor_pages import CLUSTER, ask, go_on, login, over

from hotdesk_hil.emservice import (
    AzureCall,
    AzureHistory,
    EmService,
    FactorAnswer,
    FactorUnavailable,
    Outcome,
    SecondFactor,
    Started,
)


def test_without_a_second_factor_its_requests_are_refused() -> None:
    with EmService(CLUSTER) as service:
        assert "201" in ask(service, "&mfa=x").text
        assert login(service).text == "Login successful."


@pytest.mark.parametrize("result", [*range(1, 26), *range(100, 146), 4711])
def test_a_result_of_azure_decides_nothing(result: int) -> None:
    async def outcome(authenticated: bool) -> list[Outcome]:
        azure = AzureHistory(AzureCall(authenticated, (15, result)))
        started = await azure.start("mary", DESK, 60)
        found = [(await azure.poll(started)).outcome for _ in range(3)]
        assert azure.history == [("mary", 15), ("mary", result)]
        return found

    assert asyncio.run(outcome(True)) == [Outcome.PENDING, Outcome.PENDING, Outcome.APPROVED]
    assert asyncio.run(outcome(False)) == [Outcome.PENDING, Outcome.PENDING, Outcome.DENIED]


def test_azure_by_script_logs_in_by_the_boolean_alone() -> None:
    azure = AzureHistory(AzureCall(False, (21,)), AzureCall(True, (129,)))
    with EmService(CLUSTER, second_factor=azure) as service:
        page = login(service)
        assert tuple(page.soft_keys) == ("Cancel",), "it takes no codes"
        assert "result 21" in str(service.requests[-1])
        over(service, go_on(page), "Request denied")
        assert service.requests[-1].detail == "second factor: denied"
        assert go_on(login(service)).text == "Login successful."
        ask(service, "&doLogout=true")
        assert login(service).text.startswith("Second factor is not available."), "the script is over"
        assert str(service.requests[-1].detail).endswith(": the script has no further call")


def test_what_a_site_leaves_out_of_its_factor_is_not_done() -> None:
    factor = SecondFactor()
    for asking in (factor.start("mary", DESK, 60), factor.poll(Started("1")), factor.check_code("mary", "1")):
        with pytest.raises(NotImplementedError):
            asyncio.run(asking)
    assert str(FactorUnavailable("the mobile is off", "6005")) == "the mobile is off"


def test_a_factor_that_fails_in_any_way_lets_nobody_in(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(SecondFactor):
        async def start(self, user: str, device: str, seconds: int) -> Started:  # noqa: ARG002
            raise ZeroDivisionError("secret 4711")

    with EmService(CLUSTER, second_factor=Broken()) as service:
        over(service, page := login(service), page.text)
        assert "ZeroDivisionError" in str(service.requests[-1])
        assert "4711" not in caplog.text


def test_a_factor_of_codes_alone_asks_for_one_at_once() -> None:
    class Codes(SecondFactor):
        pushes = False
        takes_codes = True

        async def check_code(self, user: str, code: str) -> FactorAnswer:
            return FactorAnswer(Outcome.APPROVED if (user, code) == ("mary", "1") else Outcome.WRONG_CODE)

    with EmService(CLUSTER, second_factor=Codes()) as service:
        form = login(service)
        assert (form.kind, form.fields) == ("Input", {"otp": ("", "N")})
        assert AppPhone(DESK).submit(form, otp="2").prompt == "Code is wrong"
        assert AppPhone(DESK).submit(form, otp="1").text == "Login successful."


def test_a_factor_that_cannot_be_closed_is_in_the_log_and_keeps_no_stop_from_its_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Held(SecondFactor):
        async def close(self) -> None:
            raise ZeroDivisionError("secret 4711")

    with EmService(CLUSTER, second_factor=Held()) as service:
        service.stop()
        assert caplog.messages == ["what the service held could not be given back: ZeroDivisionError"]
        service.start()
        assert "4711" not in caplog.text
