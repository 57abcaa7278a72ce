// The fleet: zones as columns, an instance a card.
import { post } from "./api.js";
import { confirmed } from "./dialog.js";
import { attribute, h, keyed, text } from "./dom.js";
import { openLog } from "./log.js";
import { cpuChart, requestsChart } from "./scaling.js";
import { store } from "./store.js";
import { outOf, plural, share, since, took } from "./words.js";

// zones are those of one machine. On AWS only its instances tell in which ones a fleet is.
const zones = ["us-east-1a", "us-east-1b"];
const steps = ["initial", "healthy", "draining"];

// farewell is how long an instance that is gone stays in sight.
const farewell = 4000;

export class FleetView {
  constructor() {
    this.gone = new Map(); // instance and when it was last there, by ID
    this.none = h("p", { class: "lead" });
    this.nothing = h("section", { class: "panel capacity", "aria-label": "The group" }, this.none);
    this.groups = h("div", { class: "groups" });
    this.columns = h("div", { class: "zones" });
    this.charts = [requestsChart(), cpuChart()];
    this.element = h("div", { class: "view fleet" }, h("h1", { class: "hidden" }, "Fleet"),
      this.nothing, this.groups, this.columns, h("div", { class: "fleet-charts" }, this.charts.map((chart) => chart.element)));
  }

  show() {
    this.last = null;
    this.update();
    this.charts.forEach((chart) => chart.resize());
  }

  update() {
    const { status, samples } = store;
    if (!status) return;
    this.updateGroups(status);
    if (samples.at(-1)?.at !== this.last) {
      this.last = samples.at(-1)?.at;
      this.charts.forEach((chart) => chart.update(samples));
    }
    const instances = this.withGone(status.instances);
    const columns = [...new Set([...(status.stack ? [] : zones), ...instances.map((i) => i.zone)])].sort();
    keyed(this.columns, columns, (zone) => zone, (zone) => this.column(zone), (column, zone) => {
      const here = instances.filter((i) => i.zone === zone);
      text(column.count, here.length ? plural(here.filter((i) => !i.gone).length, "instance") : "empty");
      keyed(column.list, here, (i) => i.id, (i) => this.card(i), (card, i) => this.updateCard(card, i));
    });
  }

  column(zone) {
    const list = h("ol", { class: "cards" }), count = h("span", { class: "quiet" });
    return Object.assign(h("section", { class: "zone", "aria-label": `Zone ${zone}` }, h("h2", {}, zone, " ", count), list), { list, count });
  }

  // updateGroups shows the group, or two of them side by side.
  updateGroups({ fleets, instances }) {
    this.nothing.hidden = fleets.length > 0;
    text(this.none, instances.length ? "No group yet: a builder is running." : "Nothing runs. Release something, and its fleet comes up here.");
    keyed(this.groups, fleets, (fleet) => fleet.slot, () => this.group(), (panel, fleet) => this.updateGroup(panel, fleet, fleets.length > 1));
  }

  group() {
    const parts = { share: h("p", { class: "chip" }), words: h("p", { class: "lead" }), slots: h("ol", { class: "slots", "aria-label": "Capacity" }), refresh: h("p", { class: "quiet" }) };
    return Object.assign(h("section", { class: "panel capacity" }, Object.values(parts)), { parts });
  }

  updateGroup(panel, fleet, isOneOfTwo) {
    const { parts } = panel, { group } = fleet;
    attribute(panel, "data-slot", isOneOfTwo && fleet.slot);
    attribute(panel, "aria-label", isOneOfTwo ? `The ${fleet.slot} group` : "The group");
    parts.share.hidden = !isOneOfTwo;
    text(parts.share, share(fleet));
    text(parts.refresh, group.refresh ? `Instance refresh: ${group.refresh}` : "");
    text(parts.words, `${outOf(group.inService, group.desired, "in service")}, ${group.min} to ${group.max} allowed`);
    const places = Array.from({ length: Math.max(group.max, group.inService) }, (_, i) => i);
    keyed(parts.slots, places, (i) => i, () => h("li"), (place, i) => {
      attribute(place, "data-is", i < group.inService ? "serving" : i < group.desired ? "wanted" : "free");
      attribute(place, "title", i < group.inService ? "in service" : i < group.desired ? "wanted" : "up to the maximum");
    });
  }

