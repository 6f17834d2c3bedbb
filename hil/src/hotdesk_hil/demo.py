"""`python -m hotdesk_hil.demo`: a phone boots, john logs in and out with its keys, and the service agrees.

The service simulator runs as a process of its own. Besides what the screen says, the demo asks the
service itself after each step, with a query written here over the standard library: neither the phone's
code nor the simulator's judges alone. With `--https` the phone has its way over TLS, by the certificate of
the simulator's authority. Each screen is drawn in the terminal and kept as a PNG. Exits 0 only if phone
and service agree at each step. Must not print or draw a PIN or a certificate.
"""

from __future__ import annotations

import argparse
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from xml.etree import ElementTree

from .emservice.tls import CERTIFICATE_FILE
from .rig import NotShown, Phone, PhoneConfig, Rig, RigError, TimeServer, rig_file
from .rig.demo_cluster import DemoCluster
from .rig.recorder import Recorder

SERVICE_DEADLINE = 20.0


class Disagreement(Exception):
    """Phone and service do not agree, or the service cannot be asked."""


class ServiceProcess:
    """The simulator as a process: a context manager that starts it on a free port and ends it.

    With a folder for its certificate authority it has a second port, with TLS.
    """

    def __init__(self, cluster: Path, log: Path, authority: Path | None = None) -> None:
        module = "hotdesk_hil.emservice"
        self._command = [sys.executable, "-m", module, "--cluster", str(cluster), "--port", "0"]
        if authority is not None:
            self._command += ["--tls-port", "0", "--ca", str(authority)]
        self._ports = 1 if authority is None else 2
        self._log = log
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._urls: list[str] = []

    @property
    def url(self) -> str:
        """Where it answers in clear."""
        return self._urls[0]

    @property
    def port(self) -> int:
        """The port of this machine that the phone asks at: with TLS, where it has that."""
        return urllib.parse.urlsplit(self._urls[-1]).port or 80

    def __enter__(self) -> ServiceProcess:
        self._process = subprocess.Popen(  # noqa: S603 - the command is ours
            self._command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        threading.Thread(target=self._follow, daemon=True).start()
        deadline = time.monotonic() + SERVICE_DEADLINE
        try:
            while len(self._urls) < self._ports:
                line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
                if line is None:
                    raise RigError(f"the service simulator ended at once; its words are in {self._log}")
                if line.startswith("listening at "):
                    self._urls.append(line.removeprefix("listening at ").strip())
        except queue.Empty:
            self.__exit__(None, None, None)
            raise RigError(f"the service simulator did not start within {SERVICE_DEADLINE:g} s") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _follow(self) -> None:
        with self._log.open("w", encoding="utf-8") as log:
            for line in self._process.stdout:
                log.write(line)
                log.flush()
                self._lines.put(line)
        self._lines.put(None)


def user_on(url: str, device: str, cluster: DemoCluster) -> str | None:
    """Asks the service who is logged in on a device; None is nobody. Raises Disagreement if it cannot."""
    query = ElementTree.Element("query")
    app = ElementTree.SubElement(query, "appInfo")
    ElementTree.SubElement(app, "appID").text = cluster.app_id
    ElementTree.SubElement(app, "appCertificate").text = cluster.app_certificate
    ElementTree.SubElement(ElementTree.SubElement(query, "deviceUserQuery"), "deviceName").text = device
    form = urllib.parse.urlencode({"xml": ElementTree.tostring(query, encoding="unicode")}).encode("ascii")
    try:
        # No proxy of the environment may stand between this and the local service.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, data=form, timeout=SERVICE_DEADLINE) as answer:
            document = ElementTree.fromstring(answer.read())  # noqa: S314 - our own simulator's answer
    except (OSError, urllib.error.URLError, ElementTree.ParseError) as error:
        raise Disagreement(f"the service could not be asked who is on {device}: {error}") from error
    row = document.find(f"deviceUserResults/device[@name='{device}']")
    user = None if row is None else row.find("userID")
    if user is not None:
        return urllib.parse.unquote((user.text or "").strip())
    if row is None or row.find("none") is None:
        raise Disagreement(f"the service does not say who is on {device}: {ElementTree.tostring(document)!r}")
    return None


class Demo:
    """The steps, each timed and checked against the service."""

    def __init__(
        self,
        rig: Rig,
        service: ServiceProcess,
        cluster: DemoCluster,
        config: PhoneConfig,
        recorder: Recorder,
    ) -> None:
        self._rig = rig
        self._service = service
        self._cluster = cluster
        self._config = config
        self._recorder = recorder
        self._phone = Phone(rig, unhurried=True)
        self.current = "start"
        self.times: list[tuple[str, float]] = []

    def run(self) -> None:
        """Goes through all steps. Raises at the first that does not come out."""
        user = self._cluster.user
        with self._step("boot", f"the phone {self._rig.device_name} boots and asks who is logged in", None):
            self._rig.boot(self._config)
            self._phone.wait_idle("Nobody logged in")
        with self._step("log in", f"{user} logs in with ID and PIN on the keys", user):
            self._phone.log_in(user, self._cluster.pin)
            self._phone.confirm_logged_in(user)
        with self._step("who", "the phone asks the service who is logged in", user):
            self._phone.open_menu()
            self._phone.choose("Who is logged in")
            self._phone.wait_idle(f"Logged in: {user}")
        with self._step("log out", f"{user} is logged out", None):
            self._phone.log_out()
            self._phone.confirm_logged_out()

    @contextmanager
    def _step(self, name: str, words: str, user_afterwards: str | None) -> Iterator[None]:
        self._recorder.say(f"\n{name}: {words}")
        started = time.monotonic()
        self.current = name
        try:
            yield
            self._rig.screen.settle()
        finally:
            self._recorder.flush()
        took = time.monotonic() - started
        seen = user_on(self._service.url, self._rig.device_name, self._cluster)
        if seen != user_afterwards:
            expected = f"expected the service to see {user_afterwards or 'nobody'} on the phone"
            raise Disagreement(f"{expected}; it sees {seen or 'nobody'}")
        self._recorder.say(f"{name}: {took:.1f} s; the service sees {seen or 'nobody'} on the phone")
        self.times.append((name, took))


@contextmanager
def _service(
    cluster: DemoCluster, log: Path, *, secured: bool
) -> Iterator[tuple[ServiceProcess, PhoneConfig]]:
    """The simulator, and what the phone is told of it."""
    if not secured:
        with ServiceProcess(cluster.path, log) as service:
            yield service, cluster.phone_config(service.port)
        return
    with (
        tempfile.TemporaryDirectory(prefix="hotdesk-authority-") as folder,
        ServiceProcess(cluster.path, log, Path(folder)) as service,
        TimeServer() as clock,
    ):
        authority = (Path(folder) / CERTIFICATE_FILE).read_text(encoding="ascii")
        yield service, cluster.secured_config(service.port, authority, clock.as_seen_by_phone)


def main(arguments: list[str] | None = None) -> int:
    """Runs the demo and returns its exit code: 0 if phone and service agreed at each step."""
    summary = "Boots a phone, logs john in and out with its keys, and asks the service after each step."
    parser = argparse.ArgumentParser(prog="python -m hotdesk_hil.demo", description=summary)
    parser.add_argument("--image", type=Path, help="the phone's image (default: the one the rig names)")
    parser.add_argument(
        "--out", type=Path, default=Path("target/demo"), help="where the PNGs go (%(default)s)"
    )
    parser.add_argument("--rig", help="rig file, or the name of one in hil/rigs (default: lm3s6965evb)")
    parser.add_argument("--cluster", type=Path, help="cluster file (default: hil/clusters/demo.toml)")
    parser.add_argument("--https", action="store_true", help="over HTTPS: the image has the feature tls")
    options = parser.parse_args(arguments)
    # Ended from outside, it cleans up as it does for Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    demo: Demo | None = None
    try:
        cluster = DemoCluster.read(options.cluster)
        with Rig(options.image, rig_file(options.rig)) as rig:
            recorder = Recorder(options.out, rig.device_name, sys.stdout)
            rig.screen.watchers.append(recorder)
            with _service(cluster, options.out / "service.log", secured=options.https) as (service, config):
                recorder.say(f"service simulator at {service.url}")
                demo = Demo(rig, service, cluster, config, recorder)
                demo.run()
    except (RigError, NotShown, Disagreement) as error:
        step = demo.current if demo else "preparation"
        whose = "the rig failed" if isinstance(error, RigError) else "failed"
        print(f"\ndemo: {whose} at '{step}': {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ndemo: interrupted; phone and service are switched off", file=sys.stderr)
        return 130
    times = ", ".join(f"{name} {took:.1f} s" for name, took in demo.times)
    print(
        f"\n{cluster.user} logged in and out on {rig.device_name} with its keys, and the service agreed at "
        f"each step: {times}. {len(recorder.pictures)} pictures in {options.out}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
