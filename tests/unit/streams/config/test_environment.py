"""No variable of the environment but our own settings reaches a library."""

import os
import subprocess
import sys
from unittest.mock import patch

import pytest
from faust.types.settings import Settings as FaustSettings

from schemas.inputs.events import Kind
from streams.config.settings import Settings
from streams.runtime.topology import Topology
from tests.oracle.sample_policy import POLICY_TOML
from tests.support.shards import policy_of

AT_IMPORT = {
    "DEVLOG": "1",
    "DJANGO_SETTINGS_MODULE": "shop.settings",
    "FAUST_BLOCKING_TIMEOUT": "soon",
    "FAUST_LOOP": "gevent",
    "FAUST_STRICT": "1",
    "FAUST_WEB_PORT": "http",
    "F_CONSOLE_PORT": "none",
    "F_DATADIR": "/nowhere",
    "F_LOOP": "eventlet",
    "F_WEB_PORT": "8080/tcp",
    "NO_CYTHON": "1",
    "PROMETHEUS_MULTIPROC_DIR": "/nowhere",
    "prometheus_multiproc_dir": "/nowhere",
}


def configured() -> dict[str, object]:
    """Faust's settings as a worker would have them."""
    with patch("streams.runtime.assignment.GroupMetadata"):
        made = Topology(Settings(), policy_of(POLICY_TOML), 4, list(Kind), lambda _: None)
    conf = made.app.conf
    read = FaustSettings.SETTINGS.items()
    names = (name for name, one in read if one.env_name and not one.version_deprecated)
    return {name: str(getattr(conf, name)) for name in names}


def test_faust_reads_none_of_its_settings_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unset = configured()
    assert len(unset) > 70
    for one in FaustSettings.SETTINGS.values():
        if one.env_name not in {None, "APP_ENV_PREFIX"}:
            monkeypatch.setenv(one.env_name, "Mars/Phobos")
    assert configured() == unset
    monkeypatch.setenv("APP_ENV_PREFIX", "SHOP")
    assert configured() == unset


def test_a_command_starts_whatever_libraries_would_read_at_their_import() -> None:
    ours = {"WHALECURVE_BROKER": "127.0.0.1:1"}
    for hostile in ({}, AT_IMPORT):
        called = subprocess.run(
            [sys.executable, "-m", "streams", "topics", "check"],
            env=os.environ | ours | hostile,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert called.returncode == 1
        [line] = called.stderr.splitlines()
        assert line.startswith("whalecurve: no Kafka broker answers at 127.0.0.1:1")
