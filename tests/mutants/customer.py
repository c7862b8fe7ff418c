"""Mistakes in what is kept of a customer: windows, sales, invoices, issues, promises, ids."""

from typing import Final

from tests.mutants.mutant import Mutant

ROOM: Final = "agents/customer/"
UNIT: Final = "tests/unit/agents/customer/"
DEDUPE: Final = (UNIT + "test_dedupe.py",)
STATE: Final = (UNIT + "test_state.py",)
WINDOWS: Final = (UNIT + "test_windows.py",)
INVOICES: Final = (UNIT + "test_invoices.py", UNIT + "test_invoice_costs.py")
ISSUES: Final = (UNIT + "test_issues.py",)
ORDERS: Final = (UNIT + "test_orders.py",)
CANCELLED: Final = ("tests/properties/test_cancelled_orders.py",)
COMMITMENT: Final = (UNIT + "test_commitment.py",)
SIGNALS: Final = "tests/unit/agents/signals/"

CUSTOMER: Final = (
    Mutant(
        "K40", "a cancelled order goes on being bought for a promise", ROOM + "orders.py",
        "        self.master.count(cells)\n",
        "",
        CANCELLED,
    ),
    Mutant(
        "K41", "a sale that comes after its cancel counts", ROOM + "orders.py",
        "        elif order.is_cancelled:\n",
        "        elif order.is_cancelled and not part.sells:\n",
        ORDERS,
    ),
    Mutant(
        "K42", "a return lies on its own day though its sale is remembered", ROOM + "orders.py",
        "elif order.is_sold and not part.sells and event.cells:",
        "elif not order.is_sold and not part.sells and event.cells:",
        ORDERS,
    ),
    Mutant(
        "K43", "what reminding of a cancelled invoice cost is not taken back",
        ROOM + "order_pasts.py",
        "self._invoices.book_reminders(closing, day, policy, -1)",
        "self._invoices.book_reminders(closing, day, policy, 0)",
        ORDERS,
    ),
    Mutant(
        "K45", "a return that moves to its sale's day leaves an order behind", ROOM + "orders.py",
        "        pairs = sorted([*pairs, (cells[0] | ORDERS, -1)])\n",
        "        pass\n",
        ORDERS,
    ),
    Mutant(
        "K44", "an order is remembered a day too long", ROOM + "orders.py",
        "else day - policy.orders.remember_days\n",
        "else day - policy.orders.remember_days - 1\n",
        ORDERS,
    ),
    Mutant(
        "A1", "an id of a day that is forgotten is remembered", ROOM + "dedupe.py",
        "if day - event.day < policy.dedupe_days:",
        "if day - event.day <= policy.dedupe_days:",
        (*STATE, *DEDUPE),
    ),
    Mutant(
        "A2", "of two records of the same time the first holds", ROOM + "master_data.py",
        "if known is not None and master.at_us < known.at_us:",
        "if known is not None and master.at_us <= known.at_us:",
        ("tests/unit/agents/events/test_customers.py", "tests/unit/agents/decide/test_override.py"),
    ),
    Mutant(
        "K30", "a term whose end is moved begins anew", ROOM + "master_data.py",
        "if before is None or before.starts_day != term.starts_day:",
        "if before is None or (before.starts_day, before.ends_day) != "
        "(term.starts_day, term.ends_day):",
        COMMITMENT,
    ),
    Mutant(
        "K31", "what came between the ends of a term is left out", ROOM + "master_data.py",
        "return before.revenue + longer - shorter",
        "return before.revenue - shorter",
        COMMITMENT,
    ),
    Mutant(
        "K32", "what came after the new end of a term counts on", ROOM + "master_data.py",
        "return before.revenue + longer - shorter",
        "return before.revenue + longer",
        COMMITMENT,
    ),
    Mutant(
        "A12", "a row says that it was judged by a policy that has not judged it",
        ROOM + "rows.py",
        "policy_check=JUDGED_BY_NONE if customer.policy_is_new else policy.check,",
        "policy_check=policy.check,",
        ("tests/unit/agents/partition/test_policy_change.py",),
    ),
    Mutant(
        "A22", "the first day of the window before is left out of it", ROOM + "worth.py",
        "elif self.before is not None and age_days < 2 * policy.window_days:",
        "elif self.before is not None and policy.window_days < age_days < 2 * policy.window_days:",
        ("tests/unit/agents/decide/test_segments.py", *WINDOWS),
    ),
    Mutant(
        "A23", "one open invoice fewer has room", ROOM + "invoices.py",
        "while len(self.open) > open_max:",
        "while len(self.open) >= open_max:",
        INVOICES,
    ),
    Mutant(
        "A24", "the index of ids still knows who was forgotten", ROOM + "dedupe.py",
        "            for _, key, _ in _ENTRY.iter_unpack(self.entries[:size]):\n"
        "                del self._index[key]\n",
        "",
        DEDUPE,
    ),
    Mutant(
        "A28", "a late event a day before the first makes nobody older", ROOM + "state.py",
        "elif event.day < self.first_day:",
        "elif event.day < self.first_day - 1:",
        STATE,
    ),
    Mutant(
        "C4", "a row beyond what the changelog admits is stored", ROOM + "rows.py",
        "if len(data) > ROW_MAX_BYTES:",
        "if len(data) > 2 * ROW_MAX_BYTES:",
        ("tests/unit/agents/partition/test_limits.py",),
    ),
    Mutant(
        "K1", "a day leaves the value window a day late", ROOM + "worth.py",
        "        last_expired = day - policy.window_days\n",
        "        last_expired = day - policy.window_days - 1\n",
        (*STATE, *WINDOWS),
        hangs=True,
    ),
    Mutant(
        "K2", "the seller's fault of days that left goes on counting", ROOM + "windows.py",
        "            self._totals[line] -= amount",
        "            self._totals[line] -= amount * (line != SELLER_FAULT)",
        (*WINDOWS, SIGNALS + "test_unprofitable.py"),
    ),
    Mutant(
        "K3", "a day that leaves does not go into the window before", ROOM + "worth.py",
        "                    self.before.add(cell_day, amount)",
        "                    pass",
        ("tests/unit/agents/decide/test_segments.py",),
    ),
    Mutant(
        "K4", "the pace of spending stays as it was found though a sale came", ROOM + "sales.py",
        "        self.pace = None\n        if keeps",
        "        if keeps",
        (SIGNALS + "test_spend_drop.py",),
    ),
    Mutant(
        "K5", "the day on which one fades stays though a sale came", ROOM + "sales.py",
        "        self.fades.clear()\n",
        "",
        (SIGNALS + "test_fading.py",),
    ),
    Mutant(
        "K6", "a late sale on an old day is a new purchase day each time", ROOM + "sales.py",
        "            is_new = day not in (self.first_day, self.last_day)\n",
        "            is_new = True\n",
        (SIGNALS + "test_overdue.py",),
    ),
    Mutant(
        "K7", "an invoice is paid when its last payment came in, not when the latest was made",
        ROOM + "invoices.py",
        "credit.at_us if until is None else max(until, credit.at_us)",
        "credit.at_us",
        INVOICES,
    ),
    Mutant(
        "K8", "interest of an open invoice grows beyond the window", ROOM + "invoices.py",
        "min(days, policy.window_days), costs)",
        "days, costs)",
        INVOICES,
    ),
    Mutant(
        "K9", "another sale moves the due day of its invoice back", ROOM + "invoices.py",
        "invoice.due_us = max(invoice.due_us, entry.due_us)",
        "invoice.due_us = entry.due_us",
        INVOICES,
    ),
    Mutant(
        "K10", "the youngest credits are forgotten first", ROOM + "credits.py",
        "            del self.entries[:beyond]",
        "            del self.entries[-beyond:]",
        INVOICES,
    ),
    Mutant(
        "K11", "leakage counts a day after its share of the term", ROOM + "commitment.py",
        "if passed == 0 or passed * denominator < numerator * term:",
        "if passed == 0 or passed * denominator <= numerator * term:",
        COMMITMENT,
    ),
    Mutant(
        "K12", "a term ends a day early", ROOM + "commitment.py",
        "term = commitment.ends_day - commitment.starts_day + 1",
        "term = commitment.ends_day - commitment.starts_day",
        COMMITMENT,
    ),
    Mutant(
        "K13", "a newer record of a promise forgets what was bought", ROOM + "master_data.py",
        "if before is None or before.starts_day != term.starts_day:",
        "if True:",
        COMMITMENT,
    ),
    Mutant(
        "K14", "a complaint is left open by the word of its own moment", ROOM + "issues.py",
        "if complaint_us > issue.word_us",
        "if complaint_us >= issue.word_us",
        (*ISSUES, SIGNALS + "test_complaint_open.py"),
    ),
    Mutant(
        "K15", "of two words of one moment the first holds", ROOM + "issues.py",
        "at_us >= issue.word_us):",
        "at_us > issue.word_us):",
        (*ISSUES, SIGNALS + "test_repeat_issue.py", SIGNALS + "test_complaint_open.py"),
    ),
    Mutant(
        "K16", "an issue with a complaint is forgotten first", ROOM + "issues.py",
        "return bool(issue.complaints_us), issue.last_us",
        "return not issue.complaints_us, issue.last_us",
        ISSUES,
    ),
    Mutant(
        "K18", "a cool-down is kept a day longer", ROOM + "signal_state.py",
        "if row.day + cooldown_days <= day]",
        "if row.day + cooldown_days < day]",
        ("tests/unit/agents/decide/test_episodes.py",),
    ),
    Mutant(
        "K19", "the latest payments are forgotten first", ROOM + "payments.py",
        "del self.last[: -policy.keeps.payments]",
        "del self.last[policy.keeps.payments :]",
        (SIGNALS + "test_late_payer.py",),
    ),
    Mutant(
        "K20", "a late contact on the day that just left is counted", ROOM + "windows.py",
        "day - event.day < policy.keeps.contact_days:",
        "day - event.day <= policy.keeps.contact_days:",
        (*WINDOWS, SIGNALS + "test_support_spike.py"),
    ),
    Mutant(
        "K21", "within a day nothing grows that invoices cost", ROOM + "state.py",
        "        elif self.invoices.next_us <= at_us:",
        "        elif self.invoices.next_us < 0:",
        INVOICES,
        hangs=True,
    ),
)  # fmt: skip
"""By id, as they are told."""
