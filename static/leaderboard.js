// The leaderboard's plot with Plotly in place of the drawing that stands on the page, and the tie between marks and
// rows: what is under the pointer, or has the focus, is marked in both. Without this file the drawing's marks lead to
// their runs, and the table says the same.
import { draw, layout, options, styleOf, theme } from "./plots.js";

const figure = document.getElementById("board-plot");
const plot = figure.querySelector(".board-interactive");
const drawing = figure.querySelector(".board-drawing");
const board = JSON.parse(document.getElementById("board-data").textContent);
const narrow = figure.clientWidth < 480;

// --- marks and rows -------------------------------------------------------------------------------------------------
const partsOf = (key) => [`network-${key}`, `mark-${key}`].map((id) => document.getElementById(id)).filter(Boolean);
const mark = (key, on) => partsOf(key).forEach((part) => part.classList.toggle("marked", on));
const unmarkAll = () => document.querySelectorAll(".marked").forEach((part) => part.classList.remove("marked"));
const drawn = (key) => document.getElementById(`mark-${key}`); // its title and its link hold for both plots
const wordsOf = (key) => drawn(key).querySelector("title").textContent;
const urlOf = (key) => drawn(key).closest("a").href.baseVal;
const placeOf = new Map(); // of each network's point in the plot
board.traces.forEach((trace, curve) => trace.points.forEach((point, index) => placeOf.set(point.key, { curveNumber: curve + 1, pointNumber: index })));

function over(row, on) {
  mark(row.dataset.key, on);
  const place = placeOf.get(row.dataset.key);
  if (plot.hidden || !place) return;
  if (on) Plotly.Fx.hover(plot, [place]);
  else Plotly.Fx.unhover(plot);
}

for (const row of document.querySelectorAll("tr[data-key]")) {
  for (const [name, on] of [["mouseenter", true], ["focusin", true], ["mouseleave", false], ["focusout", false]]) {
    row.addEventListener(name, () => over(row, on));
  }
}
for (const key of placeOf.keys()) {
  drawn(key).addEventListener("mouseenter", () => mark(key, true));
  drawn(key).addEventListener("mouseleave", () => mark(key, false));
}

// --- the plot -------------------------------------------------------------------------------------------------------
function traceOf(trace) {
  const colour = styleOf(figure, `board-colour ${trace.look}`);
  const of = (name) => trace.points.map((point) => point[name]);
  return {
    type: "scatter",
    mode: "markers",
    x: of("x"),
    y: of("y"),
    customdata: of("key"),
    marker: { color: colour, symbol: trace.symbol, opacity: 1, size: trace.points.map((point) => (point.front ? 12 : 9)), line: { width: 1.5, color: colour } },
    error_y: { type: "data", array: of("deviation"), color: colour, thickness: 1, width: 3 },
    text: of("key").map(wordsOf),
    hovertemplate: "%{text}<extra></extra>",
  };
}

// Steps, as in the drawing: from the axis up to the cheapest, level to the next, and on to the dear end.
function frontTrace() {
  const [low, high] = board.x.range;
  const { x, y } = board.front;
  const beyond = board.front.rises ? high : low;
  return {
    type: "scatter",
    mode: "lines",
    x: [...x, beyond],
    y: [...y, y.at(-1)],
    line: { shape: "hv", dash: "dot", width: 1.5, color: theme().ink },
    hoverinfo: "skip",
  };
}

// --- where things are, in pixels of the plot ------------------------------------------------------------------------
const LABEL_PX = 16;
const MARGIN = { l: 50, r: 8, t: 12, b: 48 };
const HEIGHT = narrow ? 380 : 470;
const plotWidth = () => plot.clientWidth - MARGIN.l - MARGIN.r;
const plotHeight = HEIGHT - MARGIN.t - MARGIN.b;
const up = board.y.falls ? -1 : 1; // what is better lies higher: heights are values, or the opposite of values
const reach = board.traces.flatMap((trace) => trace.points).flatMap((point) => [up * point.y - point.deviation, up * point.y + point.deviation]);
const room = (board.front.labels.length + 1) * LABEL_PX; // above the highest mark, for the names
const lowest = Math.min(...reach);
const unitsPerPx = (Math.max(...reach) - lowest || 1) / (plotHeight - room - LABEL_PX);
const yRange = [lowest - LABEL_PX * unitsPerPx, lowest + (plotHeight - LABEL_PX) * unitsPerPx];
const downOf = (height) => (yRange[1] - height) / unitsPerPx;

function acrossOf(x) {
  const [low, high] = board.x.range.map(Math.log10);
  return ((Math.log10(x) - low) / (high - low)) * plotWidth();
}

function widthOf(text) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `12px ${getComputedStyle(figure).fontFamily}`;
  return pen.measureText(text).width + 12;
}

// Names of the front's marks, each above every mark and every other name that its words would cover. The cheapest is
// placed last, so it stands highest and no line from a name to its mark crosses another name.
function labels() {
  const marks = board.traces.flatMap((trace) => trace.points).map((point) => ({ x: acrossOf(point.x), top: downOf(up * point.y + point.deviation) - 10 }));
  const placed = [];
  for (const label of board.front.labels.toReversed()) {
    const [x, y] = [acrossOf(label.x), downOf(up * label.y)];
    const width = widthOf(label.text);
    const toTheLeft = x - width > 0 && (board.front.rises || x + width > plotWidth());
    const [from, to] = toTheLeft ? [x - width, x + 6] : [x - 6, x + width];
    const covered = marks.filter((other) => other.x >= from && other.x <= to).map((other) => other.top);
    let base = Math.min(y - 14, ...covered);
    for (const other of placed.toSorted((a, b) => b.base - a.base)) {
      const meet = from < other.to && to > other.from && base > other.base - LABEL_PX && base < other.base + LABEL_PX;
      if (meet) base = other.base - LABEL_PX;
    }
    placed.push({ label, from, to, base, toTheLeft, ay: base - LABEL_PX / 2 - y });
  }
  return placed.map(({ label, toTheLeft, ay }) => ({
    x: Math.log10(label.x),
    y: label.y,
    text: label.text,
    xanchor: toTheLeft ? "right" : "left",
    ax: toTheLeft ? -6 : 6,
    ay,
    showarrow: true,
    arrowhead: 0,
    arrowwidth: 1,
    arrowcolor: theme().line,
    standoff: 6,
    font: { color: styleOf(figure, `board-colour ${label.look}`), size: 12 },
  }));
}

function show() {
  const look = layout({
    showlegend: false,
    hovermode: "closest",
    height: HEIGHT,
    margin: MARGIN,
    xaxis: { type: "log", range: board.x.range.map(Math.log10), title: { text: board.x.title }, tickvals: board.x.ticks, ticktext: board.x.words, minor: { ticks: "" } },
    yaxis: { title: { text: board.y.title }, range: yRange.map((height) => up * height), tickvals: board.y.ticks },
    annotations: labels(),
  });
  Plotly.react(plot, [frontTrace(), ...board.traces.map(traceOf)], look, options);
  plot.removeAllListeners("plotly_click");
  plot.on("plotly_hover", (event) => {
    unmarkAll();
    mark(event.points[0].customdata, true);
  });
  plot.on("plotly_unhover", unmarkAll);
  plot.on("plotly_click", (event) => location.assign(urlOf(event.points[0].customdata)));
}

draw(
  figure.dataset.library,
  () => {
    plot.hidden = false;
    drawing.hidden = true;
  },
  show,
);
