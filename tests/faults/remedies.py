"""What is done about each alert of streams/ops/alerts.yml; docs/runbook.md says it."""

from typing import Final, NamedTuple


class Remedy(NamedTuple):
    """An alert, and what is done first."""

    alert: str
    text: str


REMEDIES: Final = (
    Remedy(
        "WhalecurveWorkerDown",
        "Read the last line of its log. After a failed commit it says what failed, and another "
        "start is the remedy: cases 1 to 14.",
    ),
    Remedy(
        "WhalecurveNoWorker",
        "Start one (`whalecurve worker`). Nothing is lost while none runs, as long as the inputs "
        "are kept.",
    ),
    Remedy(
        "WhalecurveRestarting",
        "Read the last error in their logs. The same one again and again does not go away by "
        "itself: a record too large for a topic, a policy that is refused, a password that "
        "changed, a certificate that expired, a right that was taken.",
    ),
    Remedy(
        "WhalecurvePartitionsUnheld",
        "See whether as many workers run as should. One that was killed is replaced after its "
        "session of 10 s and a restore.",
    ),
    Remedy(
        "WhalecurveNoCommits",
        "Look for a broker that is away (cases 7 to 9), or partitions that restore. If neither is "
        "so, restart the worker whose commits stand still.",
    ),
    Remedy(
        "WhalecurveLagGrowing",
        "Start more workers, up to one a partition. If CPUs are idle, look at "
        "`whalecurve_commit_seconds` and at the broker.",
    ),
    Remedy(
        "WhalecurvePartitionNearlyFull",
        "Give workers more memory and raise `WHALECURVE_PARTITION_BYTES`, or plan topics with more "
        "partitions and a replay. At the limit the partition is parked.",
    ),
    Remedy(
        "WhalecurveRejects",
        "Read why with `whalecurve rejects list`, and tell the owner of the input. "
        "`wrong_partition` means that `WHALECURVE_PARTITIONER` does not fit the producer. What "
        "was turned away can be sent again "
        "([operating.md](operating.md#events-were-turned-away)).",
    ),
    Remedy(
        "WhalecurveNoCustomer",
        "A source no longer knows who its customers are, or more guests buy. See which ids come "
        "with `whalecurve rejects list`, and tell the owner of the input. Ids that name "
        "nobody stand in the policy's `ids.ignore`. While nothing is known of the week before, the "
        "alert says how many there are.",
    ),
    Remedy(
        "WhalecurveRestoreWaiting",
        "Another program writes to the changelog inside a transaction: find and end it (`kafka-"
        "transactions.sh find-hanging`). After 60 s the worker ends and is to be started again: "
        "case 24.",
    ),
    Remedy(
        "WhalecurveRestoreSlow",
        "See whether the changelog is compacted (`cleanup.policy=compact`, the broker's log "
        "cleaner alive) and how far `whalecurve_restored_rows_total` has come.",
    ),
    Remedy(
        "WhalecurveLatency",
        "Look at `whalecurve_lag` and `whalecurve_lag_seconds` first. Without a lag look at "
        "`whalecurve_commit_seconds` and the broker. A replay of old events counts their age and "
        "may be ignored.",
    ),
    Remedy(
        "WhalecurveIdsForgotten",
        "A customer has more than `dedupe_ids_max` events in `dedupe_days`: raise it, or find out "
        "why it has so many. What comes twice of the forgotten ones counts twice.",
    ),
    Remedy(
        "WhalecurveInvoicesSummedUp",
        "A customer has more open invoices than `invoices.open_max`: raise it, or see whether "
        "payments name their invoices. The least due are summed into one, which is due as the "
        "first of them was; a payment of an invoice that is not known pays it.",
    ),
    Remedy(
        "WhalecurvePartitionParked",
        "The worker's log names the partition and what it could not go on with; the label "
        "`reason` says its kind. The other partitions go on. Mend what the line names, and start "
        "the worker again.",
    ),
    Remedy(
        "WhalecurveTwoPolicies",
        "Compare `policy_version` of `whalecurve_info`, worker by worker: a rollout stood still "
        "half way, or a worker has another file. Partitions that move between them would be "
        "judged by one policy and the other; one that has seen the newer policy refuses the "
        "older. Start all with one policy.",
    ),
    Remedy(
        "WhalecurveInputSilent",
        "Ask who publishes the input whether it still does, and into this topic; look for a "
        "holiday. Rules about silence go on as if customers were silent, so downgrades and "
        "contacts may follow from it.",
    ),
)
