"""What Locust loads: the user class, the shape, the options, and what master and workers tell each other.

Desks go to the workers by their numbers; each process reads the desks' file and the password by itself, since
Locust's own connection is not encrypted. Must never put a name of a desk or person, or a secret, into what
Locust counts by.
"""

from __future__ import annotations

import logging
import signal
import sys
from collections import deque
from typing import Any

import gevent
from gevent.event import AsyncResult
from locust import LoadTestShape, User, events, runners, task
from locust.env import Environment
from locust.exception import StopUser
from locust.runners import LocalRunner, MasterRunner, WorkerRunner

from hotdesk_hil.load import desks as desks_file
from hotdesk_hil.load.counters import Control, ControlError
from hotdesk_hil.load.course import Course
from hotdesk_hil.load.crew import Crew, Plan
from hotdesk_hil.load.desks import Desk
from hotdesk_hil.load.options import application_user
from hotdesk_hil.load.phases import SHAPES, SHIFT
from hotdesk_hil.load.phone import Service
from hotdesk_hil.load.report import report
from hotdesk_hil.load.tally import Tally

REPORT_SECONDS = 1.0
STATS_SECONDS = 10.0
"""How long the master waits for the last statistics of its workers."""
# Locust takes a worker for dead after three seconds without a sign of it. A busy machine takes longer.
runners.HEARTBEAT_LIVENESS = 15
WANTED, GIVEN, TALLY, COURSE = "hotdesk-wanted", "hotdesk-given", "hotdesk-tally", "hotdesk-course"

# A line for each request would drown the others, and workers send their log to the master.
for name in ("httpx", "hotdesk"):
    logging.getLogger(name).setLevel(logging.WARNING)

log = logging.getLogger("hotdesk-load")
# Locust warns of a fast ramp, which is none here.
logging.getLogger("locust.runners").addFilter(lambda record: "spawn rate is very high" not in str(record.msg))


class NotDone(Exception):
    """What Locust's tables show of a request that did not succeed: the same text for the same reason."""

    def __repr__(self) -> str:
        return str(self)


class Process:
    """What this process, master, worker or both, knows of the run."""

    def __init__(self, environment: Environment) -> None:
        options = environment.parsed_options
        self.environment = environment
        self.app = application_user(options)
        self.ca = options.ca
        self.desks = desks_file.read(options.desks)
        self.digest = desks_file.digest(self.desks)
        self.wanted: deque[AsyncResult[int | None]] = deque()
        self.crew: Crew | None = None
        runner = environment.runner
        if not isinstance(runner, MasterRunner):
            runner.register_message(GIVEN, self.given)
            runner.register_message(COURSE, self.course)
            events.test_start.add_listener(self.man)

    # As a worker

    def man(self, **_: Any) -> None:
        """Makes the crew when the run begins: by then a worker has the master's options."""
        options = self.environment.parsed_options
        plan = _plan(options)
        self.crew = Crew(plan, self.service(), self.sent, self.person)
        gevent.spawn(self.report)

    def service(self) -> Service:
        """Returns how the service is reached."""
        options = self.environment.parsed_options
        return Service(self.environment.host, self.app, self.ca or options.ca, options.http)

    def desk(self) -> Desk | None:
        """Returns a desk that nobody else has, None where there is none."""
        result: AsyncResult[int | None] = AsyncResult()
        self.wanted.append(result)
        self.environment.runner.send_message(WANTED, {"digest": self.digest})
        number = result.get()
        return None if number is None else self.desks[number]

    def given(self, msg: Any, **_: Any) -> None:
        """Takes the number of a desk."""
        self.wanted.popleft().set(msg.data["number"])

    def course(self, msg: Any, **_: Any) -> None:
        """Does what the master says."""
        if self.crew is None:
            return
        word, _, phase = msg.data["say"].partition(" ")
        if word == "begin":
            self.crew.begin(phase)
        else:
            self.crew.close()

    def report(self) -> None:
        """Tells the master the counts, each second and where something is complete."""
        crew = self.crew
        while crew is not None and crew is self.crew:
            crew.changed.wait(REPORT_SECONDS)
            crew.changed.clear()
            self.environment.runner.send_message(TALLY, crew.tally.to_message())

    def sent(self, operation: str, seconds: float, what: str | None) -> None:
        """Counts a request in Locust's statistics."""
        self._fire("EM", operation, seconds, what)

    def person(self, name: str, seconds: float, what: str | None) -> None:
        """Counts how long a person waited, in Locust's statistics."""
        self._fire("person", name, seconds, what)

    def _fire(self, kind: str, name: str, seconds: float, what: str | None) -> None:
        events.request.fire(
            request_type=kind,
            name=name,
            response_time=seconds * 1000,
            response_length=0,
            exception=None if what is None else NotDone(what),
            context={},
        )


