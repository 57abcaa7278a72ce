// The state machine as a graph. Where everything stands comes from the server; here it is only
// recolored.
import { get } from "./api.js";
import { attribute, h, s, text } from "./dom.js";
import { culprit, phases, title } from "./words.js";

const drawings = new Map(); // by kind: a promise

export function drawing(kind) {
  if (!drawings.has(kind)) {
    const asked = get(`/api/drawings/${kind}`);
    asked.catch(() => drawings.delete(kind));
    drawings.set(kind, asked);
  }
  return drawings.get(kind);
}

// signs are drawn around the middle of a badge.
const signs = {
  succeeded: "M-3.5 .5-1 3 3.5-2.5", failed: "M-3-3 3 3M3-3-3 3", caught: "M0-4V1M0 3.4V3.6", stopped: "M-2.5-2.5H2.5V2.5H-2.5Z",
  retrying: "M3.4 1A3.5 3.5 0 1 1 2.4-2.6M3.2-4.6V-2H.6",
};

// Graph draws one state machine; choose is called with a state's name.
export class Graph {
  constructor(layout, choose) {
    this.layout = layout;
    this.choose = choose;
    this.nodes = new Map();
    this.edges = [];
    this.canvas = this.draw();
    this.box = h("div", { class: "graph-box", tabindex: 0, role: "group", "aria-label": `The ${layout.machine} state machine` }, this.canvas);
    this.scale = 0;
    this.follow = true;
    this.box.addEventListener("wheel", () => this.leave(), { passive: true });
    this.box.addEventListener("pointerdown", () => this.leave(), { passive: true });
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    new ResizeObserver(() => this.fit()).observe(this.box);
  }

  draw() {
    const { layout } = this;
    const canvas = s("svg", { class: "graph", viewBox: `0 0 ${layout.width} ${layout.height}`, role: "presentation" });
    canvas.append(s("defs", {},
      ...["", "taken"].map((kind) => s("marker", {
        id: `arrow${kind}`, class: kind, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto",
      }, s("path", { d: "M0 0 8 4 0 8z" })))));
    const frames = layout.nodes.filter((node) => isFrame(node));
    for (const node of frames) canvas.append(s("rect", { class: `frame ${node.type}`, ...place(node), rx: 10 }));
    for (const edge of layout.edges) canvas.append(this.edge(edge));
    for (const node of frames) if (node.type === "Parallel") canvas.append(this.node(node, true));
    for (const node of layout.nodes) if (!isFrame(node)) canvas.append(this.node(node, false));
    return canvas;
  }

  edge(edge) {
    const path = s("path", { class: `way ${edge.kind}`, d: rounded(edge.points), "marker-end": "url(#arrow)" });
    this.edges.push({ edge, path });
    const at = edge.at ?? null;
    const label = edge.label && at ? s("text", { class: "way-label", x: at[0], y: at[1] }, edge.label) : null;
    return s("g", {}, path, label);
  }

  node(node, isParallel) {
    const box = isParallel ? { x: node.x, y: node.y, width: node.w, height: node.h } : place(node);
    const middle = isParallel ? { x: node.x + node.w / 2, y: node.y + 22 } : { x: node.x + node.w / 2, y: node.y + node.h / 2 };
    const name = s("text", { class: "name", ...middle }, node.type === "Wait" && node.note ? node.note : title(node.id));
    const sign = s("path", { class: "sign", transform: `translate(${box.x + 2} ${box.y + 2})` });
    const badge = s("circle", { class: "badge", cx: box.x + 2, cy: box.y + 2, r: 8 });
    const count = s("text", { class: "count", x: box.x + box.width + 4, y: box.y + 5 });
    const group = s("g", {
      class: `state ${node.type}`, tabindex: -1, role: "button", "data-state": node.id, "data-phase": "waiting",
      onclick: () => this.choose(node.id),
    }, s("rect", { class: "box", ...box, rx: node.type === "Wait" || node.type === "Choice" ? box.height / 2 : 8 }),
    s("rect", { class: "ring", x: box.x - 4, y: box.y - 4, width: box.width + 8, height: box.height + 8, rx: 12 }), name, badge, sign);
    this.nodes.set(node.id, { node, group, sign, count });
    return s("g", {}, group, count);
  }

  // update recolors; chosen is the name of the state that is looked at.
  update(run, chosen) {
    const states = new Map((run?.states ?? []).map((state) => [state.name, state]));
    for (const [name, shown] of this.nodes) this.updateNode(shown, states.get(name), name === chosen);
    const taken = new Set((run?.ways ?? []).map((way) => `${way.from}>${way.to}>${way.caught}`));
    for (const { edge, path } of this.edges) {
      const isTaken = taken.has(`${edge.from}>${edge.to}>${edge.kind === "catch"}`);
      path.classList.toggle("taken", isTaken);
      attribute(path, "marker-end", isTaken ? "url(#arrowtaken)" : "url(#arrow)");
    }
    this.followRun(run);
  }

