"""What the strict check takes and what it refuses with code 1: on both sides of each line, over sockets."""

from __future__ import annotations

import tomllib
from pathlib import Path
from urllib.parse import unquote_to_bytes

import hypothesis.strategies as st
import pytest
from emservice.client import DESK, JOHN, Client
from hypothesis import given, settings

from hotdesk_hil.emservice import Cluster, Device, EmService, Refuse, User, document

VECTORS = Path(__file__).parents[3] / "tests" / "vectors"
STRICT = {
    name: row["strict"]
    for name, row in tomllib.loads((VECTORS / "index.toml").read_text(encoding="utf-8")).items()
    if "strict" in row
}

APP = "<appInfo><appID>john</appID><appCertificate>12345</appCertificate></appInfo>"
NAMES = f"<deviceName>{DESK}</deviceName><userID>john</userID>"
LOGIN = f"<request>{APP}<login>{NAMES}</login></request>"


def login(more: str) -> str:
    return f"<request>{APP}<login>{NAMES}{more}</login></request>"


def duration(inside: str) -> str:
    return login(f"<exclusiveDuration>{inside}</exclusiveDuration>")


@pytest.mark.parametrize("name", STRICT)
def test_vector(client: Client, name: str) -> None:
    data = (VECTORS / name).read_bytes()
    reply = client.send("POST", client.path, data) if name.endswith(".form") else client.post(data)
    assert reply.status == 200
    # Taken: whatever the service then says of it (no vector's application is known here), it is not code 1.
    assert (reply.code != 1) is STRICT[name], reply.text


def test_there_are_vectors_on_both_sides() -> None:
    assert set(STRICT.values()) == {True, False}


# What is easy to read in another way: signs and halves of escapes, line ends, blanks.
PIECES = st.sampled_from(
    [b"%", b"%4", b"%41", b"%zz", b"=", b"=41", b"+", b"\r", b"\n", b" ", b"\t", b"a", b"%0A"]
)


@given(value=st.lists(st.one_of(PIECES, st.binary(max_size=3)), max_size=12).map(b"".join))
@settings(max_examples=1000, deadline=None, derandomize=True)
def test_a_form_is_decoded_as_the_standard_library_does(value: bytes) -> None:
    value = value.replace(b"&", b"")
    assert document.form_field(b"a=1&xml=" + value, "xml") == unquote_to_bytes(value.replace(b"+", b" "))


TAKEN = {
    "plain": LOGIN,
    "white space between elements": LOGIN.replace("><", ">\n  <"),
    "declaration": '<?xml version="1.0" encoding="utf-8"?>' + LOGIN,
    "US-ASCII": '<?xml version="1.0" encoding="us-ascii"?>' + LOGIN,
    "byte order mark": "\ufeff" + LOGIN,
    "comments and processing instructions": "<!-- a --><?b?>"
    + LOGIN.replace("john", "jo<!-- c -->hn")
    + "<!-- d -->",
    "CDATA": LOGIN.replace("john", "<![CDATA[john]]>"),
    "character references": LOGIN.replace("john", "&#106;&#x6F;hn"),
    "DOCTYPE as a text": LOGIN.replace("<login>", "<!-- <!DOCTYPE a> --><login>"),
    "time": duration("<time>60</time>"),
    "time 0": duration("<time>0</time>"),
    "time with blanks and leading zeros": duration("<time> 007\n</time>"),
    "the longest time": duration("<time>4294967295</time>"),
    "indefinite": duration("<indefinite/>"),
    "indefinite, open and close": duration("<indefinite></indefinite>"),
    "loginType": login("<loginType>UID</loginType><remoteIPAddr>10.0.0.1</remoteIPAddr>"),
    "everything": login(
        "<deviceProfile>DPJOHNIPC</deviceProfile><exclusiveDuration><time>1</time></exclusiveDuration>"
        "<loginType>UID</loginType><remoteIPAddr>10.0.0.1</remoteIPAddr><isViaHeaderSet>false</isViaHeaderSet>"
    ),
}

