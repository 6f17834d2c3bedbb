"""Every code of the service, as the screen says it on a login, a log-out and a question.

One start of the phone for all codes of this module, on which it also stays logged in for the log-outs. The
codes are those of the simulator's table; what the phone is to say of each is written here, and word for word
in `hil/CODES.md`, which `--write-codes hil/CODES.md` writes. Codes that are in no table are in the fault
matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hotdesk_hil.emservice import ApplicationUser, Cluster, Device, EmService, Refuse, User
from hotdesk_hil.emservice.codes import Code
from hotdesk_hil.rig import Phone, PhoneConfig, Rig, repository
from hotdesk_hil.rig.code_table import CodeTable, Saying, as_property, written
from hotdesk_hil.rig.demo_cluster import HOST_AS_SEEN_BY_PHONE
from hotdesk_hil.rig.evidence import directory_name, keep, log_in_words
from hotdesk_hil.rig.phone import ANSWER
from hotdesk_hil.rig_plugin import evidence

TABLE = Path("hil/CODES.md")
# A user ID and a PIN of one key each.
USER, USER_KEY, PIN = "d", "3", "1"
CERTIFICATE = "certificate-of-the-codes"

ADMIN = "Tell the administrator."
AGAIN = "Type them again."
ANOTHER_PHONE = "Use another phone, or tell the administrator."
ASK = "Ask the administrator."
CHANGE = "Change it on your user page:"
LATER = "Try again later."
APP_USER = ("The service does not accept this phone's application user.", ADMIN)

# What the phone says to the person who signs: what happened, and what to do about it.
SAYS: dict[Code, tuple[str, str]] = {
    Code.UNKNOWN: ("The service had a problem.", LATER),
    Code.PARSING: ("The service could not read what this phone sent.", ADMIN),
    Code.CANNOT_AUTHORIZE: ("User ID or PIN was empty.", "Type both."),
    Code.INVALID_APP_USER: ("User ID or PIN is wrong.", AGAIN),
    Code.POLICY: ("The settings of the service do not allow this.", ASK),
    Code.LOGOUT_DISABLED: ("This phone is not set up for logging out.", ADMIN),
    Code.DATABASE: ("The service's database failed.", LATER),
    Code.AUTO_LOGOUT: ("The automatic logout could not be set.", ADMIN),
    Code.QUERY_TYPE: ("The service does not know this question.", ADMIN),
    Code.DIRECTORY: ("The service could not check user ID and PIN.", AGAIN),
    Code.NO_PROXY_RIGHTS: ("You may not do this yourself.", ASK),
    Code.DEVICE_UNKNOWN: ("The service does not know this phone.", "Tell the administrator its name:"),
    Code.PROFILE_NOT_FOUND: ("The device profile was not found.", ADMIN),
    Code.ANOTHER_USER: ("Someone else is logged in here.", "They must log out first."),
    Code.NOBODY: ("Nobody was logged in here.", "There is nothing to do."),
    Code.HOTELING_FLAG: ("The service could not read this phone's settings.", LATER),
    Code.HOTELING_STATUS: ("The service could not read this phone's settings.", LATER),
    Code.LOGIN_DISABLED: ("This phone is not set up for logging in.", ANOTHER_PHONE),
    Code.USER_UNKNOWN: ("The service does not know this user ID.", "Type it again."),
    Code.ELSEWHERE: ("You are logged in on another phone.", "Log out there first."),
    Code.CHANGE_PASSWORD: ("Your PIN or password must be changed first.", CHANGE),
    Code.UNTRUSTED_ADDRESS: ("The service does not trust this phone's address.", ADMIN),
    Code.RIS_DOWN: ("A part of the service is down.", ADMIN),
    Code.PROXY: ("A proxy is in the way, which is not allowed.", ADMIN),
    Code.EMCC_NOT_ACTIVATED: ("You may not log in away from your own site.", ASK),
    Code.EMCC_DEVICE: ("This phone takes no visitors from other sites.", ANOTHER_PHONE),
    Code.EMCC_NO_DUMMY: ("There is no free place for a visitor.", LATER),
    Code.EMCC_VISITING_CLUSTER: ("Your own site cannot be reached from here.", ADMIN),
    Code.EMCC_NO_REMOTE: ("Your own site cannot be reached from here.", ADMIN),
    Code.EMCC_DUPLICATE_DEVICE: ("Another phone has the same name.", ADMIN),
    Code.EMCC_NOT_ALLOWED: ("Your own site does not let you log in from here.", ASK),
    Code.EMCC_CONFIGURATION: ("The service is not set up right.", ADMIN),
    Code.EMCC_NO_ANSWER: ("Your own site did not answer.", LATER),
    Code.EMCC_CHANGE_PIN: ("Your PIN must be changed first.", CHANGE),
    Code.EMCC_CLUSTER_ID: ("The ID of your site is not known here.", ADMIN),
    Code.EMCC_DEVICE_SECURITY: ("This phone's security does not match your site's.", ANOTHER_PHONE),
    Code.EMCC_CLUSTER_NOT_VALID: ("The ID of your site is not known here.", ADMIN),
    Code.EMCC_REMOTE_VERSION: ("Your own site runs a version that does not match.", ADMIN),
    Code.EMCC_REMOTE_SECURITY: ("Your own site's security does not match.", ADMIN),
    Code.NUMBER_SHARED: ("Several people share this number.", "Log in with your user ID."),
}

# And where the phone itself signs, with its application user.
SAYS_OF_THE_PHONE = SAYS | {
    Code.CANNOT_AUTHORIZE: APP_USER,
    Code.INVALID_APP_USER: APP_USER,
    Code.DIRECTORY: APP_USER,
    Code.CHANGE_PASSWORD: APP_USER,
    Code.EMCC_CHANGE_PIN: APP_USER,
    Code.NO_PROXY_RIGHTS: ("This phone's application user lacks rights.", ADMIN),
    Code.USER_UNKNOWN: (SAYS[Code.USER_UNKNOWN][0], ADMIN),
}

# The phone waits and tries again by itself: no code is shown.
BUSY = Code.BUSY

REFUSALS = [pytest.param(code, id=f"{code.value}-{code.label.replace(' ', '-')}") for code in SAYS]


@dataclass
class Desk:
    """A phone that goes from code to code."""

    rig: Rig
    service: EmService
    table: CodeTable | None
    """What is held; None where it is written."""
    phone: Phone = field(init=False)
    properties: list[tuple[str, object]] = field(default_factory=list)
    """Those of the test that runs."""

    def __post_init__(self) -> None:
        self.phone = Phone(self.rig)

    def is_idle(self, user: str | None) -> None:
        """Brings the phone to its idle screen with this user, or nobody; switches it on where it is off."""
        self.service.faults.clear()
        there = self.service.sessions().get(self.rig.device_name)
        if there is not None and there != user:
            self.service.logout(self.rig.device_name)
        if user is not None and there != user:
            self.service.login(self.rig.device_name, user)
        truth = f"Logged in: {user}" if user else "Nobody logged in"
        if not self.rig.is_on:
            where = f"{HOST_AS_SEEN_BY_PHONE}:{self.service.port}"
            self.rig.boot(PhoneConfig([where], "emphone", CERTIFICATE, poll_minutes=0))
        elif self.phone.to_idle().flowing != truth:
            self.phone.ask_who()
        self.phone.wait_idle(truth)

    def log_in(self) -> None:
        """Types ahead, as somebody in a hurry."""
        self.phone.press("softkey 1", USER_KEY, "down", PIN, "softkey 1")


@pytest.fixture(scope="module")
def module_desk(bench: Rig, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """The phone of this module."""
    table = None if request.config.getoption("--write-codes") else CodeTable.read(repository() / TABLE)
    cluster = Cluster(
        application_users=[ApplicationUser("emphone", CERTIFICATE)],
        users=[User(USER, PIN, ("BERLIN",), "BERLIN")],
        devices=[Device(bench.device_name)],
    )
    bench.off()
    with EmService(cluster) as service:
        yield Desk(bench, service, table)
    bench.off()


@pytest.fixture
def desk(module_desk: Desk, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """The phone of this module. After a failure it is switched on anew, and what it said is kept."""
    failures = request.session.testsfailed
    shared = "shared with the tests of this module" if module_desk.rig.is_on else "its own: the first here"
    request.node.user_properties.append(("boot", shared))
    module_desk.properties = request.node.user_properties
    yield module_desk
    if request.session.testsfailed > failures:
        rig = module_desk.rig
        keep(rig, evidence(request.config) / directory_name(request.node.name), log_in_words(rig))
        rig.off()


def test_no_code_is_forgotten() -> None:
    assert {*SAYS, BUSY} == {*Code}


def test_the_table_has_each_code_at_each_moment_on_both_emulated_boards() -> None:
    table = CodeTable.read(repository() / TABLE)
    moments = {"login": {*SAYS}, "log-out": {*SAYS} - {Code.NOBODY}, "question": {*SAYS}}
    for rig in ("lm3s6965evb", "w5500-evb-pico"):
        for moment, codes in moments.items():
            for code in codes:
                assert table.said(int(code), moment, rig), f"{code}, {moment}, {rig}: --write-codes {TABLE}"


@pytest.mark.parametrize("code", REFUSALS)
def test_login(desk: Desk, code: Code) -> None:
    desk.is_idle(None)
    desk.service.faults.add(Refuse(code), operation="login", times=None)
    desk.log_in()
    desk.phone.wait_title("Login failed", SAYS[code][0], seconds=ANSWER)
    says(desk, code, "login", SAYS, "")
    assert desk.service.sessions() == {}


@pytest.mark.parametrize("code", [code for code in REFUSALS if code.values != (Code.NOBODY,)])
def test_log_out(desk: Desk, code: Code) -> None:
    desk.is_idle(USER)
    desk.service.faults.add(Refuse(code), operation="logout", times=None)
    desk.phone.press("softkey 1", "softkey 1")
    desk.phone.wait_title("Logout failed", seconds=ANSWER)
    says(desk, code, "log-out", SAYS_OF_THE_PHONE, f"{USER} is logged in.")
    assert desk.service.sessions() == {desk.rig.device_name: USER}


def test_log_out_where_nobody_is_logged_in(desk: Desk) -> None:
    desk.is_idle(USER)
    desk.service.faults.add(Refuse(Code.NOBODY), operation="logout")
    desk.phone.press("softkey 1", "softkey 1")
    desk.phone.wait_title("Logged out", "The login had already ended.", seconds=ANSWER)


@pytest.mark.parametrize("code", REFUSALS)
def test_question(desk: Desk, code: Code) -> None:
    desk.is_idle(None)
    desk.service.faults.add(Refuse(code), operation="deviceUserQuery", times=None)
    desk.phone.ask_who()
    desk.phone.wait_title("Query failed", seconds=ANSWER)
    says(desk, code, "question", SAYS_OF_THE_PHONE, "")


@pytest.mark.parametrize(
    ("operation", "user", "do"),
    [
        ("login", None, Desk.log_in),
        ("logout", USER, lambda desk: desk.phone.press("softkey 1", "softkey 1")),
        ("deviceUserQuery", None, lambda desk: desk.phone.ask_who()),
    ],
    ids=["login", "log-out", "question"],
)
def test_busy_is_waited_for(desk: Desk, operation: str, user: str | None, do: Callable[[Desk], None]) -> None:
    desk.is_idle(user)
    desk.service.faults.add(Refuse(BUSY), operation=operation, times=None)
    do(desk)
    desk.phone.wait_for("The service is busy. Trying again in", timeout=ANSWER)
    desk.phone.softkey("Cancel")
    desk.phone.wait_idle(f"Logged in: {user}" if user else "Nobody logged in")
    assert desk.service.sessions() == ({desk.rig.device_name: user} if user else {})


def says(desk: Desk, code: Code, moment: str, table: dict[Code, tuple[str, str]], known: str) -> None:
    """The whole text: what happened, what is known, what to do, and the code with its name."""
    what, remedy = table[code]
    text = desk.phone.read_to_end()
    assert text.startswith(what)
    assert known in text
    assert remedy in text
    assert text.casefold().endswith(f"[{code.value}] {code.label}".casefold())
    desk.properties.append(as_property(Saying(int(code), moment, desk.rig.name, text)))
    row = None if desk.table is None else desk.table.said(int(code), moment, desk.rig.name)
    assert row in (None, written(text)), f"if it should say so, --write-codes {TABLE}"
