// The live page: asks the control interface once a second and shows the answer. It changes nothing there.
// The token stands behind the # of the address, which a browser sends to nobody.
"use strict";

const EVERY = 1000; // milliseconds between two looks
const NAMES_SHOWN = 5;
const token = new URLSearchParams(location.hash.slice(1)).get("token");
const byId = (id) => document.getElementById(id);
let paused = false;

function time(seconds) {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ");
}

// Text only: a name can hold anything, markup too.
function cell(kind, text) {
  const made = document.createElement(kind);
  made.textContent = text;
  return made;
}

function table(place, headings, rows, empty) {
  const shown = byId(place);
  if (rows.length === 0) {
    shown.replaceChildren(cell("p", empty));
    return;
  }
  const made = document.createElement("table");
  const head = made.createTHead().insertRow();
  for (const heading of headings) {
    const th = cell("th", heading);
    th.scope = "col";
    head.append(th);
  }
  const body = made.createTBody();
  for (const row of rows) {
    const tr = body.insertRow();
    tr.append(...row.cells.map((text) => cell("td", text)));
    tr.classList.toggle("failed", Boolean(row.failed));
  }
  // The place someone has scrolled to stays.
  const { scrollTop, scrollLeft } = shown;
  shown.replaceChildren(made);
  shown.scrollTo(scrollLeft, scrollTop);
}

function outcome(request) {
  let result = request.executed ? "success" : "not carried out";
  if (request.request_line !== null) {
    result = request.status === null ? "no answer" : `${request.status}`;
  } else if (request.executed && request.code !== null) {
    result = `[${request.code}]`;
  }
  let why = request.detail !== null && (request.executed || request.request_line !== null) ? `: ${request.detail}` : "";
  if (request.page !== null) {
    why += `, shown ${request.page}`;
  }
  return request.fault === null ? result + why : `${result}${why} (${request.fault})`;
}

// A query may name thousands.
function some(names) {
  const more = names.length - NAMES_SHOWN;
  return more > 0 ? `${names.slice(0, NAMES_SHOWN).join(", ")} and ${more} more` : names.join(", ");
}

const number = (value) => value.toLocaleString("en");

function named(outcome) {
  if (outcome === null) {
    return "success";
  }
  return typeof outcome === "number" ? `[${outcome}]` : outcome;
}

// What each operation came to, and the requests of the last minute as a line.
function showTotals(totals, minute) {
  table("totals", ["Operation", "Requests", "A second", "Answers"], totals.map((total) => ({
    cells: [
      total.operation, number(total.requests), total.per_second.toFixed(1),
      total.outcomes.map(({ outcome, requests }) => `${named(outcome)} ${number(requests)}`).join(", "),
    ],
  })), "No request yet.");
  const most = Math.max(...minute);
  const points = minute.map((value, at) => `${at},${19 - (18 * value) / Math.max(most, 1)}`);
  byId("minute").firstElementChild.setAttribute("points", points.join(" "));
  const text = `Requests a second in the last minute: now ${number(minute.at(-1))}, at most ${number(most)}`;
  byId("minute").setAttribute("aria-label", text);
  byId("minute-text").textContent = text;
}

function show(state) {
  byId("status").classList.remove("lost");
  const down = state.outages.length > 0 ? `, down: ${state.outages.join(", ")}` : "";
  const wire = (state.lenient ? ", lenient wire" : "") + down;
  byId("status").textContent = `${[state.url, state.tls_url, state.app_url, state.app_tls_url, state.provisioning_url, state.tftp_url].filter((url) => url !== null).join(" and ")}${wire} at ${time(state.clock.now)} UTC`;
  const counters = [
    ["Logged in", state.logged_in],
    ["Requests In Progress", state.counters.requests_in_progress],
    ["Requests Throttled", state.counters.requests_throttled],
    ["Arrived", state.traffic.requests],
    ["Half-open", state.traffic.half_open],
    ["Cut", state.traffic.cut],
    ["TLS failed", state.traffic.handshakes_failed],
    ["PINs refused", state.pins.wrong + state.pins.while_locked],
    ["Users locked", state.locks.length],
  ];
  byId("counters").replaceChildren(...counters.map(([name, value]) => {
    const pair = document.createElement("div");
    pair.append(cell("dt", name), cell("dd", value));
    return pair;
  }));
  showTotals(state.totals, state.last_minute);
  table("sessions", ["Device", "User", "Profile", "Until (UTC)"], state.sessions.map((session) => ({
    cells: [session.device, session.user, session.profile ?? "", session.ends_at === null ? "no end" : time(session.ends_at)],
  })), "Nobody is logged in.");
  const unseen = state.logged_in - state.sessions.length;
  if (unseen > 0) {
    byId("sessions").append(cell("p", `and ${number(unseen)} more`));
  }
  byId("asking-section").hidden = state.second_factor.length === 0;
  table("asking", ["Device", "User", "Seconds left"], state.second_factor.map((asking) => ({
    cells: [asking.device, asking.user, Math.max(0, Math.floor(asking.until - state.clock.now))],
  })), "Nobody is asked.");
  table("faults", ["Fault", "Strikes", "Left", "Struck"], state.faults.map((rule) => ({
    cells: [
      rule.kind,
      [rule.operation, rule.device, rule.user, rule.probability < 1 ? `probability ${rule.probability}` : null]
        .filter((part) => part !== null).join(", ") || "everything",
      rule.left ?? "always",
      rule.struck ?? "not seen here",
    ],
  })), "No fault waits.");
  table("requests", ["Time (UTC)", "Operation", "Devices", "Users", "Signed by", "Answer"], state.requests.map((request) => ({
    cells: [
      time(request.at), request.request_line ?? request.operation ?? "unreadable", some(request.devices),
      some(request.users), request.app_id ?? "", outcome(request),
    ],
    failed: request.code !== null || request.request_line !== null,
  })), "No request yet.");
}

function lose(why) {
  byId("status").classList.add("lost");
  byId("status").textContent = why;
}

async function look() {
  if (!paused) {
    try {
      const answer = await fetch("state", { headers: { Authorization: `Bearer ${token}` } });
      if (answer.ok) {
        show(await answer.json());
      } else {
        lose(answer.status === 401 ? "The token is wrong: open the address that the service printed." : `The service answered ${answer.status}.`);
      }
    } catch {
      lose("The service does not answer. What is shown is old.");
    }
  }
  setTimeout(look, EVERY);
}

byId("pause").addEventListener("click", () => {
  paused = !paused;
  byId("pause").setAttribute("aria-pressed", String(paused));
  byId("pause").textContent = paused ? "Go on" : "Pause";
});
look();
