"""The phone's file from its cluster: over HTTP and TFTP, missing, broken, long, changed while the phone runs.

The image has the feature `provisioning`. The phone says in About what came of its file, and works on.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from hotdesk_hil.emservice import (
    BrokenFile,
    EmService,
    LongFile,
    MissingFile,
    Profile,
    Provisioning,
    RequestRecord,
    SlowFile,
)
from hotdesk_hil.rig import NotShown, Phone, Rig
from hotdesk_hil.rig.demo_cluster import HOST_AS_SEEN_BY_PHONE, DemoCluster
from hotdesk_hil.rig.phone import ANSWER
from hotdesk_hil.rig.waiting import Deadline

# About is read line by line, again and again, on an emulator that may have half a core.
pytestmark = pytest.mark.timeout(300)

TIME_SERVER = "ntp1.hotdesk.test"
MEMBERS = ("cucm1.hotdesk.test", "cucm2.hotdesk.test")
LONG = 200_000


@pytest.fixture
def over_http(em_service: EmService, files_port: int) -> EmService:
    """A service whose files come over HTTP and TFTP alike."""
    em_service.provisioning_port = em_service.tftp_port = files_port
    return started(em_service)


@pytest.fixture
def over_tftp(em_service: EmService, files_port: int) -> EmService:
    """A service whose files come over TFTP alone."""
    em_service.tftp_port = files_port
    return started(em_service)


def started(service: EmService) -> EmService:
    service.cluster.provisioning = Provisioning(
        address=HOST_AS_SEEN_BY_PHONE, members=MEMBERS, time_servers=(TIME_SERVER,)
    )
    service.start()
    return service


def boot(rig: Rig, service: EmService, cluster: DemoCluster, *, names_service: bool = True) -> Phone:
    """Switches on a phone that is told where its file is, and waits until it shows who is logged in."""
    config = cluster.phone_config(service.port)
    if not names_service:
        config = replace(config, services=())
    rig.boot(replace(config, provisioning=f"{HOST_AS_SEEN_BY_PHONE}:{service.tftp_port}"))
    phone = Phone(rig)
    phone.wait_idle("Nobody logged in", seconds=2 * ANSWER)
    return phone


def loaded(service: EmService) -> list[RequestRecord]:
    """The files that were served, in their order."""
    return [record for record in service.requests if record.operation == "phoneFile"]


def told(phone: Phone, rig: Rig, *words: str, seconds: float = 3 * ANSWER) -> str:
    """Reads About until it says all this of the file; returns what it says of the file.

    What About says may change while it is read: a line that comes above those shown leaves them as they are
    when the text scrolls by one.
    """
    deadline = Deadline(rig.screen.clock, seconds)
    while True:
        before = outcomes(rig)
        try:
            text = phone.about().partition("Phone's file:")[2]
        except NotShown:
            if outcomes(rig) == before:
                raise
            text = ""
        phone.to_idle()
        if outcomes(rig) != before and not deadline.expired:
            # Lines that moved meanwhile may have been passed over.
            continue
        missing = [word for word in words if word not in text]
        if not missing or deadline.expired:
            assert not missing, text
            return text


def outcomes(rig: Rig) -> int:
    """How often the phone has loaded its file, or failed to, since power on."""
    return rig.log_text().count("the phone's file: ")


def log_in(phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster) -> None:
    phone.log_in(cluster.user, cluster.pin)
    phone.confirm_logged_in(cluster.user)
    assert service.sessions() == {rig.device_name: cluster.user}


def version(text: str) -> str:
    """The version of the file that About tells: lines of the display break it anywhere."""
    return (
        text.partition("Version:")[2].partition("Changed")[0].partition("Call managers")[0].replace(" ", "")
    )


def test_file_comes_over_http_and_about_tells_what_the_phone_took(
    rig: Rig, over_http: EmService, cluster: DemoCluster
) -> None:
    phone = boot(rig, over_http, cluster)
    text = told(phone, rig, "over HTTP")
    (record,) = loaded(over_http)
    assert record.devices == (rig.device_name,)
    assert record.detail.startswith(f"GET /{rig.device_name}.cnf.xml, ")
    length = int(record.detail.split()[-2])
    for word in (f"{length} bytes over HTTP", *MEMBERS, TIME_SERVER, "Extension Mobility"):
        assert word in text
    assert f"the phone's file: {length} bytes over HTTP, new: true" in phone.log()
    log_in(phone, over_http, rig, cluster)


def test_file_comes_over_tftp_where_nothing_answers_over_http(
    rig: Rig, over_tftp: EmService, cluster: DemoCluster
) -> None:
    phone = boot(rig, over_tftp, cluster)
    text = told(phone, rig, "over TFTP")
    (record,) = loaded(over_tftp)
    assert record.detail.startswith(f"TFTP {rig.device_name}.cnf.xml, ")
    assert all(word in text for word in (*MEMBERS, TIME_SERVER, "Extension Mobility"))
    log_in(phone, over_tftp, rig, cluster)


@pytest.mark.parametrize("way", ["over_http", "over_tftp"])
def test_file_of_200_kilobytes_is_read_to_its_end(
    request: pytest.FixtureRequest, rig: Rig, cluster: DemoCluster, way: str
) -> None:
    service: EmService = request.getfixturevalue(way)
    service.faults.add(LongFile(LONG), times=None)
    phone = boot(rig, service, cluster)
    text = told(phone, rig, "bytes over")
    length = int(loaded(service)[-1].detail.split()[-2])
    assert length >= LONG
    assert f"{length} bytes over {way[-4:].upper()}" in text
    # What counts comes behind most of it.
    assert all(word in text for word in (*MEMBERS, TIME_SERVER, "Extension Mobility"))
    log_in(phone, service, rig, cluster)


def test_file_that_is_missing_is_told_and_comes_when_it_is_there(
    rig: Rig, over_http: EmService, cluster: DemoCluster
) -> None:
    over_http.faults.add(MissingFile(), times=None)
    phone = boot(rig, over_http, cluster)
    told(phone, rig, "HTTP: no such file", "TFTP: no such file")
    log_in(phone, over_http, rig, cluster)
    over_http.faults.clear()
    # By itself, a while after the last failure. A load after the login may have asked over HTTP too early
    # and over TFTP in time.
    told(phone, rig, "bytes over", seconds=6 * ANSWER)


def test_file_that_is_broken_is_told_with_its_place_and_the_one_before_counts(
    rig: Rig, over_http: EmService, cluster: DemoCluster
) -> None:
    phone = boot(rig, over_http, cluster)
    before = version(told(phone, rig, "over HTTP"))
    over_http.faults.add(BrokenFile(), times=None)
    log_in(phone, over_http, rig, cluster)
    text = told(phone, rig, "HTTP: Line")
    assert re.search(r"HTTP: Line \d+, column \d+: WrongEndTag", text), text
    assert MEMBERS[0] in text
    assert version(text) == before
    phone.log_out()
    phone.confirm_logged_out()
    assert over_http.sessions() == {}


def test_server_that_is_silent_is_told_and_no_login_waits(
    rig: Rig, em_service: EmService, cluster: DemoCluster, files_port: int
) -> None:
    started(em_service)
    em_service.tftp_port = files_port
    phone = boot(rig, em_service, cluster)
    log_in(phone, em_service, rig, cluster)
    told(phone, rig, "HTTP: no connection", "TFTP: no answer")


def test_login_does_not_wait_for_a_file_that_is_slow(
    rig: Rig, over_http: EmService, cluster: DemoCluster
) -> None:
    over_http.faults.add(SlowFile(5), times=None)
    phone = boot(rig, over_http, cluster)
    told(phone, rig, "being loaded")
    # Within the time that any login has.
    log_in(phone, over_http, rig, cluster)
    told(phone, rig, "being loaded")
    over_http.faults.clear()
    over_http.faults.add(SlowFile(0.01), times=None)
    phone.log_out()
    phone.confirm_logged_out()
    told(phone, rig, "over HTTP")


def test_login_changes_the_file_and_the_phone_follows(
    rig: Rig, over_http: EmService, cluster: DemoCluster
) -> None:
    phone = boot(rig, over_http, cluster)
    before = told(phone, rig, "over HTTP")
    assert "Changed at:" not in before
    log_in(phone, over_http, rig, cluster)
    text = told(phone, rig, "Changed at:")
    assert version(text) not in ("", version(before))
    assert loaded(over_http)[-1].users == (cluster.user,)
    phone.log_out()
    phone.confirm_logged_out()
    deadline = Deadline(rig.screen.clock, ANSWER)
    while loaded(over_http)[-1].users and not deadline.expired:
        phone.wait_idle("Nobody logged in")
    assert loaded(over_http)[-1].users == ()


def test_person_with_a_german_profile_has_a_german_phone(
    rig: Rig, over_http: EmService, cluster: DemoCluster
) -> None:
    person = over_http.cluster.users[cluster.user]
    for name in person.profiles:
        over_http.cluster.profiles[name.casefold()] = Profile(name, "German_Germany")
    phone = boot(rig, over_http, cluster)
    phone.log_in(cluster.user, cluster.pin)
    phone.wait("German", lambda s: s.flowing.startswith("Angemeldet: "), seconds=ANSWER)
    phone.softkey("Abmeld.")
    phone.softkey("Ja")
    phone.wait("English", lambda s: s.flowing == "Nobody logged in", seconds=2 * ANSWER)
    assert over_http.sessions() == {}


def test_phone_whose_card_names_no_service_asks_the_call_managers_of_its_file(
    rig: Rig, over_http: EmService, cluster: DemoCluster
) -> None:
    # The first one is not there.
    members = (f"{HOST_AS_SEEN_BY_PHONE}:1", f"{HOST_AS_SEEN_BY_PHONE}:{over_http.port}")
    over_http.cluster.provisioning = replace(over_http.cluster.provisioning, members=members)
    phone = boot(rig, over_http, cluster, names_service=False)
    log_in(phone, over_http, rig, cluster)


def test_phone_that_starts_while_nobody_serves_its_file_works_by_the_last_one(
    rig: Rig, over_http: EmService, cluster: DemoCluster
) -> None:
    members = (f"{HOST_AS_SEEN_BY_PHONE}:{over_http.port}",)
    over_http.cluster.provisioning = replace(over_http.cluster.provisioning, members=members)
    phone = boot(rig, over_http, cluster, names_service=False)
    before = version(told(phone, rig, "over HTTP"))
    over_http.faults.add(MissingFile(), times=None)
    phone.power_cycle()
    if "settings-without-power" in rig.capabilities:
        phone.wait_idle("Nobody logged in", seconds=2 * ANSWER)
        text = told(phone, rig, "HTTP: no such file", "kept from before")
        assert version(text) == before
        log_in(phone, over_http, rig, cluster)
    else:
        phone.wait_idle("Logged in: not known", seconds=2 * ANSWER)
        assert "kept from before" not in told(phone, rig, "TFTP: no such file")
