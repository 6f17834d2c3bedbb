"""Measures the package against its peers and writes BENCH.md: `python bindings/bench/bench.py`.

Peers run in turns with the package in one process, and the best of many rounds of processor time counts, so
that ratios hold on a busy machine; the times themselves move with it. Needs the extra `bench` with the
versions of constraints.txt, and `hotdesk-hil` for the simulator.
"""

import os
import platform
import random
import subprocess
import sys
import tempfile
import time
import timeit
from collections import Counter
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import hotdesk
import xmltodict
from lxml import etree

import logs

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))
SAMPLE = HERE.parents[1] / "tests" / "vectors" / "samples" / "login.xml"
ROUNDS = 60
CALLS = 1000
ROWS = 1000
KILLS = 20
OPERATION_SECONDS = 0.2
CONCURRENCY = 5


def main() -> None:
    """Measure and write."""
    data = SAMPLE.read_bytes()
    lines = [
        "# Measured",
        "",
        f"By `python bindings/bench/bench.py` on CPython {platform.python_version()}, {platform.machine()}, "
        f"{os.cpu_count()} processors, in one run; the module is built for the stable ABI of CPython 3.10. "
        f"Processor time, best of {ROUNDS} rounds of {CALLS} calls, taken in turns; "
        f"lxml {version('lxml')}, xmltodict {version('xmltodict')}.",
        "",
        f"## The sample Login of {len(data)} bytes, as printed: parse it and read five fields",
        "",
        *table(best(parsers(data))),
        "",
        "## The same Login as bytes of XML",
        "",
        "The first row writes a message that is there. All others start from five texts and a number; the",
        "second makes the message of them first.",
        "",
        *table(best(encoders())),
        "",
        "## `hotdesk bulk` against the simulator",
        "",
        *bulk(),
        "",
        logs.SECTION,
        "",
        *logs.figures(),
        "",
    ]
    (HERE.parent / "BENCH.md").write_text("\n".join(lines), encoding="utf-8")


def best(functions: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return each function's best time for a call, in microseconds."""
    found = dict.fromkeys(functions, float("inf"))
    for _ in range(ROUNDS):
        for name, function in functions.items():
            calls = CALLS if found[name] < 20 else CALLS // 10
            seconds = timeit.timeit(function, timer=time.process_time, number=calls)
            found[name] = min(found[name], seconds / calls * 1e6)
    return found


def table(times: dict[str, float]) -> list[str]:
    """Write times and how many times ours they are."""
    (ours, *_) = times.values()
    rows = [f"| {name} | {time:.2f} | {time / ours:.1f} |" for name, time in times.items()]
    return ["| with | µs | times the first |", "|---|---|---|", *rows]


def parsers(data: bytes) -> dict[str, Callable[[], object]]:
    """Return what reads five fields."""

    def ours() -> tuple[object, ...]:
        message = hotdesk.parse(data)
        return (
            message.app.id,
            message.device_name,
            message.user_id,
            message.device_profile,
            message.exclusive_duration,
        )

    def dictionary(element: ElementTree.Element) -> Any:  # noqa: ANN401
        return {child.tag: dictionary(child) for child in element} if len(element) else element.text

    def five(found: dict[str, Any]) -> tuple[object, ...]:
        login = found["login"]
        return (
            found["appInfo"]["appID"],
            login["deviceName"],
            login["userID"],
            login["deviceProfile"],
            login["exclusiveDuration"]["time"],
        )

    return {
        "hotdesk.parse": ours,
        "lxml to dict": lambda: five(dictionary(etree.fromstring(data))),
        "ElementTree to dict": lambda: five(dictionary(ElementTree.fromstring(data))),
        "xmltodict": lambda: five(xmltodict.parse(data)["request"]),
    }


def encoders() -> dict[str, Callable[[], object]]:
    """Return what writes the message; the first of a message that is there, the second makes it as well."""
    app_id, secret, device, user, profile = "appid", "apppasswd", "SEP003094C25B15", "john", "UserDevProf"
    app = hotdesk.AppInfo(id=app_id, certificate=hotdesk.Secret(secret))

    def make() -> hotdesk.Login:
        return hotdesk.Login(
            app=app, device_name=device, user_id=user, device_profile=profile, exclusive_duration=60
        )

    def f_string() -> bytes:
        return (
            f"<request><appInfo><appID>{escape(app_id)}</appID><appCertificate>{escape(secret)}"
            f"</appCertificate></appInfo><login><deviceName>{escape(device)}</deviceName><userID>{escape(user)}"
            f"</userID><deviceProfile>{escape(profile)}</deviceProfile><exclusiveDuration><time>{60}</time>"
            "</exclusiveDuration></login></request>"
        ).encode()

    def tree(library: object) -> Callable[[], bytes]:
        def write() -> bytes:
            element, child = library.Element, library.SubElement
            root = element("request")
            by = child(root, "appInfo")
            child(by, "appID").text = app_id
            child(by, "appCertificate").text = secret
            login = child(root, "login")
            child(login, "deviceName").text = device
            child(login, "userID").text = user
            child(login, "deviceProfile").text = profile
            child(child(login, "exclusiveDuration"), "time").text = "60"
            return library.tostring(root)

        return write

    login = make()
    assert f_string() == login.to_xml() == tree(etree)() == tree(ElementTree)()
    return {
        "to_xml of a message": login.to_xml,
        "make the message, to_xml": lambda: make().to_xml(),
        "f-string with escape": f_string,
        "lxml": tree(etree),
        "ElementTree": tree(ElementTree),
    }


def bulk() -> list[str]:
    """Log many in at the service's limit, then again with kills at random moments."""
    from hotdesk_hil.emservice import EmService
    from services import CERTIFICATE, cluster

    environment = {**os.environ, "HOTDESK_CERT": CERTIFICATE}
    made = cluster(ROWS, operation_seconds=OPERATION_SECONDS, maximum_concurrent_requests=CONCURRENCY)
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for kills in (0, KILLS):
            file = Path(folder) / f"{kills}.csv"
            rows = "".join(f"SEP{n:012X},user{n}\n" for n in range(ROWS))
            file.write_text("device,user\n" + rows)
            with EmService(made) as service:
                command = [sys.executable, "-m", "hotdesk", "bulk", str(file), "--service", service.url]
                command += ["--http", "--app", "tester", "--concurrency", str(CONCURRENCY)]
                for _ in range(kills):
                    with subprocess.Popen(command, env=environment) as process:
                        for _ in range(random.randint(1, ROWS // KILLS)):
                            service.wait_for_request("login", timeout=60)
                        process.kill()
                start = time.monotonic()
                subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
                seconds = time.monotonic() - start
                logins = [record for record in service.requests if record.operation == "login"]
                twice = [n for n in Counter(r.devices for r in logins if r.code is None).values() if n > 1]
                busy = sum(record.code == 26 for record in logins)
                assert len(service.sessions()) == ROWS
                assert not twice
                if kills:
                    lines.append(f"{kills} times killed and started again: every row done, none twice.")
                else:
                    rate, most = ROWS / seconds, CONCURRENCY / OPERATION_SECONDS
                    lines.append(
                        f"{ROWS} logins, {CONCURRENCY} at once, {OPERATION_SECONDS} s each: "
                        f"{seconds:.1f} s with the start of the command, {rate:.1f}/s, {rate / most:.0%} of "
                        f"{most:.0f}/s; {busy} answers of 26, none in the report."
                    )
                    lines.append("")
    return lines


if __name__ == "__main__":
    main()
