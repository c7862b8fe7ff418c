"""The peers: their names, their options, and the command that starts each.

A peer is written NAME[:option=value]…, e.g. kstreams-eos:commit_ms=100:workers=2.
"""

import os
import shlex
import sys
from dataclasses import dataclass

from settings import BROKER, HOME, INPUTS, PARTITIONS, WORK

# What may follow a name, and which options its program takes (None: any).
FLAGS = {
    "whalecurve": {"alo"},
    "kstreams": {"eos", "mem"},
    "faust": {"tuned"},
}
OPTIONS = {
    "whalecurve": None,
    "kstreams": {"commit_ms", "linger_ms", "threads", "cache_mb"},
    "faust": set(),
}
NAMES = "Peers: whalecurve[-alo] kstreams[-eos][-mem] faust[-tuned]"


@dataclass(frozen=True)
class Peer:
    label: str  # as written
    name: str  # kstreams-eos
    base: str  # kstreams
    flags: frozenset
    options: dict
    workers: int

    @property
    def reads_to(self):
        """Which of the oracle's readings its final tiers are held to."""
        return "swept" if self.base == "whalecurve" else "last_event"


def parse(label):
    name, *settings = label.split(":")
    base, *flags = name.split("-")
    if base not in FLAGS or not set(flags) <= FLAGS[base]:
        sys.exit(f"no peer {name!r}: {NAMES}")
    options = dict(setting.partition("=")[::2] for setting in settings)
    workers = int(options.pop("workers", os.environ.get("WORKERS", "1")))
    unknown = set(options) - (OPTIONS[base] if OPTIONS[base] is not None else set(options))
    if unknown:
        sys.exit(f"{base} has no option {', '.join(sorted(unknown))}")
    return Peer(label, name, base, frozenset(flags), options, workers)


def with_defaults(peer, defaults):
    """The peer with those of the defaults that it knows and was not given."""
    known = {"commit_ms"} if OPTIONS[peer.base] is None else OPTIONS[peer.base]
    options = {name: value for name, value in defaults.items() if name in known}
    return Peer(
        peer.label, peer.name, peer.base, peer.flags, {**options, **peer.options}, peer.workers
    )


def command(peer, run, worker):
    """(argv, env) of one worker; run has tag, input_prefix, output_prefix and folder."""
    program = {"whalecurve": _whalecurve, "faust": _faust}.get(peer.base, _java)
    return program(peer, run, worker)


def topics_to_create(peer, run):
    """The topics a peer needs before it starts (Whalecurve makes its own)."""
    if peer.base == "whalecurve":
        return {}
    topics = {run.output_prefix + "tier-changes": None, run.output_prefix + "at-risk": None}
    if peer.base == "faust":
        topics[run.tag + "-customers-changelog"] = {"cleanup.policy": "compact"}
    return topics


def whalecurve(*args):
    """The product's command; WHALECURVE_BIN may hold several words."""
    return [*shlex.split(os.environ.get("WHALECURVE_BIN") or "whalecurve"), *args]


def whalecurve_env(peer, run, web_port):
    """The contract's section 8; any option of the peer is one more setting."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("WHALECURVE_")}
    settings = {
        "broker": BROKER,
        "app_id": run.tag,
        "topic_prefix": run.input_prefix,
        "output_prefix": run.output_prefix,
        "policy": HOME / "policy.toml",
        "clock": "event",
        "guarantee": "at_least_once" if "alo" in peer.flags else "exactly_once",
        "snapshot_seconds": 3600,
        "partitions": PARTITIONS,
        "web_port": web_port,
        **peer.options,
    }
    return clean | {f"WHALECURVE_{name.upper()}": str(value) for name, value in settings.items()}


def _whalecurve(peer, run, worker):
    return whalecurve("worker"), whalecurve_env(peer, run, run.web_ports[worker])


def _java(peer, run, worker):
    store = "memory" if "mem" in peer.flags else "rocksdb"
    jars = WORK / peer.base
    argv = ["java", "-Xms1g", "-Xmx2g"]
    argv += os.environ.get("PEERS_JVM", "-XX:+UseParallelGC").split()
    argv += [f"-Djava.io.tmpdir={run.folder / 'tmp'}"]
    argv += ["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]
    argv += ["-cp", f"{jars}/{peer.base}-peer-1.jar:{jars}/lib/*", "peer.KStreamsPeer"]
    argv += _arguments(peer, run, worker)
    argv += ["--guarantee", "exactly_once_v2" if "eos" in peer.flags else "at_least_once"]
    argv += ["--store", store]
    return argv, dict(os.environ)


def _faust(peer, run, worker):
    env = os.environ | {"PEERS_BROKER": BROKER, "PEER_APP": run.tag}
    env |= {"PEER_IN": run.input_prefix, "PEER_OUT": run.output_prefix}
    argv = [sys.executable, str(HOME / "peer_faust.py"), "--datadir", run.state(worker)]
    if "tuned" in peer.flags:
        env["FAUST_TUNED"] = "1"
        argv += ["--loop", "uvloop"]
    return [*argv, "worker", "--loglevel", "info", "--without-web"], env


def _arguments(peer, run, worker):
    given = {
        "app": run.tag,
        "broker": BROKER,
        "in": run.input_prefix,
        "out": run.output_prefix,
        "state": run.state(worker),
        **peer.options,
    }
    return [word for k, v in given.items() for word in ("--" + k.replace("_", "-"), v)]


def input_topics(prefix):
    return [prefix + name for name in INPUTS]
