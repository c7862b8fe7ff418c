"""`whalecurve up`: broker, worker and sample traffic in one, for a first look."""

import http
import http.client
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Final

import click

from agents.policy.compiled import Policy
from schemas.outputs.records import AT_RISK, TIER_CHANGES
from streams.cli.errors import Failure, one_line, settings_here
from streams.cli.live import LiveView, PlainView, View
from streams.cli.publishing import Publisher
from streams.cli.reading import Reader
from streams.cli.sample import LOST_SECONDS, Traffic
from streams.cli.scene import WATCHED, Scene
from streams.cli.stopping import silent_pipe, until_stopped
from streams.config.policy import load_policy
from streams.config.settings import ENDPOINT_SETTINGS, PREFIX, Settings, plaintext, variable
from streams.demo.embedded_broker import HOST, EmbeddedBroker, claim_port, start_tied, stop_process
from streams.kafka.topics import create_topics

READY_SECONDS: Final = 60.0
STOP_SECONDS: Final = 30.0
"""A worker's own bound for its last commit."""


@click.command()
@click.option(
    "--seconds", type=click.IntRange(min=0), default=0, show_default=True,
    help="End after so long. 0: go on until Ctrl-C.",
)  # fmt: skip
@click.option("--seed", default=1, show_default=True, help="The same seed, the same customers.")
@click.option(
    "--rate", type=click.IntRange(1, 1_000), default=40, show_default=True, help="Events/second."
)
def up(seconds: int, seed: int, rate: int) -> None:
    """Start a broker, a worker and sample traffic, and show what comes of it, until Ctrl-C.

    For a first look: nothing else is needed, and nothing is kept. The broker is the embedded one
    (pip install 'whalecurve[embedded]'), on a free port of this machine and in memory; Ctrl-C
    deletes it. The traffic passes two days a second, from three years ago until today, and has
    five customers for each event a second; it ends there, or after 200,000 events, and all else
    stays up.

    WHALECURVE_POLICY and the other settings apply, but for those of the broker. The worker's clock
    follows the events unless WHALECURVE_CLOCK is set.

    \b
    Example:
      whalecurve up
      WHALECURVE_POLICY=policy.toml whalecurve up --seconds 60 --rate 100
    """
    settings = settings_here()
    with one_line():
        policy = load_policy(settings.policy)
    folder = Path(tempfile.mkdtemp(prefix="whalecurve-up-"))
    try:
        with until_stopped() as stop, one_line(), silent_pipe():
            FirstLook(settings, policy, folder, stop).run(seconds, seed, rate)
    except Failure:
        # the logs stay: the one line names them
        with suppress(OSError):
            folder.rmdir()
        raise
    shutil.rmtree(folder, ignore_errors=True)


