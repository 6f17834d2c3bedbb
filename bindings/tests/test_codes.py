"""The code tables as mappings."""

import json
from collections.abc import Mapping

import hotdesk
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


def test_the_command_explains(hotdesk: Run) -> None:
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
