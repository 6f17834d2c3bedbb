"""The cluster file: what it may say, and that a mistake is told in one line with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from emservice.client import DESK, DISABLED, SECRETS

from hotdesk_hil.emservice import ApplicationUser, Cluster, ClusterError, Device, MultipleLogin, User

GOOD = """\
[[application_user]]
id = "app"
certificate = "c"

[[user]]
id = "john"
pin = "1"
profiles = ["A"]

[[device]]
name = "D"
"""


def test_the_demo_cluster(demo: Cluster) -> None:
    assert demo.users["john"].profiles == ("DPJOHNIPC", "UserDevProf")
    assert demo.users["john"].default_profile == "DPJOHNIPC"
    assert demo.devices[DESK.casefold()].extension_mobility
    assert not demo.devices[DISABLED.casefold()].extension_mobility
    assert demo.application_users["emphone"].proxy_rights
    assert not demo.application_users["norights"].proxy_rights
    assert demo.service.multiple_login_behavior is MultipleLogin.NOT_ALLOWED
    assert demo.service.maximum_login_minutes is None


def test_no_repr_shows_a_secret(demo: Cluster) -> None:
    shown = repr(demo) + repr(list(demo.users.values())) + repr(list(demo.application_users.values()))
    assert "john" in shown
    assert not [secret for secret in SECRETS if secret in shown]


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("[[user]\n", "line 1", "is not TOML"),
        (GOOD + "[[usr]]\nid = 'x'\n", ":12", "unknown table 'usr'; known: [service], [[application_user]]"),
        (GOOD + "[user2]\n", ":12", "unknown table 'user2'"),
        (GOOD + "[[user]]\nid = 'mary'\npim = '1'\n", ":12", "has no key 'pim'; known: id, pin"),
        (GOOD + "[[user]]\nid = 'mary'\n", ":12", "lacks 'pin'"),
        (GOOD + "[[user]]\nid = 'mary'\npin = 98765\n", ":12", "'pin' must be text"),
        (GOOD + "[[user]]\nid = 'mary'\npin = ' '\n", ":12", "1 to 256 bytes"),
        (GOOD + f"[[user]]\nid = 'mary'\npin = '{'9' * 257}'\n", ":12", "1 to 256 bytes"),
        (GOOD + "[[user]]\nid = 'JOHN'\npin = '1'\n", ":12", "'JOHN' is there twice"),
        (
            GOOD + "[[user]]\nid = 'm'\npin = '1'\nprofiles = 'A'\n",
            ":12",
            "'profiles' must be a list of texts",
        ),
        (GOOD + "[[user]]\nid = 'm'\npin = '1'\nprofiles = ['A', 'a']\n", ":12", "a profile twice"),
        (
            GOOD + "[[user]]\nid = 'm'\npin = '1'\nprofiles = ['A']\ndefault_profile = 'B'\n",
            ":12",
            "'m': default_profile 'B' is not among the profiles",
        ),
        (GOOD + "[[device]]\nname = ' D2'\n", ":12", "without blanks around it"),
        (GOOD + "[[device]]\nname = ''\n", ":12", "not empty"),
        (GOOD + '[[device]]\nname = "a\\u0001"\n', ":12", "printable"),
        (GOOD + f"[[device]]\nname = '{'D' * 129}'\n", ":12", "at most 128 characters"),
        (GOOD + "[[device]]\nname = 'D2'\nextension_mobility = 'yes'\n", ":12", "must be true or false"),
        (GOOD + "[service]\nmultiple_login_behavior = 'no'\n", ":12", "is one of 'allowed', 'not allowed'"),
        (GOOD + "[service]\nmaximum_login_time = '8h'\n", ":12", "'maximum_login_time' is 'off' or"),
        (GOOD + "[service]\nmaximum_login_time = '168:01'\n", ":12", "'maximum_login_time' is 'off' or"),
        ("service = 1\n", "", "[service] holds keys and values"),
        ("[user]\nid = 'x'\n", ":1", "write [[user]]"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, place: str, what: str) -> None:
    file = tmp_path / "cluster.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ClusterError) as caught:
        Cluster.read(file)
    message = str(caught.value)
    assert message.startswith(f"{file}{place if place.startswith(':') else ''}: ")
    assert place in message
    assert what in message
    assert "\n" not in message
    assert "98765" not in message, "a PIN without quotes is not repeated"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match=r"none\.toml: cannot be read"):
        Cluster.read(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"# gr\xfc\xdfe")
    with pytest.raises(ClusterError, match=r"latin\.toml: is not UTF-8 text \(byte 4\)"):
        Cluster.read(tmp_path / "latin.toml")


def test_maximum_login_time_up_to_168_hours(tmp_path: Path) -> None:
    file = tmp_path / "cluster.toml"
    for text, minutes in [("0:00", 0), ("8:30", 510), ("168:00", 10_080)]:
        file.write_text(f"[service]\nmaximum_login_time = '{text}'\n")
        assert Cluster.read(file).service.maximum_login_minutes == minutes


def test_a_cluster_built_in_python_is_checked_too() -> None:
    with pytest.raises(ClusterError, match="twice"):
        Cluster(devices=[Device("D"), Device("d")])
    with pytest.raises(ClusterError, match="certificate"):
        Cluster(application_users=[ApplicationUser("app", certificate="")])


def test_a_users_profiles_exist_without_an_entry() -> None:
    cluster = Cluster(users=[User("john", "1", profiles=("DPa",))])
    assert cluster.profiles["dpa"].name == "DPa"
