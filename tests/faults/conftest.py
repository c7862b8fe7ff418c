"""The corner of a broker that each test of faults has, as those of the integration tests."""

from tests.integration.conftest import bare_place, crew, kafka, place, sample_policy, watch

__all__ = ["bare_place", "crew", "kafka", "place", "sample_policy", "watch"]
