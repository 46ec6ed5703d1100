// Zoom and smoothing for line charts that the server drew: drag over a stretch, turn the wheel with Ctrl, or use the
// buttons and keys (+ - arrows, 0 for the whole curve). The first use fetches every line's points where it says where
// they are. Smoothing is an exponential moving average, drawn over the pale raw line; it is off until it is asked for.
// Without this file the charts stand as they are, with their numbers below.
const SVG = "http://www.w3.org/2000/svg";
const POINTS = 2000;
const DRAWN_WHOLE = 100; // a line that was drawn with fewer points has no others
const FRESH_MS = 15000;
const LABEL_GAP_PX = 30;
const KEYS = { "+": "in", "=": "in", "-": "out", 0: "reset", Escape: "reset", ArrowLeft: "left", ArrowRight: "right" };
const answers = new Map();
const remembered = new Map(); // what the reader has set, for a chart that is drawn anew while a run works

function element(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  if (text !== undefined) made.textContent = text;
  return made;
}

// Round values, 1, 2 or 5 times a power of ten, within low..high.
function ticks(low, high, about = 5) {
  const rough = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * (1 - 1e-9));
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) found.push(Number((i * step).toPrecision(12)));
  return found;
}

const words = (value) => String(Number(value.toPrecision(4))).replace("-", "\u2212");

// The mean begins at nothing and is divided by the weight it has by then, so that its first values are not drawn to 0.
function smoothed(points, weight) {
  let mean = 0;
  let share = 0;
  return points.map(([x, y]) => {
    mean = weight * mean + (1 - weight) * y;
    share = weight * share + (1 - weight);
    return [x, mean / share];
  });
}

// A chart of a run that works is drawn anew every second; its points need not be fetched as often.
function fetched(address) {
  const kept = answers.get(address);
  if (kept && Date.now() - kept.at < FRESH_MS) return kept.json;
  const json = fetch(address).then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`the server answered ${answer.status}`))));
  answers.set(address, { at: Date.now(), json });
  return json;
}

class ChartTools {
  constructor(figure) {
    this.figure = figure;
    this.svg = figure.querySelector("svg[data-domain]");
    this.tools = figure.querySelector(".chart-tools");
    [this.left, this.top, this.right, this.bottom] = this.svg.dataset.plot.split(" ").map(Number);
    const [x0, x1, y0, y1] = this.svg.dataset.domain.split(" ").map(Number);
    this.whole = { x: [x0, x1], y: [y0, y1] };
    const kept = remembered.get(figure.id) || { x: null, weight: 0 };
    this.x = kept.x; // the stretch that is shown; null: all of it
    this.weight = kept.weight;
    this.lines = [...this.svg.querySelectorAll(".lines > .series")].map((group) => this.lineOf(group));
    this.labels = [...this.svg.querySelectorAll(".line-labels > .series")];
    this.tools.hidden = false;
    this.svg.setAttribute("tabindex", "0");
    this.listen();
    if (this.x || this.weight) this.change();
  }

  // What was drawn, read back from the path; all points come later, where the line says from where.
  lineOf(group) {
    const path = group.querySelector(".line");
    const places = path.getAttribute("d").slice(1).split("L").map((pair) => pair.split(" ").map(Number));
    const points = places.map(([px, py]) => [this.value(px, "x"), this.value(py, "y")]);
    return { group, path, points, mark: group.querySelector(".mark"), drawn: path.getAttribute("d") };
  }

  value(px, axis) {
    const [low, high] = this.shown ? this.shown[axis] : this.whole[axis];
    const [start, end] = axis === "x" ? [this.left, this.right] : [this.bottom, this.top];
    return low + ((px - start) / (end - start)) * (high - low);
  }

  px(value, axis) {
    const [low, high] = this.shown[axis];
    const [start, end] = axis === "x" ? [this.left, this.right] : [this.bottom, this.top];
    return Math.round(10 * (start + ((value - low) / (high - low)) * (end - start))) / 10;
  }

  // Only where the server has left points out.
  async load() {
    const thinned = this.lines.filter((line) => line.group.dataset.source && line.points.length > DRAWN_WHOLE);
    const sources = new Set(thinned.map((line) => line.group.dataset.source));
    await Promise.all([...sources].map((source) => this.fill(source, thinned.filter((line) => line.group.dataset.source === source))));
  }

