"""`hotdesk logs`: the story of each login, out of the traces of a call manager.

It prints what `hotdesk.logs` tells, for people or as JSON; nothing of a line is quoted.
"""

import argparse
import sys
from typing import Any

from . import logs
from ._failures import BAD_INPUT, DONE, REFUSED, STOPPED, escaped
from ._output import say
from ._shown import shown
from .codes import CodeRow

_STEPS = {
    "page": "login page",
    "person": "the person",
    "user": "looking the user up",
    "pin": "PIN",
    "profiles": "profiles",
    "choice": "choice of a profile",
    "emcc": "looking the user up",
    "homeCluster": "finding the home cluster",
    "homeLogin": "home cluster",
    "service": "service",
    "answer": "answer",
    "registration": "registering again",
}
_EPILOG = """\
examples:
  hotdesk logs emapp00000001.log em_svc00000001.log
  hotdesk logs traces/ --failed                      the logins that failed, of a folder of traces
  hotdesk logs traces.zip --user abaker --since "2018-04-14 08:00"
  hotdesk logs traces/ --json > stories.ndjson       one JSON object a line, the summary last
  zcat *.gz | hotdesk logs -
  hotdesk logs --follow emapp.log em_svc.log         as the files grow, until Ctrl-C

exit codes: 0 done; 1 no line of any trace was found; 2 something could not be read, or wrong usage;
130 stopped by Ctrl-C"""


def add(commands: Any) -> None:  # noqa: ANN401
    """Add the command to the parser."""
    command = commands.add_parser(
        "logs",
        help="tell the story of each login out of traces",
        description="Tell the story of each login out of the traces of EMApp, EM service, EMCC, Tomcat's "
        "authentication and the call manager (SDL): who, where, how long each step took, what failed, which "
        "code the phone showed, what it means and who must act. PINs and certificates are masked.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="a trace, a .gz, a .zip or a folder of them, or - for standard input",
    )
    command.add_argument("--device", metavar="NAME", help="only stories of this phone")
    command.add_argument("--user", metavar="ID", help="only stories of this user")
    command.add_argument(
        "--since",
        metavar="TIME",
        help='only stories that begin then or later: 2018-04-14, "2018-04-14 19:09"',
    )
    command.add_argument("--failed", action="store_true", help="only stories that are not done")
    command.add_argument("--summary", action="store_true", help="only the summary")
    command.add_argument("--follow", action="store_true", help="go on as the files grow, until Ctrl-C")
    command.add_argument(
        "--open",
        metavar="N",
        type=int,
        default=logs.OPEN_STORIES,
        help="hold N unfinished stories at most (default: %(default)s); where more are open, the one that "
        "would be looked at next is told as it stands",
    )
    command.add_argument("--json", action="store_true", help="print one JSON object a line, the summary last")
    command.set_defaults(run=_logs)


def _logs(options: argparse.Namespace) -> int:
    if options.open < 1:
        raise ValueError("--open must be 1 or more")
    found = logs.read(
        *options.files,
        device=options.device,
        user=options.user,
        since=options.since,
        follow=options.follow,
        open_stories=options.open,
    )
    code = DONE
    with found:
        try:
            for story in found:
                _show(story, options)
        except KeyboardInterrupt:
            code = STOPPED
            for story in found.stop():
                _show(story, options)
        summary = found.summary()
    _print(summary.json if options.json else _summed(summary))
    sys.stdout.flush()
    for problem in summary.unreadable:
        say(f"cannot read {problem}")
    for name in summary.left_out:
        say(f"{name} is left out: it is no text")
    if code == DONE and summary.unreadable:
        return BAD_INPUT
    known = summary.lines.read + summary.lines.call_manager + summary.lines.other_sentences
    if code == DONE and not known:
        say("no line of any trace was found; give the logs of Extension Mobility as they were collected")
        return REFUSED
    return code


def _show(story: logs.Story, options: argparse.Namespace) -> None:
    if options.summary or (options.failed and story.result == "done" and not story.causes):
        return
    _print(story.json if options.json else _told(story))
    if options.follow:
        sys.stdout.flush()


def _print(text: str) -> None:
    # JSON is UTF-8 whatever the terminal has; a text is what the terminal can show.
    if text.startswith("{"):
        sys.stdout.flush()
        sys.stdout.buffer.write(escaped(text).encode() + b"\n")
    else:
        print("\n".join(shown(line) for line in text.splitlines()))


