"""Master data: what the `customers` topic tells of a customer, and the word to forget it.

A record replaces the whole of what an older one said; it books nothing. A null value erases.
"""

from agents.events.booking import INVALID, UNKNOWN_CURRENCY, Booking, Unbookable, id_key
from agents.events.cells import NOTHING
from agents.events.content import content_check
from agents.policy.compiled import Policy
from agents.policy.rates import convert
from schemas.base.money import CURRENCY_DIGITS, parse_minor, parse_ratio
from schemas.base.times import (
    LAST_DAY,
    day_and_micros,
    day_of,
    day_of_text,
    is_writable,
    micros,
)
from schemas.base.vocabulary import STEPS_TO_SET, TIERS
from schemas.inputs.events import Commitment, CustomerRecord, Kind, LadderAnswer, Override, Wallet
from schemas.inputs.fields import is_date, is_share
from schemas.state.rows import LARGEST, AnswerRow, CommitmentRow, MasterRow, OverrideRow

RANKS = {name: rank for rank, name in enumerate(TIERS)}


def book_customer(wire: CustomerRecord, policy: Policy) -> Booking | Unbookable:
    """The booking of master data, amounts converted at the rate of its day."""
    day, at_us = day_and_micros(wire.occurred_at)
    joined, override = wire.joined_at, wire.override
    expires = None if override is None else override.expires_at
    hold_until = None if wire.ladder is None else wire.ladder.hold_until
    first_day = policy.intake.earliest_day
    if not (
        first_day <= day <= LAST_DAY
        and (joined is None or is_writable(joined, policy.intake.earliest_joined_day))
        and (expires is None or is_writable(expires, first_day))
        and (hold_until is None or is_writable(hold_until, first_day))
    ):
        return INVALID
    joined_us = None if joined is None else micros(joined)
    expires_us = None if expires is None else micros(expires)
    wallet = _wallet(wire.wallet, policy, day)
    commitment = _commitment(wire.commitment, policy, day)
    faults = [part for part in (wallet, commitment) if isinstance(part, Unbookable)]
    if faults:
        # a wrong field of the second comes before an unknown currency of the first
        return INVALID if INVALID in faults else UNKNOWN_CURRENCY
    assert not isinstance(wallet, Unbookable)
    assert not isinstance(commitment, Unbookable)
    master = MasterRow(
        at_us=at_us,
        segment=wire.segment,
        region=wire.region,
        industry=wire.industry,
        joined_us=joined_us,
        wallet=wallet,
        commitment=commitment,
        override=None if override is None else _override(override, expires_us),
        ladder=_answer(wire.ladder),
    )
    return Booking(
        Kind.CUSTOMERS,
        wire.customer_id,
        wire.event_id,
        at_us,
        day,
        id_key(Kind.CUSTOMERS, wire.event_id),
        content_check(Kind.CUSTOMERS, wire),
        NOTHING,
        master=master,
    )


def book_erasure(customer_id: str, timestamp_ms: int) -> Booking:
    """The booking of a null value: at its record's time the customer is forgotten."""
    at_us = timestamp_ms * 1000
    return Booking(
        Kind.CUSTOMERS, customer_id, "", at_us, day_of(at_us), b"", 0, NOTHING, erases=True
    )


def _base_amount(amount: str, currency: str, policy: Policy, day: int) -> int | Unbookable:
    digits = CURRENCY_DIGITS.get(currency)
    if digits is None:
        return UNKNOWN_CURRENCY
    minor = parse_minor(amount, digits)
    if minor is None:
        return INVALID
    ratio = policy.rates.ratio(currency, day)
    if ratio is None:
        return UNKNOWN_CURRENCY
    return min(convert(minor, ratio), LARGEST)


def _wallet(wallet: Wallet | None, policy: Policy, day: int) -> int | Unbookable | None:
    return None if wallet is None else _base_amount(wallet.amount, wallet.currency, policy, day)


def _commitment(
    commitment: Commitment | None, policy: Policy, day: int
) -> CommitmentRow | Unbookable | None:
    if commitment is None:
        return None
    rate = commitment.discount_rate
    starts_on, ends_on = commitment.starts_on, commitment.ends_on
    if not (is_share(rate) and is_date(starts_on) and is_date(ends_on) and starts_on <= ends_on):
        return INVALID
    if day_of_text(starts_on) < policy.intake.earliest_day:
        return INVALID
    amount = _base_amount(commitment.amount, commitment.currency, policy, day)
    if isinstance(amount, Unbookable):
        return amount
    ratio = parse_ratio(rate)
    assert ratio is not None
    return CommitmentRow(amount, ratio, day_of_text(starts_on), day_of_text(ends_on), 0)


def _override(override: Override, expires_us: int | None) -> OverrideRow:
    return OverrideRow(override.mode, RANKS[override.tier], override.reason, expires_us)


def _answer(answer: LadderAnswer | None) -> AnswerRow | None:
    if answer is None:
        return None
    step = None if answer.set_step is None else STEPS_TO_SET.index(answer.set_step)
    hold_until = answer.hold_until
    return AnswerRow(step, None if hold_until is None else micros(hold_until), answer.reason)
