// What is known of a state, or of the run as a whole.
import { get, pathOf } from "./api.js";
import { attribute, h, text } from "./dom.js";
import { openLog } from "./log.js";
import { clock, culprit, day, endOf, inForm, phases, plural, since, statuses, title, took } from "./words.js";

// pretty is JSON as people read it; what is no JSON stays as it is.
export function pretty(data) {
  try {
    return JSON.stringify(JSON.parse(data), null, 2);
  } catch {
    return data;
  }
}

// verdictStates are those in which a person's verdict acts on a release.
const verdictStates = new Set(["AwaitApproval", "AwaitVerdict", "WatchTraffic", "TrafficState"]);

function awaitsVerdict(execution, run) {
  return execution?.status === "RUNNING" && execution.kind === "release" && verdictStates.has(run?.events.at(-1)?.state);
}

export class Inspector {
  // go is called with the name of a state to look at.
  constructor({ close, stop, decide, go }) {
    this.go = go;
    this.heading = h("h2", { id: "inspector-title", tabindex: -1 });
    this.phase = h("span", { class: "chip" });
    this.close = h("button", { type: "button", class: "icon", "aria-label": "Back to the run as a whole", onclick: close }, "✕");
    this.about = h("p", { class: "quiet" });
    this.facts = h("dl", { class: "facts" });
    this.failure = h("div", { class: "failure" });
    this.logs = h("div", { class: "logs", role: "group", "aria-label": "Logs" });
    this.before = h("button", { type: "button", class: "small", onclick: () => this.turn(-1) }, "Earlier");
    this.after = h("button", { type: "button", class: "small", onclick: () => this.turn(1) }, "Later");
    this.which = h("span", { class: "quiet" });
    this.visits = h("div", { class: "visits", role: "group", "aria-label": "Visits" }, this.before, this.which, this.after);
    this.input = carried("Input");
    this.output = carried("Output");
    this.stop = h("button", { type: "button", class: "danger small act", onclick: stop }, "Stop this run…");
    this.verdict = h("div", { class: "verdict", role: "group", "aria-label": "Your verdict" },
      h("button", { type: "button", class: "primary small act", onclick: () => decide("promote") }, "Promote…"),
      h("button", { type: "button", class: "danger small act", onclick: () => decide("rollback") }, "Roll back…"));
    this.element = h("section", { class: "panel inspector", "aria-labelledby": "inspector-title" },
      h("div", { class: "panel-head" }, this.heading, this.phase, this.close),
      this.about, this.verdict, this.failure, this.logs, this.visits, this.facts, this.input.element, this.output.element, this.stop);
  }

  turn(by) {
    this.visit = Math.min(this.state.visits.length - 1, Math.max(0, this.shownVisit() + by));
    this.showState(this.execution, this.run, this.state, this.node);
  }

  shownVisit() {
    return this.visit ?? this.state.visits.length - 1;
  }

  update(execution, run, name, node) {
    const state = run?.states.find((one) => one.name === name);
    this.close.hidden = !name;
    this.verdict.hidden = !awaitsVerdict(execution, run);
    this.logs.hidden = true;
    this.stop.hidden = Boolean(name) || execution?.status !== "RUNNING";
    if (name !== this.name || execution?.name !== this.execution?.name) this.visit = undefined;
    Object.assign(this, { execution, run, name, state, node });
    if (!execution) return this.showNothing();
    if (run?.missing) return this.showMissing(execution, run);
    if (!name) return this.showRun(execution, run);
    return this.showState(execution, run, state, node);
  }

  showNothing() {
    text(this.heading, "No run yet");
    text(this.about, "Start a release: its run is drawn here, state by state.");
    [this.phase, this.visits, this.failure, this.facts, this.input.element, this.output.element].forEach((part) => (part.hidden = true));
  }

  showMissing(execution, run) {
    text(this.heading, execution.name);
    text(this.about, run.missing);
    [this.phase, this.visits, this.failure, this.facts, this.input.element, this.output.element].forEach((part) => (part.hidden = true));
  }

