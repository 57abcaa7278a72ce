// The dialog that sends load, and shows the one that runs.
import { check, post, remove } from "./api.js";
import { openDialog, Trouble } from "./dialog.js";
import { Form } from "./form.js";
import { h, text } from "./dom.js";
import { onChange, store } from "./store.js";
import { number, took } from "./words.js";

const schema = { properties: {
  rate: { type: "integer", default: 1200, description: "Requests a second, 1 to 2000. 1200 makes a group of two grow to five." },
  seconds: { type: "integer", default: 30, description: "For how many seconds, 1 to 600." },
} };

export function openLoad() {
  openDialog("Send load", (close, dialog) => new LoadDialog(close, dialog).element);
}

class LoadDialog {
  constructor(close, dialog) {
    this.trouble = new Trouble();
    this.form = new Form(schema);
    this.state = h("p", { class: "load-state" });
    this.meter = h("progress", { max: 1, "aria-label": "How much of the load has been sent" });
    this.stop = h("button", { type: "button", class: "danger", onclick: () => remove("/api/load") }, "Stop");
    this.send = h("button", { type: "submit", class: "primary" }, "Send load");
    this.element = h("form", { class: "dialog-body", novalidate: true, onsubmit: (event) => this.submit(event) },
      h("p", {}, "The console asks the load balancer for the home page and the thumbnails on it, in turn."),
      this.trouble.element, this.form.element, this.meter, this.state,
      h("div", { class: "buttons" }, h("button", { type: "button", onclick: close }, "Close"), this.stop, this.send));
    dialog.addEventListener("close", onChange(() => this.update()));
    this.update();
  }

  update() {
    const { load } = store;
    this.stop.hidden = this.meter.hidden = !load?.running;
    text(this.state, loadWords(load));
    if (load?.running) this.meter.value = Math.min(1, (Date.now() - Date.parse(load.began)) / (Date.parse(load.until) - Date.parse(load.began)));
  }

  async submit(event) {
    event.preventDefault();
    this.send.disabled = true;
    try {
      const wanted = { rate: 1200, seconds: 30, ...numbers(this.form.value()) };
      await check("load", wanted);
      await post("/api/load", wanted);
      this.form.show([]);
      this.trouble.clear();
    } catch (refusal) {
      const links = this.form.show(refusal.problems);
      this.trouble.show(links.length ? "This cannot be sent:" : refusal.message, links);
    } finally {
      this.send.disabled = false;
    }
  }
}

// numbers turns what is none into one that the server refuses at its field.
const numbers = (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number.isInteger(value) ? value : 0]));

// loadWords tells of the load that runs, or of the last one; "" for none.
export function loadWords(load) {
  if (!load) return "";
  const passed = Date.parse(load.until) - Date.now();
  const counts = `${load.requests} answered, ${load.failures} failed, half within ${number(load.median)} ms, 99 of 100 within ${number(load.slow)} ms`;
  const first = load.failures ? `. The first failed because ${load.first}` : "";
  return load.running ? `${load.rate} requests a second for ${took(passed)} more: ${counts}${first}` : `The last load: ${counts}${first}`;
}
