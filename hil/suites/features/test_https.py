"""Services over HTTPS: which certificates a person gets logged in through, what every other one is told as,
and what the wire and the phone's memory show of it.

The image has the feature `tls`. The phone is told of one port, which leads to one service after another: all
of one authority, each with its own certificate.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotdesk_hil.emservice import (
    ApplicationUser,
    CertificateFlaw,
    CertificateShape,
    Cluster,
    Device,
    EmService,
    TlsSettings,
    TlsVersion,
    User,
)
from hotdesk_hil.rig import Phone, PhoneConfig, Relay, Rig, Secured, TimeServer
from hotdesk_hil.rig.memory import Variables, traces
from hotdesk_hil.rig.phone import ANSWER

# The emulator takes seconds for each handshake, and may have half a core.
pytestmark = pytest.mark.timeout(300)

# Made up, long, and unlike anything else in the phone's memory.
USER, PIN, PROFILE = "john", "9073518264", "DPJOHNIPC"
APPLICATION, CERTIFICATE = "emphone", "Zk7-certificate-of-this-test-alone-Qw3"
# What of a login, its answer and the requests around it must not be read on the wire.
TEXTS = (USER, PIN, PROFILE, APPLICATION, CERTIFICATE, "HTTP/1", "response", "appInfo")

# A handshake takes the chip a second or more, and the emulator longer.
HANDSHAKE = 2 * ANSWER
# The types of TLS's records that carry nothing of the application's: change of cipher, alert, handshake.
OF_THE_HANDSHAKE, ALERT = {20, 21, 22}, 21
GOOD = TlsSettings()
TLS_1_2, TLS_1_3 = (TlsSettings(version=version) for version in (TlsVersion.TLS_1_2, TlsVersion.TLS_1_3))


class Site:
    """Services behind one port of the phone's, each started when it is first led to."""

    def __init__(self, rig: Rig, relay: Relay, time: TimeServer, folder: Path) -> None:
        self.relay, self.time = relay, time
        self._rig, self._folder = rig, folder
        self._services: dict[TlsSettings, EmService] = {}

    def service(self, settings: TlsSettings) -> EmService:
        """The service that speaks TLS so."""
        if settings not in self._services:
            cluster = Cluster(
                application_users=[ApplicationUser(APPLICATION, CERTIFICATE)],
                users=[User(USER, PIN, (PROFILE,), PROFILE)],
                devices=[Device(self._rig.device_name)],
                tls=settings,
            )
            self._services[settings] = EmService(cluster, tls_port=0, ca=self._folder)
            self._services[settings].start()
        return self._services[settings]

    def lead_to(self, settings: TlsSettings) -> EmService:
        """Leads the phone to that service from now on."""
        service = self.service(settings)
        self.relay.to = service.tls_port or 0
        return service

    def boot(
        self, settings: TlsSettings = GOOD, name: str = "localhost", highest: str | None = None
    ) -> Phone:
        """Switches on a phone that trusts what this service is trusted by."""
        authority = self.lead_to(settings).authority
        assert authority is not None
        secured = Secured(authority.certificate, authority.is_self_signed, name, highest)
        self._rig.history.learn(PIN, CERTIFICATE)
        self._rig.boot(
            PhoneConfig(
                [self.relay.as_seen_by_phone],
                APPLICATION,
                CERTIFICATE,
                poll_minutes=0,
                secured=[secured],
                time_server=self.time.as_seen_by_phone,
            )
        )
        return Phone(self._rig)

    def close(self) -> None:
        for service in self._services.values():
            service.close()


@pytest.fixture
def site(rig: Rig, tmp_path: Path) -> Iterator[Site]:
    with Relay() as relay, TimeServer() as time:
        site = Site(rig, relay, time, tmp_path)
        yield site
        site.close()


def is_idle(phone: Phone, text: str = "Nobody logged in") -> None:
    screen = phone.wait_idle(text, seconds=2 * HANDSHAKE)
    assert "secure" in screen.marks


def log_in(phone: Phone, rig: Rig, service: EmService) -> None:
    phone.log_in(USER, PIN)
    phone.wait_title("Logged in", USER, seconds=HANDSHAKE)
    phone.go_on()
    is_idle(phone, f"Logged in: {USER}")
    assert service.sessions() == {rig.device_name: USER}


def log_out(phone: Phone, service: EmService) -> None:
    phone.log_out()
    phone.wait_title("Logged out", seconds=HANDSHAKE)
    phone.go_on()
    is_idle(phone)
    assert service.sessions() == {}


def records(sent: bytes) -> list[int]:
    """The types of TLS's records; fails where it is something else."""
    kinds, at = [], 0
    while at < len(sent):
        kind, version, length = struct.unpack_from(">BHH", sent, at)
        assert kind in (*OF_THE_HANDSHAKE, 23), "not TLS"
        assert version >> 8 == 3, "not TLS"
        kinds.append(kind)
        at += 5 + length
    assert at == len(sent), "a record is cut"
    return kinds


