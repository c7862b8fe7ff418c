"""Worlds from seeds: the product's commit cycle over a simulated Kafka, and all that may go wrong.

"Nothing lost, nothing doubled" is a claim about every moment at which a worker may die, stand still
or be overtaken. Here the real code of the cycle runs (`streams.runtime.partition`, `commit`,
`restore`, `shards`, flow control of `transport`, and `agents` below them), and only what lies
around it is simulated: librdkafka's `Producer` and `Consumer`, the fetch loop, the group, the
broker and the time. A seed decides all of it; the same seed tells the same story, byte for byte.

Where to look:

- `kernel`: virtual time, processes, blocking calls that can be left in the middle.
- `log`, `broker`, `group`: Kafka, as far as workers can tell.
- `network`, `site`, `producer`, `plain`, `consumer`, `fetching`, `shares`, `waiting`: the clients
  of a process, and how it waits.
- `faults`, `outside`: what goes wrong; `plan`: what a seed decides; `upstream`: the traffic.
- `worker`, `world`: one worker, and all of it together; `stage`: where the product is given them.
- `recording`, `checks`, `plain_checks`, `reference`, `recounted`: what has to be true.
- `running`, `__main__`: many seeds, and the table at the end; `mutants`: mistakes it has to find.

What can be checked when. Every commit is checked when it is decided: that it is whole, the next
one, and stands for exactly the records between its offsets and those before. In the end outputs
and rows have to be those of a shard that was never interrupted. The order in which records were
taken is noted by the shards themselves, for the product promises an order only where inputs lie
ready: in those seeds, by the event clock, the recount of `tests/oracle` takes the records in the
contract's order, so the order is checked, too. Where inputs trickle in or the wall clock moves
time, both take them in the order noted. Where the policy changes, only the uninterrupted shard
judges, and of snapshots only what is a fact under any policy.

A seed draws what it is about. Most are about tiers by entries. Some are about tiers by shares: the
uninterrupted shard makes and adopts the same cut-offs at the same places in the order. Some are
about commits that are no transactions: all lies ready, time is event time, and only what lets a
worker that is taken for dead go on writing never strikes, for nothing promises more. There outputs
may come again with the same id and content, nothing is lost, and the state is applied once.

What is left out: tiers by shares without transactions or under a policy that changes, and Faust
itself, which `tests/integration` has.
"""
