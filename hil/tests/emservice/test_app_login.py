"""The login application as a phone meets it: form, menu of profiles, question, results."""

from __future__ import annotations

import http.client
import ssl
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator

import pytest
from emservice.app_phone import AppPhone, Shown, XmlError, read
from emservice.client import DESK, DESK2, JOHN, MARY, PAT

from hotdesk_hil.emservice import ApplicationUser, Cluster, Device, EmService, ServiceParameters, User

# The vectors of the login application, as pages that a phone takes.
FORM = (
    "<CiscoIPPhoneInput><Title>Please Login</Title><Prompt>Enter user ID and PIN</Prompt>"
    "<URL>{app}?device={device}</URL>"
    "<InputItem><DisplayName>User ID</DisplayName><QueryStringParam>userid</QueryStringParam>"
    "<DefaultValue></DefaultValue><InputFlags>A</InputFlags></InputItem>"
    "<InputItem><DisplayName>PIN</DisplayName><QueryStringParam>seq</QueryStringParam>"
    "<DefaultValue></DefaultValue><InputFlags>NP</InputFlags></InputItem>"
    "<SoftKeyItem><Name>Submit</Name><URL>SoftKey:Submit</URL><Position>1</Position></SoftKeyItem>"
    "<SoftKeyItem><Name>&lt;&lt;</Name><URL>SoftKey:&lt;&lt;</URL><Position>2</Position></SoftKeyItem>"
    "<SoftKeyItem><Name>Exit</Name><URL>SoftKey:Exit</URL><Position>3</Position></SoftKeyItem>"
    "<SoftKeyItem><Name>ChangePIN</Name><URL>{change}?device={device}</URL><Position>4</Position></SoftKeyItem>"
    "</CiscoIPPhoneInput>"
)
MENU = (
    "<CiscoIPPhoneMenu><Title>Select Profile</Title>"
    "<MenuItem><Name>DPJOHNIPC</Name>"
    "<URL>{app}?device={device}&amp;t={token}&amp;profile=DPJOHNIPC</URL></MenuItem>"
    "<MenuItem><Name>UserDevProf</Name>"
    "<URL>{app}?device={device}&amp;t={token}&amp;profile=UserDevProf</URL></MenuItem></CiscoIPPhoneMenu>"
)
QUESTION = (
    "<CiscoIPPhoneText><Title>Extension Mobility</Title><Prompt>Log out?</Prompt>"
    "<Text>john is logged in.</Text>"
    "<SoftKeyItem><Name>Yes</Name><URL>{app}?device={device}&amp;doLogout=true</URL><Position>1</Position>"
    "</SoftKeyItem><SoftKeyItem><Name>No</Name><URL>SoftKey:Exit</URL><Position>2</Position></SoftKeyItem>"
    "</CiscoIPPhoneText>"
)


def cluster(*users: User, devices: tuple[Device, ...] = (Device(DESK),), **parameters: object) -> Cluster:
    return Cluster(users=users, devices=devices, service=ServiceParameters(**parameters))


@pytest.fixture
def phone() -> AppPhone:
    return AppPhone(DESK)


@pytest.fixture
def serve() -> Iterator[Callable[[Cluster], EmService]]:
    started: list[EmService] = []

    def start(described: Cluster) -> EmService:
        started.append(EmService(described))
        started[-1].start()
        return started[-1]

    yield start
    for service in started:
        service.close()


def form_of(service: EmService, phone: AppPhone, more: str = "") -> Shown:
    return phone.open(f"{service.app_url}?device=#DEVICENAME#{more}")


def same(page: Shown, expected: str, **values: str) -> None:
    assert ET.tostring(page.root) == ET.tostring(ET.fromstring(expected.format(**values)))


def test_a_person_logs_in_and_out(service: EmService, phone: AppPhone) -> None:
    form = form_of(service, phone)
    same(form, FORM, app=service.app_url, change=service.change_pin_url, device=DESK)
    done = phone.submit(form, userid=MARY[0], seq=MARY[1])
    assert (done.title, done.text) == ("Extension Mobility", "Login successful.")
    assert service.sessions() == {DESK: "mary"}
    seconds, url = done.refresh or (0, "")
    assert (seconds, url) == (3, f"{service.app_url}?device={DESK}&refresh=true")
    service.wait_for_request("login")
    before = service.traffic.requests
    assert phone.follow(url).text == "Please wait, the phone restarts."
    assert service.traffic.requests == before + 1, "that page asks the service nothing"
    question = form_of(service, phone)
    assert (question.kind, question.text) == ("Text", "mary is logged in.")
    gone = phone.follow(question.soft_keys["Yes"])
    assert (gone.text, service.sessions()) == ("Logout successful.", {})
    assert gone.refresh == done.refresh
    assert [record.operation for record in service.requests] == [
        "deviceUserQuery",
        "appForm",
        "checkUser",
        "login",
        "appLogin",
        "appRefresh",
        "deviceUserQuery",
        "appForm",
        "logout",
        "appLogout",
    ]
    assert {r.app_id for r in service.requests if not (r.operation or "").startswith("app")} == {"CCMSysUser"}


