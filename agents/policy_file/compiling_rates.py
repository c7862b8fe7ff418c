"""Rate cards of a checked policy file, in minor units."""

from collections.abc import Mapping

from agents.policy.rates import Costs, RateCards
from agents.policy_file.keys import Contact, OwnContact, Service
from agents.policy_file.keys import Costs as CostsFile
from schemas.base.money import parse_minor, parse_ratio
from schemas.base.times import day_of_text
from schemas.base.vocabulary import CONTACT_CHANNELS


def rate_cards(service: Service, digits: int) -> RateCards:
    """The cards of a checked policy, in a base currency of so many digits."""
    return RateCards(
        _compiled(service, digits),
        [(day_of_text(card.from_day), _compiled(card, digits)) for card in service.card],
    )


def _compiled(file: CostsFile, digits: int) -> Costs:
    per_order = parse_minor(file.returns.per_order, digits)
    per_item = parse_minor(file.returns.per_item, digits)
    late_fee = parse_minor(file.late_payment.late_fee, digits)
    annual_rate = parse_ratio(file.late_payment.annual_rate)
    assert per_order is not None
    assert per_item is not None
    assert late_fee is not None
    assert annual_rate is not None
    reminders: list[tuple[int, int]] = []
    for reminder in file.reminder:
        cost = parse_minor(reminder.cost, digits)
        assert cost is not None
        reminders.append((reminder.after_days, cost))
    contacts = dict.fromkeys(CONTACT_CHANNELS, (0, 0, 1)) | _contact_costs(file.contact, digits)
    return Costs(
        contacts,
        contacts | _contact_costs(file.outbound, digits),
        per_order,
        per_item,
        late_fee,
        annual_rate,
        tuple(reminders),
    )


def _contact_costs(
    file: Mapping[str, Contact | OwnContact], digits: int
) -> dict[str, tuple[int, int, int]]:
    costs: dict[str, tuple[int, int, int]] = {}
    for channel, contact in file.items():
        fixed, rate = parse_minor(contact.fixed, digits), parse_ratio(contact.per_minute)
        assert fixed is not None
        assert rate is not None
        numerator, denominator = rate
        # per_minute is in major units: times 10**digits for minor ones, by 60 for a second
        costs[channel] = (fixed * 60 * denominator, numerator * 10**digits, 60 * denominator)
    return costs
