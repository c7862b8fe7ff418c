"""Worlds from seeds: the product's commit cycle over a simulated Kafka, and all that may go wrong.

"Nothing lost, nothing doubled" is a claim about every moment at which a worker may die, stand still
or be overtaken. Here the real code of the cycle runs (`streams.runtime.partition`, `commit`,
`restore`, `shards`, flow control of `transport`, and `agents` below them), and only what lies
around it is simulated: librdkafka's `Producer` and `Consumer`, the fetch loop, the group, the
broker and the time. A seed decides all of it; the same seed tells the same story, byte for byte.

Where to look:

- `kernel`: virtual time, processes, blocking calls that can be left in the middle.
- `log`, `broker`, `group`: Kafka, as far as workers can tell.
- `network`, `site`, `producer`, `consumer`, `fetching`: the clients of a process.
- `faults`, `outside`: what goes wrong; `plan`: what a seed decides; `upstream`: the traffic.
- `worker`, `world`: one worker, and all of it together; `stage`: where the product is given them.
- `recording`, `checks`, `reference`, `recounted`: what has to be true.
- `running`, `__main__`: many seeds, and the table at the end; `mutants`: mistakes it has to find.

What can be checked when. Every commit is checked when it is decided: that it is whole, the next
one, and stands for exactly the records between its offsets and those before. In the end outputs
and rows have to be those of a shard that was never interrupted. The order in which records were
taken is noted by the shards themselves, for the product promises an order only where inputs lie
ready: in those seeds, by the event clock, the recount of `tests/oracle` takes the records in the
contract's order, so the order is checked, too. Where inputs trickle in or the wall clock moves
time, both take them in the order noted. Where the policy changes, only the uninterrupted shard
judges, and of snapshots only what is a fact under any policy.

What is left out: tiers by shares (`SharesReader` is a thread of its own), `at_least_once`, and
Faust itself, which `tests/integration` has.
"""
