"""Customers of whom the head of customer service would ask: what became of them, by default.

Each story is a customer's years as the default policy judges them. A clock's events let time pass.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from streams.config.policy import load_policy
from tests.bench.decisions import Event, figures, judge, sample
from tests.support.making import master_data, payment, purchase, support_call

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
DAYS = 731
POLICY = load_policy(None)
Wire = dict[str, Any]


def at(day: float) -> str:
    """A moment, so many days after the first."""
    return (FIRST + timedelta(days=day)).isoformat().replace("+00:00", "Z")


def date(day: int) -> str:
    return at(day)[:10]


def buys(day: float, amount: str, cost: str, **more: Any) -> Event:
    return "purchases", purchase(
        event_id=f"b-{day}", occurred_at=at(day + 0.4), amount=amount, cost=cost, **more
    )


def gives_back(day: float, amount: str, cost: str, **more: Any) -> Event:
    return "purchases", purchase(
        event_id=f"r-{day}",
        occurred_at=at(day + 0.4),
        type="return",
        amount=amount,
        cost=cost,
        **more,
    )


def calls(day: float, minutes: int = 5, channel: str = "phone", **more: Any) -> Event:
    told = {"channel": channel, "duration_s": 60 * minutes, "occurred_at": at(day + 0.5)}
    return "support-calls", support_call(**({"event_id": f"c-{day}"} | told | more))


def pays(day: float, invoice: str, amount: str, due: float) -> Event:
    return "payments", payment(
        event_id=f"p-{day}",
        occurred_at=at(day + 0.5),
        invoice_id=invoice,
        amount=amount,
        due_at=at(due + 0.4),
    )


def is_known(day: float, **more: Any) -> Event:
    told = {"event_id": f"m-{day}", "occurred_at": at(day + 0.3)}
    return "customers", master_data(**(told | more))


class Told:
    """All that was said of one customer."""

    def __init__(self, *events: Event) -> None:
        clock = {"customer_id": "clock", "channel": "self_service", "duration_s": 0}
        ticks = [
            ("support-calls", support_call(event_id=f"t-{day}", occurred_at=at(day), **clock))
            for day in range(1, DAYS)
        ]
        made = judge(POLICY, sorted([*events, *ticks], key=lambda its: its[1]["occurred_at"]))
        assert made.rejected == 0

        def of(topic: str) -> list[Wire]:
            return [its for its in made.of(topic) if its["customer_id"] == "ada"]

        self.changes, self.risks, self.due = of("tier-changes"), of("at-risk"), of("contacts-due")
        self.last = of("customer-values")[-1]

    def tiers(self) -> list[str]:
        """Those it was in, one after the other."""
        return [
            its["to_tier"]
            for its in self.changes
            if its["direction"] in {"assigned", "upgrade", "downgrade"}
        ]

    def signals(self) -> list[str]:
        """What was said of its signals: name, status and day."""
        first = FIRST.date()
        return [
            f"{its['signal']} {its['status']} "
            f"{(datetime.fromisoformat(its['effective_at']).date() - first).days}"
            for its in self.risks
        ]

    def steps(self) -> set[str]:
        """All that were ever recommended."""
        return {its["recommended_step"] for its in self.risks} - {None}

    def asked(self, reason: str) -> list[str]:
        """The dates on which somebody was asked to get in touch."""
        return [its["effective_at"][:10] for its in self.due if its["reason"] == reason]

    def notices(self) -> list[Wire]:
        return [its for its in self.changes if its["direction"] == "notice"]


VIP = buys(0, "4000.00", "1000.00")


def test_dead_vip_is_let_alone_and_not_let_go() -> None:
    ada = Told(VIP, calls(40, complaint=True, resolved=False))
    assert ada.steps() == set()
    assert ada.asked("complaint") == [date(40)]
    assert [its.split()[0] for its in ada.signals()] == ["complaint_open"]


def test_vip_faulty_is_called_at_once() -> None:
    ada = Told(VIP, gives_back(20, "400.00", "0.00", seller_fault=True))
    assert ada.asked("seller_fault") == [date(20)]
    assert ada.last["value"]["lines"]["seller_fault_refunds"] == "0.00"
    # what is our fault costs no tier: the year's end does
    assert [its["effective_at"][:10] for its in ada.notices()] == [date(365 + 14)]


def test_prospect_is_ordinary_whatever_it_asks() -> None:
    reads = [calls(3 + 5 * n, 1, "self_service", issue="how to") for n in range(60)]
    ada = Told(is_known(0, segment="business"), *reads, calls(310, 600))
    assert (ada.tiers(), ada.notices(), ada.last["segments"]) == (["ordinary"], [], [])
    assert ada.steps() == set()
    # clicks are no plea for help
    assert ada.signals() == []


def test_term_over_ends_what_was_promised() -> None:
    promised = {"amount": "4000.00", "currency": "USD", "discount_rate": "0.05"}
    promised |= {"starts_on": date(0), "ends_on": date(365)}
    monthly = [buys(2 + 30 * n, "100.00", "60.00") for n in range(24)]
    ada = Told(is_known(0, joined_at=at(-900), commitment=promised), *monthly)
    assert ada.last["risks"] == []
    assert "commitment_shortfall cleared 366" in ada.signals()
    assert ada.steps() == {"reassess"}


def test_asks_then_buys_is_key_when_it_buys() -> None:
    ada = Told(calls(0, 30), buys(0.2, "6000.00", "1000.00"))
    assert ada.tiers()[:2] == ["ordinary", "key"]
    assert ada.changes[1]["effective_at"] == at(0.6)


def test_small_then_big_waits_for_nothing() -> None:
    ada = Told(
        buys(0, "20.00", "10.00"), buys(1, "900.00", "300.00"), buys(2, "5000.00", "1000.00")
    )
    assert ada.tiers()[:3] == ["ordinary", "important", "key"]
    assert [its["effective_at"][:10] for its in ada.changes[:3]] == [date(0), date(1), date(2)]


def test_biz_is_not_held_up_by_its_master_data() -> None:
    ada = Told(is_known(0, segment="business"), buys(1, "5000.00", "1000.00"))
    assert ada.tiers()[:2] == ["ordinary", "key"]
    assert ada.changes[1]["effective_at"][:10] == date(1)


def test_fault_vip_pays_for_none_of_our_faults() -> None:
    bug: dict[str, Any] = {"issue": "our bug", "seller_fault": True, "resolved": False}
    ada = Told(buys(2, "2600.00", "500.00"), *(calls(10 + n, 50, **bug) for n in range(30)))
    assert ada.tiers()[0] == "key"
    assert [its["effective_at"][:10] for its in ada.notices()] == [date(2 + 365 + 14)]
    assert ada.steps() == set()
    # the first, and each week while it goes on
    assert ada.asked("seller_fault") == [date(day) for day in (10, 17, 24, 31, 38)]


def test_vip_visit_raises_nothing_and_is_met() -> None:
    visits = [calls(20 + 6 * n, 60, "store", issue="manager visit") for n in range(4)]
    ada = Told(buys(5, "4000.00", "1000.00"), *visits)
    assert ada.steps() == set()
    assert ada.notices()[0]["effective_at"][:10] == date(5 + 365 + 14)
    assert ada.signals() == []
    # thirty days after the last visit, not after the sale
    assert (ada.asked("interval")[0], ada.due[0]["channel"]) == (date(38 + 30), "store")


def test_vip_who_only_clicks_and_buys_hears_from_his_account_manager() -> None:
    clicks = [calls(20 + 6 * n, 1, "self_service", issue="how to") for n in range(20)]
    ada = Told(buys(5, "4000.00", "1000.00"), *clicks, buys(20, "50.00", "20.00"))
    assert ada.asked("interval")[:2] == [date(5 + 30), date(5 + 60)]
    assert {(its["role"], its["channel"]) for its in ada.due[:2]} == {
        ("account_manager", "self_service")
    }


def test_monthly_raises_nothing() -> None:
    days = [(datetime(2024 + m // 12, m % 12 + 1, 1, tzinfo=UTC) - FIRST).days for m in range(24)]
    ada = Told(*(buys(day, "100.00", "40.00") for day in days))
    assert (ada.signals(), ada.notices()) == ([], [])


def test_prompt_raises_nothing() -> None:
    events = []
    for n in range(24):
        credit = {"invoice_id": f"P{n}", "due_at": at(19 + 30 * n + 0.4)}
        events += [
            buys(5 + 30 * n, "100.00", "40.00", **credit),
            pays(17 + 30 * n, f"P{n}", "100.00", 19 + 30 * n),
        ]
    ada = Told(*events)
    assert (ada.signals(), ada.notices()) == ([], [])


def test_sour_is_no_more_when_its_answers_are_a_year_old() -> None:
    answers = [calls(10 + n, issue=f"i{n}", resolved=True, satisfaction=1) for n in range(3)]
    ada = Told(*answers, *(buys(5 + 10 * n, "40.00", "20.00") for n in range(70)))
    assert ada.signals() == ["dissatisfied raised 12", "dissatisfied cleared 377"]


def late(amount: str, cost: str, every: int, terms: int, days: int, many: int) -> list[Event]:
    events = []
    for n in range(many):
        day = 5 + every * n
        credit = {"invoice_id": f"L{n}", "due_at": at(day + terms + 0.4)}
        events += [
            buys(day, amount, cost, **credit),
            pays(day + terms + days, f"L{n}", amount, day + terms),
        ]
    return events


def test_txu_late_is_forgiven_in_time_and_never_let_go() -> None:
    ada = Told(*late("100.00", "40.00", 30, 14, 15, 5))
    assert [its for its in ada.signals() if "late_payer" in its][-1].startswith(
        "late_payer cleared"
    )
    assert ada.steps() <= {"reassess", "educate"}


def test_late_key_is_reminded_of_and_stays_key() -> None:
    ada = Told(*late("2000.00", "600.00", 30, 20, 25, 6))
    assert ada.tiers()[:2] == ["important", "key"]
    assert ada.steps() <= {"reassess", "educate"}
    # a year after the last of them the last signal is over
    assert ada.last["ladder"] is None


def test_taker_who_brings_much_is_let_be() -> None:
    events = [buys(3 + 10 * n, "100.00", "40.00") for n in range(30)]
    events += [gives_back(6 + 10 * n, "100.00", "40.00") for n in range(1, 30, 2)]
    ada = Told(*events)
    assert ada.steps() == set()
    assert "important" in ada.tiers()


def test_fidelity_learns_to_call_less_and_is_not_let_go() -> None:
    events = []
    for n in range(12):
        events.append(buys(5 + 25 * n, "40.00", "10.00"))
        events += [calls(6 + 25 * n + more, 15, issue="balance", resolved=True) for more in (0, 1)]
    ada = Told(*events)
    assert ada.steps() == {"educate"}
    assert "maintenance" not in ada.tiers()


def test_on_the_sample_s_three_years_hardly_anybody_is_let_go_or_moved_to_and_fro() -> None:
    told = list(sample(POLICY, 3, 200))
    found = figures(judge(POLICY, told), told)
    assert found.ended_share <= 0.03
    assert found.soon_share <= 0.03
    assert found.open_share <= 1 / 8