  updateNode({ node, group, sign, count }, state, isChosen) {
    const phase = state?.phase ?? "waiting";
    const visit = state?.visits.at(-1);
    const attempt = phase === "retrying" ? `attempt ${visit.attempts}` : "";
    const often = state?.visits.length > 1 ? `×${state.visits.length}` : "";
    attribute(group, "data-phase", phase);
    attribute(count, "data-phase", phase);
    attribute(group, "aria-pressed", isChosen ? "true" : "false");
    attribute(group, "aria-label", [title(node.id), node.type === "Wait" ? node.note : "", phases[phase], attempt || often].filter(Boolean).join(", "));
    attribute(sign, "d", signs[phase] ?? "");
    text(count, attempt || often);
    attribute(group, "tabindex", isChosen || (!this.hasChosen && state) ? 0 : -1);
  }

  // followRun keeps the running states in sight, or the one that failed, until somebody looks elsewhere by hand.
  followRun(run) {
    const active = run?.states.filter((state) => ["running", "retrying"].includes(state.phase) && state.type !== "Parallel") ?? [];
    const at = active.at(-1)?.name ?? culprit(run)?.name ?? run?.states.filter((state) => state.type !== "Parallel").at(-1)?.name;
    if (!this.follow || !at || at === this.shown) return;
    this.shown = at;
    this.reveal(at);
  }

  reveal(name) {
    const { node } = this.nodes.get(name) ?? {};
    if (!node) return;
    const { box, scale } = this;
    const smooth = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
    box.scrollTo({
      left: (node.x + node.w / 2) * scale - box.clientWidth / 2, top: (node.y + node.h / 2) * scale - box.clientHeight / 2, behavior: smooth,
    });
  }

  leave() {
    if (!this.follow) return;
    this.follow = false;
    this.onfollow?.(false);
  }

  followAgain() {
    this.follow = true;
    this.shown = null;
    this.onfollow?.(true);
  }

  // fit begins with the width of the box, as far as names stay readable.
  fit() {
    if (!this.box.clientWidth) return;
    if (!this.zoomed) this.zoom(Math.min(1, Math.max(0.62, (this.box.clientWidth - 2) / this.layout.width)));
    this.shown = null;
  }

  zoom(scale) {
    this.scale = Math.min(2, Math.max(0.25, scale));
    attribute(this.canvas, "width", Math.round(this.layout.width * this.scale));
    attribute(this.canvas, "height", Math.round(this.layout.height * this.scale));
  }

  zoomBy(factor) {
    this.zoomed = true;
    const { box, scale } = this;
    const x = (box.scrollLeft + box.clientWidth / 2) / scale, y = (box.scrollTop + box.clientHeight / 2) / scale;
    this.zoom(scale * factor);
    box.scrollTo({ left: x * this.scale - box.clientWidth / 2, top: y * this.scale - box.clientHeight / 2, behavior: "instant" });
  }

  // zoomWhole shows all of it, in whatever size that is.
  zoomWhole() {
    this.zoomed = true;
    this.zoom(Math.min(this.box.clientWidth / this.layout.width, this.box.clientHeight / this.layout.height));
  }

  // onKey: the graph is one stop of the Tab key; arrows go from state to state, Enter chooses.
  onKey(event) {
    const at = event.target.closest?.("[data-state]");
    if (!at && event.target !== this.box) return;
    if (at && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      this.choose(at.dataset.state);
      return;
    }
    const way = { ArrowDown: [0, 1], ArrowUp: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] }[event.key];
    if (!way || !at) return;
    event.preventDefault();
    const next = this.nearest(this.nodes.get(at.dataset.state).node, way);
    next?.group.focus();
    if (next) this.reveal(next.node.id);
  }

  // nearest is the closest state in a direction.
  nearest(from, [dx, dy]) {
    const middle = (node) => [node.x + node.w / 2, node.type === "Parallel" ? node.y : node.y + node.h / 2];
    const [x, y] = middle(from);
    let best, least = Infinity;
    for (const shown of this.nodes.values()) {
      const [ox, oy] = middle(shown.node);
      const along = (ox - x) * dx + (oy - y) * dy, across = Math.abs((ox - x) * dy) + Math.abs((oy - y) * dx);
      if (along <= 1 || along + 3 * across >= least) continue;
      best = shown;
      least = along + 3 * across;
    }
    return best;
  }
}

const isFrame = (node) => node.type === "Parallel" || node.type === "Branch";
const place = ({ x, y, w, h: height }) => ({ x, y, width: w, height });

// rounded is the path along the points, its corners rounded.
function rounded(points) {
  const radius = 6;
  return points.map(([x, y], i) => {
    if (i === 0) return `M${x} ${y}`;
    if (i === points.length - 1) return `L${x} ${y}`;
    const before = toward(points[i], points[i - 1], radius), after = toward(points[i], points[i + 1], radius);
    return `L${before} Q${x} ${y} ${after}`;
  }).join("");
}

function toward([x, y], [tx, ty], most) {
  const length = Math.hypot(tx - x, ty - y) || 1;
  const part = Math.min(most, length / 2) / length;
  return `${(x + (tx - x) * part).toFixed(1)} ${(y + (ty - y) * part).toFixed(1)}`;
}
