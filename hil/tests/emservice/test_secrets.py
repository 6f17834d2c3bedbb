"""Changed PINs and certificates: they outlive the process as hashes, and go before the cluster file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from emservice.client import JOHN, PHONE, Client

from hotdesk_hil.emservice import ApplicationUser, Cluster, EmService, User

NEW = "made-up-new-secret"


def code(service: EmService, who: str, secret: str) -> int | None:
    return Client(service.url, (who, secret)).query("checkUser", "john").code


@pytest.mark.parametrize(("who", "old"), [JOHN, PHONE])
def test_a_changed_secret_survives_a_restart_and_the_old_one_is_over(
    demo: Cluster, tmp_path: Path, who: str, old: str
) -> None:
    state = tmp_path / "state.db"
    with EmService(demo, state=state) as service:
        assert code(service, who, old) is None
        service.change_secret(who.upper(), NEW)
        assert code(service, who, NEW) is None
    for _ in range(2):
        with EmService(demo, state=state) as service:
            assert code(service, who, old) == 3, "the two minutes of the cache end with the process"
            assert code(service, who, NEW) is None
            assert code(service, who, NEW + "x") == 3
    with EmService(demo, state=state) as service:
        service.reset()
        assert (code(service, who, NEW), code(service, who, old)) == (3, None)
    with EmService(demo, state=state) as service:
        assert (code(service, who, NEW), code(service, who, old)) == (3, None)


def test_code_27_does_not_come_back_with_a_restart(tmp_path: Path) -> None:
    own = Cluster(
        application_users=[ApplicationUser("app", "old", must_change=True)],
        users=[User("john", "old", must_change=True)],
    )
    with EmService(own, state=tmp_path / "state.db") as service:
        service.change_secret("john", NEW)
    with EmService(own, state=tmp_path / "state.db") as service:
        assert code(service, "john", NEW) is None
        assert code(service, "app", "old") == 27


def test_an_application_and_a_person_of_one_id_have_secrets_of_their_own(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    person = User("john", "pin")
    with EmService(Cluster(users=[person]), state=state) as service:
        service.change_secret("john", NEW)
    both = Cluster(users=[person], application_users=[ApplicationUser("john", "certificate")])
    with EmService(both, state=state) as service:
        assert (code(service, "john", NEW), code(service, "john", "certificate")) == (3, None)


def test_the_state_file_holds_a_salted_hash_and_an_event_without_the_secret(
    demo: Cluster, tmp_path: Path
) -> None:
    state = tmp_path / "state.db"
    with EmService(demo, state=state) as service:
        for who in ("john", "mary"):
            service.change_secret(who, NEW)
        events = [(event.kind, event.device, event.user, event.cause) for event in service.events()]
        files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert events == [("secret", None, who, "administrator") for who in ("john", "mary")]
    assert NEW.encode() not in files
    with sqlite3.connect(state) as other:
        (first, second) = other.execute("SELECT salt, hash FROM secret").fetchall()
    other.close()
    assert first[0] != second[0]
    assert first[1] != second[1], "the same secret twice does not show"


def test_a_change_that_the_state_file_does_not_take_changes_nothing(demo: Cluster, tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with EmService(demo, state=state) as service:
        other = sqlite3.connect(state, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError):
            service.change_secret("john", NEW)
        other.close()
        assert (code(service, "john", NEW), code(service, *JOHN)) == (3, None)
        assert service.events() == []
