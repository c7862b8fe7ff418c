"""Scratch copies of the tree: a mistake is made in one of them, never in the tree itself."""

import compileall
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Final

from tests.mutants.listed import ROOT
from tests.mutants.mutant import Mutant

COPIED: Final = ("agents", "schemas", "streams", "tests", "docs")
LEFT_OUT: Final = shutil.ignore_patterns("__pycache__", "bench", "TABLE.md")
LINKED: Final = (".kafka", ".venv")
"""Where they are there: Kafka's jars, and commands that tests start."""


class ScratchCopy:
    """One copy of the tree."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in COPIED:
            shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT)
        for path in ROOT.iterdir():
            if path.is_file():
                shutil.copy2(path, folder)
        for name in LINKED:
            if (ROOT / name).exists():
                (folder / name).symlink_to((ROOT / name).resolve())
        # by their content: two versions of a file may be of one second and one size
        compileall.compile_dir(folder, quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH)

    @property
    def environment(self) -> dict[str, str]:
        """In which tests of the copy run."""
        return os.environ | {
            "PYTHONPATH": str(self.folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HYPOTHESIS_STORAGE_DIRECTORY": str(self.folder / ".hypothesis"),
        }

    def command(self, tests: tuple[str, ...]) -> list[str]:
        """Plays tests up to the first that fails."""
        return [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]

    @contextmanager
    def with_mistake(self, mutant: Mutant) -> Iterator[None]:
        """The copy has this mistake meanwhile."""
        path = self.folder / mutant.file
        whole = path.read_text(encoding="utf-8")
        path.write_text(whole.replace(mutant.old, mutant.new), encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(whole, encoding="utf-8")
            # examples that property tests found with one mistake would help them with the next
            shutil.rmtree(self.folder / ".hypothesis", ignore_errors=True)
