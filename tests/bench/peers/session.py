"""One run of one peer: its folder, topics and processes. It leaves only a log and a result."""

import shutil
import subprocess
import sys
import time

import cluster
import peers
import processes
from settings import RUNS, broker_pid


class Session:
    def __init__(self, peer, input_prefix, kind):
        self.peer = peer
        self.tag = f"{kind}-{peer.name}-{time.time_ns() // 1_000_000}"
        self.input_prefix = input_prefix or f"{self.tag}-in-"
        self.output_prefix = f"{self.tag}-"
        self.folder = RUNS / self.tag
        self.log = self.folder / "log"
        self.web_ports = [processes.free_port() for _ in range(peer.workers)]
        self.workers = []
        self.broker = broker_pid()
        (self.folder / "tmp").mkdir(parents=True)

    def state(self, worker):
        return str(self.folder / f"state{worker}")

    @property
    def tier_changes(self):
        return self.output_prefix + "tier-changes"

    def prepare(self):
        """Creates the output topics; Whalecurve's are its own `topics create`'s."""
        for name, config in peers.topics_to_create(self.peer, self).items():
            cluster.create_topics([name], config)
        if self.peer.base == "whalecurve":
            self._whalecurve_topics()
        time.sleep(1)  # until every client sees the topics

    def _whalecurve_topics(self):
        argv = peers.whalecurve("topics", "create")
        env = peers.whalecurve_env(self.peer, self, self.web_ports[0])
        try:
            done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
        except OSError as error:
            sys.exit(f"cannot run {argv[0]!r}: {error.strerror}; set WHALECURVE_BIN")
        if done.returncode:
            said = (done.stderr or done.stdout).strip()
            sys.exit(f"`{' '.join(argv)}` left with status {done.returncode}:\n{said}")
        if self.tier_changes not in cluster.topics():
            sys.exit(f"`{' '.join(argv)}` did not create {self.tier_changes}")

    def start(self):
        with open(self.log, "ab") as log:
            for worker in range(self.peer.workers):
                argv, env = peers.command(self.peer, self, worker)
                self.workers.append(processes.start(argv, env, log, self.folder))

    def pids(self):
        return [pid for worker in self.workers for pid in processes.tree(worker.pid)]

    def cpu_seconds(self):
        return processes.cpu_seconds(self.pids())

    def broker_cpu_seconds(self):
        return processes.cpu_seconds([self.broker]) if self.broker else 0.0

    def exited(self):
        """A line for each worker that left on its own, with the end of the log."""
        gone = [
            f"PEER EXITED: {self.peer.label} worker {index} left with status {worker.returncode}"
            for index, worker in enumerate(self.workers)
            if worker.poll() is not None
        ]
        if not gone:
            return None
        last = self.log.read_text(errors="replace").splitlines()[-12:]
        return "\n".join([*gone, f"the end of {self.log}:", *("  | " + line for line in last)])

    def __enter__(self):
        return self

    def __exit__(self, *error):
        processes.stop(self.workers)
        self.clean()

    def clean(self):
        cluster.delete_topics_of(self.tag)
        for path in (self.folder / "tmp", *self.folder.glob("state*")):
            shutil.rmtree(path, ignore_errors=True)
