"""Days and amounts as records write them."""

from schemas.base.times import NO_DAY, NO_DUE_US, day_start, format_micros


def day_text(day: int) -> str | None:
    """The beginning of a UTC day; None of a day that never comes."""
    return None if day == NO_DAY else format_micros(day_start(day))


def moment_text(at_us: int) -> str | None:
    """A moment; None of a due time that never comes."""
    return None if at_us >= NO_DUE_US else format_micros(at_us)