  // withGone adds those that have just ended, so that one sees them go.
  withGone(instances) {
    const now = Date.now();
    const there = new Set(instances.map((i) => i.id));
    for (const i of this.before ?? []) if (!there.has(i.id) && !this.gone.has(i.id)) this.gone.set(i.id, { ...i, gone: now });
    for (const [id, i] of this.gone) if (now - i.gone > farewell || there.has(id)) this.gone.delete(id);
    this.before = instances;
    return [...instances, ...this.gone.values()].sort((a, b) => a.launched.localeCompare(b.launched) || a.id.localeCompare(b.id));
  }

  card(instance) {
    const parts = {
      state: h("span", { class: "chip" }), slot: h("span", { class: "quiet" }), version: h("dd"), age: h("dd"), cpu: h("dd"), address: h("dd"),
      bar: h("i"),
      pips: h("ol", { class: "pips", "aria-hidden": "true" }, steps.map((step) => h("li", { "data-step": step }, step))),
    };
    const act = (name, words, class_) => h("button", {
      type: "button", class: `small act ${class_}`, "aria-label": `${words} ${instance.id}`,
      onclick: () => this[name](instance),
    }, words);
    const log = h("button", { type: "button", class: "small", "aria-label": `Log ${instance.id}`, onclick: () => openLog(instance.id) }, "Log");
    parts.terminate = act("terminate", "Terminate", "");
    parts.crash = act("crash", "Crash", "danger play");
    const fact = (name, value) => h("div", {}, h("dt", {}, name), value);
    return Object.assign(h("li", { class: "card", "data-instance": instance.id },
      h("div", { class: "card-head" }, h("h3", {}, h("code", {}, instance.id)), parts.slot, parts.state), parts.pips,
      h("dl", { class: "facts" }, fact("Version", parts.version), fact("Age", parts.age), fact("CPU", parts.cpu), fact("Address", parts.address)), h("div", { class: "bar", "aria-hidden": "true" }, parts.bar),
      h("div", { class: "card-actions" }, parts.terminate, parts.crash, log)), { parts });
  }

  updateCard(card, i) {
    const { parts } = card;
    const health = i.gone ? "gone" : i.role === "builder" ? "building" : i.state === "running" ? i.health || "unused" : i.state;
    attribute(card, "data-health", health);
    attribute(card, "data-role", i.role);
    text(parts.state, { building: "builder", unused: "starting" }[health] ?? health);
    parts.pips.hidden = i.role === "builder";
    for (const pip of parts.pips.children) attribute(pip, "data-on", pip.dataset.step === health);
    text(parts.slot, store.status.fleets.length > 1 ? i.slot ?? "" : "");
    text(parts.version, versionOf(i) || "not known yet");
    text(parts.age, took(since(i.launched)));
    text(parts.cpu, `${(i.cpu ?? 0).toFixed(0)} %`);
    text(parts.address, i.address || "–");
    parts.bar.style.width = `${Math.min(100, i.cpu ?? 0)}%`;
    parts.cpu.parentElement.hidden = parts.bar.parentElement.hidden = i.cpu === undefined; // on AWS until its first minute is measured
    parts.terminate.disabled = i.gone || i.role === "builder" || i.state !== "running";
    parts.crash.disabled = i.gone || i.state !== "running";
  }

  terminate({ id }) {
    return confirmed({
      title: "Terminate this instance?", button: "Terminate", words: `${id} gets no new requests and ends when those under way are answered. The group launches another${store.status.stack ? ", which takes some minutes and costs no more than this one" : ""}.`,
      act: () => post(`/api/instances/${id}/terminate`),
    });
  }

  crash({ id }) {
    return confirmed({
      title: "Crash this instance?", button: "Crash it", danger: true, words: `${id} is killed without warning. The load balancer notices, and the group launches another.`,
      act: () => post(`/api/instances/${id}/crash`),
    });
  }
}

// versionOf is the version of an instance's release. One that reuses an image has another than the image.
function versionOf({ slot, image, version, launched }) {
  const { serving } = store.status;
  if (slot && slot === serving?.slot && image === serving.image) return serving.version;
  const begun = store.history.find((one) => one.kind === "release" && !one.ended);
  return slot && begun?.version && launched > begun.began ? begun.version : version;
}
