"""What no program of ours reads: compose, image, alerts, dashboard and prose name what exists."""

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from streams import __version__
from streams.config.settings import PREFIX, Settings
from streams.observe.metrics import Metrics

ROOT = Path(__file__).parents[2]
OPS = ROOT / "streams" / "ops"
COMPOSE = ROOT / "docker-compose.yml"
WATCHED = (OPS / "alerts.yml", OPS / "grafana" / "whalecurve.json", ROOT / "docs" / "operating.md")
GUIDES = tuple(sorted((ROOT / "docs").glob("*.md")))
PROSE = (
    *(
        ROOT / f"{name}.md"
        for name in ("README", "ARCHITECTURE", "DECISIONS", "CHANGELOG", "CONTRIBUTING")
    ),
    *GUIDES,
)
SUFFIXES = {
    "counter": ("_total",),
    "gauge": ("",),
    "histogram": ("_bucket", "_count", "_sum", ""),
}
HARDENED = (
    'user: "10001:10001"',
    "read_only: true",
    "- no-new-privileges:true",
    "- ALL",
    "stop_grace_period: 30s",
    "replicas: 2",
)


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def found(pattern: str, path: Path) -> list[str]:
    return re.findall(pattern, text(path), re.MULTILINE)


def pyproject() -> dict[str, Any]:
    return tomllib.loads(text(ROOT / "pyproject.toml"))


def series() -> Iterator[str]:
    """Every name that a query may ask for."""
    for metric in Metrics().registry.collect():
        for suffix in SUFFIXES[metric.type]:
            yield metric.name + suffix


