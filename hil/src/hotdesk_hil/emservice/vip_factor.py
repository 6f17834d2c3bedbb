"""Symantec VIP as the second factor: a push to the person's mobile, or a one-time code, over the SOAP of
User Services.

Must never take 6040 (sent) for a yes, nor the answer to another request or push: what does not fit is
`FactorUnavailable`, and so is whatever is no answer. It matches on codes, never on messages.
"""

from __future__ import annotations

import secrets
import ssl

import aiohttp
from lxml import etree

from hotdesk_hil.emservice.bodies import whole_body
from hotdesk_hil.emservice.second_factor import (
    FactorAnswer,
    FactorUnavailable,
    Outcome,
    PushImpossible,
    SecondFactor,
    Started,
)

NAMESPACE = "https://schemas.symantec.com/vip/2011/04/vipuserservices"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
AUTHENTICATION, QUERY = "AuthenticationService_1_10", "QueryService_1_10"
SERVICE_SECONDS = 5.0
"""How long the service may take to answer; a phone waits some seconds longer."""
_ANSWER_LIMIT = 256 * 1024
_NO_PUSH = ("6008", "600D", "602E", "6041", "6042", "6043", "604F")
"""Statuses of a push that say that this person cannot be asked by one."""
_OUTCOMES = {
    "7000": Outcome.APPROVED,
    "7001": Outcome.PENDING,
    "7002": Outcome.DENIED,
    "7003": Outcome.CHANGED,
    "7004": Outcome.EXPIRED,
    "7006": Outcome.PENDING,
    "7008": Outcome.NOT_MET,
}


