// The names of what the app is configured with. Values are for `gallery config` alone: people project this page.
import { h, keyed, text } from "./dom.js";

export class SettingsPanel {
  constructor() {
    this.settings = h("ul", { class: "names" });
    this.secrets = h("ul", { class: "names" });
    this.next = h("p", { class: "quiet" });
    this.element = h("section", { class: "panel settings", "aria-labelledby": "settings-title" }, h("div", { class: "panel-head" }, h("h2", { id: "settings-title" }, "Settings"), this.next),
      this.none = h("p", { class: "quiet" }, "The app has no settings and no secrets."), this.settings, this.secrets);
  }

  update({ settings, status }) {
    if (!settings) return;
    this.none.hidden = settings.settings.length + settings.secrets.length > 0;
    text(this.next, settings.next && status.serving ? "The next release takes them; what serves has others." : "");
    for (const [list, names, kind] of [[this.settings, settings.settings, ""], [this.secrets, settings.secrets, "secret"]]) {
      list.hidden = !names.length;
      keyed(list, names, (name) => name, (name) => h("li", {}, h("code", {}, name), kind ? " " : "", kind ? h("span", { class: "chip" }, kind) : ""));
    }
  }
}
