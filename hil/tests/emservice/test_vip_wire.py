"""What `VipFactor` sends to VIP User Services, and what it makes of answers that its double never gives."""

from __future__ import annotations

import asyncio
import gc
import re
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from emservice.client import DESK

from hotdesk_hil.emservice import FactorAnswer, FactorUnavailable, Outcome, PushImpossible, Started, VipFactor

NAMESPACE = "https://schemas.symantec.com/vip/2011/04/vipuserservices"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
STARTED = Started("77")


class Script(ThreadingHTTPServer):
    """User Services that answer what stands here; `%` in it is the requestId. It keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.body = ""
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        self.cuts = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/vip/"

    def says(self, operation: str, inside: str, prefix: str = "") -> None:
        """Has it answer an operation, in SOAP."""
        tag, name = (f"{prefix}:", f":{prefix}") if prefix else ("", "")
        inside = re.sub(r"<(/?)(\w)", rf"<\1{tag}\2", f"<requestId>%</requestId>{inside}")
        content = f'<{tag}{operation} xmlns{name}="{NAMESPACE}">{inside}</{tag}{operation}>'
        self.body = f'<e:Envelope xmlns:e="{SOAP}"><e:Header/><e:Body>{content}</e:Body></e:Envelope>'


class _Handler(BaseHTTPRequestHandler):
    server: Script

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, dict(self.headers), body))
        found = re.search(rb"requestId>([^<]*)<", body)
        request_id = found[1].decode() if found else ""
        answer = self.server.body.replace("%", request_id).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer[: len(answer) // 2] if self.server.cuts else answer)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def script() -> Iterator[Script]:
    server = Script()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def call(script: Script, method: str, *arguments: Any, **options: str) -> Any:
    async def called() -> Any:
        factor = VipFactor(script.url, **options)
        try:
            return await getattr(factor, method)(*arguments)
        finally:
            await factor.close()

    return asyncio.run(called())


def push(script: Script, **options: str) -> Any:
    return call(script, "start", "mary", DESK, 45, **options)


def refused(script: Script, method: str, *arguments: Any) -> FactorUnavailable:
    with pytest.raises(FactorUnavailable) as raised:
        call(script, method, *arguments)
    return raised.value


def sent(script: Script) -> tuple[str, str, list[tuple[str, str]]]:
    """The path and the operation that were asked for, and its elements that hold text."""
    path, headers, body = script.asked[-1]
    assert headers["Content-Type"] == "text/xml; charset=UTF-8"
    assert headers["SOAPAction"] == '""'
    assert body.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    root = ET.fromstring(body)
    assert root.tag == f"{{{SOAP}}}Envelope"
    (content,) = root
    assert content.tag == f"{{{SOAP}}}Body"
    (operation,) = content
    elements = [(each.tag, (each.text or "").strip()) for each in operation.iter()]
    assert {tag.partition("}")[0] for tag, _ in elements} == {f"{{{NAMESPACE}"}
    (request_id,) = [text for tag, text in elements if tag.endswith("}requestId")]
    assert re.fullmatch(r"[0-9a-f]{32}", request_id)
    named = [(tag.partition("}")[2], text) for tag, text in elements[1:]]
    return path, operation.tag.partition("}")[2], [each for each in named if each[0] != "requestId"]


def test_a_push_names_the_person_the_phone_and_the_time(script: Script) -> None:
    script.says("AuthenticateUserWithPushResponse", "<status>6040</status><transactionId>77</transactionId>")
    assert push(script, title="Front desk", text="Is it you?") == Started("77", None)
    assert sent(script) == (
        "/vip/AuthenticationService_1_10",
        "AuthenticateUserWithPushRequest",
        [
            ("userId", "mary"),
            ("pushAuthData", ""),
            ("displayParameters", ""),
            ("Key", "display.message.title"),
            ("Value", "Front desk"),
            ("displayParameters", ""),
            ("Key", "display.message.text"),
            ("Value", "Is it you?"),
            ("displayParameters", ""),
            ("Key", "push.message.text"),
            ("Value", "Is it you?"),
            ("displayParameters", ""),
            ("Key", "display.message.profile"),
            ("Value", DESK),
            ("requestParameters", ""),
            ("Key", "request.timeout"),
            ("Value", "45"),
        ],
    )


def test_a_poll_and_a_code_are_calls_of_their_own(script: Script) -> None:
    inside = "<transactionStatus><transactionId>77</transactionId><status>7001</status></transactionStatus>"
    script.says("PollPushStatusResponse", f"<status>0000</status>{inside}")
    assert call(script, "poll", STARTED) == FactorAnswer(Outcome.PENDING, "7001")
    assert sent(script) == ("/vip/QueryService_1_10", "PollPushStatusRequest", [("transactionId", "77")])
    script.says("AuthenticateUserResponse", "<status>0000</status>")
    assert call(script, "check_code", "m\x07ry", "12<3") == FactorAnswer(Outcome.APPROVED, "0000")
    assert sent(script) == (
        "/vip/AuthenticationService_1_10",
        "AuthenticateUserRequest",
        [("userId", "m ry"), ("otpAuthData", ""), ("otp", "12<3")],
    )


def test_each_request_has_an_id_of_its_own(script: Script) -> None:
    script.says("AuthenticateUserResponse", "<status>0000</status>")
    for _ in range(2):
        call(script, "check_code", "mary", "1")
    ids = [re.findall(rb"requestId>([^<]*)<", body) for _, _, body in script.asked]
    assert ids[0] != ids[1]


@pytest.mark.parametrize("prefix", ["", "vip", "ns2"])
def test_prefixes_and_case_of_an_answer_do_not_matter(script: Script, prefix: str) -> None:
    number = "<numbersChallengeValue>42</numbersChallengeValue>"
    script.says(
        "AuthenticateUserWithPushResponse",
        f"<status> 6040 </status><transactionId>77</transactionId>{number}",
        prefix,
    )
    assert push(script) == Started("77", "42")
    script.says("AuthenticateUserResponse", "<status>6009</status><detail>49b5</detail>", prefix)
    assert call(script, "check_code", "mary", "1") == FactorAnswer(Outcome.WRONG_CODE, "6009", "detail 49B5")
    script.says("AuthenticateUserResponse", "<status>6009</status>", prefix)
    assert call(script, "check_code", "mary", "1") == FactorAnswer(Outcome.WRONG_CODE, "6009")
    script.says("AuthenticateUserResponse", "<status>600b</status><statusMessage>no</statusMessage>", prefix)
    error = refused(script, "check_code", "mary", "1")
    assert (error.code, error.detail) == ("600B", "VIP checks no code: 600B no")


@pytest.mark.parametrize(
    ("details", "asked"),
    [
        ([], True),
        (["true"], True),
        (["1"], True),
        (["false", "true"], True),
        (["false"], False),
        (["false", "0"], False),
        ([""], False),
    ],
)
def test_a_push_was_sent_to_somebody(script: Script, details: list[str], asked: bool) -> None:
    told = "".join(f"<pushDetail><pushSent>{text}</pushSent></pushDetail>" for text in details)
    script.says(
        "AuthenticateUserWithPushResponse", f"<status>6040</status><transactionId>77</transactionId>{told}"
    )
    if asked:
        assert push(script) == STARTED
        return
    error = refused(script, "start", "mary", DESK, 45)
    assert isinstance(error, PushImpossible)
    assert (error.code, error.detail) == ("6040", "VIP sent the push to no credential: pushSent is false")


def test_what_is_sent_without_a_transaction_cannot_be_polled(script: Script) -> None:
    script.says("AuthenticateUserWithPushResponse", "<status>6040</status><transactionId> </transactionId>")
    error = refused(script, "start", "mary", DESK, 45)
    assert not isinstance(error, PushImpossible)
    assert (error.code, error.detail) == ("6040", "VIP's answer to the push has no transactionId")
    script.says("AuthenticateUserWithPushResponse", "<status>6003</status><statusMessage>no</statusMessage>")
    error = refused(script, "start", "mary", DESK, 45)
    assert (error.code, error.detail) == ("6003", "VIP sends no push: 6003 no")


def status(code: str, transaction: str = "77", detail: str = "") -> str:
    inside = (
        f"<transactionId>{transaction}</transactionId><status>{code}</status><statusMessage>m</statusMessage>"
    )
    return f"<transactionStatus>{inside}{detail and f'<detail>{detail}</detail>'}</transactionStatus>"


def test_a_poll_says_what_became_of_the_push_that_was_asked_for(script: Script) -> None:
    def poll(inside: str) -> Any:
        script.says("PollPushStatusResponse", f"<status>0000</status>{inside}")
        return call(script, "poll", STARTED)

    assert poll(status("7002", "76") + status("7000") + status("7002", "770")).outcome is Outcome.APPROVED
    assert poll(status("7008", detail="7121")) == FactorAnswer(Outcome.NOT_MET, "7008", "detail 7121")
    assert poll(status("7001", detail="7141")) == FactorAnswer(
        Outcome.DENIED, "7001", "7141, another number was chosen"
    )
    assert poll(status("7000", detail="7140")) == FactorAnswer(
        Outcome.PENDING, "7000", "7140, the number has not been chosen"
    )
    assert poll(status("7004", detail="7140")).outcome is Outcome.EXPIRED
    for inside, count in (("", 0), (status("7000", "7"), 0), (2 * status("7000"), 2)):
        with pytest.raises(FactorUnavailable, match=f"VIP's answer has the push {count} times"):
            poll(inside)
    with pytest.raises(FactorUnavailable, match="VIP says 7007 m"):
        poll(status("7007"))
    script.says(
        "PollPushStatusResponse", f"<status>6005</status><statusMessage>m</statusMessage>{status('7000')}"
    )
    error = refused(script, "poll", STARTED)
    assert (error.code, error.detail) == ("6005", "VIP cannot be polled: 6005 m")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("", "VIP's answer is not well-formed XML"),
        ("<a>", "VIP's answer is not well-formed XML"),
        ("<a/>", "VIP's answer is no AuthenticateUserResponse"),
        (
            f'<Envelope><Body xmlns="{SOAP}"><AuthenticateUserResponse xmlns="{NAMESPACE}">'
            "<requestId>%</requestId><status>0000</status></AuthenticateUserResponse></Body></Envelope>",
            "VIP's answer is no AuthenticateUserResponse",
        ),
        (
            f'<e:Envelope xmlns:e="{SOAP}"><e:Body><e:Fault><faultstring>No such service</faultstring>'
            "</e:Fault></e:Body></e:Envelope>",
            "VIP: No such service",
        ),
        ("<!DOCTYPE a><a/>", "VIP's answer is too long, or has a DOCTYPE"),
        (f"<a>{'x' * 256 * 1024}</a>", "VIP's answer is too long, or has a DOCTYPE"),
    ],
)
def test_what_is_no_answer_is_none(script: Script, body: str, why: str) -> None:
    script.body = body
    assert refused(script, "check_code", "mary", "1").detail == why


def test_the_answer_to_another_call_or_request_is_none(script: Script) -> None:
    script.says("AuthenticateUserWithPushResponse", "<status>0000</status>")
    error = refused(script, "check_code", "mary", "1")
    assert error.detail == "VIP's answer is no AuthenticateUserResponse"
    script.says("AuthenticateUserResponse", "<status>0000</status>")
    script.body = script.body.replace("%", "another")
    assert refused(script, "check_code", "mary", "1").detail == "VIP's answer is to another request"


def test_an_answer_that_is_cut_off_is_none(script: Script) -> None:
    script.says("AuthenticateUserResponse", "<status>0000</status>")
    script.cuts = True
    assert refused(script, "check_code", "mary", "1").detail.startswith("no answer of VIP: ")


def test_an_answer_that_comes_in_many_pieces_is_read_whole(script: Script) -> None:
    script.says("AuthenticateUserResponse", f"<status>0000</status><!--{'x' * 200 * 1024}-->")
    assert call(script, "check_code", "mary", "1") == FactorAnswer(Outcome.APPROVED, "0000")


def test_a_factor_gives_its_connections_back_and_may_be_used_again(
    script: Script, caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder
) -> None:
    script.says("AuthenticateUserResponse", "<status>0000</status>")

    async def used() -> None:
        factor = VipFactor(script.url)
        await factor.close()  # it holds nothing yet
        for _ in range(2):
            assert (await factor.check_code("mary", "1")).outcome is Outcome.APPROVED
            await factor.close()

    asyncio.run(used())
    gc.collect()
    assert "Unclosed" not in caplog.text
    assert not [warning for warning in recwarn if "Unclosed" in str(warning.message)]
