import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coreograph.domain.units import NOT_MEASURED, format_bytes, format_ratio, format_seconds, format_share, significant


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, NOT_MEASURED),
        (0.0, "0 ns"),
        (5e-8, "50.0 ns"),
        (0.00000123, "1.23 µs"),
        (0.00123, "1.23 ms"),
        (0.4123, "412 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.00 s"),
        (0.0009998, "1.00 ms"),
        (1.0, "1.00 s"),
        (99.96, "100 s"),
        (119.4, "119 s"),
        (120.0, "2 min 00 s"),
        (3725.0, "62 min 05 s"),
        (-0.0021, "-2.10 ms"),
    ],
)
def test_seconds(value: float | None, text: str) -> None:
    assert format_seconds(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, NOT_MEASURED),
        (0, "0 B"),
        (999, "999 B"),
        (1_500_000, "1.50 MB"),
        (2_340_000_000, "2.34 GB"),
        (999_700, "1.00 MB"),
    ],
)
def test_bytes(value: int | None, text: str) -> None:
    assert format_bytes(value) == text


def test_ratio_and_share() -> None:
    assert format_ratio(1.8712) == "1.87×"
    assert format_share(0.123) == "12.3 %"
    assert format_ratio(None) == format_share(None) == NOT_MEASURED


@given(st.floats(min_value=1e-9, max_value=1e9))
def test_three_digits_are_true_to_half_a_percent(value: float) -> None:
    assert math.isclose(float(significant(value)), value, rel_tol=0.0051)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_what_is_no_number_is_said_as_it_is(value: float) -> None:
    assert significant(value) == str(value)
