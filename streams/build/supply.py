"""The supply chain: what is known of the locked packages, and a list (SBOM) of all of them.

Run by `make audit` and `make sbom`, with tools of an environment of their own (`tools.lock`).
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import click

from streams import __version__

VULNERABLE, NOT_AUDITED = 1, 3
"""Exit statuses: vulnerabilities are known; it could not be found out."""
TOOL_SECONDS: Final = 300.0
_PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class SupplyError(click.ClickException):
    """The tools did not give what is needed; one line says what."""


def locked(text: str) -> dict[str, tuple[str, list[str]]]:
    """The packages of a lock file by normalised name: (version, SHA-256 of each file)."""
    starts = list(_PIN.finditer(text))
    ends = [start.start() for start in starts[1:]] + [len(text)]
    return {
        _normal(start[1]): (start[2], sorted(_HASH.findall(text[start.start() : end])))
        for start, end in zip(starts, ends, strict=True)
    }


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def verdict(names: set[str], report: dict[str, Any]) -> tuple[int, list[str]]:
    """(exit status, lines to say) of pip-audit's report on these packages.

    A package that was skipped was not looked at: that is no clean bill.
    """
    entries = {_normal(entry["name"]): entry for entry in report["dependencies"]}
    lines = [
        f"{name} {entry['version']}: {flaw['id']}, mended in "
        f"{', '.join(flaw['fix_versions']) or '-'}"
        for name, entry in sorted(entries.items())
        for flaw in entry.get("vulns", ())
    ]
    if lines:
        return VULNERABLE, lines
    left = sorted(name for name in names if "vulns" not in entries.get(name, {}))
    if left:
        many = f"{len(left)} of {len(names)} packages"
        return NOT_AUDITED, [
            f"not audited: nothing was heard of {many}: run it where the service can be reached"
        ]
    return 0, [f"no vulnerability is known of {len(names)} packages"]


def bill(environment: dict[str, Any], lock: dict[str, tuple[str, list[str]]]) -> dict[str, Any]:
    """The environment's SBOM, with the lock's packages only, and their hashes.

    Raises SupplyError where one of them is missing, has another version, no hash or no licence.
    """
    by_name = {_normal(component["name"]): component for component in environment["components"]}
    wrong = [
        name
        for name, (version, hashes) in lock.items()
        if by_name.get(name, {}).get("version") != version
        or not hashes
        or not by_name[name].get("licenses")
    ]
    if wrong or not lock:
        raise SupplyError(
            f"expected each package of the lock in the environment, with hash and licence; without "
            f"are {', '.join(sorted(wrong)) or 'all'}: make setup"
        )
    components = [
        by_name[name] | {"hashes": [{"alg": "SHA-256", "content": digest} for digest in hashes]}
        for name, (_, hashes) in sorted(lock.items())
    ]
    refs = {component["bom-ref"] for component in components} | {
        environment["metadata"]["component"]["bom-ref"]
    }
    dependencies = [
        dependency | ({"dependsOn": _kept(dependency, refs)} if "dependsOn" in dependency else {})
        for dependency in environment["dependencies"]
        if dependency["ref"] in refs
    ]
    return environment | {"components": components, "dependencies": dependencies}


def _kept(dependency: dict[str, Any], refs: set[str]) -> list[str]:
    return [ref for ref in dependency.get("dependsOn", ()) if ref in refs]


def _run(tool: Path, *words: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - a tool of our own lock
            [str(tool), *words], capture_output=True, text=True, check=False, timeout=TOOL_SECONDS
        )
    except FileNotFoundError:
        raise SupplyError(f"{tool}: expected the tool, found none: make tools") from None


@click.group()
def main() -> None:
    """Look at the packages that are locked."""


_TOOL = click.argument("tool", type=click.Path(path_type=Path))
_LOCK = click.argument("lock", type=click.Path(path_type=Path, exists=True))


@main.command(epilog="Example: make audit")
@_TOOL
@_LOCK
def audit(tool: Path, lock: Path) -> None:
    """Ask the vulnerability service about each package of LOCK, with pip-audit as TOOL.

    Exit status: 0, 1 where a vulnerability is known, 3 where it could not be found out.
    """
    ran = _run(
        tool, "--requirement", str(lock), "--require-hashes", "--disable-pip", "--format", "json",
        "--progress-spinner", "off",
    )  # fmt: skip
    try:
        report = json.loads(ran.stdout)
    except ValueError:
        said = (ran.stderr.strip().splitlines() or ["it said nothing"])[-1]
        click.echo(f"not audited: no answer of the vulnerability service: {said}", err=True)
        sys.exit(NOT_AUDITED)
    status, lines = verdict(set(locked(lock.read_text(encoding="utf-8"))), report)
    for line in lines:
        click.echo(line, err=status != 0)
    sys.exit(status)


@main.command(epilog="Example: make sbom")
@_TOOL
@_LOCK
def sbom(tool: Path, lock: Path) -> None:
    """Write dist/whalecurve-VERSION.cdx.json: each package of LOCK, with cyclonedx-py as TOOL.

    The same lock and environment give the same file, byte for byte.
    """
    ran = _run(
        tool, "environment", "--output-reproducible", "--pyproject", "pyproject.toml",
        "--output-format", "JSON", sys.executable,
    )  # fmt: skip
    if ran.returncode:
        raise SupplyError(f"{tool}: {(ran.stderr.strip().splitlines() or ['it failed'])[-1]}")
    made = bill(json.loads(ran.stdout), locked(lock.read_text(encoding="utf-8")))
    path = Path("dist") / f"whalecurve-{__version__}.cdx.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(made, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    click.echo(f"{path}: {len(made['components'])} packages, each with hashes and licence")


if __name__ == "__main__":
    main()
