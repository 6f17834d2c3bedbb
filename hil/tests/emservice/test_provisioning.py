"""The files of phones over HTTP and TFTP: what is in them, how a login changes them, what can be wrong."""

from __future__ import annotations

import http.client
import logging
import re
import socket
import sys
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit
from xml.sax.saxutils import unescape

import pytest
from emservice.client import DESK, DESK2, SECRETS, Client
from emservice.tftp_client import Loaded, TftpError, load, write
from lxml import etree

from hotdesk_hil.emservice import (
    BrokenFile,
    Cluster,
    ClusterError,
    CutFile,
    Device,
    EmService,
    Fault,
    FileFault,
    LongFile,
    MissingFile,
    MultipleLogin,
    Profile,
    Provisioning,
    Refuse,
    ServiceParameters,
    SlowFile,
    User,
)
from hotdesk_hil.emservice.simulator import ListenError

NAME = f"{DESK}.cnf.xml"


@pytest.fixture
def files(demo: Cluster) -> Iterator[EmService]:
    """A service over the demo cluster that serves the files of its phones."""
    with EmService(demo, provisioning_port=0, tftp_port=0) as service:
        yield service


def over_http(service: EmService, name: str = NAME, method: str = "GET", host: str | None = None) -> bytes:
    """Loads a file; raises `LookupError` where the answer is not 200."""
    port = urlsplit(service.provisioning_url or "").port
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, f"/{name}", headers={} if host is None else {"Host": host})
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    if answer.status != 200:
        raise LookupError(answer.status)
    assert answer.getheader("Content-Type") == "*/*"
    assert answer.getheader("Cache-Control") == "no-store"
    return body


def over_tftp(service: EmService, name: str = NAME) -> bytes:
    """Loads a file as phones do, with the options that they send."""
    return load(service.tftp_port or 0, name, {"blksize": "1428", "tsize": "0"}).content


WAYS = pytest.mark.parametrize("way", [over_http, over_tftp])
Way = Callable[..., bytes]


def stamp(content: bytes) -> str:
    found = re.search(rb"<versionStamp>(.*)</versionStamp>", content)
    assert found is not None
    return found[1].decode()


def texts(content: bytes, name: str) -> list[str]:
    """Returns the texts of an element: by search, as no parser takes a prefix that is not declared."""
    return [
        unescape(text)
        for text in re.findall(rf"<{name}(?: [^>]*)?>([^<]*)</{name}>", content.decode("utf-8"))
    ]


@WAYS
def test_a_phone_gets_its_file(files: EmService, way: Way) -> None:
    content = way(files)
    assert content.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<device  xsi:type="axl:XIPPhone" ')
    assert texts(content, "processNodeName") == ["127.0.0.1"]
    assert texts(content, "langCode") == ["en_US"]
    assert texts(content, "userId") == [""]
    app = f"http://127.0.0.1:{files.port}/emapp/EMAppServlet?device=#DEVICENAME#&EMCC=#EMCC#"
    change = f"http://127.0.0.1:{files.port}/changecredential/ChangeCredentialServlet?device=#DEVICENAME#"
    assert texts(content, "url") == [app, change]
    assert files.phone_file(DESK) == content
    record = files.wait_for_request("phoneFile")
    assert (record.devices, record.users, record.code, record.fault) == ((DESK,), (), None, None)
    assert str(len(content)) in (record.detail or "")


def test_the_prefix_of_the_root_is_not_declared_and_all_else_is_xml(files: EmService) -> None:
    content = over_http(files)
    with pytest.raises(etree.XMLSyntaxError, match=r"[Nn]amespace prefix xsi"):
        etree.fromstring(content, etree.XMLParser(recover=False))
    root = etree.fromstring(content.replace(b"xsi:type", b"type"))
    assert root.findtext("devicePool/callManagerGroup/members/member/callManager/processNodeName")
    assert root.findtext("sipProfile/sipLines/line/featureLabel") == DESK


