"""At the edges of numbers, time and policy: nothing stops the stream, nothing is missed."""

from dataclasses import replace
from typing import Any

import pytest

from agents.policy.compiled import Policy
from agents.policy_file.reading import PolicyError
from schemas.inputs.events import Kind
from schemas.inputs.intake_rules import ANY
from streams.config.policy import load_policy
from tests.support.feeding import sale
from tests.support.happening import batch, happened
from tests.support.making import master_data, payment, purchase, support_call
from tests.support.policies import policy, policy_file, section
from tests.support.tables import table

DEFAULT = load_policy(None)
WITHOUT_EARLIEST = replace(DEFAULT, intake=ANY)


def fading(landmark: str) -> Policy:
    return policy({"value": {"measure": "decayed", "half_life_days": 7, "landmark": landmark}})


LATEST = payment(amount="9" * 15, due_at="0001-01-01T00:00:00Z")
EARLIEST = purchase(occurred_at="0001-01-01T00:00:00+10:00")


@table("event", ("the latest payment", LATEST), ("the first sale", EARLIEST))
def test_the_ends_of_the_calendar_do_not_stop_the_stream(event: dict[str, Any]) -> None:
    happened(event).changes()


@table(
    "landmark at",
    # half-lives since the landmark: 105,000 and 416,000
    ("0001-01-01", "2026-03-01T12:00:00Z"),
    ("2020-01-01", "9999-12-31T23:59:59Z"),
)
def test_a_value_that_faded_for_ages_does_not_stop_the_stream(landmark: str, at: str) -> None:
    desk = happened(by=fading(landmark))
    # a record without a timestamp has no future
    desk.shard.put(batch(Kind.PURCHASES, purchase(occurred_at=at)))
    desk.take()
    desk.changes()


def test_long_before_its_landmark_a_value_does_not_fade() -> None:
    bought = [sale(1, amount="1000"), sale(8, amount="0")]
    assert happened(*bought, by=fading("2030-01-01")).worth("index") == [100_000]


def test_many_of_the_largest_amounts_do_not_stop_the_stream() -> None:
    many = [sale(1, number, amount="9" * 15) for number in range(100)]
    desk = happened(*many, by=policy({"dedupe_ids_max": 1000}))
    assert desk.contribution() == "99999999999999900.00"


def test_a_treatment_that_can_t_go_out_is_refused() -> None:
    with pytest.raises(PolicyError, match=r"^test\.toml: treatment\.key\.support_priority: "):
        policy_file({"treatment.key.support_priority": 99999999999999999999})


@table("at", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00+01:00", "1969-12-31T23:59:59Z")
def test_a_date_before_1970_does_not_stop_the_stream(at: str) -> None:
    told = [make(occurred_at=at) for make in (purchase, master_data, support_call)]
    told.append(payment(occurred_at=at, due_at=at))
    desk = happened(*told, by=WITHOUT_EARLIEST)
    assert (desk.outcome("reasons", "applied"), desk.risks) == ([[], 4], [])
    assert happened(*told, by=DEFAULT).outcome("reasons", "applied") == [["invalid_field"] * 4, 0]


def test_a_downgrade_that_takes_effect_after_the_year_9999_does_not_stop_the_stream() -> None:
    sold = purchase(occurred_at="9999-12-31T00:00:00Z", amount="600.00")
    back = sold | {"occurred_at": "9999-12-31T01:00:00Z", "type": "return", "event_id": "back"}
    desk = happened(by=policy(section("hold")))
    desk.shard.put(batch(Kind.PURCHASES, sold, back))
    told = [("assigned", None), ("notice", "9999-12-31T23:59:59.999999Z")]
    assert desk.drained().tiers("direction", "takes_effect_at") == told
