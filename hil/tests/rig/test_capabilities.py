"""What a rig file says its board can do, and how a run tells what was left out."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from hotdesk_hil.package_data import RIGS
from hotdesk_hil.rig import RigError, repository, rig_file
from hotdesk_hil.rig.capabilities import CAPABILITIES, capabilities

pytest_plugins = ["pytester"]

RIG = """
targets:
  main:
    features: [{features}]
    options:
      cannot:
        {cannot}
"""


def written(path: Path, features: list[str], cannot: dict[str, str]) -> Path:
    """Writes a rig file that says this and nothing else."""
    path.write_text(
        RIG.format(
            features=", ".join(features),
            cannot="\n        ".join(f"{name}: {text}" for name, text in cannot.items()),
        )
    )
    return path


# What the board at a place can do is known when the place is.
@pytest.mark.parametrize("file", sorted({*RIGS.glob("*.yaml")} - {RIGS / "remote.yaml"}), ids=str)
def test_every_rig_says_all_its_board_can_and_cannot(file: Path) -> None:
    said = capabilities(file)
    assert said.features | said.reasons.keys() == CAPABILITIES.keys()
    for reason in said.reasons.values():
        assert reason[0].isalpha()
        assert reason.endswith(".")


def test_what_is_missing_comes_with_its_reason(tmp_path: Path) -> None:
    others = [name for name in CAPABILITIES if name != "link"]
    said = capabilities(written(tmp_path / "rig.yaml", others, {"link": "It is soldered."}))
    assert "memory" in said
    assert said.missing("memory", "link") == {"link": "It is soldered."}


def test_capability_nobody_said_anything_of_is_a_mistake(tmp_path: Path) -> None:
    others = [name for name in CAPABILITIES if name not in ("link", "memory")]
    with pytest.raises(RigError, match="does not say link, memory: list it under features"):
        capabilities(written(tmp_path / "rig.yaml", others, {}))


def test_capability_that_is_both_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(RigError, match="link under features and under cannot"):
        capabilities(written(tmp_path / "rig.yaml", list(CAPABILITIES), {"link": "It is soldered."}))


def test_unknown_capability_is_named_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(RigError, match="no capability is named 'sdcard'; there are board-keys, "):
        capabilities(written(tmp_path / "rig.yaml", ["sdcard"], {"link": "It is soldered."}))


@pytest.mark.parametrize(
    ("text", "words"), [("targets: {}", "describes no target 'main'"), ("targets: [", "cannot be described")]
)
def test_file_that_is_no_rig_is_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "rig.yaml").write_text(text)
    with pytest.raises(RigError, match=words):
        capabilities(tmp_path / "rig.yaml")


def test_rig_is_named_or_is_a_path(tmp_path: Path) -> None:
    assert rig_file("w5500-evb-pico").is_file()
    mine = tmp_path / "my.yaml"
    mine.touch()
    assert rig_file(str(mine)) == mine
    with pytest.raises(RigError, match=r"there is no rig file here/my\.yaml: name a file, or one of .*pico"):
        rig_file("here/my.yaml")
    with pytest.raises(RigError, match=r"no rig is named 'pico': name a file, or one of .*w5500-evb-pico"):
        rig_file("pico")


CONFTEST = """
import pytest

@pytest.fixture(scope="session")
def shared_rig(request):
    return request.param
"""

TESTS = """
import pytest

@pytest.mark.needs("link")
def test_cable(shared_rig): pass

def test_anywhere(shared_rig): pass
"""


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_run_says_what_it_left_out_and_why(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    others = [name for name in CAPABILITIES if name != "link"]
    written(pytester.path / "soldered.yaml", others, {"link": "It is soldered."})
    written(pytester.path / "plugged.yaml", ["link", *others[1:]], {others[0]: "It has none."})
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(TESTS)
    options = ("--rig", "soldered.yaml,plugged.yaml", "--junitxml=junit.xml")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", *options, *workers)
    result.assert_outcomes(passed=3, skipped=1)
    result.stdout.fnmatch_lines(
        ["*not run, since the board cannot*", "soldered: link: It is soldered.", "    test_cable?soldered?"]
    )
    cases = ElementTree.parse(pytester.path / "junit.xml").getroot().iter("testcase")
    rigs = {case.get("name"): case.find("properties/property").get("value") for case in cases}
    assert rigs == {
        "test_cable[soldered]": "soldered",
        "test_cable[plugged]": "plugged",
        "test_anywhere[soldered]": "soldered",
        "test_anywhere[plugged]": "plugged",
    }


def test_readme_lists_the_capabilities() -> None:
    readme = (repository() / "hil/README.md").read_text(encoding="utf-8")
    for name, words in CAPABILITIES.items():
        assert f"| `{name}` | {words} |" in readme
