// The events of a run. Rows are only ever added, a few hundred at a time at most.
import { get, pathOf } from "./api.js";
import { h, text } from "./dom.js";
import { pretty } from "./inspector.js";
import { title } from "./words.js";

const maxAtOnce = 200;

export class History {
  constructor() {
    this.body = h("tbody");
    this.count = h("p", { class: "quiet" });
    this.search = h("input", { type: "search", placeholder: "Filter", "aria-label": "Filter the events by state, type or error", oninput: () => this.filter() });
    this.failures = h("input", { type: "checkbox", onchange: () => this.filter() });
    this.element = h("section", { class: "panel history", "aria-labelledby": "history-title" },
      h("div", { class: "panel-head" }, h("h2", { id: "history-title" }, "Event history"), this.count,
        h("label", { class: "check" }, this.failures, "Failures only"), this.search),
      h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "The events" }, h("table", {},
        h("thead", {}, h("tr", {}, ...["#", "After", "Event", "State", "Detail"].map((name, i) => h("th", { scope: "col", class: i < 2 ? "number" : false }, name)))), this.body)));
  }

  update(execution, run) {
    const key = `${execution?.kind}/${execution?.name}`;
    if (key !== this.key) {
      this.key = key;
      this.shown = 0;
      this.body.replaceChildren();
    }
    this.execution = execution;
    const events = run?.events ?? [];
    if (events.length < this.shown) {
      this.shown = 0;
      this.body.replaceChildren();
    }
    const news = events.slice(this.shown, this.shown + maxAtOnce);
    if (news.length) {
      const began = Date.parse(run.began);
      this.body.append(...news.map((event) => this.row(event, began)));
      this.shown += news.length;
    }
    text(this.count, `${events.length} events`);
    return this.shown < events.length; // more is to be shown
  }

  row(event, began) {
    const detail = event.error ? `${event.error}${event.cause ? `: ${event.cause}` : ""}` : "";
    const open = h("button", { type: "button", class: "link", "aria-expanded": "false", "aria-label": `Data of event ${event.id}` }, "data");
    const row = h("tr", { "data-failed": event.error ? "" : false },
      h("td", { class: "number" }, String(event.id)), h("td", { class: "number" }, `${((Date.parse(event.at) - began) / 1000).toFixed(3)} s`),
      h("td", {}, event.type), h("td", {}, event.state ? title(event.state) : ""), h("td", { class: "detail" }, detail, carries(event.type) ? open : ""));
    row.words = `${event.type} ${event.state ?? ""} ${detail}`.toLowerCase();
    open.addEventListener("click", () => this.toggle(row, open, event));
    row.hidden = !this.wants(row);
    return row;
  }

  async toggle(row, open, event) {
    const isOpen = open.getAttribute("aria-expanded") === "true";
    open.setAttribute("aria-expanded", String(!isOpen));
    if (isOpen) {
      row.nextElementSibling.remove();
      return;
    }
    const content = h("pre", { tabindex: 0 }, "…");
    row.after(h("tr", { class: "data" }, h("td", { colspan: 5 }, content)));
    const { kind, name } = this.execution;
    try {
      const { data } = await get(`${pathOf(kind, name)}/events/${event.id}`);
      text(content, pretty(data) || "This event carries no data.");
    } catch (refusal) {
      text(content, refusal.message);
    }
  }

  wants(row) {
    const words = this.search.value.trim().toLowerCase();
    return row.words.includes(words) && (!this.failures.checked || row.hasAttribute("data-failed"));
  }

  filter() {
    for (const row of this.body.children) if (row.words !== undefined) row.hidden = !this.wants(row);
    this.body.querySelectorAll("tr.data").forEach((row) => (row.hidden = row.previousElementSibling.hidden));
  }
}

const carries = (type) => /StateEntered|StateExited|Scheduled|Succeeded|ExecutionStarted/.test(type) && type !== "ParallelStateSucceeded";
