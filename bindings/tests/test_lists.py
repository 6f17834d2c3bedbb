"""Tables as people have them: which are read, as what, and what is told of the others before anything is
sent."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hotdesk import bulk
from hotdesk.cli import main
from hotdesk_hil.emservice import EmService
from lists import phone, run, where, write
from services import CERTIFICATE, PHONE, cluster

MAC = PHONE.removeprefix("SEP")


@pytest.fixture
def service() -> Iterator[EmService]:
    with EmService(cluster(phones=10)) as service:
        yield service


def read(folder: Path, text: str | bytes) -> list[tuple[str, str, str, str | None, int | str | None]]:
    """Return operation, device, user, profile and duration of each row."""
    rows = bulk.rows(write(folder, text))
    return [(row.operation, row.device, row.user, row.profile, row.duration) for row in rows]


Capture = pytest.CaptureFixture[str]


def dry(folder: Path, capsys: Capture, text: str | bytes, *options: str) -> tuple[int, str, list[str]]:
    """Look a list through; return exit code, standard output, and the lines of standard error."""
    code = main(["bulk", str(write(folder, text)), "--dry-run", *options])
    said = capsys.readouterr()
    return code, said.out, said.err.splitlines()


# Six tables of the field, none of them edited.


@pytest.mark.parametrize(
    ("table", "options", "note"),
    [
        (f"devicename,profile,user\n{phone(1)},profile1,user1\n{phone(2)},,user2\n", [], None),
        (f"{phone(1)[3:]}\n{phone(2)[3:].lower()}\n", ["--operation", "logout"], "no heading line"),
        (
            f"Phone,User,UDP,Action Performed,Message\n{phone(1)},user1,profile1,,\n{phone(2)},user2,,,x\n",
            [],
            "not used: 'Action Performed', 'Message'",
        ),
        (f"{phone(1)},user1\n{phone(2)},user2\n", [], "its columns are taken for device, user"),
        ("MAC,User\n00:00:00:00:00:01,user1\n00:00:00:00:00:02,user2\n", [], None),
        (
            f"Device Name;User ID;Bemerkung\r\n{phone(1)};user1;Büro\r\n{phone(2)};user2;Flur\r\n".encode(
                "cp1252"
            ),
            ["--encoding", "cp1252"],
            "not used: 'Bemerkung'",
        ),
    ],
    ids=["devicename,profile,user", "bare MACs", "a tool's report", "no heading", "colons", "German Excel"],
)
def test_the_six_tables_of_the_field_run_without_an_edit(
    tmp_path: Path, service: EmService, table: str | bytes, options: list[str], note: str | None
) -> None:
    if options[:1] == ["--operation"]:
        service.login(phone(1), "user1")
        service.login(phone(2), "user2")
    done = run(service, write(tmp_path, table), *options)
    assert (done.returncode, done.stdout.split(";")[0]) == (0, "2 rows done, 0 refused"), done.stderr
    assert (note or "") in done.stderr
    assert bool(done.stderr) == bool(note)
    logged_in = {phone(1): "user1", phone(2): "user2"}
    assert service.sessions() == ({} if options[:1] == ["--operation"] else logged_in)


@pytest.mark.parametrize(
    "device", ["device", "Device Name", "deviceName", "DEVICE_NAME", "Phone", "mac", "MAC Address"]
)
@pytest.mark.parametrize("user", ["user", "User ID", "userid", "USER_ID", "uid", "userID"])
def test_headings_go_by_their_usual_names(tmp_path: Path, device: str, user: str) -> None:
    assert read(tmp_path, f"{user},{device}\njohn,SEP1\n") == [("login", "SEP1", "john", None, None)]


@pytest.mark.parametrize("profile", ["profile", "UDP", "Device Profile", "User Device Profile Name"])
@pytest.mark.parametrize("operation", ["operation", "Action"])
def test_the_other_headings_go_by_their_usual_names(tmp_path: Path, profile: str, operation: str) -> None:
    rows = ["SEP1,john,UDP1,60,LOGIN", "SEP2,,,,Log-Out", "SEP3,mary,,Indefinite,takeover"]
    text = "\n".join([f"phone,uid,{profile},Duration,{operation}", *rows])
    assert read(tmp_path, text) == [
        ("login", "SEP1", "john", "UDP1", 60),
        ("logout", "SEP2", "", None, None),
        ("take-over", "SEP3", "mary", None, "indefinite"),
    ]


def test_unknown_columns_are_named_once_and_passed_over(tmp_path: Path, capsys: Capture) -> None:
    code, out, err = dry(tmp_path, capsys, "Comment,Device,User,,Floor\nx,SEP1,john,,3\ny,SEP2,mary,,3\n")
    assert (code, out) == (0, "2 rows can be sent\n")
    assert err == [f"hotdesk: columns of {tmp_path / 'list.csv'} that are not used: 'Comment', 'Floor'"]


@pytest.mark.parametrize("secret", ["pin", "PIN", "Password", "User PIN", "password "])
def test_columns_with_secrets_are_refused_with_the_reason(
    tmp_path: Path, capsys: Capture, secret: str
) -> None:
    code, _, err = dry(tmp_path, capsys, f"device,user,{secret}\nSEP1,john,12345\n")
    assert code == 2
    assert err == [
        f"hotdesk: nothing was sent: line 1: column {secret.strip()!r}: a list holds no PIN and no password, "
        "for the application user signs each request; remove the column"
    ]


def test_two_columns_of_one_meaning_are_refused(tmp_path: Path, capsys: Capture) -> None:
    code, _, err = dry(tmp_path, capsys, "Phone,MAC,user\nSEP1,x,john\n")
    assert (code, err) == (
        2,
        ["hotdesk: nothing was sent: line 1: columns 'Phone' and 'MAC' both name the device; remove one"],
    )


@pytest.mark.parametrize(
    ("encoding", "mark", "options"),
    [
        ("utf-8", b"", []),
        ("utf-8", codecs.BOM_UTF8, []),
        ("utf-16-le", codecs.BOM_UTF16_LE, []),
        ("utf-16-be", codecs.BOM_UTF16_BE, []),
        ("utf-16-le", b"", ["--encoding", "utf-16-le"]),
        ("cp1252", b"", ["--encoding", "cp1252"]),
        ("utf-8", codecs.BOM_UTF8, ["--encoding", "cp1252"]),
    ],
)
@pytest.mark.parametrize("sep", ["", "sep=;\r\n", '"sep=;"\r\n'])
def test_encodings_are_told_by_a_mark_or_by_an_option(
    tmp_path: Path, capsys: Capture, encoding: str, mark: bytes, options: list[str], sep: str
) -> None:
    text = f"{sep}Phone;User\r\nSEP1;jörg\r\nSEP2;mary,ann\r\n"
    file = write(tmp_path, mark + text.encode(encoding))
    assert main(["bulk", str(file), "--dry-run", *options]) == 0
    assert capsys.readouterr().out == "2 rows can be sent\n"
    rows = bulk.WorkList.read(file, encoding=options[1] if options else None).rows()
    assert [(row.device, row.user) for row in rows] == [("SEP1", "jörg"), ("SEP2", "mary,ann")]


@pytest.mark.parametrize(
    ("data", "options", "says"),
    [
        (
            "device,user\nSEP1,x\nSEP2,jörg\n".encode("cp1252"),
            [],
            "is not UTF-8 (line 3); save it as CSV UTF-8, or give",
        ),
        ("device,user\nSEP1,john\n".encode("utf-16-le"), [], "give --encoding utf-16-le"),
        (b"device,user\nSEP1,\x81\n", ["--encoding", "cp1252"], "is not cp1252 (line 2)"),
        (b"device,user\n", ["--encoding", "nonsense"], "there is no encoding 'nonsense'"),
        (b"PK\x03\x04 and more", [], "is an Excel workbook (.xlsx), which is no text"),
        (b"", [], "the column device is missing"),
        (b"Telefon;Benutzer\nx;john\n", [], "may be called device, devicename, deviceid, phone"),
    ],
)
def test_what_is_no_list_is_told_by_name(
    tmp_path: Path, capsys: Capture, data: bytes, options: list[str], says: str
) -> None:
    file = write(tmp_path, data)
    code = main(["bulk", str(file), "--dry-run", *options])
    err = capsys.readouterr().err
    assert code == 2
    assert says in err
    assert err.count("\n") == 1


def test_the_table_of_run_sql_is_read_as_it_is_copied(tmp_path: Path, capsys: Capture) -> None:
    text = (
        "admin:run sql select d.name, u.userid, p.name as udp, d.description from device d\n"
        "name            userid  udp          description   \n"
        "=============== ======= ============ ============= \n"
        "SEP003094C25B15 john    UserDevProf  Desk 1, window\n"
        "SEP402CF4915265 mary                               \n"
        "\n"
        "admin:\n"
    )
    assert read(tmp_path, text) == [
        ("login", "SEP003094C25B15", "john", "UserDevProf", None),
        ("login", "SEP402CF4915265", "mary", None, None),
    ]
    _, _, err = dry(
        tmp_path,
        capsys,
        text.replace("UserDevProf  Desk", "UserDevProfX Desk").replace("mary   ", "mary.ann.x"),
    )
    assert err[-1].startswith("hotdesk: nothing was sent: line 5: a cell does not stand under its heading")


def test_a_table_with_blanks_between_its_columns_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, "device           user\nSEP003094C25B15  john\nSEP1 mary\n") == [
        ("login", "SEP003094C25B15", "john", None, None),
        ("login", "SEP1", "mary", None, None),
    ]


@pytest.mark.parametrize(
    ("line", "columns", "row"),
    [
        (f"{PHONE},john,UDP1,60", "device, user, profile, duration", ("login", PHONE, "john", "UDP1", 60)),
        (f"john;{PHONE}", "user, device", ("login", PHONE, "john", None, None)),
        (f"logout\t{PHONE}", "operation, device", ("logout", PHONE, "", None, None)),
        (f"{MAC},1001", "device, user", ("login", PHONE, "1001", None, None)),
        (f"{PHONE} john", "device, user", ("login", PHONE, "john", None, None)),
    ],
)
def test_a_list_without_a_heading_line_is_read_and_said_so(
    tmp_path: Path, capsys: Capture, line: str, columns: str, row: tuple[object, ...]
) -> None:
    code, out, err = dry(tmp_path, capsys, line + "\n")
    assert (code, out) == (0, "1 rows can be sent\n")
    file = tmp_path / "list.csv"
    assert err == [f"hotdesk: {file} has no heading line; its columns are taken for {columns}"]
    assert read(tmp_path, line + "\n") == [row]


def test_a_bare_list_needs_an_operation(tmp_path: Path, capsys: Capture) -> None:
    bare = f"{PHONE}\nSEP402CF4915265\n"
    code, _, err = dry(tmp_path, capsys, bare)
    assert code == 2
    assert (
        err[-1]
        == "hotdesk: nothing was sent: the list names no user; give --operation logout, or add a column user"
    )
    assert dry(tmp_path, capsys, bare, "--operation", "logout")[:2] == (0, "2 rows can be sent\n")
    assert dry(tmp_path, capsys, "Phone\nSEP1\n", "--operation", "logout")[:2] == (0, "1 rows can be sent\n")


@pytest.mark.parametrize(
    "given",
    [
        "00:30:94:c2:5b:15",
        "0:30:94:c2:5b:15",
        "00-30-94-C2-5B-15",
        "0030.94c2.5b15",
        "0030-94c2-5b15",
        "003094-c25b15",
        "00 30 94 c2 5b 15",
        "003094c25b15",
        "003094C25B15",
        "SEP003094c25b15",
        "sep003094C25B15",
        "SEP 0030.94C2.5B15",
        "SEP-00:30:94:c2:5b:15",
    ],
)
def test_a_mac_address_in_any_common_form_is_the_phone(tmp_path: Path, given: str) -> None:
    assert read(tmp_path, f"device,user\n{given},john\n")[0][1] == PHONE
    (bare,) = bulk.WorkList.read(write(tmp_path, f"{given}\n"), operation="logout").rows()
    assert bare.device == PHONE


@pytest.mark.parametrize(
    "name", ["BAT003094C25B15", "CSFJOHN", "0030.94c2.5b1", "00:30:94:c2:5b", "SEP00:30-94:c2:5b:15"]
)
def test_what_is_no_mac_address_stays_as_it_is(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, f"device,user\n{name},john\n")[0][1] == name


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ("1.12E+11,john,", "device is 1.12E+11: a spreadsheet has made a number of it"),
        ('"1,12E+11",john,', "device is 1,12E+11: a spreadsheet has made a number of it"),
        ("SEP1,1.00E+05,", "user is 1.00E+05: a spreadsheet has made a number of it"),
        ('"=""SEP003094C25B15""",john,', "device is a formula of a spreadsheet; write the name alone"),
        ('="SEP003094C25B15",john,', "device is a formula of a spreadsheet; write the name alone"),
        ('SEP1,="john",', "user is a formula of a spreadsheet; write the name alone"),
        ("3094251500,john,", "device has 10 digits where a MAC address has 12"),
        (
            "SEP1\u200b,john,",
            "device holds an invisible character (U+200B, zero width space) at place 5; remove it",
        ),
        (
            "SEP1,\u00a0john,",
            "user holds an invisible character (U+00A0, no-break space) at place 1; remove it",
        ),
        ("SEP1,jo\u00adhn,", "user holds an invisible character (U+00AD, soft hyphen) at place 3; remove it"),
        (
            "SEP1,\ufeffjohn,",
            "user holds an invisible character (U+FEFF, zero width no-break space) at place 1",
        ),
        ("SEP1,jo\x07hn,", "user holds an invisible character (U+0007, a control character) at place 3"),
        ('SEP1,"jo\nhn",', "user holds an invisible character (U+000A, a control character) at place 3"),
        ("SEP1,john,0", "a duration is 1 minute or more"),
        ("SEP1,john,000", "a duration is 1 minute or more"),
        ("SEP1,john,8h", "duration must be whole minutes or indefinite; 8h is 480"),
        ("SEP1,john,8 h", "duration must be whole minutes or indefinite; 8 h is 480"),
        ("SEP1,john,8:30", "duration must be whole minutes or indefinite; 8:30 is 510"),
        ("SEP1,john,480.0", "duration must be whole minutes or indefinite"),
        ("SEP1,john,-5", "duration must be whole minutes or indefinite"),
        ("SEP1,john,99999999999", "a duration is 4294967295 minutes at most; write indefinite"),
        ("SEP1," + 129 * "x" + ",", "userID is longer than 128"),
        ('SEP1,"jo"hn",', 'a quote (") stands inside a quoted cell; write it twice, or leave the quotes out'),
        ('SEP1,"john,', 'a quote (") opens a cell and is never closed'),
        (",john,", "deviceName is blank"),
    ],
)
def test_what_is_spoilt_is_told_before_anything_is_sent(
    tmp_path: Path,
    service: EmService,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    cells: str,
    says: str,
) -> None:
    monkeypatch.setenv("HOTDESK_CERT", CERTIFICATE)
    file = write(tmp_path, f"device,user,duration\n{phone(1)},user1,\n{cells}\n")
    assert main(["bulk", str(file), *where(service)]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"hotdesk: nothing was sent: line 3: {says}"), err
    assert err.count("\n") == 1
    assert service.requests == []