REFUSED = {
    "nothing": "",
    "blanks": " \n",
    "no XML": "hello",
    "cut": LOGIN[:-3],
    "wrong nesting": LOGIN.replace("</login></request>", "</request></login>"),
    "a second root": LOGIN + LOGIN,
    "text after the root": LOGIN + "x",
    "a bare &": LOGIN.replace("12345", "1&2"),
    "an unknown entity": LOGIN.replace("12345", "&secret;"),
    "a bad character reference": LOGIN.replace("12345", "&#0;"),
    "a control character": LOGIN.replace("12345", "\x01"),
    "DOCTYPE": "<!DOCTYPE request>" + LOGIN,
    "DOCTYPE after a comment": "<?xml version='1.0'?>\n<!-- a -->\n<!DOCTYPE request>" + LOGIN,
    "DOCTYPE after a byte order mark": "\ufeff<!DOCTYPE request>" + LOGIN,
    "DOCTYPE with an entity": '<!DOCTYPE request [<!ENTITY a "12345">]>' + LOGIN.replace("12345", "&a;"),
    "DOCTYPE with a file": '<!DOCTYPE request SYSTEM "file:///etc/passwd">' + LOGIN,
    "bytes that are not UTF-8": LOGIN.replace("john", "j\udcf6hn"),
    "another encoding": '<?xml version="1.0" encoding="ISO-8859-1"?>' + LOGIN,
    "an encoding nobody knows": '<?xml version="1.0" encoding="hotdesk"?>' + LOGIN,
    "XML 1.1": '<?xml version="1.1"?>' + LOGIN,
    "a known root with a namespace": LOGIN.replace("<request>", '<request xmlns="urn:x">'),
    "an unknown root": "<login/>",
    "an answer": "<response><success/></response>",
    "an attribute": LOGIN.replace("<login>", '<login a="1">'),
    "a doubled attribute": LOGIN.replace("<login>", '<login a="1" a="2">'),
    "an unknown element": login("<color>red</color>"),
    "an unknown operation": f"<request>{APP}<dance/></request>",
    "a query's operation in a request": LOGIN.replace("login>", "checkUser>"),
    "no operation": f"<request>{APP}</request>",
    "two operations": f"<request>{APP}<logoutAll/><logoutAll/></request>",
    "appInfo after the operation": f"<request><logoutAll/>{APP}</request>",
    "no appInfo": "<request><logoutAll/></request>",
    "no certificate": LOGIN.replace("<appCertificate>12345</appCertificate>", ""),
    "user before device": login("").replace(NAMES, "<userID>j</userID><deviceName>D</deviceName>"),
    "no user": f"<request>{APP}<login><deviceName>D</deviceName></login></request>",
    "two devices": login("").replace("<userID>", "<deviceName>D</deviceName><userID>"),
    "a userID in a logout": f"<request>{APP}<logout>{NAMES}</logout></request>",
    "a profile twice": login("<deviceProfile>A</deviceProfile><deviceProfile>A</deviceProfile>"),
    "loginType before the profile": login("<loginType>UID</loginType><deviceProfile>A</deviceProfile>"),
    "text between elements": login("x"),
    "an element in a text": LOGIN.replace("12345", "1<b/>2"),
    "a blank device": LOGIN.replace(DESK, " "),
    "a blank user": LOGIN.replace("<userID>john", "<userID>"),
    "an empty duration": duration(""),
    "two durations": duration("<time>1</time><indefinite/>"),
    "text in indefinite": duration("<indefinite>yes</indefinite>"),
    "time 1h": duration("<time>1h</time>"),
    "time -1": duration("<time>-1</time>"),
    "time 1.5": duration("<time>1.5</time>"),
    "time +1": duration("<time>+1</time>"),
    "time in other digits": duration("<time>\u0661</time>"),
    "no time": duration("<time></time>"),
    "a time beyond the bound": duration("<time>4294967296</time>"),
    "a time of 300,000 digits": duration(f"<time>{'9' * 300_000}</time>"),
    "a query without names": f"<query>{APP}<checkUser></checkUser></query>",
    "300,000 open elements": "<a>" * 300_000,
}


