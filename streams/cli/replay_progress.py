"""How far a replay has come: kept in a file beside its first one, until all is published.

What the broker has acknowledged is kept after each stretch of records, and the next stretch begins
only then. So of a replay that was killed at most one stretch is in doubt, and what of that is on
the broker can be read there.
"""

import os
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final
from zlib import crc32

import msgspec

from streams.cli.errors import Failure
from streams.cli.reading import Reader
from streams.cli.replay_lines import LineError, Replayed
from streams.cli.replay_merge import Position, Source, merged, sources_at
from streams.cli.replay_warnings import say
from streams.config.settings import Settings

SUFFIX: Final = ".progress"
STRETCH_RECORDS: Final = 5_000
STRETCH_BYTES: Final = 8_388_608
"""A stretch ends with the record that reaches either."""

Sent = tuple[str, bytes | None, bytes | None]
"""Topic, key and value of a record: the same again is the same event."""


class Stretch:
    """How much was taken since progress was kept."""

    def __init__(self) -> None:
        self.records = 0
        self.bytes = 0

    def take(self, event: Replayed) -> bool:
        """Count a record; whether it is the last of the stretch."""
        self.records += 1
        self.bytes += len(event.value or b"")
        return self.records >= STRETCH_RECORDS or self.bytes >= STRETCH_BYTES


class Progress(msgspec.Struct):
    """What a replay has published."""

    broker: str
    topic_prefix: str
    files: dict[str, Position]
    """By name, in the order in which they were given."""
    reached: dict[str, dict[int, int]]
    """By topic and partition: the offset behind the last record that was acknowledged."""
    in_doubt: bool
    """Whether more was sent than is told here."""


class Keeper:
    """The file in which one replay's progress is kept."""

    def __init__(self, files: tuple[Path, ...], settings: Settings) -> None:
        self.path = files[0].with_name(files[0].name + SUFFIX)
        self._names = [str(file) for file in files]
        self._settings = settings

    def new(self) -> Progress:
        """Nothing is published yet; Failure where an earlier replay did not come to its end."""
        if self.path.exists():
            raise Failure(
                f"{self.path}: a replay of {self._names[0]} stopped before its end: --resume goes "
                "on from there; to publish all of it anew, delete that file"
            )
        files = {name: Position() for name in self._names}
        settings = self._settings
        return Progress(settings.broker, settings.topic_prefix, files, {}, in_doubt=True)

    def load(self) -> Progress:
        """Where a replay of these files stopped; Failure where that does not fit them."""
        try:
            progress = msgspec.json.decode(self.path.read_bytes(), type=Progress)
        except FileNotFoundError as error:
            raise Failure(
                f"{self.path}: expected the progress of a replay that stopped, found none: it is "
                "published whole, or never was: leave out --resume to publish it"
            ) from error
        except msgspec.DecodeError as error:
            raise Failure(f"{self.path}: expected the progress of a replay: {error}") from error
        settings = self._settings
        for what, kept, given in (
            ("files", list(progress.files), self._names),
            ("WHALECURVE_BROKER", progress.broker, settings.broker),
            ("WHALECURVE_TOPIC_PREFIX", progress.topic_prefix, settings.topic_prefix),
        ):
            if kept != given:
                raise Failure(f"{self.path}: {what}: expected {kept!r} as before, found {given!r}")
        return progress

    def keep(self, progress: Progress) -> None:
        """Write it, whole or not at all; OSError where that can't be."""
        if not progress.in_doubt and not any(at.lines for at in progress.files.values()):
            self.forget()  # nothing was published: there is nothing to go on from
            return
        beside = self.path.with_name(self.path.name + ".new")
        with beside.open("wb") as file:
            file.write(msgspec.json.encode(progress))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)

    def forget(self) -> None:
        """All is published."""
        with suppress(FileNotFoundError):
            self.path.unlink()


def progress_of(
    files: tuple[Path, ...], settings: Settings, *, resume: bool
) -> tuple[Keeper | None, Progress | None]:
    """Where progress is kept, and what was kept; (None, None) where a file can't be read again."""
    for file in files:
        if not file.is_file():
            if resume:
                raise Failure(f"{file}: --resume: expected a file to read again, found none")
            return None, None
    keeper = Keeper(files, settings)
    return keeper, keeper.load() if resume else keeper.new()


def begun(keeper: Keeper | None, kept: Progress | None) -> Keeper | None:
    """Keep that it began; None, with a warning, where nothing can be written."""
    if keeper is None or kept is None:
        return None
    kept.in_doubt = True
    try:
        keeper.keep(kept)
    except OSError as error:
        say(f"{keeper.path}: progress can't be kept ({error.strerror}): no --resume after a stop")
        return None
    return keeper


def sent_beyond(files: tuple[Path, ...], settings: Settings, kept: Progress) -> Counter[Sent]:
    """What is on the broker beyond what was kept; Failure where a file is another one."""
    for file in files:
        _check_file(file, kept.files[str(file)])
    if not kept.in_doubt:
        return Counter()
    with ExitStack() as held:
        opened = [held.enter_context(file.open("rb")) for file in files]
        names = [str(file) for file in files]
        return _published_already(settings, kept, sources_at(names, opened, kept.files))


def _check_file(file: Path, position: Position) -> None:
    """Refuse (Failure) a file that is another one up to a position."""
    with file.open("rb") as lines:
        lines.seek(position.bytes - position.last_bytes)
        if crc32(lines.read(position.last_bytes)) != position.last_check:
            raise Failure(
                f"{file}:{position.lines}: expected the line that was published last, found "
                "another: the file was changed above it"
            )


def _published_already(
    settings: Settings, progress: Progress, sources: list[Source]
) -> Counter[Sent]:
    """What of the stretch in doubt is on the broker.

    Raises AccessError where the inputs may not be read, Failure where they can't be.
    """
    wanted: Counter[Sent] = Counter()
    stretch = Stretch()
    with suppress(LineError):  # told when it is its turn
        for source in merged(sources):
            event = source.take()
            wanted[event.topic, event.key, event.value] += 1
            if stretch.take(event):
                break
    there: Counter[Sent] = Counter()
    topics = tuple(sorted({topic for topic, _, _ in wanted}))
    if not topics:
        return there
    with Reader(settings, topics, from_beginning=True) as reader:
        reader.begin_at(progress.reached)
        for topic, record in reader.to_the_end():
            sent = topic, record.key, record.value
            if there[sent] < wanted[sent]:
                there[sent] += 1
    return there
