"""A bug of the load is the load's, and nobody waits for a desk that met one."""

from __future__ import annotations

import pytest
from hotdesk import AppInfo, Secret

from hotdesk_hil.load.crew import Crew, Plan
from hotdesk_hil.load.desks import Desk, Person
from hotdesk_hil.load.phone import Phone, Service
from hotdesk_hil.load.tally import Tally


def test_a_bug_ends_the_desk_in_each_phase_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(*_arguments: object) -> None:
        raise TypeError("12345")

    monkeypatch.setattr(Phone, "log_in", bug)
    plan = Plan(("storm", "night"), within=0, seed=1, tries=1, forgotten=0)
    service = Service("https://localhost", AppInfo(id="emphone", certificate=Secret("secret")))
    crew = Crew(plan, service, lambda *_: None, lambda *_: None)
    crew.begin("storm")
    with pytest.raises(TypeError):
        crew.work(Desk(0, "SEP1", Person("john", "12345")))
    told = Tally.from_message(crew.tally.to_message())
    for phase in plan.phases:
        assert told.phases[phase].over == 1
        assert dict(told.phases[phase].missed) == {("load", "a bug of hotdesk-load: TypeError"): 1}
    assert "12345" not in repr(crew.tally.to_message())
