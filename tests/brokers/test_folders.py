"""Data folders: those of others stay, those that were left go."""

from pathlib import Path

from tests.brokers.folders import Folder


def test_a_folder_whose_process_was_killed_is_removed_by_the_next(tmp_path: Path) -> None:
    used, left = Folder("data-", tmp_path), tmp_path / "data-left"
    left.mkdir()
    (left / "claim").touch()
    (left / "00000000.log").touch()
    (tmp_path / "data-unclaimed").mkdir()
    other = Folder("data-", tmp_path)
    assert not left.exists()
    assert used.path.is_dir()
    assert (tmp_path / "data-unclaimed").is_dir()
    other.close()
    assert not other.path.exists()
    used.close()