@WAYS
def test_what_is_no_file_of_a_phone_is_not_found_and_recorded(files: EmService, way: Way) -> None:
    for name in (f"CTL{DESK}.tlv", f"{NAME}.sgn", NAME.lower(), "SEP000000000000.cnf.xml", "../secret"):
        with pytest.raises((LookupError, TftpError)) as error:
            way(files, name)
        assert error.value.args[0] in (404, 1), name
        record = files.wait_for_request()
        assert (record.operation, record.status) == (None, 404), name
        assert record.detail == "no phone of this cluster has such a file"


@WAYS
def test_an_unknown_phone_gets_the_file_for_all(files: EmService, way: Way) -> None:
    root = etree.fromstring(way(files, "XMLDefault.cnf.xml"))
    assert root.tag == "Default"
    assert root.findtext("callManagerGroup/members/member/callManager/processNodeName") == "127.0.0.1"


@WAYS
def test_a_login_and_a_logout_change_the_file_of_their_phone_alone(files: EmService, way: Way) -> None:
    client = Client(files.url)
    seen = [way(files)]
    other = way(files, f"{DESK2}.cnf.xml")
    assert way(files) == seen[0], "the same until something changes"
    assert client.login(DESK, "john").code is None
    seen.append(way(files))
    assert client.logout(DESK).code is None
    seen.append(way(files))
    assert client.login(DESK, "john").code is None
    seen.append(way(files))
    assert len({stamp(content) for content in seen}) == 4, "each change is another version"
    assert [texts(content, "userId") for content in seen] == [[""], ["john"], [""], ["john"]]
    assert texts(seen[1], "phoneLabel") == ["DPJOHNIPC"]
    assert texts(seen[1], "featureLabel") == ["john"]
    assert way(files, f"{DESK2}.cnf.xml") == other
    assert files.wait_for_request("login").devices == (DESK,)


def test_a_take_over_and_the_end_of_a_login_change_the_file(demo: Cluster) -> None:
    service_parameters = ServiceParameters(multiple_login_behavior=MultipleLogin.AUTO_LOGOUT)
    cluster = Cluster(
        application_users=demo.application_users.values(),
        users=demo.users.values(),
        devices=demo.devices.values(),
        service=service_parameters,
    )
    with EmService(cluster, provisioning_port=0) as service:
        client = Client(service.url)
        client.login(DESK, "john", "<exclusiveDuration><time>5</time></exclusiveDuration>")
        first = over_http(service)
        client.login(DESK2, "john")
        assert texts(over_http(service), "userId") == [""], "he went to another phone"
        client.login(DESK, "mary", "<exclusiveDuration><time>5</time></exclusiveDuration>")
        second = over_http(service)
        assert texts(second, "userId") == ["mary"]
        service.clock.advance(301)
        third = over_http(service)
        assert texts(third, "userId") == [""]
        assert len({stamp(first), stamp(second), stamp(third)}) == 3


def test_a_restart_with_a_state_file_serves_who_is_logged_in(
    demo: Cluster, tmp_path: pytest.TempPathFactory
) -> None:
    state = f"{tmp_path}/state.db"
    with EmService(demo, state=state, provisioning_port=0) as service:
        empty = over_http(service)
        service.login(DESK, "john")
    with EmService(demo, state=state, provisioning_port=0) as service:
        content = over_http(service)
    assert texts(content, "userId") == ["john"]
    assert stamp(content) != stamp(empty)


