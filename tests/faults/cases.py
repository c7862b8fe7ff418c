"""The faults that are tried, each with what an operator sees of it and does.

The table of docs/runbook.md is made from these, and every one has a test that bears its
number (`@pytest.mark.fault(7)`).
"""

from typing import Final, NamedTuple


class Case(NamedTuple):
    """One fault: as it is called, what is seen of it, and what is to be done."""

    number: int
    name: str
    seen: str
    done: str


_NOTHING: Final = "Nothing."
_SUPERVISED: Final = "Nothing: the supervisor starts it again."

CASES: Final = (
    Case(
        1,
        "a worker is killed (`kill -9`, out of memory, power)",
        "The supervisor tells of it. Its partitions stand still until its session has run out "
        "(10 s), then another worker restores them; their `whalecurve_lag` is gone meanwhile, then "
        "high, then falls.",
        _SUPERVISED,
    ),
    Case(
        2,
        "a worker is told to stop (SIGTERM) in the middle of a commit",
        "`worker stopping`, the commit ends, the last ones follow, `worker stopped`, status 0.",
        _NOTHING,
    ),
    Case(
        3,
        "a worker stands still beyond its session (SIGSTOP, a frozen machine) and comes back",
        "Another worker takes over. The one that comes back is fenced: `worker failed` with "
        "`fenced` in its error, status 1. If it stood still while it took a partition over, it may "
        "fence its successor in turn, which then ends likewise.",
        _SUPERVISED,
    ),
    Case(
        4,
        "a worker stands still between sending and ending a transaction",
        "As before. Readers with `read_committed` wait at the open transaction until the new "
        "owner's fencing aborts it.",
        _SUPERVISED,
    ),
    Case(
        5,
        "workers come and go; rolling restarts",
        "`assigned` and `restored` in the logs; partitions that stay are not restored anew.",
        "Nothing. Wait for `/readyz` of one before the next is stopped.",
    ),
    Case(
        6,
        "a worker is killed while it restores, and the next one, too",
        "The restore begins anew with the next owner: `restored` comes later.",
        _SUPERVISED,
    ),
    Case(
        7,
        "the broker is killed and comes back",
        "`a commit waits for the broker`, and then it goes on. Workers in the middle of a commit "
        "may be in doubt: `worker failed`, status 1.",
        "See why the broker died. Workers need nothing but their supervisor.",
    ),
    Case(
        8,
        "the broker stands still beyond the request timeout",
        "As before; of a commit in the middle `no word from the broker` or `_TIMED_OUT`. A start "
        "ends with `no Kafka broker answers at …` until it does.",
        "See to the broker; a supervisor that waits a few seconds between starts is kind to it.",
    ),
    Case(
        9,
        "the broker is away for longer than every timeout",
        "As before; a start without a broker ends within seconds with `no Kafka broker answers at "
        "…`, or `the Kafka broker at … broke off`.",
        "See to the broker. Outputs resume by themselves when it is back.",
    ),
    Case(
        10,
        "a connection is cut before or after a request of a transaction",
        "A commit that takes some 5 s longer. Where the cut one was the transaction's end: "
        "`worker failed` with `may have been sent twice`, status 1.",
        _SUPERVISED,
    ),
    Case(
        11,
        "the end of a transaction is held up on the wire, and arrives when the next one is open",
        "`worker failed` with `may have been sent twice` or `_TIMED_OUT`, status 1. The late one "
        "meets a newer epoch and is refused. Of offsets that were late the next start says "
        "`offsets of an earlier commit came late`.",
        _SUPERVISED,
    ),
    Case(
        12,
        "a slow or broken network: 200 ms of latency, single bytes, resets",
        "`whalecurve_commit_seconds` rises; few large commits instead of many small ones. Where "
        "connections are reset, `worker failed` now and then, status 1.",
        "See to the network. Throughput stays, delay grows.",
    ),
    Case(
        13,
        "a transaction lasts longer than its timeout (15 s) and the broker aborts it",
        "`worker failed` with `fenced by a newer instance`, status 1, though nobody took over.",
        _SUPERVISED,
    ),
    Case(
        14,
        "the broker forgot a transactional id (`transactional.id.expiration.ms`)",
        "A worker that was idle for that long fails its next commit with "
        "`INVALID_PRODUCER_ID_MAPPING`, status 1, and goes on after its restart.",
        "Nothing; keep the broker's default of seven days.",
    ),
    Case(
        15,
        "poison: what is no UTF-8, nested without end, NaN, without key, with endless digits",
        "`whalecurve_events_rejected_total{reason}`; the record lies in `rejected-events`.",
        "Tell whoever publishes it; the headers name field, expectation, finding and source.",
    ),
    Case(
        16,
        "something is too large: an event, a row, an output",
        "An event: `rejected-events` with `too_large`; above 1 MiB with its first bytes, size and "
        "SHA-256. An output, or a row on a changelog that admits less than 4 MiB: `partition "
        "parked`, reason `message`, with `MSG_SIZE_TOO_LARGE`, the topic and the size. A row "
        "beyond 4,000,000 bytes: reason `limit` with `a customer's row has`.",
        "Raise that topic's `max.message.bytes`; the partition goes on by itself at its next try. "
        "For a row beyond 4,000,000 bytes lower what the line names in the policy.",
    ),
    Case(
        17,
        "an input's batch is larger than what one fetch asks for",
        "Nothing: it is fetched alone and whole.",
        _NOTHING,
    ),
    Case(
        18,
        "duplicates, two days of disorder, two events with one id",
        "`whalecurve_events_dropped_total{reason}`; conflicts lie in `rejected-events` with "
        "`id_conflict`.",
        "Conflicts: ask the publisher which one is right.",
    ),
    Case(
        19,
        "a worker's clock is an hour off, either way",
        "`evaluated_at` of its outputs is; by the wall clock, what falls due comes as much early "
        "or late. Nothing is lost or doubled.",
        "Synchronise the clock.",
    ),
    Case(
        20,
        "the changelog is compacted while a worker restores",
        "Nothing.",
        _NOTHING,
    ),
    Case(
        21,
        "a row of the changelog is corrupt, or of another version",
        "`partition parked`, reason `row`, with partition and offset, at each try; the others go "
        "on, and nothing is read as a default.",
        "Another version: run the program that wrote it, or begin again (docs/operating.md). A "
        "corrupt row: find who writes to the changelog; begin again, or bring back a copy of all "
        "that was committed together.",
    ),
    Case(
        22,
        "an input was deleted and made anew, cut off, or its retention passed the reader",
        "`partition parked`, reason `state` or `record`, with topic and partition, and both "
        "offsets or the broker's word, at each try; never is it reset silently.",
        "If the events are gone for good, begin again (docs/operating.md).",
    ),
    Case(
        23,
        "partitions were added to an input",
        "A running worker ends with status 1; a start is refused with both numbers.",
        "Customers would be split. Make new topics with that many partitions, publish into them, "
        "and begin again (docs/operating.md) with another `WHALECURVE_TOPIC_PREFIX`.",
    ),
    Case(
        24,
        "a transaction of another program is open on the changelog",
        "`/readyz` stays 503, `whalecurve_restore_waiting` is 1, and the log has `restore waits "
        "for another program's open transaction` with topic, partition and offset; after a minute "
        "the partition is parked, reason `changelog`.",
        "Find the program that writes there; the broker aborts its transaction by its timeout.",
    ),
    Case(
        25,
        "the broker has no room for its log",
        "The broker ends with an IOException in its own log; as with a broker that was killed.",
        "Give it room and start it; workers then go on.",
    ),
    Case(
        26,
        "a broker without transactions, and a worker that is killed",
        "Outputs may come twice, with the same `event_id` and the same bytes but `evaluated_at`; "
        "none is lost.",
        "Readers drop what they know by its `event_id`; in production use a broker with "
        "transactions.",
    ),
    Case(
        27,
        "a worker's group does not let it in: another program is in it, its session is refused, "
        "or there is no coordinator for groups or transactions",
        "`worker failed` with the group and what to do, status 1, within 90 s; `/readyz` is 503 "
        "until then. A stop is heard meanwhile.",
        "What the line says: stop the other program or choose another `WHALECURVE_APP_ID`; mend "
        "the broker's settings.",
    ),
    Case(
        28,
        "the changelog was deleted and made anew, also while a worker runs",
        "`worker failed` with the changelog and both ids of the topic, status 1, within seconds. "
        "Then `partition parked`, reason `state`, says so or `the changelog has lost rows`.",
        "What was in it is lost: begin again (docs/operating.md).",
    ),
)
