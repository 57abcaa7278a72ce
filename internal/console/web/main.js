// The frame of the page: its head, its views and which of them is shown.
import { nowInWords } from "./cost.js";
import { tell } from "./dialog.js";
import { attribute, h, keyed, s, text } from "./dom.js";
import { ExecutionView } from "./execution.js";
import { FleetView } from "./fleet.js";
import { openLoad } from "./load.js";
import { PastView, pastNow } from "./past.js";
import { PlannedView, nextEvent } from "./planned.js";
import { openRelease } from "./release.js";
import { ScalingView } from "./scaling.js";
import { begin, changed, keyOf, onChange, store } from "./store.js";
import { openTeardown } from "./teardown.js";
import { endOf, isDryRun, isQuiet, number, outOf, plural, sentence, since, split, statuses, title, took } from "./words.js";

const views = {
  execution: { name: "Execution", make: () => new ExecutionView(), now: executionNow },
  fleet: { name: "Fleet", make: () => new FleetView(), now: fleetNow },
  scaling: { name: "Scaling", make: () => new ScalingView(), now: scalingNow },
  past: { name: "History", make: () => new PastView(), now: pastNow },
  planned: { name: "Schedule", more: " and images", make: () => new PlannedView(), now: plannedNow },
};

const byID = (id) => document.getElementById(id);
const made = {};
let view;

function route() {
  const [name, ...rest] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  const which = views[name] ? name : "execution";
  for (const link of byID("tabs").children) attribute(link, "aria-current", link.dataset.view === which ? "page" : false);
  if (!store.status) return; // a view has nothing to tell yet
  const changes = made[which] !== view;
  view = made[which] ??= views[which].make();
  if (changes || !view.element.isConnected) {
    byID("main").replaceChildren(view.element);
    document.title = `${views[which].name}${views[which].more ?? ""} – Photogallery console`;
  }
  view.show(...rest);
}

function makeTabs() {
  byID("tabs").append(...Object.entries(views).map(([name, { name: words, more = "" }]) => h("a", { href: `#/${name}`, "data-view": name },
    h("span", { class: "tab-name" }, words, h("span", { class: "wide-only" }, more)), h("span", { class: "tab-now" }, h("span", { class: "wide-only" }), h("span", { class: "narrow-only" })), s("svg", { class: "tab-picture", viewBox: "0 0 100 24", preserveAspectRatio: "none", "aria-hidden": "true" }))));
}

function updateTabs() {
  if (!store.status) return;
  for (const link of byID("tabs").children) {
    const { words, short = words, tone, dots, line } = views[link.dataset.view].now();
    attribute(link, "data-tone", tone ?? "quiet");
    text(link.children[1].firstChild, words);
    text(link.children[1].lastChild, short);
    if (dots) keyed(link.children[2], dots, (_dot) => _dot.key, () => s("circle", { r: 5, cy: 12 }), (circle, dot) => {
      attribute(circle, "cx", dot.x);
      attribute(circle, "data-health", dot.health);
    });
    if (line !== undefined) keyed(link.children[2], [line], () => "line", () => s("path"), (path, d) => attribute(path, "d", d));
  }
}

function executionNow() {
  const runs = store.executions.filter((e) => !isDryRun(e) && endOf(e) !== "BUSY");
  const execution = runs[0];
  const running = runs.find((e) => e.status === "RUNNING");
  if (!execution) return { words: "Nothing has run yet", short: "no run yet" };
  if (!running) {
    const isWell = execution.error === "FailedClean" && store.status.serving;
    const tone = execution.status === "SUCCEEDED" ? "good" : isWell ? "warn" : "bad";
    return { words: `${execution.kind} ${statuses[execution.status]} in ${took(since(execution.began, execution.ended))}`, short: statuses[execution.status], tone };
  }
  const at = store.runs.get(keyOf(running))?.states.filter((state) => ["running", "retrying"].includes(state.phase) && state.type !== "Parallel").map((state) => title(state.name));
  return { words: `${running.kind}: ${at?.join(", ") || "starting"} · ${took(since(running.began))}`, short: `running ${took(since(running.began))}`, tone: "busy" };
}

function fleetNow() {
  const { instances, fleets } = store.status;
  const healthy = instances.filter((i) => i.health === "healthy").length;
  const dots = instances.slice(0, 9).map((i, at) => ({ key: i.id, x: 94 - (Math.min(instances.length, 9) - 1 - at) * 12, health: i.role === "builder" ? "building" : i.health || "unused" }));
  if (!instances.length) return { words: "Nothing runs", dots };
  if (!fleets.length) return { words: plural(instances.length, "instance"), dots, tone: "good" };
  const desired = fleets.reduce((all, fleet) => all + fleet.group.desired, 0);
  const words = outOf(healthy, desired, "healthy");
  return {
    words: split(fleets) ? `${words} · ${split(fleets)}` : words, short: healthy > desired ? `${healthy} healthy` : words, dots, tone: healthy < desired ? "busy" : "good",
  };
}

