"""The environment, read once: every setting with its meaning, its default and its bounds.

Also the one place that makes the connection options of every Kafka client, of whatever library.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Literal

from schemas.partitioners import PARTITIONERS
from schemas.topics import TopicNames

PREFIX: Final = "WHALECURVE_"

PORT_MAX: Final = 65_535
SESSION_TIMEOUT_S: Final = 10
"""A worker that says nothing for so long has lost its partitions; also what a kill costs."""
HEARTBEAT_S: Final = 1
REQUEST_TIMEOUT_MS: Final = 10_000
TRANSACTION_TIMEOUT_MS: Final = 15_000
"""Longer than every request's timeout: the broker never aborts what is still being sent."""
NAME_MAX_CHARS: Final = 100
"""Of a prefix or an application id: a topic's name has at most 249 characters."""
SECRET_MAX_BYTES: Final = 64
SECRETS: Final = ("erasure_secret",)
"""Settings that no message quotes."""
CUSTOMERS_MAX: Final = 1_000_000
"""Of one partition, unless the setting says otherwise. At rest, with ten purchases each, they take
some 650 MB; who is touched takes more."""
FETCH_BYTES: Final = 1_048_576
"""Of one partition at a time; a batch above it is fetched alone and whole."""


class SettingsError(Exception):
    """A setting that can't be used; the text names it, what was expected and what was found."""


@dataclass(frozen=True)
class Setting:
    """How one setting is read and explained."""

    meaning: str
    parse: Callable[[str], Any]


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        number = int(text) if text.isascii() and text.isdigit() else -1
        if not low <= number <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return number

    return parse


def _choice(*names: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in names:
            raise ValueError(" or ".join(names))
        return text

    return parse


def _name(text: str) -> str:
    if not _is_name(text) or not text or len(text) > NAME_MAX_CHARS:
        raise ValueError("1 to 100 letters, digits, dots, underscores or hyphens")
    return text


def _prefix(text: str) -> str:
    if not _is_name(text) or len(text) > NAME_MAX_CHARS:
        raise ValueError("at most 100 letters, digits, dots, underscores or hyphens")
    return text


def _is_name(text: str) -> bool:
    return text.isascii() and all(char.isalnum() or char in "._-" for char in text)


def _secret(text: str) -> str:
    if not 0 < len(text.encode(errors="replace")) <= SECRET_MAX_BYTES or not text.isprintable():
        raise ValueError("1 to 64 bytes of printable text")
    return text


def _broker(text: str) -> str:
    for address in text.split(","):
        host, colon, port = address.rpartition(":")
        if not (colon and host and port.isascii() and port.isdigit() and 0 < int(port) <= PORT_MAX):
            raise ValueError("host:port, or several with commas between them")
    return text


def _path(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise ValueError("the path of a policy file")
    return path


def _setting(default: Any, meaning: str, parse: Callable[[str], Any]) -> Any:
    return field(default=default, metadata={"setting": Setting(meaning, parse)})


@dataclass(frozen=True)
class Settings:
    """What the environment says; a field is WHALECURVE_ and its name in capitals."""

    broker: str = _setting(
        "127.0.0.1:9092", "where Kafka listens: host:port, or several with commas", _broker
    )
    policy: Path | None = _setting(None, "the policy file; without it the default one", _path)
    app_id: str = _setting("whalecurve", "names the application, and its consumer group", _name)
    topic_prefix: str = _setting("", "put before every topic's name", _prefix)
    output_prefix: str | None = _setting(
        None, "put before the outputs' and the changelog's names instead", _prefix
    )
    clock: Literal["wall", "event"] = _setting(
        "wall",
        "wall: time passes for customers at rest; event: for replays",
        _choice("wall", "event"),
    )
    guarantee: Literal["exactly_once", "at_least_once"] = _setting(
        "exactly_once",
        "at_least_once is for brokers without transactions",
        _choice("exactly_once", "at_least_once"),
    )
    partitioner: str = _setting(
        "murmur2",
        "how producers of the inputs choose partitions: murmur2 (Java, kafka-python) or crc32 "
        "(librdkafka)",
        _choice(*PARTITIONERS),
    )
    commit_ms: int = _setting(100, "least time from commit to commit", _whole(1, 60_000))
    snapshot_seconds: int = _setting(
        10, "a customer's snapshot goes out at most so often while it changes", _whole(0, 86_400)
    )
    max_event_bytes: int = _setting(
        65_536, "a larger value is rejected (too_large)", _whole(1024, 16_777_216)
    )
    web_port: int = _setting(
        0, "of /livez, /readyz and /metrics; 0: any free one, printed", _whole(0, PORT_MAX)
    )
    erasure_secret: str = _setting(
        "",
        "keys the hash that stands for a customer on erasures; without one whoever guesses an id "
        "can check the guess",
        _secret,
    )
    customers_max: int = _setting(
        CUSTOMERS_MAX,
        "customers of one partition; the worker stops before it would hold one more",
        _whole(1, 1_000_000_000),
    )
    partitions: int = _setting(4, "of topics that are created", _whole(1, 1024))

    @property
    def exactly_once(self) -> bool:
        """Every commit is a transaction."""
        return self.guarantee == "exactly_once"

    @property
    def names(self) -> TopicNames:
        """The topics' names on the broker."""
        output = self.topic_prefix if self.output_prefix is None else self.output_prefix
        return TopicNames(self.topic_prefix, output, self.app_id)

    @property
    def fetch_wait_ms(self) -> int:
        """How long the broker may hold a fetch that finds nothing.

        The embedded broker lists a partition's batches within this time, and answers with nothing
        where it does not get done: it is given more.
        """
        return 50 if self.exactly_once else 200


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings of an environment; SettingsError for one that is wrong."""
    found: dict[str, Any] = {}
    for known in fields(Settings):
        name = PREFIX + known.name.upper()
        text = environment.get(name)
        if text is None:
            continue
        setting: Setting = known.metadata["setting"]
        try:
            found[known.name] = setting.parse(text)
        except ValueError as error:
            found_there = "something else" if known.name in SECRETS else repr(text)
            raise SettingsError(f"{name}: expected {error}, found {found_there}") from error
    return Settings(**found)


def librdkafka_options(settings: Settings) -> dict[str, Any]:
    """How a librdkafka client reaches the broker."""
    return {
        "bootstrap.servers": settings.broker,
        "client.id": settings.app_id,
        "socket.timeout.ms": REQUEST_TIMEOUT_MS,
        "broker.address.family": "v4" if settings.broker.startswith("127.") else "any",
        "log_level": 3,
    }


def kafka_python_options(settings: Settings) -> dict[str, Any]:
    """How a kafka-python client reaches the broker."""
    return {"bootstrap_servers": settings.broker.split(","), "client_id": settings.app_id}


def aiokafka_options(settings: Settings) -> dict[str, Any]:
    """How an aiokafka client reaches the broker."""
    return {"bootstrap_servers": settings.broker.split(","), "client_id": settings.app_id}