  async fill(source, lines) {
    const names = lines.map((line) => line.group.dataset.name).join(",");
    try {
      const series = await fetched(`${source}?points=${POINTS}&names=${encodeURIComponent(names)}`);
      lines.forEach((line) => {
        const factor = Number(line.group.dataset.factor);
        const points = series[line.group.dataset.name];
        if (points?.length) line.points = points.map(([x, y]) => [x, factor * y]);
      });
    } catch (error) {
      console.warn("the chart keeps the points it has:", error);
    }
  }

  async change() {
    remembered.set(this.figure.id, { x: this.x, weight: this.weight });
    const slider = this.tools.querySelector('[data-tool="smooth"]');
    slider.value = this.weight;
    const output = this.tools.querySelector("output");
    output.dataset.off ??= output.textContent;
    output.textContent = this.weight ? this.weight.toFixed(2) : output.dataset.off;
    if (this.x || this.weight) await (this.loading ??= this.load());
    this.draw();
  }

  draw() {
    const x = this.x || this.whole.x;
    const within = this.lines.flatMap((line) => line.points.filter((point) => point[0] >= x[0] && point[0] <= x[1]).map((point) => point[1]));
    let y = this.whole.y;
    if (this.x && within.length) {
      const [low, high] = [Math.min(...within), Math.max(...within)];
      const pad = (high - low || Math.abs(high) || 1) * 0.06;
      y = [low - pad, high + pad];
    }
    this.shown = { x, y };
    this.drawTicks();
    const ends = this.lines.map((line) => this.drawLine(line));
    this.placeLabels(ends);
  }

  drawTicks() {
    const frame = this.svg.querySelector(".ticks");
    frame.replaceChildren();
    ticks(...this.shown.y).forEach((value) => {
      const at = this.px(value, "y");
      frame.append(element("path", { class: "grid", d: `M${this.left} ${at}H${this.right}` }));
      frame.append(element("text", { class: "tick", x: this.left - 6, y: at + 4, "text-anchor": "end" }, words(value)));
    });
    ticks(...this.shown.x).forEach((value) => {
      frame.append(element("text", { class: "tick", x: this.px(value, "x"), y: this.bottom + 17, "text-anchor": "middle" }, words(value)));
    });
  }

  // Returns the height at which the line leaves on the right.
  drawLine(line) {
    const path = (points) => {
      const [low, high] = this.shown.x;
      const first = Math.max(0, points.findIndex((point) => point[0] >= low) - 1);
      const beyond = points.findIndex((point) => point[0] > high);
      const shown = points.slice(first, beyond < 0 ? undefined : beyond + 1);
      return shown.map((point) => `${this.px(point[0], "x")} ${this.px(point[1], "y")}`);
    };
    const isWhole = !this.x && !this.weight;
    const raw = path(line.points);
    line.path.setAttribute("d", isWhole ? line.drawn : `M${raw.join("L")}`);
    line.group.classList.toggle("pale", this.weight > 0);
    line.mark.toggleAttribute("hidden", !isWhole);
    line.group.querySelector(".smooth")?.remove();
    let last = line.points.findLast((point) => point[0] <= this.shown.x[1]) || line.points[0];
    if (this.weight) {
      const soft = smoothed(line.points, this.weight);
      line.group.append(element("path", { class: "line smooth", d: `M${path(soft).join("L")}` }));
      last = soft.findLast((point) => point[0] <= this.shown.x[1]) || soft[0];
    }
    this.clip(line.group);
    return this.px(last[1], "y");
  }

  clip(group) {
    const id = `${this.figure.id}-clip`;
    if (!this.svg.getElementById(id)) {
      const shape = element("clipPath", { id });
      shape.append(element("rect", { x: this.left - 4, y: this.top - 4, width: this.right - this.left + 8, height: this.bottom - this.top + 8 }));
      this.svg.append(shape);
    }
    group.setAttribute("clip-path", `url(#${id})`);
  }

