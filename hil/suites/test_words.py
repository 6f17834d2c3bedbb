"""What the phone says: in the language of its configuration, and of a number that somebody saw."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hotdesk_hil.emservice import EmService
from hotdesk_hil.rig import Phone, Rig, Status, keypad
from hotdesk_hil.rig.demo_cluster import DemoCluster
from hotdesk_hil.rig.phone import ANSWER


def test_phone_speaks_the_language_of_its_configuration(
    rig: Rig, service: EmService, cluster: DemoCluster
) -> None:
    rig.boot(replace(cluster.phone_config(service.port), language="de"), until=Status.on)
    phone = Phone(rig)
    phone.wait_title(rig.device_name, "Niemand angemeldet", seconds=2 * ANSWER)
    phone.softkey("Anmeld.")
    phone.wait_title("Anmelden", "Benutzer-ID:", "PIN:")
    phone.type_user(cluster.user)
    phone.press(keypad.DOWN)
    phone.type_pin("11111")
    phone.softkey("Senden")
    phone.wait_title("Nicht angemeldet", "Benutzer-ID oder PIN ist falsch.", seconds=ANSWER)
    assert phone.read_to_end().endswith("Geben Sie beides neu ein. [3] Invalid App User")
    assert service.sessions() == {}


@pytest.mark.smoke
def test_number_is_explained_without_asking_the_service(phone: Phone, service: EmService) -> None:
    asked = len(service.requests)
    phone.open_menu()
    phone.choose("What does … mean?")
    phone.wait_title("What does … mean?", "Type the number:")
    phone.press(*"26")
    phone.wait("the number", lambda s: "26_" in s.body)
    phone.softkey("Submit")
    phone.wait("the meaning", lambda s: "The service is busy." in s.flowing)
    assert phone.read_to_end().endswith("Wait a minute, then try again. [26] Busy, please try again")
    assert len(service.requests) == asked
    assert service.sessions() == {}
