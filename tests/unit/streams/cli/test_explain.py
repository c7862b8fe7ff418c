"""`whalecurve explain` in words: the same phrases in both languages, and no language mixed in."""

import re
import string
from pathlib import Path

import pytest
from click.testing import CliRunner

from agents.explain.for_customer import for_customer
from agents.signals.registry import SIGNALS
from schemas.base.vocabulary import SEGMENTS, STAGES, STEPS, TIERS
from schemas.outputs.records import subject_of
from schemas.state.codec import decode_partition
from schemas.state.rows import PARTITION_KEY
from streams.cli import explain_lines
from streams.cli.errors import Failure
from streams.cli.explain import _explained, explain
from streams.cli.explain_lines import Teller, moment
from streams.cli.explain_phrases import LANGS, PHRASES, Lang
from streams.cli.explain_terms import is_known
from streams.cli.finding_words import _FINDINGS
from streams.kafka.stored_rows import StoredPartition
from tests.support.explaining import explained
from tests.support.feeding import sale
from tests.support.hearing import Ada
from tests.support.overriding import HELD, Tiered, spent
from tests.support.policies import policy
from tests.support.signalling import EVERY_SIGNAL, asked, bought
from tests.support.stepping import LATE, START

CHINESE = re.compile("[\u4e00-\u9fff]")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("phrase", PHRASES)
def test_every_phrase_is_in_every_language_with_the_same_facts(phrase: str) -> None:
    texts = PHRASES[phrase]
    assert tuple(texts) == LANGS
    assert len({frozenset(placeholders(text)) for text in texts.values()}) == 1
    assert CHINESE.search(texts["zh"]) or placeholders(texts["zh"]) == placeholders(texts["en"])


def test_no_phrase_lies_unused() -> None:
    source = Path(explain_lines.__file__).read_text(encoding="utf-8")
    made = re.compile("^(hold|up|down)_|^(up|down|gauge|reason)$|_head$|^next_due")
    assert [name for name in PHRASES if f'"{name}"' not in source and not made.match(name)] == []


def test_every_word_that_may_stand_in_a_phrase_is_in_chinese() -> None:
    words: set[str] = {*TIERS, *STAGES, *SEGMENTS, *STEPS}
    for signal in SIGNALS:
        words |= {signal.name, *(word for its in signal.words.values() for word in its)}
    words |= {word for its in _FINDINGS.values() for word in its}
    assert {word for word in words if not is_known(word)} == set()


def told(ada: Ada, lang: Lang = "en") -> str:
    return "\n".join(Teller(lang).lines(explained(ada)))


def test_a_noticed_downgrade_reads_so() -> None:
    text = told(Tiered(HELD, sale(1, amount="3000"), spent(3, "2900")))
    assert "  noticed: ordinary from 2026-03-06 on, if the value stays; key until then" in text
    assert "  2026-03-06: tier downgrade ordinary" in text


def test_a_tier_reads_with_what_each_other_takes() -> None:
    text = told(Ada(policy(), sale(1, amount="600")))
    assert "  key: 1400.00 USD more reach it (from 2000.00 on)" in text
    assert "    one sale of 4666.66 USD at the default margin is enough" in text
    assert "  ordinary: 100.01 USD less lead to it (below 500.00)" in text


def test_a_ladder_and_its_signal_read_so() -> None:
    text = told(Ada(LATE, *START))
    assert "  late payer: open (watch) since 2026-03-02 12:00:00" in text
    assert "  waits for its days on the step, until 2026-03-07" in text


@pytest.mark.parametrize(
    "story", [(bought(1), asked(2)), (asked(1), asked(1, issue="x", resolved=False)), (*START,)]
)
def test_in_chinese_only_the_customer_s_own_words_are_not(story: tuple[dict[str, object]]) -> None:
    lines = told(Ada(EVERY_SIGNAL, *story), "zh").splitlines()
    own = re.compile(r"ada|test-1|USD|delivery|WhatsApp|price|\bx\b")
    assert [line for line in lines if re.search("[A-Za-z]", own.sub("", line))] == []


@pytest.mark.parametrize("lang", LANGS)
def test_the_customer_s_view_names_no_signal_and_no_step(lang: Lang) -> None:
    its = explained(Ada(LATE, *START, sale(3, amount="100")))
    text = "\n".join(Teller(lang).for_customer(for_customer(its, LATE)))
    for word in (*(signal.name for signal in SIGNALS), *STEPS, *TIERS, "contribution"):
        assert word.replace("_", " ") not in text


def test_the_customer_s_view_reads_so() -> None:
    view = for_customer(explained(Ada(policy(), sale(1, amount="100"))), policy())
    assert list(Teller("en").for_customer(view)) == [
        "Your level is 2 of 4.",
        "Level 3 takes about 1333.32 USD of further purchases.",
    ]
    top = explained(Tiered(HELD, sale(1, amount="3000"), spent(3, "2900")))
    assert list(Teller("en").for_customer(for_customer(top, HELD))) == [
        "Your level is 4 of 4.",
        "It comes with: support priority 1.",
        "Without further purchases you keep your level until 2026-03-06.",
    ]


def test_a_midnight_is_told_as_its_date() -> None:
    assert moment("2026-03-06T00:00:00Z") == "2026-03-06"
    assert moment("2026-03-06T12:30:00Z") == "2026-03-06 12:30:00"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["", "--json"], "expected a customer_id of 1 to 128 characters"),
        (["c" * 129], "expected a customer_id of 1 to 128 characters"),
        (["c-1", "--at", "yesterday"], "expected an RFC 3339 time with an offset"),
        (["c-1", "--at", "2026-03-01T00:00:00"], "expected an RFC 3339 time with an offset"),
        (["c-1", "--lang", "fr"], "'fr' is not one of 'en', 'zh'"),
    ],
)
def test_what_is_called_wrongly_is_refused_before_anything_is_read(
    words: list[str], why: str
) -> None:
    done = CliRunner().invoke(explain, words)
    assert done.exit_code == 2
    assert why in done.output


def test_of_a_row_that_is_damaged_neither_customer_nor_content_is_told() -> None:
    ada = Ada(HELD, sale(1, amount="100"))
    ada.desk.commit()
    own = decode_partition(ada.desk.rows[PARTITION_KEY])
    row = ada.desk.rows[b"ada"]
    for damaged in (b"", row[:40], row[:-20], b"\xff" * 80):
        stored = StoredPartition(0, own, {b"ada": damaged})
        with pytest.raises(Failure) as refused:
            _explained("ada", stored, HELD, None)
        assert "ada" not in str(refused.value)
        assert subject_of("ada", b"") in str(refused.value)
