// Dialogs: the browser's own, which keep the focus inside and end with Escape.
import { h, text } from "./dom.js";

// openDialog shows one until it is closed; content is given a function that closes it.
export function openDialog(title, content, { wide = false } = {}) {
  const heading = h("h2", { id: "dialog-title", tabindex: -1 }, title);
  const dialog = h("dialog", { class: wide ? "wide" : "", "aria-labelledby": "dialog-title" },
    h("div", { class: "dialog-head" }, heading, h("button", { type: "button", class: "icon", "aria-label": "Close", onclick: () => dialog.close() }, "✕")));
  dialog.append(content(() => dialog.close(), dialog));
  const closed = new Promise((resolve) => dialog.addEventListener("close", () => {
    dialog.remove();
    resolve();
  }));
  document.body.append(dialog);
  dialog.showModal();
  return closed;
}

// Trouble is where a dialog tells what went wrong.
export class Trouble {
  constructor() {
    this.element = h("div", { class: "trouble", role: "alert", tabindex: -1, hidden: true });
  }

  clear() {
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  show(message, links = []) {
    this.element.hidden = false;
    this.element.replaceChildren(h("p", {}, message), links.length ? h("ul", {}, links.map((link) => h("li", {}, link))) : "");
    this.element.focus();
  }
}

// confirmed asks before something is done that cannot be taken back.
export function confirmed({ title, words, button, danger, act }) {
  return openDialog(title, (close) => {
    const trouble = new Trouble();
    const go = h("button", { type: "button", class: danger ? "danger" : "primary", onclick: async () => {
      go.disabled = true;
      try {
        await act();
        close();
      } catch (refusal) {
        go.disabled = false;
        trouble.show(refusal.message);
      }
    } }, button);
    return h("div", { class: "dialog-body" }, h("p", {}, words), trouble.element,
      h("div", { class: "buttons" }, h("button", { type: "button", onclick: close, autofocus: true }, "Cancel"), go));
  });
}

// tell shows a passing word at the bottom, read by screen readers too.
export function tell(words) {
  text(document.getElementById("announcements"), words);
}