def nothing_but_an_alert(site: Site, since: int, *, is_refused_by_phone: bool) -> None:
    """What the phone sent since then carries nothing of the application's; where it refuses, it says so."""
    lines = site.relay.lines[since:]
    assert lines, "it connected"
    for line in lines:
        kinds = records(bytes(line.sent))
        assert set(kinds) <= OF_THE_HANDSHAKE
        if is_refused_by_phone:
            assert kinds[-1] == ALERT


def test_person_gets_in_through_every_right_certificate_of_the_authority(rig: Rig, site: Site) -> None:
    phone = site.boot()
    is_idle(phone)
    for certificate in (
        CertificateShape.P256,
        CertificateShape.RSA_2048,
        CertificateShape.RSA_4096,
        CertificateShape.P384,
        CertificateShape.INTERMEDIATE,
        CertificateShape.CHAIN_OF_SIX,
        CertificateShape.COMMON_NAME_ONLY,
    ):
        service = site.lead_to(TlsSettings(certificate))
        log_in(phone, rig, service)
        log_out(phone, service)


def test_self_signed_certificate_of_the_call_manager_is_taken_and_no_other_one(
    rig: Rig, site: Site, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own = TlsSettings(CertificateShape.SELF_SIGNED)
    phone = site.boot(own)
    is_idle(phone)
    service = site.lead_to(own)
    log_in(phone, rig, service)
    log_out(phone, service)
    # One of the same name that another service made.
    with EmService(service.cluster, tls_port=0, ca=tmp_path_factory.mktemp("other")) as other:
        site.relay.to = other.tls_port or 0
        is_refused(phone, site, "The service's certificate is not trusted.")
    site.lead_to(own)
    log_in(phone, rig, service)


def test_address_among_the_names_of_a_certificate_is_its_name(rig: Rig, site: Site) -> None:
    phone = site.boot(name="127.0.0.1")
    is_idle(phone)
    log_in(phone, rig, site.lead_to(GOOD))
    log_out(phone, site.service(GOOD))
    # This one is for localhost alone.
    site.lead_to(TlsSettings(CertificateShape.COMMON_NAME_ONLY))
    is_refused(phone, site, "The service's certificate is for another name: localhost.")


def is_refused(
    phone: Phone, site: Site, text: str, *, by_phone: bool = True, title: str = "Login failed"
) -> None:
    """The phone, about to ask, refuses the service or is refused, and says why; OK leads back."""
    since = len(site.relay.lines)
    if title == "Login failed":
        phone.log_in(USER, PIN)
    else:
        phone.log_out()
    phone.wait_title(title, seconds=HANDSHAKE)
    said = phone.read_to_end()
    # A line ends anywhere.
    for sentence in (text, "Nothing was sent."):
        assert sentence.replace(" ", "") in said.replace(" ", ""), said
    nothing_but_an_alert(site, since, is_refused_by_phone=by_phone)
    phone.softkey("OK")


Refusal = tuple[TlsSettings | None, str]
ON_THE_PHONES_SIDE: tuple[tuple[CertificateFlaw, str], ...] = (
    (CertificateFlaw.EXPIRED, "The service's certificate expired on 2002-01-01."),
    (CertificateFlaw.NOT_YET_VALID, "on this phone."),
    (CertificateFlaw.WRONG_NAME, "is for another name: somewhere.else.example."),
    (CertificateFlaw.UNKNOWN_CA, "The service's certificate is not trusted."),
    (CertificateFlaw.NO_INTERMEDIATE, "The service's certificate is not trusted."),
    (CertificateFlaw.ISSUER_NOT_CA, "The service's certificate is not trusted."),
    (CertificateFlaw.WRONG_USAGE, "is not one of a server."),
    (CertificateFlaw.SHA1, "This phone cannot use the service's certificate."),
    (CertificateFlaw.WRONG_KEY, "The service lacks the key of its certificate."),
)
ON_THE_SERVICES_SIDE: tuple[tuple[TlsSettings, str], ...] = (
    (TLS_1_3, "The service does not speak TLS 1.2, the highest version set up on this phone."),
    (
        TlsSettings(version=TlsVersion.TLS_1_2, client_certificate=True),
        "The service wants a certificate of this phone, which has none.",
    ),
)
# The engine leaves out a certificate with SHA-1 before it judges, and says nothing.
TOLD_BY_AN_ALERT = {flaw for flaw, _ in ON_THE_PHONES_SIDE} - {CertificateFlaw.SHA1}
NO_TLS = "What answers at this port does not speak TLS."


def refusals() -> list[Refusal]:
    flawed = [(TlsSettings(flaw), text) for flaw, text in ON_THE_PHONES_SIDE]
    return [*flawed, *ON_THE_SERVICES_SIDE, (None, NO_TLS)]


@pytest.mark.parametrize("part", [0, 1], ids=["first", "second"])
def test_every_other_service_is_refused_by_its_cause_and_the_right_one_is_used_afterwards(
    rig: Rig, site: Site, part: int
) -> None:
    """One is met at a login, the next at the logout: in between both go well."""
    phone = site.boot()
    is_idle(phone)
    half = len(refusals()) // 2
    good = site.service(GOOD)
    for number, (settings, text) in enumerate(refusals()[part * half :][:half]):
        if settings is None:
            site.relay.to = good.port
        else:
            site.lead_to(settings)
        by_phone = settings is not None and settings.certificate in TOLD_BY_AN_ALERT
        title = "Logout failed" if number % 2 else "Login failed"
        is_refused(phone, site, text, by_phone=by_phone, title=title)
        site.lead_to(good.cluster.tls)
        if number % 2:
            is_idle(phone, f"Logged in: {USER}")
            log_out(phone, good)
        else:
            is_idle(phone)
            log_in(phone, rig, good)


def test_without_the_time_nothing_is_sent_and_about_says_where_the_time_is_from(rig: Rig, site: Site) -> None:
    site.time.is_silent = True
    phone = site.boot()
    phone.wait_for("Logged in: not known", timeout=HANDSHAKE)
    phone.log_in(USER, PIN)
    phone.wait_title("Login failed", seconds=HANDSHAKE)
    assert "does not know the time" in phone.read_to_end()
    assert site.time.asked > 0
    assert site.relay.lines == []
    phone.softkey("OK")
    phone.wait_for("Logged in: not known")
    assert "Time (UTC): not known" in phone.about()
    phone.to_idle()

    site.time.is_silent = False
    log_in(phone, rig, site.service(GOOD))
    assert f"from {site.time.as_seen_by_phone}" in phone.about()


def test_service_of_tls_1_3_is_reached_where_the_configuration_allows_it(rig: Rig, site: Site) -> None:
    phone = site.boot(TLS_1_3, highest="1.3")
    is_idle(phone)
    log_in(phone, rig, site.service(TLS_1_3))
    # One of 1.2 alone still is.
    service = site.lead_to(TLS_1_2)
    phone.log_out()
    phone.wait_title("Logged out", seconds=HANDSHAKE)
    assert service.requests


def test_nothing_of_a_login_is_in_clear_and_the_pin_is_forgotten(rig: Rig, site: Site) -> None:
    rig.frames.records = True
    try:
        phone = site.boot()
        is_idle(phone)
        log_in(phone, rig, site.service(GOOD))
        is_forgotten(rig, "logged in")
        log_out(phone, site.service(GOOD))
        is_forgotten(rig, "logged out")
        site.lead_to(TlsSettings(CertificateFlaw.WRONG_NAME))
        is_refused(phone, site, "is for another name")
        is_forgotten(rig, "refused")
    finally:
        rig.frames.records = False
    frames = rig.frames.recorded
    assert len(frames) > 50, "the cable was looked at"
    for line in site.relay.lines:
        records(bytes(line.sent))
    in_order = (bytes(end) for line in site.relay.lines for end in (line.sent, line.received))
    for seen in (*frames, *in_order):
        assert [text for text in TEXTS if text.encode() in seen] == []


def is_forgotten(rig: Rig, when: str) -> None:
    """No digits of the PIN are in memory, the engine's with it."""
    ram = rig.memory.ram
    memory = rig.memory.read_memory(ram.start, ram.size)
    found = traces(memory, PIN, ram.start, Variables.of(rig.kernel))
    assert not found, f"{when}: {len(found)} traces of a PIN, the first: {found[0]}"


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_engine_has_its_memory_back_after_many_sessions(
    rig: Rig, site: Site, request: pytest.FixtureRequest
) -> None:
    """Good ones, resumed or not, refused ones and cancelled ones."""
    phone = site.boot()
    is_idle(phone)
    for number in range(1, request.config.getoption("https_sessions") + 1):
        site.lead_to(TlsSettings(CertificateFlaw.EXPIRED) if number % 5 == 0 else GOOD)
        phone.ask_who()
        if number % 5 == 0:
            phone.wait_for("expired", timeout=HANDSHAKE)
            phone.softkey("OK")
        elif number % 5 == 1 and number > 1:
            # The handshake is anew after one that was refused, so there is time.
            phone.softkey("Cancel")
        phone.to_idle(seconds=2 * HANDSHAKE)
    # A session that may be resumed is kept, until a service is refused.
    site.lead_to(TlsSettings(CertificateFlaw.EXPIRED))
    phone.ask_who()
    phone.wait_for("expired", timeout=HANDSHAKE)
    assert is_given_back(rig)


def is_given_back(rig: Rig) -> bool:
    """Whether all of the engine's memory is free, in one piece, and wiped.

    Its list of what is free is in it: of each piece the length, and the address of the next one.
    """
    (start, size, _), *others = [
        place for place in Variables.of(rig.kernel).places if place[2] == "make_engine::MEMORY"
    ]
    assert not others
    memory = rig.memory.read_memory(start, size)
    words = struct.unpack_from(f"<{size // 4 - 1}I", memory, -start % 4)
    free = next((index for index, word in enumerate(words) if word > size - 64), None)
    is_whole = free is not None and words[free] <= size and words[free + 1] == 0
    return is_whole and all(word <= size or start <= word < start + size for word in words)
