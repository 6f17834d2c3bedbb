"""Answers of VIP services and results of Azure MFA: a verdict is what the call that was made says."""

import asyncio
import copy
import json
import pickle
import re
from dataclasses import FrozenInstanceError
from pathlib import Path

import hotdesk
import httpx
import pytest
from hotdesk import azure_mfa, codes, vip
from hotdesk_hil.emservice import AzureCall, AzureHistory
from hotdesk_hil.emservice.vip_service import SOAP_FAULT, VipFault, VipService, VipUser

DATA = Path(__file__).resolve().parents[2] / "tests" / "data"
NAMESPACE = "https://schemas.symantec.com/vip/2011/04/vipuserservices"


def soap(operation: str, inside: str) -> str:
    return (
        '<?xml version="1.0"?><S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>'
        f'<{operation} xmlns="{NAMESPACE}"><requestId>r1234</requestId>{inside}</{operation}>'
        "</S:Body></S:Envelope>"
    )


def status(code: str, detail: str = "") -> str:
    return f"<status>{code}</status><statusMessage>words vary</statusMessage>" + (
        f"<detail>{detail}</detail><detailMessage>more words</detailMessage>" if detail else ""
    )


def poll(inner: str, detail: str = "", transaction: str = "77") -> str:
    one = f"<transactionId>{transaction}</transactionId>{status(inner, detail)}"
    return soap("PollPushStatusResponse", f"{status('0000')}<transactionStatus>{one}</transactionStatus>")


APPROVED = "<transactionStatus><transactionId>77</transactionId><status>7000</status></transactionStatus>"


def push(code: str, more: str = "<transactionId>77</transactionId>") -> str:
    return soap("AuthenticateUserWithPushResponse", status(code) + more)


def table(name: str) -> list[list[str]]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def test_an_answer_has_its_two_levels() -> None:
    answer = vip.parse(poll("7002", "7141"))
    assert (answer.operation, answer.request_id) == ("PollPushStatusResponse", "r1234")
    assert answer.status == vip.Status(code="0000", message="words vary")
    (inner,) = answer.transactions
    assert (inner.code, inner.detail, inner.detail_message) == ("7002", "7141", "more words")
    assert inner.detail_row is not None
    assert inner.detail_row.name == "Numbers challenge failed"
    assert answer.status.detail_row is None


def test_an_answer_is_frozen_and_can_be_copied_pickled_and_matched() -> None:
    answer = vip.parse(push("6040"))
    with pytest.raises(FrozenInstanceError):
        answer.operation = "other"  # type: ignore[misc]
    assert copy.copy(answer) == pickle.loads(pickle.dumps(answer)) == answer
    assert hash(answer) == hash(vip.parse(push("6040")))
    match answer:
        case vip.Answer(status=vip.Status(code="6040", transaction_id=str(transaction))):
            assert transaction == "77"
        case _:
            pytest.fail("does not match")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("7000", vip.Approved),
        ("7001", vip.Pending),
        ("7002", vip.Denied),
        ("7003", vip.Changed),
        ("7004", vip.Expired),
        ("7005", vip.NotFound),
        ("7006", vip.NotCompleted),
        ("7008", vip.RequirementsNotMet),
        ("7007", vip.UnknownVerdict),
        ("7010", vip.UnknownVerdict),
        ("0000", vip.UnknownVerdict),
        ("6040", vip.UnknownVerdict),
    ],
)
def test_the_verdict_of_a_push_is_what_the_poll_says_of_it(code: str, kind: type) -> None:
    verdict = vip.read_poll(poll(code), transaction_id="77", request_id="r1234")
    assert type(verdict) is kind
    assert verdict.row.code == code


def test_a_number_challenge_that_waits_or_failed_is_no_approval() -> None:
    def of(code: str, detail: str) -> type:
        return type(vip.read_poll(poll(code, detail), transaction_id="77"))

    assert of("7000", "7140") is of("7001", "7140") is vip.Pending
    assert of("7000", "7141") is of("7001", "7141") is of("7002", "7141") is vip.Denied
    assert of("7006", "7140") is vip.NotCompleted
    assert of("7008", "7121") is vip.RequirementsNotMet


