"""The login application as a client of the EM service, over the simulator's own wire.

It signs as CCMSysUser, an application user that every cluster has. Must never know what the service knows,
only what it answers; what is no answer of the service is `Unreachable`.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote

import aiohttp
from lxml import etree

from hotdesk_hil.emservice.app_request import Asked
from hotdesk_hil.emservice.bodies import whole_body
from hotdesk_hil.emservice.cluster import ApplicationUser

SERVICE_SECONDS = 5.0
"""How long the service may take; a phone waits some seconds longer."""
_ANSWER_LIMIT = 1024 * 1024


class Unreachable(Exception):
    """The service did not answer as it should: no connection, too late, another status, or no response."""


class Failed(Exception):
    """The service refused: `code` and its text."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"[{code}] {text}")
        self.code = code
        self.text = text


class DeviceState(NamedTuple):
    """A device as `deviceUserQuery` answers it: who is on it, who was before; nobody on an unknown one."""

    user: str | None
    previous: str | None


class EmClient:
    """A client of the service at `url`, in the service's event loop."""

    def __init__(self, url: str, system_user: ApplicationUser) -> None:
        self._url = url
        self._system_user = system_user
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Closes its connections."""
        if self._session is not None:
            await self._session.close()

    async def device(self, asked: Asked) -> DeviceState:
        """Asks who is on the phone."""
        query = etree.Element("deviceUserQuery")
        _add(query, "deviceName", asked.device)
        _add(query, "remoteIPAddr", asked.remote)
        device = (await self._ask("query", query)).find("deviceUserResults/device")
        if device is None:
            raise Unreachable("the answer to deviceUserQuery holds no device")
        user = device.findtext("userID")
        return DeviceState(None if user is None else unquote(user), device.findtext("lastlogin"))

    async def has_user(self, user: str, asked: Asked) -> bool:
        """Asks whether the service knows a user."""
        query = etree.Element("checkUser")
        _add(query, "userID", user)
        _add_origin(query, asked)
        return (await self._ask("query", query)).find("checkUserResults/user/exists") is not None

    async def login(self, user: str, profile: str, asked: Asked) -> None:
        """Logs a user in; raises `Failed` where the service refuses."""
        request = etree.Element("login")
        _add(request, "deviceName", asked.device)
        _add(request, "userID", user)
        _add(request, "deviceProfile", profile)
        _add_origin(request, asked)
        await self._change(request)

    async def logout(self, asked: Asked) -> None:
        """Logs out whoever is on the phone; raises `Failed` where the service refuses."""
        request = etree.Element("logout")
        _add(request, "deviceName", asked.device)
        _add_origin(request, asked)
        await self._change(request)

    async def _change(self, request: etree._Element) -> None:
        if (await self._ask("request", request)).find("success") is None:
            raise Unreachable(f"the answer to {request.tag} says neither success nor failure")

    async def _ask(self, kind: str, operation: etree._Element) -> etree._Element:
        root = etree.Element(kind)
        app = etree.SubElement(root, "appInfo")
        _add(app, "appID", self._system_user.id)
        _add(app, "appCertificate", self._system_user.certificate)
        root.append(operation)
        answer = await self._post(etree.tostring(root, encoding="UTF-8", xml_declaration=False))
        failure = answer.find("failure")
        if failure is None:
            return answer
        error = failure.find("error")
        code = "" if error is None else error.get("code", "")
        if not (code.isascii() and code.isdecimal() and len(code) < 6):
            raise Unreachable("the service's failure has no code")
        raise Failed(int(code), error.text or "")

    async def _post(self, xml: bytes) -> etree._Element:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=SERVICE_SECONDS),
                connector=aiohttp.TCPConnector(force_close=True),
            )
        try:
            async with self._session.post(self._url, data={"xml": xml.decode()}) as answer:
                body = await whole_body(answer, _ANSWER_LIMIT)
        except TimeoutError:
            raise Unreachable(f"the service has not answered within {SERVICE_SECONDS:g} s") from None
        except aiohttp.ClientError as error:
            raise Unreachable(f"no answer of the service: {type(error).__name__}") from None
        if answer.status != 200:
            raise Unreachable(f"the service answers with status {answer.status}")
        if body is None or b"<!DOCTYPE" in body:
            raise Unreachable("the service's answer is too long, or has a DOCTYPE")
        try:
            root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError:
            raise Unreachable("the service's answer is not well-formed XML") from None
        if root.tag != "response":
            raise Unreachable("the service's answer is no response")
        return root


def _add(parent: etree._Element, tag: str, text: str | None) -> None:
    if text:
        etree.SubElement(parent, tag).text = "".join(c if c.isprintable() else " " for c in text)


def _add_origin(parent: etree._Element, asked: Asked) -> None:
    _add(parent, "remoteIPAddr", asked.remote)
    if asked.via:
        _add(parent, "isViaHeaderSet", "true")
