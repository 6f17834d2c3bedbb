"""CSV files of users, devices and profiles: what is read; a mistake is told with its file and line."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from hotdesk_hil.emservice import Cluster, ClusterError

USERS = (
    "First Name,USER ID,PIN,Default Profile,Controlled Profile 1,Controlled Profile 2,Primary Extension,"
    "Self-Service User ID\r\n"
    "John,john,12345,DPJOHNIPC,DPJOHNIPC,UserDevProf,1001,self.john\r\n"
    '"Größe, Mary",mary,,,DPMARY,,,\r\n'
    "\r\n"
)
DEVICES = (
    "Device Name,Description,Enable Extension Mobility\nSEP003094C25B15,a,t\nSEP001122334455,b,F\nSEP2,c,\n"
)
PROFILES = "\ufeffDevice Profile Name,Product\nDPSPARE,7962\n"
TABLE = '[csv]\nusers = "users.csv"\ndevices = "devices.csv"\nprofiles = "profiles.csv"\npin = "99999"\n'


def write(
    folder: Path, users: str = USERS, devices: str = DEVICES, table: str = TABLE, profiles: str = PROFILES
) -> Path:
    for name, text in (("users", users), ("devices", devices), ("profiles", profiles)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    file = folder / "cluster.toml"
    file.write_text(table, encoding="utf-8")
    return file


def test_users_devices_and_profiles_come_from_csv_files(tmp_path: Path) -> None:
    cluster = Cluster.read(write(tmp_path))
    john, mary = cluster.users["john"], cluster.users["mary"]
    assert (john.pin, john.profiles, john.default_profile) == (
        "12345",
        ("DPJOHNIPC", "UserDevProf"),
        "DPJOHNIPC",
    )
    assert (john.directory_number, john.self_service_id) == ("1001", "self.john")
    assert (mary.pin, mary.profiles, mary.default_profile) == ("99999", ("DPMARY",), None)
    enabled = {device.name: device.extension_mobility for device in cluster.devices.values()}
    assert enabled == {"SEP003094C25B15": True, "SEP001122334455": False, "SEP2": False}
    assert set(cluster.profiles) == {"dpjohnipc", "userdevprof", "dpmary", "dpspare"}


def test_a_default_profile_is_associated_and_a_column_may_hold_several(tmp_path: Path) -> None:
    users = "user id,pin,default profile,controlled profiles\nu,1,A,B; C\n"
    user = Cluster.read(write(tmp_path, users)).users["u"]
    assert (user.profiles, user.default_profile) == (("A", "B", "C"), "A")


def test_a_phone_export_with_all_details_is_read(tmp_path: Path) -> None:
    """Headings from "Export the Fields for All Phone Details Option" of the Bulk Administration Guide."""
    devices = (
        "Device Name,Description,Device Pool,Phone Template,CSS,AAR CSS,Location,Extension Mobility,"
        "Network Locale,XML,User ID 1,Speed Dial Number,Speed Dial Number\n"
        'SEP003094C25B15,Desk,Default,Standard 7962G,,,Hub_None,t,,"<a b=""1"">,</a>",john,1,2,,,\n'
        "SEP001122334455,Lobby,Default,Standard 7962G,,,Hub_None,f,,,,,\n"
    )
    found = Cluster.read(write(tmp_path, devices=devices)).devices.values()
    assert {device.name: device.extension_mobility for device in found} == {
        "SEP003094C25B15": True,
        "SEP001122334455": False,
    }


def test_a_user_file_of_bulk_administration_is_read(tmp_path: Path) -> None:
    """Headings from "User File Format" of the Bulk Administration Guide, as its files write them."""
    users = (
        "FIRST NAME,LAST NAME,USER ID,MANAGER USER ID,DEPARTMENT,PIN,DEFAULT PROFILE,USER LOCALE,"
        "TELEPHONE NUMBER,PRIMARY EXTENSION,CONTROLLED DEVICE 1,SELF-SERVICE USER ID\n"
        "John,Smith,john,mary,12,12345,DPJOHNIPC,English United States,,1001,SEP003094C25B15,1001\n"
    )
    john = Cluster.read(write(tmp_path, users)).users["john"]
    assert (john.pin, john.profiles, john.default_profile) == ("12345", ("DPJOHNIPC",), "DPJOHNIPC")
    assert (john.directory_number, john.self_service_id) == ("1001", "1001")


@pytest.mark.parametrize("heading", ["User Device Profile Name", "Device Profile Name", "Device Name"])
def test_a_profile_export_associates_the_users_that_it_names(tmp_path: Path, heading: str) -> None:
    """Headings from "User Device Profile Exports" of the Bulk Administration Guide."""
    profiles = (
        f"{heading},Description,Login User ID,User ID 1,User ID 2\nDPSPARE,,pat,MARY,john\nDPmary,,,mary,\n"
    )
    cluster = Cluster.read(write(tmp_path, profiles=profiles))
    assert cluster.users["john"].profiles == ("DPJOHNIPC", "UserDevProf", "DPSPARE")
    assert cluster.users["mary"].profiles == ("DPMARY", "DPSPARE")
    with pytest.raises(ClusterError, match=r"profiles\.csv:2: 'nobody' is not a user of this cluster"):
        Cluster.read(write(tmp_path, profiles=f"{heading},User ID\nDPSPARE,nobody\n"))


def test_csv_files_and_tables_are_one_cluster(tmp_path: Path) -> None:
    table = TABLE + '[[user]]\nid = "pat"\npin = "1"\n[[device]]\nname = "D"\n'
    cluster = Cluster.read(write(tmp_path, table=table))
    assert set(cluster.users) == {"pat", "john", "mary"}
    assert len(cluster.devices) == 4


@pytest.mark.parametrize(
    ("users", "what"),
    [
        ("", "users.csv:1: no column 'user id'"),
        ("name,pin\n", "users.csv:1: no column 'user id'"),
        ("user id,pin,PIN\nu,1,2\n", "users.csv:1: two columns have the heading 'pin'"),
        ("user id,pin\nu,1\n,2\n", "users.csv:3: 'user id' is blank"),
        ("user id,pin\nu,1,2\n", "users.csv:2: more cells than headings"),
        ('user id,pin\nu,"1\n', "users.csv:2: unexpected end of data"),
        ('user id,note,pin\nu,"two\nlines",1\nu,a,1\n', "users.csv:4: [user] 'u' is there twice"),
        (f"user id,pin\n{'u' * 129},1\n", "users.csv:2: [user] 'uuuuuuuuuuuuuuuuuuuu'…: a name holds"),
        (f"user id,pin\nu,{'1' * 257}\n", "users.csv:2: [user] 'pin' holds 1 to 256 bytes"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(tmp_path: Path, users: str, what: str) -> None:
    file = write(tmp_path, users)
    with pytest.raises(ClusterError) as caught:
        Cluster.read(file)
    assert str(caught.value).startswith(f"{tmp_path}/{what}")


def test_a_user_needs_a_pin_from_somewhere(tmp_path: Path) -> None:
    file = write(tmp_path, table='[csv]\nusers = "users.csv"\n')
    with pytest.raises(ClusterError, match=r"users\.csv:3: no PIN"):
        Cluster.read(file)


def test_other_mistakes(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match=r"devices\.csv:2: 'enable extension mobility' is t or f"):
        Cluster.read(write(tmp_path, devices="Device Name,Enable Extension Mobility\nD,maybe\n"))
    with pytest.raises(ClusterError, match=r"gone\.csv: cannot be read: No such file"):
        Cluster.read(write(tmp_path, table='[csv]\nusers = "gone.csv"\n'))
    with pytest.raises(ClusterError, match=r"cluster\.toml:1: \[csv\] has no key 'user'"):
        Cluster.read(write(tmp_path, table='[csv]\nuser = "gone.csv"\n'))
    (tmp_path / "latin.csv").write_bytes(b"user id\nGr\xf6\n")
    with pytest.raises(ClusterError, match=r"latin\.csv: is not UTF-8 text \(byte 10\)"):
        Cluster.read(write(tmp_path, table='[csv]\nusers = "latin.csv"\n'))


def test_a_pin_is_in_no_error(tmp_path: Path) -> None:
    file = write(tmp_path, "user id,pin\nu,424242\nu,424242\n")
    with pytest.raises(ClusterError) as caught:
        Cluster.read(file)
    assert "424242" not in str(caught.value)


def test_fifty_thousand_users_load_in_seconds(tmp_path: Path) -> None:
    count = 50_000
    users = "user id,pin,controlled profiles\n" + "".join(f"user{n},{n:05},DP{n}\n" for n in range(count))
    devices = "device name\n" + "".join(f"SEP{n:012X}\n" for n in range(count))
    file = write(tmp_path, users, devices)
    started = time.process_time()
    cluster = Cluster.read(file)
    taken = time.process_time() - started
    assert (len(cluster.users), len(cluster.devices), len(cluster.profiles)) == (count, count, count + 1)
    assert taken < 10, "seconds of processor time; BENCH.md has the figure of a quiet machine"


GERMAN = "Benutzer;User ID;PIN;Default Profile\r\nJörg;jörg;12345;DPJÖRG\r\n"


@pytest.mark.parametrize(
    ("data", "more"),
    [
        (GERMAN.encode("utf-8-sig"), ""),
        (GERMAN.replace(";", "\t").encode("utf-16"), ""),
        (GERMAN.encode("utf-16-be").join([b"\xfe\xff", b""]), ""),
        (("sep=;\r\n" + GERMAN).encode(), ""),
        (GERMAN.encode("cp1252"), 'encoding = "cp1252"\n'),
        (GERMAN.replace(";", "|").encode(), 'separator = "|"\n'),
        (GERMAN.replace(";", ",").replace("User ID", '"User ID"').encode(), ""),
    ],
    ids=["semicolons", "tabs, UTF-16", "UTF-16 BE", "sep=", "cp1252, told", "separator, told", "quoted"],
)
def test_separators_and_encodings_of_spreadsheets(tmp_path: Path, data: bytes, more: str) -> None:
    file = write(tmp_path, table=f'[csv]\nusers = "users.csv"\n{more}')
    (tmp_path / "users.csv").write_bytes(data)
    cluster = Cluster.read(file)
    user = cluster.users["jörg"]
    assert (user.pin, user.profiles) == ("12345", ("DPJÖRG",))


@pytest.mark.parametrize("heading", ["User ID", "userid", "USER_ID", "user-id", "User", "UID"])
def test_usual_headings_of_users(tmp_path: Path, heading: str) -> None:
    users = f"{heading},Password,pin,DefaultProfile\nu,made-up,1,P\n"
    user = Cluster.read(write(tmp_path, users, table='[csv]\nusers = "users.csv"\n')).users["u"]
    assert (user.pin, user.password, user.default_profile) == ("1", "made-up", "P")


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("devicename", "SEP00AABBCC1122"),
        ("Device", "SEP00AABBCC1122"),
        ("phone", "00:aa:bb:cc:11:22"),
        ("MAC", "00-AA-BB-CC-11-22"),
        ("mac address", "00aa.bbcc.1122"),
        ("Device_Name", "00AABBCC1122"),
    ],
)
def test_usual_headings_of_devices_and_bare_mac_addresses(tmp_path: Path, heading: str, cell: str) -> None:
    file = write(tmp_path, devices=f"{heading}\n{cell}\n", table='[csv]\ndevices = "devices.csv"\n')
    assert [device.name for device in Cluster.read(file).devices.values()] == ["SEP00AABBCC1122"]


@pytest.mark.parametrize("heading", ["UDP", "profile", "Device Profile"])
def test_usual_headings_of_profiles(tmp_path: Path, heading: str) -> None:
    file = write(tmp_path, profiles=f"{heading};userid\nDPSPARE;mary\n")
    assert Cluster.read(file).users["mary"].profiles == ("DPMARY", "DPSPARE")


@pytest.mark.parametrize(
    ("users", "what"),
    [
        (
            "name;pin\n",
            "users.csv:1: no column 'user id' in the first line, which names the columns "
            "(also taken: userid, user, uid); 2 columns were found",
        ),
        ("user id,pin\n1.12E+11,1\n", "users.csv:2: '1.12E+11' is what a spreadsheet made of it: "),
        ('user id,pin\n"=""u""",1\n', "users.csv:2: '=\"u\"' is what a spreadsheet made of it: "),
        ("user id,pin\nu,1E+05\n", "users.csv:2: the pin is what a spreadsheet made of it: "),
        ("sep=;\nuser id,pin\n", "users.csv:2: no column 'user id'"),
    ],
)
def test_a_mistake_of_a_spreadsheet_is_told_with_advice(tmp_path: Path, users: str, what: str) -> None:
    with pytest.raises(ClusterError) as caught:
        Cluster.read(write(tmp_path, users))
    assert str(caught.value).startswith(f"{tmp_path}/{what}")