def test_the_cluster_file_says_what_all_files_have_and_a_profile_its_language() -> None:
    cluster = Cluster(
        users=[User("jürgen & co", pin="1", profiles=("DP<1>",), directory_number="8888")],
        devices=[Device(DESK)],
        profiles=[Profile("DP<1>", user_locale="German_Germany")],
        provisioning=Provisioning(
            address="em.example.test",
            members=("cucm1.example.test", "192.0.2.8"),
            time_servers=("192.0.2.9", "ntp.example.test"),
            user_locale="French_France",
            load_information="sip78xx.14-1-1",
            idle_url="http://192.0.2.7/idle?a=1&b=2",
            idle_timeout=90,
            directory_url="http://192.0.2.7/people",
        ),
    )
    with EmService(cluster, provisioning_port=0) as service:
        content = over_http(service, host="ignored:6970")
        assert texts(content, "processNodeName") == ["cucm1.example.test", "192.0.2.8"]
        assert re.findall(rb'<member  priority="(.)">', content) == [b"0", b"1"]
        assert [name for name in texts(content, "name") if "ntp" in name or name == "192.0.2.9"] == [
            "192.0.2.9",
            "ntp.example.test",
        ]
        assert texts(content, "langCode") == ["fr_FR"]
        assert texts(content, "loadInformation") == ["sip78xx.14-1-1"]
        assert texts(content, "idleURL") == ["http://192.0.2.7/idle?a=1&b=2"]
        assert texts(content, "idleTimeout") == ["90"]
        assert texts(content, "directoryURL") == ["http://192.0.2.7/people"]
        assert texts(content, "url")[0].startswith(f"http://em.example.test:{service.port}/emapp/")
        service.login(DESK, "jürgen & co")
        content = over_http(service)
        assert texts(content, "langCode") == ["de_DE"]
        assert texts(content, "userId") == ["jürgen & co"]
        assert texts(content, "phoneLabel") == ["DP<1>"]
        assert texts(content, "featureLabel") == ["8888"]


def test_without_an_address_a_file_names_the_host_that_the_phone_asked(files: EmService) -> None:
    for host, named in [("10.0.2.2:6970", "10.0.2.2"), ("pbx", "pbx"), ("[::1]:6970", "[::1]")]:
        content = over_http(files, host=host)
        assert texts(content, "url")[0].startswith(f"http://{named}:{files.port}/emapp/"), host
        assert texts(content, "processNodeName") == [named.strip("[]")]
    for none in ("", "[::1", "a b", "<x>", "h\xff", "user@host", ":6970"):
        assert texts(over_http(files, host=none), "processNodeName") == ["127.0.0.1"], none
    too_long = over_http(files, host="h" * 250)
    assert texts(too_long, "url") == ["", ""], "never a URL that is cut"


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ('members = ["a", "b", "c", "d", "e", "f"]', "'members' holds at most 5 call managers"),
        ('time_servers = ["two words"]', "'time_servers' holds names or addresses without blanks"),
        ('user_locale = "Klingon"', "'user_locale' is one of English_United_States, "),
        ("idle_timeout = -1", "'idle_timeout' is 0 to 65535"),
        (f'idle_url = "http://{"h" * 250}"', "'idle_url' is a URL of at most 256 characters"),
        ('address = " "', "'address' is a name or an address"),
        ('server = "a"', "has no key 'server'; known: address, members, "),
    ],
)
def test_a_wrong_table_names_its_line(tmp_path: pytest.TempPathFactory, table: str, what: str) -> None:
    path = f"{tmp_path}/cluster.toml"
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(f"\n[provisioning]\n{table}\n")
    with pytest.raises(ClusterError, match=re.escape(what)) as error:
        Cluster.read(path)
    assert str(error.value).startswith(f"{path}:2: [provisioning] ")


def test_a_wrong_language_of_a_profile_is_named() -> None:
    with pytest.raises(ClusterError, match="'user_locale' is one of"):
        Cluster(profiles=[Profile("P", user_locale="de")])


@pytest.mark.parametrize(
    ("options", "acknowledged", "block"),
    [
        ({}, {}, 512),
        ({"blksize": "1428"}, {"blksize": "1428"}, 1428),
        ({"blksize": "8"}, {"blksize": "8"}, 8),
        ({"tsize": "0"}, {"tsize": "SIZE"}, 512),
        ({"timeout": "3"}, {"timeout": "3"}, 512),
        ({"BLKSIZE": "512", "tsize": "0", "windowsize": "4"}, {"blksize": "512", "tsize": "SIZE"}, 512),
        ({"blksize": "many", "timeout": "0"}, {}, 512),
    ],
)
def test_tftp_acknowledges_the_options_of_rfc_2347_to_2349(
    files: EmService, options: dict[str, str], acknowledged: dict[str, str], block: int
) -> None:
    content = files.phone_file(DESK)
    loaded = load(files.tftp_port or 0, NAME, options)
    expected = {name: str(len(content)) if value == "SIZE" else value for name, value in acknowledged.items()}
    assert {name.lower(): value for name, value in loaded.options.items()} == expected
    assert loaded.content == content
    assert {len(part) for part in loaded.blocks[:-1]} == {block}
    assert len(loaded.blocks[-1]) < block


