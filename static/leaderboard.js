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

// Names of the front's marks on the side where nothing can lie; every second one higher, as neighbours may be close.
function labels() {
  const [low, high] = board.x.range.map(Math.log10);
  return board.front.labels.map((label, index) => {
    const share = (Math.log10(label.x) - low) / (high - low);
    const toTheLeft = board.front.rises ? share > 0.4 : share > 0.6;
    return {
      x: Math.log10(label.x),
      y: label.y,
      text: label.text,
      xanchor: toTheLeft ? "right" : "left",
      ax: toTheLeft ? -10 : 10,
      ay: index % 2 ? -44 : -24,
      showarrow: true,
      arrowhead: 0,
      arrowwidth: 1,
      arrowcolor: theme().line,
      standoff: 6,
      font: { color: styleOf(figure, `board-colour ${label.look}`), size: 12 },
    };
  });
}

function show() {
  const look = layout({
    showlegend: false,
    hovermode: "closest",
    height: narrow ? 380 : 470,
    margin: { l: 50, r: 8, t: 12, b: 48 },
    xaxis: { type: "log", range: board.x.range.map(Math.log10), title: { text: board.x.title }, tickvals: board.x.ticks, ticktext: board.x.words, minor: { ticks: "" } },
    yaxis: { title: { text: board.y.title } },
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
