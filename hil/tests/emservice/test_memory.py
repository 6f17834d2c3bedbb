"""The service's memory stays flat over many requests. `HOTDESK_REQUESTS` sets how many; 10,000 without."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from emservice.client import DESK, PHONE

REQUESTS = int(os.environ.get("HOTDESK_REQUESTS", "10000"))
BOUND = 6_000
"""KiB by which the service may grow over the second half: the 10,000 records that it keeps, and some."""


def resident(pid: int) -> int:
    """Returns the KiB of memory that a process holds."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def bodies() -> list[bytes]:
    app = f"<appInfo><appID>{PHONE[0]}</appID><appCertificate>{PHONE[1]}</appCertificate></appInfo>"
    device = f"<deviceName>{DESK}</deviceName>"
    asked = [
        f"<request>{app}<login>{device}<userID>john</userID></login></request>",
        f"<query>{app}<deviceUserQuery>{device}</deviceUserQuery></query>",
        f"<request>{app}<login>{device}<userID>mary</userID></login></request>",
        f"<request>{app}<logout>{device}</logout></request>",
        "not XML",
    ]
    return [b"xml=" + quote(xml, safe="").encode() for xml in asked]


@pytest.mark.timeout(max(120, REQUESTS // 200))
def test_memory_is_flat(demo_file: Path) -> None:
    command = [sys.executable, "-m", "hotdesk_hil.emservice", "--cluster", demo_file, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as service:
        try:
            assert service.stdout is not None
            url = urlsplit(service.stdout.readline().removeprefix("listening at ").strip())
            lines = service.stdout
            reader = threading.Thread(target=lambda: all(lines), daemon=True)  # reads, so that it can write
            reader.start()
            connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=20)
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            forms = bodies()
            half = 0
            for n in range(REQUESTS):
                if n == REQUESTS // 2:
                    half = resident(service.pid)
                connection.request("POST", url.path, forms[n % len(forms)], headers)
                answer = connection.getresponse()
                assert (answer.status, len(answer.read()) > 0) == (200, True)
            grown = resident(service.pid) - half
        finally:
            service.kill()
            reader.join(timeout=20)
    assert grown < BOUND
