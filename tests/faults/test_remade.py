"""A changelog that was deleted and made anew is noticed: by its rows, and while a worker runs."""

import pytest

from tests.faults.plan import Plan
from tests.oracle.sample import sample
from tests.support.topics import CHANGELOG, Place, Watch, admin_of, create_topics, load
from tests.support.waiting import wait_until
from tests.support.workers import Crew

SECONDS = 60.0
BLIND = Plan(constants={"kafka.changelog_watch.LOOK_EVERY_S": 600.0})

pytestmark = [pytest.mark.kafka, pytest.mark.fault(28)]


def make_anew(place: Place) -> None:
    """As an operator who makes what a worker that ended asked for."""
    name = place.name(CHANGELOG)
    with admin_of(place.broker) as admin:
        admin.delete_topics([name])
        wait_until("it is gone", lambda: name not in admin.list_topics(), SECONDS)
    create_topics(place)


def test_a_running_worker_notices_a_changelog_made_anew_and_so_does_the_next(
    place: Place, told: Place, crew: Crew, watch: Watch
) -> None:
    load(place, sample(61, 2_000, 100, partitions=place.partitions))
    worker = crew.start(told)
    crew.wait_until_read(watch, SECONDS)
    make_anew(place)
    for why in (worker.must_fail(SECONDS), crew.start(told).must_park(SECONDS)):
        assert "changelog" in why
        assert "WHALECURVE_APP_ID" in why


def test_rows_of_another_changelog_are_refused(
    place: Place, told: Place, crew: Crew, watch: Watch
) -> None:
    records = sample(61, 4_000, 100, partitions=place.partitions)
    load(place, records[:2_000])
    worker = crew.start(BLIND.told(told))
    crew.wait_until_read(watch, SECONDS)
    make_anew(place)
    load(place, records[2_000:])
    crew.wait_until_read(watch, SECONDS)
    worker.stop()
    why = crew.start(told).must_park(SECONDS)
    assert "the changelog of partition" in why
    assert "made anew" in why
    assert "WHALECURVE_APP_ID" in why
