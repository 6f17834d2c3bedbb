"""When people come: within the time, most of them in the middle, the same way again."""

from __future__ import annotations

from hotdesk_hil.load.phases import forgets, offset

DESKS = range(2000)


def test_they_come_within_the_time_and_most_in_the_middle() -> None:
    times = [offset("storm", number, 60, seed=1) for number in DESKS]
    assert 0 <= min(times) < 5
    assert 55 < max(times) <= 60
    middle = sum(20 < time < 40 for time in times)
    assert 0.45 < middle / len(DESKS) < 0.55


def test_a_seed_repeats_the_times_and_each_phase_has_its_own() -> None:
    def times(phase: str, seed: int) -> list[float]:
        return [offset(phase, number, 60, seed) for number in DESKS]

    assert times("storm", 1) == times("storm", 1)
    assert times("storm", 1) != times("storm", 2)
    assert times("storm", 1) != times("shift", 1)


def test_no_time_is_at_once() -> None:
    assert {offset("storm", number, 0, seed=1) for number in DESKS} == {0.0}


def test_some_forget_to_log_out() -> None:
    assert not any(forgets(number, 0, 1) for number in DESKS)
    assert all(forgets(number, 1, 1) for number in DESKS)
    assert 0.05 < sum(forgets(number, 0.1, 1) for number in DESKS) / len(DESKS) < 0.15
