"""What is made of the tools' answers: a package that was not looked at is never a clean bill."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from streams.build.supply import FOUND, NOT_AUDITED, SupplyError, bill, locked, main, verdict

ROOT = Path(__file__).parents[3]
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


def report(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"dependencies": list(entries)}


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


def test_only_a_package_that_was_looked_at_is_clean() -> None:
    clean = {"name": "Ab.c", "version": "1.0", "vulns": []}
    skipped = {"name": "ab-c", "skip_reason": "not found"}
    flawed = clean | {"vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
    assert verdict({"ab-c"}, report(clean))[0] == 0
    assert verdict({"ab-c", "d"}, report(clean))[0] == NOT_AUDITED
    assert verdict({"ab-c"}, report(skipped))[0] == NOT_AUDITED
    assert verdict({"ab-c"}, report(flawed)) == (FOUND, ["ab-c 1.0: PYSEC-1, mended in 1.1"])


@pytest.mark.parametrize(
    ("says", "status", "said"),
    [
        ("echo no route >&2; exit 1", NOT_AUDITED, "no answer of the vulnerability service"),
        ("echo '{\"dependencies\": []}'", NOT_AUDITED, "nothing was heard of 1 of 1"),
    ],
)
def test_no_answer_has_a_status_of_its_own(
    tmp_path: Path, says: str, status: int, said: str
) -> None:
    tool, lock = tmp_path / "tool", tmp_path / "lock"
    tool.write_text(f"#!/bin/sh\n{says}\n")
    tool.chmod(0o755)
    lock.write_text(LOCK)
    done = CliRunner().invoke(main, ["audit", str(tool), str(lock)])
    assert done.exit_code == status
    assert said in done.output


def test_a_tool_that_is_not_there_is_told(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text(LOCK)
    for command in ("audit", "sbom"):
        done = CliRunner().invoke(main, [command, str(tmp_path / "none"), str(lock)])
        assert done.exit_code == 1
        assert "make tools" in done.output


def test_the_tools_are_pinned_with_hashes() -> None:
    tools = locked((ROOT / "tools.lock").read_text(encoding="utf-8"))
    assert {"pip-audit", "cyclonedx-bom"} <= set(tools)
    assert all(hashes for _, hashes in tools.values())


def test_the_sbom_is_written_whole_and_the_same_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tool, lock = tmp_path / "tool", tmp_path / "lock"
    tool.write_text(f"#!/bin/sh\ncat <<'E'\n{json.dumps(environment())}\nE\n")
    tool.chmod(0o755)
    lock.write_text(LOCK)
    written = set()
    for _ in range(2):
        assert CliRunner().invoke(main, ["sbom", str(tool), str(lock)]).exit_code == 0
        [path] = (tmp_path / "dist").iterdir()
        written.add(path.read_bytes())
    assert len(written) == 1