def queries() -> list[str]:
    panels = json.loads(text(OPS / "grafana" / "whalecurve.json"))["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


# versions


def test_compose_runs_the_kafka_that_the_tests_run_on() -> None:
    tested = found(r"<kafka\.version>(.+)</kafka\.version>", ROOT / "tests/brokers/pom.xml")
    assert found(r"image: apache/kafka:(\S+)", COMPOSE) == tested


def test_the_version_is_the_same_everywhere() -> None:
    assert pyproject()["project"]["version"] == __version__
    assert found(r"image: whalecurve:(\S+)", COMPOSE) == [__version__]
    assert found(r"^## \[(\S+)\]", ROOT / "CHANGELOG.md")[0] == __version__


def test_the_image_has_a_python_that_the_package_takes() -> None:
    images = found(r"^FROM (\S+)", OPS / "Dockerfile")
    assert len(images) == 2
    assert len(set(images)) == 1
    # one Python and one Debian, with or without its digest
    assert re.fullmatch(r"python:3\.11\.\d+-slim-[a-z]+(@sha256:[0-9a-f]{64})?", images[0])
    assert pyproject()["tool"]["ruff"]["target-version"] == "py311"


def test_the_image_takes_out_what_the_extras_bring_in() -> None:
    [taken_out] = re.findall(
        r"pip uninstall --yes \\\n(.*?)\n &&", text(OPS / "Dockerfile"), re.DOTALL
    )
    extras = pyproject()["project"]["optional-dependencies"].values()
    wanted = [re.split(r"[=<>~!\[ ]", package)[0] for extra in extras for package in extra]
    assert taken_out.replace("\\", "").split() == sorted(wanted)


# what is named exists


@pytest.mark.parametrize("path", WATCHED, ids=name)
def test_metrics_that_are_named_exist(path: Path) -> None:
    named = set(found(r"\bwhalecurve_[a-z0-9_]+", path))
    assert named
    assert named <= set(series())


@pytest.mark.parametrize("path", [COMPOSE, *PROSE], ids=name)
def test_settings_that_are_named_exist(path: Path) -> None:
    known = {PREFIX + field.name.upper() for field in fields(Settings)}
    assert set(found(rf"\b{PREFIX}[A-Z_]+\b", path)) <= known


@pytest.mark.parametrize("path", PROSE, ids=name)
def test_links_and_make_targets_of_the_prose_lead_somewhere(path: Path) -> None:
    for target in found(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path):
        assert (path.parent / target).exists(), target
    targets = set(found(r"^([a-z-]+):", ROOT / "Makefile"))
    assert set(found(r"(?:^|`)make ([a-z-]+)", path)) <= targets


def test_the_samples_of_the_guides_are_python() -> None:
    samples = [
        sample
        for guide in GUIDES
        for sample in re.findall(r"```python\n(.*?)```", text(guide), re.DOTALL)
    ]
    assert len(samples) == 2
    for sample in samples:
        ast.parse(sample)


# compose, Prometheus and the dashboard fit together


def test_prometheus_asks_workers_where_compose_lets_them_listen() -> None:
    [port] = found(r'WHALECURVE_WEB_PORT: "(\d+)"', COMPOSE)
    assert found(r"port: (\d+)", OPS / "prometheus.yml") == [port]
    assert found(r"127\.0\.0\.1:(\d+)/readyz", COMPOSE) == [port]
    assert found(r"^EXPOSE (\d+)", OPS / "Dockerfile") == [port]
    assert found(r"names: \[(\w+)\]", OPS / "prometheus.yml") == ["worker"]
    assert "\n  worker:\n" in text(COMPOSE)


def test_what_compose_mounts_exists() -> None:
    mounted = found(r"^ +- (\./streams\S+?):", COMPOSE)
    assert len(mounted) == 3
    for source in mounted:
        assert (ROOT / source).exists(), source
    assert (ROOT / found(r"dockerfile: (\S+)", COMPOSE)[0]).is_file()


def test_workers_have_no_more_rights_than_they_need_and_nothing_to_write_to() -> None:
    for line in HARDENED:
        assert re.search(rf"^ +{re.escape(line)}$", text(COMPOSE), re.MULTILINE), line
    ours = text(COMPOSE).partition("x-whalecurve:")[2].partition("x-settings:")[0]
    assert "read_only: true" in ours
    assert not re.search("tmpfs|volumes", ours)


def test_the_image_runs_as_nobody_in_particular_and_takes_no_secret_along() -> None:
    dockerfile = text(OPS / "Dockerfile")
    last = dockerfile.rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (.+)$", last, re.MULTILINE) == ["10001:10001"]
    assert not re.search(r"^(ADD|ARG|VOLUME) |--mount=type=secret", dockerfile, re.MULTILINE)
    assert not re.search(r"(?i)secret|password|token", dockerfile)
    assert not re.search(r"(SECRET|PASSWORD): \S", text(COMPOSE))
    assert text(ROOT / ".dockerignore").splitlines()[1] == "*"


def services() -> dict[str, str]:
    """The text of every service, by its name."""
    found = text(COMPOSE).partition("\nservices:\n")[2].partition("\nconfigs:\n")[0]
    each = re.split(r"^  (?=[a-z]+:)", found, flags=re.MULTILINE)[1:]
    return {its.partition(":")[0]: its for its in each}


def test_every_service_gives_up_its_rights_and_is_bounded() -> None:
    assert list(services()) == ["kafka", "topics", "worker", "prometheus", "grafana"]
    for service in services().values():
        if "<<: *whalecurve" not in service:
            assert re.search(r"cap_drop:\n +- ALL\n", service), service
            assert "- no-new-privileges:true" in service, service
        for bound in ("cpus", "memory"):
            assert len(re.findall(rf"^ +{bound}: ", service, re.MULTILINE)) == 1, service


def test_images_are_pinned_to_a_version() -> None:
    images = found(r"^ +image: (\S+)", COMPOSE)
    assert len(images) == 4
    for image in images:
        assert re.search(r":v?\d+\.\d+\.\d+(@sha256:[0-9a-f]{64})?$", image), image


def test_a_partition_is_not_full_yet_when_the_alert_comes() -> None:
    full = "whalecurve_partition_bytes > 0.8 * whalecurve_partition_bytes_max"
    assert full in text(OPS / "alerts.yml")


def test_the_dashboard_asks_for_what_workers_tell() -> None:
    assert len(queries()) >= 8
    for query in queries():
        assert "whalecurve_" in query or 'job="whalecurve"' in query


def test_the_image_is_built_from_what_it_copies() -> None:
    copied = {
        source
        for line in found(r"^COPY (?!--from)(.+) \S+$", OPS / "Dockerfile")
        for source in line.split()
    }
    assert copied == set(found(r"^!(\S+)", ROOT / ".dockerignore"))
    for source in copied:
        assert (ROOT / source).exists(), source
