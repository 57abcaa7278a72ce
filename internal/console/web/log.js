// The log of an instance, also of one that is gone.
import { getText } from "./api.js";
import { openDialog } from "./dialog.js";
import { h, text } from "./dom.js";
import { store } from "./store.js";

export function openLog(id) {
  return openDialog(`Log of ${id}`, () => {
    const content = h("pre", { class: "log", tabindex: 0 }, "…");
    getText(`/api/instances/${id}/log`).then((log) => {
      text(content, log || (store.status?.stack ? "It has written nothing in the last hour." : "It has written nothing yet."));
      content.scrollTop = content.scrollHeight;
    }, (refusal) => text(content, refusal.message));
    return h("div", { class: "dialog-body" }, content);
  }, { wide: true });
}