class VipFactor(SecondFactor):
    """VIP User Services at `url`, the address above their services.

    `tls` holds the client certificate that VIP asks for; None is for a double without TLS. `title` and
    `text` are shown on the mobile.
    """

    takes_codes = True

    def __init__(
        self, url: str, *, tls: ssl.SSLContext | None = None, title: str = "Desk phone", text: str = "Log in?"
    ) -> None:
        self._url = url.rstrip("/")
        self._tls = tls
        self._shown = {
            "display.message.title": title,
            "display.message.text": text,
            "push.message.text": text,
        }
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Closes its connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def start(self, user: str, device: str, seconds: int) -> Started:
        """Sends a push."""
        request = _request("AuthenticateUserWithPushRequest")
        _add(request, "userId", user)
        push = _add(request, "pushAuthData")
        for key, value in {**self._shown, "display.message.profile": device}.items():
            _pair(push, "displayParameters", key, value)
        _pair(push, "requestParameters", "request.timeout", str(seconds))
        answer = await self._ask(AUTHENTICATION, request, "AuthenticateUserWithPushResponse")
        status = _status(answer)
        if status != "6040":
            kind = PushImpossible if status in _NO_PUSH else FactorUnavailable
            raise kind(f"VIP sends no push: {status} {_text(answer, 'statusMessage')}", status)
        sent = [_text(detail, "pushSent") for detail in answer.findall(f"{{{NAMESPACE}}}pushDetail")]
        if sent and not any(text in ("true", "1") for text in sent):
            raise PushImpossible("VIP sent the push to no credential: pushSent is false", status)
        transaction = _text(answer, "transactionId")
        if not transaction:
            raise FactorUnavailable("VIP's answer to the push has no transactionId", status)
        number = next((item.text for item in answer.iter(f"{{{NAMESPACE}}}numbersChallengeValue")), None)
        return Started(transaction, number)

    async def poll(self, started: Started) -> FactorAnswer:
        """Asks what became of a push."""
        request = _request("PollPushStatusRequest")
        _add(request, "transactionId", started.reference)
        answer = await self._ask(QUERY, request, "PollPushStatusResponse")
        outer = _status(answer)
        if outer != "0000":
            raise FactorUnavailable(f"VIP cannot be polled: {outer} {_text(answer, 'statusMessage')}", outer)
        found = [
            inner
            for inner in answer.findall(f"{{{NAMESPACE}}}transactionStatus")
            if _text(inner, "transactionId") == started.reference
        ]
        if len(found) != 1:
            raise FactorUnavailable(f"VIP's answer has the push {len(found)} times")
        status, detail = _status(found[0]), _text(found[0], "detail").upper()
        if detail == "7141":
            return FactorAnswer(Outcome.DENIED, status, "7141, another number was chosen")
        if detail == "7140" and status == "7000":
            return FactorAnswer(Outcome.PENDING, status, "7140, the number has not been chosen")
        if status not in _OUTCOMES:
            raise FactorUnavailable(f"VIP says {status} {_text(found[0], 'statusMessage')}", status)
        return FactorAnswer(_OUTCOMES[status], status, f"detail {detail}" if detail else "")

    async def check_code(self, user: str, code: str) -> FactorAnswer:
        """Asks whether a one-time code is right."""
        request = _request("AuthenticateUserRequest")
        _add(request, "userId", user)
        _add(_add(request, "otpAuthData"), "otp", code)
        answer = await self._ask(AUTHENTICATION, request, "AuthenticateUserResponse")
        status, detail = _status(answer), _text(answer, "detail").upper()
        if status == "0000":
            return FactorAnswer(Outcome.APPROVED, status)
        if status == "6009":
            return FactorAnswer(Outcome.WRONG_CODE, status, f"detail {detail}" if detail else "")
        raise FactorUnavailable(f"VIP checks no code: {status} {_text(answer, 'statusMessage')}", status)

    async def _ask(self, service: str, request: etree._Element, operation: str) -> etree._Element:
        envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"S": SOAP})
        etree.SubElement(envelope, f"{{{SOAP}}}Body").append(request)
        body = await self._post(service, etree.tostring(envelope, encoding="UTF-8", xml_declaration=True))
        try:
            root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError:
            raise FactorUnavailable("VIP's answer is not well-formed XML") from None
        answer = root.find(f"{{{SOAP}}}Body/{{{NAMESPACE}}}{operation}")
        if root.tag != f"{{{SOAP}}}Envelope" or answer is None:
            fault = root.findtext(f"{{{SOAP}}}Body/{{{SOAP}}}Fault/faultstring")
            raise FactorUnavailable(f"VIP's answer is no {operation}" if fault is None else f"VIP: {fault}")
        if _text(answer, "requestId") != _text(request, "requestId"):
            raise FactorUnavailable("VIP's answer is to another request")
        return answer

    async def _post(self, service: str, body: bytes) -> bytes:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=SERVICE_SECONDS),
                connector=aiohttp.TCPConnector(
                    force_close=True, ssl=True if self._tls is None else self._tls
                ),
            )
        headers = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": '""'}
        try:
            async with self._session.post(f"{self._url}/{service}", data=body, headers=headers) as answer:
                content = await whole_body(answer, _ANSWER_LIMIT)
        except TimeoutError:
            raise FactorUnavailable(f"VIP has not answered within {SERVICE_SECONDS:g} s") from None
        except aiohttp.ClientError as error:
            raise FactorUnavailable(f"no answer of VIP: {type(error).__name__}") from None
        if content is None or b"<!DOCTYPE" in content:
            raise FactorUnavailable("VIP's answer is too long, or has a DOCTYPE")
        # A SOAP fault comes with 500; what it says is told.
        if answer.status != 200 and b"Fault" not in content:
            raise FactorUnavailable(f"VIP answers with status {answer.status}")
        return content


def _request(operation: str) -> etree._Element:
    request = etree.Element(f"{{{NAMESPACE}}}{operation}", nsmap={None: NAMESPACE})
    _add(request, "requestId", secrets.token_hex(16))
    return request


def _add(parent: etree._Element, tag: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}")
    if text is not None:
        child.text = "".join(char if char.isprintable() else " " for char in text)
    return child


def _pair(parent: etree._Element, tag: str, key: str, value: str) -> None:
    pair = _add(parent, tag)
    _add(pair, "Key", key)
    _add(pair, "Value", value)


def _text(element: etree._Element, tag: str) -> str:
    return (element.findtext(f"{{{NAMESPACE}}}{tag}") or "").strip()


def _status(element: etree._Element) -> str:
    """Returns the status, in upper case: the case varies."""
    return _text(element, "status").upper()
