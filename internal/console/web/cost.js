// What an environment on AWS costs, in words. On one machine there is nothing to say.
import { h, text } from "./dom.js";
import { store } from "./store.js";
import { day } from "./words.js";

const hoursOfAMonth = 730;

// dollars shows small amounts with more digits: an hour costs cents, and less after a teardown.
export const dollars = (amount) => `$${amount.toFixed(amount >= 1 || amount === 0 ? 2 : amount >= 0.01 ? 3 : 4)}`;

// nowInWords is the cost of an hour as it is now; "" where nothing costs.
export const nowInWords = () => (store.cost ? `${dollars(store.cost.hour)} an hour` : "");

// ofRelease is what a release costs; "" where nothing does.
export function ofRelease() {
  const { cost, status } = store;
  if (!cost) return "";
  const range = cost.least === cost.most ? dollars(cost.least) : `${dollars(cost.least)} to ${dollars(cost.most)}`;
  const beside = status.serving ? " A second fleet beside the one that serves costs its instances once more until visitors have moved." : "";
  return `While a release serves, the environment costs ${range} an hour beside the traffic; now ${dollars(cost.hour)}.${beside}`;
}

// ofTeardown is what a teardown cuts off, and saves.
export function ofTeardown() {
  const saved = store.cost ? ` What costs by the hour goes: ${dollars(store.cost.hour)} an hour becomes ${dollars(store.cost.idle)}.` : "";
  return `Visitors get no answer from then on.${saved}`;
}

// CostPanel shows the hour, the month and the budget.
export class CostPanel {
  constructor() {
    this.hour = h("strong", { class: "countdown" });
    this.what = h("span", { class: "quiet" });
    this.month = h("p", {});
    this.meter = h("progress", { max: 1, "aria-label": "How much of the budget is spent" });
    this.prices = h("p", { class: "quiet" });
    this.element = h("section", { class: "panel cost", "aria-labelledby": "cost-title", hidden: true }, h("div", { class: "panel-head" }, h("h2", { id: "cost-title" }, "Cost")),
      h("p", {}, this.hour, " ", this.what), this.month, this.meter, this.prices);
  }

  update({ cost, status: { spending } }) {
    this.element.hidden = !cost;
    if (!cost) return;
    text(this.hour, nowInWords());
    text(this.what, `now, of which ${dollars(cost.idle)} stays after a teardown`);
    this.meter.hidden = !spending?.budget;
    if (spending?.budget) {
      this.meter.value = Math.min(1, spending.spent / spending.budget);
      text(this.month, `${dollars(spending.spent)} of the budget of ${dollars(spending.budget)} is spent this month, as of ${day(spending.at)}.`);
    } else {
      text(this.month, `A month like this hour costs ${dollars(cost.hour * hoursOfAMonth)}. The stack has no budget, so nobody adds up what this month has cost.`);
    }
    text(this.prices, `By AWS’s list prices of ${cost.date} in ${cost.region}, without traffic and credits.`);
  }
}
