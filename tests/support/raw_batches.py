"""Record batches as bytes on the wire, that no client would write, and how to send them."""

import asyncio
import struct
from typing import Final

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.codec import gzip_encode, lz4_encode, snappy_encode, zstd_encode
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.util import calc_crc32c

from streams.kafka.codecs import GZIP, LZ4, SNAPPY, ZSTD

LENGTH_AT, CRC_AT, CRC_FROM, CODEC_AT, RECORDS_AT = 8, 17, 21, 22, 61
"""Of a batch on the wire."""
TIMEOUT_MS: Final = 30_000
NOBODY: Final = -1
"""Who began no transaction."""

Given = tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]]]
"""Key, value and headers."""


def wire(
    records: list[Given], codec: int, first: int = 0, stamp_ms: int = 5, by: int = NOBODY
) -> bytearray:
    """A batch as a client writes it."""
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=codec, is_transactional=int(by != NOBODY), producer_id=by,
        producer_epoch=-1, base_sequence=-1, batch_size=2**31 - 1,
    )  # fmt: skip
    for number, (key, value, headers) in enumerate(records):
        builder.append(number, stamp_ms + number, key, value, headers)
    made = bytearray(builder.build())
    struct.pack_into(">q", made, 0, first)
    return made


def changed(batch: bytearray, old: bytes, new: bytes) -> bytearray:
    """With other bytes of the same length in place of some, and the checksum of that."""
    assert batch.count(old) == 1
    assert len(old) == len(new)
    made = batch.replace(old, new)
    struct.pack_into(">I", made, CRC_AT, calc_crc32c(made[CRC_FROM:]))
    return made


def repacked(plain: bytearray, codec: int) -> bytes:
    """The same records, packed."""
    way = {GZIP: gzip_encode, SNAPPY: snappy_encode, LZ4: lz4_encode, ZSTD: zstd_encode}
    made = plain[:RECORDS_AT] + way[codec](bytes(plain[RECORDS_AT:]))
    made[CODEC_AT] |= codec
    struct.pack_into(">i", made, LENGTH_AT, len(made) - 12)
    struct.pack_into(">I", made, CRC_AT, calc_crc32c(made[CRC_FROM:]))
    return bytes(made)


def send(broker: str, topic: str, partition: int, batch: bytes) -> None:
    """Hands a batch to a broker, which takes it as it is."""

    async def hand_over() -> None:
        client = AIOKafkaClient(bootstrap_servers=broker, request_timeout_ms=2 * TIMEOUT_MS)
        await client.bootstrap()
        try:
            await client.add_topic(topic)
            await client.force_metadata_update()
            node = client.cluster.leader_for_partition(TopicPartition(topic, partition))
            answer = await client.send(
                node,
                ProduceRequest(
                    transactional_id=None,
                    required_acks=-1,
                    timeout=TIMEOUT_MS,
                    topics=[(topic, [(partition, batch)])],
                ),
            )
            ((_, ((_, error, *_),)),) = answer.topics
            assert error == 0, answer
        finally:
            await client.close()

    asyncio.run(hand_over())
