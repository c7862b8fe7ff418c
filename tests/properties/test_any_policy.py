"""Whatever policy the check calls good, and whatever intake takes: nothing stops the stream."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.any_policy import digest_of_a_story

EVENTS = 24


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_a_good_policy_stops_no_stream(seed: int) -> None:
    assert digest_of_a_story(Random(seed), EVENTS)