def test_one_of_several_profiles_is_chosen_without_the_pin(service: EmService, phone: AppPhone) -> None:
    menu = phone.submit(form_of(service, phone), userid="JOHN", seq=JOHN[1])
    assert service.sessions() == {}
    token = menu.items["UserDevProf"].partition("t=")[2].partition("&")[0]
    same(menu, MENU, app=service.app_url, device=DESK, token=token)
    assert len(token) >= 22, "128 bits"
    done = phone.follow(menu.items["UserDevProf"])
    assert done.text == "Login successful."
    assert [session.profile for session in service.session_rows()] == ["UserDevProf"]
    same(form_of(service, phone), QUESTION, app=service.app_url, device=DESK)
    # The token logs in once, on this phone alone, and not for long.
    service.logout(DESK)
    assert phone.follow(menu.items["UserDevProf"]).prompt == "Please try to login again (201)"
    menu = phone.submit(form_of(service, phone), userid="john", seq=JOHN[1])
    stolen = menu.items["UserDevProf"].replace(DESK, DESK2)
    assert AppPhone(DESK2).follow(stolen).prompt == "Please try to login again (201)"
    service.clock.advance(121)
    assert phone.follow(menu.items["DPJOHNIPC"]).prompt == "Please try to login again (201)"
    assert service.sessions() == {}


def test_a_profile_is_named_with_the_pin_and_must_be_the_persons(service: EmService, phone: AppPhone) -> None:
    url = f"{service.app_url}?device={DESK}&userid=john&seq={JOHN[1]}&profile="
    assert phone.follow(url + "dpspare").text == "Login is unavailable (205)"
    assert phone.follow(url + "userdevprof").text == "Login successful."
    assert [session.profile for session in service.session_rows()] == ["UserDevProf"]


@pytest.mark.parametrize(
    ("login_type", "field", "prompt", "flags", "typed"),
    [
        ("UID", "User ID", "Enter user ID and PIN", "A", "ann"),
        ("DN", "Extension", "Enter extension and PIN", "N", "1001"),
        ("SP", "Self-Service ID", "Enter self-service ID and PIN", "N", "77"),
    ],
)
def test_each_login_type_has_a_form_of_its_own(
    serve: Callable[[Cluster], EmService],
    phone: AppPhone,
    login_type: str,
    field: str,
    prompt: str,
    flags: str,
    typed: str,
) -> None:
    ann = User("ann", "111", profiles=("P",), directory_number="1001", self_service_id="77")
    service = serve(cluster(ann))
    form = form_of(service, phone, f"&EMCC=true&loginType={login_type}")
    assert form.root.findtext("InputItem/DisplayName") == field
    assert (form.prompt, form.fields["userid"][1]) == (prompt, flags)
    assert phone.submit(form, userid=typed, seq="111").text == "Login successful."
    assert service.sessions() == {DESK: "ann"}


def test_the_form_shows_who_was_there_and_takes_digits_alone(
    serve: Callable[[Cluster], EmService], phone: AppPhone
) -> None:
    ann = User("ann", "111", profiles=("P",))
    service = serve(cluster(ann, remember_last_user=True, alphanumeric_user_id=False))
    service.login(DESK, "ann")
    service.logout(DESK)
    assert form_of(service, phone).fields["userid"] == ("ann", "N")
    assert form_of(service, AppPhone("SEP1")).fields["userid"] == ("", "N")


def test_a_hundred_profiles_fit_and_more_are_on_the_next_page(
    serve: Callable[[Cluster], EmService], phone: AppPhone
) -> None:
    names = tuple(f"P{number:03}" for number in range(250))
    service = serve(
        cluster(
            User("ann", "1", profiles=names[:100], default_profile="P042"), User("bob", "1", profiles=names)
        )
    )
    menu = phone.submit(form_of(service, phone), userid="ann", seq="1")
    assert list(menu.items)[:2] == ["P042", "P000"], "the default one first"
    assert len(menu.items) == 100
    menu = phone.submit(form_of(service, phone), userid="bob", seq="1")
    seen: list[str] = []
    while "More" in menu.items:
        seen += [name for name in menu.items if name != "More"]
        menu = phone.follow(menu.items["More"])
    assert [*seen, *menu.items] == list(names)
    assert phone.follow(menu.items["P249"]).text == "Login successful."
    assert [session.profile for session in service.session_rows()] == ["P249"]


