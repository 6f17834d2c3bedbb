"""The fault matrix: each fault at each moment at which it makes sense, on every board.

Under each fault the screen says the truth; once it is over, phone and service agree and the phone works
within its time, without a reset. The phone is switched on once and goes from fault to fault; it is switched
on anew after one that it failed. Rows are held against `hil/FAULTS.md`; `--write-faults hil/FAULTS.md` writes
it. Settings that outlast the power are at the end. With `--https` the rows of HTTP alone, over HTTPS.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hotdesk_hil.emservice import ApplicationUser, Cluster, Device, EmService, User
from hotdesk_hil.rig import Network, Phone, PhoneConfig, Rig, Screen, Secured, TimeServer, repository
from hotdesk_hil.rig.evidence import directory_name, keep, log_in_words
from hotdesk_hil.rig.matrix import (
    FAULTS,
    FaultCase,
    Moment,
    Outcome,
    Result,
    Row,
    Surroundings,
    Table,
    outcome,
)
from hotdesk_hil.rig.matrix.faults import ELSEWHERE, SOMEBODY_ELSE, USER, WORKS
from hotdesk_hil.rig.matrix.outcome import ASKING, FAILED, NO_PROFILES, OPEN, SUCCESS, UNKNOWN, is_end
from hotdesk_hil.rig.matrix.table import as_property
from hotdesk_hil.rig.phone import ANSWER
from hotdesk_hil.rig.waiting import Deadline
from hotdesk_hil.rig_plugin import evidence

TABLE = Path("hil/FAULTS.md")
USER_KEY, PIN = "2", "1"
CERTIFICATE = "certificate-of-the-matrix"
# A look costs a picture.
INTERVAL = 0.02

CASES = [
    pytest.param(
        case, id=case.name.replace(" ", "-"), marks=[pytest.mark.needs(*case.needs)] if case.needs else []
    )
    for case in FAULTS
]


@dataclass
class Running:
    """A phone that goes from fault to fault."""

    rig: Rig
    network: Network
    service: EmService
    over_https: Mapping[str, Any] = field(default_factory=dict)
    """What the phone is told where the service is reached over HTTPS."""

    def __post_init__(self) -> None:
        self.phone = Phone(self.rig)

    def boot(self) -> None:
        """Switches it on, with nobody logged in."""
        self.heal()
        for device in self.service.sessions():
            self.service.logout(device)
        config = PhoneConfig(
            [], "emphone", CERTIFICATE, poll_minutes=0, user_id_mode="letters", **self.over_https
        )
        self.rig.boot(self.network.configured(config))
        self.phone.wait_idle("Nobody logged in")

    @property
    def user(self) -> str | None:
        """Whom the service has on this phone."""
        return self.service.sessions().get(self.rig.device_name)

    def around(self, moment: Moment, name: str) -> Surroundings:
        """What may fail at this moment, with dice of its own."""
        dice = random.Random(f"{name}:{moment.value}")  # noqa: S311 - not for secrets
        return Surroundings(self.rig, self.network, self.service, moment, dice)

    def heal(self) -> None:
        """Nothing fails any more."""
        self.around(Moment.query, "").heal()

    def prepare(self, moment: Moment) -> None:
        """Comes to where the deed begins, by keys and with nothing wrong."""
        if moment is Moment.login and self.user is not None:
            self.phone.log_out()
            self.phone.confirm_logged_out()
        if moment is Moment.logout and self.user is None:
            self.begin_login()
            self.phone.confirm_logged_in(USER)

    def begin(self, moment: Moment) -> None:
        """Does it, as far as its last key."""
        if moment is Moment.boot:
            self.rig.strategy.power_cycle()
        elif moment is Moment.query:
            self.phone.ask_who()
        elif moment is Moment.login:
            self.begin_login()
        else:
            self.phone.log_out()

    def begin_login(self) -> None:
        self.phone.softkey("Log in")
        self.phone.wait_title("Log in", "User ID:", "PIN:")
        # Typed ahead: what the fault is about comes after it.
        self.phone.press(USER_KEY, "down", PIN, "softkey 1")

    def wait_end(self, case: FaultCase, moment: Moment) -> Screen:
        """Waits for a screen that stands. Without a list of profiles the default one is taken."""
        text = case.boot_text if moment is Moment.boot else ""
        words = f"what became of the {moment.value}"

        def ends(screen: Screen) -> bool:
            return is_end(self.phone, screen, text)

        screen = self.phone.wait(words, ends, case.told_within)
        while screen.title == NO_PROFILES:
            self.phone.softkey(screen.softkeys[0])
            screen = self.phone.wait(words, lambda s: ends(s) and s.title != NO_PROFILES, case.told_within)
        return screen

    def agree(self) -> None:
        """Phone and service agree, and the phone asks for it: by its menu, until the service has answered."""
        deadline = Deadline(self.rig.screen.clock, WORKS)
        while True:
            self.phone.to_idle()
            self.phone.ask_who()
            screen = self.phone.wait("an answer", lambda s: is_end(self.phone, s), ANSWER)
            truth = f"Logged in: {self.user}" if self.user else "Nobody logged in"
            if self.phone.is_first_screen(screen) and screen.flowing.startswith(truth):
                return
            assert not deadline.expired, f"the service has {self.user!r}, and the phone says:\n{screen}"
            time.sleep(INTERVAL)


@pytest.fixture(scope="module")
def running(bench: Rig, request: pytest.FixtureRequest) -> Iterator[Running]:
    """The phone of this module."""
    cluster = Cluster(
        application_users=[ApplicationUser("emphone", CERTIFICATE)],
        users=[User(USER, PIN, ("BERLIN",), "BERLIN"), User(SOMEBODY_ELSE, PIN, ("BERLIN",), "BERLIN")],
        devices=[Device(bench.device_name), Device(ELSEWHERE)],
    )
    bench.off()
    with ExitStack() as opened:
        if request.config.getoption("https"):
            service = opened.enter_context(EmService(cluster, tls_port=0))
            time = opened.enter_context(TimeServer())
            assert service.authority is not None
            secured = Secured(service.authority.certificate, name="localhost")
            over_https = {"secured": [secured], "time_server": time.as_seen_by_phone}
        else:
            service, over_https = opened.enter_context(EmService(cluster)), {}
        network = opened.enter_context(Network(bench, service.tls_port or service.port))
        yield Running(bench, network, service, over_https)
    bench.off()


@pytest.fixture
def table(request: pytest.FixtureRequest) -> Table | None:
    """The table that is held, None where it is written."""
    return None if request.config.getoption("--write-faults") else Table.read(repository() / TABLE)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.timeout(600)
def test_fault(
    case: FaultCase,
    running: Running,
    table: Table | None,
    request: pytest.FixtureRequest,
) -> None:
    if not running.rig.is_on:
        running.boot()
    before = starts(running.rig)
    try:
        for moment in case.moments:
            row = strike(running, case, moment)
            request.node.user_properties.append(as_property(row))
            if table is not None:
                hold(case, row, table)
        running.prepare(Moment.login)
        allowed = {"started by power-on"} | ({"started by the reset line"} if case.restarts else set())
        assert set(starts(running.rig, before)) <= allowed
    except BaseException:
        directory = evidence(request.config) / directory_name(request.node.name)
        keep(running.rig, directory, log_in_words(running.rig))
        running.rig.strategy.transition("off")
        raise


def strike(running: Running, case: FaultCase, moment: Moment) -> Row:
    """Has a fault strike at a moment, and heals it; the row says what became of it."""
    rig, phone = running.rig, running.phone
    running.prepare(moment)
    before = running.user
    around = running.around(moment, case.name)
    case.strike(around)
    began = rig.time()
    running.begin(moment)
    began = rig.time() if moment is not Moment.boot else began
    case.meanwhile(around)
    screen = running.wait_end(case, moment)
    said = rig.time() - began
    if moment is Moment.login and screen.title in SUCCESS and running.user == USER:
        before = USER
    found = outcome(phone, screen, before)
    truth = running.user
    assert case.lies or found.claim in (UNKNOWN, truth), (
        f"the service has {truth!r}, and the phone says {found.claim!r}:\n{screen}"
    )
    around.heal()
    healed = rig.time()
    running.agree()
    works = rig.time() - healed
    assert works <= WORKS, f"the phone worked {works:.1f} s after the end of the fault; {WORKS:g} s at most"
    case.holds(around)
    if (other := running.service.sessions()) and ELSEWHERE in other:
        running.service.logout(ELSEWHERE)
    if running.user == SOMEBODY_ELSE:
        running.service.logout(rig.device_name)
        running.agree()
    result = result_of(found, moment, truth)
    title = "first screen" if found.title == rig.device_name else found.title
    return Row(case.subject, case.title, moment.value, rig.name, result, title, said, works)


def result_of(found: Outcome, moment: Moment, truth: str | None) -> Result:
    """What became of a deed, by the screen that it ended on."""
    if found.title in OPEN:
        return Result.open
    if found.title in FAILED or found.title in ASKING or found.claim == UNKNOWN:
        return Result.told
    wanted = {Moment.login: truth == USER, Moment.logout: truth is None}.get(moment, True)
    return Result.done if wanted else Result.told


def hold(case: FaultCase, row: Row, table: Table) -> None:
    """Fails where the row is worse than the table has it, or not in it."""
    known = table.result(row.fault, row.moment, row.rig)
    assert known is not None, (
        f"{TABLE} has no row for {row.fault}, {row.moment}, {row.rig}: write it, --write-faults {TABLE}"
    )
    assert case.by_chance or row.result >= known, (
        f"{row.fault}, {row.moment}: {Result(row.result).name} (“{row.title}”); {TABLE} has {known.name}"
    )


def starts(rig: Rig, before: list[str] | None = None) -> list[str]:
    """Why the phone started, each time since its log began, or since it had these."""
    found = re.findall(r"started (?:by|after) .*", rig.log_text())
    return found[len(before) :] if before and found[: len(before)] == before else found


def test_table_has_rows_of_these_faults_alone() -> None:
    table = Table.read(repository() / TABLE)
    faults = {case.title: case for case in FAULTS}
    for fault, moment, _ in table.rows:
        assert fault in faults, f"{TABLE}: no fault is named {fault!r}"
        assert Moment(moment) in faults[fault].moments
