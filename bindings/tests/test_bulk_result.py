"""The result of a run as a table: written as the list is, its columns first, itself a list, safe to open."""

from __future__ import annotations

import codecs
import stat
from collections.abc import Iterator
from pathlib import Path

import hotdesk
import pytest
from hotdesk_hil.emservice import EmService
from lists import phone, result, results, run, sent, write
from services import cluster


@pytest.fixture
def service() -> Iterator[EmService]:
    with EmService(cluster(phones=10)) as service:
        yield service


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("encoding", "mark", "options"),
    [
        ("utf-8", b"", []),
        ("utf-8", codecs.BOM_UTF8, []),
        ("utf-16-le", codecs.BOM_UTF16_LE, []),
        ("cp1252", b"", ["--encoding", "cp1252"]),
    ],
)
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_the_result_is_written_as_the_list_is(
    tmp_path: Path,
    service: EmService,
    separator: str,
    encoding: str,
    mark: bytes,
    options: list[str],
    end: str,
) -> None:
    lines = [["Büro", "Phone", "User"], ["jörg", phone(1), "user1"], [f"a{separator}b", phone(2), "nobody"]]
    quoted = [[f'"{cell}"' if separator in cell else cell for cell in line] for line in lines]
    text = end.join(separator.join(line) for line in quoted) + end
    file = write(tmp_path, mark + text.encode(encoding))
    assert run(service, file, *options).returncode == 1
    data = result(file).read_bytes()
    assert data.startswith(mark)
    written = data[len(mark) :].decode(encoding)
    assert not written.startswith("\ufeff")
    heading, first, second, nothing = written.split(end)
    assert heading == separator.join(
        ["Büro", "Phone", "User", *["result", "code", "name", "remedy", "reason", "line"]]
    )
    assert first == separator.join(["jörg", phone(1), "user1", "done", "", "", "", "", "2"])
    assert second.startswith(separator.join([f'"a{separator}b"', phone(2), "nobody", "refused", "23"]))
    assert nothing == ""


def test_a_sep_line_is_kept(tmp_path: Path, service: EmService) -> None:
    file = write(tmp_path, f"sep=;\r\nPhone;User\r\n{phone(1)};user1\r\n")
    assert run(service, file).returncode == 0
    assert result(file).read_text().startswith("sep=;\nPhone;User;result;")
    assert run(service, result(file), "--dry-run").stdout == "1 rows can be sent\n"


def test_refused_rows_are_filtered_and_run_again(tmp_path: Path, service: EmService) -> None:
    service.login(phone(2), "mary")
    file = write(tmp_path, "Floor;Phone;User\n" + "".join(f"{n};{phone(n)};user{n}\n" for n in range(1, 5)))
    assert run(service, file).returncode == 1
    heading, *lines = result(file).read_text().splitlines()
    refused = write(
        tmp_path, "\n".join([heading, *(line for line in lines if ";refused;" in line)]), "refused.csv"
    )
    service.logout(phone(2))
    done = run(service, refused)
    assert (done.returncode, done.stdout.split(";")[0]) == (0, "1 rows done, 0 refused")
    assert "not used: 'Floor'\n" in done.stderr
    assert sent(service) == {phone(1): 1, phone(2): 2, phone(3): 1, phone(4): 1}
    # Its own columns are not doubled.
    assert result(refused).read_text().splitlines()[0] == heading


@pytest.mark.parametrize(
    ("text", "options", "heading"),
    [
        (f"{phone(1)},user1\n", [], "device,user"),
        (f"device  user\n{phone(1)}  user1\n", [], "device,user"),
        (f"name            userid\n=============== ======\n{phone(1)} user1 \n", [], "device,userid"),
        (f"{phone(1)[3:]}\n", ["--operation", "logout"], "device"),
    ],
    ids=["no heading", "blanks", "run sql", "bare"],
)
def test_the_result_of_any_table_is_a_list(
    tmp_path: Path, service: EmService, text: str, options: list[str], heading: str
) -> None:
    file = write(tmp_path, text)
    run(service, file, *options)
    assert result(file).read_text().startswith(heading + ",result,")
    again = run(service, result(file), "--dry-run", *options)
    assert (again.returncode, again.stdout, again.stderr) == (0, "1 rows can be sent\n", "")


@pytest.mark.parametrize("cell", ["=1+1", "=cmd|' /C calc'!A0", "+1", "@SUM(A1)", "\t=1", "-1+1", "\uff1d1"])
def test_cells_that_a_spreadsheet_would_run_are_harmless(
    tmp_path: Path, service: EmService, cell: str
) -> None:
    heading = cell.strip()
    file = write(tmp_path, f'"{heading}",device,user\n"{cell}",{phone(1)},user1\nplain,{phone(2)},+49@x\n')
    assert run(service, file).returncode == 1
    first, second = results(file)
    assert first["'" + heading] == "'" + cell
    assert second["user"] == "'+49@x"
    # Read back, it is the user that was meant.
    assert run(service, result(file)).returncode == 1
    assert [record.users for record in service.requests if record.code][-1] == ("+49@x",)


@pytest.mark.parametrize("cell", ["-", "-5", "-5,5", "a=b", "'quoted"])
def test_other_cells_stay_as_they_are(tmp_path: Path, service: EmService, cell: str) -> None:
    file = write(tmp_path, f'note,device,user\n"{cell}",{phone(1)},user1\n')
    assert run(service, file).returncode == 0
    assert results(file)[0]["note"] == cell


def test_a_refused_row_has_the_name_and_the_remedy_of_its_code(tmp_path: Path, service: EmService) -> None:
    service.login(phone(1), "mary")
    file = write(tmp_path, f"device,user\n{phone(1)},user1\n")
    assert run(service, file).returncode == 1
    (row,) = results(file)
    known = hotdesk.codes.em_service[18]
    assert (row["code"], row["name"], row["remedy"], row["line"]) == ("18", known.name, known.remedy, "2")


def test_a_result_stays_open_to_whom_it_was(tmp_path: Path, service: EmService) -> None:
    file = write(tmp_path, f"device,user\n{phone(1)},user1\n")
    result(file).touch()
    result(file).chmod(0o664)
    assert run(service, file).returncode == 0
    assert stat.S_IMODE(result(file).stat().st_mode) == 0o664
    assert results(file)[0]["result"] == "done"
