"""The reference in Markdown: topics, fields, reasons, policy, settings and metrics, as declared."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields as dataclass_fields
from typing import Any, Final

from prometheus_client import Counter, Histogram
from prometheus_client.metrics import MetricWrapperBase

from schemas.inputs.events import TOPIC_OF_KIND
from schemas.inputs.fields import FIELDS, Field
from schemas.inputs.rejects import REASON_TEXTS, Reason
from schemas.outputs.headers import CommitHeaders, RejectedHeaders
from schemas.outputs.records import REJECTED_EVENTS
from schemas.outputs.registry import OUTPUTS
from schemas.topics.declared import BY_NAME, TOPICS, Topic
from streams.config.settings import PREFIX, Setting, Settings
from streams.docs.limits import LIMITS_WORDS, TITLES, limits
from streams.docs.outputs_reference import field_rows, objects
from streams.docs.policy_reference import policy_rows
from streams.observe.metrics import Metrics
from streams.runtime.parking import PARK_REASON_TEXTS, ParkReason

_IMPOSSIBLE = "\0"
"""No setting takes this; refusing it, a setting says what it expects."""


POLICY_WORDS = (
    "One TOML file, checked whole before anything starts; `agents/policy_file/default.toml` is the "
    "default one. A key without a default has to be there, if its section is; a section of `risk` "
    "that is absent is off. `[]` is a list of tables. An amount is decimal text in the base "
    "currency, with no more digits than it has; other decimal text may be finer."
)


def reference(command: str) -> str:
    """Make the whole document; `command` is what makes it anew."""
    blocks = [
        "# Reference",
        f"Made from the declarations by `{command}`; changes by hand are lost.",
        "## Topics",
        "Names are without prefix. All inputs have the same number of partitions.",
        table(("topic", "carries", "key", "written by", "read by", "kept"), map(_topic, TOPICS)),
        *_inputs(),
        *_outputs(),
        "## Reject reasons",
        "In the order in which they are judged: of several that fit, the first is given.",
        table(("reason", "the event is turned away because"), map(_reason, Reason)),
        "## Policy",
        POLICY_WORDS,
        table(("key", "holds", "default", "means"), policy_rows()),
        "## Limits",
        LIMITS_WORDS,
        table(TITLES, limits()),
        "## Settings",
        "Environment variables, read once at start.",
        table(("setting", "means", "expects", "default"), _settings()),
        "## Metrics",
        "Counts of events are counts of what was committed.",
        table(("metric", "kind", "labels", "counts or measures"), _metrics()),
        "## Why a partition is parked",
        PARKED_WORDS,
        table(
            ("reason", "the partition stands still because"),
            ((f"`{reason}`", PARK_REASON_TEXTS[reason]) for reason in ParkReason),
        ),
    ]
    return "\n\n".join(blocks) + "\n"


PARKED_WORDS: Final = (
    "The label `reason` of `whalecurve_partition_parked`. What to do is in "
    "[`operating.md`](operating.md#what-happens-when)."
)


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def _topic(topic: Topic) -> Sequence[str]:
    kept = "compacted" if topic.compacted else ""
    kept = ", ".join(filter(None, (kept, *(f"`{key}={text}`" for key, text in topic.config))))
    carries = topic.meaning + (" (optional)" if topic.optional else "")
    return f"`{topic.name}`", carries, topic.key, topic.written_by, topic.read_by, kept


def _inputs() -> Iterator[str]:
    yield "## Fields of the inputs"
    yield "Unknown fields are ignored. A field that is null counts as absent."
    for kind, fields in FIELDS.items():
        yield f"### `{TOPIC_OF_KIND[kind]}`"
        yield f"{_sentence(BY_NAME[TOPIC_OF_KIND[kind]].meaning)}"
        rows = [
            _input_field(its, prefix)
            for field in fields
            for prefix, its in (("", field), *((f"{field.name}.", its) for its in field.inner))
        ]
        yield table(("field", "required", "holds", "means", "default"), rows)


def _input_field(field: Field, prefix: str) -> Sequence[str]:
    default = "" if field.default is None else f"`{_shown(field.default)}`"
    required = "yes" if field.required else ""
    return f"`{prefix}{field.name}`", required, field.expected, field.meaning, default


def _outputs() -> Iterator[str]:
    yield "## Fields of the outputs"
    yield "Every field stands in every record, though it may be null."
    titles = ("field", "holds", "means")
    for name, struct in OUTPUTS.items():
        yield f"### `{name}`"
        yield _sentence(BY_NAME[name].meaning)
        yield table(titles, field_rows(struct))
    for name, struct in objects().items():
        yield f"### `{name}`, in outputs"
        yield table(titles, field_rows(struct))
    yield "### Headers"
    yield "Where commits are transactions, every record but a rejected event has this header:"
    yield table(("header", "holds", "means"), field_rows(CommitHeaders))
    yield f"### `{REJECTED_EVENTS}`"
    yield (
        f"{_sentence(BY_NAME[REJECTED_EVENTS].meaning)} After the record's own headers stand these:"
    )
    yield table(("header", "holds", "means"), field_rows(RejectedHeaders))


def _reason(reason: Reason) -> Sequence[str]:
    return f"`{reason}`", REASON_TEXTS[reason]


def _settings() -> Iterator[Sequence[str]]:
    for known in dataclass_fields(Settings):
        setting: Setting = known.metadata["setting"]
        default = "" if known.default in (None, "") else f"`{known.default}`"
        yield f"`{PREFIX}{known.name.upper()}`", setting.meaning, _expected(setting), default


def _expected(setting: Setting) -> str:
    try:
        setting.parse(_IMPOSSIBLE)
    except ValueError as error:
        return str(error)
    raise AssertionError("a setting that takes anything can't say what it expects")


def _metrics() -> Iterator[Sequence[str]]:
    for metric in vars(Metrics()).values():
        if isinstance(metric, MetricWrapperBase):
            name = f"{metric._name}{'_total' if isinstance(metric, Counter) else ''}"
            kind = f"{metric._type}{' of seconds' if isinstance(metric, Histogram) else ''}"
            labels = ", ".join(f"`{label}`" for label in metric._labelnames)
            yield f"`{name}`", kind, labels, metric._documentation


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _shown(default: Any) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)
