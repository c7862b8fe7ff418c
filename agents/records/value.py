"""The `value` object of records: figures and the lines that they are made of, as text.

A room of its own because it is made for every record, and compiled it takes half the time.
"""

from agents.customer.state import Customer
from agents.policy.compiled import Policy
from schemas.base.money import format_minor
from schemas.base.value_lines import (
    CONTACT_LINES,
    CONTACTS,
    DISCOUNTS,
    FEES,
    GOODS,
    LATE_PAYMENT,
    MORE_CONTACTS,
    REMINDERS,
    RETURNS,
    REVENUE,
    SELLER_FAULT,
    SELLER_FAULT_REFUNDS,
    WITHOUT_COST,
)
from schemas.outputs.parts import Contacts, Lines, Value


def value_from(
    totals: list[int], index: int, leakage: int, currency: str, digits: int, window_days: int
) -> Value:
    """Section 4's figures of the contract and their lines.

    `totals` holds the sum of each line (`schemas.base.value_lines`), `index` what tiers are judged
    by, `leakage` the discount that was granted and not earned; all in minor units.
    """
    nothing = format_minor(0, digits)
    text = [nothing] * len(totals)
    for line, total in enumerate(totals):
        if total:
            text[line] = format_minor(total, digits)
    margin = totals[REVENUE] - totals[GOODS] + totals[FEES]
    service_cost = totals[RETURNS] + totals[LATE_PAYMENT] + totals[REMINDERS]
    for line in CONTACT_LINES:
        service_cost += totals[line]
    brought = format_minor(margin - service_cost, digits)
    return Value(
        currency=currency,
        window_days=window_days,
        revenue=text[REVENUE],
        goods_cost=text[GOODS],
        margin=format_minor(margin, digits),
        service_cost=format_minor(service_cost, digits) if service_cost else nothing,
        contribution=brought,
        index=brought if index == margin - service_cost else format_minor(index, digits),
        estimated=totals[WITHOUT_COST] != 0,
        lines=Lines(
            revenue=text[REVENUE],
            discounts_given=text[DISCOUNTS],
            goods=text[GOODS],
            restocking_fees=text[FEES],
            contacts=Contacts(
                phone=text[CONTACTS],
                chat=text[CONTACTS + 1],
                email=text[CONTACTS + 2],
                store=text[CONTACTS + 3],
                self_service=text[CONTACTS + 4],
                sms=text[MORE_CONTACTS],
                whatsapp=text[MORE_CONTACTS + 1],
                social=text[MORE_CONTACTS + 2],
                video=text[MORE_CONTACTS + 3],
            ),
            returns=text[RETURNS],
            late_payment=text[LATE_PAYMENT],
            reminders=text[REMINDERS],
            discount_leakage=format_minor(leakage, digits) if leakage else nothing,
            seller_fault=text[SELLER_FAULT],
            seller_fault_refunds=text[SELLER_FAULT_REFUNDS],
            revenue_without_cost=text[WITHOUT_COST],
        ),
    )


def value_of(customer: Customer, totals: list[int], index: int, policy: Policy) -> Value:
    """The `value` object of a customer; `totals` and `index` are its own."""
    return value_from(
        totals,
        index,
        customer.leakage(policy),
        policy.base_currency,
        policy.digits,
        policy.window_days,
    )
