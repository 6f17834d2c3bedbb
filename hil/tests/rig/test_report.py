"""The report of a run: what it shows of each test, that it holds no secret, and how Chromium shows it.

`HOTDESK_PICTURES=hil/pictures` makes it write the picture of the README there.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
import struct
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from hotdesk_hil import package_data
from hotdesk_hil.rig.demo_cluster import DemoCluster

pytest_plugins = ["pytester"]

QUICK = ("-p", "no:cacheprovider", "-p", "no:schemathesis")

WRONG_PIN, ADMIN_CODE, TYPED = "97531", "864209", "7777"
TESTS = f"""
    import pytest

    def test_green(phone, em_service):
        phone.log_in("john", "12345")
        phone.wait_for("Logged in", timeout=10)
        assert em_service.sessions() == {{phone.name: "john"}}

    def test_red(phone):
        for _ in range(4):
            phone.softkey("Log in")
            phone.wait_for("User ID")
            phone.softkey("Cancel")
            phone.wait_for("Nobody logged in")
        phone.log_in("john", "{WRONG_PIN}")
        phone.wait_for("Logged in: john", timeout=3)

    def test_red_by_keys(phone, rig):
        # A person's own keys: down to the PIN, and digits.
        keys = "{TYPED}"
        phone.softkey("Log in")
        phone.press("down", *keys)
        phone.wait_for("****")
        print("typed", keys)
        assert rig.history is None

    def test_red_with_a_code(rig, em_service, phone_config):
        rig.boot(phone_config.text() + "adminCode = {ADMIN_CODE}\\n")
        assert not "the code is {ADMIN_CODE}"

    @pytest.mark.needs("sd-card", "settings-without-power")
    def test_not_run(phone):
        pass
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run with a green test and red ones."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "test_phone.py").write_text(textwrap.dedent(TESTS))
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            *QUICK,
            "-l",
            "-n",
            "2",
            "--junitxml=junit.xml",
            "--evidence",
            "seen",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    (folder / "terminal.txt").write_text(done.stdout + done.stderr)
    assert "3 failed, 1 passed, 1 skipped" in done.stdout
    return folder


@pytest.fixture(scope="module")
def shown(run: Path) -> dict[str, str]:
    """What the report shows of each test, as HTML."""
    report = (run / "seen" / "report.html").read_text(encoding="utf-8")
    blob = re.search(r'data-jsonblob="([^"]*)"', report)
    assert blob
    tests: dict[str, list[dict[str, Any]]] = json.loads(html.unescape(blob[1]))["tests"]
    return {
        re.split(r"::|\[", name)[1]: "".join(extra["content"] for extra in rows[0]["extras"])
        for name, rows in tests.items()
    }


def pictures(shown: str) -> list[bytes]:
    """The PNG files in what is shown of a test."""
    return [base64.b64decode(data) for data in re.findall(r'src="data:image/png;base64,([^"]*)"', shown)]


def test_a_green_test_is_shown_as_well(shown: dict[str, str]) -> None:
    green = shown["test_green"]
    assert 1 < len(pictures(green)) <= 6
    text = html.unescape(green)
    assert "<kbd>types 'john'</kbd>" in text
    assert f"<kbd>types {'•' * 5}</kbd>" in text
    assert "login SEP003094C25B15 john by john: success" in text
    assert "<appCertificate>***</appCertificate>" in text
    assert "<success/>" in text
    assert "Requests and answers (" in text
    image = package_data.IMAGES / "thumbv7m-none-eabi/release/hotdesk-lm3s6965evb"
    for fact in (
        "<b>rig</b> lm3s6965evb",
        "<b>board</b> the lm3s6965evb, emulated by QEMU",
        "<b>phone</b> SEP003094C25B15",
        f"SHA-256 {hashlib.sha256(image.read_bytes()).hexdigest()}",
        f"<b>hotdesk-hil</b> {package_data.revision()}",
    ):
        assert fact in green
    assert re.search(r"<summary>Log of the phone</summary><pre>[^<]*INFO", green)