  // Beside the ends of the lines, moved apart where the ends are close, as on the server.
  placeLabels(wanted) {
    const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b]);
    const heights = [];
    order.forEach((line, i) => (heights[i] = Math.max(wanted[line], i ? heights[i - 1] + LABEL_GAP_PX : this.top + 8)));
    let floor = this.bottom - 8;
    for (let i = heights.length - 1; i >= 0; i--) {
      heights[i] = Math.min(heights[i], floor);
      floor = heights[i] - LABEL_GAP_PX;
    }
    order.forEach((line, i) => {
      const label = this.labels[line];
      label?.setAttribute("transform", `translate(0 ${heights[i] - Number(label.dataset.height)})`);
    });
  }

  // --- what the reader does
  zoom(low, high) {
    const [first, last] = this.whole.x;
    const x = [Math.max(first, low), Math.min(last, high)];
    if (x[1] - x[0] <= 0) return;
    this.x = x[0] <= first && x[1] >= last ? null : x;
    this.change();
  }

  scale(factor, about) {
    const [low, high] = this.x || this.whole.x;
    const middle = about ?? (low + high) / 2;
    this.zoom(middle - (middle - low) * factor, middle + (high - middle) * factor);
  }

  act(what, about) {
    const [low, high] = this.x || this.whole.x;
    if (what === "in") this.scale(0.5, about);
    if (what === "out") this.scale(2, about);
    if (what === "reset") {
      this.x = null;
      this.change();
    }
    const by = (high - low) / 4;
    if (what === "left" && low > this.whole.x[0]) this.zoom(Math.max(this.whole.x[0], low - by), Math.max(this.whole.x[0], low - by) + high - low);
    if (what === "right" && high < this.whole.x[1]) this.zoom(Math.min(this.whole.x[1], high + by) - (high - low), Math.min(this.whole.x[1], high + by));
  }

  xOf(event) {
    const box = this.svg.getBoundingClientRect();
    const px = ((event.clientX - box.left) / box.width) * this.svg.viewBox.baseVal.width;
    this.shown ??= this.whole;
    return this.value(Math.min(this.right, Math.max(this.left, px)), "x");
  }

  listen() {
    this.tools.addEventListener("click", (event) => {
      const what = event.target.closest("button")?.dataset.tool;
      if (what) this.act(what, this.pointed);
    });
    this.tools.querySelector('[data-tool="smooth"]').addEventListener("input", (event) => {
      this.weight = Number(event.target.value);
      this.change();
    });
    this.svg.addEventListener("keydown", (event) => {
      const what = KEYS[event.key];
      if (!what || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.act(what);
    });
    this.svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // the page scrolls
      event.preventDefault();
      this.scale(event.deltaY > 0 ? 1.25 : 0.8, this.xOf(event));
    }, { passive: false });
    this.svg.addEventListener("dblclick", () => this.act("reset"));
    this.drag();
  }

  drag() {
    let from = null;
    let band = null;
    this.svg.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || event.pointerType === "touch") return; // a finger scrolls
      from = this.xOf(event);
      this.svg.setPointerCapture(event.pointerId);
      band = element("rect", { class: "zoom-band", y: this.top, height: this.bottom - this.top, width: 0 });
      this.svg.append(band);
    });
    this.svg.addEventListener("pointermove", (event) => {
      if (from === null) return;
      const [low, high] = [this.px(from, "x"), this.px(this.xOf(event), "x")].sort((a, b) => a - b);
      band.setAttribute("x", low);
      band.setAttribute("width", high - low);
    });
    const end = (event) => {
      if (from === null) return;
      band.remove();
      const to = this.xOf(event);
      const wide = Math.abs(this.px(to, "x") - this.px(from, "x"));
      if (event.type === "pointerup" && wide > 6) this.zoom(Math.min(from, to), Math.max(from, to));
      else this.pointed = to; // where the buttons zoom in
      from = null;
    };
    this.svg.addEventListener("pointerup", end);
    this.svg.addEventListener("pointercancel", end);
  }
}

function enhance(part) {
  part.querySelectorAll(".chart-frame").forEach((figure) => {
    if (figure.querySelector(".chart-tools[hidden]") && figure.querySelector("svg[data-domain]")) new ChartTools(figure);
  });
}

enhance(document);
document.addEventListener("part:replaced", (event) => enhance(event.detail));
