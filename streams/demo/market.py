"""The population behind the sample traffic: what each kind of customer does, and how often.

A whale curve in small: a few pillars make most of the profit, many steady and quiet customers add
a little, and some costly ones buy much and bring less than nothing: they call again and again
about the same issue, return goods, pay late and buy at a discount. Trouble comes in spells, so
that signals are raised and cleared. Pure: chance comes as a `random.Random`, time as an argument.
"""

from random import Random
from typing import Any, Final, NamedTuple

from schemas.base.money import CURRENCY_DIGITS, format_minor
from schemas.base.times import DAY_US, day_of, format_micros
from schemas.base.vocabulary import CONTACT_CHANNELS

TERMS_DAYS: Final = 14
"""How long a sale on credit may wait for its money."""
HOME_SHARE: Final = 0.9
"""Of the customers so many pay in the home currency."""


class Habits(NamedTuple):
    """How one kind of customer behaves; shares are of 1."""

    share: float
    """Of the population."""
    pull: float
    """How often it comes, against the others."""
    basket: tuple[int, int]
    """What it pays for one sale, in hundredths."""
    cost: tuple[float, float]
    """What the goods cost, as a share of what it pays."""
    discount: float
    """The most that it is given off the list price."""
    credit: float
    """Of its sales so many are on credit."""
    returns: float
    """Of its sales so many come back."""
    contacts: float
    """Of what it does so much is a contact."""
    trouble: float
    """The same in a spell of trouble."""
    trouble_days: tuple[int, int]
    """Of a period of so many days so many are a spell of trouble."""
    talk_s: tuple[int, int]
    """How long a contact of it takes."""
    late_days: tuple[int, int]
    """How late it pays in a spell without money (half of the time); else it is on time."""
    fails: float
    """Of its payments so many fail at first."""
    away_days: tuple[int, int]
    """Of a period of so many days it stays away for so many: some leave and come back."""


KINDS: Final = {
    "pillar": Habits(
        share=0.08, pull=3.0, basket=(12_000, 60_000), cost=(0.45, 0.60), discount=0.05,
        credit=0.60, returns=0.02, contacts=0.06, trouble=0.06, trouble_days=(365, 0),
        talk_s=(60, 420), late_days=(-4, 0), fails=0.01, away_days=(900, 0),
    ),
    "steady": Habits(
        share=0.50, pull=1.0, basket=(3_000, 22_000), cost=(0.50, 0.65), discount=0.10,
        credit=0.30, returns=0.05, contacts=0.10, trouble=0.50, trouble_days=(240, 20),
        talk_s=(60, 600), late_days=(-2, 6), fails=0.03, away_days=(700, 110),
    ),
    "costly": Habits(
        share=0.06, pull=4.0, basket=(6_000, 24_000), cost=(0.86, 1.0), discount=0.30,
        credit=0.60, returns=0.22, contacts=0.04, trouble=0.85, trouble_days=(80, 24),
        talk_s=(480, 2_400), late_days=(12, 45), fails=0.15, away_days=(800, 60),
    ),
    "quiet": Habits(
        share=0.36, pull=0.3, basket=(800, 6_000), cost=(0.45, 0.65), discount=0.0,
        credit=0.0, returns=0.03, contacts=0.08, trouble=0.08, trouble_days=(365, 0),
        talk_s=(30, 240), late_days=(0, 0), fails=0.0, away_days=(600, 200),
    ),
}  # fmt: skip

ISSUES: Final = ("delivery", "invoice", "setup", "warranty", "login", "wrong item", "price")
CATEGORIES: Final = ("tools", "garden", "office", "lighting", "storage", "paint")
SHOPS: Final = ("web", "app", "store", "phone")
LOCATIONS: Final = ("north", "south", "west", "east")
CHANNELS: Final = CONTACT_CHANNELS[:5]
CHANNEL_WEIGHTS: Final = (40, 20, 20, 5, 15)
"""By channel; what else there is these customers don't use."""
TROUBLED_WEIGHTS: Final = (75, 15, 10, 0, 0)
"""Who has trouble calls."""

