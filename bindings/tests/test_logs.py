"""The command `hotdesk logs`, and `hotdesk.logs`: what is told, and how it is given."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from hotdesk import logs
from traces import asked, lacks, line, log_vectors, login

LATER = line("09:00:00", "t9", "EMServiceServlet", "EM Service: Request type=Login/Logout")
BAD = login("08:00:00", "abaker", good=False)
GOOD = login("08:01:00", "bclark", "SEP00AABBCCDDEE", thread="t2")


def told(done: subprocess.CompletedProcess[bytes]) -> tuple[list[Any], Any]:
    """Return the stories and the summary of `--json`."""
    *stories, summary = [json.loads(text) for text in done.stdout.decode().splitlines()]
    return stories, summary["summary"]


def users(done: subprocess.CompletedProcess[bytes]) -> list[str]:
    return sorted(story["user"] for story in told(done)[0])


def test_every_vector_is_told_as_it_must(tmp_path: Path) -> None:
    wrong = []
    for vector in log_vectors():
        file = tmp_path / "trace.log"
        file.write_text(vector.log, encoding="utf-8")
        with logs.read(file) as traces:
            stories = [json.loads(story.json) for story in traces]
            summary = json.loads(traces.summary().json)["summary"]
        for story in stories:
            for cause in story["causes"]:
                cause["lines"] = [one.replace(f"{tmp_path}{os.sep}", "") for one in cause["lines"]]
        wrong += [
            f"{vector.name}: {one}" for one in lacks(vector.told, stories) + lacks(vector.summary, summary)
        ]
    assert wrong == []


def test_files_archives_folders_and_standard_input_tell_the_same(hotdesk: Run, tmp_path: Path) -> None:
    log = (BAD + GOOD + LATER).encode()
    (tmp_path / "plain.log").write_bytes(log)
    (tmp_path / "packed.log.gz").write_bytes(gzip.compress(log))
    (tmp_path / "utf16.log").write_bytes(log.decode().encode("utf-16"))
    with zipfile.ZipFile(tmp_path / "archive.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("node/emapp.log.gz", gzip.compress(log))
    folder = tmp_path / "folder" / "deep"
    folder.mkdir(parents=True)
    (folder / "emapp00001.log").write_bytes(log)
    for name in ("plain.log", "packed.log.gz", "utf16.log", "archive.zip", "folder"):
        done = hotdesk("logs", name, "--json", cwd=tmp_path)
        assert (done.returncode, done.stderr, users(done)) == (0, b"", ["abaker", "bclark"]), name
    done = hotdesk("logs", "-", "--json", data=log)
    assert (done.returncode, users(done)) == (0, ["abaker", "bclark"])
    assert told(done)[0][0]["line"] == "standard input:1"


def test_lines_of_several_files_are_joined_in_the_order_of_their_times(hotdesk: Run, tmp_path: Path) -> None:
    app = login("08:00:00", good=False) + line(
        "08:00:00", "t1", "EMAppServlet", "User authentication complete for user abaker"
    )
    service = line("08:00:00", "s1", "EMServiceServlet", "EMService Request# ----> : 7")
    service += line(
        "08:00:00",
        "s1",
        "EMServiceServlet",
        "7: LoginService.executeLogin: Dev: SEP001122334455- Sending request to DB",
    )
    service += line("08:00:00", "s1", "EMServiceServlet", "7:Request failed returning<response>")
    service += '<failure><error code="18">Another user logged in</error></failure></response>\n'
    (tmp_path / "z_emapp.log").write_text(app + LATER)
    (tmp_path / "a_service.log").write_text(service.replace("08:00:00", "08:00:01"))
    ((story,), _) = told(hotdesk("logs", ".", "--json", cwd=tmp_path))
    assert (story["code"], story["requests"]) == (
        {"number": 18, "shown": 18, "logged": True},
        {"emapp": [6], "emservice": [7]},
    )
    # The same, copied into one file one after the other.
    (tmp_path / "all.log").write_text(app + LATER + service.replace("08:00:00", "08:00:01"))
    ((story,), _) = told(hotdesk("logs", "all.log", "--json", cwd=tmp_path))
    assert story["code"] == {"number": 18, "shown": 18, "logged": True}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--device", "sep001122334455"], ["abaker"]),
        (["--user", "BCLARK"], ["bclark"]),
        (["--user", "nobody"], []),
        (["--since", "2018-04-14 08:00:30"], ["bclark"]),
        (["--since", "2018-04-14"], ["abaker", "bclark"]),
        (["--since", "2018-04-14T08:01"], ["bclark"]),
        (["--failed"], ["abaker"]),
        (["--summary"], []),
    ],
)
def test_options_choose_stories(hotdesk: Run, options: list[str], expected: list[str]) -> None:
    done = hotdesk("logs", "-", "--json", *options, data=(BAD + GOOD + LATER).encode())
    assert (done.returncode, users(done)) == (0, expected)


def test_people_read_who_where_what_and_who_acts(hotdesk: Run) -> None:
    text = hotdesk("logs", "-", data=(BAD + GOOD + LATER).encode()).stdout.decode()
    for said in (
        "2018-04-14 08:00:00  login  abaker on SEP001122334455 (192.0.2.61): FAILED, 0.000 s",
        "the phone showed 201; the code follows from the lines",
        "probably: The PIN is wrong or the account is locked.",
        "[standard input:2]",
        "[em-app] 201 Authentication error: The user ID and the PIN were not accepted.",
        "person: Type both again",
        "bclark on SEP00AABBCCDDEE (192.0.2.61): done",
        "logins: 1 done, 1 failed, 0 given up, 0 unfinished",
        "1  notAuthenticated",
        "not known whether the phone registered again: 1",
    ):
        assert said in text, said


def test_no_secret_is_told_wherever_it_stands(hotdesk: Run) -> None:
    secrets = ["73190465", "Zq8Wv3Kx"]
    log = login("08:00:00", "abaker", "SEP001122334455&seq=73190465", good=False)
    log += line("08:00:01", "s1", "EMServiceServlet", "EMService Request# ----> : 7")
    log += line("08:00:01", "s1", "EMServiceServlet", "7: LoginService.executeLogin: Dev: SEP1- Sending")
    log += "<appInfo><appID>x</appID><appEncryptedCertificate>Zq8Wv3Kx</appEncryptedCertificate></appInfo>\n"
    log += '<error code="3">appCertificate=Zq8Wv3Kx PIN: 73190465</error>\n'
    log += "GET /emapp/EMAppServlet?device=SEP1&userid=u&seq=73190465 no layout at all\n"
    log += line("08:00:02", "t3", "seq73190465", "seq=73190465")
    log += LATER
    for options in ([], ["--json"]):
        done = hotdesk("logs", "-", *options, data=log.encode())
        assert done.returncode == 0
        shown = done.stdout + done.stderr
        for secret in secrets:
            # A category is a name of a program; nothing else of a line that is not understood is shown.
            assert secret.encode() not in shown.replace(b"seq73190465", b""), (options, secret)
    assert b"***" in done.stdout


def test_what_is_not_understood_is_counted(hotdesk: Run) -> None:
    log = (
        BAD + "we saw this in the morning\n" + line("08:30:00", "t5", "SomethingNew", "what it says") + LATER
    )
    _, summary = told(hotdesk("logs", "-", "--json", data=log.encode()))
    assert summary["lines"]["notUnderstood"] == {"count": 1, "lines": ["standard input:4"]}
    assert summary["lines"]["otherCategories"] == [{"category": "SomethingNew", "count": 1}]
    assert summary["lines"]["total"] == 6


def test_stories_over_the_bound_are_told_as_they_stand(hotdesk: Run) -> None:
    log = "".join(
        line("08:00:00", f"t{n}", "EMAppServlet", asked(f"SEP{n:012X}", f"user{n}")) for n in range(20)
    )
    stories, summary = told(hotdesk("logs", "-", "--json", "--open", "5", data=log.encode()))
    assert (len(stories), summary["cutShort"]) == (20, 15)
    assert {story["result"] for story in stories} == {"unfinished"}
    assert b"too many were open" in hotdesk("logs", "-", "--open", "5", data=log.encode()).stdout


def test_what_cannot_be_read_is_told_and_the_rest_is_read(hotdesk: Run, tmp_path: Path) -> None:
    packed = gzip.compress((BAD + GOOD + LATER).encode() * 50, mtime=0)
    (tmp_path / "cut.log.gz").write_bytes(packed[: len(packed) // 2])
    (tmp_path / "core.bin").write_bytes(b"\x7fELF\0\0\0")
    (tmp_path / "good.log").write_text(GOOD + LATER)
    done = hotdesk("logs", ".", "--json", cwd=tmp_path)
    assert done.returncode == 2
    lines = done.stderr.decode().splitlines()
    assert "hotdesk: core.bin is left out: it is no text" in lines
    assert any(one.startswith("hotdesk: cannot read cut.log.gz: it ends too early") for one in lines)
    assert "bclark" in users(done)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["absent.log"], 2, "cannot read absent.log: there is no such file or folder"),
        (["-", "--since", "yesterday"], 2, "since must be a date or a date and a time"),
        (["-", "--open", "0"], 2, "--open must be 1 or more"),
        ([], 2, "the following arguments are required: FILE"),
        (["-"], 1, "no line of any trace was found"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(hotdesk: Run, arguments: list[str], code: int, said: str) -> None:
    done = hotdesk("logs", *arguments, data=b"nothing to see\n")
    assert (done.returncode, said in done.stderr.decode()) == (code, True), done.stderr
    assert "Traceback" not in done.stderr.decode()


@pytest.mark.usefixtures("signals")
def test_a_log_is_followed_as_it_grows_and_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "emapp.log"
    file.write_text(GOOD)
    command = [sys.executable, "-m", "hotdesk", "logs", "--follow", "--json", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        with file.open("a") as stream:
            # The page of another login ends the wait for a registration.
            stream.write(login("08:10:00", "abaker", good=False) + login("08:10:05", "cdavis", thread="t1"))
        first = [json.loads(process.stdout.readline())["user"] for _ in range(2)]
        assert sorted(first) == ["abaker", "bclark"]
        file.rename(tmp_path / "emapp.log.1")
        file.write_text(
            login("08:20:00", "dever", good=False, thread="t1") + login("08:30:00", "efox", thread="t1")
        )
        second = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read().splitlines()
        assert process.wait(60) == 130
    # Lines of the file that is there now are counted from its start.
    assert {story["user"]: story["line"] for story in second} == {"cdavis": f"{file}:8", "dever": f"{file}:1"}
    assert [json.loads(one).get("user") for one in rest] == ["efox", None]


def test_a_log_of_two_parts_that_is_cut_is_read_from_its_start(tmp_path: Path) -> None:
    file = tmp_path / "emapp.log"
    # The older part is the last: what was read of it is shorter than what the file is cut to.
    newer = login("08:30:00", "cdavis", good=False) + LATER * 40
    file.write_text(newer + BAD + login("08:10:00", "bclark", good=False))
    with logs.read(file, follow=True) as traces:
        assert {next(iter(traces)).user for _ in range(3)} == {"abaker", "bclark", "cdavis"}
        file.write_text((BAD + LATER * 20).replace("abaker", "dever"))
        assert next(iter(traces)).user == "dever"


def test_a_log_in_a_folder_that_got_another_name_is_not_told_again(tmp_path: Path) -> None:
    file = tmp_path / "emapp.log"
    file.write_text(BAD + LATER)
    with logs.read(tmp_path, follow=True) as traces:
        assert next(iter(traces)).user == "abaker"
        file.rename(tmp_path / "emapp.log.1")
        file.write_text((BAD + LATER).replace("abaker", "dever"))
        assert next(iter(traces)).user == "dever"
        # Found by the same look into the folder as the old log would be.
        (tmp_path / "other.log").write_text((BAD + LATER).replace("abaker", "efox"))
        assert next(iter(traces)).user == "efox"


def test_a_packed_log_is_not_followed(hotdesk: Run, tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(GOOD.encode()))
    done = hotdesk("logs", "--follow", "a.gz", cwd=tmp_path)
    assert (done.returncode, b"a.gz cannot be followed" in done.stderr) == (2, True)


def test_a_program_reads_typed_stories(tmp_path: Path) -> None:
    file = tmp_path / "emapp.log"
    file.write_text(BAD + GOOD + LATER)
    with logs.read(file, since=datetime(2018, 4, 14)) as traces:
        bad, good = sorted(traces, key=lambda story: story.result == "done")
        summary = traces.summary()
    assert (bad.device, bad.began, bad.code) == (
        "SEP001122334455",
        datetime(2018, 4, 14, 8),
        logs.ShownCode(201, 201, logged=False),
    )
    (cause,) = bad.causes
    assert (cause.cause, cause.certain, cause.codes[0].code, cause.who) == (
        "notAuthenticated",
        False,
        201,
        "person",
    )
    assert good.steps == (
        logs.Step("user", datetime(2018, 4, 14, 8, 1), 0.0),
        logs.Step("answer", datetime(2018, 4, 14, 8, 1), 0.0),
    )
    assert summary.logins == logs.Counts(done=1, failed=1, abandoned=0, unfinished=0)
    with pytest.raises(ValueError, match="nothing to read"):
        logs.read()


def test_the_help_has_the_examples(hotdesk: Run) -> None:
    text = hotdesk("logs", "--help").stdout.decode()
    for said in ("hotdesk logs traces/ --failed", "--follow", "exit codes:"):
        assert said in text
