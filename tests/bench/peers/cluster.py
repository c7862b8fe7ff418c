"""What the harness asks of the broker: topics, offsets, and reading an output to its end."""

import functools
import json
import sys

from confluent_kafka import (
    Consumer,
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec

from settings import BROKER, PARTITIONS


@functools.cache
def admin():
    return AdminClient({"bootstrap.servers": BROKER})


def topics():
    try:
        return set(admin().list_topics(timeout=10).topics)
    except KafkaException:
        sys.exit(f"no broker answers at {BROKER}: ./broker.sh start")


def create_topics(names, config=None):
    """Creates those that are missing."""
    config = {"retention.ms": "-1", **(config or {})}
    new = [NewTopic(name, PARTITIONS, 1, config=config) for name in names]
    for future in admin().create_topics(new).values():
        try:
            future.result()
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise


def delete_topics(names):
    names = [name for name in names if name in topics()]
    for future in admin().delete_topics(names).values() if names else ():
        try:
            future.result()
        except KafkaException as error:
            if error.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
                raise


def delete_topics_of(tag):
    """Outputs, changelogs and whatever else a run named after its tag."""
    delete_topics([name for name in topics() if tag in name])


def end_offsets(names):
    """{(topic, partition): end} of the topics that exist; uncommitted records count."""
    there = topics()
    asked = {
        TopicPartition(name, partition): OffsetSpec.latest()
        for name in names if name in there
        for partition in range(PARTITIONS)
    }  # fmt: skip
    found = admin().list_offsets(asked, request_timeout=10) if asked else {}
    return {(at.topic, at.partition): future.result().offset for at, future in found.items()}


def committed(group, names):
    """The sum of the group's committed offsets: how many events are done for good."""
    request = [ConsumerGroupTopicPartitions(group)]
    try:
        answer = admin().list_consumer_group_offsets(request, request_timeout=5)[group].result()
    except KafkaException:
        return 0  # no such group yet, or its coordinator is moving
    return sum(at.offset for at in answer.topic_partitions if at.topic in names and at.offset > 0)


def read_latest(topic):
    """(count, {key: newest value}) of a topic of JSON, committed records only."""
    count, newest = count_latest(topic)
    return count, {key.decode().strip('"'): json.loads(value) for key, value in newest.items()}


def count_latest(topic):
    """(count, {key: newest bytes}) of a topic, committed records only."""
    consumer = Consumer({
        "bootstrap.servers": BROKER, "group.id": "peers-read", "enable.auto.commit": False,
        "isolation.level": "read_committed", "enable.partition.eof": True,
    })  # fmt: skip
    consumer.assign([TopicPartition(topic, partition, 0) for partition in range(PARTITIONS)])
    count, ended, newest = 0, set(), {}
    while len(ended) < PARTITIONS:
        message = consumer.poll(10)
        if message is None:
            break
        if message.error():
            if message.error().code() != KafkaError._PARTITION_EOF:
                raise KafkaException(message.error())
            ended.add(message.partition())
            continue
        count += 1
        newest[message.key()] = message.value()
    consumer.close()
    return count, newest


def text_key(message):
    return message.key().decode().strip('"')
