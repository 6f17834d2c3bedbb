"""What a phone does on its way through a second factor: pages are opened, followed and looked at."""

from __future__ import annotations

import re

from emservice.app_phone import AppPhone, Shown
from emservice.client import DESK, DESK2, JOHN, MARY

from hotdesk_hil.emservice import Cluster, Device, EmService, User

CLUSTER = Cluster(
    users=[User("mary", MARY[1], ("P",)), User("john", JOHN[1], ("A", "B"), "A"), User("pat", "1")],
    devices=[Device(DESK), Device(DESK2)],
)


def ask(service: EmService, query: str, device: str = DESK) -> Shown:
    return AppPhone(device).open(f"{service.app_url}?device=#DEVICENAME#{query}")


def login(service: EmService, who: tuple[str, str] = MARY, device: str = DESK, more: str = "") -> Shown:
    return ask(service, f"&userid={who[0]}&seq={who[1]}{more}", device)


def go_on(page: Shown, device: str = DESK) -> Shown:
    """Loads what the page's `Refresh` names, at once."""
    assert page.refresh is not None, page.text
    return AppPhone(device).follow(page.refresh[1])


def press(page: Shown, key: str, device: str = DESK) -> Shown:
    return AppPhone(device).follow(page.soft_keys[key])


def token(page: Shown) -> str:
    assert page.refresh is not None
    found = re.search(r"mfa=([^&]+)", page.refresh[1])
    assert found
    return found[1]


def over(service: EmService, page: Shown, text: str, keys: tuple[str, ...] = ("Exit",)) -> None:
    """Tells that the page is an end with these words, that nobody is in, and that a refusal is recorded."""
    assert (page.kind, page.title, page.text, page.refresh) == ("Text", "Second Factor", text, None)
    assert tuple(page.soft_keys) == keys
    assert service.sessions() == {}
    assert service.requests[-1].code == 201
