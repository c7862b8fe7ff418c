"""Bookings: the keys under which ids are remembered."""

from agents.events.booking import id_key
from schemas.inputs.events import Kind
from schemas.state.rows import ID_BYTES


def test_an_id_is_remembered_under_eight_bytes() -> None:
    assert len(id_key(Kind.PURCHASES, "x" * 128)) == ID_BYTES == 8


def test_the_same_id_in_another_topic_is_another_id() -> None:
    ids = ["event-1", *(str(number) for number in range(2000))]
    keys = {id_key(kind, event_id) for kind in Kind for event_id in ids}
    assert len(keys) == len(Kind) * len(ids)


def test_the_key_of_an_id_never_changes() -> None:
    # stored rows hold it: after a change, every event that came before would be applied again
    assert id_key(Kind.PURCHASES, "purchase-1").hex() == "c3db9ce709de36d4"
