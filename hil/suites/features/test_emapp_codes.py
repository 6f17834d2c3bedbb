"""Every code of the login application by what is wrong, as the screen says it, word for word.

One start of the phone. A code comes of the cluster's state, the service URL or what is typed; no fault makes
it up. The texts are in `hil/CODES.md`, which `--write-codes hil/CODES.md` writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hotdesk_hil.emservice import (
    ApplicationUser,
    Cluster,
    Device,
    EmService,
    Outage,
    ServiceParameters,
    User,
)
from hotdesk_hil.emservice.codes import AppCode
from hotdesk_hil.rig import Rig, repository
from hotdesk_hil.rig.app_desk import APPLICATION, AppDesk
from hotdesk_hil.rig.case_desk import FORM
from hotdesk_hil.rig.code_table import BY_APP, CodeTable, Saying, as_property, written
from hotdesk_hil.rig.phone import ANSWER

TABLE = Path("hil/CODES.md")
LOGIN, LOGOUT = f"login {BY_APP}", f"log-out {BY_APP}"
CERTIFICATE = "certificate-of-the-codes"
# User IDs and a PIN of one key each: d, j who has no profile, m whom nobody knows. d and g share a number.
USER, USER_KEY, PIN = "d", "3", "1"
WITHOUT_PROFILE_KEY, STRANGER_KEY, NUMBER = "5", "6", "4"
VISIT = "device=#DEVICENAME#&EMCC=true"

ADMIN = "Tell the administrator."
ANOTHER_PHONE = "Use another phone, or tell the administrator."


@dataclass(frozen=True)
class Case:
    """A code, and what the phone says of it: the page's words, what they mean and what to do.

    What is wrong is an `outage`, the service URL's `parameters` or what is typed: the `keys` of a user ID and
    a PIN, no keys where there is no form. `own_cluster` has EMCC activated, but no ID of its own.
    """

    code: AppCode
    words: str
    means: str
    remedy: str
    keys: str = ""
    pin: str = PIN
    parameters: str | None = None
    outage: Outage | None = None
    own_cluster: bool = False


CASES = (
    Case(
        AppCode.AUTHENTICATION,
        "Please try to login again (201)",
        "User ID or PIN is wrong.",
        "Type them again.",
        USER_KEY,
        "2",
    ),
    Case(
        AppCode.BLANK,
        "Please try to login again (202)",
        "User ID or PIN was empty.",
        "Type both.",
        USER_KEY,
        "",
    ),
    Case(
        AppCode.DIRECTORY,
        "Login is unavailable (204)",
        "The directory of users did not answer.",
        "Try again later.",
        USER_KEY,
        outage=Outage.DIRECTORY,
    ),
    Case(
        AppCode.PROFILE_ABSENT,
        "Login is unavailable (205)",
        "The device profile was not found.",
        ADMIN,
        WITHOUT_PROFILE_KEY,
    ),
    Case(
        AppCode.DEVICE_EMPTY,
        "Login is unavailable (207)",
        "The login page did not learn the phone's name.",
        ADMIN,
        parameters="EMCC=#EMCC#",
    ),
    Case(
        AppCode.SERVICE_CONNECTION,
        "Login is unavailable (208)",
        "The login page cannot reach the service.",
        ADMIN,
        outage=Outage.EM_SERVICE,
    ),
    Case(
        AppCode.INIT_FAILED,
        "Login is unavailable (210)",
        "The login page did not start properly.",
        ADMIN,
        outage=Outage.DATABASE,
    ),
    Case(
        AppCode.EMCC_NOT_ACTIVATED,
        "Login is unavailable (211)",
        "You may not log in away from your own site.",
        "Ask the administrator.",
        STRANGER_KEY,
        parameters=VISIT,
    ),
    Case(
        AppCode.CLUSTER_ID,
        "Login is unavailable (212)",
        "The ID of your site is not known here.",
        ADMIN,
        STRANGER_KEY,
        parameters=VISIT,
        own_cluster=True,
    ),
    Case(
        AppCode.EMCC_DEVICE,
        "Login is unavailable (213)",
        "This phone takes no visitors from other sites.",
        ANOTHER_PHONE,
        # As it is printed in the field: a blank within.
        parameters="device=#DEVICENAME#&EMCC=%23EMCC%20%23",
    ),
    Case(
        AppCode.LOGIN_TYPE,
        "LoginType invalid(215)",
        "The login page asks for an unknown kind of login.",
        ADMIN,
        parameters="device=#DEVICENAME#&loginType=PIN",
    ),
    Case(
        AppCode.NUMBER_SHARED,
        "DN has multiple users(216)",
        "Several people share this number.",
        "Log in with your user ID.",
        NUMBER,
        parameters="device=#DEVICENAME#&loginType=DN",
    ),
)

# Those that a log-out can bring: what is down while the question is on the screen.
OUTAGES = [case for case in CASES if case.outage in (Outage.EM_SERVICE, Outage.DATABASE)]


def cluster(name: str, parameters: ServiceParameters) -> Cluster:
    """A cluster with this phone in it."""
    return Cluster(
        application_users=[ApplicationUser("emphone", CERTIFICATE, proxy_rights=True)],
        users=[
            User(USER, PIN, ("UDP_d",), directory_number=NUMBER),
            User("g", PIN, ("UDP_g",), directory_number=NUMBER),
            User("j", PIN),
        ],
        devices=[Device(name)],
        service=parameters,
    )


@pytest.fixture(scope="module")
def other() -> Iterator[EmService]:
    """A cluster with EMCC activated that has no ID of its own."""
    with EmService(cluster("SEP402CF4915265", ServiceParameters(emcc_activated=True))) as service:
        yield service


@pytest.fixture(scope="module")
def module_desk(bench: Rig) -> Iterator[AppDesk]:
    """The phone of this module."""
    bench.off()
    with EmService(cluster(bench.device_name, ServiceParameters(failed_logon_limit=0))) as service:
        yield AppDesk(bench, service, "emphone", CERTIFICATE)
    bench.off()


@pytest.fixture
def table(request: pytest.FixtureRequest) -> CodeTable | None:
    """The table that is held, None where it is written."""
    return None if request.config.getoption("--write-codes") else CodeTable.read(repository() / TABLE)


def ids(case: Case) -> str:
    return f"{case.code.value}-{case.code.label.replace(' ', '-')}"


def test_no_code_is_forgotten() -> None:
    assert [case.code for case in CASES] == [*AppCode]


def test_the_table_has_each_code_on_both_emulated_boards() -> None:
    held = CodeTable.read(repository() / TABLE)
    for rig in ("lm3s6965evb", "w5500-evb-pico"):
        for moment, cases in ((LOGIN, CASES), (LOGOUT, OUTAGES)):
            for case in cases:
                assert held.said(int(case.code), moment, rig), f"{case.code}, {moment}, {rig}"


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_login(desk: AppDesk, other: EmService, table: CodeTable | None, case: Case) -> None:
    phone, service = desk.phone, desk.service
    desk.is_idle()
    if case.parameters is not None:
        desk.opens(case.parameters, other if case.own_cluster else service)
    if case.outage is not None and not case.keys:
        service.outages.add(case.outage)
    phone.softkey("Log in")
    if case.keys:
        phone.wait(f"the title {FORM!r}", lambda s: s.title.startswith(FORM), ANSWER)
        if case.outage is not None:
            service.outages.add(case.outage)
        desk.type_ahead(case.keys, case.pin)
    says(desk, case, LOGIN, table)
    # What is wrong is over: the next login works.
    desk.is_idle()
    desk.open_form()
    desk.type_ahead(USER_KEY, PIN)
    desk.confirm_logged_in(USER)


@pytest.mark.parametrize("case", OUTAGES, ids=ids)
def test_log_out(desk: AppDesk, table: CodeTable | None, case: Case) -> None:
    desk.is_idle(USER)
    desk.phone.softkey("Log out")
    desk.phone.wait_title(APPLICATION, "Log out?", seconds=ANSWER)
    assert case.outage is not None
    desk.service.outages.add(case.outage)
    desk.phone.softkey("Yes")
    says(desk, case, LOGOUT, table)
    assert desk.service.sessions() == {desk.rig.device_name: USER}
    desk.service.outages.clear()
    desk.phone.to_idle()
    desk.phone.wait_idle(f"Logged in: {USER}")
    desk.log_out()


def says(desk: AppDesk, case: Case, moment: str, table: CodeTable | None) -> None:
    """The whole text: the page's words with the code, what they mean, and what to do."""
    words = case.words if moment == LOGIN else case.words.replace("Login", "Logout")
    desk.phone.wait_for(words, ANSWER)
    text = desk.phone.read_to_end()
    assert text == f"{words} {case.means} {case.remedy}"
    records = [record for record in desk.service.requests if record.code == case.code]
    assert records or case.own_cluster, "the service's record has the code"
    desk.properties.append(as_property(Saying(int(case.code), moment, desk.rig.name, text)))
    row = None if table is None else table.said(int(case.code), moment, desk.rig.name)
    assert row in (None, written(text)), f"if it should say so, --write-codes {TABLE}"
