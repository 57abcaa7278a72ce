// Load, alarms and what Auto Scaling made of them.
import { Chart, minute as minuteTakes, showSpan, window as shown } from "./charts.js";
import { attribute, h, keyed, s, text } from "./dom.js";
import { loadWords } from "./load.js";
import { store } from "./store.js";
import { aMinute, clock, isDryRun, isQuiet, plural, took } from "./words.js";

const minute = () => aMinute(store.status?.pace ?? 1);
const marks = (metric) => () => marksOf(metric);

export const requestsChart = () => new Chart({
  name: "Requests per target", unit: minute, runs: runsShown, marks: marks("requests"),
  series: perFleet({ label: "requests", color: "blue", fill: true }, (of) => of.requests ?? (of.max || of.healthy ? 0 : null)),
});

export const cpuChart = () => new Chart({
  name: "CPU", unit: "%", runs: runsShown, marks: marks("cpu"), series: perFleet({ label: "average", color: "violet", fill: true }, (of) => of.cpu),
});

const states = { OK: "ok", ALARM: "in alarm", IDLE: "idle, as it should be", INSUFFICIENT_DATA: "no data yet" };

export class ScalingView {
  constructor() {
    const make = (options) => new Chart({ runs: runsShown, ...options });
    this.charts = [
      requestsChart(), cpuChart(),
      make({ name: "Latency", unit: "ms", series: [
        { label: "half within", color: "teal", of: (sample) => sample.median }, { label: "99 of 100 within", color: "amber", of: (sample) => sample.slow },
      ] }),
      make({ name: "Errors (5xx)", unit: minute, series: [{ label: "5xx", color: "bad", fill: true, stepped: true, of: (sample) => sample.errors }] }),
      make({ name: "Capacity", unit: "in service", series: [
        ...perFleet({ label: "in service", color: "good", fill: true, stepped: true }, (of) => (of.max || of.inService ? of.inService : null)),
        { label: "desired", color: "blue", stepped: true, dash: [5, 3], of: (sample) => (sample.max && !sample.fleets ? sample.desired : null) },
        { label: "min and max", color: "quiet", stepped: true, dash: [2, 3], of: (sample) => (sample.fleets ? null : sample.min || null) },
        { label: "", color: "quiet", stepped: true, dash: [2, 3], of: (sample) => (sample.fleets ? null : sample.max || null) },
      ] }),
      make({ name: "Traffic", unit: "%", series: perFleet({ label: "", color: "quiet", stepped: true }, (of) => (of.max ? of.traffic : null)) }),
    ];
    this.alarms = h("ul", { class: "alarms" });
    this.log = h("ol", { class: "log" });
    this.load = h("p", { class: "quiet" });
    this.empty = h("p", { class: "quiet" }, "Nothing yet: a release makes the alarms and the group.");
    this.late = h("p", { class: "quiet" });
    const spans = Object.fromEntries([60, 300].map((minutes) => [minutes, took(minutes * minuteTakes() * 1000).replace(/ 00 (s|min)$/, "")]));
    this.spans = h("div", { class: "tools", role: "group", "aria-label": "Time shown" }, Object.entries(spans).map(([minutes, words]) =>
      h("button", { type: "button", class: "small", "aria-pressed": String(minutes === "300"), "data-minutes": minutes, onclick: () => this.useSpan(minutes) }, words)));
    this.element = h("div", { class: "view scaling" }, h("div", { class: "view-head" }, h("h1", { class: "hidden" }, "Scaling"), this.load, this.late, this.spans),
      ...this.charts.map((chart) => chart.element),
      h("section", { class: "panel alarm-panel", "aria-labelledby": "alarms-title" }, h("div", { class: "panel-head" }, h("h2", { id: "alarms-title" }, "Alarms")), this.alarms, this.empty),
      h("section", { class: "panel activity", "aria-labelledby": "activity-title" }, h("div", { class: "panel-head" }, h("h2", { id: "activity-title" }, "Activity")), this.log));
    this.charts[4].element.classList.add("capacity-chart");
  }

  useSpan(minutes) {
    showSpan(Number(minutes));
    for (const button of this.spans.children) attribute(button, "aria-pressed", String(button.dataset.minutes === minutes));
    this.last = null;
    this.update();
  }

  show() {
    this.last = null;
    this.update();
    this.charts.forEach((chart) => chart.resize());
  }

  update() {
    const { status, samples } = store;
    if (!status) return;
    text(this.load, loadWords(store.load));
    text(this.late, status.stack ? "CloudWatch counts whole minutes, and the last one comes a minute late." : "");
    this.charts[5].element.hidden = !samples.some((sample) => sample.fleets);
    const last = samples.at(-1)?.at;
    if (last !== this.last) {
      this.last = last;
      this.charts.forEach((chart) => chart.update(samples));
    }
    this.empty.hidden = status.alarms.length > 0;
    keyed(this.alarms, status.alarms, (alarm) => alarm.name, (alarm) => this.alarm(alarm), (item, alarm) => this.updateAlarm(item, alarm));
    this.updateLog(status.activities);
  }