class Head(Process):
    """The process that steers the run: the master, or the only one."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        options = environment.parsed_options
        self.plan = _plan(options)
        count = len(self.desks) if options.num_users is None else min(options.num_users, len(self.desks))
        self.manned = self.desks[:count]
        if SHIFT in self.plan.phases and (missing := [desk for desk in self.manned if desk.late is None]):
            raise ValueError(
                f"{options.desks}: {missing[0].device} has no late_user; the shift needs one for each desk"
            )
        if not environment.host:
            raise ValueError("--host names the service, as http://127.0.0.1:8080")
        with self.service().client():
            pass  # raises for an address that is none
        self.control = None if options.control is None else Control(options.control)
        if self.control is not None:
            self.control.counters()
        self.free = deque(desk.number for desk in self.manned)
        self.holders: dict[str, int] = {}
        self.tallies: dict[str, Tally] = {}
        self.workers: frozenset[str] | None = None
        """Those that were there when the run began."""
        self.strange: str | None = None
        runner = environment.runner
        runner.register_message(WANTED, self.give)
        runner.register_message(TALLY, self.count)
        self.head = Course(
            self.plan,
            self.manned,
            self.service(),
            float(options.run_time),
            self.total,
            lambda words: runner.send_message(COURSE, {"say": words}),
            self.trouble,
            self.sent,
            self.control,
        )
        # The course watches over it; Locust would begin to count when a shape is over.
        options.run_time = None
        events.test_stopping.add_listener(self.blame)
        events.quitting.add_listener(self.judge)
        events.quit.add_listener(self.tell)

    def give(self, msg: Any, **_: Any) -> None:
        """Gives a worker the number of a desk that nobody has."""
        number = None
        if msg.data["digest"] != self.digest:
            self.strange = f"worker {msg.node_id} has other desks than the master; give each the same file"
        elif self.free:
            number = self.free.popleft()
            self.holders[msg.node_id] = self.holders.get(msg.node_id, 0) + 1
        self.environment.runner.send_message(GIVEN, {"number": number}, msg.node_id)

    def count(self, msg: Any, **_: Any) -> None:
        """Takes the counts of a worker."""
        self.tallies[msg.node_id] = Tally.from_message(msg.data)

    def total(self) -> Tally:
        """Returns the counts of all workers."""
        total = Tally()
        for tally in self.tallies.values():
            total.add(tally)
        return total

    def trouble(self) -> str | None:
        """Returns why the run cannot go on: a worker is gone, or has other desks."""
        if self.strange is not None:
            return self.strange
        runner = self.environment.runner
        if isinstance(runner, MasterRunner):
            there = frozenset(client.id for client in runner.clients.all if client.state != "missing")
            if self.workers is None:
                self.workers = there
            # Locust would take phones from the others, in the middle of what they do.
            if late := there - self.workers:
                return (
                    f"worker {min(late)} came after the begin; --expect-workers says how many are waited for"
                )
            if gone := self.workers - there:
                name = min(gone)
                desks = self.holders.get(name, 0)
                return f"worker {name} is gone with {desks} desks; what they did last is not known"
        return None

    def wait_for_statistics(self) -> None:
        """Waits until the statistics hold what the workers have counted, which come less often."""
        sent = sum(counts.total() for counts in self.head.outcome.tally.requests.values())
        with gevent.Timeout(STATS_SECONDS, False):
            while sum(entry.num_requests for (_, kind), entry in self._entries() if kind == "EM") < sent:
                gevent.sleep(0.1)

    def _entries(self) -> list[Any]:
        return list(self.environment.stats.entries.items())

    def blame(self, **_: Any) -> None:
        """Says why Locust stops a run by itself: its last worker is gone."""
        outcome = self.head.outcome
        if not outcome.ended and outcome.stopped is None and (trouble := self.trouble()) is not None:
            outcome.stopped = ("load", trouble)

    def judge(self, environment: Environment, **_: Any) -> None:
        """Sets the exit code: 0 where the goal was reached."""
        environment.process_exit_code = 0 if self.head.outcome.reached(self.plan.phases) else 1

    def tell(self, **_: Any) -> None:
        """Prints the report, below Locust's own tables."""
        runner = self.environment.runner
        loaded = runner.cpu_warning_emitted or getattr(runner, "worker_cpu_warning_emitted", False)
        print(report(self.head.outcome, self.plan, self.environment.stats, overloaded=loaded), flush=True)


