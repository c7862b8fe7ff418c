"""The house rules that can be checked: sizes, imports, and documents that are current."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import schemas
from streams.docs.generate import COMMAND, documents, main, stale, write

ROOT = Path(schemas.__file__).parent.parent
ROOMS = ("schemas", "agents", "streams", "tests")
PURE_ROOMS = ("schemas", "agents")
MODULE_LINES = 400
FUNCTION_LINES = 70
PURE_IMPORTS = {"msgspec", "orjson", "xxhash"}
FORBIDDEN = {
    *("faust", "kafka", "aiokafka", "confluent_kafka", "asyncio", "aiohttp", "prometheus_client"),
    *("time", "random", "os", "streams"),
}
MAY_NOT_IMPORT = {
    PURE_ROOMS: FORBIDDEN,
    ("schemas",): {"agents"},
    ("streams", "agents", "schemas"): {"tests"},
    ("tests/oracle",): {"streams", "agents", "schemas"},
}
"""What rooms know nothing of: pure ones of runtime, clock, chance and environment."""
CLIENTS = {
    *("Producer", "Consumer", "AdminClient"),
    *("KafkaAdminClient", "KafkaConsumer", "KafkaProducer"),
    *("AIOKafkaClient", "AIOKafkaConsumer", "AIOKafkaProducer"),
}
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
ON_THE_COMMIT_PATH = {
    "agents/partition/shard.py": ("put", "changes"),
    "agents/partition/pending.py": ("carry_away", "judged"),
    "streams/runtime/committer.py": ("commit",),
    "streams/kafka/commit.py": ("commit", "check"),
    "streams/runtime/take_over.py": ("positions",),
}
OPTIONS = re.compile(r"(librdkafka|kafka_python|aiokafka)_options\(")
SECURITY = re.compile(r"security\.protocol|sasl_plain_|(?<!kafka\.net\.)sasl\.|[\"']ssl\.")


def modules(*rooms: str) -> list[Path]:
    return sorted(path for room in rooms for path in (ROOT / room).rglob("*.py"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported(path: Path) -> Iterator[str]:
    """The top-level names that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("path", modules(*ROOMS), ids=name)
def test_a_module_fits_on_some_screens_and_a_function_on_one(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = len(text.splitlines())
    assert lines <= MODULE_LINES, f"{name(path)} has {lines} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            lines = node.end_lineno - node.lineno + 1
            assert lines <= FUNCTION_LINES, f"{name(path)}: {node.name} has {lines} lines"


@pytest.mark.parametrize("rooms", MAY_NOT_IMPORT, ids=" ".join)
def test_imports_point_down_only(rooms: tuple[str, ...]) -> None:
    for path in modules(*rooms):
        if not path.name.startswith("test_"):
            assert not MAY_NOT_IMPORT[rooms] & set(imported(path)), name(path)


@pytest.mark.parametrize("path", modules(*PURE_ROOMS), ids=name)
def test_a_pure_room_needs_little_beside_the_standard_library(path: Path) -> None:
    known = sys.stdlib_module_names | PURE_IMPORTS | set(PURE_ROOMS)
    assert set(imported(path)) <= known


def clients(path: Path) -> Iterator[ast.Call]:
    """Where a module makes a client of Kafka, of whatever library."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in CLIENTS:
            yield node


def test_no_client_is_made_without_the_options_of_the_settings() -> None:
    made = [(path, call) for path in modules("streams") for call in clients(path)]
    assert {name(path) for path, _ in made} == {
        "streams/cli/publishing.py",
        "streams/cli/reading.py",
        "streams/kafka/commit.py",
        "streams/kafka/group.py",
        "streams/kafka/fetching.py",
        "streams/kafka/changelog.py",
        "streams/kafka/cutoffs_reader.py",
        "streams/kafka/topics.py",
    }
    for path, call in made:
        assert OPTIONS.search(ast.unparse(call)), f"{name(path)}:{call.lineno}"


def test_options_of_connections_are_made_in_one_place() -> None:
    for path in modules("streams"):
        says = SECURITY.search(path.read_text(encoding="utf-8"))
        assert not says or name(path) == "streams/config/connecting.py", name(path)


STARTED = {"streams/__main__.py", "streams/build/compiled.py", "streams/build/supply.py"}
"""Modules that are run and not imported."""


def imported_modules(path: Path) -> Iterator[str]:
    """The modules of the project that one imports, as paths."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            base = node.module.replace(".", "/")
            yield f"{base}.py"
            yield from (f"{base}/{alias.name}.py" for alias in node.names)


def test_no_module_lies_dead() -> None:
    product = modules("streams", "agents", "schemas")
    used = {module for path in product for module in imported_modules(path)} | STARTED
    used.add("streams/docs/generate.py")
    dead = {name(path) for path in product if path.name != "__init__.py"} - used
    assert not dead


def test_every_function_of_the_commit_asserts_what_it_relies_on() -> None:
    """As TigerBeetle has it: where a wrong step would lose or double, it stops."""
    for module, functions in ON_THE_COMMIT_PATH.items():
        tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
        defined = {node.name: node for node in ast.walk(tree) if isinstance(node, FUNCTION)}
        for function in functions:
            body = ast.walk(defined[function])
            assert any(isinstance(node, ast.Assert | ast.Raise) for node in body), function


@pytest.mark.parametrize("path", modules("streams", "agents", "schemas"), ids=name)
def test_a_module_says_what_lives_there(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_the_generated_documents_are_current() -> None:
    assert stale(documents()) == [], f"run {COMMAND}"
    assert CliRunner().invoke(main, ["--check"]).exit_code == 0


def test_a_document_that_is_missing_or_changed_is_told(tmp_path: Path) -> None:
    texts = {tmp_path / "one.json": "{}\n", tmp_path / "two.json": "[]\n"}
    assert stale(texts, tmp_path) == list(texts)
    write(texts)
    assert stale(texts, tmp_path) == []
    (tmp_path / "two.json").write_text("changed", encoding="utf-8")
    (tmp_path / "left.json").write_text("of old", encoding="utf-8")
    assert stale(texts, tmp_path) == [tmp_path / "two.json", tmp_path / "left.json"]


def test_a_document_that_is_not_current_fails_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = documents() | {ROOT / "docs" / "reference.md": "something else\n"}
    monkeypatch.setattr("streams.docs.generate.documents", lambda: texts)
    result = CliRunner().invoke(main, ["--check"])
    assert result.exit_code == 1
    assert "docs/reference.md" in result.output
    assert COMMAND in result.output
