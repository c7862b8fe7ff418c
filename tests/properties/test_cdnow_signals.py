"""On real purchases: the stream raises the signals that a look at all of them finds."""

from datetime import date

import pytest

from tests.bench import replay, signals
from tests.bench.signals import Sign
from tests.support.cdnow import FILE

UNTIL, LATER = date(1997, 9, 30), date(1998, 6, 30)


@pytest.fixture(scope="module")
def of_all() -> list[Sign]:
    days = (UNTIL - date(1970, 1, 1)).days
    return list(signals.signs(signals.look(signals.read(FILE), days, (LATER - UNTIL).days)))


def test_the_stream_gives_the_signs_that_all_purchases_give(of_all: list[Sign]) -> None:
    of_stream = list(replay.signs(replay.pictures_at(UNTIL), replay.bought_later(UNTIL, LATER)))
    overdue, fading, faded, *_, once = of_all
    for told, found in zip(of_stream, (overdue, fading, faded, once), strict=True):
        assert told[1:] == found[1:], told.name
