"""Mistakes in the risk signals: bounds, windows and what is counted."""

from typing import Final

from tests.mutants.mutant import Mutant

ROOM: Final = "agents/signals/"


def _unit(name: str) -> tuple[str, ...]:
    return (f"tests/unit/agents/signals/test_{name}.py",)


SIGNALS: Final = (
    Mutant(
        "G1", "overdue when just so many gaps have passed", ROOM + "overdue.py",
        "return sales.last_day + self._pause(sales, factor) + 1",
        "return sales.last_day + self._pause(sales, factor)",
        _unit("overdue"),
    ),
    Mutant(
        "G2", "overdue asks for one purchase day more", ROOM + "overdue.py",
        "        if sales is None or sales.days < self._min_purchase_days:\n"
        "            return NO_DAY",
        "        if sales is None or sales.days <= self._min_purchase_days:\n"
        "            return NO_DAY",
        _unit("overdue"),
    ),
    Mutant(
        "G3", "just so many days late is late", ROOM + "late_payer.py",
        "if days > self._days]\n",
        "if days >= self._days]\n",
        _unit("late_payer"),
    ),
    Mutant(
        "G4", "a payment on its due day is not on time", ROOM + "late_payer.py",
        "all(days <= 0 for _, days in last)",
        "all(days < 0 for _, days in last)",
        _unit("late_payer"),
    ),
    Mutant(
        "G5", "late payments are counted among all that are kept", ROOM + "late_payer.py",
        "last = customer.payments.last[-self._of :]",
        "last = customer.payments.last",
        _unit("late_payer"),
    ),
    Mutant(
        "G6", "returns are abused from one sale more on", ROOM + "return_abuse.py",
        "if sales < self._orders or",
        "if sales <= self._orders or",
        _unit("return_abuse"),
    ),
    Mutant(
        "G7", "a spike clears one contact late", ROOM + "support_spike.py",
        "return self._counted(customer, at_us) <= self._clear_at",
        "return self._counted(customer, at_us) < self._clear_at",
        _unit("support_spike"),
    ),
    Mutant(
        "G8", "no second purchase is told a day late", ROOM + "no_second_purchase.py",
        "return WATCH if at_us // DAY_US >= sales.first_day + self._after_days else NONE",
        "return WATCH if at_us // DAY_US > sales.first_day + self._after_days else NONE",
        _unit("no_second_purchase"),
    ),
    Mutant(
        "G9", "a complaint is open a microsecond late", ROOM + "complaint_open.py",
        "issue.complaints_us[0] <= latest_us",
        "issue.complaints_us[0] < latest_us",
        _unit("complaint_open"),
    ),
    Mutant(
        "G10", "everybody's complaint is open", ROOM + "complaint_open.py",
        "        if not customer.signals.issues or tier < HIGH_RANK:\n            return NONE",
        "        if not customer.signals.issues:\n            return NONE",
        _unit("complaint_open"),
    ),
    Mutant(
        "G11", "a newcomer is unprofitable a day late", ROOM + "unprofitable.py",
        "is_no_newcomer = day - customer.first_day >= self._min_tenure_days",
        "is_no_newcomer = day - customer.first_day > self._min_tenure_days",
        _unit("unprofitable"),
    ),
    Mutant(
        "G12", "the seller's fault is never excused", ROOM + "unprofitable.py",
        "        return value.seller_fault if self._excuses else 0",
        "        return 0",
        _unit("unprofitable"),
    ),
    Mutant(
        "G13", "what was paid makes the pace though it has left", ROOM + "spend_drop.py",
        "                before -= cells[leaving + 2]\n",
        "",
        _unit("spend_drop"),
    ),
    Mutant(
        "G14", "the pace before is looked up a day too far back", ROOM + "spend_drop.py",
        "leaving = cells_below(cells, SALE_CELL, day - whole_days + 1)",
        "leaving = cells_below(cells, SALE_CELL, day - whole_days)",
        _unit("spend_drop"),
        hangs=True,
    ),
    Mutant(
        "G15", "a shortfall clears where it is raised", ROOM + "commitment_shortfall.py",
        "        numerator, denominator = self._clear_at\n"
        "        bought = commitment.revenue * term * denominator\n"
        "        return bought >=",
        "        numerator, denominator = self._below\n"
        "        bought = commitment.revenue * term * denominator\n"
        "        return bought >=",
        _unit("commitment_shortfall"),
    ),
    Mutant(
        "G16", "fading clears where it is raised", ROOM + "fading.py",
        "self._from_day(sales, self._clear_at)",
        "self._from_day(sales, self._below)",
        _unit("fading"),
    ),
    Mutant(
        "G17", "an issue's contacts count a day longer", "agents/customer/issues.py",
        "if day - window_days < cells[at] <= day]",
        "if day - window_days <= cells[at] <= day]",
        _unit("repeat_issue"),
    ),
    Mutant(
        "G18", "a share of the gaps is rounded down", "agents/customer/sales.py",
        "-(-share[0] * len(gaps) // share[1]) - 1",
        "share[0] * len(gaps) // share[1] - 1",
        _unit("overdue"),
    ),
    Mutant(
        "G19", "all purchase days tell the habit", "agents/customer/sales.py",
        "        del latest[:-most]\n",
        "",
        _unit("overdue"),
    ),
    Mutant(
        "G20", "the usual gap stays as it was found though a sale came", "agents/customer/sales.py",
        "        self.usual_gap_days = None\n        latest.insert",
        "        latest.insert",
        _unit("overdue"),
    ),
    Mutant(
        "G21", "an answer counts a day longer", ROOM + "dissatisfied.py",
        "day_start(day - self._age_days + 1)",
        "day_start(day - self._age_days)",
        _unit("dissatisfied"),
    ),
    Mutant(
        "G22", "a late payment counts a day longer", ROOM + "late_payer.py",
        "if day - made_day < self._age_days]",
        "if day - made_day <= self._age_days]",
        _unit("late_payer"),
        hangs=True,
    ),
    Mutant(
        "G23", "a term is over on its last day", ROOM + "commitment_shortfall.py",
        "self._ends_with_term and day > commitment.ends_day",
        "self._ends_with_term and day >= commitment.ends_day",
        _unit("commitment_shortfall"),
    ),
    Mutant(
        "G24", "who is at rest is unprofitable", ROOM + "unprofitable.py",
        "return WATCH if is_no_newcomer and day < self._rests_from_day(customer) else NONE",
        "return WATCH if is_no_newcomer else NONE",
        _unit("unprofitable"),
    ),
    Mutant(
        "G25", "a spike counts contacts on every channel", "agents/events/support_calls.py",
        "contacts = int(is_own and wire.channel in policy.keeps.contact_channels)",
        "contacts = int(is_own)",
        _unit("support_spike"),
    ),
    Mutant(
        "G26", "two signs of leaving are no worse than one", ROOM + "leaving.py",
        "len(held) >= ENOUGH or any(",
        "any(",
        _unit("leaving"),
    ),
    Mutant(
        "G27", "a purchase on the day on which leaving was raised does not clear it",
        ROOM + "leaving.py",
        "return sales.last_day >= day_of(row.since_us)",
        "return sales.last_day > day_of(row.since_us)",
        _unit("leaving"),
    ),
    Mutant(
        "G28", "signs that are part of leaving are raised alone, too", ROOM + "registry.py",
        "        if signal.name not in parts\n        and (",
        "        if (",
        _unit("leaving"),
    ),
    Mutant(
        "G29", "just too few gaps are enough", ROOM + "spend_drop.py",
        "return self._recent_days * denominator * (sales.days - 1) < numerator * span",
        "return self._recent_days * denominator * sales.days < numerator * span",
        _unit("leaving"),
    ),
    Mutant(
        "G30", "returns that cost just a part of the margin are abuse", ROOM + "share_of_sales.py",
        "cost > 0 and cost * denominator > numerator * margin",
        "cost > 0 and cost * denominator >= numerator * margin",
        _unit("return_abuse"),
    ),
)  # fmt: skip
"""By id, as they are told."""
