"""What the customer itself may see: a level, benefits, what lifts it, and nothing of ours."""

import msgspec

from agents.explain.for_customer import ForCustomer, for_customer
from tests.support.explaining import explained
from tests.support.feeding import sale
from tests.support.hearing import Ada
from tests.support.overriding import HELD, Tiered, spent
from tests.support.policies import policy
from tests.support.signalling import midnight


def test_it_tells_level_benefits_and_purchases() -> None:
    by = policy({"treatment.ordinary": {"support_priority": 3, "note": "call first"}})
    view = for_customer(explained(Ada(by, sale(1, amount="100"))), by)
    assert view == ForCustomer(2, 4, {"support_priority": 3}, 3, "1333.32", "USD", None, None)


def test_it_tells_until_when_the_level_is_kept() -> None:
    its = explained(Tiered(HELD, sale(1, amount="3000"), spent(3, "2900")))
    view = for_customer(its, HELD)
    assert (view.level, view.next_level, view.purchases_needed) == (4, None, None)
    assert view.kept_until == midnight(6)


def test_it_tells_when_the_next_level_comes_by_itself() -> None:
    by = policy({"tiers.hold": {"min_dwell_days": 5}})
    its = explained(Tiered(by, sale(1, amount="600"), sale(2, amount="3000")))
    view = for_customer(its, by)
    assert (view.next_level, view.reaches_next_at) == (4, midnight(6))
    assert view.purchases_needed is None


def test_it_holds_no_figure_signal_or_step_of_ours() -> None:
    view = msgspec.to_builtins(for_customer(explained(Ada(HELD, sale(1, amount="100"))), HELD))
    assert set(view) == {
        "level",
        "levels",
        "benefits",
        "next_level",
        "purchases_needed",
        "currency",
        "reaches_next_at",
        "kept_until",
    }
