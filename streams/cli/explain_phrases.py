"""What `whalecurve explain` says, in each language: one phrase a row, with the same placeholders.

Words that stand inside of phrases (tiers, signals, what is observed) are in `explain_terms`.
"""

from typing import Final, Literal, get_args

Lang = Literal["en", "zh"]
LANGS: Final[tuple[Lang, ...]] = get_args(Lang)

PHRASES: Final[dict[str, dict[Lang, str]]] = {
    "head": {
        "en": "{customer} at {at}, by policy {policy}",
        "zh": "客户 {customer}，时间 {at}，策略 {policy}",
    },
    "judged_anew": {
        "en": "Another policy judged this customer last; here this one does for the first time.",
        "zh": "该客户此前由另一策略评定；此处首次按本策略评定。",
    },
    "tier_head": {"en": "Tier", "zh": "等级"},
    "tier": {
        "en": "{tier} since {since}; by value {by_value}",
        "zh": "自 {since} 起为{tier}；按价值为{by_value}",
    },
    "index": {
        "en": "judged by {index} {currency}",
        "zh": "评定依据为 {index} {currency}",
    },
    "hold_override": {
        "en": "{keeps} by an override ({reason}); by value {wants}; until {until}",
        "zh": "人工指定为{keeps}（{reason}）；按价值为{wants}；至 {until}",
    },
    "hold_before_first_sale": {
        "en": "{keeps} until the first sale, whatever the value (by value {wants})",
        "zh": "首次成交前一律为{keeps}（按价值为{wants}）",
    },
    "hold_closed": {
        "en": "{keeps}: the relation is over, nothing moves by itself (by value {wants})",
        "zh": "{keeps}：关系已终止，不再自动变动（按价值为{wants}）",
    },
    "hold_grace": {
        "en": "noticed: {wants} from {until} on, if the value stays; {keeps} until then",
        "zh": "已通知：若价值不变，自 {until} 起为{wants}；此前为{keeps}",
    },
    "hold_dwell": {
        "en": "{keeps} by the least stay; {wants} from {until} on, if the value stays",
        "zh": "因最短停留期保持{keeps}；若价值不变，自 {until} 起为{wants}",
    },
    "hold_notice": {
        "en": "{keeps} for now; on {until} it falls towards {wants}, if the value stays",
        "zh": "暂为{keeps}；若价值不变，{until} 起向{wants}下调",
    },
    "hold_margin": {
        "en": "{keeps} by the margin beside the entry; without it {wants}",
        "zh": "因门槛旁的缓冲保持{keeps}；否则为{wants}",
    },
    "hold_review": {
        "en": "{keeps}: the new policy moves nobody yet; by value {wants} at the next occasion",
        "zh": "{keeps}：新策略暂不变动；下次评定时按价值为{wants}",
    },
    "for_good": {"en": "taken back", "zh": "撤销为止"},
    "up": {
        "en": "{tier}: {distance} {currency} more reach it (from {bound} on)",
        "zh": "{tier}：还差 {distance} {currency}（达到 {bound}）",
    },
    "up_there": {
        "en": "{tier}: its value reaches it already (from {bound} {currency} on)",
        "zh": "{tier}：价值已达到（{bound} {currency} 起）",
    },
    "up_sale": {
        "en": "one sale of {sale} {currency} at the default margin is enough",
        "zh": "按默认毛利率，一笔 {sale} {currency} 的成交即可",
    },
    "up_lines": {
        "en": "or this much less of one of: {lines}",
        "zh": "或减少其中一项同等金额：{lines}",
    },
    "down": {
        "en": "{tier}: {distance} {currency} less lead to it (below {bound})",
        "zh": "{tier}：减少 {distance} {currency} 即降至（低于 {bound}）",
    },
    "down_there": {
        "en": "{tier}: its value is there already (below {bound} {currency})",
        "zh": "{tier}：价值已低于 {bound} {currency}",
    },
    "down_lines": {"en": "it has: {lines}", "zh": "现有：{lines}"},
    "figures_head": {
        "en": "Figures of {days} days, in {currency}",
        "zh": "{days} 天的数据，单位 {currency}",
    },
    "figure": {"en": "{name}: {amount}", "zh": "{name}：{amount}"},
    "stage_head": {"en": "Stage and segments", "zh": "阶段与分群"},
    "stage": {"en": "{stage} since {since}", "zh": "自 {since} 起为{stage}"},
    "stage_turns": {
        "en": "another stage on {at}, if nothing comes",
        "zh": "若无新事件，{at} 起进入其他阶段",
    },
    "no_stage": {"en": "the policy tells no stage", "zh": "策略未设阶段"},
    "segments": {"en": "segments: {segments}", "zh": "分群：{segments}"},
    "no_segment": {"en": "in no segment", "zh": "不属于任何分群"},
    "reason": {
        "en": "{what} {observed} {comparison} {bound}",
        "zh": "{what} {observed} {comparison} {bound}",
    },
    "gauge": {
        "en": "{what} {comparison} {bound} (now {observed})",
        "zh": "{what} {comparison} {bound}（现为 {observed}）",
    },
    "signals_head": {"en": "Signals", "zh": "信号"},
    "open": {
        "en": "{signal}: open ({severity}) since {since}",
        "zh": "{signal}：自 {since} 起触发（{severity}）",
    },
    "quiet": {"en": "{signal}: not open", "zh": "{signal}：未触发"},
    "silent": {
        "en": "not asked: who is lost or closed leaves no more",
        "zh": "不再评估：客户已流失或关系已终止",
    },
    "cooling": {
        "en": "not raised again at this severity before {until}",
        "zh": "{until} 前不再以同等级别触发",
    },
    "raised_by": {"en": "raised by: {gauges}", "zh": "触发条件：{gauges}"},
    "raised_by_none": {"en": "nothing could raise it now", "zh": "目前不可能触发"},
    "cleared_by": {"en": "cleared by: {gauges}", "zh": "解除条件：{gauges}"},
    "turns": {"en": "{becomes} on {at}, if nothing comes", "zh": "若无新事件，{at} {becomes}"},
    "ladder_head": {"en": "Ladder", "zh": "措施阶梯"},
    "no_step": {"en": "on no step", "zh": "不在任何步骤"},
    "step": {"en": "{step} since {since}", "zh": "自 {since} 起为{step}"},
    "next_step": {"en": "next: {step}", "zh": "下一步：{step}"},
    "waits": {"en": "waits for {what}", "zh": "等待：{what}"},
    "waits_until": {"en": "waits for {what}, until {until}", "zh": "等待：{what}，至 {until}"},
    "held_by": {"en": "held: {reason}", "zh": "被阻止：{reason}"},
    "next_head": {"en": "Next, if nothing comes", "zh": "若无新事件，接下来"},
    "next_due": {
        "en": "{at}: contribution {before} becomes {after}",
        "zh": "{at}：贡献 {before} 变为 {after}",
    },
    "next_due_same": {
        "en": "{at}: something leaves, the contribution stays {after}",
        "zh": "{at}：有数据移出，贡献仍为 {after}",
    },
    "next_none": {"en": "nothing: no time is due", "zh": "无：没有到期时间"},
    "turn": {"en": "{at}: {what} {name} {becomes}", "zh": "{at}：{what} {name} {becomes}"},
    "looked_until": {"en": "looked until {at}", "zh": "已查看至 {at}"},
    "changes_head": {"en": "Last changes", "zh": "最近变化"},
    "their_level": {
        "en": "Your level is {level} of {levels}.",
        "zh": "您的等级是第 {level} 级（共 {levels} 级）。",
    },
    "their_benefits": {"en": "It comes with: {benefits}.", "zh": "包含：{benefits}。"},
    "their_next": {
        "en": "Level {level} takes about {sale} {currency} of further purchases.",
        "zh": "再消费约 {sale} {currency} 可升至第 {level} 级。",
    },
    "their_next_unknown": {
        "en": "Further purchases bring you closer to level {level}.",
        "zh": "继续消费可更接近第 {level} 级。",
    },
    "their_wait": {
        "en": "You reach level {level} on {at}, as things stand.",
        "zh": "按目前情况，您将于 {at} 升至第 {level} 级。",
    },
    "their_kept": {
        "en": "Without further purchases you keep your level until {at}.",
        "zh": "若不再消费，您的等级保留至 {at}。",
    },
}


def say(lang: Lang, phrase: str, **facts: object) -> str:
    """A phrase with its facts."""
    return PHRASES[phrase][lang].format(**facts)
