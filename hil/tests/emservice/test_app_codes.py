"""Each code of the login application by the state that leads to it, and the codes of the service as shown."""

from __future__ import annotations

import pytest
from emservice.app_phone import AppPhone, Shown
from emservice.client import DESK, DESK2, DISABLED, JOHN, MARY, PAT

from hotdesk_hil.emservice import (
    Answer,
    CloseWithoutAnswer,
    Cluster,
    Device,
    Disguise,
    EmService,
    Form,
    Outage,
    Refuse,
    ServiceParameters,
    Silence,
    User,
)

TRUE_EMCC = "&EMCC=true"


def ask(service: EmService, query: str, device: str = DESK) -> Shown:
    return AppPhone(device).open(f"{service.app_url}?device=#DEVICENAME#{query}")


def login(service: EmService, who: tuple[str, str] = MARY, more: str = "", device: str = DESK) -> Shown:
    return ask(service, f"&userid={who[0]}&seq={who[1]}{more}", device)


def last_code(service: EmService) -> int | None:
    return service.requests[-1].code


def refused(service: EmService, page: Shown, text: str, code: int) -> None:
    """Tells that the page shows the text, is an object of texts alone, and that the record has the code."""
    assert (page.kind, page.text, page.refresh) == ("Text", text, None)
    assert last_code(service) == code


@pytest.mark.parametrize("who", [("mary", "99999"), ("nobody", "12345"), ("mary", "543210")])
def test_201_a_wrong_pin_or_an_unknown_user_gets_the_form_again(
    service: EmService, who: tuple[str, str]
) -> None:
    page = login(service, who)
    assert (page.kind, page.title, page.prompt) == (
        "Input",
        "Please Login",
        "Please try to login again (201)",
    )
    assert page.fields == {"userid": (who[0], "A"), "seq": ("", "NP")}
    assert last_code(service) == 201


@pytest.mark.parametrize("query", ["&userid=&seq=12345", "&userid=mary&seq=", "&userid=mary", "&seq=1"])
def test_202_a_blank_user_id_or_pin_gets_the_form_again(service: EmService, query: str) -> None:
    page = ask(service, query)
    assert (page.kind, page.prompt) == ("Input", "Please try to login again (202)")
    assert last_code(service) == 202
    assert service.pin_counters.wrong == 0


def test_204_the_directory_is_down(service: EmService) -> None:
    service.outages.add(Outage.DIRECTORY)
    refused(service, login(service), "Login is unavailable (204)", 204)
    assert ask(service, "").title == "Please Login", "nobody is asked for yet"
    service.outages.clear()
    assert login(service).text == "Login successful."


def test_205_a_user_without_a_profile_or_a_phone_that_is_none(service: EmService) -> None:
    refused(service, login(service, PAT), "Login is unavailable (205)", 205)
    refused(service, login(service, device="SEP000000000000"), "Login is unavailable (205)", 205)
    refused(service, login(service, device="abc"), "Login is unavailable (205)", 205)


def test_the_pin_is_checked_before_device_and_profile(service: EmService) -> None:
    assert login(service, ("mary", "1"), device="abc").prompt == "Please try to login again (201)"
    assert login(service, ("pat", "1")).prompt == "Please try to login again (201)"
    assert login(service, ("mary", "1"), "&profile=nothing").prompt == "Please try to login again (201)"


@pytest.mark.parametrize("query", ["", "?device=", "?device=%20", "?device=null", "?Device=" + DESK])
def test_207_the_url_names_no_device(service: EmService, query: str) -> None:
    phone = AppPhone(DESK)
    refused(service, phone.open(f"{service.app_url}{query}"), "Login is unavailable (207)", 207)
    logout = f"{service.app_url}{query}{'&' if query else '?'}doLogout=true"
    refused(service, phone.open(logout), "Logout is unavailable (207)", 207)


def test_208_the_em_service_is_stopped(service: EmService) -> None:
    service.outages.add(Outage.EM_SERVICE)
    refused(service, ask(service, ""), "Login is unavailable (208)", 208)
    refused(service, login(service), "Login is unavailable (208)", 208)
    refused(service, ask(service, "&doLogout=true"), "Logout is unavailable (208)", 208)
    assert service.requests[0].status == 503
    assert service.pin_counters.right == 0, "no PIN is checked"
    service.outages.clear()
    assert login(service).text == "Login successful."


@pytest.mark.parametrize(
    "fault",
    [
        CloseWithoutAnswer(),
        Answer(b"<html>", status=404),
        Answer(b"<response/>"),
        Answer(b"<other/>"),
        Answer(b""),
        Refuse(None),
        Disguise(Form.MALFORMED),
        Disguise(Form.ENTITY_BOMB),
        Disguise(Form.BIG),
    ],
)
def test_208_what_is_no_answer_of_the_service(service: EmService, fault: object) -> None:
    service.faults.add(fault, operation="login")
    refused(service, login(service), "Login is unavailable (208)", 208)


