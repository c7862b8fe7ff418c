"""Every field of every outbound event once, in order, with what it holds and what it means.

The JSON Schemas and the documentation are made from these tables; a test holds them equal to what
Whalecurve puts out. A field stands in every record, though it may be null.
"""

from typing import Any, Final, NamedTuple

from schemas.base.money import CURRENCY_DIGITS
from schemas.base.vocabulary import CONTACT_CHANNELS, STEPS, TIERS
from schemas.inputs.events import MAX_ID_CHARS
from schemas.inputs.rejects import Reason
from schemas.outputs.records import (
    AT_RISK,
    COMMIT_HEADER,
    CONTACTS_DUE,
    CUSTOMER_VALUES,
    CUTOFFS,
    ERASURES,
    HISTOGRAMS,
    TIER_CHANGES,
)


class Form(NamedTuple):
    """What a field may hold: in words, and as a JSON Schema."""

    words: str
    schema: dict[str, Any]


class OutputField(NamedTuple):
    """One field of an output or of an object in it."""

    name: str
    form: Form
    meaning: str


def _one_of(*choices: str | None) -> Form:
    words = ", ".join("null" if choice is None else f"`{choice}`" for choice in choices)
    return Form(words, {"enum": list(choices)})


def _object(name: str) -> Form:
    return Form(f"an object: `{name}` below", {"$ref": f"#/$defs/{name}"})


def _object_or_null(name: str) -> Form:
    schema = {"anyOf": [{"$ref": f"#/$defs/{name}"}, {"type": "null"}]}
    return Form(f"an object: `{name}` below, or null", schema)


def _list_of(name: str) -> Form:
    return Form(
        f"a list of `{name}` below", {"type": "array", "items": {"$ref": f"#/$defs/{name}"}}
    )


