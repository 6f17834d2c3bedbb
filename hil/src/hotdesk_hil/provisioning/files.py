"""Which file a phone gets: by its name, with who is logged in now, or what a fault makes of it.

Each request is recorded.

Must never serve a name that is not a phone's of the cluster, nor anything from a disk.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

from hotdesk_hil.emservice.cluster import Device, fold
from hotdesk_hil.emservice.login_app import APP_PATH, CHANGE_PATH
from hotdesk_hil.emservice.records import RequestRecord, elsewhere
from hotdesk_hil.emservice.rules import Faults
from hotdesk_hil.emservice.service import Service
from hotdesk_hil.provisioning import phone_file
from hotdesk_hil.provisioning.faults import FileFault
from hotdesk_hil.provisioning.phone_file import DEFAULT_NAME, SUFFIX, Addresses, Person, Version
from hotdesk_hil.provisioning.settings import URL_LIMIT

PHONE_FILE = "phoneFile"
"""The operation of the record of a file."""
BLOCK = 512
"""Bytes of a file that a slow one sends at once."""

_TOKENS = "?device=#DEVICENAME#"


class Served(NamedTuple):
    """A file, and the seconds before each block of it."""

    content: bytes
    pause: float


class PhoneFiles:
    """The files of one cluster. `port` is that of the service, which the URLs in them name.

    `record` is called once a request, before the file is sent.
    """

    def __init__(
        self,
        service: Service,
        faults: Faults,
        record: Callable[[RequestRecord, bytes | None, bytes | None], None],
        port: Callable[[], int],
    ) -> None:
        self._service = service
        self._faults = faults
        self._record = record
        self._port = port
        self._started = service.clock.now()

    def file_of(self, device: str, host: str) -> bytes:
        """Returns the file of a device as it is now, for a phone that knows this service as `host`.

        Raises `KeyError` for a device that the cluster does not hold.
        """
        found = self._service.cluster.devices.get(fold(device))
        if found is None:
            raise KeyError(f"device {device!r} is not in this cluster")
        return self._write(found, host)[0]

    def serve(self, name: str, host: str, asked: str) -> Served | None:
        """Returns the file of that name for a phone that asked `host` for it, None where there is none.

        `asked` is the request as a record shows it.
        """
        device = self._device(name)
        if device is None and name != DEFAULT_NAME:
            self.refuse(asked, HTTPStatus.NOT_FOUND, "no phone of this cluster has such a file")
            return None
        if device is None:
            content, person = self._write_default(host), None
        else:
            content, person = self._write(device, host)
        fault = self._faults.take_file(None if device is None else device.name)
        served = content if fault is None else fault.served(content)
        if served is None:
            self.refuse(asked, HTTPStatus.NOT_FOUND, "a fault hides the file", fault)
            return None
        self._record(
            RequestRecord(
                PHONE_FILE,
                () if device is None else (device.name,),
                () if person is None else (person.user,),
                None,
                None,
                self._service.clock.now(),
                fault=None if fault is None else type(fault).__name__,
                detail=f"{asked}, {len(served)} bytes",
            ),
            asked.encode(),
            served,
        )
        return Served(served, 0.0 if fault is None else fault.pause)

    def refuse(self, asked: str, status: HTTPStatus, why: str, fault: FileFault | None = None) -> None:
        """Records what is refused; `status` is what HTTP says of it."""
        record = elsewhere(self._service.clock.now(), asked, status.value, why)
        name = None if fault is None else type(fault).__name__
        self._record(record._replace(fault=name), None, None)

    def _device(self, name: str) -> Device | None:
        # As a file system that tells case apart: a phone asks for its name in capitals.
        device = self._service.cluster.devices.get(fold(name.removesuffix(SUFFIX)))
        return device if device is not None and f"{device.name}{SUFFIX}" == name else None

    def _write(self, device: Device, host: str) -> tuple[bytes, Person | None]:
        state = self._service.phone_state(device.name)
        version = Version(state.change, self._started if state.at is None else state.at)
        person = None
        if state.session is not None:
            # A state file may be of a cluster with others.
            user = self._service.cluster.users.get(fold(state.session.user))
            profile = state.session.profile or ""
            named = self._service.cluster.profiles.get(fold(profile))
            person = Person(
                state.session.user,
                profile,
                (None if user is None else user.directory_number) or state.session.user,
                None if named is None else named.user_locale,
            )
        settings = self._service.cluster.provisioning
        return phone_file.write(device.name, settings, self._addresses(host), person, version), person

    def _write_default(self, host: str) -> bytes:
        version = Version(0, self._started)
        return phone_file.write_default(self._service.cluster.provisioning, self._addresses(host), version)

    def _addresses(self, host: str) -> Addresses:
        host = self._service.cluster.provisioning.address or host
        base = f"http://{host}:{self._port()}"
        login = f"{base}{APP_PATH}{_TOKENS}&EMCC=#EMCC#"
        change = f"{base}{CHANGE_PATH}{_TOKENS}"
        # A host that is too long for a URL of a phone leaves the service out: a cut one would lead elsewhere.
        login, change = (url if len(url) <= URL_LIMIT else "" for url in (login, change))
        return Addresses(urlsplit(base).hostname or host, login, change)