def _told(story: logs.Story) -> str:
    began = story.began.isoformat(" ", "seconds") if story.began else "without a time"
    who = f"{story.user or 'nobody named'} on {story.device or 'no device'}"
    where = f" ({story.address})" if story.address else ""
    results = {
        "done": "done",
        "failed": "FAILED",
        "abandoned": "given up",
        "unfinished": "the trace ends before its end",
    }
    by = {"person": "", "application": ", by an application", "automatic": ", automatic"}[story.by]
    lines = [f"{began}  {story.kind}  {who}{where}{by}: {results[story.result]}, {_seconds(story.seconds)}"]
    if story.steps:
        lines.append(
            "    "
            + ", ".join(f"{_STEPS.get(one.step, one.step)} {_seconds(one.seconds)}" for one in story.steps)
        )
    facts = [
        story.profile and f"profile {story.profile}",
        story.login_type and f"login type {story.login_type}",
        story.cross_cluster and f"across clusters, home cluster {story.home_cluster or 'not found'}",
        story.result == "done" and not story.causes and _registered(story.registered),
        story.logout_at and f"automatic logout at {story.logout_at.isoformat(' ', 'seconds')}",
    ]
    if any(facts):
        lines.append("    " + "; ".join(fact for fact in facts if fact))
    if story.code:
        inside = f" (inside: {story.code.number})" if story.code.number != story.code.shown else ""
        source = "the trace tells the code" if story.code.logged else "the code follows from the lines"
        lines.append(f"    the phone showed {story.code.shown}{inside}; {source}")
    if story.text:
        lines.append(f"    the service said: {story.text}")
    for cause in story.causes:
        lines += _cause(cause, possible=story.result == "unfinished")
    return "\n".join(lines)


def _registered(registered: bool | None) -> str:
    return (
        "the phone registered again"
        if registered
        else "whether the phone registered again is not in these traces"
    )


def _cause(cause: logs.Cause, *, possible: bool) -> list[str]:
    likely = "" if cause.certain and not possible else "if nothing follows: " if possible else "probably: "
    lines = [
        f"    {likely}{cause.says} [{', '.join(cause.lines)}]" if cause.lines else f"    {likely}{cause.says}"
    ]
    if len(cause.codes) > 2:
        named = ", ".join(f"{row.code} {row.name} ({row.who})" for row in cause.codes)
        lines.append(f"    one of: {named}")
    else:
        lines += [f"    {_row(row)}" for row in cause.codes]
        if cause.who and cause.remedy:
            lines.append(f"    {cause.who}: {cause.remedy}")
    return lines


def _row(row: CodeRow) -> str:
    number = "" if row.code is None else f"{row.code} "
    return f"[{row.family}] {number}{row.name}: {row.meaning}"


def _summed(summary: logs.Summary) -> str:
    lines = [""]
    if summary.first and summary.last:
        lines.append(
            f"from {summary.first.isoformat(' ', 'seconds')} to {summary.last.isoformat(' ', 'seconds')}"
        )
    for name, counts in (("logins", summary.logins), ("logouts", summary.logouts)):
        lines.append(
            f"{name}: {counts.done} done, {counts.failed} failed, {counts.abandoned} given up, "
            f"{counts.unfinished} unfinished"
            + (f"; {summary.automatic_logouts} automatic" if name == "logouts" else "")
        )
    if summary.failures:
        lines.append("failures:")
        lines += [
            f"    {one.count}  {one.cause}" + (f" {one.code}" if one.code is not None else "")
            for one in summary.failures
        ]
    if summary.slowest:
        lines.append("slowest steps:")
        lines += [
            f"    {_seconds(one.seconds)}  {_STEPS.get(one.step, one.step)}, {one.user or '-'} on "
            f"{one.device or '-'}, {one.line}"
            for one in summary.slowest
        ]
    if summary.not_registered:
        named = ", ".join(summary.not_registered_devices[:20])
        more = len(summary.not_registered_devices) - 20
        named += f" and {more} more" if more > 0 else ""
        lines.append(f"never registered again: {summary.not_registered} ({named})")
    if summary.registration_unknown:
        lines.append(
            f"not known whether the phone registered again: {summary.registration_unknown}; the traces of "
            "the call manager (SDL) tell it"
        )
    for app, seconds in summary.cached.items():
        lines.append(f"application user {app}: an old password is taken for up to {_seconds(seconds)} more")
    for what, seen in (
        ("certificate not found in the keystore, on a thread of no login", summary.certificate_not_trusted),
        ("inactive in LDAP, on a thread of no login", summary.inactive_in_directory),
        ("codes of no login", summary.codes_not_joined),
    ):
        if seen.count:
            lines.append(f"{what}: {seen.count} ({', '.join(seen.lines)})")
    if summary.cut_short:
        lines.append(f"told before their end, as too many were open (--open): {summary.cut_short}")
    lines += _lines(summary.lines)
    return "\n".join(lines)


def _lines(lines: logs.LineCounts) -> list[str]:
    told = [
        f"lines: {lines.total}; read {lines.read + lines.bodies + lines.call_manager}, other sentences "
        f"{lines.other_sentences}, not understood {lines.not_understood.count}"
        + (f" ({', '.join(lines.not_understood.lines)})" if lines.not_understood.count else "")
    ]
    if lines.other_categories:
        named = ", ".join(f"{name} {count}" for name, count in list(lines.other_categories.items())[:8])
        told.append(f"other sentences by category: {named}")
    if lines.too_long:
        told.append(f"lines cut after 65536 bytes: {lines.too_long}")
    if lines.times_back:
        told.append(
            f"times went back {lines.times_back} times within a log, so stories may be torn; give each log "
            "as a file of its own"
        )
    return told


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f} s" if seconds < 10 else f"{seconds:.1f} s"
