"""Replay merges files by time, says what is out of order, and goes on where it stopped."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from streams.cli import replay_progress
from tests.support.calling import Call, Said
from tests.support.replaying import BEGINS, Published, Read, sent, sold, stand_in

Files = Callable[..., Said]


@pytest.fixture
def replay_files(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Said]:
    """Replays files by name; None of one that is there already."""
    stand_in(monkeypatch)
    monkeypatch.setenv("WHALECURVE_CLOCK", "event")

    def replayed(files: dict[str, bytes | None], *options: str) -> Said:
        for name, text in files.items():
            if text is not None:
                (tmp_path / name).write_bytes(text)
        return call("replay", *(tmp_path / name for name in files), *options)

    return replayed


def test_files_are_merged_by_time_and_ties_go_by_their_order(
    replay_files: Files, tmp_path: Path
) -> None:
    shop = sold(1, 1) + b"\n" + sold(3, 3) + sold(6, 5)
    desk = sold(2, 2, "support-calls") + sold(4, 3, "support-calls") + sold(5, 4, "support-calls")
    said = replay_files({"shop": shop, "desk": desk}).done()
    assert sent() == ["e-1", "e-2", "e-3", "e-4", "e-5", "e-6"]
    assert said == (
        f"Published 6 records of {tmp_path}/shop, {tmp_path}/desk: 3 purchases, 3 support-calls.\n"
    )


def test_two_sources_as_files_of_their_own_come_as_one_that_is_sorted(replay_files: Files) -> None:
    one = [sold(number, 9 * number) for number in range(80)]
    other = [sold(100 + number, 9 * number + 0.1) for number in range(80)]
    replay_files({"one": b"".join(one), "other": b"".join(other)}).done()
    apart = sent()
    Published.records.clear()
    together = [line for pair in zip(one, other, strict=True) for line in pair]
    replay_files({"sorted": b"".join(together)}).done()
    assert apart == sent()


def test_what_says_no_time_follows_the_line_above_it(replay_files: Files) -> None:
    timeless = b'{"topic":"payments","value":{"event_id":"e-2"}}\n'
    late = b'{"topic":"payments","value":{"event_id":"e-3","occurred_at":"9000-01-01T00:00:00Z"}}\n'
    replay_files({"a": sold(4, 5), "b": sold(1, 1) + timeless + late + sold(5, 9)}).done()
    assert sent() == ["e-1", "e-2", "e-3", "e-4", "e-5"]


def test_an_erasure_has_the_time_of_its_record(replay_files: Files) -> None:
    at_ms = int((BEGINS + timedelta(days=2)).timestamp() * 1000)
    erased = orjson.dumps(
        {"topic": "customers", "key": "c-1", "value": None, "timestamp_ms": at_ms}
    )
    replay_files({"a": erased, "b": sold(1, 1) + sold(3, 3)}).done()
    assert [topic for topic, *_ in Published.records] == ["purchases", "customers", "purchases"]


def test_a_file_that_goes_back_in_time_is_told_once_with_its_line(
    replay_files: Files, tmp_path: Path
) -> None:
    back = sold(1, 10) + sold(2, 9) + sold(3, 10) + sold(4, 7.5)
    said = replay_files({"back": back, "well": sold(5, 1) + sold(6, 2)}, "--json")
    assert said.err == (
        f"whalecurve: warning: {tmp_path}/back:2: goes back in time by 1 day, 0:00:00, and 1 lines "
        "more by up to 2 days, 12:00:00: files are merged by time only where each lies in order; "
        "sort it, or give each of its sources as a file of its own\n"
    )
    assert orjson.loads(said.out)["back_in_time"] == {f"{tmp_path}/back": 2}
    assert sent() == ["e-5", "e-6", "e-1", "e-2", "e-3", "e-4"]


def test_a_history_that_stands_twice_in_a_file_is_told_to_count_twice(replay_files: Files) -> None:
    history = b"".join(sold(number, 5 * number) for number in range(36))
    said = replay_files({"twice": history * 2})
    assert ":37: goes back in time by 175 days" in said.err
    assert "35 days (dedupe_days) or more apart, counts twice" in said.err


# what workers can't tell apart


def lately(number: int, days_ago: float) -> bytes:
    at = datetime.fromtimestamp(time.time(), UTC) - timedelta(days=days_ago)
    return orjson.dumps(
        {"topic": "purchases", "value": {"event_id": f"e-{number}", "occurred_at": at.isoformat()}}
    )


def test_what_is_older_than_ids_are_remembered_is_told_where_records_were_there_before(
    replay_files: Files,
) -> None:
    history = {"history": lately(1, 40) + b"\n" + lately(2, 35.5) + b"\n" + lately(3, 33)}
    assert replay_files(history).err == ""
    said = replay_files(history).err
    assert said.startswith("whalecurve: warning: the inputs held records before, and 2 events are")
    assert "35 days (dedupe_days)" in said
    assert "WHALECURVE_APP_ID" in said


# going on where one stopped


def progress(tmp_path: Path) -> Path:
    return tmp_path / "a.progress"


A = b"".join(sold(number, number) for number in range(0, 40, 2))
B = b"".join(sold(number, number) for number in range(1, 40, 2))
ALL = [f"e-{number}" for number in range(40)]


def test_whole_it_leaves_nothing_beside_the_files(replay_files: Files, tmp_path: Path) -> None:
    replay_files({"a": A, "b": B}).done()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


@pytest.mark.parametrize("stretch", [1, 7, 1_000])
@pytest.mark.parametrize("breaks_after", [0, 1, 13, 14, 39])
def test_a_replay_whose_broker_went_away_goes_on_with_every_record_once(
    replay_files: Files,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stretch: int,
    breaks_after: int,
) -> None:
    monkeypatch.setattr(replay_progress, "STRETCH_RECORDS", stretch)
    monkeypatch.setattr(Published, "breaks_after", breaks_after)
    assert "went away" in replay_files({"a": A, "b": B}).err
    monkeypatch.setattr(Published, "breaks_after", None)
    refused = replay_files({"a": None, "b": None}).refused()
    assert "--resume goes on from there" in refused
    said = orjson.loads(replay_files({"a": None, "b": None}, "--resume", "--json").done())
    assert sent() == ALL
    assert said["published_already"] == breaks_after % stretch
    assert not progress(tmp_path).exists()


def test_what_others_sent_meanwhile_is_not_taken_for_its_own(
    replay_files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Published, "breaks_after", 5)
    replay_files({"a": A, "b": B})
    monkeypatch.setattr(Published, "breaks_after", None)
    monkeypatch.setattr(Read, "others", [("purchases", b"c-1", b"{}", None)] * 3)
    assert replay_files({"a": None, "b": None}, "--resume").done()
    assert sent() == ALL


def test_a_wrong_line_is_mended_and_gone_on_from(replay_files: Files, tmp_path: Path) -> None:
    lines = A.splitlines(keepends=True)
    replay_files({"a": b"".join([*lines[:5], b"{}\n", *lines[5:]]), "b": B}).refused()
    assert sent() == ALL[:9]
    assert (
        replay_files({"a": None, "b": None}, "--resume")
        .refused()
        .startswith(f"whalecurve: {tmp_path}/a:6: topic: expected")
    )
    (tmp_path / "a").write_bytes(A)
    assert replay_files({"a": None, "b": None}, "--resume").done()
    assert sent() == ALL


def test_of_nothing_published_nothing_is_kept(replay_files: Files, tmp_path: Path) -> None:
    replay_files({"a": b"{}\n"}).refused()
    assert not progress(tmp_path).exists()


def test_a_file_that_was_changed_above_is_not_gone_on_with(
    replay_files: Files, tmp_path: Path
) -> None:
    replay_files({"a": A + b"{}"}).refused()
    replay = replay_files({"a": A[40:]}, "--resume").refused()
    assert f"{tmp_path}/a:20: expected the line that was published last" in replay


@pytest.mark.parametrize(
    ("files", "options", "expected"),
    [
        ({"a": A}, ["--resume"], "a.progress: expected the progress of a replay that stopped"),
        ({"a": None, "b": B}, ["--resume"], "a.progress: files: expected"),
        ({"-": None}, ["--resume"], "-: --resume: expected a file to read again"),
    ],
)
def test_what_can_t_be_gone_on_with_is_said(
    replay_files: Files,
    call: Call,
    tmp_path: Path,
    files: dict[str, bytes | None],
    options: list[str],
    expected: str,
) -> None:
    if files == {"-": None}:
        assert expected in call("replay", "-", *options).refused()
        return
    if len(files) > 1:
        replay_files({"a": A + b"{}"}).refused()
    assert expected in replay_files(files, *options).refused()
    assert tmp_path.exists()


def test_progress_on_another_broker_is_not_gone_on_with(
    replay_files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay_files({"a": A + b"{}"}).refused()
    monkeypatch.setenv("WHALECURVE_TOPIC_PREFIX", "other.")
    said = replay_files({"a": None}, "--resume").refused()
    assert "WHALECURVE_TOPIC_PREFIX: expected '' as before, found 'other.'" in said


def test_progress_that_is_none_is_told(replay_files: Files, tmp_path: Path) -> None:
    progress(tmp_path).write_text("{")
    assert "a.progress: expected the progress" in replay_files({"a": A}, "--resume").refused()


def test_where_nothing_can_be_written_it_goes_on_with_a_warning(
    replay_files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(replay_progress.Keeper, "keep", refused)
    said = replay_files({"a": A})
    assert said.status == 0
    assert said.err.endswith("(Permission denied): no --resume after a stop\n")
    assert sent() == ALL[::2]
