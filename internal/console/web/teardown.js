// The dialog that tears down: first a dry run that lists what would go, then the button.
import { get, post } from "./api.js";
import { ofTeardown } from "./cost.js";
import { openDialog, Trouble } from "./dialog.js";
import { dryRun } from "./dry_run.js";
import { Form } from "./form.js";
import { h, text } from "./dom.js";
import { plural } from "./words.js";

let schema;

export async function openTeardown() {
  schema ??= await get("/api/schemas/teardown");
  openDialog("Tear down", (close, dialog) => new TeardownDialog(close, dialog).element, { wide: true });
}

class TeardownDialog {
  constructor(close, dialog) {
    this.close = close;
    this.trouble = new Trouble();
    this.form = new Form(schema, { leaveOut: ["dryRun"], more: ["scope", "release", "onlyIfServing"], changed: () => this.list() });
    this.found = h("p", { role: "status" });
    this.resources = h("ul", { class: "resources" });
    this.go = h("button", { type: "button", class: "danger", disabled: true, onclick: () => this.start() }, "Tear down");
    this.element = h("div", { class: "dialog-body" }, this.form.element, this.trouble.element,
      h("section", { class: "dry-run", "aria-labelledby": "dry-run-title" }, h("h3", { id: "dry-run-title" }, "What would be deleted"), this.found, this.resources), h("p", { class: "quiet" }, ofTeardown()),
      h("div", { class: "buttons" }, h("button", { type: "button", onclick: close }, "Cancel"), this.go));
    dialog.addEventListener("close", () => (this.closed = true));
    this.list();
  }

  // list runs the state machine's dry run, of what the form says now.
  async list() {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    this.go.disabled = true;
    this.resources.replaceChildren();
    text(this.found, "Looking for what there is…");
    try {
      const run = await dryRun("teardown", this.form.value(), () => this.closed || turn !== this.turn);
      if (!run || turn !== this.turn) return;
      this.form.show([]);
      this.trouble.clear();
      this.showResources(run);
    } catch (refusal) {
      if (turn !== this.turn) return;
      text(this.found, "");
      this.trouble.show(refusal.message, this.form.show(refusal.problems ?? []));
    }
  }

  showResources(run) {
    if (run.status !== "SUCCEEDED") {
      text(this.found, "");
      this.trouble.show(`The dry run ended in ${run.error}: ${run.cause}`);
      return;
    }
    const { resources, kept } = JSON.parse(run.output);
    const images = kept.filter((one) => one.kind === "image").map((one) => one.id);
    const stays = images.length ? ` It keeps image ${images.join(", ")}.` : "";
    text(this.found, (resources.length ? `${plural(resources.length, "resource")}. Photos are never deleted.` : "Nothing: there is no resource of this environment.") + stays);
    this.resources.replaceChildren(...resources.map((one) => h("li", {}, h("span", { class: "kind" }, one.kind), h("code", {}, one.id.startsWith("arn:") ? one.name : one.id),
      h("span", { class: "quiet" }, one.name === one.id || one.id.startsWith("arn:") ? "" : one.name))));
    this.go.disabled = resources.length === 0;
  }

  async start() {
    this.go.disabled = true;
    try {
      const { kind, name } = await post("/api/executions/teardown", { input: JSON.stringify(this.form.value()) });
      this.close();
      location.hash = `#/execution/${kind}/${encodeURIComponent(name)}`;
    } catch (refusal) {
      this.go.disabled = false;
      this.trouble.show(refusal.message, this.form.show(refusal.problems ?? []));
    }
  }
}