def test_a_red_test_has_its_reason_and_the_whole_strip(shown: dict[str, str]) -> None:
    red = shown["test_red"]
    assert "Failed (call)." in red
    assert "the phone did not show" in red
    assert len(pictures(red)) > 8
    assert "screens before these" not in red
    last = re.findall(r'alt="([^"]*)"', red)[-1]
    assert last.startswith("Login failed")


def test_what_was_not_run_is_no_phone_of_any_test(shown: dict[str, str]) -> None:
    assert shown["test_not_run"] == ""


def test_no_secret_is_in_anything_that_is_kept(run: Path) -> None:
    demo = DemoCluster.read()
    secrets = [demo.pin, demo.app_certificate, "54321", "24680", WRONG_PIN, TYPED, ADMIN_CODE]
    kept = [file for file in run.rglob("*") if file.is_file() and file.suffix not in (".py", ".pyc")]
    assert {file.name for file in kept} >= {"report.html", "junit.xml", "console.txt", "screen.png"}
    for file in kept:
        data = file.read_bytes()
        text = html.unescape(data.decode("utf-8", errors="replace"))
        for secret in secrets:
            assert secret.encode() not in data, (file.name, secret)
            assert secret not in re.sub(r"base64,[A-Za-z0-9+/=]*", "", text), (file.name, secret)


def test_pictures_hold_pixels_and_nothing_else(run: Path, shown: dict[str, str]) -> None:
    files = [png for each in shown.values() for png in pictures(each)]
    files += [file.read_bytes() for file in run.rglob("screen.png")]
    assert len(files) > 10
    for png in files:
        chunks, at = set(), 8
        while at < len(png):
            length, kind = struct.unpack_from(">I4s", png, at)
            chunks.add(kind)
            at += 12 + length
        assert chunks <= {b"IHDR", b"PLTE", b"IDAT", b"IEND"}


def test_it_is_one_file_that_a_browser_shows(run: Path, browser: webdriver.Chrome) -> None:
    browser.set_window_size(1100, 1180)
    browser.get((run / "seen" / "report.html").as_uri())
    assert browser.title == "Phones under test"
    text = browser.find_element(By.TAG_NAME, "body").text
    for words in ("3 Failed,", "1 Passed,", "1 Skipped,", "0 Errors,", "hotdesk-hil"):
        assert words in text
    images = browser.find_elements(By.CSS_SELECTOR, ".hotdesk figure img")
    assert len(images) > 6
    assert all(image.get_property("naturalWidth") == 128 for image in images)
    widths = {image.size["width"] for image in images if image.is_displayed()}
    assert min(widths) >= 256
    # Nothing is wider than the window, and nothing comes from elsewhere.
    wide, window = browser.execute_script(
        "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide <= window
    fetched = browser.execute_script(
        "return performance.getEntriesByType('resource').map(entry => entry.name)"
    )
    assert [name for name in fetched if not name.startswith("data:")] == []
    if folder := os.environ.get("HOTDESK_PICTURES"):
        row = browser.find_element(By.XPATH, "//td[contains(., 'test_red[lm3s6965evb]')]/..")
        browser.execute_script("arguments[0].scrollIntoView()", row)
        browser.save_screenshot(str(Path(folder) / "report.png"))
    browser.set_window_size(1100, 820)


def test_a_project_without_a_phone_gets_no_report(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(em_service): pass")
    pytester.runpytest_subprocess(*QUICK).assert_outcomes(passed=1)
    assert not (pytester.path / "hotdesk-evidence").exists()


def test_the_ini_file_says_where_evidence_goes(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nevidence = out/phones\n")
    pytester.makepyfile("def test_it(phone): assert not phone.lines()")
    pytester.runpytest_subprocess(*QUICK).assert_outcomes(failed=1)
    kept = pytester.path / "out" / "phones"
    assert (kept / "report.html").is_file()
    assert (kept / "test_it_lm3s6965evb" / "screen.txt").is_file()