def test_tftp_sends_a_lost_block_again(files: EmService) -> None:
    files.faults.add(LongFile(6000))
    loaded = load(files.tftp_port or 0, NAME, {"timeout": "1"}, lose=5)
    assert len(loaded.blocks) > 10
    assert texts(loaded.content, "processNodeName") == ["127.0.0.1"]


def test_nothing_is_written(files: EmService) -> None:
    with pytest.raises(TftpError) as error:
        write(files.tftp_port or 0, NAME)
    assert error.value.code == 2
    assert files.wait_for_request().detail == "files are read, not written"
    with pytest.raises(LookupError, match="405"):
        over_http(files, method="PUT")
    record = files.wait_for_request()
    assert (record.request_line, record.status) == (f"PUT /{NAME}", 405)
    assert over_http(files, method="HEAD") == b""


@WAYS
def test_a_missing_file_is_missing_for_its_phone_alone(files: EmService, way: Way) -> None:
    rule = files.faults.add(MissingFile(), times=None, device=DESK)
    with pytest.raises((LookupError, TftpError)) as error:
        way(files)
    assert error.value.args[0] in (404, 1)
    record = files.wait_for_request()
    assert (record.fault, record.status) == ("MissingFile", 404)
    assert way(files, f"{DESK2}.cnf.xml")
    files.faults.remove(rule.id)
    assert way(files)


