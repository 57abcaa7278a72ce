// What was released here and how it ended, also before this cloud began.
import { post } from "./api.js";
import { ofRelease } from "./cost.js";
import { confirmed } from "./dialog.js";
import { attribute, h, keyed, text } from "./dom.js";
import { store } from "./store.js";
import { day, since, took } from "./words.js";

const columns = ["Name", "Version", "Began", "Took", "By", "Commit", ""];

export class PastView {
  constructor() {
    this.body = h("tbody");
    this.none = h("p", { class: "quiet" }, "Nothing has been released here yet.");
    this.table = h("div", { class: "scroll rows-as-lists", tabindex: 0, role: "group", "aria-label": "Releases and teardowns" }, h("table", {}, h("thead", {}, h("tr", {},
      ...columns.map((name) => h("th", { scope: "col" }, name || h("span", { class: "hidden" }, "Actions"))))), this.body));
    this.element = h("div", { class: "view past" }, h("h1", { class: "hidden" }, "History"),
      h("section", { class: "panel", "aria-labelledby": "past-title" }, h("div", { class: "panel-head" }, h("h2", { id: "past-title" }, "Releases and teardowns"),
        h("p", { class: "quiet" }, "By and Commit are as given by those who started it.")), this.table, this.none));
  }

  show() {
    this.update();
  }

  update() {
    const { history } = store;
    this.table.hidden = history.length === 0;
    this.none.hidden = history.length > 0;
    const busy = history.some((one) => !one.ended && !one.serves);
    keyed(this.body, history, (one) => `${one.kind}/${one.name}/${one.began}`, (one) => this.row(one), (row, one) => this.updateRow(row, one, busy));
  }

  row(one) {
    const parts = { mark: h("span", { class: "chip" }), reason: h("p", { class: "quiet reason" }), took: h("td", { "data-of": "Took" }), version: h("td", { "data-of": "Version" }) };
    parts.button = h("button", { type: "button", class: "small act", "aria-label": `Roll back to it… ${one.name}`, onclick: () => this.rollBack(parts.one) }, "Roll back to it…");
    const cell = (of, value) => h("td", { "data-of": of }, value);
    return Object.assign(h("tr", {},
      h("td", {}, h("a", { href: `#/execution/${one.kind === "teardown" ? one.kind : "release"}/${encodeURIComponent(one.name)}` }, one.name), " ", parts.mark, parts.reason),
      parts.version, cell("Began", day(one.began)), parts.took, cell("By", one.by ?? "–"), cell("Commit", commit(one.commit)), h("td", {}, parts.button)), { parts });
  }

  updateRow(row, one, busy) {
    const { parts } = row;
    parts.one = one;
    attribute(row, "data-end", one.serves ? "serves" : one.ended ? one.end : "running");
    text(parts.mark, one.serves ? "serves" : saidNo[one.end === "FailedClean" && one.reason?.split(":")[0]] ?? ends[one.end] ?? "under way");
    text(parts.reason, why(one));
    parts.reason.hidden = !parts.reason.textContent;
    text(parts.version, one.kind === "release" ? one.version : one.kind === "run" ? `command on ${one.version}` : one.undoes ? `undo of ${one.undoes}` : "teardown");
    text(parts.took, took(since(one.began, one.ended)));
    parts.button.hidden = !one.again;
    parts.button.disabled = busy;
  }

  rollBack(one) {
    const from = one.again === "image" ? `its image ${one.image}: nothing is baked` : "its bundle, because its image is gone: the bake comes first and takes a while";
    return confirmed({
      title: "Roll back to this release?", button: "Roll back",
      words: `Version ${one.version} is released again, through all checks, from ${from}. It has the settings of ${one.name}; the sizes stay. ${ofRelease()}`,
      act: async () => {
        const { kind, name } = await post(`/api/history/${encodeURIComponent(one.name)}/rollback`);
        location.hash = `#/execution/${kind}/${encodeURIComponent(name)}`;
      },
    });
  }
}

const ends = {
  Succeeded: "succeeded", FailedClean: "failed", FailedDirty: "failed, something is left", Aborted: "stopped", TimedOut: "out of time", Broken: "broke off",
};

// saidNo has the reasons that are a person's word, or silence.
const saidNo = { RolledBack: "rolled back", NotApproved: "not approved" };

// why is the reason of an end and the judge's last words, once where these are the reason.
function why({ reason, verdict }) {
  if (!reason || !verdict || reason.startsWith("TrafficRejected:")) return reason ?? verdict ?? "";
  return `${reason.replace(/\.$/, "")}. The judge: ${verdict}`;
}

// commit shortens one as git does, and keeps what is said about it.
function commit(words) {
  if (!words) return "–";
  const [hash, ...more] = words.split(" ");
  return h("span", { title: words }, h("code", {}, /^[0-9a-f]{40,}$/.test(hash) ? hash.slice(0, 10) : hash), more.length ? ` ${more.join(" ")}` : "");
}

// pastNow is the last thing that ended.
export function pastNow() {
  const serving = store.history.find((one) => one.serves);
  const ended = store.history.filter((one) => one.ended || one.serves);
  if (!ended.length) return { words: "nothing yet" };
  const again = store.history.filter((one) => one.again).length;
  const words = again ? `${again} to roll back to` : "none to roll back to";
  return { words: serving ? `${serving.version} serves · ${words}` : words, short: again ? `${again} former` : "no former", tone: "quiet" };
}