Body = dict[str, Any]
"""An event without its id and time."""


REGIONS: Final = ("north", "south", "west", "east")
INDUSTRIES: Final = ("building", "catering", "health", "retail", "crafts")
ANSWERS: Final = (
    "talked to the buyer",
    "sent the price list",
    "figures checked, they are right",
    "new terms offered",
)
KNOWN_SHARE: Final = 0.5
"""Of so many customers master data are known."""


class Shopper(NamedTuple):
    """One customer."""

    customer_id: str
    habits: Habits
    currency: str
    phase: int
    """In days: when its spells fall."""

    def troubled(self, at_us: int) -> bool:
        """Tell whether it is in a spell of trouble."""
        period, days = self.habits.trouble_days
        return (day_of(at_us) + self.phase) % period < days

    def away(self, at_us: int) -> bool:
        """Tell whether it stays away."""
        period, days = self.habits.away_days
        return (day_of(at_us) + 3 * self.phase) % period < days

    def issue(self, at_us: int) -> str:
        """Name what it calls about: the same all through a spell."""
        period, _ = self.habits.trouble_days
        return ISSUES[((day_of(at_us) + self.phase) // period + self.phase) % len(ISSUES)]

    def short_of_money(self, at_us: int) -> bool:
        """Tell whether it pays late in these weeks."""
        return (day_of(at_us) + self.phase) % 160 < 80  # noqa: PLR2004 - about a quarter of a year


def population(rng: Random, customers: int, currencies: tuple[str, ...]) -> list[Shopper]:
    """Make so many customers; of a handful, too, the first are of every kind."""
    names, shares = list(KINDS), [habits.share for habits in KINDS.values()]
    width = max(4, len(str(customers)))
    shoppers = []
    for number in range(customers):
        kind = names[number] if number < len(names) else rng.choices(names, shares)[0]
        home = len(currencies) == 1 or rng.random() < HOME_SHARE
        currency = currencies[0] if home else rng.choice(currencies[1:])
        name = f"c-{number + 1:0{width}}"
        shoppers.append(Shopper(name, KINDS[kind], currency, rng.randrange(365)))
    return shoppers


def master_data(rng: Random, shopper: Shopper, at_us: int) -> Body:
    """Make what the CRM knows of a customer: big ones promise volumes, a few are overridden."""
    habits = shopper.habits
    low, high = habits.basket
    business = habits.credit > 0
    body: Body = {
        "segment": "business" if business else "individual",
        "region": rng.choice(REGIONS),
        "joined_at": format_micros((day_of(at_us) - rng.randint(30, 2_000)) * DAY_US),
        "wallet": {
            "amount": money(round(rng.uniform(5, 60) * (low + high)), shopper.currency),
            "currency": shopper.currency,
        },
    }
    if business:
        body["industry"] = rng.choice(INDUSTRIES)
    if habits.discount and rng.random() < 0.4:  # noqa: PLR2004 - who gets a discount promised more
        starts = day_of(at_us) - rng.randint(0, 90)
        body["commitment"] = {
            "amount": money(round(rng.uniform(1, 6) * high), shopper.currency),
            "currency": shopper.currency,
            "discount_rate": f"{habits.discount:.2f}",
            "starts_on": format_micros(starts * DAY_US)[:10],
            "ends_on": format_micros((starts + 364) * DAY_US)[:10],
        }
    if rng.random() < 0.04:  # noqa: PLR2004 - few know the owner
        body["override"] = {
            "tier": "important",
            "mode": "floor",
            "reason": "a reference customer of the board",
            "expires_at": format_micros((day_of(at_us) + rng.randint(60, 240)) * DAY_US),
        }
    return body


def sale(rng: Random, shopper: Shopper, order_id: str) -> tuple[Body, int, int]:
    """Make (a sale, what was paid and what the goods cost in hundredths)."""
    habits = shopper.habits
    low, high = habits.basket
    paid = round(low * (high / low) ** rng.random())
    cost = round(paid * rng.uniform(*habits.cost))
    body: Body = {
        "order_id": order_id,
        "amount": money(paid, shopper.currency),
        "currency": shopper.currency,
        "items": rng.choice((1, 1, 1, 2, 2, 3, 5)),
        "category": rng.choice(CATEGORIES),
        "channel": rng.choice(SHOPS),
        "location": rng.choice(LOCATIONS),
    }
    if rng.random() < 0.95:  # noqa: PLR2004 - a few tills do not know what goods cost
        body["cost"] = money(cost, shopper.currency)
    if habits.discount and rng.random() < 0.5:  # noqa: PLR2004 - every other sale
        listed = round(paid / (1 - rng.uniform(0.02, habits.discount)))
        body["list_amount"] = money(listed, shopper.currency)
    return body, paid, cost


def goods_back(rng: Random, shopper: Shopper, order_id: str, paid: int, cost: int) -> Body:
    """Make a return: whole, or a part; the goods are worth less than they were."""
    part = rng.choice((1.0, 1.0, 0.5))
    body: Body = {
        "order_id": order_id,
        "type": "return",
        "amount": money(round(paid * part), shopper.currency),
        "currency": shopper.currency,
        "cost": money(round(cost * part * rng.uniform(0.4, 1.0)), shopper.currency),
        "items": 1,
        "seller_fault": rng.random() < 0.25,  # noqa: PLR2004 - most change their minds
    }
    if not body["seller_fault"] and rng.random() < 0.4:  # noqa: PLR2004 - it is often waived
        body["fee"] = money(round(paid * part * 0.08), shopper.currency)
    return body


def contact(rng: Random, shopper: Shopper, at_us: int) -> Body:
    """Make a contact on one of the five channels; in trouble it is a call, long and unresolved."""
    habits, troubled = shopper.habits, shopper.troubled(at_us)
    channel = rng.choices(CHANNELS, TROUBLED_WEIGHTS if troubled else CHANNEL_WEIGHTS)[0]
    body: Body = {
        "issue": shopper.issue(at_us),
        "channel": channel,
        "duration_s": rng.randint(10, 90)
        if channel == "self_service"
        else rng.randint(*habits.talk_s),
        "resolved": rng.random() < (0.2 if troubled else 0.9),
    }
    if troubled and rng.random() < 0.3:  # noqa: PLR2004 - some say so
        body["complaint"] = True
    if rng.random() < (0.1 if troubled else 0.4):
        body["satisfaction"] = rng.randint(1, 2) if troubled else rng.randint(4, 5)
    return body


def put_right(issue: str) -> Body:
    """Make the contact by which a complaint is answered."""
    return {
        "issue": issue,
        "channel": "email",
        "duration_s": 120,
        "resolved": True,
        "satisfaction": 4,
    }


def called_back(issue: str) -> Body:
    """Make the call by which somebody promises a complainer to see to it."""
    return {
        "type": "contact",
        "channel": "phone",
        "by": "account_manager",
        "duration_s": 180,
        "reason": issue,
    }


def paid_late_us(rng: Random, shopper: Shopper, at_us: int) -> int:
    """Reckon how long after it is due it pays a sale of this time; below 0: before."""
    days = shopper.habits.late_days if shopper.short_of_money(at_us) else (-5, 0)
    return rng.randint(*days) * DAY_US - rng.randrange(1, DAY_US // 2)


def money(hundredths: int, currency: str) -> str:
    """Write decimal text with the currency's digits."""
    digits = CURRENCY_DIGITS[currency]
    return format_minor(int(hundredths * 10**digits // 100), digits)


def answer(rng: Random) -> Body:
    """Say what a clerk did about the step that was recommended for a customer."""
    return {"ladder": {"reason": rng.choice(ANSWERS)}}