def encoded(xml: str) -> bytes:
    return xml.encode("utf-8", "surrogateescape")


@pytest.mark.parametrize("what", TAKEN)
def test_taken(service: EmService, client: Client, what: str) -> None:
    reply = client.post(encoded(TAKEN[what]))
    assert reply.code is None, reply.text
    assert service.requests[-1].operation == "login"


@pytest.mark.parametrize("what", REFUSED)
def test_refused(service: EmService, client: Client, what: str) -> None:
    reply = client.post(encoded(REFUSED[what]))
    assert (reply.status, reply.code) == (200, 1)
    assert "12345" not in reply.text
    assert service.requests[-1].operation is None
    assert service.sessions() == {}


def test_utf_16_is_refused(client: Client) -> None:
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        assert client.post(LOGIN.encode(encoding)).code == 1


def test_an_entity_bomb_is_refused_unread(client: Client) -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 30))
    bomb = f'<!DOCTYPE request [<!ENTITY e0 "bomb">{levels}]>' + LOGIN.replace("12345", "&e29;")
    assert client.post(bomb).text == "Error on Parsing: DOCTYPE is not accepted"


@pytest.mark.parametrize(
    ("xml", "place"),
    [
        (LOGIN.replace("<login>", "\n\n<login><"), "line 3, column 9"),
        (duration("\n<time>1h</time>"), "line 2"),
        (login("\n<color/>").replace("<login>", "\n<login>"), "line 2"),
    ],
)
def test_a_refusal_says_where(client: Client, xml: str, place: str) -> None:
    assert place in client.post(xml).text


def test_a_certificate_is_not_trimmed(client: Client) -> None:
    assert client.signed_by(("john", "12345 ")).login(DESK, "john").code == 3


def test_a_user_id_is_read_plain_first_and_percent_decoded_second(service: EmService, client: Client) -> None:
    assert client.login(DESK, "em%40cisco.com").code is None
    assert service.sessions() == {DESK: "em@cisco.com"}
    assert service.requests[-1].users == ("em@cisco.com",), "the record holds whom it means"
    said = client.query("deviceUserQuery", DESK).root.findtext(".//userID")
    row = client.query("userDevicesQuery", said or "").root.find(".//user")
    assert row is not None
    assert (row.attrib["id"], row.findtext("deviceName")) == ("em%40cisco.com", DESK)
    person = client.signed_by(("em@cisco.com", "24680"))
    assert person.query("checkUser", "EM%40cisco.com").code is None, "he asks about himself"
    service.faults.add(Refuse(26), user="em@cisco.com")
    assert client.login(DESK, "em%40cisco.com").code == 26
    unknown = client.query("checkUser", "no%40body").root.find(".//user")
    assert unknown is not None
    assert unknown.attrib["id"] == "no%2540body", "as it was asked"


def test_a_user_whose_id_holds_an_escape_goes_before_the_one_that_it_decodes_to() -> None:
    users = [User("a%40b", "1", profiles=("P",)), User("a@b", "2", profiles=("P",))]
    users.append(User("c", "3", profiles=("P",), directory_number="+4930"))
    with EmService(Cluster(users=users, devices=[Device("D"), Device("E")])) as service:
        assert Client(service.url, ("a%40b", "1")).login("D", "a%40b").code is None
        assert service.sessions() == {"D": "a%40b"}
        by_number = "<loginType>DN</loginType>"
        assert Client(service.url, ("c", "3")).login("E", "%2B4930", by_number).code is None
        assert service.sessions() == {"D": "a%40b", "E": "c"}


def test_special_characters_in_a_certificate_are_text(client: Client) -> None:
    assert client.signed_by((JOHN[0], "&<>'\"]]>")).login(DESK, "john").code == 3