function scalingNow() {
  const alarms = store.status.alarms.filter((alarm) => alarm.state === "ALARM" && !isQuiet(alarm.name));
  const recent = store.samples.slice(-60);
  const most = Math.max(200, ...recent.map((sample) => sample.requests ?? 0));
  const line = recent.map((sample, i) => `${i ? "L" : "M"}${((i + 60 - recent.length) / 59 * 100).toFixed(1)} ${(23 - (sample.requests ?? 0) / most * 22).toFixed(1)}`).join("");
  const words = `${number(recent.at(-1)?.requests ?? 0)} per target`;
  if (alarms.length) return { words: `${words} · ${plural(alarms.length, "alarm")}`, short: plural(alarms.length, "alarm"), tone: "bad", line };
  return { words, short: `${number(recent.at(-1)?.requests ?? 0)} per target`, line, tone: store.load?.running ? "busy" : "quiet" };
}

function plannedNow() {
  const next = nextEvent(store.status);
  const images = plural(store.images.length, "image");
  if (!next) return { words: images };
  return { words: `${next.starts} in ${took(Date.parse(next.next) - Date.now())} · ${images}`, short: `in ${took(Date.parse(next.next) - Date.now())}`, tone: "busy" };
}

const troubles = {
  lost: "The console does not answer: what is shown may be out of date. The page connects again by itself; if `gallery up` or `gallery console` has ended, start it and open the address that it prints.",
  locked: "This page may not see the environment. `gallery status` prints an address that opens the console of `gallery up`, once, and `gallery console` one of a stack's as it begins: open that in this browser.",
};

function updateHead() {
  const { status, connected } = store;
  const is = connected === null ? "connecting" : connected === true ? (store.trouble.stale ? "late" : "live") : connected || "lost";
  attribute(byID("connection"), "data-is", is);
  text(byID("connection-words"), { connecting: "Connecting", live: "Live", late: "Out of date", lost: "Connection lost", locked: "Locked" }[is]);
  const lost = byID("lost");
  lost.hidden = !troubles[is];
  text(lost, troubles[is] ?? "");
  const trouble = byID("trouble");
  trouble.hidden = !store.trouble.message || !lost.hidden;
  text(trouble, store.trouble.message ? `${sentence(store.trouble.message)}. The console asks again by itself.` : "");
  document.body.classList.toggle("stale", Boolean(troubles[is]) || is === "late");
  document.body.classList.toggle("read-only", !store.can.act);
  document.body.classList.toggle("no-play", !store.can.play);
  if (!status) return;
  text(byID("environment"), status.stack ? `${status.stack}, ${status.region}` : status.environment);
  text(byID("price"), nowInWords());
  updateServing(status);
}

function updateServing({ serving, gallery }) {
  const key = JSON.stringify([serving, gallery]);
  const line = byID("serving");
  if (line.key === key) return;
  line.key = key;
  if (!serving) line.replaceChildren("Nothing serves");
  else line.replaceChildren("Version ", h("strong", {}, serving.version), " serves at ", h("a", { href: gallery, target: "_blank", rel: "noreferrer" }, gallery.replace("http://", "")));
}

// announce tells screen readers of what began and ended.
const told = new Map();
function announce() {
  for (const execution of store.executions) {
    const key = keyOf(execution);
    const before = told.get(key);
    told.set(key, execution.status);
    if (told.silent || isDryRun(execution) || before === execution.status) continue;
    tell(`${execution.name} ${before ? statuses[endOf(execution)] : "has begun"}`);
  }
  if (store.status) told.silent = false;
}
told.silent = true;

function update() {
  updateHead();
  updateTabs();
  if (!store.status) return;
  announce();
  if (!view) route();
  view.update();
}

makeTabs();
byID("skip").addEventListener("click", (event) => {
  event.preventDefault(); // its address is of no view
  byID("main").focus();
});
byID("open-release").addEventListener("click", () => openRelease());
byID("open-load").addEventListener("click", openLoad);
byID("open-teardown").addEventListener("click", openTeardown);
addEventListener("hashchange", route);
onChange(update);
route();
begin();
setInterval(() => document.visibilityState === "visible" && changed(), 500); // for what counts the time
