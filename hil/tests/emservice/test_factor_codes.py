"""Codes of a second factor: who is asked for one, and a code that is known too late or in vain."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from emservice.app_phone import AppPhone
from emservice.client import DESK
from emservice.factor_pages import CLUSTER, ask, go_on, login, over, press, token

from hotdesk_hil.emservice import (
    AzureCall,
    AzureHistory,
    EmService,
    FactorAnswer,
    Outcome,
    PushImpossible,
    SecondFactor,
    Started,
)


class Codes(SecondFactor):
    """A factor of codes alone; `check` is what becomes of one."""

    pushes = False
    takes_codes = True

    async def check(self) -> FactorAnswer:
        return FactorAnswer(Outcome.APPROVED)

    async def check_code(self, user: str, code: str) -> FactorAnswer:  # noqa: ARG002
        return await self.check()


@pytest.mark.parametrize("query", ["&otp=1", "&enter=code", "&otp=", "&enter=code&otp=1"])
def test_a_factor_without_codes_takes_none(query: str) -> None:
    with EmService(CLUSTER, second_factor=AzureHistory(AzureCall(True, (15,)))) as service:
        page = login(service)
        refused = ask(service, f"&mfa={token(page)}{query}")
        assert refused.text == "Please try to login again (201)"
        assert service.requests[-1].detail == "the second factor takes no codes"
        assert service.sessions() == {}
        assert go_on(page).text == "Login successful.", "the push goes on"


def test_who_can_neither_be_pushed_nor_type_a_code_is_at_the_end() -> None:
    class NoPush(SecondFactor):
        async def start(self, user: str, device: str, seconds: int) -> Started:  # noqa: ARG002
            raise PushImpossible("no mobile", "6041")

    with EmService(CLUSTER, second_factor=NoPush()) as service:
        over(service, login(service), "A push is not possible (6041).")
        assert service.requests[-1].detail == "second factor: no mobile"


def test_where_codes_are_not_taken_the_end_of_a_push_offers_none() -> None:
    class Silent(SecondFactor):
        async def start(self, user: str, device: str, seconds: int) -> Started:  # noqa: ARG002
            return Started("1")

        async def poll(self, started: Started) -> FactorAnswer:  # noqa: ARG002
            return FactorAnswer(Outcome.PENDING)

    with EmService(CLUSTER, second_factor=Silent()) as service:
        page = login(service)
        service.clock.advance(60)
        end = go_on(page)
        over(service, end, "No answer", ("Again", "Exit"))
        press(press(end, "Again"), "Cancel")
        press(login(service), "Cancel")
        over(service, login(service), "Too many requests. Try again in 9 min.")


@pytest.mark.parametrize(
    ("outcome", "prompt"),
    [
        (Outcome.WRONG_CODE, "Code is wrong (12)"),
        (Outcome.DENIED, "Request denied (12)"),
        (Outcome.NOT_MET, "Not accepted (12)"),
        (Outcome.PENDING, "Code is not accepted (12)"),
    ],
)
def test_a_code_that_is_not_approved_is_a_wrong_one(outcome: Outcome, prompt: str) -> None:
    class Other(Codes):
        async def check(self) -> FactorAnswer:
            return FactorAnswer(outcome, "12", "why")

    with EmService(CLUSTER, second_factor=Other()) as service:
        form = login(service)
        assert service.requests[-1].code is None
        assert service.requests[-1].detail == "asked for a code"
        for _ in range(2):
            assert AppPhone(DESK).submit(form, otp="1").prompt == prompt
            assert service.requests[-1].code == 201
            assert service.requests[-1].detail == f"second factor: {outcome.value} (12): why"
        over(service, AppPhone(DESK).submit(form, otp="1"), prompt)
        assert AppPhone(DESK).submit(form, otp="1").text == "Please try to login again (201)"


def test_a_code_whose_check_lasts_longer_than_the_token_logs_nobody_in() -> None:
    class Late(Codes):
        async def check(self) -> FactorAnswer:
            service.clock.advance(120)
            return FactorAnswer(Outcome.APPROVED)

    with EmService(CLUSTER, second_factor=Late()) as service:
        form = login(service)
        assert AppPhone(DESK).submit(form, otp="1").text == "Please try to login again (201)"
        assert service.requests[-1].detail == "the token of the second factor has been used, or is over"
        assert service.sessions() == {}


def test_a_code_that_is_known_after_cancel_logs_nobody_in() -> None:
    checked, release = threading.Event(), threading.Event()

    class Slow(Codes):
        async def check(self) -> FactorAnswer:
            checked.set()
            await asyncio.get_running_loop().run_in_executor(None, release.wait)
            return FactorAnswer(Outcome.APPROVED)

    with EmService(CLUSTER, second_factor=Slow()) as service, ThreadPoolExecutor(1) as pool:
        form = login(service)
        submitted = pool.submit(AppPhone(DESK).submit, form, otp="1")
        assert checked.wait(10)
        assert press(form, "Cancel").text == "Cancelled."
        release.set()
        assert submitted.result().text == "Please try to login again (201)"
        assert service.sessions() == {}


def test_blanks_around_a_code_are_not_part_of_it_and_none_is_no_try() -> None:
    seen: list[str] = []

    class Kept(Codes):
        async def check_code(self, user: str, code: str) -> FactorAnswer:
            seen.append(f"{user} {code!r}")
            return FactorAnswer(Outcome.WRONG_CODE)

    with EmService(CLUSTER, second_factor=Kept()) as service:
        form = login(service)
        assert [item.findtext("DisplayName") for item in form.root.iter("InputItem")] == ["Code"]
        assert (form.title, tuple(form.soft_keys)) == ("Second Factor", ("Submit", "<<", "Cancel"))
        for typed in ("", "  ", " 12 3 ", ""):
            form = AppPhone(DESK).submit(form, otp=typed)
        assert form.prompt == "Enter the code"
        assert seen == ["mary '12 3'"]
