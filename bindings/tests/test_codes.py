"""The code tables as mappings."""

import json
from collections.abc import Mapping

import hotdesk
import pytest
from conftest import Run
from hotdesk import _native, codes


def test_a_code_has_its_row() -> None:
    row = codes.em_service[26]
    assert (row.family, row.code, row.who) == ("em-service", 26, "wait")
    assert row.name.startswith("Busy")
    assert row.meaning.endswith(".")
    assert row.remedy.endswith(".")


def test_an_unknown_code_is_a_row_that_knows_its_number_only() -> None:
    assert codes.em_service[4711] == ("em-service", 4711, None, None, None, None)
    assert 4711 not in codes.em_service
    assert codes.em_service.get(4711) == codes.em_service[4711]


def test_a_table_is_a_mapping_of_what_is_documented() -> None:
    table = codes.em_service
    assert isinstance(table, Mapping)
    documented = [*range(13), *range(18, 24), *range(25, 34), *range(35, 48)]
    assert list(table) == documented
    assert len(table) == len(documented)
    assert all(row.code == code for code, row in table.items())


def test_a_vip_code_is_text_in_either_case() -> None:
    assert codes.vip["6009"].family == "vip"
    assert codes.vip["601b"] == codes.vip["601B"]
    assert "601b" in codes.vip


def test_a_code_in_cross_cluster_use_means_what_the_service_says_unless_it_has_a_row() -> None:
    assert codes.emcc[23].family == "emcc"
    assert codes.emcc[47] == codes.em_service[47] == hotdesk.explain("emcc:47")[0]
    assert codes.emcc[13] == ("emcc", 13, None, None, None, None)
    assert list(codes.emcc) == [2, 5, 23]


def test_every_row_of_every_family_says_something() -> None:
    for family in codes.FAMILIES:
        found = codes.rows(family)
        assert found, family
        for row in found:
            assert row.family == family
            assert all((row.name, row.meaning, row.remedy))
            assert row.who in ("person", "administrator", "wait", "programmer")


def test_explain_lists_what_a_screen_can_mean() -> None:
    assert [(row.family, row.code) for row in hotdesk.explain("em:26")] == [("em-service", 26)]
    assert [row.code for row in hotdesk.explain("Error [22]-Dev.logon disabled")] == [22]
    assert {row.code for row in hotdesk.explain("Login is unavailable(201)")} == {201, 39, 44}
    assert hotdesk.explain("the weather") == []


def test_explain_reads_every_number_and_every_text_in_quotes() -> None:
    def read(text: str) -> list[tuple[str, int | str | None]]:
        return [(row.family, row.code) for row in hotdesk.explain(text)]

    assert read("code 26, code 27") == [("em-service", 26), ("em-service", 27)]
    assert read('I want to log out: "error file not found"') == [("phone", 404)]
    assert read("Could not authenticate 'appid'") == [("em-service", 3)]
    assert read("Could not authenticate") == [("em-service", 3), ("vip", "7008")]
    assert read("Failed with an invalid OTP") == [("vip", "49B5")]
    assert read("they receive 201 error while logging in")[0] == ("em-app", 201)
    assert read("Parse Error [4]") == [("phone", 4)]


def test_a_symbolic_result_says_that_it_is_mapped_by_text() -> None:
    (row,) = hotdesk.explain("SUCCESS_NO_PIN")
    assert (row.family, row.code, row.name) == ("azure-mfa", 2, "No PIN Entered")
    assert row.meaning == codes.azure_mfa[2].meaning + (
        " Reports give this result no number: the row is mapped by its text."
    )
    assert hotdesk.explain("mfa:2") == [codes.azure_mfa[2]]


def test_a_family_that_is_none_is_refused_with_the_names_of_all() -> None:
    with pytest.raises(ValueError, match="unknown family 'sip'; expected one of em-service, "):
        codes.rows("sip")


def test_the_command_explains(hotdesk: Run) -> None:
    done = hotdesk("explain", "--json", "SUCCESS_NO_PIN")
    (row,) = json.loads(done.stdout)
    assert (done.returncode, list(row)) == (0, ["family", "code", "name", "meaning", "who", "remedy"])
    assert row["meaning"].endswith("mapped by its text.")
    done = hotdesk("explain", "26", "27")
    assert done.stdout.count(b"[em-service] ") == 2
    done = hotdesk("explain", "--json", "vip:6009")
    (row,) = json.loads(done.stdout)
    assert (done.returncode, list(row)) == (0, ["family", "code", "name", "meaning", "who", "remedy"])
    assert (row["family"], row["code"]) == ("vip", "6009")
    done = hotdesk("explain", "Error", "[22]-Dev.logon", "disabled")
    assert done.stdout.startswith(b"[em-service] 22 ")
    done = hotdesk("explain", "the weather", "--json")
    assert (done.returncode, done.stdout) == (1, b"[]\n")
    done = hotdesk("explain", "the weather")
    assert (done.returncode, done.stdout) == (1, b"")


def test_the_command_lists_the_tables(hotdesk: Run) -> None:
    rows = json.loads(hotdesk("codes", "--json").stdout)
    assert {row["family"] for row in rows} == set(codes.FAMILIES)
    one = json.loads(hotdesk("codes", "em-service", "--json").stdout)
    assert [row["code"] for row in one] == list(codes.em_service)
    assert hotdesk("codes", "nonsense").returncode == 2


def test_a_status_says_one_thing_of_a_change() -> None:
    refused = {400, 401, 403, 404, 405, 411, 413, 414, 415, 421, 429, 431, 501, 503}
    for status in range(1100):
        expected = "answer" if status == 200 else "mayBeCarriedOut"
        if status in refused:
            expected = "notCarriedOut"
        assert _native.status_of_change(status) == expected, status
