"""The second factor between the PIN and the login, as a person at the phone meets it: pushes and codes of
VIP, and a history of Azure's.

One start of the phone for all cases of this module. What it showed at each step, and what the service did, is
held against `hil/PAGES.md`, which `--write-pages hil/PAGES.md` writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from hotdesk_hil.emservice import (
    ApplicationUser,
    CloseWithoutAnswer,
    Cluster,
    Device,
    EmService,
    User,
    VipFactor,
)
from hotdesk_hil.emservice.app_factor import PUSH_LIMIT, PUSH_SECONDS
from hotdesk_hil.emservice.second_factor import AzureCall, AzureHistory, SecondFactor
from hotdesk_hil.emservice.vip_service import SOAP_FAULT, VipService, VipUser
from hotdesk_hil.rig import Screen, repository
from hotdesk_hil.rig.case_desk import CERTIFICATE, FORM, PAGES, CaseDesk, who_is_in
from hotdesk_hil.rig.page_table import PageTable
from hotdesk_hil.rig.phone import ANSWER

# A user ID of one key.
USER, USER_KEY, PIN = "d", "3", "73519"
CODE, WRONG_CODE = "482913", "111111"
TITLE = "Second Factor"
APPROVE = "Approve on your mobile"
# How often each case looks.
CASES = {
    "push approved": 2,
    "push denied": 2,
    "push expired and sent again": 3,
    "push approved late": 1,
    "another push took its place": 1,
    "number chosen": 2,
    "another number chosen": 2,
    "cancelled at the phone": 1,
    "code right": 2,
    "code wrong three times": 3,
    "no push to this person": 2,
    "the service of the factor is down": 1,
    "the service of the factor fails meanwhile": 1,
    "four pushes in ten minutes": 2,
    "submit pressed twice": 1,
    "the answer to submit is lost": 3,
    "azure says no": 2,
    "azure says yes": 2,
}


class Factors:
    """A phone, the mobile of its user, and a login application that asks for a second factor."""

    def __init__(self, desk: CaseDesk, case: str, stack: ExitStack) -> None:
        self.desk, self.phone, self.steps = desk, desk.phone, 0
        self._case, self._stack = case, stack
        self.vip = stack.enter_context(VipService({USER: VipUser(code=CODE)}))
        self.service: EmService

    def serves(self, factor: SecondFactor | None = None) -> None:
        """Starts the login application, and brings the phone to its idle screen."""
        cluster = Cluster(
            application_users=[
                ApplicationUser("emphone", CERTIFICATE),
                ApplicationUser("CCMSysUser", "certificate-of-the-system"),
            ],
            users=[User(USER, PIN, ("BERLIN",), "BERLIN")],
            devices=[Device(self.desk.rig.device_name)],
        )
        service = EmService(cluster, port=self.desk.port, second_factor=factor or VipFactor(self.vip.url))
        self.service = self._stack.enter_context(service)
        self.desk.is_idle()

    def asks(self, title: str = TITLE, text: str = APPROVE) -> Screen:
        """Logs in, and waits for the page that waits; returns it."""
        self.desk.log_in(USER_KEY, PIN)
        return self.waits_for(title, text)

    def waits_for(self, title: str, text: str) -> Screen:
        """Waits for a page. A long title may stand close to what the number keys give."""
        return self.phone.wait(
            f"{title!r} and {text!r}", lambda s: s.title.startswith(title) and text in s.flowing, ANSWER
        )

    def shows(self, title: str, text: str) -> None:
        """Waits for a page, and keeps and holds it as the next step of the case."""
        self.waits_for(title, text)
        self.saw()

    def leaves(self) -> None:
        """Leaves by the keys, the form behind included; nobody has come in meanwhile."""
        self.phone.softkey("Exit")
        self.phone.wait_title(FORM, seconds=ANSWER)
        self.phone.to_idle()
        self.phone.wait_idle("Nobody logged in")
        assert self.service.sessions() == {}

    def saw(self) -> None:
        """Keeps and holds what is shown as the next step of the case."""
        self.steps += 1
        last = next(one for one in reversed(self.service.requests) if one.page is not None)
        outcome = "done" if last.code is None else f"[{last.code}]"
        did = f"{last.operation} {outcome}" + (f": {last.detail}" if last.detail else "")
        pushes = self.vip.pushes(USER)
        did += f"; {pushes} push{'' if pushes == 1 else 'es'}; {who_is_in(self.service)}"
        self.desk.saw(f"second factor: {self._case}", self.steps, did)

    def is_in(self) -> None:
        """The phone says that the person is logged in, and so does the service."""
        self.shows("Extension Mobility", "Login successful.")
        assert self.service.sessions() == {self.desk.rig.device_name: USER}

    def is_out(self, title: str, text: str) -> None:
        """The phone says why the person is not logged in, and nobody is."""
        self.shows(title, text)
        assert self.service.sessions() == {}

    def code(self, code: str) -> None:
        """Types a code into the form for it, and sends it."""
        self.phone.wait("a form", lambda s: s.softkeys[0] == "Submit", ANSWER)
        with self.desk.rig.history.secret(code):
            self.phone.press(*code, "softkey 1")
        # What comes may say the same as the form does.
        self.phone.wait("no form", lambda s: s.softkeys[0] != "Submit", ANSWER)


@pytest.fixture
def factors(desk: CaseDesk, request: pytest.FixtureRequest) -> Iterator[Factors]:
    """The phone with VIP; the case is named as the test is."""
    case = request.node.originalname.removeprefix("test_").replace("_", " ")
    desk.rig.history.learn(PIN, CODE, WRONG_CODE)
    failures = request.session.testsfailed
    with ExitStack() as stack:
        one = Factors(desk, case, stack)
        yield one
        if request.session.testsfailed == failures:
            assert one.steps == CASES[case]
            log = desk.phone.log()
            assert not [secret for secret in (PIN, CODE, WRONG_CODE) if secret in log]


def test_the_table_has_each_step_of_each_case_on_both_emulated_boards() -> None:
    table = PageTable.read(repository() / PAGES)
    for rig in ("lm3s6965evb", "w5500-evb-pico"):
        for case, steps in CASES.items():
            for step in range(1, steps + 1):
                assert table.row(f"second factor: {case}", step, rig), (
                    f"{case}, {step}, {rig}: --write-pages {PAGES}"
                )


def test_push_approved(factors: Factors) -> None:
    factors.serves()
    screen = factors.asks()
    assert screen.softkeys == ("Code", "Cancel", "")
    factors.saw()
    # The phone asks again by itself, and the seconds become fewer.
    left = int(screen.flowing.split()[-3])
    assert PUSH_SECONDS >= left > 0
    factors.phone.wait("fewer seconds", lambda s: f"{left} s left" not in s.flowing, ANSWER)
    factors.vip.approve(USER)
    factors.is_in()


def test_push_denied(factors: Factors) -> None:
    factors.serves()
    factors.asks()
    factors.saw()
    factors.vip.deny(USER)
    factors.is_out(TITLE, "Request denied (7002)")


def test_push_expired_and_sent_again(factors: Factors) -> None:
    factors.serves()
    factors.asks()
    factors.service.clock.advance(PUSH_SECONDS)
    factors.is_out(TITLE, "No answer")
    factors.phone.softkey("Again")
    factors.shows(TITLE, APPROVE)
    factors.vip.approve(USER)
    factors.is_in()


def test_push_approved_late(factors: Factors) -> None:
    factors.serves()
    factors.asks()
    # In the same moment: the phone has not heard of the end when the person approves.
    factors.service.clock.advance(PUSH_SECONDS)
    factors.vip.decide(USER, "7000")
    factors.is_out(TITLE, "No answer")
    factors.leaves()


def test_another_push_took_its_place(factors: Factors) -> None:
    factors.serves()
    factors.asks()
    factors.vip.decide(USER, "7003")
    factors.is_out(TITLE, "Another request took its place (7003)")


def chosen(factors: Factors, add: int) -> None:
    """Asks, reads the number on the phone, and chooses it on the mobile, or another one."""
    factors.vip.number_challenge = True
    factors.serves()
    factors.desk.log_in(USER_KEY, PIN)
    factors.shows("Number: ", "Choose this number on your mobile:")
    screen = factors.waits_for("Number: ", "s left")
    number = screen.title.removeprefix("Number: ")
    # It is seen without a key pressed: in the title, and in a line of its own.
    assert f"* * * {number} * * *" in " ".join(screen.flowing.split())
    factors.vip.choose(USER, f"{int(number) + add}")


def test_number_chosen(factors: Factors) -> None:
    chosen(factors, 0)
    factors.is_in()


def test_another_number_chosen(factors: Factors) -> None:
    chosen(factors, 1)
    factors.is_out(TITLE, "Request denied (7002)")


def test_cancelled_at_the_phone(factors: Factors) -> None:
    factors.serves()
    factors.asks()
    factors.phone.softkey("Cancel")
    factors.is_out(TITLE, "Cancelled.")
    factors.vip.approve(USER)
    factors.leaves()
    assert factors.service.asking() == []


def test_code_right(factors: Factors) -> None:
    factors.serves()
    factors.asks()
    factors.phone.softkey("Code")
    factors.shows(TITLE, "Code")
    factors.code(CODE)
    factors.is_in()


def test_code_wrong_three_times(factors: Factors) -> None:
    factors.serves()
    factors.asks()
    factors.phone.softkey("Code")
    for _ in range(2):
        factors.code(WRONG_CODE)
        factors.is_out(TITLE, "Code is wrong (6009)")
        factors.phone.softkey("OK")
    factors.code(WRONG_CODE)
    factors.is_out(TITLE, "Code is wrong (6009)")
    # The right code comes too late, and there is no way to it.
    assert "Code" not in factors.phone.screen.softkeys


def test_no_push_to_this_person(factors: Factors) -> None:
    factors.vip.users[USER].push = False
    factors.serves()
    factors.desk.log_in(USER_KEY, PIN)
    factors.is_out(TITLE, "A push is not possible (6041).")
    factors.phone.softkey("Code")
    factors.code(CODE)
    factors.is_in()


def test_the_service_of_the_factor_is_down(factors: Factors) -> None:
    factors.serves()
    factors.vip.stop()
    factors.desk.log_in(USER_KEY, PIN)
    factors.is_out(TITLE, "Second factor is not available")


def test_the_service_of_the_factor_fails_meanwhile(factors: Factors) -> None:
    factors.serves()
    factors.asks()
    factors.vip.faults.append(SOAP_FAULT)
    factors.vip.approve(USER)
    factors.is_out(TITLE, "Second factor is not available")


def test_four_pushes_in_ten_minutes(factors: Factors) -> None:
    factors.serves()
    factors.desk.log_in(USER_KEY, PIN)
    for _ in range(PUSH_LIMIT):
        factors.waits_for(TITLE, APPROVE)
        factors.phone.softkey("Cancel")
        factors.waits_for(TITLE, "Cancelled.")
        # To the form.
        factors.phone.softkey("Exit")
        factors.desk.fill_in(USER_KEY, PIN)
    factors.is_out(TITLE, "Too many requests. Try again in 10 min.")
    assert factors.vip.pushes(USER) == PUSH_LIMIT
    factors.phone.softkey("Code")
    factors.code(CODE)
    factors.is_in()


def test_submit_pressed_twice(factors: Factors) -> None:
    factors.serves()
    factors.phone.softkey("Log in")
    factors.phone.wait_title(FORM, "User ID", "PIN", seconds=ANSWER)
    factors.phone.press(USER_KEY, "down", *PIN, "softkey 1", "softkey 1")
    factors.shows(TITLE, APPROVE)
    assert factors.vip.pushes(USER) == 1


def test_the_answer_to_submit_is_lost(factors: Factors) -> None:
    factors.serves()
    factors.service.faults.add(CloseWithoutAnswer(executed=True), operation="appLogin")
    factors.desk.log_in(USER_KEY, PIN)
    factors.shows("Page failed", "The connection broke off.")
    factors.phone.softkey("Retry")
    factors.desk.fill_in(USER_KEY, PIN)
    factors.shows(TITLE, APPROVE)
    assert factors.vip.pushes(USER) == 1
    factors.vip.approve(USER)
    factors.is_in()


def test_azure_says_no(factors: Factors) -> None:
    # Results that sound like a yes decide nothing, no more than those below that sound like a no.
    azure = AzureHistory(AzureCall(False, (20, 0)))
    factors.serves(azure)
    factors.asks()
    factors.saw()
    factors.is_out(TITLE, "Request denied")
    assert [result for _, result in azure.history] == [20, 0]


def test_azure_says_yes(factors: Factors) -> None:
    azure = AzureHistory(AzureCall(True, (5, 11)))
    factors.serves(azure)
    factors.asks()
    factors.saw()
    factors.is_in()
    assert [result for _, result in azure.history] == [5, 11]