@pytest.mark.parametrize("code", ["6001", "6005", "600B", "7000", "6040"])
def test_a_poll_whose_outer_status_is_no_success_failed(code: str) -> None:
    verdict = vip.read_poll(soap("PollPushStatusResponse", status(code) + APPROVED), transaction_id="77")
    assert type(verdict) is vip.CallFailed
    assert verdict.row == codes.vip[code]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (poll("7000", transaction="78"), "0 times"),
        (poll("7000", transaction="7"), "0 times"),
        (soap("PollPushStatusResponse", status("0000")), "0 times"),
        (
            soap(
                "PollPushStatusResponse",
                status("0000")
                + "<transactionStatus><status>7000</status></transactionStatus>"
                + 2 * APPROVED,
            ),
            "2 times",
        ),
        (push("7000"), "AuthenticateUserWithPushResponse is not the answer to the poll"),
        (poll("7000").replace("PollPush", "PollFidoAuth"), "PollFidoAuthStatusResponse"),
        (soap("AuthenticateUserResponse", status("0000")), "AuthenticateUserResponse"),
        (poll("7000").replace("r1234", "r9"), "another request"),
        (poll("7000").replace("<requestId>r1234</requestId>", ""), "another request"),
    ],
)
def test_the_answer_to_another_call_approves_nothing(answer: str, why: str) -> None:
    with pytest.raises(vip.WrongAnswer, match=re.escape(why)):
        vip.read_poll(answer, transaction_id="77", request_id="r1234")


def test_a_push_that_was_sent_is_no_verdict() -> None:
    details = "<pushDetail><pushCredentialId>SYMC1</pushCredentialId><pushSent>true</pushSent></pushDetail>"
    number = "<numbersChallengeValue>42</numbersChallengeValue>"
    match vip.read_push(push("6040", f"<transactionId>77</transactionId>{details}{number}")):
        case vip.PushSent(
            transaction_id="77", number="42", pushes=(vip.Push(credential_id="SYMC1", sent=True),)
        ):
            pass
        case other:
            pytest.fail(str(other))
    for code in ("0000", "6041", "7000"):
        assert type(vip.read_push(push(code))) is vip.CallFailed
    nobody = details.replace("true", "false")
    assert type(vip.read_push(push("6040", f"<transactionId>77</transactionId>{nobody}"))) is vip.PushNotSent
    assert (
        type(vip.read_push(push("6040", f"<transactionId>77</transactionId>{nobody}{details}")))
        is vip.PushSent
    )
    with pytest.raises(vip.WrongAnswer, match="without a transactionId"):
        vip.read_push(push("6040", ""))
    with pytest.raises(vip.WrongAnswer, match="not the answer to a push"):
        vip.read_push(poll("7000"))


def test_a_code_is_right_wrong_or_not_checked() -> None:
    def read(code: str, detail: str = "") -> object:
        return vip.read_code(soap("AuthenticateUserResponse", status(code, detail)))

    assert type(read("0000")) is vip.CodeAccepted
    match read("6009", "49b5"):
        case vip.CodeWrong(invalid=True, status=vip.Status(detail="49B5")):
            pass
        case other:
            pytest.fail(str(other))
    assert type(read("6009")) is vip.CodeWrong
    for code in ("601B", "6003", "6040", "7000"):
        assert type(read(code)) is vip.CallFailed
    with pytest.raises(vip.WrongAnswer, match="not the answer to the check of a code"):
        vip.read_code(push("0000"))


def test_credentials_are_pushed_to_and_checked_by_calls_of_one_name() -> None:
    operation = "AuthenticateCredentialsResponse"
    sent = vip.read_push(soap(operation, status("6040") + "<transactionId>77</transactionId>"))
    assert sent == vip.PushSent(
        status=vip.Status(code="6040", message="words vary", transaction_id="77"), transaction_id="77"
    )
    assert type(vip.read_code(soap(operation, status("0000")))) is vip.CodeAccepted
    assert type(vip.read_push(soap(operation, status("0000")))) is vip.CallFailed, "a code is no push"


def test_a_wrong_answer_says_what_does_not_fit() -> None:
    with pytest.raises(vip.WrongAnswer) as raised:
        vip.read_code(push("0000"))
    words = "AuthenticateUserWithPushResponse is not the answer to the check of a code"
    assert raised.value.message == str(raised.value) == words
    assert isinstance(raised.value, hotdesk.Error)


