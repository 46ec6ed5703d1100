// Draws the timeline with Plotly, which comes with its Python package and is fetched after the page has been read.
// Without this file the table says the same.
import { draw, layout, options, styleOf, theme } from "./plots.js";

const PATTERNS = ["", "/", "x", "-", "|", "+", ".", "\\"]; // a subject is told without its colour, too

function show(figure, chart) {
  const traces = chart.series.map((series, index) => ({
    type: "bar",
    name: series.label,
    x: chart.years,
    y: series.counts,
    customdata: series.urls,
    marker: { color: styleOf(figure, `family-title family-${series.hue}`), pattern: { shape: PATTERNS[index % PATTERNS.length], fillmode: "overlay", fgcolor: theme().paper, solidity: 0.15 } },
    hovertemplate: `%{x} · ${series.label}: %{y}<extra></extra>`,
  }));
  const narrow = figure.clientWidth < 600;
  const look = layout({
    barmode: "stack",
    height: narrow ? 460 : 420,
    margin: { l: 44, r: 8, t: 8, b: narrow ? 150 : 48 },
    xaxis: { dtick: narrow ? 2 : 1, tickformat: "d" },
    yaxis: { title: { text: chart.axis } },
    legend: narrow ? { orientation: "h", y: -0.15 } : { x: 1.01, y: 1 },
  });
  Plotly.react("timeline-plot", traces, look, options);
}

const figure = document.getElementById("timeline");
const data = document.getElementById("timeline-data");
if (figure && data) {
  const chart = JSON.parse(data.textContent);
  draw(figure.dataset.library, () => (figure.hidden = false), () => {
    show(figure, chart);
    const plot = document.getElementById("timeline-plot");
    plot.removeAllListeners("plotly_click");
    plot.on("plotly_click", (event) => location.assign(event.points[0].customdata));
  });
}
