// The dialog that starts a release: a form, or the request as JSON.
import { check, get, post } from "./api.js";
import { ofRelease } from "./cost.js";
import { openDialog, Trouble } from "./dialog.js";
import { dryRun } from "./dry_run.js";
import { apart, Form } from "./form.js";
import { attribute, h } from "./dom.js";
import { store } from "./store.js";
import { inForm } from "./words.js";

let schema;

// openRelease begins with values in the form: those of a rollback, say.
export async function openRelease(values = {}) {
  schema ??= await get("/api/schemas/release");
  openDialog("Release", (close, dialog) => new ReleaseDialog(values, close, dialog).element, { wide: true });
}

class ReleaseDialog {
  constructor(values, close, dialog) {
    this.close = close;
    this.trouble = new Trouble();
    this.form = new Form(schema, {
      values, leaveOut: ["dryRun"], changed: () => this.onChange(),
      suggestions: { image: store.images.map((image) => ({ value: image.id, label: `${image.version}${image.serving ? ", serves" : ""} (${image.id})` })) },
    });
    this.json = h("textarea", { id: "request-json", rows: 12, spellcheck: "false", "aria-describedby": "json-hint", onchange: () => this.onChange() });
    this.jsonPart = h("div", { class: "field", hidden: true }, h("label", { for: "request-json" }, "The request"), this.json,
      h("p", { class: "hint", id: "json-hint" }, "As in the AWS console: {} is a full release."));
    this.send = h("button", { type: "submit", class: "primary" }, "Release");
    this.ask = h("button", { type: "button", class: "foresee", onclick: () => this.foresee() }, "What would this do?");
    this.will = h("ul", {});
    this.foreseen = h("section", { class: "dry-run", role: "status", hidden: true }, h("h3", {}, "What the release would do"), this.will);
    dialog.addEventListener("close", () => (this.closed = true));
    const switches = ["Form", "JSON"].map((name) => h("button", { type: "button", role: "tab", "aria-selected": String(name === "Form"), onclick: () => this.use(name) }, name));
    this.switches = switches;
    this.element = h("form", { class: "dialog-body", novalidate: true, onsubmit: (event) => this.submit(event) },
      h("div", { class: "switch", role: "tablist", "aria-label": "How to give the request", onkeydown: (event) => this.onKey(event) }, switches),
      this.trouble.element, this.form.element, this.jsonPart, this.foreseen, h("p", { class: "quiet" }, ofRelease()),
      h("div", { class: "buttons" }, h("button", { type: "button", onclick: close }, "Cancel"), this.ask, this.send));
    this.use("Form");
  }

  onKey(event) {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    this.use(this.isJSON ? "Form" : "JSON");
    this.switches[this.isJSON ? 1 : 0].focus();
  }

  // use carries what was written over to the other way of writing it, where it can be read.
  use(name) {
    const toJSON = name === "JSON";
    if (toJSON !== Boolean(this.isJSON) && toJSON) this.json.value = JSON.stringify(this.form.value(), null, 2);
    if (toJSON !== Boolean(this.isJSON) && !toJSON && !this.carryOver()) return;
    this.isJSON = toJSON;
    this.form.element.hidden = toJSON;
    this.jsonPart.hidden = !toJSON;
    this.switches.forEach((button, i) => {
      attribute(button, "aria-selected", String(toJSON === (i === 1)));
      attribute(button, "tabindex", toJSON === (i === 1) ? 0 : -1);
    });
  }

  carryOver() {
    let request;
    try {
      request = JSON.parse(this.json.value.trim() || "{}");
    } catch (problem) {
      this.trouble.show(`This is not JSON: ${problem.message}`);
      return false;
    }
    const unknown = this.form.fill(request).filter((name) => !apart.has(name));
    this.trouble.clear();
    if (unknown.length) this.trouble.show(`The form has no field for ${unknown.join(", ")}: it is left out.`);
    return true;
  }

  input() {
    return this.isJSON ? this.json.value : JSON.stringify(this.form.value());
  }

  async submit(event) {
    event.preventDefault();
    this.send.disabled = true;
    try {
      await check("release", { input: this.input() });
      const { kind, name } = await post("/api/executions/release", { input: this.input() });
      this.close();
      location.hash = `#/execution/${kind}/${encodeURIComponent(name)}`;
    } catch (refusal) {
      this.hasFailed = true;
      this.complain(refusal);
    } finally {
      this.send.disabled = false;
    }
  }

  // foresee runs the request dry and shows what it would do.
  async foresee() {
    this.ask.disabled = true;
    this.foreseen.hidden = true;
    try {
      await check("release", { input: this.input() });
      const run = await dryRun("release", JSON.parse(this.input() || "{}"), () => this.closed);
      if (run) this.showForeseen(run);
    } catch (refusal) {
      this.hasFailed = true;
      this.complain(refusal);
    } finally {
      this.ask.disabled = false;
    }
  }

  showForeseen(run) {
    this.form.show([]);
    this.trouble.clear();
    if (run.status !== "SUCCEEDED") {
      this.trouble.show(this.worded(`The dry run ended in ${run.error}: ${run.cause}`));
      return;
    }
    const { dryRun: plan, unchanged } = JSON.parse(run.output);
    this.will.replaceChildren(...(plan?.forecast.will ?? [`Changes nothing: ${unchanged}.`]).map((sentence) => h("li", {}, sentence)));
    this.foreseen.hidden = false;
  }

  // onChange takes away what is not true any more.
  onChange() {
    this.foreseen.hidden = true;
    if (this.hasFailed) this.checkAgain();
  }

  // checkAgain asks after each change, once something has been wrong.
  async checkAgain() {
    try {
      await check("release", { input: this.input() });
      this.form.show([]);
      this.trouble.clear();
    } catch (refusal) {
      const at = document.activeElement;
      this.complain(refusal);
      at?.focus();
    }
  }

  // worded keeps JSON for those who write it.
  worded(message) {
    return this.isJSON ? message : inForm(message);
  }

  complain(refusal) {
    const links = this.form.show(this.isJSON ? refusal.problems : refusal.problems.map(({ field, message }) => ({ field, message: inForm(message) })));
    const several = refusal.problems.length;
    this.trouble.show(several ? (several === 1 ? "One thing is wrong:" : `${several} things are wrong:`) : this.worded(refusal.message), links);
  }
}
