// The steps of a run on a common clock, each beside its time in the run before.
import { attribute, h, keyed, text } from "./dom.js";
import { phases, since, title, took } from "./words.js";

export class Timeline {
  constructor(choose) {
    this.choose = choose;
    this.ticks = h("div", { class: "ticks", "aria-hidden": "true" });
    this.rows = h("ol", { class: "rows" });
    this.caption = h("p", { class: "quiet" });
    this.element = h("section", { class: "panel timeline", "aria-labelledby": "timeline-title" },
      h("div", { class: "panel-head" }, h("h2", { id: "timeline-title" }, "Timeline"), this.caption), this.ticks, this.rows);
  }

  update(run, before, beforeName, chosen) {
    const steps = (run?.states ?? []).filter((state) => state.type === "Task" || state.type === "Parallel");
    const former = new Map((before?.states ?? []).map((state) => [state.name, state]));
    const whole = Math.max(run ? since(run.began, run.ended) : 0, before ? since(before.began, before.ended) : 0, 500);
    text(this.caption, before ? `Thin bars: the former run, ${beforeName}, which took ${took(since(before.began, before.ended))}` : "There is no former run to compare with.");
    this.drawTicks(whole);
    keyed(this.rows, steps, (state) => state.name, (state) => this.row(state), (row, state) => {
      this.updateRow(row, state, run, former.get(state.name), before, whole, chosen);
    });
  }

  row(state) {
    const bars = h("span", { class: "bars" }), label = h("span", { class: "label" }, title(state.name)), time = h("span", { class: "time" });
    const ghost = h("span", { class: "ghost" }), span = h("span", { class: "span" });
    const phase = h("span", { class: "hidden" });
    const button = h("button", { type: "button", class: "row", "data-state": state.name, onclick: () => this.choose(state.name) },
      label, h("span", { class: "track" }, ghost, span, bars), time, phase);
    return Object.assign(h("li", {}, button), { parts: { button, bars, time, ghost, span, phase } });
  }

  updateRow({ parts }, state, run, former, before, whole, chosen) {
    const part = (from, at) => Math.max(0, (Date.parse(at) - Date.parse(from)) / whole * 100);
    attribute(parts.button, "data-phase", state.phase);
    attribute(parts.button, "aria-pressed", state.name === chosen ? "true" : "false");
    keyed(parts.bars, state.visits, (visit) => visit.entered, () => h("i"), (bar, visit) => {
      const left = part(run.began, visit.began), end = part(run.began, visit.ended ?? new Date());
      bar.style.left = `min(${left}%, 100% - 4px)`;
      bar.style.width = `${Math.max(end - left, 0.3)}%`;
      attribute(bar, "data-failed", visit.failures ? "" : false);
    });
    const first = part(run.began, state.visits[0].began);
    parts.span.style.left = `${first}%`;
    parts.span.style.width = `${part(run.began, state.visits.at(-1).ended ?? new Date()) - first}%`;
    parts.ghost.hidden = !former;
    if (former) {
      const left = part(before.began, former.visits[0].began);
      parts.ghost.style.left = `min(${left}%, 100% - 4px)`;
      parts.ghost.style.width = `${Math.max(part(before.began, former.visits.at(-1).ended ?? before.ended) - left, 0.3)}%`;
    }
    const lasted = since(state.visits[0].began, state.visits.at(-1).ended);
    text(parts.time, took(lasted));
    text(parts.phase, `, ${phases[state.phase]}`);
  }

  drawTicks(whole) {
    const most = Math.max(2, Math.min(8, Math.floor(this.ticks.clientWidth / 50)));
    const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600].find((seconds) => whole / 1000 / seconds <= most) ?? 7200;
    const marks = [];
    for (let at = 0; at * 1000 <= whole; at += step) marks.push(Math.round(at * 10) / 10);
    keyed(this.ticks, marks, (at) => `${at}/${step}`, (at) => h("span", {}, at < 60 ? `${at} s` : took(at * 1000)), (tick, at) => {
      tick.style.left = `${at * 1000 / whole * 100}%`;
    });
  }
}
