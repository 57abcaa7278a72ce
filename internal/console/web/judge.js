// What the judge has seen of two fleets, beside each other, and what it makes of it.
import { get, pathOf } from "./api.js";
import { attribute, h, keyed, text } from "./dom.js";
import { clock, milliseconds, plural } from "./words.js";

const verdicts = { pass: "as good", undecided: "health decides", fail: "rejected" };
const tones = { pass: "succeeded", undecided: "caught", fail: "failed" };

export class Judge {
  constructor(changed) {
    this.changed = changed;
    this.chip = h("span", { class: "chip" });
    this.when = h("p", { class: "quiet" });
    this.words = h("p", { class: "judgment" });
    this.split = h("div", { class: "split", role: "img" }, h("span", { "data-slot": "blue" }), h("span", { "data-slot": "green" }));
    this.heads = ["", "", "", "The new fleet is rejected"].map((name) => h("th", { scope: "col" }, name));
    this.rows = h("tbody");
    this.element = h("section", { class: "panel judge", "aria-labelledby": "judge-title", hidden: true },
      h("div", { class: "panel-head" }, h("h2", { id: "judge-title" }, "The judge"), this.chip, this.when),
      this.words, this.split,
      h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Both fleets" }, h("table", {}, h("thead", {}, h("tr", {}, this.heads)), this.rows)));
    this.heads[0].append(h("span", { class: "hidden" }, "What is counted"));
  }

  update(execution, run) {
    const looks = run?.states.find((state) => state.name === "WatchTraffic")?.visits.filter((visit) => visit.left) ?? [];
    const last = looks.at(-1);
    this.element.hidden = !last || !this.seen || !this.isOf(execution);
    if (last) this.load(execution, last.left);
    if (this.element.hidden) return;
    this.show(looks.length);
  }

  isOf(execution) {
    return this.of === pathOf(execution.kind, execution.name);
  }

  // load fetches the answer of a look once, and again if it did not come.
  async load(execution, event) {
    const path = pathOf(execution.kind, execution.name), key = `${path}/events/${event}`;
    if (key === this.key) return;
    this.key = key;
    const { data } = await get(key).catch(() => ({}));
    if (key !== this.key) return;
    if (!data) return void (this.key = "");
    const { watch, group } = JSON.parse(data);
    Object.assign(this, { of: path, seen: watch, slot: group.slot });
    this.changed();
  }

  show(looks) {
    const { seen, slot } = this, other = slot === "green" ? "blue" : "green";
    text(this.chip, seen.percent || seen.outcome === "fail" ? verdicts[seen.outcome] : "not seen yet");
    attribute(this.chip, "data-phase", seen.percent || seen.outcome === "fail" ? tones[seen.outcome] : "waiting");
    text(this.when, `${clock(seen.at)}, ${plural(looks, "look")}`);
    text(this.words, sentence(seen));
    const shares = { [slot]: seen.percent, [other]: 100 - seen.percent };
    attribute(this.split, "aria-label", `blue ${shares.blue} %, green ${shares.green} % of the traffic`);
    for (const part of this.split.children) {
      part.style.width = `${shares[part.dataset.slot]}%`;
      text(part, shares[part.dataset.slot] >= 12 ? `${part.dataset.slot} ${shares[part.dataset.slot]} %` : "");
    }
    text(this.heads[1], `New fleet, ${slot}`);
    text(this.heads[2], `Former fleet, ${other}${seen.earlier ? ", before the shift" : ""}`);
    keyed(this.rows, rowsOf(seen), ([name]) => name, ([name]) => h("tr", {}, h("th", { scope: "row" }, name), h("td"), h("td"), h("td", { class: "quiet" })), (row, [, ...cells]) => {
      cells.forEach((cell, i) => {
        text(row.children[i + 1], cell);
        attribute(row.children[i + 1], "data-of", this.heads[i + 1].textContent);
      });
    });
  }
}

function sentence({ judgment, percent, outcome }) {
  if (percent === 0 && outcome !== "fail") return "No visitor sees the new fleet yet: only its health is looked at.";
  return judgment.charAt(0).toUpperCase() + judgment.slice(1) + ".";
}

// rowsOf is a line for each thing that is counted: of the new fleet, of the other one, and the limit.
function rowsOf({ seen, beside, baseline, limits, earlier, newHosts, formerHosts }) {
  const part = (some, all) => `${count(some)} (${(all ? some / all * 100 : 0).toFixed(1)} %)`;
  const received = ({ new: fresh, former, refused }) => Math.max(fresh.requests + former.requests, refused);
  const few = "not for this: too little traffic";
  return [
    ["Answers", count(seen.new.requests), count(beside.requests), "never for this"],
    ["Errors (5xx) of targets", part(seen.new.errors, seen.new.requests), part(beside.errors, beside.requests), limits.errors ? `from ${count(limits.errors)} on` : few],
    ["The load balancer’s own 5xx", `${part(seen.refused, received(seen))} of both`, `${part(baseline.refused, received(baseline))} before the shift`, limits.refused ? `from ${count(limits.refused)} on` : few],
    ["Mean time", milliseconds(seen.new.seconds), milliseconds(beside.seconds), limits.seconds ? `above ${milliseconds(limits.seconds)}` : few],
    ["p90, slowest minute", milliseconds(seen.new.p90), milliseconds(beside.p90), "never for this"],
    ["p99, slowest minute", milliseconds(seen.new.p99), milliseconds(beside.p99), "never for this"],
    ["Unhealthy hosts", hosts(newHosts), hosts(formerHosts), `with more unhealthy than healthy ones, or one for ${limits.unhealthyMinutes} minutes`],
  ];
}

const count = (number) => number.toLocaleString("en");
const hosts = ({ healthy, unhealthy }) => `${unhealthy} of ${healthy + unhealthy}`;