  showRun(execution, run) {
    text(this.heading, execution.name);
    const end = endOf({ status: execution.status, error: run?.error });
    this.showPhase({ SUCCEEDED: "succeeded", RUNNING: "running", FAILED: "failed" }[end] ?? "stopped", statuses[end] ?? "");
    text(this.about, execution.kind === "release" ? "A release" : "A teardown");
    this.visits.hidden = true;
    const state = culprit(run)?.name;
    this.showFailure(run?.error ? [{ error: run.error, cause: run.cause, state }] : []);
    if (execution.kind === "release" && run?.ended) this.showLogs(execution.name);
    this.showFacts(!execution.began ? [] : [
      ["Began", day(execution.began)], ["Took", took(since(execution.began, execution.ended))],
      ["States entered", run?.whole ? String(run.states.length) : "…"],
    ]);
    this.input.show(`${execution.name}/in`, run?.whole ? () => run.input : null);
    this.output.show(`${execution.name}/out`, run?.output ? () => run.output : null);
  }

  showState(execution, run, state, node) {
    text(this.heading, title(node?.id ?? state?.name ?? this.name));
    this.showPhase(state?.phase ?? "waiting", phases[state?.phase ?? "waiting"]);
    text(this.about, [node?.type, node?.comment].filter(Boolean).join(". ") || "");
    const visit = state?.visits[this.shownVisit()];
    this.visits.hidden = !(state?.visits.length > 1);
    if (state) {
      text(this.which, `Visit ${this.shownVisit() + 1} of ${state.visits.length}`);
      this.before.disabled = this.shownVisit() === 0;
      this.after.disabled = this.shownVisit() === state.visits.length - 1;
    }
    this.showFailure(visit?.failures ?? []);
    this.showFacts(visit ? stateFacts(state, visit, run) : retries(node));
    const path = pathOf(execution.kind, execution.name);
    const data = (id) => (id ? async () => (await get(`${path}/events/${id}`)).data : null);
    this.input.show(`${execution.name}/${visit?.entered}`, data(visit?.entered));
    this.output.show(`${execution.name}/${visit?.left}`, data(visit?.left));
  }

  showPhase(phase, words) {
    this.phase.hidden = false;
    attribute(this.phase, "data-phase", phase);
    text(this.phase, words);
  }

  showFailure(failures) {
    this.failure.hidden = failures.length === 0;
    const words = JSON.stringify(failures);
    if (words === this.failures) return;
    this.failures = words;
    this.failure.replaceChildren(...failures.map((failure, i) => h("div", {},
      h("h3", {}, failures.length > 1 ? `Attempt ${i + 1}: ${failure.error || "a branch failed"}` : failure.error || "A branch failed"),
      h("p", {}, inForm(failure.cause ?? "")),
      failure.state ? h("button", { type: "button", class: "small", onclick: () => this.go(failure.state) }, `Look at ${title(failure.state)}`) : "")));
  }

  // showLogs lists the logs of a release's builder and instances, which outlast them.
  async showLogs(name) {
    this.logs.hidden = !this.logs.children.length || this.logged !== name;
    if (this.logged === name) return;
    this.logged = name;
    this.logs.replaceChildren();
    const { instances } = await get(`${pathOf("release", name)}/logs`).catch(() => ({ instances: [] }));
    if (this.logged === name) this.logs.replaceChildren(...instances.map((id) => h("button", { type: "button", class: "small", onclick: () => openLog(id) }, `Log of ${id}`)));
  }

  showFacts(facts) {
    this.facts.hidden = facts.length === 0;
    const words = JSON.stringify(facts);
    if (words === this.factWords) return;
    this.factWords = words;
    this.facts.replaceChildren(...facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
  }
}

function stateFacts(state, visit, run) {
  const facts = [
    ["Began", `${clock(visit.began)}, ${took(Date.parse(visit.began) - Date.parse(run.began))} into the run`],
    ["Took", took(since(visit.began, visit.ended))],
  ];
  if (state.type === "Task") facts.push(["Attempts", String(visit.attempts)]);
  if (state.visits.length > 1) facts.push(["In all", `${took(since(state.visits[0].began, state.visits.at(-1).ended))}, ${plural(state.visits.length, "visit")}`]);
  return facts;
}

// retries are what a state that was not reached would try again.
function retries(node) {
  return (node?.retry ?? []).map((rule) => ["Retries", `${rule.errors.join(", ")}: ${plural(rule.attempts, "time")}`]);
}

// carried shows JSON that is fetched when it is first to be seen.
function carried(name) {
  const content = h("pre", { tabindex: 0 });
  const element = h("details", { open: true }, h("summary", {}, name), content);
  let shown;
  const show = async (key, fetch) => {
    element.hidden = !fetch;
    if (!fetch || key === shown) return;
    shown = key;
    try {
      const data = await fetch();
      if (shown === key) text(content, pretty(data));
    } catch (refusal) {
      text(content, refusal.message);
    }
  };
  return { element, show };
}