@WAYS
def test_a_broken_file_and_one_that_is_cut_are_no_xml(files: EmService, way: Way) -> None:
    whole = files.phone_file(DESK)
    files.faults.add(BrokenFile())
    files.faults.add(CutFile(after=len(whole) // 2))
    files.faults.add(CutFile(after=0))
    broken, cut, nothing = way(files), way(files), way(files)
    for content in (broken, cut):
        with pytest.raises(etree.XMLSyntaxError):
            etree.fromstring(content.replace(b"xsi:type", b"type"))
    assert b"</broken" in broken
    assert (cut, nothing) == (whole[: len(whole) // 2], b"")
    faults = [record.fault for record in files.requests]
    assert faults == ["BrokenFile", "CutFile", "CutFile"]
    assert way(files) == whole


@WAYS
def test_a_long_file_says_the_same_behind_200_kilobytes(files: EmService, way: Way) -> None:
    files.faults.add(LongFile())
    long = way(files)
    assert 200_000 <= len(long) < 200_200
    root = etree.fromstring(long.replace(b"xsi:type", b"type"))
    whole = etree.fromstring(files.phone_file(DESK).replace(b"xsi:type", b"type"))
    root.remove(root.find("addOns"))
    assert [etree.tostring(part, with_tail=False) for part in root] == [
        etree.tostring(part, with_tail=False) for part in whole
    ]


@WAYS
def test_a_slow_file_comes_block_by_block(files: EmService, way: Way) -> None:
    whole = files.phone_file(DESK)
    files.faults.add(SlowFile(seconds=0.05))
    before = time.monotonic()
    assert way(files) == whole
    assert time.monotonic() - before >= 0.05 * (len(whole) // 512)


@WAYS
def test_a_service_that_stops_ends_a_slow_file(files: EmService, way: Way) -> None:
    files.faults.add(SlowFile(seconds=60))
    port = urlsplit(files.provisioning_url or "").port if way is over_http else files.tftp_port
    kind = socket.SOCK_STREAM if way is over_http else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as client:
        client.connect(("127.0.0.1", port))
        request = f"GET /{NAME} HTTP/1.0\r\n\r\n".encode()
        client.send(request if way is over_http else b"\0\1" + NAME.encode() + b"\0octet\0")
        assert files.wait_for_request("phoneFile").fault == "SlowFile"
        before = time.monotonic()
        files.stop()
        assert time.monotonic() - before < 10


def test_faults_of_files_and_of_the_service_do_not_meet(files: EmService) -> None:
    client = Client(files.url)
    files.faults.add(MissingFile())
    assert client.login(DESK, "john").code is None
    with pytest.raises(LookupError):
        over_http(files)
    files.faults.add(Refuse(26))
    assert over_http(files)
    assert client.logout(DESK).code == 26
    for wrong in ({"operation": "login"}, {"user": "john"}):
        with pytest.raises(ValueError, match="knows no operation and no user"):
            files.faults.add(LongFile(), **wrong)
    with pytest.raises(ValueError, match="length is 0 to"):
        LongFile(-1)
    assert not issubclass(FileFault, Fault)


def test_the_log_has_a_line_for_each_file_and_no_secret(
    files: EmService, caplog: pytest.LogCaptureFixture
) -> None:
    watched: list[str] = []
    files.watchers.append(lambda exchange: watched.append(f"{exchange.request}\n{exchange.answer}"))
    with caplog.at_level(logging.DEBUG, "hotdesk_hil"):
        Client(files.url).login(DESK, "john")
        over_http(files)
        over_tftp(files)
    assert f"phoneFile {DESK} john: success: GET /{NAME}, " in caplog.text
    assert f"phoneFile {DESK} john: success: TFTP {NAME}, " in caplog.text
    assert watched[1].startswith(f"GET /{NAME}\n<?xml ")
    everything = caplog.text + "".join(watched) + "".join(map(str, files.requests))
    assert not [secret for secret in SECRETS if secret in everything]
    totals = {total.operation: total.requests for total in files.totals}
    assert totals == {"login": 1, "phoneFile": 2}


def test_a_service_without_files_has_no_port_for_them(service: EmService) -> None:
    assert (service.provisioning_url, service.tftp_url) == (None, None)
    assert service.phone_file(DESK)
    with pytest.raises(KeyError, match="'SEPX' is not in this cluster"):
        service.phone_file("SEPX")


def test_the_ports_are_the_same_after_a_stop_and_a_start(files: EmService) -> None:
    before = (files.provisioning_url, files.tftp_url)
    files.stop()
    files.start()
    assert (files.provisioning_url, files.tftp_url) == before
    assert over_http(files) == over_tftp(files)


def test_a_port_that_is_taken_is_named(demo: Cluster, files: EmService) -> None:
    http_port = urlsplit(files.provisioning_url or "").port
    with pytest.raises(ListenError, match=f":{http_port}: Address already in use; .* the files of phones"):
        EmService(demo, provisioning_port=http_port).start()
    with pytest.raises(ListenError, match=f":{files.tftp_port}: .*in use.*; it was wanted for TFTP"):
        EmService(demo, tftp_port=files.tftp_port).start()


def test_without_the_library_the_extra_is_named(demo: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "hotdesk_hil.provisioning.tftp_server", raising=False)
    monkeypatch.setitem(sys.modules, "tftp", None)
    with pytest.raises(ListenError, match=r"TFTP needs the library tftp: pip install './hil\[tftp\]'"):
        EmService(demo, tftp_port=0).start()
    with EmService(demo, provisioning_port=0) as service:
        assert over_http(service), "HTTP needs none"


def test_what_is_no_tftp_is_answered_or_dropped_and_the_next_phone_is_served(files: EmService) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        for packet in (b"", b"\0", b"\0\1", b"\0\1" + b"x" * 2000, b"\0\3\0\1data", b"\xff" * 40):
            client.sendto(packet, ("127.0.0.1", files.tftp_port or 0))
    assert isinstance(load(files.tftp_port or 0, f"/{NAME}"), Loaded)
