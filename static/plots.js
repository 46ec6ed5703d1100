// What the pages' Plotly charts share: the library, fetched after the page has been read; colours out of the
// stylesheet, so that both themes fit; and a mode bar with nothing that sends a chart to another host.

export const options = { displaylogo: false, responsive: true, modeBarButtons: [["toImage", "zoom2d", "pan2d", "resetScale2d"]] };

// What an element with these classes, put into `box`, has as a property: the stylesheet's colour in this theme.
export function styleOf(box, classes, property = "color") {
  const probe = document.createElement("span");
  probe.className = classes;
  box.append(probe);
  const found = getComputedStyle(probe)[property];
  probe.remove();
  return found;
}

export function theme() {
  const body = getComputedStyle(document.body);
  const line = getComputedStyle(document.querySelector("footer")).borderTopColor;
  return { ink: body.color, paper: body.backgroundColor, font: body.fontFamily, line };
}

// A layout on the page's own ground, in the page's own letters.
export function layout(more) {
  const { ink, line, font } = theme();
  const axis = { gridcolor: line, zerolinecolor: line };
  const clear = "rgba(0,0,0,0)";
  return {
    paper_bgcolor: clear,
    plot_bgcolor: clear,
    font: { family: font, color: ink, size: 13 },
    ...more,
    xaxis: { ...axis, ...more.xaxis },
    yaxis: { ...axis, ...more.yaxis },
  };
}

// Fetches the library and draws; draws again when the system's theme changes. `begin` runs once, before the first time.
export function draw(library, begin, drawing) {
  const script = document.createElement("script");
  script.src = library;
  script.onload = () => {
    begin();
    drawing();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawing);
  };
  document.head.append(script);
}
