"""The wire as captured: declaration, line feeds, `exists`, the texts of refusals; and the compact form."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from emservice.client import DESK, DESK2, DISABLED, Client, Reply

from hotdesk_hil.emservice import (
    ApplicationUser,
    Cluster,
    Disguise,
    EmService,
    Form,
    PretendSuccess,
    Refuse,
    ServiceParameters,
    User,
)

DECLARATION = b'<?xml version="1.0"?>\n'
SUCCESS = DECLARATION + b"<response>\n<success/>\n</response>\n"


def failure(code: int, text: str) -> bytes:
    return f'<response>\n<failure>\n<error code="{code}">{text}</error>\n</failure>\n</response>\n'.encode()


@pytest.mark.parametrize(
    "ask", [Client.login, Client.logout, Client.logout_all], ids=lambda ask: ask.__name__
)
def test_a_change_is_answered_with_a_declaration_and_a_line_feed_behind_every_tag(
    service: EmService, client: Client, ask: Callable[..., Reply]
) -> None:
    if ask is Client.login:
        assert ask(client, DESK, "john").body == SUCCESS
        return
    service.login(DESK, "john")
    assert (ask(client, DESK) if ask is Client.logout else ask(client)).body == SUCCESS


def test_a_refused_change_is_answered_in_the_same_form(client: Client) -> None:
    body = client.logout(DESK).body
    assert body == DECLARATION + failure(19, f"No user logged in: nobody is logged in on {DESK}")


def test_what_cannot_be_read_is_answered_in_the_same_form(client: Client) -> None:
    body = client.post("hello").body
    assert body == DECLARATION + failure(1, "Error on Parsing: line 1, column 1: not well-formed XML")


def test_queries_are_answered_without_a_declaration_and_with_a_line_feed_behind_every_tag(
    service: EmService, client: Client
) -> None:
    service.login(DESK, "em@cisco.com")
    assert client.query("deviceUserQuery", DESK, "SEP0").body.decode() == (
        f'<response>\n<deviceUserResults>\n<device name="{DESK}">\n<userID>em%40cisco.com</userID>\n<none/>\n'
        '<emccDevice>no</emccDevice>\n</device>\n<device name="SEP0">\n<doesNotExist/>\n</device>\n'
        "</deviceUserResults>\n</response>\n"
    )
    assert client.query("userDevicesQuery", "em@cisco.com", "john").body.decode() == (
        '<response>\n<userDevicesResults>\n<user id="em%40cisco.com">\n'
        f"<deviceName>{DESK}</deviceName>\n</user>\n"
        '<user id="john">\n<none/>\n</user>\n</userDevicesResults>\n</response>\n'
    )
    assert client.query("deviceProfileQuery", "mary").body.decode() == (
        '<response>\n<deviceProfileResults>\n<user id="mary">\n<deviceProfile>\n'
        "<deviceProfileName>DPMARY</deviceProfileName>\n<isDefaultDeviceProfile>t</isDefaultDeviceProfile>\n"
        "</deviceProfile>\n</user>\n</deviceProfileResults>\n</response>\n"
    )
    wrong = client.signed_by(("emphone", "x")).query("checkUser", "john")
    assert wrong.body == failure(3, "Could not authenticate 'emphone'")


def test_exists_holds_the_id(client: Client) -> None:
    assert client.query("checkUser", "EM@cisco.com", "nobody").body.decode() == (
        '<response>\n<checkUserResults>\n<user id="em%40cisco.com">\n<exists>em@cisco.com</exists>\n</user>\n'
        '<user id="nobody">\n<doesNotExist/>\n</user>\n</checkUserResults>\n</response>\n'
    )


COMPACT = {
    "login": "<success/>",
    "checkUser": '<checkUserResults><user id="john"><exists/></user></checkUserResults>',
    "userDevicesQuery": '<userDevicesResults><user id="john"><none/></user></userDevicesResults>',
}


@pytest.mark.parametrize("what", COMPACT)
def test_the_compact_form_is_a_disguise(service: EmService, client: Client, what: str) -> None:
    assert Form.COMPACT.taken
    service.faults.add(Disguise(Form.COMPACT), times=None)
    reply = client.login(DESK, "john") if what == "login" else client.query(what, "john")
    assert reply.body.decode() == f"<response>{COMPACT[what]}</response>"


def test_the_compact_form_keeps_every_blank_of_a_text(service: EmService, client: Client) -> None:
    service.faults.add(Disguise(Form.COMPACT))
    text = client.login("SEP 0 ", "john").text
    assert text == "Device does not exist: SEP 0 is not a device of this cluster"


@pytest.mark.parametrize("form", Form, ids=lambda form: form.value)
def test_a_disguise_of_an_answer_with_a_declaration_has_one_declaration(
    service: EmService, client: Client, form: Form
) -> None:
    service.faults.add(Disguise(form))
    body = client.login(DESK, "john").body
    text = body.decode("utf-16") if form is Form.UTF_16 else body.decode()
    assert text.count("<?xml") <= 1
    assert text.find("<?xml") in (-1, 0)


# The texts of refusals

WHAT_IS_SENT: dict[int, Callable[[Client], Reply]] = {
    3: lambda c: c.signed_by(("emphone", "x")).login(DESK, "john"),
    18: lambda c: c.login(DESK, "john"),
    22: lambda c: c.login(DISABLED, "john"),
}
KNOWN = {
    3: "Could not authenticate 'emphone'",
    18: "Phone currently has user logged in",
    22: "Device does not allow hoteling",
}


@pytest.mark.parametrize("injected", [False, True], ids=["refused", "injected"])
@pytest.mark.parametrize("code", WHAT_IS_SENT)
def test_a_refusal_has_the_text_that_clients_know(
    service: EmService, client: Client, code: int, injected: bool
) -> None:
    if injected:
        service.faults.add(Refuse(code))
        text = client.login(DESK, "john").text
    else:
        service.login(DESK, "mary")
        text = WHAT_IS_SENT[code](client).text
    if code == 3:
        assert text == KNOWN[code]
    else:
        assert text.find(KNOWN[code]) > 0, "clients look for it behind the beginning"


def test_code_3_names_who_signed_as_he_wrote_it(client: Client) -> None:
    for app_id in ("EMphone", "nobody", "a<b&c'd"):
        assert client.signed_by((app_id, "x")).logout(DESK).text == f"Could not authenticate '{app_id}'"


def test_injected_answers_have_the_form_of_what_was_asked(service: EmService, client: Client) -> None:
    service.faults.add(Refuse(26), times=2)
    assert client.login(DESK, "john").body == DECLARATION + failure(26, "Busy, please try again")
    assert client.query("checkUser", "john").body == failure(26, "Busy, please try again")
    service.faults.add(PretendSuccess())
    assert client.login(DESK2, "john").body == SUCCESS


# deviceProfileQuery for a user who is unknown or has no profile


@pytest.fixture
def failing(demo: Cluster) -> Cluster:
    return Cluster(
        application_users=[ApplicationUser("emphone", "phone-demo-certificate")],
        users=[*demo.users.values(), User("größe", "1")],
        service=ServiceParameters(profile_query_failures=True),
    )


@pytest.mark.parametrize(("user", "code"), [("ghost", "23"), ("pat", "12"), ("größe", "12")])
def test_a_profile_query_may_answer_a_failure_in_the_row_of_a_user(
    failing: Cluster, user: str, code: str
) -> None:
    with EmService(failing) as service:
        root = Client(service.url).query("deviceProfileQuery", "john", user).root
    assert [row.find("failure") is None for row in root.iter("user")] == [True, False]
    error = root.findall("deviceProfileResults/user")[1].find("failure/error")
    assert error is not None
    assert error.attrib == {"code": code}
    assert error.text == {"23": "User not found", "12": "Dev. Profile not found"}[code]


def test_by_default_a_profile_query_answers_does_not_exist_or_none(client: Client) -> None:
    root = client.query("deviceProfileQuery", "ghost", "pat").root
    assert [row[0].tag for row in root.iter("user")] == ["doesNotExist", "none"]
