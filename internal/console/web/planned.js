// What will start by itself, and the images that a release can return to.
import { attribute, h, keyed, marked, text } from "./dom.js";
import { CostPanel } from "./cost.js";
import { openRelease } from "./release.js";
import { SettingsPanel } from "./settings.js";
import { store } from "./store.js";
import { bytes, day, took } from "./words.js";

const columns = ["Version", "Image", "Made", "Size", "By the release", ""];

export class PlannedView {
  constructor() {
    this.schedules = h("ol", { class: "schedules" });
    this.none = h("p", { class: "quiet" }, marked("Nothing is scheduled. A release with a ttl schedules its teardown, and one with sizes their changes; `gallery up --nightly` and `--morning`, and the options of a stack, take schedules."));
    this.images = h("tbody");
    this.noImages = h("p", { class: "quiet" }, "No image yet: the first release makes one.");
    this.table = h("div", { class: "scroll rows-as-lists images", tabindex: 0, role: "group", "aria-label": "The images" }, h("table", {}, h("thead", {}, h("tr", {},
      ...columns.map((name) => h("th", { scope: "col", class: name === "Size" ? "number" : false }, name || h("span", { class: "hidden" }, "Actions"))))), this.images));
    this.cost = new CostPanel();
    this.settings = new SettingsPanel();
    this.element = h("div", { class: "view planned" }, h("h1", { class: "hidden" }, "Schedule and images"),
      h("section", { class: "panel", "aria-labelledby": "schedules-title" }, h("div", { class: "panel-head" }, h("h2", { id: "schedules-title" }, "Next events")), this.schedules, this.none, this.visited = h("p", { class: "quiet" })),
      this.cost.element, this.settings.element,
      h("section", { class: "panel", "aria-labelledby": "images-title" }, h("div", { class: "panel-head" }, h("h2", { id: "images-title" }, "Images")), this.table, this.noImages));
  }

  show() {
    this.update();
  }

  update() {
    const { status, images } = store;
    if (!status) return;
    const coming = inOrder(events(status));
    this.none.hidden = coming.length > 0;
    keyed(this.schedules, coming, (one) => one.name, (one) => Object.assign(h("li", { "data-starts": one.starts },
      h("strong", { class: "countdown" }), h("div", {}, h("span", { class: "what" }), h("span", { class: "quiet" })))), (item, one) => {
      text(item.firstChild, one.next ? took(Date.parse(one.next) - Date.now()) : "over");
      text(item.lastChild.firstChild, kinds[one.starts] ?? "Release");
      text(item.lastChild.lastChild, ` ${one.next ? day(one.next) : ""} · ${[one.name, one.expression].filter(Boolean).join(" · ")}${one.timeZone ? ` (${one.timeZone})` : ""}`);
    });
    text(this.visited, lastVisit(status));
    this.cost.update(store);
    this.settings.update(store);
    this.table.hidden = images.length === 0;
    this.noImages.hidden = images.length > 0;
    keyed(this.images, images, (image) => image.id, (image) => this.image(image), (row, image) => {
      text(row.mark, image.serving ? "serves" : image.former ? "a rollback returns to it" : "");
      row.mark.hidden = !row.mark.textContent;
      attribute(row, "data-serving", image.serving);
      row.button.disabled = image.serving;
    });
  }

  image(image) {
    const mark = h("span", { class: "chip" });
    const button = h("button", { type: "button", class: "small act", "aria-label": `Release it… ${image.id}`, onclick: () => openRelease({ image: image.id }) }, "Release it…");
    const cell = (of, class_, value) => h("td", { "data-of": of, class: class_ }, value);
    return Object.assign(h("tr", {}, h("td", {}, h("strong", {}, image.version), " ", mark), cell("Image", false, h("code", {}, image.id)),
      cell("Made", false, day(image.created)), cell("Size", "number", bytes(image.bytes)), cell("By the release", false, image.release), h("td", {}, button)), { mark, button });
  }
}

const kinds = { teardown: "Teardown", sleep: "Teardown unless somebody visits", resize: "Size" };

// lastVisit says when somebody last visited, where a teardown waits for no visitors; else "".
function lastVisit({ visits, stack }) {
  if (!visits) return "";
  const last = visits.last ? `The last visit was at ${day(visits.last)}.` : "No visit is known.";
  const due = visits.sleeps ? "" : ` A teardown may begin at any time: that takes ${visits.minutes} minutes without a visit.`;
  return `${last}${due}${stack ? " CloudWatch learns of a visit a minute or two later." : ""}`;
}

// events are the schedules, the next change of the fleet's size, and the end of the visits, which puts off the
// first look that a release has scheduled.
function events({ schedules, serving, visits }) {
  const all = visits?.last && visits.sleeps ? schedules.filter((one) => one.starts !== "sleep") : [...schedules];
  if (all.length < schedules.length || visits?.sleeps && !schedules.some((one) => one.starts === "sleep")) {
    all.push({ name: "", starts: "sleep", expression: `at the earliest, after ${visits.minutes} minutes without a visit`, next: visits.sleeps });
  }
  const resize = serving?.resize;
  if (resize) all.push({ name: "", starts: "resize", expression: `${resize.minSize} to ${resize.maxSize} instances`, next: resize.at });
  return all;
}

// inOrder is what is scheduled, the next first.
function inOrder(schedules) {
  return [...schedules].sort((a, b) => (a.next ?? "9").localeCompare(b.next ?? "9"));
}

// nextEvent is what happens next by itself; undefined for nothing.
export function nextEvent(status) {
  return inOrder(events(status)).find((one) => one.next);
}
