"""What is made of the tools' answers: a package that was not looked at is never a clean bill."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from streams.build.supply import NOT_AUDITED, VULNERABLE, SupplyError, bill, locked, main, verdict

ROOT = Path(__file__).parents[4]
LOCK = f"Ab_c==1.0 \\\n    --hash=sha256:{'1' * 64} \\\n    --hash=sha256:{'0' * 64}\n    # via x\n"
LICENCE = [{"license": {"id": "MIT"}}]


def environment(**changes: Any) -> dict[str, Any]:
    component = {"bom-ref": "ab", "name": "ab.C", "version": "1.0", "licenses": LICENCE}
    pip = {"bom-ref": "pip", "name": "pip", "version": "9", "licenses": LICENCE}
    return {
        "metadata": {"component": {"bom-ref": "root"}},
        "components": [pip, component | changes],
        "dependencies": [{"ref": "root", "dependsOn": ["ab", "pip"]}, {"ref": "pip"}],
    }


def called(folder: Path, command: str, does: str | None) -> Result:
    """A command with the lock, and a tool that does this or is not there."""
    tool, lock = folder / "tool", folder / "lock"
    lock.write_text(LOCK)
    if does is not None:
        tool.write_text(f"#!/bin/sh\n{does}\n")
        tool.chmod(0o755)
    return CliRunner().invoke(main, [command, str(tool), str(lock)])


def test_a_lock_is_read_with_all_its_hashes() -> None:
    assert locked(LOCK) == {"ab-c": ("1.0", ["0" * 64, "1" * 64])}
    ours = locked((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    assert len(ours) > 40
    assert all(version and hashes for version, hashes in ours.values())


def test_a_bill_names_the_lock_s_packages_and_no_others() -> None:
    made = bill(environment(), locked(LOCK))
    [component] = made["components"]
    assert [its["content"] for its in component["hashes"]] == ["0" * 64, "1" * 64]
    assert made["dependencies"] == [{"ref": "root", "dependsOn": ["ab"]}]


@pytest.mark.parametrize("changes", [{"version": "1.1"}, {"name": "other"}, {"licenses": []}])
def test_a_bill_that_lacks_something_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(SupplyError, match="ab-c: make setup"):
        bill(environment(**changes), locked(LOCK))


CLEAN: dict[str, Any] = {"name": "Ab.c", "version": "1.0", "vulns": []}
FLAWED = CLEAN | {"vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
SKIPPED = {"name": "ab-c", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("names", "entry", "status"),
    [
        ({"ab-c"}, CLEAN, 0),
        ({"ab-c", "d"}, CLEAN, NOT_AUDITED),
        ({"ab-c"}, SKIPPED, NOT_AUDITED),
        ({"ab-c"}, FLAWED, VULNERABLE),
    ],
)
def test_only_a_package_that_was_looked_at_is_clean(
    names: set[str], entry: dict[str, Any], status: int
) -> None:
    found, lines = verdict(names, {"dependencies": [entry]})
    assert found == status
    assert status != VULNERABLE or lines == ["ab-c 1.0: PYSEC-1, mended in 1.1"]


@pytest.mark.parametrize(
    ("command", "does", "status", "said"),
    [
        ("audit", "echo no route >&2; exit 1", NOT_AUDITED, "no answer of the vulnerability"),
        ("audit", "echo '{\"dependencies\": []}'", NOT_AUDITED, "nothing was heard of 1 of 1"),
        ("audit", None, 1, "make tools"),
        ("sbom", None, 1, "make tools"),
    ],
)
def test_no_answer_has_a_status_of_its_own_and_a_tool_that_is_not_there_is_told(
    tmp_path: Path, command: str, does: str | None, status: int, said: str
) -> None:
    done = called(tmp_path, command, does)
    assert done.exit_code == status
    assert said in done.output


def test_the_tools_are_pinned_with_hashes() -> None:
    tools = locked((ROOT / "tools.lock").read_text(encoding="utf-8"))
    assert {"pip-audit", "cyclonedx-bom"} <= set(tools)
    assert all(hashes for _, hashes in tools.values())


def test_the_sbom_is_written_whole_and_the_same_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written = set()
    for _ in range(2):
        does = f"cat <<'E'\n{json.dumps(environment())}\nE"
        assert called(tmp_path, "sbom", does).exit_code == 0
        [path] = (tmp_path / "dist").iterdir()
        written.add(path.read_bytes())
    assert len(written) == 1
