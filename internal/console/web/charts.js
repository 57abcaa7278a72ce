// A live chart: uPlot with the alarms' thresholds and the runs drawn in.
import { attribute, h, text } from "./dom.js";
import { store } from "./store.js";
import { number } from "./words.js";

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

// axisWidth is the same for all, so that the times of all stand below each other.
export const axisWidth = 52;

export class Chart {
  // unit is a word, or what returns it. series: { label, color, of(sample), dash, fill, stepped, slot }; marks(): thresholds of this chart.
  constructor({ name, unit, series, marks = () => [], runs = () => [] }) {
    Object.assign(this, { name, unit: typeof unit === "function" ? unit : () => unit, series, marks, runs });
    this.now = h("span", { class: "now" });
    this.key = h("ul", { class: "key" }, series.map((one) => h("li", { "data-color": one.color }, one.label)));
    this.area = h("div", { class: "chart-area", role: "img" });
    this.element = h("section", { class: "panel chart", "aria-label": name }, h("div", { class: "panel-head" }, h("h2", {}, name), this.now, this.key), this.area);
    new ResizeObserver(() => this.resize()).observe(this.area);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.remake());
  }

  resize() {
    const width = this.area.clientWidth;
    if (!width) return;
    if (this.plot) this.plot.setSize({ width, height: this.height() });
    else this.remake();
  }

  height() {
    return Math.max(120, this.area.clientHeight);
  }

  remake() {
    this.plot?.destroy();
    this.plot = null;
    if (this.area.clientWidth) this.plot = new self.uPlot(this.options(), this.data ?? [[], ...this.series.map(() => [])], this.area);
  }

  options() {
    const grid = { stroke: color("line"), width: 1 };
    const axis = { stroke: color("quiet"), grid, ticks: { show: false }, font: "11px system-ui, sans-serif" };
    return {
      width: this.area.clientWidth, height: this.height(), legend: { show: false }, padding: [10, 26, 0, 0], // room for half of the last time
      cursor: { sync: { key: "scaling" }, drag: { x: false, y: false }, points: { size: 6 } },
      scales: { x: { time: true, range: () => window() }, y: { range: (_, low, high) => this.range(high) } },
      axes: [{ ...axis, size: 26, space: 70, values: minute() < 60 ? "{HH}:{mm}:{ss}" : "{HH}:{mm}" }, { ...axis, size: axisWidth, space: 28, values: (_, all) => all.map((value) => this.short(value)) }],
      series: [{}, ...this.series.map((one) => ({
        label: one.label, stroke: color(one.color), width: one.dash ? 1.5 : 2, dash: one.dash, spanGaps: false, points: { show: false },
        fill: one.fill ? color(`${one.color}-soft`) : undefined,
        paths: one.stepped ? self.uPlot.paths.stepped({ align: 1 }) : undefined,
      }))],
      hooks: { drawAxes: [(plot) => this.drawRuns(plot)], draw: [(plot) => this.drawMarks(plot)] },
    };
  }

  short(value) {
    const unit = this.unit() === "ms" && value ? " ms" : "";
    return `${value >= 10000 ? `${value / 1000}k` : Math.round(value * 100) / 100}${unit}`;
  }

  range(high) {
    const marks = this.marks().filter((mark) => !mark.below).map((mark) => mark.threshold);
    return [0, Math.max(high ?? 0, ...marks, 1) * 1.15];
  }

  drawMarks({ ctx, bbox, valToPos }) {
    for (const { threshold, words, below } of this.marks()) {
      const y = Math.round(valToPos(threshold, "y", true));
      if (y < bbox.top || y > bbox.top + bbox.height) continue;
      ctx.save();
      ctx.strokeStyle = ctx.fillStyle = color(below ? "blue" : "bad");
      ctx.setLineDash([6, 4]);
      ctx.lineWidth = devicePixelRatio;
      line(ctx, bbox.left, y, bbox.left + bbox.width, y);
      ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
      ctx.textAlign = "left";
      ctx.textBaseline = "bottom";
      ctx.fillText(words, bbox.left + 4 * devicePixelRatio, y - 2 * devicePixelRatio);
      ctx.restore();
    }
  }

  // drawRuns marks where releases and teardowns ran.
  drawRuns({ ctx, bbox, valToPos }) {
    for (const run of this.runs()) {
      const left = Math.max(bbox.left, valToPos(run.from, "x", true)), right = Math.min(bbox.left + bbox.width, valToPos(run.to, "x", true));
      if (right < left) continue;
      ctx.save();
      ctx.fillStyle = color("band");
      ctx.fillRect(left, bbox.top, Math.max(right - left, 2 * devicePixelRatio), bbox.height);
      ctx.restore();
    }
  }

  update(samples) {
    const at = samples.map((sample) => Date.parse(sample.at) / 1000);
    this.data = [at, ...this.series.map((one) => samples.map(one.of))];
    if (this.plot) this.plot.setData(this.data);
    const last = samples.at(-1);
    const now = this.series.filter((one, i) => i === 0 || one.slot).map((one) => ({ slot: one.slot, value: (last && one.of(last)) ?? null })).filter(({ value }) => value !== null);
    text(this.now, now.length ? `${now.map(({ slot, value }) => `${slot ? `${slot} ` : ""}${number(value)}`).join(", ")} ${this.unit()}` : "");
    const drawn = this.series.map((one, i) => !one.slot || this.data[i + 1].some((value) => value !== null));
    [...this.key.children].forEach((item, i) => (item.hidden = !drawn[i]));
    attribute(this.area, "aria-label", `${this.name}: ${this.series.filter((_, i) => drawn[i]).map((one) => `${one.label} ${number(last ? one.of(last) : null)}`).join(", ")} ${this.unit()}. ${this.marks().map((mark) => mark.words).join(", ")}`);
  }
}

function line(ctx, x, y, toX, toY) {
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(toX, toY);
  ctx.stroke();
}

let span = 300; // minutes of the metrics

// minute is how many seconds a minute of the metrics takes.
export const minute = () => 60 / (store.status?.pace || 1);

// window is the time that all charts show, in seconds. It grows with what there is to show.
export function window() {
  const now = Date.now() / 1000;
  const first = store.samples.length ? Date.parse(store.samples[0].at) / 1000 : now;
  return [now - Math.min(span * minute(), Math.max(60 * minute(), now - first)), now];
}

// showSpan sets how many minutes of the metrics the charts show.
export function showSpan(minutes) {
  span = minutes;
}