def test_all_faults_are_told_one_a_line_the_first_50_and_how_many_more(
    tmp_path: Path, capsys: Capture
) -> None:
    rows = "".join(f"SEP{n},user{n},{n}h\n" for n in range(62))
    code, out, err = dry(tmp_path, capsys, "device,user,duration\n" + rows)
    assert (code, out) == (2, "")
    assert err[0] == f"hotdesk: nothing was sent: {tmp_path / 'list.csv'} has 62 faults"
    assert err[1:51] == [
        f"line {n + 2}: duration must be whole minutes or indefinite; {n}h is {60 * n}" for n in range(50)
    ]
    assert err[51:] == ["and 12 more"]


def test_faults_as_json_are_a_failure_like_others(tmp_path: Path, capsys: Capture) -> None:
    code, out, err = dry(tmp_path, capsys, "device,user,duration\nSEP1,john,1h\n", "--json")
    assert (code, len(err)) == (2, 1)
    error = json.loads(out)["error"]
    assert (error["kind"], error["exit"]) == ("input", 2)
    assert f"hotdesk: {error['message']}" == err[0]


def test_faults_of_every_kind_are_told_together(tmp_path: Path, capsys: Capture) -> None:
    text = 'device,user,duration,operation\n,john,1h,\nSEP2,,,\nSEP3,x,,reboot\nSEP4,x,,,,y\nSEP5,"x"y,\n'
    _, _, err = dry(tmp_path, capsys, text)
    assert [line.split(":")[0] for line in err[1:]] == [
        "line 2",
        "line 2",
        "line 3",
        "line 4",
        "line 5",
        "line 6",
    ]


def test_a_cell_made_harmless_is_read_as_it_was(tmp_path: Path) -> None:
    assert read(tmp_path, "device,user\nSEP1,'+4989\nSEP2,'@john\nSEP3,'-x\nSEP4,'quoted'\n") == [
        ("login", "SEP1", "+4989", None, None),
        ("login", "SEP2", "@john", None, None),
        ("login", "SEP3", "-x", None, None),
        ("login", "SEP4", "'quoted'", None, None),
    ]


@pytest.mark.parametrize("separator", [",", ";"])
def test_blanks_around_a_quoted_cell_are_no_part_of_it(tmp_path: Path, separator: str) -> None:
    text = f'device{separator} user\nSEP1{separator} "jo{separator}hn"\n'
    assert read(tmp_path, text) == [("login", "SEP1", f"jo{separator}hn", None, None)]
