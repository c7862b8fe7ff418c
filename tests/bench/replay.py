"""What the stream says of customers that leave, by a replay of CDNOW, and how often it is right.

`python -m tests.bench.replay [--until DATE]` lets shards take the purchases up to a day, by the
policy of docs/cdnow.toml, lets time pass to its end, and holds the signals that are open then against what
was bought in as many weeks again. A signal is right where nothing was. `tests.bench.signals`
reckons the same from all purchases at once.
"""

import argparse
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, Final

from streams.config.policy import load_policy
from tests.bench.signals import EXAMPLE, Sign
from tests.support.cdnow import purchases, snapshots

EPOCH: Final = date(1970, 1, 1)
FIRST: Final = date(1997, 1, 1)
OFTEN: Final = 3
"""Purchase days from which on a customer has a pace."""
Picture = dict[str, Any]


def pictures_at(until: date) -> dict[str, Picture]:
    """The newest snapshots at the end of a day."""
    return snapshots(load_policy(EXAMPLE), purchases(until.isoformat()), (until - EPOCH).days)


def bought_later(until: date, later: date) -> set[str]:
    """Who bought after a day, up to another one."""
    return {
        value["customer_id"]
        for value in purchases(later.isoformat())
        if value["occurred_at"][:10] > until.isoformat()
    }


def severity(picture: Picture, signal: str) -> str | None:
    """Of an open signal."""
    found = [risk["severity"] for risk in picture["risks"] if risk["signal"] == signal]
    return found[0] if found else None


def sign(name: str, among: dict[str, Picture], given: set[str], later: set[str]) -> Sign:
    """Precision and recall against `no purchase later`."""
    gone = among.keys() - later
    right = len(given & gone)
    return Sign(
        name, len(among), len(gone) / len(among), len(given), right / len(given), right / len(gone)
    )


def signs(pictures: dict[str, Picture], later: set[str]) -> Iterator[Sign]:
    """The signals, each among the customers it is meant for."""
    often = {
        whose: picture
        for whose, picture in pictures.items()
        if picture["lifetime"]["purchase_days"] >= OFTEN
    }

    def told(among: dict[str, Picture], is_told: Callable[[Picture], bool]) -> set[str]:
        return {whose for whose, picture in among.items() if is_told(picture)}

    overdue = told(often, lambda its: severity(its, "overdue") is not None)
    yield sign("overdue", often, overdue, later)
    fading = told(often, lambda its: severity(its, "fading") is not None)
    yield sign("fading", often, fading, later)
    faded = told(often, lambda its: severity(its, "fading") == "high")
    yield sign("fading (high)", often, faded, later)
    once = told(pictures, lambda its: severity(its, "no_second_purchase") is not None)
    yield sign("no_second_purchase", pictures, once, later)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--until", type=date.fromisoformat, default=date(1997, 9, 30))
    until = parser.parse_args().until
    later = until + timedelta(days=(until - FIRST).days + 1)
    print(f"{'signal':<24}{'among':>7}{'gone':>7}{'given':>7}{'precision':>11}{'recall':>8}")
    for each in signs(pictures_at(until), bought_later(until, later)):
        name, among, base, given, precision, recall = each
        print(f"{name:<24}{among:>7}{base:>7.1%}{given:>7}{precision:>11.1%}{recall:>8.1%}")


if __name__ == "__main__":
    main()