TEXT: Final = Form("a text", {"type": "string"})
TEXT_OR_NULL: Final = Form("a text, or null", {"type": ["string", "null"]})
ID: Final = Form(
    f"a text of 1 to {MAX_ID_CHARS} characters",
    {"type": "string", "minLength": 1, "maxLength": MAX_ID_CHARS},
)
_DATE_TIME: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
MOMENT: Final = Form(
    "an RFC 3339 time in UTC",
    {
        "type": "string",
        "format": "date-time",
        "pattern": rf"^{_DATE_TIME}(\.[0-9]{{3}}([0-9]{{3}})?)?Z$",
    },
)
MOMENT_OR_NULL: Final = Form(
    "an RFC 3339 time in UTC, or null", {"anyOf": [MOMENT.schema, {"type": "null"}]}
)
AMOUNT: Final = Form(
    "a decimal text with the currency's digits",
    {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{2,4})?$"},
)
AMOUNT_OR_NULL: Final = Form(
    f"{AMOUNT.words}, or null", {"anyOf": [AMOUNT.schema, {"type": "null"}]}
)
DATE: Final = Form(
    "a date as YYYY-MM-DD", {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
)
ESTIMATE: Final = Form(
    "a decimal text with 4 digits behind the point",
    {"type": "string", "pattern": r"^[0-9]+\.[0-9]{4}$"},
)
COUNTING: Final = Form("an integer from 1", {"type": "integer", "minimum": 1})
WHOLE: Final = Form("an integer from 0", {"type": "integer", "minimum": 0})
WHOLE_OR_NULL: Final = Form("an integer, or null", {"type": ["integer", "null"], "minimum": 0})
SHARE_OR_NULL: Final = Form(
    "a decimal text with 4 digits behind the point, or null",
    {"type": ["string", "null"], "pattern": r"^-?[0-9]+\.[0-9]{4}$"},
)
MEASURE: Final = Form("an integer, or money as decimal text", {"type": ["integer", "string"]})
FLAG: Final = Form("true or false", {"type": "boolean"})
TREATMENT: Final = Form("an object, as the policy has it", {"type": "object"})
CURRENCY: Final = Form("an ISO 4217 code", {"enum": sorted(CURRENCY_DIGITS)})
TIER: Final = _one_of(*TIERS)
SEVERITY: Final = _one_of("watch", "high")

_CUSTOMER: Final = OutputField("customer_id", ID, "whom this is about; also the record's key")
_CUTOFFS_VERSION: Final = OutputField(
    "cutoffs_version",
    WHOLE_OR_NULL,
    "the version of the cut-offs on tier-cutoffs by which the tier was judged; null: by entries",
)
_EVENT_ID: Final = OutputField(
    "event_id", TEXT, "the same whenever the same output is made again: drop what came twice"
)
_SEQUENCE: Final = OutputField(
    "sequence",
    COUNTING,
    "counts one customer's records on tier-changes and at-risk together: no gap, no repeat",
)
_EFFECTIVE: Final = OutputField("effective_at", MOMENT, "event time at which it holds")
_EVALUATED: Final = OutputField(
    "evaluated_at", MOMENT, "the clock when it was judged: all that may differ between two runs"
)
_TRIGGER: Final = OutputField("trigger", _object("trigger"), "what made Whalecurve judge")
_VALUE: Final = OutputField("value", _object("value"), "the figures of the customer's window")
_POLICY: Final = OutputField("policy_version", TEXT, "the `version` of the policy that judged")

_BY_VALUE: Final = OutputField(
    "tier_by_value", TIER, "the tier that would be in force without an override"
)
_OVERRIDE: Final = OutputField(
    "override", _object_or_null("override"), "the override in force; null: none is"
)

OUTPUT_FIELDS: Final[dict[str, tuple[OutputField, ...]]] = {
    TIER_CHANGES: (
        _EVENT_ID,
        _CUSTOMER,
        _SEQUENCE,
        OutputField("from_tier", _one_of(*TIERS, None), "the tier before; null the first time"),
        OutputField("to_tier", TIER, "the tier from now on"),
        OutputField(
            "direction",
            _one_of("assigned", "upgrade", "downgrade", "notice", "notice_withdrawn"),
            "`assigned` is the first time; a `notice` announces a downgrade that has not happened "
            "yet: `to_tier` is where it would lead today",
        ),
        OutputField(
            "takes_effect_at",
            MOMENT_OR_NULL,
            "of a `notice`: when the downgrade comes, unless the customer recovers",
        ),
        _BY_VALUE,
        _OVERRIDE,
        _CUTOFFS_VERSION,
        _EFFECTIVE,
        _EVALUATED,
        _VALUE,
        OutputField(
            "reasons",
            _list_of("finding"),
            "the entry that was reached, the next one, which was not, the bound beside an entry "
            "that `[tiers.hold]` sets, the override, and what its segments rest on",
        ),
        _TRIGGER,
        OutputField("treatment", TREATMENT, "what the policy grants the tier in force"),
        _POLICY,
    ),
    AT_RISK: (
        _EVENT_ID,
        _CUSTOMER,
        _SEQUENCE,
        OutputField(
            "signal", TEXT, "the name of its `[risk.…]` section in the policy; or `ladder`"
        ),
        OutputField(
            "status",
            _one_of("raised", "escalated", "cleared", "step_changed"),
            "what became of it; `step_changed`, of the ladder alone: `recommended_step` is new",
        ),
        OutputField("severity", SEVERITY, "`watch` where no rule says otherwise"),
        OutputField("evidence", _list_of("finding"), "the rules that spoke"),
        OutputField("tier", TIER, "the customer's tier at that time"),
        OutputField(
            "recommended_step",
            _one_of(None, *STEPS),
            "the step of the ladder, for what costs; null where no rule says otherwise",
        ),
        OutputField(
            "recommended_action",
            _one_of(None, "call", "win_back", "fix_issue", "escalate"),
            "what to do for one who leaves, by `[risk.actions]`; null where it says nothing",
        ),
        OutputField("playbook", TEXT_OR_NULL, "the policy's text for that step"),
        OutputField("requires_approval", FLAG, "true of `terminate`: a human has to decide"),
        OutputField("notice_days", WHOLE_OR_NULL, "of `terminate`, as the policy has it"),
        OutputField("steps", _list_of("step"), "those taken since there was none, oldest first"),
        OutputField("score", _object("score"), "how much is wrong, of all open signals"),
        _EFFECTIVE,
        _EVALUATED,
        _TRIGGER,
        _POLICY,
    ),
    CONTACTS_DUE: (
        _EVENT_ID,
        _CUSTOMER,
        OutputField(
            "sequence", COUNTING, "counts one customer's records on this topic: no gap, no repeat"
        ),
        OutputField(
            "reason",
            _one_of("interval", "complaint", "notice"),
            "the tier's `contact_every_days` passed, a key or important customer complained, or "
            "a downgrade was announced",
        ),
        OutputField("tier", TIER, "the customer's tier in force"),
        OutputField(
            "last_touch_at", MOMENT_OR_NULL, "the latest purchase or contact; null: none yet"
        ),
        _EFFECTIVE,
        _EVALUATED,
        _TRIGGER,
        OutputField("treatment", TREATMENT, "what the policy grants the tier in force"),
        _POLICY,
    ),
    CUTOFFS: (
        OutputField("version", COUNTING, "1, 2, 3, …"),
        OutputField("currency", CURRENCY, "of all amounts here"),
        OutputField("important", AMOUNT, "the value from which on a customer is important"),
        OutputField("key", AMOUNT, "and from which on key"),
        OutputField("made_at", MOMENT, "the clock when they were made"),
        OutputField("policy_hash", TEXT, "of the policy they were made by"),
        _POLICY,
        OutputField("whale_curve", _object("whale_curve"), "cumulative value by rank, then"),
        OutputField("partitions", _list_of("source"), "which histograms they were made of"),
    ),
    HISTOGRAMS: (
        OutputField("partition", WHOLE, "whose customers are counted"),
        OutputField("commit_number", COUNTING, "as of which of its commits"),
        OutputField("policy_hash", TEXT, "of the policy that judged"),
        _POLICY,
        OutputField("cutoffs_version", WHOLE, "the version that it adopted; 0: none yet"),
        OutputField("caught_up", FLAG, "whether nothing was left to take then"),
        OutputField("customers", WHOLE, "how many are counted"),
        OutputField("total", AMOUNT, "what they are worth together"),
        OutputField(
            "buckets",
            Form(
                "a list of [bucket, count, sum]",
                {
                    "type": "array",
                    "items": {
                        "type": "array",
                        "prefixItems": [
                            {"type": "integer"},
                            {"type": "integer", "minimum": 1},
                            {"type": "string", "pattern": "^-?[0-9]+$"},
                        ],
                        "minItems": 3,
                        "maxItems": 3,
                    },
                },
            ),
            "by ascending bucket (`agents/models/histogram.py`); the exact sum in minor units, "
            "as text",
        ),
    ),
    ERASURES: (
        _EVENT_ID,
        OutputField(
            "subject",
            Form("32 hexadecimal digits", {"type": "string", "pattern": "^[0-9a-f]{32}$"}),
            "a hash of the customer_id, keyed by WHALECURVE_ERASURE_SECRET_FILE; also its key",
        ),
        OutputField("held", FLAG, "whether anything was kept of the customer"),
        OutputField("erased_at", MOMENT, "event time: the timestamp of the record that asked"),
        _EVALUATED,
    ),
    CUSTOMER_VALUES: (
        _CUSTOMER,
        OutputField("as_of", MOMENT, "event time of the figures"),
        OutputField("tier", TIER, "the customer's tier"),
        OutputField("tier_since", MOMENT, "the UTC day on which it got it"),
        OutputField(
            "downgrade_at", MOMENT_OR_NULL, "when an announced downgrade comes; null: none is"
        ),
        _BY_VALUE,
        _OVERRIDE,
        _CUTOFFS_VERSION,
        _VALUE,
        OutputField("tenure_days", WHOLE, "UTC days from its earliest event to `as_of`"),
        OutputField(
            "wallet_share",
            SHARE_OR_NULL,
            "the window's revenue, brought to a year, as a part of the wallet; null: not known",
        ),
        OutputField("profile", _object("profile"), "master data, as `customers` has it"),
        OutputField(
            "segments",
            Form("a list of texts", {"type": "array", "items": {"type": "string"}}),
            "the names of the `[segments.…]` sections whose rule holds",
        ),
        OutputField("risks", _list_of("risk"), "the open signals, by name"),
        OutputField("score", _object("score"), "how much is wrong, of all of these"),
        OutputField("ladder", _object_or_null("ladder"), "its step; null: it stands on none"),
        OutputField(
            "lifetime",
            _object_or_null("lifetime"),
            "what it may yet bring, by a model; null: not reckoned, or it never bought",
        ),
        OutputField("sequence", COUNTING, "of the customer's last tier change or signal"),
        _POLICY,
    ),
}
"""By topic."""

OBJECT_FIELDS: Final[dict[str, tuple[OutputField, ...]]] = {
    "value": (
        OutputField("currency", CURRENCY, "the policy's base currency, of all figures"),
        OutputField("window_days", COUNTING, "the UTC days of the window"),
        OutputField("revenue", AMOUNT, "sales less returns"),
        OutputField("goods_cost", AMOUNT, "cost of sales less cost got back"),
        OutputField("margin", AMOUNT, "revenue less goods cost, with restocking fees kept"),
        OutputField(
            "service_cost", AMOUNT, "contacts, returns, late payments and reminders together"
        ),
        OutputField("contribution", AMOUNT, "margin less service cost"),
        OutputField("index", AMOUNT, "what the tier is judged by: see `value.measure`"),
        OutputField(
            "estimated",
            FLAG,
            "whether goods cost, margin and contribution rest in part on the default margin",
        ),
        OutputField("lines", _object("lines"), "what the figures are made of"),
    ),
    "lines": (
        OutputField("revenue", AMOUNT, "sales less returns"),
        OutputField(
            "discounts_given", AMOUNT, "list amounts less what was paid; revenue is net of it"
        ),
        OutputField("goods", AMOUNT, "cost of sales less cost got back"),
        OutputField("restocking_fees", AMOUNT, "fees kept on returns"),
        OutputField("contacts", _object("contacts"), "what contacts cost"),
        OutputField("returns", AMOUNT, "what handling returns costs"),
        OutputField(
            "late_payment",
            AMOUNT,
            "fees and interest of late payments, and interest of open invoices as it stands",
        ),
        OutputField("reminders", AMOUNT, "reminders of invoices past due"),
        OutputField(
            "discount_leakage",
            AMOUNT,
            "discount granted for a volume that does not come; revenue is net of it",
        ),
        OutputField(
            "seller_fault", AMOUNT, "the part of contacts and returns that is the seller's fault"
        ),
        OutputField(
            "revenue_without_cost", AMOUNT, "the part of sales that rests on the default margin"
        ),
    ),
    "contacts": tuple(
        OutputField(channel, AMOUNT, f"contacts by {channel.replace('_', ' ')}")
        for channel in CONTACT_CHANNELS
    ),
    "override": (
        OutputField("tier", TIER, "which tier"),
        OutputField("mode", _one_of("floor", "lock"), "at least that one, or just that one"),
        OutputField("reason", TEXT, "why, in the words of whoever said so"),
        OutputField("expires_at", MOMENT_OR_NULL, "until when; null: until taken back"),
    ),
    "profile": (
        OutputField("segment", _one_of("business", "individual", None), "what kind of customer"),
        OutputField("region", TEXT_OR_NULL, "where it is at home"),
        OutputField("industry", TEXT_OR_NULL, "what it does"),
        OutputField("joined_at", MOMENT_OR_NULL, "since when it is a customer"),
    ),
    "source": (
        OutputField("partition", WHOLE, "its number"),
        OutputField("commit_number", COUNTING, "as of which of its commits"),
    ),
    "whale_curve": (
        OutputField("customers", WHOLE, "how many there are"),
        OutputField("total", AMOUNT, "what they are worth together"),
        OutputField("peak", AMOUNT, "what those with a positive value are worth"),
        OutputField("peak_customers", WHOLE, "how many these are"),
        OutputField("erosion", AMOUNT, "what the rest loses again: peak less total"),
        OutputField("top_fifth", AMOUNT, "what the best fifth of all is worth"),
        OutputField("top_fifth_share", SHARE_OR_NULL, "as a part of the total; null: no total"),
        OutputField("points", _list_of("point"), "the curve at every 5 % of the customers"),
    ),
    "point": (
        OutputField("customers", WHOLE, "so many, the best first"),
        OutputField("value", AMOUNT, "are worth this together"),
    ),
    "finding": (
        OutputField("rule", TEXT, "the policy's key that was judged by"),
        OutputField("observed", MEASURE, "what was found: a figure, or a tier"),
        OutputField("threshold", MEASURE, "what the policy says"),
    ),
    "trigger": (
        OutputField(
            "kind",
            _one_of("event", "timer", "policy", "override"),
            "an event came, time passed, the policy changed, or someone overrode the tier",
        ),
        OutputField("topic", TEXT_OR_NULL, "the event's topic, without prefix"),
        OutputField("event_id", TEXT_OR_NULL, "the event's id"),
    ),
    "step": (
        OutputField("step", _one_of(*STEPS), "which one"),
        OutputField("since", MOMENT, "the UTC day on which it was taken"),
    ),
    "ladder": (
        OutputField("step", _one_of(*STEPS), "which one"),
        OutputField("since", MOMENT, "the UTC day on which it was taken"),
        OutputField("hold_until", MOMENT_OR_NULL, "until when a human lets it stay; null: freely"),
        OutputField("reason", TEXT_OR_NULL, "why, in the words of whoever said so"),
    ),
    "score": (
        OutputField(
            "points",
            Form("an integer from 0 to 100", {"type": "integer", "minimum": 0, "maximum": 100}),
            "the sum of its parts, at most 100",
        ),
        OutputField("parts", _list_of("part"), "one of each open signal, by name"),
    ),
    "part": (
        OutputField("signal", TEXT, "its name"),
        OutputField("severity", SEVERITY, "how bad"),
        OutputField("points", WHOLE, "its weight; half more at `high`"),
    ),
    "lifetime": (
        OutputField("first_purchase_on", DATE, "the first UTC day with a sale"),
        OutputField("last_purchase_on", DATE, "the last one"),
        OutputField("purchase_days", COUNTING, "how many there are"),
        OutputField(
            "mean_margin",
            AMOUNT_OR_NULL,
            "of the purchase days after the first, less returns; null: there is none",
        ),
        OutputField("p_alive", ESTIMATE, "the chance that it is still a customer"),
        OutputField("expected_purchases", ESTIMATE, "purchase days within the horizon"),
        OutputField(
            "expected_contribution", AMOUNT, "their margin, discounted, before what service costs"
        ),
        OutputField("horizon_weeks", COUNTING, "how far it looks ahead"),
    ),
    "risk": (
        OutputField("signal", TEXT, "its name"),
        OutputField("severity", SEVERITY, "how bad"),
        OutputField("since", MOMENT, "event time at which it was raised"),
    ),
}
"""The objects inside of outputs, by the name under which `$defs` has them."""

COMMIT_HEADERS: Final = (
    OutputField(
        COMMIT_HEADER,
        Form("digits", {"pattern": "^[1-9][0-9]*$"}),
        "the number of the transaction among those of its partition; the partition's row in the "
        "changelog and the group's offsets (in their metadata) carry the same one",
    ),
)
"""What all other outputs have for headers, where commits are transactions."""

REJECTED_HEADERS: Final = (
    OutputField("reason", _one_of(*Reason), "why the event was turned away"),
    OutputField("detail", TEXT, "which field, what was expected, what was found"),
    OutputField("source_topic", TEXT, "the input it stood in, without prefix"),
    OutputField("source_partition", Form("digits", {"pattern": "^[0-9]+$"}), "the partition there"),
    OutputField("source_offset", Form("digits", {"pattern": "^[0-9]+$"}), "the offset there"),
)
"""What rejected-events adds after a record's own headers, as UTF-8 text."""
