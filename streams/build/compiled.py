"""The pure rooms, compiled: C extensions that mypyc makes of `agents/` and of what counts in them.

`make setup` makes them where a C compiler is found (`python -m streams.build.compiled`). They lie
in the environment under the digest of the very files they were made of, and `whalecurve` takes them
only where that digest still fits: whoever changes a file runs it interpreted until the next setup.
Nothing differs but the speed; the tests of the rooms run on both.
"""

import shutil
import subprocess
import sys
import sysconfig
import tempfile
from hashlib import blake2b
from pathlib import Path
from typing import Final

import click

ROOMS: Final = ("agents", "schemas")
COMPILED: Final = (
    "agents/**/*.py",
    "schemas/base/money.py",
    "schemas/base/partitioners.py",
    "schemas/base/times.py",
    "schemas/inputs/nesting.py",
)
"""What is compiled; enums and msgspec's structs, most of `schemas/`, would only get slower."""
INTERPRETED: Final = ("agents/policy_file/*.py", "agents/policy/key_types.py")
"""What stays as it is: msgspec reads the annotations and the keywords of these classes, and mypyc
keeps neither: a compiled section would let unknown keys pass."""
SOURCE: Final = Path(__file__).parents[2]
PLACE: Final = Path(sys.prefix) / "whalecurve-compiled"
BUILD_DEADLINE_S: Final = 600.0


class BuildError(Exception):
    """The rooms can't be compiled here."""


def digest(source: Path = SOURCE) -> str:
    """Of all that decides in the rooms, what of it is compiled, and for which interpreter."""
    made_for = sysconfig.get_config_var("EXT_SUFFIX"), COMPILED, INTERPRETED
    hasher = blake2b(repr(made_for).encode(), digest_size=8)
    for path in _files(source):
        content = path.read_bytes()
        hasher.update(f"{path.relative_to(source)}\n{len(content)}\n".encode() + content)
    return hasher.hexdigest()


def _files(source: Path) -> list[Path]:
    return sorted(
        path
        for room in ROOMS
        for path in (source / room).rglob("*")
        if path.suffix in {".py", ".toml"}
    )


def prefer(source: Path = SOURCE, place: Path = PLACE) -> bool:
    """Lets the compiled rooms be imported, where they fit; before any import of a room."""
    folder = place / digest(source)
    if not folder.is_dir():
        return False
    sys.path.insert(0, str(folder))
    return True


def is_compiled() -> bool:
    """Whether this process runs the compiled rooms."""
    where = sys.modules["agents.partition.shard"].__file__
    return where is not None and where.endswith(".so")


def build(source: Path = SOURCE, place: Path = PLACE) -> Path:
    """Compiles the rooms and returns their folder; what was made of other files goes.

    Raises BuildError where there is no C compiler, or where it failed.
    """
    folder = place / digest(source)
    if folder.is_dir():
        return folder
    _require_compiler()
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch) / "rooms"
        for room in ROOMS:
            shutil.copytree(source / room, work / room, ignore=shutil.ignore_patterns("*.pyc"))
        _compile(work)
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        shutil.copytree(work, folder, ignore=shutil.ignore_patterns("build", ".mypy_cache"))
    return folder


def _require_compiler() -> None:
    compiler = str(sysconfig.get_config_var("CC")).split()[0]
    header = Path(sysconfig.get_path("include")) / "Python.h"
    if shutil.which(compiler) is None or not header.exists():
        raise BuildError("no C compiler, or no headers of Python, is here")


def modules(source: Path = SOURCE) -> list[str]:
    """The files to compile, by their path in `source`; BuildError where a name finds none."""
    files: list[str] = []
    left_out = {path for pattern in INTERPRETED for path in source.glob(pattern)}
    for pattern in COMPILED:
        paths = [
            path
            for path in sorted(source.glob(pattern))
            if path.name != "__init__.py" and path not in left_out
        ]
        if not paths:
            raise BuildError(f"{pattern} names no file: it would stay interpreted")
        files += [path.relative_to(source).as_posix() for path in paths]
    return files


def _compile(work: Path) -> None:
    ran = subprocess.run(  # noqa: S603 - our own files
        [sys.executable, "-m", "mypyc", "--config-file=", "--strict", *modules(work)],
        cwd=work,
        capture_output=True,
        text=True,
        timeout=BUILD_DEADLINE_S,
        check=False,
    )
    if ran.returncode:
        raise BuildError(f"mypyc failed: {(ran.stdout + ran.stderr)[-2000:]}")


def main() -> None:
    """`python -m streams.build.compiled`."""
    try:
        folder = build()
    except BuildError as error:
        click.echo(f"{error}: agents/ stays interpreted, at two thirds of the speed", err=True)
        sys.exit(1)
    click.echo(f"agents/ is compiled, in {folder}")


if __name__ == "__main__":
    main()
