"""A client of the service, written from the public documentation with the standard library alone.

Must never import the simulator: it is the other side of the wire.
"""

from __future__ import annotations

import http.client
import socket
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape

JOHN = ("john", "12345")
MARY = ("mary", "54321")
PAT = ("pat", "11111")
PHONE = ("emphone", "phone-demo-certificate")
NO_RIGHTS = ("norights", "norights-demo-certificate")

DESK = "SEP003094C25B15"
DESK2 = "SEP402CF4915265"
DISABLED = "SEP001122334455"

SECRETS = ("12345", "54321", "11111", "24680", "phone-demo-certificate", "norights-demo-certificate")
"""Every secret of the demo cluster."""


@dataclass(frozen=True)
class Reply:
    """An answer: `code` of a failure, None for everything else."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def root(self) -> ET.Element:
        return ET.fromstring(self.body)

    @property
    def code(self) -> int | None:
        error = self.root.find("failure/error")
        return None if error is None else int(error.attrib["code"])

    @property
    def text(self) -> str:
        return self.root.findtext("failure/error", "")


class Client:
    """Posts to a service's address; `app` is who signs."""

    def __init__(self, url: str, app: tuple[str, str] = PHONE) -> None:
        parts = urlsplit(url)
        self.host, self.port, self.path = parts.hostname or "", parts.port or 80, parts.path
        self.app = app

    def signed_by(self, app: tuple[str, str]) -> Client:
        return Client(f"http://{self.host}:{self.port}{self.path}", app)

    def login(self, device: str, user: str, more: str = "") -> Reply:
        return self.request(f"<login>{_tag('deviceName', device)}{_tag('userID', user)}{more}</login>")

    def logout(self, device: str) -> Reply:
        return self.request(f"<logout>{_tag('deviceName', device)}</logout>")

    def logout_all(self) -> Reply:
        return self.request("<logoutAll></logoutAll>")

    def query(self, kind: str, *names: str) -> Reply:
        tag = "deviceName" if kind == "deviceUserQuery" else "userID"
        return self.request(f"<{kind}>{''.join(_tag(tag, name) for name in names)}</{kind}>", root="query")

    def request(self, operation: str, root: str = "request", headers: dict[str, str] | None = None) -> Reply:
        app = f"<appInfo>{_tag('appID', self.app[0])}{_tag('appCertificate', self.app[1])}</appInfo>"
        return self.post(f"<{root}>{app}{operation}</{root}>", headers)

    def post(self, xml: str | bytes, headers: dict[str, str] | None = None) -> Reply:
        return self.send("POST", self.path, b"xml=" + quote(xml, safe="").encode(), more=headers)

    def send(
        self,
        method: str,
        path: str,
        body: bytes,
        content_type: str | None = None,
        more: dict[str, str] | None = None,
    ) -> Reply:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=10)
        try:
            headers = {"Content-Type": content_type or "application/x-www-form-urlencoded", **(more or {})}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Reply(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def begin(self, data: bytes) -> socket.socket:
        """Sends bytes on a connection that stays open, and returns it."""
        connection = socket.create_connection((self.host, self.port), timeout=10)
        connection.sendall(data)
        return connection

    def raw(self, data: bytes) -> bytes:
        """Sends bytes as they are and returns every byte that comes until the connection closes."""
        with socket.create_connection((self.host, self.port), timeout=10) as connection:
            connection.sendall(data)
            received = b""
            while more := connection.recv(65536):
                received += more
            return received

    def post_bytes(self, xml: str) -> bytes:
        """Returns a whole HTTP request as bytes, for `raw`."""
        body = "xml=" + quote(xml, safe="")
        return (
            f"POST {self.path} HTTP/1.1\r\nHost: {self.host}\r\nConnection: close\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    def login_xml(self, device: str, user: str) -> str:
        app = f"<appInfo>{_tag('appID', self.app[0])}{_tag('appCertificate', self.app[1])}</appInfo>"
        return f"<request>{app}<login>{_tag('deviceName', device)}{_tag('userID', user)}</login></request>"


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"
