"""What a run came to, in words: figures, codes, the service's counters, and who is to blame for a miss."""

from __future__ import annotations

from typing import Any

from hotdesk_hil.load.course import Done, Outcome
from hotdesk_hil.load.crew import Plan
from hotdesk_hil.load.phases import NIGHT, SHIFT, STORM
from hotdesk_hil.load.tally import SUCCESS

PARTIES = {
    "service": "the service",
    "service or network": "the service, or the network to it",
    "network": "the network, or a service that does not run",
    "who asks": "who asks: the application user, or whom this side trusts",
    "desks": "the desks' file, or the cluster that does not match it",
    "load": "the load itself, not the service",
    "time": "--run-time, which was too short",
}

DID = {STORM: "logged in", SHIFT: "handed over", NIGHT: "found logged out"}
"""What the desks of a phase did."""


def report(outcome: Outcome, plan: Plan, stats: Any, *, overloaded: bool) -> str:
    """Returns the report; `stats` are Locust's statistics."""
    lines = [""]
    for done in outcome.phases:
        lines += _phase(done, outcome)
    lines += ["", *_requests(outcome, stats), "", _counters(outcome)]
    if overloaded:
        lines.append(
            "this machine was too busy (over 90 % of a core): latencies are partly its own; use more workers"
        )
    if outcome.stopped is not None:
        party, why = outcome.stopped
        lines.append(f"ended early: {why}" + (f"; to blame: {PARTIES[party]}" if party != "time" else ""))
    elif not outcome.ended:
        lines.append("stopped before its end")
    reached = outcome.reached(plan.phases)
    lines.append(
        f"goal ({', '.join(plan.phases)} with {outcome.desks:,} desks): {'reached' if reached else 'MISSED'}"
    )
    return "\n".join(lines)


def _phase(done: Done, outcome: Outcome) -> list[str]:
    through = done.counts.through
    rate = through / done.seconds if done.seconds else 0.0
    lines = [
        f"{done.name}: {through:,} of {outcome.desks:,} {DID[done.name]} after {done.seconds:.1f} s, "
        f"{rate:.1f} a second"
    ]
    for (party, what), count in done.counts.missed.most_common():
        lines.append(f"  missed by {count:,}: {what}; to blame: {PARTIES[party]}")
    lines += [f"    {named}" for named in done.counts.named]
    check = done.check
    if check is None:
        lines.append("  the service was not asked who is logged in")
    elif check.failed is not None:
        lines.append(f"  the service could not be asked who is logged in: {check.failed}")
    else:
        lines.append(
            f"  the service says: {check.right:,} users where they should be, {check.absent:,} logged in "
            f"nowhere, {check.twice:,} on two phones, {check.elsewhere:,} where they should not be"
        )
        lines += [f"    {named}" for named in check.named]
    return lines


def _requests(outcome: Outcome, stats: Any) -> list[str]:
    lines = [f"{'':18}{'count':>9}{'a second':>10}{'median':>9}{'95 %':>9}{'99 %':>9}{'longest':>9}  ms"]
    for (name, kind), entry in sorted(stats.entries.items(), key=lambda item: (item[0][1], item[0][0])):
        if not entry.num_requests:
            continue
        times = [entry.get_response_time_percentile(part) or 0 for part in (0.5, 0.95, 0.99)]
        figures = "".join(f"{value:9,.0f}" for value in (*times, entry.max_response_time))
        title = f"a person's {name}" if kind == "person" else name
        lines.append(f"{title:18}{entry.num_requests:9,}{entry.total_rps:10.1f}{figures}")
        if kind != "person":
            counts = outcome.tally.requests.get(name, {})
            for what, count in sorted(counts.items(), key=lambda item: (item[0] != SUCCESS, -item[1])):
                lines.append(f"  {count:,} {what}")
    return lines


def _counters(outcome: Outcome) -> str:
    if isinstance(outcome.counters, str):
        return f"the service's counters: {outcome.counters}"
    before, after = outcome.counters
    return (
        f"the service's counters: Requests Throttled {after.throttled - before.throttled:,} in this run, "
        f"Requests In Progress up to {outcome.in_progress} as seen once a second, "
        f"{after.in_progress} at the end"
    )