def test_the_older_form_has_a_reason_code() -> None:
    def read(code: str) -> object:
        inside = (
            f"<ReasonCode>{code}</ReasonCode><StatusMessage>words</StatusMessage><ErrorDetail>x</ErrorDetail>"
        )
        return vip.read_code(
            '<ValidateResponse RequestId="CDCE1" Version="2.0" xmlns="http://www.verisign.com/2006/08/vipservice">'
            f"<Status>{inside}</Status></ValidateResponse>",
            request_id="CDCE1",
        )

    assert type(read("0000")) is vip.CodeAccepted
    failed = read("4e0b")
    assert isinstance(failed, vip.CallFailed)
    assert (failed.status.code, failed.status.detail_message, failed.row.name) == ("4E0B", "x", None)


def test_7000_of_the_voice_service_is_a_call_that_goes_on() -> None:
    voice = vip.read_voice(soap("GetVoiceStatusResponse", status("7000")))
    assert type(voice) is vip.VoiceInProgress
    assert voice.row.name == "session in progress"
    assert type(vip.read_voice(soap("GetVoiceStatusResponse", status("0000")))) is vip.VoiceEnded
    assert codes.vip["7000"].name == "Mobile push request approved by user."


def test_no_outcome_is_true_or_false() -> None:
    for outcome in (
        vip.read_poll(poll("7002"), transaction_id="77"),
        vip.read_poll(poll("7000"), transaction_id="77"),
        vip.read_push(push("6040")),
        vip.read_code(soap("AuthenticateUserResponse", status("6009"))),
        vip.read_voice(soap("VoiceResponse", status("7000"))),
    ):
        with pytest.raises(TypeError, match="neither true nor false"):
            bool(outcome)
    with pytest.raises(TypeError, match="does not say whether"):
        bool(azure_mfa.CallResult(21))


def test_what_is_no_answer_is_refused_with_its_place() -> None:
    with pytest.raises(hotdesk.Refused, match=r"1:1: .*root|1:1"):
        vip.parse("")
    fault = "<S:Envelope><S:Body>\n<S:Fault><faultcode>S:Server</faultcode></S:Fault></S:Body></S:Envelope>"
    with pytest.raises(hotdesk.Refused, match=r"2:1: .*status"):
        vip.read_poll(fault, transaction_id="77")
    with pytest.raises(TypeError):
        vip.parse(None)  # type: ignore[arg-type]


@pytest.mark.parametrize(("code", "name"), table("vip-status-codes.tsv"))
def test_every_row_of_vip_comes_unchanged_from_each_form_to_explain(code: str, name: str) -> None:
    (row, *others) = hotdesk.explain(f"vip:{code.lower()}")
    assert (row.family, row.code, row.name) == ("vip", code, name)
    assert [other.name for other in others] == (["session in progress"] if code == "7000" else [])
    assert codes.vip[code] == codes.vip[code.lower()] == row
    if code.startswith("7"):
        verdict = vip.read_poll(poll(code.lower()), transaction_id="77")
        assert (verdict.row, verdict.status.code) == (row, code)
    else:
        sent = vip.read_push(push(code.lower()))
        assert (sent.row, sent.status.code) == (row, code)
        assert vip.read_code(soap("CheckOtpResponse", status(code.lower()))).row == row
    line = json.dumps({"user": {"id": "john"}, "result": {"status": code.lower(), "message": "words vary"}})
    for text in (line, f"[{line}]", f"{line}\n{line}\n", line.encode()):
        for record in vip.records(text):
            assert isinstance(record, vip.Record)
            assert (record.code, record.row) == (code, row)
            assert json.loads(record.json)["user"] == {"id": "john"}
            assert "john" not in repr(record)


@pytest.mark.parametrize(("field", "code", "name"), table("vip-other-codes.tsv"))
def test_details_and_the_voice_service_have_rows_of_their_own(field: str, code: str, name: str) -> None:
    if field == "voice":
        row = vip.read_voice(soap("VoiceResponse", status(code))).row
    else:
        found = vip.parse(soap("AuthenticateUserResponse", status("6009", code.lower()))).status.detail_row
        assert found is not None
        row = found
    assert (row.code, row.name) == (code, name)
    assert row in hotdesk.explain(f"vip:{code}")


@pytest.mark.parametrize(("number", "name"), table("azure-mfa-results.tsv"))
def test_every_row_of_azure_explains_and_decides_nothing(number: str, name: str) -> None:
    result = azure_mfa.parse(f" {number} ")
    assert (result.code, result.row.name) == (int(number), name)
    assert hotdesk.explain(f"mfa:{number}") == [result.row]
    assert result != int(number)