def test_an_encoding_that_is_not_told_is_advised(tmp_path: Path) -> None:
    table = '[csv]\nusers = "latin.csv"\n'
    (tmp_path / "latin.csv").write_bytes(GERMAN.encode("cp1252"))
    advice = 'save it as "CSV UTF-8", or name its encoding in [csv], as encoding = "cp1252"'
    with pytest.raises(ClusterError) as caught:
        Cluster.read(write(tmp_path, table=table))
    assert str(caught.value).endswith(f"latin.csv: is not UTF-8 text (byte 39): {advice}")
    with pytest.raises(ClusterError, match="names the encoding 'excel', which nobody knows"):
        Cluster.read(write(tmp_path, table=table + 'encoding = "excel"\n'))
    with pytest.raises(ClusterError, match=r"'separator' in \[csv\] is one character"):
        Cluster.read(write(tmp_path, table='[csv]\nusers = "users.csv"\nseparator = ";;"\n'))


def test_a_file_without_headings_is_told_without_its_first_row(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match=r"users\.csv:1: no column 'user id' in the first line") as caught:
        Cluster.read(write(tmp_path, "john;424242\nmary;424243\n"))
    assert "4242" not in str(caught.value)


def test_a_table_as_run_sql_prints_it(tmp_path: Path) -> None:
    devices = (
        "phone           description   extension mobility\n"
        "=============== ============= ==================\n"
        "SEP003094C25B15 John's, phone t\n"
        "SEP402CF4915265               f                 \n"
        "\n"
    )
    table = '[csv]\ndevices = "devices.csv"\n'
    cluster = Cluster.read(write(tmp_path, devices=devices, table=table))
    enabled = {device.name: device.extension_mobility for device in cluster.devices.values()}
    assert enabled == {"SEP003094C25B15": True, "SEP402CF4915265": False}
    bad = devices.replace("SEP402CF4915265", " " * 15)
    with pytest.raises(ClusterError, match=r"devices\.csv:4: 'phone' is blank"):
        Cluster.read(write(tmp_path, devices=bad, table=table))