  alarm(alarm) {
    const parts = { name: h("h3"), chip: h("span", { class: "chip" }), next: h("p"), strip: s("svg", { class: "strip", preserveAspectRatio: "none", viewBox: "0 0 1000 10", "aria-hidden": "true" }), pips: h("span", { class: "minutes", "aria-hidden": "true" }) };
    return Object.assign(h("li", {}, h("div", { class: "alarm-head" }, parts.name, parts.chip, parts.pips), parts.next, parts.strip), { parts });
  }

  updateAlarm({ parts }, alarm) {
    text(parts.name, areTwo() && alarm.slot ? `${alarm.slot} ${alarm.kind}` : alarm.kind);
    attribute(parts.chip, "data-alarm", toneOf(alarm.name, alarm.state));
    text(parts.chip, states[toneOf(alarm.name, alarm.state)]);
    text(parts.next, whatNext(alarm));
    keyed(parts.pips, Array.from({ length: alarm.minutes }, (_, i) => i), (i) => i, () => h("i"), (pip, i) => attribute(pip, "data-on", i < alarm.crossed));
    this.drawStrip(parts.strip, alarm);
  }

  // drawStrip shows the alarm's states over the time of the charts.
  drawStrip(strip, alarm) {
    const [from, to] = shown();
    const parts = [];
    for (const sample of store.samples) {
      const at = Date.parse(sample.at) / 1000, state = sample.alarms[alarm.name];
      const last = parts.at(-1);
      if (at < from || !state) continue;
      if (last && last.state === state) last.to = at;
      else parts.push({ state, from: last?.to ?? at, to: at });
    }
    keyed(strip, parts, (part) => part.from, () => s("rect", { y: 0, height: 10 }), (rect, part) => {
      attribute(rect, "x", ((part.from - from) / (to - from) * 1000).toFixed(1));
      attribute(rect, "width", Math.max(2, (part.to - part.from) / (to - from) * 1000).toFixed(1));
      attribute(rect, "data-alarm", toneOf(alarm.name, part.state));
    });
  }

  updateLog(activities) {
    keyed(this.log, grouped(activities), (line) => line.key, (line) => h("li", { "data-did": line.did },
      h("time", { datetime: line.at }, clock(line.at)), h("span", {}), h("span", { class: "quiet" })), (item, line) => {
      text(item.children[1], `${areTwo() ? `${line.slot}: ` : ""}${line.did} ${line.instances.length || 1}: ${line.why}`);
      text(item.children[2], line.instances.join(", "));
    });
  }
}

// toneOf is the state of an alarm.
const toneOf = (name, state) => (state === "ALARM" && isQuiet(name) ? "IDLE" : state);

// whatNext tells what the alarm waits for, and what follows.
function whatNext(alarm) {
  const marks = alarm.marks.length ? ` with ${alarm.marks.map(beyond).join(" and ")}` : "";
  const after = `after ${plural(alarm.minutes, "minute")}${marks}`;
  if (alarm.state === "ALARM") return `${alarm.description} It went off at ${clock(alarm.since)}, ${after}.`;
  return `${alarm.description} It goes off ${after}; so far ${alarm.crossed} of ${alarm.minutes}.`;
}

// beyond is what a mark waits for.
function beyond({ metric, below, threshold }) {
  if (metric === "healthy") return "no healthy target";
  if (metric === "errors") return `at least ${plural(threshold, "answer")} 5xx of its own`;
  if (metric === "unhealthy") return `at least ${plural(threshold, "unhealthy target")}`;
  if (metric === "cpu") return `${below ? "less" : "more"} than ${threshold} % CPU`;
  return `${below ? "fewer" : "more"} than ${threshold} requests per target`;
}

// grouped makes one line of what one cause did to several instances.
function grouped(activities) {
  const lines = [];
  for (const activity of activities) {
    const at = activity.time.slice(0, 19), last = lines.at(-1);
    if (last && last.slot === activity.slot && last.did === activity.did && last.why === activity.why && last.second === at) last.instances.push(activity.instance);
    else lines.push({ at: activity.time, second: at, slot: activity.slot, did: activity.did, why: activity.why, instances: activity.instance ? [activity.instance] : [], key: `${activity.time}${activity.slot}${activity.did}` });
  }
  return lines;
}

// marksOf are the thresholds of a metric, which two fleets have in common.
function marksOf(metric) {
  const marks = new Map();
  for (const alarm of store.status?.alarms ?? []) {
    for (const mark of alarm.marks) {
      const words = `${alarm.kind} ${mark.below ? "<" : ">"} ${mark.threshold}`;
      if (mark.metric === metric) marks.set(words, { ...mark, words });
    }
  }
  return [...marks.values()];
}

const areTwo = () => store.status.fleets.length > 1;

// perFleet makes a line of the only fleet, and a line of each while there are two.
function perFleet(only, of) {
  const one = (slot, color) => ({ label: slot, slot, color, stepped: only.stepped, of: (sample) => (sample.fleets?.[slot] ? of(sample.fleets[slot]) : null) });
  return [{ ...only, of: (sample) => (sample.fleets ? null : of(sample)) }, one("blue", "blue"), one("green", "good")];
}

function runsShown() {
  return store.executions.filter((e) => !isDryRun(e)).map((e) => ({ from: Date.parse(e.began) / 1000, to: (e.ended ? Date.parse(e.ended) : Date.now()) / 1000 }));
}
