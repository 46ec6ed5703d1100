// Draws the timeline with Plotly, which comes with its Python package and is fetched after the page has been read.
// Without this file the table says the same.
(() => {
  const figure = document.getElementById("timeline");
  const data = document.getElementById("timeline-data");
  if (!figure || !data) return;
  const chart = JSON.parse(data.textContent);
  const PATTERNS = ["", "/", "x", "-", "|", "+", ".", "\\"]; // a subject is told without its colour, too

  // The colour of a class as the stylesheet gives it in this theme.
  function colour(name) {
    const probe = document.createElement("span");
    probe.className = `family-title ${name}`;
    figure.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  }

  function draw() {
    const ink = getComputedStyle(document.body).color;
    const paper = getComputedStyle(document.body).backgroundColor;
    const line = getComputedStyle(document.querySelector("footer")).borderTopColor;
    const traces = chart.series.map((series, index) => ({
      type: "bar",
      name: series.label,
      x: chart.years,
      y: series.counts,
      customdata: series.urls,
      marker: { color: colour(`family-${series.hue}`), pattern: { shape: PATTERNS[index % PATTERNS.length], fillmode: "overlay", fgcolor: paper, solidity: 0.15 } },
      hovertemplate: `%{x} · ${series.label}: %{y}<extra></extra>`,
    }));
    const narrow = figure.clientWidth < 600;
    const layout = {
      barmode: "stack",
      height: narrow ? 460 : 420,
      margin: { l: 44, r: 8, t: 8, b: narrow ? 150 : 48 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, color: ink, size: 13 },
      xaxis: { dtick: narrow ? 2 : 1, tickformat: "d", gridcolor: line },
      yaxis: { title: { text: chart.axis }, gridcolor: line, zerolinecolor: line },
      legend: narrow ? { orientation: "h", y: -0.15 } : { x: 1.01, y: 1 },
    };
    const options = { displaylogo: false, responsive: true, modeBarButtons: [["toImage", "zoom2d", "pan2d", "resetScale2d"]] }; // none that sends the chart to another host
    Plotly.react("timeline-plot", traces, layout, options);
  }

  const script = document.createElement("script");
  script.src = figure.dataset.library;
  script.onload = () => {
    figure.hidden = false;
    draw();
    document.getElementById("timeline-plot").on("plotly_click", (event) => location.assign(event.points[0].customdata));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  };
  document.head.append(script);
})();
