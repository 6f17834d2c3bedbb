"""Several phones at once: for one user, and for a service that takes only so many at a time.

Two phones are two boards of the rig. Ten are the rig's and nine emulated lm3s6965evb, whatever the rig is.
Each phone says the truth all the time; in the end the service has everybody once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from hotdesk_hil.emservice import ApplicationUser, Cluster, Device, EmService, User
from hotdesk_hil.emservice.cluster import MultipleLogin, ServiceParameters
from hotdesk_hil.rig import Phone, PhoneConfig, Rig, Screen, Status, rig_file
from hotdesk_hil.rig.demo_cluster import HOST_AS_SEEN_BY_PHONE
from hotdesk_hil.rig.phone import ANSWER

OTHER_MAC = "40:2C:F4:91:52:65"
MANY = 10
# User IDs of one letter, with the keys for each. All have the same PIN.
USERS = dict(zip("adgjmptwbe", ("2", "3", "4", "5", "6", "7", "8", "9", "22", "33"), strict=True))
PIN = "1"
CERTIFICATE = "certificate-of-many-phones"

# The service is busy for as long as a login takes, and a phone tries again after 3, 6, 12 s and more.
ALL_LOGGED_IN = 90.0


def cluster(names: list[str], behavior: MultipleLogin, limit: int = 5, seconds: float = 0.0) -> Cluster:
    """Users who may log in on these phones, and a service with this limit."""
    return Cluster(
        application_users=[ApplicationUser("emphone", CERTIFICATE)],
        users=[User(user, PIN, ("BERLIN",), "BERLIN") for user in USERS],
        devices=[Device(name) for name in names],
        service=ServiceParameters(
            multiple_login_behavior=behavior, maximum_concurrent_requests=limit, operation_seconds=seconds
        ),
    )


def log_in(phone: Phone, user: str) -> None:
    """Types ahead, so that several phones may be at it at once."""
    phone.press("softkey 1", *USERS[user], "down", PIN, "softkey 1")


class Phones:
    """Phones of several boards, of which the first is the rig's."""

    def __init__(self, rigs: list[Rig]) -> None:
        self._rigs = rigs
        self.names = [rig.device_name for rig in rigs]

    def boot(self, service: EmService) -> list[Phone]:
        """Switches all of them on, and waits for their idle screens."""
        where = f"{HOST_AS_SEEN_BY_PHONE}:{service.port}"
        config = PhoneConfig([where], "emphone", CERTIFICATE, poll_minutes=0)
        for rig in self._rigs:
            rig.boot(config, until=Status.on)
        phones = [Phone(rig) for rig in self._rigs]
        for phone in phones:
            phone.wait_idle("Nobody logged in", seconds=2 * ANSWER)
        return phones


@pytest.fixture
def two(rig: Rig) -> Iterator[Phones]:
    """Two boards of this rig."""
    with Rig(rig.kernel, rig.file, mac=OTHER_MAC) as other:
        yield Phones([rig, other])


@pytest.fixture
def many(rig: Rig) -> Iterator[Phones]:
    """The board of this rig and nine emulated ones."""
    with ExitStack() as others:
        board = rig_file("lm3s6965evb")
        more = [
            others.enter_context(Rig(file=board, mac=f"02:00:00:00:00:{number:02X}"))
            for number in range(1, MANY)
        ]
        yield Phones([rig, *more])


def test_two_users_on_two_phones(two: Phones) -> None:
    with EmService(cluster(two.names, MultipleLogin.NOT_ALLOWED)) as service:
        first, second = two.boot(service)
        log_in(first, "a")
        log_in(second, "d")
        # The screens that say so may be over by now.
        first.wait_idle("Logged in: a")
        second.wait_idle("Logged in: d")
        assert service.sessions() == {first.name: "a", second.name: "d"}


def test_a_user_moves_from_one_phone_to_the_other(two: Phones) -> None:
    with EmService(cluster(two.names, MultipleLogin.NOT_ALLOWED)) as service:
        first, second = two.boot(service)
        log_in(first, "a")
        first.confirm_logged_in("a")
        log_in(second, "a")
        second.wait_title("Logged in elsewhere", f"a is logged in on {first.name}.", seconds=ANSWER)
        assert service.sessions() == {first.name: "a"}
        second.softkey("Yes")
        second.confirm_logged_in("a")
        assert service.sessions() == {second.name: "a"}
        # The phone that was left finds out.
        first.ask_who()
        first.wait_idle("Nobody logged in")
        # And back, which the other phone finds out.
        log_in(first, "a")
        first.wait_title("Logged in elsewhere", seconds=ANSWER)
        first.softkey("No")
        first.wait_idle("Nobody logged in")
        assert service.sessions() == {second.name: "a"}


@pytest.mark.parametrize(
    "behavior", [MultipleLogin.AUTO_LOGOUT, MultipleLogin.ALLOWED], ids=["auto-logout", "allowed"]
)
def test_a_user_logs_in_on_a_second_phone(two: Phones, behavior: MultipleLogin) -> None:
    with EmService(cluster(two.names, behavior)) as service:
        first, second = two.boot(service)
        for phone in (first, second):
            log_in(phone, "a")
            phone.confirm_logged_in("a")
        stays = behavior is MultipleLogin.ALLOWED
        assert service.sessions() == ({first.name: "a"} if stays else {}) | {second.name: "a"}
        first.ask_who()
        first.wait_idle("Logged in: a" if stays else "Nobody logged in")


def test_a_service_that_takes_one_login_at_a_time_has_two_phones(two: Phones) -> None:
    with EmService(cluster(two.names, MultipleLogin.NOT_ALLOWED, limit=1, seconds=1.5)) as service:
        first, second = two.boot(service)
        log_in(first, "a")
        log_in(second, "d")
        first.wait_idle("Logged in: a", seconds=ALL_LOGGED_IN)
        second.wait_idle("Logged in: d", seconds=ALL_LOGGED_IN)
        assert service.sessions() == {first.name: "a", second.name: "d"}
        assert service.counters.requests_throttled >= 1, "they were at it at the same time"


@pytest.mark.long
@pytest.mark.timeout(600)
def test_ten_phones_contend_for_a_limit_and_then_for_a_user(many: Phones) -> None:
    with EmService(cluster(many.names, MultipleLogin.NOT_ALLOWED, limit=2, seconds=0.5)) as service:
        phones = many.boot(service)
        for phone, user in zip(phones, USERS, strict=True):
            log_in(phone, user)
        for phone, user in zip(phones, USERS, strict=True):
            phone.wait_idle(f"Logged in: {user}", seconds=ALL_LOGGED_IN)
        assert service.sessions() == dict(zip(many.names, USERS, strict=True))
        assert service.counters.requests_throttled >= 1, "they were at it at the same time"

        # Everybody goes, and all of them want to be the same one.
        for name in many.names:
            service.logout(name)
        for phone in phones:
            phone.ask_who()
            phone.wait_idle("Nobody logged in")
        for phone in phones:
            log_in(phone, "a")
        ends = [phone.wait("what became of the login", is_told, ALL_LOGGED_IN) for phone in phones]
        ((winner, user),) = service.sessions().items()
        assert user == "a"
        for phone, screen in zip(phones, ends, strict=True):
            if phone.name == winner:
                assert screen.title == "Logged in" or screen.flowing == "Logged in: a"
            else:
                assert screen.title == "Logged in elsewhere"
                assert f"a is logged in on {winner}." in screen.flowing


def is_told(screen: Screen) -> bool:
    """Whether a login has ended, or asks something."""
    return screen.title in ("Logged in", "Logged in elsewhere") or screen.flowing == "Logged in: a"
