"""The Faust agent of an input: it hands every batch to its shard, and waits for nothing else."""

from agents.ports import Agent, Batches, Takes


def agent_of(topic: str, shards: Takes) -> Agent:
    """The agent of one input topic.

    It decodes nothing and decides nothing: a batch is one fetch, and the shard of its partition
    takes it as a whole.
    """

    async def agent(batches: Batches) -> None:
        async for batch in batches:
            await shards.take(batch)

    agent.__name__ = topic.replace("-", "_")
    return agent
