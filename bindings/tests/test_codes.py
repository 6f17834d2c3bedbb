"""The code tables as mappings."""

from collections.abc import Mapping

from hotdesk import codes


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