class FirstLook:
    """Everything that `whalecurve up` starts, in the order in which it must end."""

    def __init__(self, settings: Settings, policy: Policy, folder: Path, stop: Event) -> None:
        self._settings, self._policy, self._folder, self._stop = settings, policy, folder, stop
        self._log = folder / "worker.log"
        self._broker = EmbeddedBroker(log=folder / "broker.log")
        self._worker: subprocess.Popen[bytes]

    def run(self, seconds: int, seed: int, rate: int) -> None:
        """Start everything, show it until it is time, and end it; Failure where a part ends."""
        scene = Scene()
        with ExitStack() as stack:
            settings, port = self._start(stack)
            reader = stack.enter_context(Reader(settings, WATCHED, from_beginning=True))
            publisher = stack.enter_context(Publisher(settings))
            traffic = stack.enter_context(Traffic(publisher, self._policy, seed, rate))
            if not self._wait_ready(port):
                return
            scene.began = time.monotonic()
            view = self._view(scene, traffic, settings, port)
            with view:
                while not self._stop.is_set() and (not seconds or scene.seconds < seconds):
                    self._check()
                    for topic, record in reader.poll():
                        line = scene.take(topic, record)
                        if line is not None:
                            view.line(line)
                    scene.sent = publisher.delivered.total()
                    view.show(traffic.state)
        if self._worker.returncode != 0:
            raise self._worker_failed()
        click.echo(
            f"Ended after {scene.seconds:.0f} s: {scene.sent} events, "
            f"{scene.counts[TIER_CHANGES]} tier changes, {scene.counts[AT_RISK]} signals raised or "
            "cleared. Nothing is kept."
        )
        click.echo("What your own customers may yet bring: whalecurve fit, see docs/policy.md.")

    def _start(self, stack: ExitStack) -> tuple[Settings, int]:
        click.echo("Starting a broker, a worker and sample traffic: it takes some ten seconds.")
        click.echo("Everything is in memory: Ctrl-C ends it and deletes it.")
        address = self._broker.start()
        stack.callback(self._broker.stop)
        port = claim_port(self._settings.web_port)
        env = worker_environment(os.environ, address, port)
        settings = replace(
            plaintext(self._settings), broker=address, guarantee="at_least_once", web_port=port
        )
        create_topics(settings)
        self._worker = start_tied(
            [sys.executable, "-m", "streams", "worker"], log=self._log, cwd=Path.cwd(), env=env
        )
        stack.callback(self._stop_worker)
        return settings, port

    def _stop_worker(self) -> None:
        stop_process(self._worker, STOP_SECONDS if self._broker.running else LOST_SECONDS)

    def _view(self, scene: Scene, traffic: Traffic, settings: Settings, port: int) -> View:
        called = Path(sys.argv[0])
        named = called.name == "whalecurve" and not shutil.which("whalecurve")
        command = os.path.relpath(called) if named else "whalecurve"
        prefix = f"{PREFIX}BROKER={settings.broker} {command} tail"
        where = [
            f"Look on: {prefix} at-risk",
            f"         http://{HOST}:{port}/metrics, and README.md",
        ]
        if sys.stdout.isatty():
            where.append("Everything is in memory: Ctrl-C ends it and deletes it.")
            return LiveView(scene, f"Whalecurve: {traffic.title}", where)
        click.echo(f"Whalecurve: {traffic.title}")
        for line in where:
            click.echo(line)
        return PlainView(scene)

    def _wait_ready(self, port: int) -> bool:
        """Tell whether the worker is ready; False: it is to end before."""
        deadline = time.monotonic() + READY_SECONDS
        while not self._stop.is_set():
            self._check()
            if _is_ready(port):
                return True
            if time.monotonic() > deadline:
                raise Failure(
                    f"the worker was not ready within {READY_SECONDS:g} s; its log: {self._log}"
                )
            self._stop.wait(0.1)
        return False

    def _check(self) -> None:
        if self._worker.poll() is not None:
            raise self._worker_failed()
        if not self._broker.running:
            raise Failure(f"the embedded broker ended; its messages: {self._folder}/broker.log")

    def _worker_failed(self) -> Failure:
        lines = self._log.read_text(errors="replace").split("\n") if self._log.exists() else []
        last = next((line for line in reversed(lines) if line.strip()), "it said nothing")
        return Failure(
            f"the worker ended with {self._worker.returncode}: {last} (its log: {self._log})"
        )


def worker_environment(environment: Mapping[str, str], address: str, port: int) -> dict[str, str]:
    """Make the worker's environment: as found, but for what the embedded broker asks for."""
    defaults = {f"{PREFIX}COMMIT_MS": "500", f"{PREFIX}CLOCK": "event"}
    inherited = {
        name: text
        for name, text in environment.items()
        if name not in map(variable, ENDPOINT_SETTINGS)
    }
    return {
        **defaults,
        **inherited,
        f"{PREFIX}BROKER": address,
        f"{PREFIX}GUARANTEE": "at_least_once",
        f"{PREFIX}WEB_PORT": str(port),
    }


def _is_ready(port: int) -> bool:
    with suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection(HOST, port, timeout=1.0)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.HTTPStatus.OK
        finally:
            connection.close()
    return False
