"""What an end user may use, and what he signs with: his own profiles, PIN or password."""

from __future__ import annotations

from pathlib import Path

import pytest
from emservice.client import DESK, JOHN, Client, Reply

from hotdesk_hil.emservice import (
    ApplicationUser,
    Cluster,
    ClusterError,
    Device,
    EmService,
    EndUserCredential,
    User,
)
from hotdesk_hil.emservice import ServiceParameters as Parameters

PIN, PASSWORD = "24680", "made-up-password"


def profile(name: str) -> str:
    return f"<deviceProfile>{name}</deviceProfile>"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("DPJOHNIPC", None),
        ("userdevprof", None),
        (" ", None),
        ("DPMARY", 10),
        ("DPSPARE", 10),
        ("NoSuch", 12),
    ],
)
def test_an_end_user_may_use_his_own_profiles_only(
    service: EmService, client: Client, name: str, code: int | None
) -> None:
    reply = client.signed_by(JOHN).login(DESK, "john", profile(name))
    assert reply.code == code
    assert service.sessions() == ({DESK: "john"} if code is None else {})
    if code == 10:
        assert f"{name} is not a profile of john" in reply.text


def test_somebody_elses_profile_is_refused_before_the_device_is_looked_at(client: Client) -> None:
    """A missing right goes before what a request names, as everywhere (README)."""
    assert client.signed_by(JOHN).login("SEP0", "john", profile("DPMARY")).code == 10


def test_an_account_with_proxy_rights_may_use_any_profile() -> None:
    cluster = Cluster(
        users=[
            User("boss", PIN, profiles=("A",), proxy_rights=True),
            User("john", PIN, profiles=("B",), default_profile="B"),
        ],
        devices=[Device("D"), Device("E")],
    )
    with EmService(cluster) as service:
        boss = Client(service.url, ("boss", PIN))
        assert boss.login("D", "boss", profile("B")).code is None
        assert boss.login("E", "john", profile("A")).code is None


def served(credential: EndUserCredential, password: str | None = PASSWORD) -> Cluster:
    return Cluster(
        application_users=[ApplicationUser("app", "certificate")],
        users=[User("john", PIN, profiles=("P",), password=password)],
        devices=[Device("D")],
        service=Parameters(end_user_credential=credential),
    )


def ask(service: EmService, secret: str, who: str = "john") -> Reply:
    return Client(service.url, (who, secret)).query("checkUser", "john")


@pytest.mark.parametrize(
    ("credential", "pin", "password"),
    [
        (EndUserCredential.PIN, None, 3),
        (EndUserCredential.PASSWORD, 3, None),
        (EndUserCredential.EITHER, None, None),
    ],
)
def test_which_of_pin_and_password_is_checked_is_a_switch(
    credential: EndUserCredential, pin: int | None, password: int | None
) -> None:
    with EmService(served(credential)) as service:
        assert (ask(service, PIN).code, ask(service, PASSWORD).code) == (pin, password)
        assert ask(service, "wrong").code == 3
        assert ask(service, "certificate", "app").code is None


def test_by_default_the_pin_is_checked(client: Client) -> None:
    assert Parameters().end_user_credential is EndUserCredential.PIN
    assert client.signed_by(JOHN).query("checkUser", "john").code is None


@pytest.mark.parametrize(
    ("credential", "sent", "why"),
    [
        (EndUserCredential.PIN, PASSWORD, "this is the password of john; the service checks the PIN"),
        (EndUserCredential.PASSWORD, PIN, "this is the PIN of john; the service checks the password"),
        (EndUserCredential.PIN, "x", "not the PIN of john"),
        (EndUserCredential.EITHER, "x", "not the PIN and password of john"),
    ],
)
def test_the_record_says_what_was_mixed_up_and_the_answer_does_not(
    credential: EndUserCredential, sent: str, why: str
) -> None:
    with EmService(served(credential)) as service:
        assert ask(service, sent).text == "Could not authenticate 'john'"
        assert service.requests[-1].detail == why
        assert PIN not in str(service.requests) + str(service.cluster)
        assert PASSWORD not in str(service.requests) + repr(service.cluster.users["john"])


def test_a_user_without_password_cannot_sign_with_one() -> None:
    with EmService(served(EndUserCredential.PASSWORD, None)) as service:
        assert ask(service, "x").code == 3
        assert service.requests[-1].detail == "john has no password in this cluster"
        service.change_secret("john", "new")
        assert ask(service, "new").code is None


def test_a_changed_password_and_a_changed_pin_are_apart(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with EmService(served(EndUserCredential.PASSWORD), state=state) as service:
        service.change_secret("john", "new-password")
        assert (ask(service, "new-password").code, ask(service, PASSWORD).code) == (None, 3)
    with EmService(served(EndUserCredential.EITHER), state=state) as service:
        assert (ask(service, "new-password").code, ask(service, PIN).code) == (None, None)
        service.change_secret("john", "new-pin")
        assert (ask(service, "new-pin").code, ask(service, "new-password").code) == (None, None)
        assert ask(service, PASSWORD).code == 3


def test_a_cluster_file_names_passwords_and_the_switch(tmp_path: Path) -> None:
    file = tmp_path / "cluster.toml"
    user = f'[[user]]\nid = "j"\npin = "1"\npassword = "{PASSWORD}"\n'
    text = f'[service]\nend_user_credential = "password"\n{user}'
    file.write_text(text)
    cluster = Cluster.read(file)
    assert cluster.users["j"].password == PASSWORD
    assert cluster.service.end_user_credential is EndUserCredential.PASSWORD
    file.write_text(text.replace('"password"\n[[', '"both"\n[['))
    with pytest.raises(ClusterError, match="'end_user_credential' is one of 'pin', 'password', 'either'"):
        Cluster.read(file)
    file.write_text(text.replace(PASSWORD, " "))
    with pytest.raises(ClusterError, match="'password' holds 1 to 256 bytes"):
        Cluster.read(file)