def test_names_at_their_bounds_are_within_what_phones_take(
    serve: Callable[[Cluster], EmService], phone: AppPhone
) -> None:
    long = "Ü" * 128
    service = serve(cluster(User(long, "1", profiles=(long, "&<>\"'"))))
    form = form_of(service, phone)
    menu = phone.submit(form, userid=long, seq="1")
    shown, special = menu.items
    assert (shown, special) == ("Ü" * 63 + "…", "&<>\"'")
    assert phone.follow(menu.items[shown]).text == "Login successful."
    assert [session.profile for session in service.session_rows()] == [long]
    assert form_of(service, phone).text == f"{long} is logged in."
    again = phone.submit(form, userid=long, seq="2")
    assert again.fields["userid"][0] == "", "a cut user ID would be sent as it is"
    odd = phone.follow(f"{service.app_url}?device={DESK}&userid=a%00b%ff%0a&seq=2")
    assert odd.prompt == "Please try to login again (201)"
    too_long = AppPhone("D" * 300).open(f"{service.app_url}?device=#DEVICENAME#")
    assert too_long.text == "Login is unavailable (205)"


def test_a_headset_needs_the_pin_unless_the_cluster_says_otherwise(
    serve: Callable[[Cluster], EmService], phone: AppPhone
) -> None:
    ann = User("ann", "111", profiles=("P",))
    url = "{}?device=" + DESK + "&userid=ann&headsetbasedem=true"
    service = serve(cluster(ann))
    assert phone.follow(url.format(service.app_url)).prompt == "Please try to login again (202)"
    assert phone.follow(url.format(service.app_url) + "&seq=111").text == "Login successful."
    service = serve(cluster(ann, headset_pin=False))
    assert phone.follow(url.format(service.app_url) + "&seq=9").prompt == "Please try to login again (201)"
    assert phone.follow(url.format(service.app_url)).text == "Login successful."


def test_urls_of_pages_are_those_that_the_phone_reached(service: EmService) -> None:
    connection = http.client.HTTPConnection(service.host, service.port, timeout=10)
    connection.request(
        "GET", f"/emapp/EMAppServlet?device={DESK}", headers={"Host": "cucm1.example.test:8080"}
    )
    body = connection.getresponse().read()
    connection.close()
    assert read(body).findtext("URL") == f"http://cucm1.example.test:8080/emapp/EMAppServlet?device={DESK}"


def test_pages_reached_with_tls_lead_to_tls(demo: Cluster) -> None:
    with EmService(demo, tls_port=0) as service:
        assert service.authority is not None
        trusting = ssl.create_default_context(cadata=service.authority.certificate)
        connection = http.client.HTTPSConnection("127.0.0.1", service.tls_port, timeout=20, context=trusting)
        connection.request("GET", f"/emapp/EMAppServlet?device={DESK}")
        body = connection.getresponse().read()
        connection.close()
        assert read(body).findtext("URL") == f"{service.app_tls_url}?device={DESK}"


@pytest.mark.parametrize(
    "page",
    [
        "<CiscoIPPhoneText><Text>t</Text><SoftKeyItem><Name>a</Name><URL>http://h/?a=1&b=2</URL><Position>1</Position>"
        "</SoftKeyItem></CiscoIPPhoneText>",
        "<CiscoIPPhoneInput><URL>http://h/</URL>"
        + "<InputItem><QueryStringParam>q</QueryStringParam></InputItem>" * 6
        + "</CiscoIPPhoneInput>",
        "<CiscoIPPhoneText><SoftKeyItem><Name>a</Name><URL>SoftKey:Exit</URL></SoftKeyItem></CiscoIPPhoneText>",
        "<CiscoIPPhoneInput><URL>u</URL><InputItem><QueryStringParam>q</QueryStringParam><InputFlags>PNP</InputFlags>"
        "</InputItem></CiscoIPPhoneInput>",
        '<CiscoIPPhoneExecute><ExecuteItem URL="SoftKey:Exit"/></CiscoIPPhoneExecute>',
        "<!DOCTYPE a><CiscoIPPhoneText/>",
        "<CiscoIPPhoneText><Text>" + "x" * 4001 + "</Text></CiscoIPPhoneText>",
        "<CiscoIPPhoneText><Title>" + "x" * 33 + "</Title></CiscoIPPhoneText>",
        "<CiscoIPPhoneMenu>" + "<MenuItem><URL>u</URL></MenuItem>" * 101 + "</CiscoIPPhoneMenu>",
        "<CiscoIPPhoneInput><Title>t</Title></CiscoIPPhoneInput>",
    ],
)
def test_the_phone_of_these_tests_refuses_what_phones_refuse(page: str) -> None:
    with pytest.raises(XmlError):
        read(page.encode())


def test_a_user_of_the_cluster_file_may_be_the_system_user(
    serve: Callable[[Cluster], EmService], phone: AppPhone
) -> None:
    system = ApplicationUser("ccmsysuser", "made-up-system-secret", proxy_rights=False)
    service = serve(Cluster(application_users=[system], users=[User("pat", PAT[1])], devices=[Device(DESK)]))
    assert form_of(service, phone).text == "Login is unavailable (10)"
