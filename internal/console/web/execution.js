// The view of one execution: its graph, its states, its timeline and its history.
import { post, pathOf } from "./api.js";
import { confirmed } from "./dialog.js";
import { attribute, h, keyed, text } from "./dom.js";
import { Graph, drawing } from "./graph.js";
import { History } from "./history.js";
import { Inspector } from "./inspector.js";
import { Judge } from "./judge.js";
import { changed, keyOf, runOf, store } from "./store.js";
import { Timeline } from "./timeline.js";
import { clock, endOf, isDryRun, since, statuses, took } from "./words.js";

export class ExecutionView {
  constructor() {
    this.graphs = new Map(); // by kind
    this.list = h("ol", { class: "runs" });
    this.holder = h("div", { class: "graph-holder" });
    this.followButton = h("button", { type: "button", class: "small", "aria-pressed": "true", onclick: () => this.graph?.followAgain() }, "Follow");
    const zoom = (label, words, act) => h("button", { type: "button", class: "small", "aria-label": words, title: words, onclick: () => this.graph && act(this.graph) }, label);
    this.heading = h("h1", { class: "hidden" }, "Execution");
    this.legend = h("ul", { class: "legend", "aria-label": "Colors" }, ...["running", "retrying", "succeeded", "caught", "failed", "waiting"].map((phase) =>
      h("li", { "data-phase": phase }, { caught: "caught", waiting: "not reached" }[phase] ?? phase)));
    this.inspector = new Inspector({
      close: () => this.choose(null), stop: () => this.stop(), decide: (verdict) => this.decide(verdict), go: (name) => this.goTo(name),
    });
    this.timeline = new Timeline((name) => this.goTo(name));
    this.judge = new Judge(changed);
    this.history = new History();
    this.element = h("div", { class: "view execution" },
      this.heading,
      h("nav", { class: "panel run-list", "aria-label": "Runs" }, h("details", { open: matchMedia("(min-width: 60rem)").matches }, h("summary", {}, h("h2", {}, "Runs")), this.list)),
      h("section", { class: "panel machine", "aria-labelledby": "machine-title" },
        h("div", { class: "panel-head" }, this.title = h("h2", { id: "machine-title" }, "State machine"),
          h("div", { class: "tools", role: "group", "aria-label": "The graph" }, this.followButton,
            zoom("−", "Smaller", (graph) => graph.zoomBy(1 / 1.25)), zoom("+", "Larger", (graph) => graph.zoomBy(1.25)), zoom("Whole", "The whole graph", (graph) => graph.zoomWhole()))),
        this.holder, this.legend),
      this.inspector.element, this.judge.element, this.timeline.element, this.history.element);
  }

  // show is told which execution to look at; the latest where none is named.
  show(kind, name) {
    this.named = kind && name ? { kind, name } : null;
    this.update();
  }

  current() {
    const runs = store.executions.filter((e) => !isDryRun(e));
    if (!this.named) return runs.find((e) => e.status === "RUNNING") ?? runs[0];
    const { status = "", began, ended } = store.runs.get(keyOf(this.named)) ?? {};
    return store.executions.find((e) => keyOf(e) === keyOf(this.named)) ?? { ...this.named, status, began, ended };
  }

  goTo(name) {
    this.choose(name);
    this.graph?.leave();
    this.graph?.reveal(name);
  }

  choose(name) {
    this.chosen = name === this.chosen ? null : name;
    this.update();
    if (this.chosen && this.inspector.element.getBoundingClientRect().top > innerHeight * 0.8) this.inspector.element.scrollIntoView({ block: "nearest" });
    if (!this.chosen) return;
    this.inspector.heading.focus({ preventScroll: true });
  }

  update() {
    const execution = this.current();
    if (this.shownKey !== (execution && keyOf(execution))) {
      this.shownKey = execution && keyOf(execution);
      this.chosen = null;
      this.graph?.followAgain();
    }
    const whole = execution && runOf(execution);
    const run = whole?.missing ? undefined : whole;
    this.updateList(execution);
    this.useGraph(execution?.kind ?? "release");
    this.graph?.update(run, this.chosen);
    text(this.title, execution?.kind === "teardown" ? "Teardown" : "Release");
    this.inspector.update(execution, whole ?? (execution && store.runs.get(keyOf(execution))), this.chosen, this.graph?.nodes.get(this.chosen)?.node);
    this.judge.update(execution, run);
    const before = execution && this.former(execution);
    this.timeline.update(run, before && runOf(before), before?.name, this.chosen);
    if (this.history.update(execution, run)) changed();
  }

  // former is the run before that went to its end, of those that can be compared.
  former(execution) {
    const comparable = (e) => e.kind === execution.kind && e.began < execution.began && !isDryRun(e);
    return store.executions.find((e) => comparable(e) && e.status === "SUCCEEDED") ?? store.executions.find(comparable);
  }

  useGraph(kind) {
    if (this.shownKind === kind) return;
    this.shownKind = kind;
    this.graph = this.graphs.get(kind);
    if (this.graph) {
      this.holder.replaceChildren(this.graph.box);
      return;
    }
    drawing(kind).then((layout) => {
      const graph = this.graphs.get(kind) ?? new Graph(layout, (name) => this.choose(name));
      graph.onfollow = (now) => attribute(this.followButton, "aria-pressed", String(now));
      this.graphs.set(kind, graph);
      if (this.shownKind !== kind) return;
      this.graph = graph;
      this.holder.replaceChildren(graph.box);
      changed();
    }, () => (this.shownKind = null));
  }

  updateList(current) {
    keyed(this.list, store.executions.filter((e) => !isDryRun(e)), keyOf, (execution) => {
      const parts = { chip: h("span", { class: "dot", "aria-hidden": "true" }), words: h("span", { class: "quiet" }), link: null };
      parts.link = h("a", { href: `#/execution/${execution.kind}/${encodeURIComponent(execution.name)}` },
        parts.chip, h("span", { class: "run-name" }, execution.name), parts.words);
      return Object.assign(h("li", {}, parts.link), { parts });
    }, ({ parts }, execution) => {
      attribute(parts.chip, "data-status", endOf(execution));
      text(parts.words, `${statuses[endOf(execution)]} · ${clock(execution.began)} · ${took(since(execution.began, execution.ended))}`);
      attribute(parts.link, "aria-current", current && keyOf(current) === keyOf(execution) ? "true" : false);
    });
  }

  async stop() {
    const { kind, name } = this.current();
    await confirmed({
      title: "Stop this run?", button: "Stop it", danger: true,
      words: kind === "release" ? `${name} ends at once. What it has made is undone by a teardown that starts by itself.` : `${name} ends at once; what it has not deleted yet stays. Start it again to go on.`,
      act: () => post(`${pathOf(kind, name)}/stop`),
    });
  }

  async decide(verdict) {
    const { kind, name } = this.current();
    const asks = {
      promote: { title: "Promote this release?", button: "Promote it", words: `${name} goes on at once: it is approved, or gets all of the traffic, or its bake ends.` },
      rollback: { title: "Roll this release back?", button: "Roll it back", danger: true, words: `Visitors go back to the former fleet at once, and what ${name} has made is undone.` },
    };
    await confirmed({ ...asks[verdict], act: () => post(`${pathOf(kind, name)}/verdict`, { verdict }) });
  }
}
