"""The simulator's counters, over its control interface: logins and logouts under way, and throttled."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

TOKEN_VARIABLE = "HOTDESK_EMSERVICE_TOKEN"  # noqa: S105 (the name of a variable)
SECONDS = 5.0


@dataclass(frozen=True)
class Counters:
    """Requests In Progress and Requests Throttled."""

    in_progress: int
    throttled: int


class ControlError(Exception):
    """The control interface does not answer; the text says why and what to do."""


class Control:
    """The control interface at an address such as `http://127.0.0.1:8081/`."""

    def __init__(self, url: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise ControlError(f"{url}: the control interface is at an http address")
        self._url = url.partition("#")[0].rstrip("/")
        self._token = os.environ.get(TOKEN_VARIABLE, "")
        self._opener = build_opener(ProxyHandler({}))
        if not self._token:
            raise ControlError(
                f"--control needs the token that hotdesk-emservice printed, in {TOKEN_VARIABLE}"
            )

    def counters(self) -> Counters:
        """Returns the counters now; raises `ControlError`."""
        request = Request(f"{self._url}/counters", headers={"Authorization": f"Bearer {self._token}"})  # noqa: S310
        try:
            with self._opener.open(request, timeout=SECONDS) as answer:
                found = json.load(answer)
            return Counters(found["requests_in_progress"], found["requests_throttled"])
        except HTTPError as error:
            why = (
                f"the token in {TOKEN_VARIABLE} is wrong"
                if error.code == 401
                else f"it answered {error.code}"
            )
            raise ControlError(f"{self._url}: {why}") from None
        except (URLError, OSError) as error:
            raise ControlError(f"{self._url}: does not answer: {getattr(error, 'reason', error)}") from None
        except (ValueError, KeyError, TypeError):
            raise ControlError(f"{self._url}: is no control interface of hotdesk-emservice") from None
