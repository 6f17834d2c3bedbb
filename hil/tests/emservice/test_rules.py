"""The rules of login, logout and the queries, one test a rule, over sockets; every code says how it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from emservice.client import DESK, DESK2, DISABLED, JOHN, MARY, NO_RIGHTS, PAT, PHONE, Client, Reply

from hotdesk_hil.emservice import (
    Cluster,
    Code,
    Device,
    EmService,
    MultipleLogin,
    Refuse,
    ServiceParameters,
    User,
)


@dataclass(frozen=True)
class Case:
    """How a code comes about: who is logged in before, and what is asked."""

    how: str
    code: int
    ask: Callable[[Client], Reply]
    before: tuple[tuple[str, str], ...] = ()


def by(app: tuple[str, str], ask: Callable[[Client], Reply]) -> Callable[[Client], Reply]:
    return lambda client: ask(client.signed_by(app))


def encrypted(client: Client) -> Reply:
    xml = client.login_xml(DESK, "john").replace("appCertificate", "appEncryptedCertificate")
    return client.post(xml)


CASES = [
    Case("a document that is not XML", 1, lambda c: c.post("hello")),
    Case("a blank application ID", 2, by((" ", "x"), lambda c: c.logout(DESK))),
    Case("a blank certificate", 2, by(("emphone", " "), lambda c: c.logout(DESK))),
    Case("an application nobody knows", 3, by(("nobody", "x"), lambda c: c.login(DESK, "john"))),
    Case("an application user's wrong certificate", 3, by(("emphone", "x"), lambda c: c.login(DESK, "john"))),
    Case("an end user's wrong PIN", 3, by(("john", "54321"), lambda c: c.login(DESK, "john"))),
    Case("a PIN with a blank around it", 3, by(("john", " 12345"), lambda c: c.login(DESK, "john"))),
    Case("an encrypted certificate", 3, encrypted),
    Case(
        "a query by an application nobody knows",
        3,
        by(("nobody", "x"), lambda c: c.query("checkUser", "john")),
    ),
    Case(
        "logout on a device without Extension Mobility",
        5,
        lambda c: c.logout(DISABLED),
        ((DISABLED, "john"),),
    ),
    Case("a query of no known type", 8, lambda c: c.query("phoneQuery", "john")),
    Case("a request's operation in a query", 8, lambda c: c.request("<logoutAll/>", root="query")),
    Case(
        "login by an application user without proxy rights",
        10,
        by(NO_RIGHTS, lambda c: c.login(DESK, "john")),
    ),
    Case("logout by an application user without proxy rights", 10, by(NO_RIGHTS, lambda c: c.logout(DESK))),
    Case(
        "logoutAll by an application user without proxy rights", 10, by(NO_RIGHTS, lambda c: c.logout_all())
    ),
    Case("a person logs another in", 10, by(JOHN, lambda c: c.login(DESK, "mary"))),
    Case("a person logs another out", 10, by(JOHN, lambda c: c.logout(DESK)), ((DESK, "mary"),)),
    Case("a person logs everybody out", 10, by(JOHN, lambda c: c.logout_all()), ((DESK, "john"),)),
    Case("a person asks who is on a device", 10, by(JOHN, lambda c: c.query("deviceUserQuery", DESK))),
    Case("a person asks about another", 10, by(JOHN, lambda c: c.query("userDevicesQuery", "john", "mary"))),
    Case("login on an unknown device", 11, lambda c: c.login("SEP000000000000", "john")),
    Case("logout on an unknown device", 11, lambda c: c.logout("SEP000000000000")),
    Case("a person logs out on an unknown device", 11, by(JOHN, lambda c: c.logout("SEP000000000000"))),
    Case(
        "an unknown profile",
        12,
        lambda c: c.login(DESK, "john", "<deviceProfile>NoSuch</deviceProfile>"),
    ),
    Case("no associated profile", 12, lambda c: c.login(DESK, "pat")),
    Case("login where another user is", 18, lambda c: c.login(DESK, "john"), ((DESK, "mary"),)),
    Case(
        "a person logs in where another is", 18, by(JOHN, lambda c: c.login(DESK, "john")), ((DESK, "mary"),)
    ),
    Case("logout where nobody is", 19, lambda c: c.logout(DESK)),
    Case("a person logs out where nobody is", 19, by(JOHN, lambda c: c.logout(DESK))),
    Case("login on a device without Extension Mobility", 22, lambda c: c.login(DISABLED, "john")),
    Case("login of an unknown user", 23, lambda c: c.login(DESK, "nobody")),
    Case("login while on another device", 25, lambda c: c.login(DESK, "john"), ((DESK2, "john"),)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}: {case.how}")
def test_code(service: EmService, client: Client, case: Case) -> None:
    for device, user in case.before:
        service.login(device, user)
    before = service.sessions()
    reply = case.ask(client)
    assert (reply.status, reply.code) == (200, case.code)
    assert reply.text.startswith("Could not authenticate '" if case.code == 3 else Code(case.code).label)
    assert service.sessions() == before, "a refused request changes nothing"
    assert service.requests[-1].code == case.code


def test_every_code_that_the_service_answers_is_provoked_here() -> None:
    # test_state.py: a state file that another process holds. test_parameters.py: what parameters bring.
    elsewhere = {6, 26, 27, 28, 30, 47}
    by_state = {case.code for case in CASES} | elsewhere
    by_fault = {0, 4, 7, 9, 20, 21, 29, *range(31, 34), *range(35, 47)}
    assert by_state | by_fault == {code.value for code in Code}
    assert not by_state & by_fault


@pytest.mark.parametrize("code", Code, ids=lambda code: f"{int(code)}: {code.label}")
def test_every_code_can_be_injected(service: EmService, client: Client, code: Code) -> None:
    service.faults.add(Refuse(code.value))
    reply = client.login(DESK, "john")
    known = {3: "Could not authenticate 'emphone'"}
    assert (reply.status, reply.code) == (200, code.value)
    assert reply.text.startswith(known.get(code.value, code.label))
    assert service.sessions() == {}, "not carried out"


# Login


def test_login_and_logout(service: EmService, client: Client) -> None:
    assert client.login(DESK, "john").code is None
    assert service.sessions() == {DESK: "john"}
    assert client.logout(DESK).code is None
    assert service.sessions() == {}
    assert service.previous(DESK) == "john"


@pytest.mark.parametrize(("user", "app"), [("john", JOHN), ("mary", MARY)])
def test_a_person_acts_on_himself_with_his_pin(
    service: EmService, client: Client, user: str, app: tuple[str, str]
) -> None:
    person = client.signed_by(app)
    assert person.login(DESK, user).code is None
    assert person.query("userDevicesQuery", user).root.findtext(".//deviceName") == DESK
    assert person.logout(DESK).code is None
    assert service.sessions() == {}


def test_a_person_with_proxy_rights_acts_on_others() -> None:
    cluster = Cluster(
        users=[User("boss", pin="1", proxy_rights=True), User("john", pin="2", profiles=("P",))],
        devices=[Device("D")],
    )
    with EmService(cluster) as service:
        assert Client(service.url, ("boss", "1")).login("D", "john").code is None
        assert service.sessions() == {"D": "john"}


def test_an_application_user_goes_before_an_end_user_of_the_same_id(demo: Cluster) -> None:
    cluster = Cluster(
        application_users=demo.application_users.values(),
        users=[User("emphone", pin="1", profiles=("P",))],
        devices=[Device("D")],
    )
    with EmService(cluster) as service:
        assert Client(service.url, ("emphone", "1")).login("D", "emphone").code == 3
        assert Client(service.url, PHONE).login("D", "emphone").code is None


def test_names_are_compared_without_regard_to_case(service: EmService, client: Client) -> None:
    person = client.signed_by(("JOHN", "12345"))
    assert person.login(DESK.lower(), "John", "<deviceProfile>userdevprof</deviceProfile>").code is None
    assert service.sessions() == {DESK: "john"}, "answers and state hold the cluster's spelling"
    assert client.login(DESK2.lower(), "JOHN").code == 25
    assert client.query("deviceUserQuery", DESK.lower()).root.find(".//device").attrib["name"] == DESK
    assert client.logout(DESK.swapcase()).code is None


def test_blanks_around_names_are_trimmed(service: EmService, client: Client) -> None:
    assert client.login(f" {DESK}\n", "\tjohn ").code is None
    assert service.sessions() == {DESK: "john"}


def test_the_same_user_may_log_in_again_on_his_device(service: EmService, client: Client) -> None:
    assert client.login(DESK, "john").code is None
    assert client.login(DESK, "john", "<deviceProfile>UserDevProf</deviceProfile>").code is None
    assert service.sessions() == {DESK: "john"}
    assert service.previous(DESK) is None, "nobody has left the device"


def test_the_previous_user_is_who_logged_out_last(service: EmService, client: Client) -> None:
    for user in ("john", "mary"):
        client.login(DESK, user)
        client.logout(DESK)
    assert service.previous(DESK) == "mary"


@pytest.mark.parametrize("profile", ["DPJOHNIPC", "UserDevProf", "DPMARY", "DPSPARE"])
def test_a_named_profile_must_exist_but_need_not_be_associated(client: Client, profile: str) -> None:
    assert client.login(DESK, "john", f"<deviceProfile>{profile}</deviceProfile>").code is None


def test_a_user_without_profile_may_name_one(client: Client) -> None:
    assert client.login(DESK, "pat", "<deviceProfile>DPSPARE</deviceProfile>").code is None


def test_a_blank_profile_is_no_profile(client: Client) -> None:
    assert client.login(DESK, "john", "<deviceProfile> </deviceProfile>").code is None


def test_the_only_profile_needs_no_default_and_of_several_one_must_be() -> None:
    cluster = Cluster(
        users=[User("one", "1", profiles=("A",)), User("two", "2", profiles=("A", "B"))],
        devices=[Device("D")],
    )
    with EmService(cluster) as service:
        assert Client(service.url, ("two", "2")).login("D", "two").code == 12
        assert Client(service.url, ("one", "1")).login("D", "one").code is None


def with_behaviour(demo: Cluster, behaviour: MultipleLogin) -> Cluster:
    return Cluster(
        application_users=demo.application_users.values(),
        users=demo.users.values(),
        devices=demo.devices.values(),
        service=ServiceParameters(multiple_login_behavior=behaviour),
    )


def test_multiple_logins_allowed(demo: Cluster) -> None:
    with EmService(with_behaviour(demo, MultipleLogin.ALLOWED)) as service:
        client = Client(service.url)
        assert [client.login(device, "john").code for device in (DESK, DESK2)] == [None, None]
        assert service.sessions() == {DESK: "john", DESK2: "john"}
        names = [e.text for e in client.query("userDevicesQuery", "john").root.iter("deviceName")]
        assert names == [DESK, DESK2]


def test_multiple_logins_end_the_other_one(demo: Cluster) -> None:
    with EmService(with_behaviour(demo, MultipleLogin.AUTO_LOGOUT)) as service:
        client = Client(service.url)
        assert [client.login(device, "john").code for device in (DESK, DESK2)] == [None, None]
        assert service.sessions() == {DESK2: "john"}
        assert service.previous(DESK) == "john"


# The end of a login


def test_a_login_ends_after_its_exclusive_duration(service: EmService, client: Client) -> None:
    client.login(DESK, "john", "<exclusiveDuration><time>60</time></exclusiveDuration>")
    service.clock.advance(59 * 60)
    assert service.sessions() == {DESK: "john"}
    service.clock.advance(60)
    assert client.query("deviceUserQuery", DESK).root.find(".//device/userID") is None
    assert service.sessions() == {}
    assert service.previous(DESK) == "john"
    assert client.logout(DESK).code == 19


@pytest.mark.parametrize("minutes", [(5, 60), (60, 5), (5, 5)])
def test_each_login_ends_at_its_own_time(
    service: EmService, client: Client, minutes: tuple[int, int]
) -> None:
    ends = dict(zip((DESK, DESK2), minutes, strict=True))
    for device, user in ((DESK, "john"), (DESK2, "mary")):
        client.login(device, user, f"<exclusiveDuration><time>{ends[device]}</time></exclusiveDuration>")
    passed = 0
    for now in (4, 6, 59, 61):
        service.clock.advance((now - passed) * 60)
        passed = now
        assert set(service.sessions()) == {device for device, end in ends.items() if end > now}


def test_a_user_whose_login_has_ended_may_log_in_elsewhere(service: EmService, client: Client) -> None:
    client.login(DESK, "john", "<exclusiveDuration><time>1</time></exclusiveDuration>")
    service.clock.advance(60)
    assert client.login(DESK2, "john").code is None


def test_a_login_without_duration_does_not_end_by_default(service: EmService, client: Client) -> None:
    client.login(DESK, "john")
    service.clock.advance(365 * 24 * 3600)
    assert service.sessions() == {DESK: "john"}


def test_the_maximum_login_time_rules_where_no_duration_is_given(demo: Cluster) -> None:
    cluster = Cluster(
        application_users=demo.application_users.values(),
        users=demo.users.values(),
        devices=demo.devices.values(),
        service=ServiceParameters(maximum_login_time="8:00"),
    )
    with EmService(cluster) as service:
        client = Client(service.url)
        client.login(DESK, "john")
        client.login(DESK2, "mary", "<exclusiveDuration><indefinite/></exclusiveDuration>")
        service.clock.advance(8 * 3600 - 10)
        assert service.sessions() == {DESK: "john", DESK2: "mary"}
        service.clock.advance(20)
        assert service.sessions() == {DESK2: "mary"}, "indefinite never ends"


# logoutAll and the queries


def test_logout_all_logs_everybody_out(service: EmService, client: Client) -> None:
    service.login(DESK, "john")
    service.login(DESK2, "mary")
    assert client.logout_all().code is None
    assert service.sessions() == {}
    assert (service.previous(DESK), service.previous(DESK2)) == ("john", "mary")


def test_logout_all_of_nobody_succeeds(client: Client) -> None:
    assert client.logout_all().code is None


def results(reply: Reply) -> str:
    """The answer's text between the response's tags, without the line feeds behind them."""
    return reply.body.decode().replace("\n", "").removeprefix("<response>").removesuffix("</response>")


def test_device_user_query_shows_current_and_previous_user(service: EmService, client: Client) -> None:
    def row() -> str:
        return results(client.query("deviceUserQuery", DESK))

    def slots(current: str, previous: str) -> str:
        device = f'<device name="{DESK}">{current}{previous}<emccDevice>no</emccDevice></device>'
        return f"<deviceUserResults>{device}</deviceUserResults>"

    assert row() == slots("<none/>", "<none/>")
    service.login(DESK, "em@cisco.com")
    assert row() == slots("<userID>em%40cisco.com</userID>", "<none/>")
    service.logout(DESK)
    assert row() == slots("<none/>", "<lastlogin>em@cisco.com</lastlogin>"), "lastlogin is plain"
    service.login(DESK, "john")
    assert row() == slots("<userID>john</userID>", "<lastlogin>em@cisco.com</lastlogin>")


def test_a_query_answers_each_name_in_order_and_twice_if_asked_twice(client: Client) -> None:
    reply = client.query("deviceUserQuery", DESK2, "SEP0", DESK, DESK2)
    assert [row.attrib["name"] for row in reply.root.iter("device")] == [DESK2, "SEP0", DESK, DESK2]
    assert [row.find("doesNotExist") is not None for row in reply.root.iter("device")] == [
        False,
        True,
        False,
        False,
    ]


def test_user_devices_query(service: EmService, client: Client) -> None:
    service.login(DESK, "em@cisco.com")
    assert results(client.query("userDevicesQuery", "em@cisco.com", "john", "nobody")) == (
        f'<userDevicesResults><user id="em%40cisco.com"><deviceName>{DESK}</deviceName></user>'
        '<user id="john"><none/></user><user id="nobody"><doesNotExist/></user></userDevicesResults>'
    )


@pytest.mark.parametrize("kind", ["deviceProfileQuery", "userDeviceProfileQuery"])
def test_device_profile_query(client: Client, kind: str) -> None:
    def profile(name: str, default: str) -> str:
        inside = f"<deviceProfileName>{name}</deviceProfileName>"
        inside += f"<isDefaultDeviceProfile>{default}</isDefaultDeviceProfile>"
        return f"<deviceProfile>{inside}</deviceProfile>"

    assert results(client.query(kind, "john", "em@cisco.com", "pat", "nobody")) == (
        "<deviceProfileResults>"
        f'<user id="john">{profile("DPJOHNIPC", "t")}{profile("UserDevProf", "f")}</user>'
        f'<user id="em%40cisco.com">{profile("DPEM", "f")}</user>'
        '<user id="pat"><none/></user><user id="nobody"><doesNotExist/></user></deviceProfileResults>'
    )


def test_check_user(client: Client) -> None:
    assert results(client.query("checkUser", "JOHN", "nobody")) == (
        '<checkUserResults><user id="john"><exists>john</exists></user>'
        '<user id="nobody"><doesNotExist/></user></checkUserResults>'
    )


def test_a_person_asks_about_himself(client: Client) -> None:
    person = client.signed_by(PAT)
    for kind in ("userDevicesQuery", "deviceProfileQuery", "checkUser"):
        assert person.query(kind, "pat").code is None


def test_any_text_comes_back_as_it_was_sent(client: Client) -> None:
    for name in ("a&b<c>'\"", "größe", "日本", "100%", "a+b c"):
        row = client.query("deviceUserQuery", name).root.find(".//device")
        assert row is not None
        assert row.attrib["name"] == name
