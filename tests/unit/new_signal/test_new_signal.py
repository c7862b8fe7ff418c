"""A signal that is new: its file and a line in the registry, and all else is made of them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

import schemas

ROOT: Final = Path(schemas.__file__).parent.parent
HERE: Final = Path(__file__).parent
COPIED: Final = ("agents", "schemas", "streams", "tests/support", "tests/oracle", "tests/policies")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the house with one file and one line more."""
    ignored = shutil.ignore_patterns("__pycache__", "documents", "examples")
    for room in COPIED:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=ignored)
    shutil.copy(ROOT / "tests/__init__.py", tmp_path / "tests")
    shutil.copy(HERE / "big_order.py", tmp_path / "agents/signals")
    registry = tmp_path / "agents/signals/registry.py"
    text = registry.read_text(encoding="utf-8")
    first = "from agents.signals.call_abuse", "        CallAbuse,\n"
    assert all(text.count(line) == 1 for line in first)
    text = text.replace(
        first[0], f"from agents.signals.big_order import BigOrder\n{first[0]}"
    ).replace(first[1], f"        BigOrder,\n{first[1]}")
    registry.write_text(text, encoding="utf-8")
    return tmp_path


def test_a_new_signal_is_a_file_and_a_line_in_the_registry(house: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-P", str(HERE / "use.py")],
        cwd=house,
        env=os.environ | {"PYTHONPATH": str(house)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
