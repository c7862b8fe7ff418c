"""The compiled rooms: taken only where they were made of the very files that are here."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from streams.build import compiled
from streams.build.compiled import ROOMS, SOURCE, BuildError, build, digest, modules, prefer


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Two small rooms."""
    texts = {
        "agents/answer.py": "def answer() -> int:\n    return 42\n",
        "agents/policy.toml": "version = 1\n",
        "schemas/base/money.py": "ZERO = 0\n",
        "schemas/base/partitioners.py": "ZERO = 0\n",
        "schemas/base/times.py": "ZERO = 0\n",
    }
    texts |= {f"{room}/__init__.py": "" for room in ROOMS}
    for name, text in texts.items():
        file = tmp_path / "source" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path / "source"


@pytest.mark.parametrize(
    "name", ["agents/answer.py", "agents/policy.toml", "schemas/base/money.py"]
)
def test_any_change_of_a_file_changes_the_digest(source: Path, name: str) -> None:
    before = digest(source)
    assert digest(source) == before
    with (source / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert digest(source) != before


def test_another_choice_of_what_is_compiled_changes_the_digest(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digest(source)
    monkeypatch.setattr(compiled, "INTERPRETED", ())
    assert digest(source) != before


def test_a_new_file_and_a_renamed_one_change_it_and_what_python_leaves_behind_does_not(
    source: Path,
) -> None:
    digests = [digest(source)]
    (source / "agents/more.py").write_text("", encoding="utf-8")
    digests.append(digest(source))
    (source / "agents/more.py").rename(source / "agents/other.py")
    digests.append(digest(source))
    assert len(set(digests)) == 3
    (source / "agents/__pycache__").mkdir()
    (source / "agents/__pycache__/answer.pyc").write_bytes(b"0")
    assert digest(source) == digests[-1]


def test_every_module_that_decides_is_compiled_in_whatever_folder_it_lies() -> None:
    agents = {path.relative_to(SOURCE).as_posix() for path in (SOURCE / "agents").rglob("*.py")}
    left_out = {name for name in agents - set(modules()) if not name.endswith("__init__.py")}
    assert {name for name in left_out if "/policy_file/" not in name} == {
        "agents/policy/key_types.py"
    }


READ_BY_MSGSPEC = {"forbid_unknown_fields", "array_like", "omit_defaults", "rename", "tag"}
"""Keywords of a struct that decide what it reads and writes."""


def test_no_struct_is_compiled_whose_keywords_mypyc_would_drop() -> None:
    for module in modules():
        for node in ast.walk(ast.parse((SOURCE / module).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                assert not READ_BY_MSGSPEC & {word.arg for word in node.keywords}, module


def test_a_module_in_a_subfolder_is_compiled_too(source: Path) -> None:
    (source / "agents/wing").mkdir()
    (source / "agents/wing/answer.py").write_text("", encoding="utf-8")
    assert "agents/wing/answer.py" in modules(source)


def test_a_name_of_the_list_that_finds_no_file_is_refused(source: Path) -> None:
    (source / "schemas/base/times.py").unlink()
    with pytest.raises(BuildError, match=r"schemas/base/times\.py names no file"):
        modules(source)


def test_compiled_rooms_are_taken_until_a_file_changes(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    place = tmp_path / "place"
    assert not prefer(source, place)
    (place / digest(source)).mkdir(parents=True)
    assert prefer(source, place)
    assert sys.path[0] == str(place / digest(source))
    (source / "agents/answer.py").write_text("", encoding="utf-8")
    assert not prefer(source, place)


def test_without_a_compiler_nothing_is_made(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(BuildError, match="no C compiler"):
        build(source, tmp_path / "place")
    assert not (tmp_path / "place").exists()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where rooms were compiled before; skipped where they can't be."""
    try:
        compiled._require_compiler()
    except BuildError as error:
        pytest.skip(str(error))
    place = tmp_path / "place"
    (place / "older").mkdir(parents=True)
    return place


def test_what_does_not_compile_leaves_what_was_there(source: Path, place: Path) -> None:
    (source / "agents/answer.py").write_text("def answer() -> int:\n    return ''\n")
    with pytest.raises(BuildError, match="Incompatible return value type"):
        build(source, place)
    assert [path.name for path in place.iterdir()] == ["older"]


def test_rooms_are_compiled_and_older_ones_go(source: Path, place: Path) -> None:
    folder = build(source, place)
    assert [path.name for path in place.iterdir()] == [folder.name]
    assert (folder / "agents/policy.toml").exists()
    asked = "from agents import answer as a; print(a.__file__, a.answer())"
    told = subprocess.run(
        [sys.executable, "-P", "-c", asked],
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.rstrip().endswith(".so 42")
