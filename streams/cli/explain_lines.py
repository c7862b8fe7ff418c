"""An explanation in plain sentences: a section each for tier, figures, stage, signals and time."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from agents.explain.for_customer import ForCustomer
from agents.explain.found import Explanation, Gauge, LadderFound, Line, SignalFound, TierNeed, Turn
from schemas.outputs.parts import Finding, Lines
from streams.cli.explain_phrases import Lang, say
from streams.cli.explain_terms import term
from streams.cli.finding_words import named
from streams.cli.lines import plain

_MIDNIGHT: Final = "T00:00:00Z"
_NUMERIC: Final = frozenset({"<", "<=", ">", ">="})
TURNS_SHOWN: Final = 12
CHANGES_SHOWN: Final = 8


def moment(text: str) -> str:
    """A time as short as it is exact: a date alone for a midnight."""
    return text.removesuffix(_MIDNIGHT).replace("T", " ").removesuffix("Z")


class Teller:
    """Tells in one language."""

    def __init__(self, lang: Lang) -> None:
        self._lang = lang

    def lines(self, its: Explanation) -> Iterator[str]:
        """All of it, for our own people."""
        now = its.now
        customer, policy = plain(now.customer_id), plain(now.policy_version)
        yield self._say("head", customer=customer, at=moment(its.at), policy=policy)
        if its.judged_anew:
            yield self._say("judged_anew")
        sections = (
            ("tier_head", self._tier(its)),
            ("figures_head", self._figures(its)),
            ("stage_head", self._stage(its)),
            ("signals_head", self._signals(its)),
            ("ladder_head", self._ladder(its.ladder)),
            ("next_head", self._next(its)),
            ("changes_head", self._changes(its)),
        )
        value = now.value
        for head, told in sections:
            yield ""
            yield self._say(head, days=value.window_days, currency=value.currency)
            yield from (f"  {line}" for line in told)

    def for_customer(self, its: ForCustomer) -> Iterator[str]:
        """What may be shown to the customer itself."""
        yield self._say("their_level", level=its.level, levels=its.levels)
        if its.benefits:
            benefits = [f"{name.replace('_', ' ')} {held}" for name, held in its.benefits.items()]
            yield self._say("their_benefits", benefits=self._list(benefits))
        if its.kept_until is not None:
            yield self._say("their_kept", at=moment(its.kept_until))
        level = its.next_level
        if level is None:
            return
        if its.reaches_next_at is not None:
            yield self._say("their_wait", level=level, at=moment(its.reaches_next_at))
        elif its.purchases_needed is None:
            yield self._say("their_next_unknown", level=level)
        else:
            facts = {"sale": its.purchases_needed, "currency": its.currency}
            yield self._say("their_next", level=level, **facts)

    # sections

    def _tier(self, its: Explanation) -> Iterator[str]:
        now, currency = its.now, its.now.value.currency
        words = {"tier": self._term(now.tier), "by_value": self._term(now.tier_by_value)}
        yield self._say("tier", since=moment(now.tier_since), **words)
        yield self._say("index", index=now.value.index, currency=currency)
        for hold in its.holds:
            until = self._say("for_good") if hold.until is None else moment(hold.until)
            reason = "" if its.override is None else plain(its.override.reason)
            tiers = {"keeps": self._term(hold.keeps), "wants": self._term(hold.wants)}
            yield self._say(f"hold_{hold.by}", until=until, reason=reason, **tiers)
        for need in its.tiers:
            yield from self._need(need, currency)

    def _need(self, need: TierNeed, currency: str) -> Iterator[str]:
        is_there = not any(digit in "123456789" for digit in need.distance)
        facts = {"tier": self._term(need.tier), "bound": need.bound, "currency": currency}
        phrase = f"{need.direction}_there" if is_there else need.direction
        yield self._say(phrase, distance=need.distance, **facts)
        if need.sale is not None:
            yield "  " + self._say("up_sale", sale=need.sale, currency=currency)
        if need.lines:
            lines = self._list([self._line(line) for line in need.lines])
            yield "  " + self._say(f"{need.direction}_lines", lines=lines)

    def _line(self, line: Line) -> str:
        return self._say("figure", name=self._term(line.line), amount=line.amount)

    def _figures(self, its: Explanation) -> Iterator[str]:
        value = its.now.value
        for name, amount in _amounts(value.lines):
            if any(digit in "123456789" for digit in amount):
                yield self._say("figure", name=self._term(name), amount=amount)
        for name in ("margin", "service_cost", "contribution"):
            yield self._say("figure", name=self._term(name), amount=getattr(value, name))

    def _stage(self, its: Explanation) -> Iterator[str]:
        now = its.now
        if its.stage is None or now.stage_since is None:
            yield self._say("no_stage")
        else:
            yield self._say("stage", stage=self._term(its.stage), since=moment(now.stage_since))
        if its.stage_turns_at is not None:
            yield self._say("stage_turns", at=moment(its.stage_turns_at))
        if not now.segments:
            yield self._say("no_segment")
            return
        yield self._say("segments", segments=self._list([self._term(one) for one in now.segments]))
        yield from (f"  {self._reason(found)}" for found in its.segment_reasons)

    def _signals(self, its: Explanation) -> Iterator[str]:
        # the open ones first
        for signal in sorted(its.signals, key=lambda one: one.severity is None):
            yield from self._signal(signal)

    def _signal(self, its: SignalFound) -> Iterator[str]:
        name = self._term(its.signal)
        if its.severity is None or its.since is None:
            yield self._say("quiet", signal=name)
        else:
            severity, since = self._term(its.severity), moment(its.since)
            yield self._say("open", signal=name, severity=severity, since=since)
            yield "  " + self._say("cleared_by", gauges=self._gauges(its.cleared_by))
        if its.silent:
            yield "  " + self._say("silent")
        elif its.severity is None and its.raised_by:
            yield "  " + self._say("raised_by", gauges=self._gauges(its.raised_by))
        elif its.severity is None:
            yield "  " + self._say("raised_by_none")
        if its.cooling_until is not None:
            yield "  " + self._say("cooling", until=moment(its.cooling_until))
        if its.turns_at is not None and its.turns_to is not None:
            becomes = self._term(its.turns_to)
            yield "  " + self._say("turns", becomes=becomes, at=moment(its.turns_at))

    def _ladder(self, its: LadderFound | None) -> Iterator[str]:
        if its is None or its.step is None:
            yield self._say("no_step")
        else:
            yield self._say("step", step=self._term(its.step), since=moment(its.since))
        if its is None:
            return
        if its.next_step is not None:
            yield self._say("next_step", step=self._term(its.next_step))
        what = self._term(f"waits.{its.waits_for}")
        if its.until is None:
            yield self._say("waits", what=what)
        else:
            yield self._say("waits_until", what=what, until=moment(its.until))
        if its.held_by is not None:
            yield self._say("held_by", reason=self._reason(its.held_by))

    def _next(self, its: Explanation) -> Iterator[str]:
        due = its.ahead.next_due
        if due is None:
            yield self._say("next_none")
            return
        facts = {"before": due.contribution_before, "after": due.contribution_after}
        is_same = due.contribution_before == due.contribution_after
        phrase = "next_due_same" if is_same else "next_due"
        yield self._say(phrase, at=moment(due.at), **facts)
        yield from (self._turn(turn) for turn in its.ahead.turns[:TURNS_SHOWN])
        if its.ahead.looked_until is not None:
            yield self._say("looked_until", at=moment(its.ahead.looked_until))

    def _changes(self, its: Explanation) -> Iterator[str]:
        yield from (
            self._told(change.at, change.what, change.name, change.becomes)
            for change in its.changes[:CHANGES_SHOWN]
        )

    # parts

    def _turn(self, turn: Turn) -> str:
        return self._told(turn.at, turn.what, turn.name, turn.becomes)

    def _told(self, at: str, what: str, name: str, becomes: str) -> str:
        words = {"what": self._term(what), "name": self._term(name)}
        told = self._say("turn", at=moment(at), becomes=self._term(plain(becomes)), **words)
        return told.rstrip()

    def _gauges(self, gauges: list[Gauge]) -> str:
        return self._list([self._gauge(gauge) for gauge in gauges])

    def _gauge(self, its: Gauge) -> str:
        phrase = "gauge" if its.comparison in _NUMERIC else "reason"
        return self._observed(phrase, its.what, its.comparison, its.observed, its.bound)

    def _reason(self, found: Finding) -> str:
        what, comparison = named(msgspec.to_builtins(found))
        return self._observed("reason", what, comparison, found.observed, found.threshold)

    def _observed(
        self, phrase: str, what: str, comparison: str, observed: int | str, bound: int | str
    ) -> str:
        words = {"what": self._term(what), "comparison": self._term(comparison)}
        values = {"observed": self._value(observed), "bound": self._value(bound)}
        return self._say(phrase, **words, **values)

    def _value(self, value: int | str) -> str:
        return str(value) if isinstance(value, int) else self._term(plain(value))

    def _list(self, parts: list[str]) -> str:
        return ("、" if self._lang == "zh" else "; ").join(parts)

    def _say(self, phrase: str, **facts: object) -> str:
        return say(self._lang, phrase, **facts)

    def _term(self, word: str) -> str:
        return term(self._lang, word)


def _amounts(lines: Lines) -> Iterator[tuple[str, str]]:
    """Every line by name, those of contacts as `contacts.CHANNEL`."""
    told: dict[str, Any] = msgspec.to_builtins(lines)
    for name, amount in told.items():
        if isinstance(amount, dict):
            yield from ((f"{name}.{channel}", its) for channel, its in amount.items())
        else:
            yield name, amount