def _plan(options: Any) -> Plan:
    return Plan(SHAPES[options.shape], options.within, options.seed, options.tries, options.forgotten)


class DeskUser(User):
    """A phone and who sits before it."""

    process: Process

    @task
    def work(self) -> None:
        """Does what the desk is to do until the run ends."""
        desk = self.process.desk()
        crew = self.process.crew
        if desk is None or crew is None:
            raise StopUser
        try:
            crew.work(desk)
        except Exception as error:
            self.environment.events.user_error.fire(
                user_instance=self, exception=error, tb=error.__traceback__
            )
        raise StopUser


class WorkingDay(LoadTestShape):
    """All phones are there from the beginning; when their people come is the crews' business."""

    use_common_options = True
    head: Head

    def __init__(self) -> None:
        super().__init__()
        self._steps: Any = None

    def tick(self) -> tuple[int, float] | None:
        """Goes on with the run; returns None at its end."""
        if self._steps is None:
            self._steps = self.head.head.run()
        try:
            next(self._steps)
        except StopIteration:
            self.head.wait_for_statistics()
            return None
        except Exception as error:
            self.head.head.outcome.stopped = ("load", f"a bug of hotdesk-load: {type(error).__name__}")
            log.exception("the run cannot go on")
            return None
        # All at once: they are idle phones, and each step of a ramp costs a worker dearly.
        return len(self.head.manned), float(len(self.head.manned))


@events.init.add_listener
def _begin(environment: Environment, runner: Any, **_: Any) -> None:
    is_head = isinstance(runner, (MasterRunner, LocalRunner))
    try:
        process = Head(environment) if is_head else Process(environment)
    except (ValueError, ControlError) as error:
        print(f"hotdesk-load: {error}", file=sys.stderr)
        sys.exit(2)
    DeskUser.process = process
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        # Locust waits for Ctrl-C in this greenlet; Python would raise it in any, also in a user at work.
        wake = gevent.get_hub().loop.run_callback
        gevent.signal_handler(signal.SIGINT, wake, gevent.getcurrent().throw, KeyboardInterrupt)
    if isinstance(process, Head):
        environment.shape_class.head = process
    if isinstance(runner, WorkerRunner):
        # What the service refused is the master's business; a bug of ours is everybody's.
        events.quitting.add_listener(
            lambda environment, **_: setattr(environment, "process_exit_code", 1 if runner.exceptions else 0)
        )