def test_208_the_service_does_not_answer_in_time(service: EmService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotdesk_hil.emservice.app_service.SERVICE_SECONDS", 0.2)
    service.faults.add(Silence(), operation="deviceUserQuery")
    refused(service, ask(service, ""), "Login is unavailable (208)", 208)


def test_210_the_database_is_down(service: EmService) -> None:
    service.outages.add(Outage.DATABASE)
    refused(service, ask(service, ""), "Login is unavailable (210)", 210)
    refused(service, login(service), "Login is unavailable (210)", 210)
    refused(service, ask(service, "&doLogout=true"), "Logout is unavailable (210)", 210)


def emcc(**parameters: object) -> Cluster:
    devices = [Device(DESK), Device(DESK2, emcc_capable=False)]
    return Cluster(
        users=[User("mary", MARY[1], ("P",))], devices=devices, service=ServiceParameters(**parameters)
    )


def test_211_to_213_and_36_a_user_of_another_cluster() -> None:
    stranger = ("stranger", "1")
    with EmService(emcc()) as service:
        refused(service, login(service, stranger, TRUE_EMCC), "Login is unavailable (211)", 211)
        assert login(service, stranger).prompt == "Please try to login again (201)", "no EMCC in the URL"
        assert login(service, stranger, "&EMCC=#EMCC#").prompt == "Please try to login again (201)"
        assert login(service, MARY, TRUE_EMCC).text == "Login successful.", "she is of this cluster"
    for cluster_id in ("", "StandAloneCluster"):
        with EmService(emcc(emcc_activated=True, cluster_id=cluster_id)) as service:
            refused(service, login(service, stranger, TRUE_EMCC), "Login is unavailable (212)", 212)
    with EmService(emcc(emcc_activated=True, cluster_id="ClusterOne")) as service:
        refused(service, login(service, stranger, TRUE_EMCC, DESK2), "Login is unavailable (213)", 213)
        refused(service, login(service, stranger, TRUE_EMCC), "Login is unavailable (36)", 36)


@pytest.mark.parametrize("value", ["%23EMCC%20%23", "maybe", "%20%23EMCC %23"])
def test_213_the_service_url_has_a_blank_in_its_token(service: EmService, value: str) -> None:
    page = ask(service, f"&EMCC={value.replace(' ', '%20')}")
    refused(service, page, "Login is unavailable (213)", 213)


@pytest.mark.parametrize("value", ["uid", "PIN", "UID,DN"])
def test_215_the_login_type_is_none(service: EmService, value: str) -> None:
    refused(service, ask(service, f"&loginType={value}"), "LoginType invalid(215)", 215)
    refused(service, login(service, MARY, f"&loginType={value}"), "LoginType invalid(215)", 215)


def test_216_several_users_have_the_extension() -> None:
    users = [User(name, "1", ("P",), directory_number="1001") for name in ("ann", "bob")]
    with EmService(Cluster(users=users, devices=[Device(DESK)])) as service:
        page = login(service, ("1001", "1"), "&loginType=DN")
        refused(service, page, "DN has multiple users(216)", 216)


def test_codes_of_the_service_are_shown_as_they_are(service: EmService) -> None:
    refused(service, login(service, device=DISABLED), "Login is unavailable (22)", 22)
    refused(service, ask(service, "&doLogout=true"), "Logout is unavailable (19)", 19)
    refused(service, ask(service, "&doLogout=true", DISABLED), "Logout is unavailable (5)", 5)
    refused(service, ask(service, "&doLogout=true", "abc"), "Logout is unavailable (11)", 11)
    service.login(DESK, "john")
    refused(service, login(service), "Login is unavailable (18)", 18)
    refused(service, login(service, JOHN, "&profile=UserDevProf", DESK2), "Login is unavailable (25)", 25)
    service.faults.add(Refuse(26), operation="login")
    refused(service, login(service, device=DESK2), "Login is unavailable (26)", 26)


def test_the_phones_address_counts_where_addresses_are_validated(demo: Cluster) -> None:
    for trusted, text in (("127.0.0.1", "Login successful."), ("192.0.2.1", "Login is unavailable (28)")):
        parameters = ServiceParameters(validate_ip_address=True, trusted_list_of_ips=trusted)
        cluster = Cluster(users=demo.users.values(), devices=demo.devices.values(), service=parameters)
        with EmService(cluster) as service:
            assert login(service).text == text


def test_blanks_of_a_copied_service_url_are_told_and_taken(
    service: EmService, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG", "hotdesk_hil.emservice"):
        assert ask(service, "%20&loginType=%20DN").prompt == "Enter extension and PIN"
        assert ask(service, "", "#DEVICENAME#".replace("#", "%23")).title == "Please Login"
    assert "blank in the service URL: device" in caplog.text
    assert "blank in the service URL: loginType" in caplog.text
    assert "#DEVICENAME# was not replaced: the caller is no phone" in caplog.text
