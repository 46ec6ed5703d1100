// A run's page while it runs: progress and log lines straight from the events, everything else by asking for the
// page's own partial again, once a second at most. Without this file the page is whole and says how to reload.
(() => {
  const page = document.getElementById("run-live");
  if (!page || !page.dataset.runEvents) return;
  const said = document.getElementById("run-said");
  const REFRESH_MS = 1000;
  const RETRY_MS = 5000;
  const LOG_LINES = 14;
  const served = new Map([...page.querySelectorAll("[data-part]")].map((part) => [part.id, part.outerHTML]));
  let asking = false;
  let wanted = false;
  let ended = false;

  function progress(body) {
    const bar = document.getElementById("run-progress");
    if (bar) bar.value = body.share;
  }

  function log(body) {
    const lines = document.getElementById("run-log-lines");
    if (!lines) return;
    const kept = lines.textContent.split("\n").filter(Boolean).slice(1 - LOG_LINES);
    lines.textContent = [...kept, body.text].join("\n") + "\n";
    lines.scrollTop = lines.scrollHeight;
  }

  // Only parts that the server says differently are replaced; what the reader has opened or focused stays so.
  function replace(part) {
    const old = document.getElementById(part.id);
    if (!old || served.get(part.id) === part.outerHTML) return;
    served.set(part.id, part.outerHTML);
    const open = [...old.querySelectorAll("details[open][id]")].map((details) => details.id);
    const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    old.replaceWith(part);
    open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    if (focused) document.getElementById(focused)?.focus();
  }

  async function refresh() {
    asking = true;
    wanted = false;
    try {
      const answer = await fetch(location.pathname, { headers: { "HX-Request": "true" }, cache: "no-store" });
      if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("run-live");
      fresh.querySelectorAll("[data-part]").forEach(replace);
      if (said.textContent !== fresh.dataset.said) said.textContent = fresh.dataset.said;
      document.title = fresh.dataset.title;
      ended = !fresh.dataset.runEvents;
      if (ended) page.removeAttribute("data-run-events");
    } catch (error) {
      wanted = true; // the next event, or the timer, asks again
      console.warn("the run's page could not be refreshed:", error);
    }
    setTimeout(() => {
      asking = false;
      if (wanted && !ended) refresh();
    }, REFRESH_MS);
  }

  function ask() {
    wanted = true;
    if (!asking) refresh();
  }

  const source = new EventSource(`${page.dataset.runEvents}?after=${page.dataset.after}`);
  const on = (kind, act) => source.addEventListener(kind, (event) => act(JSON.parse(event.data)));
  on("progress", progress);
  on("log", log);
  ["log", "stage", "scalar", "result", "figure", "artifact", "environment", "state"].forEach((kind) => on(kind, ask));
  on("end", () => {
    source.close();
    ask();
  });
  source.onerror = () => {
    if (source.readyState !== EventSource.CLOSED || ended) return;
    const timer = setInterval(() => (ended ? clearInterval(timer) : ask()), RETRY_MS);
  };
})();
