"""`python -m tests.faults.runbook`: writes docs/runbook.md from the cases and remedies."""

from pathlib import Path
from typing import Final

from tests.faults.cases import CASES
from tests.faults.remedies import REMEDIES

PATH: Final = Path(__file__).parents[2] / "docs" / "runbook.md"
_HEAD: Final = """\
# Runbook: what goes wrong, what is seen, what is done

Every one of these faults is tried in `tests/faults`, on real workers and a real Kafka (no. 26
on a broker without transactions): it costs time, and neither loses nor doubles anything but what
its row says. A worker that is in doubt ends with status 1 and one line (`worker failed`) that says
why; its supervisor starts it again. Only where that line comes again at each start is there
something to do. What is refused before a worker starts (settings, policy, topics, rights, a
password, a certificate) is one line (`whalecurve: …`) that names what to mend.

What an [alert](#alerts) asks for stands below the faults. This page is made by
`python -m tests.faults.runbook`.

| | fault | what is seen | what is done |
|---|---|---|---|
"""
_ALERTS: Final = """
## Alerts

The rules stand in [`alerts.yml`](../streams/ops/alerts.yml). Each leads here by its `runbook_url`,
a path in the repository.
"""


def runbook() -> str:
    """The page."""
    rows = (f"| {case.number} | {case.name} | {case.seen} | {case.done} |\n" for case in CASES)
    remedies = (f"\n### {remedy.alert}\n\n{remedy.text}\n" for remedy in REMEDIES)
    return "".join([_HEAD, *rows, _ALERTS, *remedies])


def anchor(alert: str) -> str:
    """Where an alert's remedy stands: the page's path in the repository, and the heading."""
    return f"docs/runbook.md#{alert.lower()}"


if __name__ == "__main__":
    PATH.write_text(runbook(), encoding="utf-8")