def test_symbolic_results_are_mapped_and_others_are_refused() -> None:
    assert azure_mfa.parse("FAILED_PHONE_APP_DENIED") == azure_mfa.CallResult(129)
    assert azure_mfa.parse("4711").row == ("azure-mfa", 4711, None, None, None, None)
    for text in ("", "SUCCESS", "Success.", "PIN Entered", "-1", "1.0", "123456", "SUCCESS_NEW", "٣"):
        with pytest.raises(ValueError, match="not a result of Azure MFA"):
            azure_mfa.parse(text)


def test_a_record_that_cannot_be_read_hides_no_other() -> None:
    good = '{"result": {"status": "0000"}}'
    text = f'{good}\n{{"result": {{}}}}\n  # ü\n{good}\n{{"result": {{"status": "60"}}}}'
    assert list(vip.records(text)) == [
        vip.Record(line=1, code="0000", json=good),
        vip.UnreadableRecord(
            line=2,
            column=1,
            reason="the record has no result.status; send one JSON object that has it as text",
        ),
        vip.UnreadableRecord(
            line=3, column=3, reason="not a record; send JSON objects, one a line, or one array of objects"
        ),
        vip.Record(line=4, code="0000", json=good),
        vip.UnreadableRecord(
            line=5, column=1, reason="result.status is not a code; it must be four hexadecimal digits"
        ),
    ]
    assert list(vip.records(b"")) == list(vip.records("[]")) == []


def test_every_row_of_vip_goes_through_the_double_of_the_service_to_python() -> None:
    rows = dict(table("vip-status-codes.tsv"))
    details = [code for field, code, _ in table("vip-other-codes.tsv") if field == "detail"]
    request = (
        '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>'
        f'<v:%s xmlns:v="{NAMESPACE}"><v:requestId>r1234</v:requestId>%s</v:%s></S:Body></S:Envelope>'
    )

    def ask(service: VipService, at: str, operation: str, inside: str) -> bytes:
        content = request % (operation, inside, operation)
        headers = {"Content-Type": "text/xml"}
        return client.post(f"{service.url}/{at}", content=content, headers=headers).content

    user = "<v:userId>john</v:userId>"
    with VipService({"john": VipUser()}) as service, httpx.Client() as client:
        sent = ask(
            service,
            "AuthenticationService_1_10",
            "AuthenticateUserWithPushRequest",
            f"{user}<v:pushAuthData/>",
        )
        push = vip.read_push(sent, request_id="r1234")
        assert isinstance(push, vip.PushSent)
        for code, name in rows.items():
            poll = f"<v:transactionId>{push.transaction_id}</v:transactionId>"
            if code.startswith("7"):
                service.faults.append(
                    VipFault(inner=code.lower(), detail=details[0].lower(), message="other")
                )
                answer = ask(service, "QueryService_1_10", "PollPushStatusRequest", poll)
                outcome: vip.Verdict | vip.CodeAccepted | vip.CodeWrong = vip.read_poll(
                    answer, transaction_id=push.transaction_id, request_id="r1234"
                )
                assert outcome.status.detail == details[0]
            else:
                service.faults.append(VipFault(status=code.lower(), message="other"))
                answer = ask(
                    service,
                    "AuthenticationService_1_10",
                    "AuthenticateUserRequest",
                    f"{user}<v:otpAuthData><v:otp>1</v:otp></v:otpAuthData>",
                )
                outcome = vip.read_code(answer, request_id="r1234")
            assert (outcome.row.code, outcome.row.name, outcome.status.message) == (code, name, "other")
            assert hotdesk.explain(f"vip:{code}")[0] == outcome.row
        service.faults.append(SOAP_FAULT)
        with pytest.raises(hotdesk.Refused):
            vip.parse(ask(service, "QueryService_1_10", "PollPushStatusRequest", poll))


def test_every_row_of_azure_goes_through_the_script_to_python() -> None:
    rows = {int(number): name for number, name in table("azure-mfa-results.tsv")}

    async def played() -> list[tuple[str, int]]:
        azure = AzureHistory(AzureCall(authenticated=False, results=tuple(rows)))
        started = await azure.start("john", "SEP003094C25B15", 60)
        for _ in rows:
            await azure.poll(started)
        return azure.history

    found = [azure_mfa.CallResult(result) for _, result in asyncio.run(played())]
    assert {result.code: result.row.name for result in found} == rows
    assert all(hotdesk.explain(f"mfa:{result.code}") == [result.row] for result in found)
