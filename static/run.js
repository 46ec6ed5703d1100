// A run's page while it runs: progress and log lines straight from the events, everything else by asking for the
// page's own partial again, once a second at most. Without this file the page is whole and says how to reload.
import { remember, replace } from "./parts.js";

(() => {
  const page = document.getElementById("run-live");
  if (!page || !page.dataset.runEvents) return;
  const said = document.getElementById("run-said");
  const connection = document.getElementById("run-connection");
  const REFRESH_MS = 1000;
  const PROGRESS_REFRESH_MS = 5000; // the time left is the server's to say
  const RETRY_MS = 2000;
  page.querySelectorAll("[data-part]").forEach(remember);
  let last = Number(page.dataset.after); // the last event that was seen: what to read on from
  let source = null;
  let asking = false;
  let wanted = false;
  let ended = false;
  let askedAt = 0;

  // A log line carries both languages; what an older version's job says is one string.
  function words(text) {
    return String(text?.[document.documentElement.lang.startsWith("zh") ? "zh" : "en"] ?? text);
  }

  function progress(body) {
    document.querySelectorAll("#run-progress, .step-fill").forEach((bar) => (bar.value = body.share));
    if (Date.now() - askedAt > PROGRESS_REFRESH_MS) ask();
  }

  async function refresh() {
    asking = true;
    wanted = false;
    askedAt = Date.now();
    try {
      const answer = await fetch(location.pathname, { headers: { "HX-Request": "true" }, cache: "no-store" });
      if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("run-live");
      const waits = [...fresh.querySelectorAll("[data-part]")].map(replace).includes(false);
      if (said.textContent !== fresh.dataset.said) said.textContent = fresh.dataset.said;
      document.title = fresh.dataset.title;
      ended = !fresh.dataset.runEvents && !waits;
      wanted ||= waits;
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

  function lost(isLost) {
    connection.hidden = !isLost;
    connection.textContent = isLost ? page.dataset.lost : "";
  }

  // An event that was seen is not taken again, whichever way the connection came back.
  function take(kind, event) {
    const seq = Number(event.lastEventId || 0);
    const isNumbered = event.lastEventId !== "" && kind !== "end";
    if (isNumbered && seq <= last && kind !== "state") return;
    last = Math.max(last, seq);
    const body = JSON.parse(event.data);
    if (kind === "log") document.dispatchEvent(new CustomEvent("run:log", { detail: { seq, text: words(body.text) } }));
    else if (kind === "progress") progress(body);
    else if (kind === "end") finish();
    else ask();
  }

  function finish() {
    source.close();
    lost(false);
    ask();
  }

  // The browser tries again by itself, but not after an answer that is an error, as while the server starts anew.
  function connect() {
    source = new EventSource(`${page.dataset.runEvents}?after=${last}`);
    ["log", "progress", "stage", "scalar", "result", "figure", "artifact", "environment", "state", "end"].forEach((kind) =>
      source.addEventListener(kind, (event) => take(kind, event)),
    );
    source.onopen = () => lost(false);
    source.onerror = () => {
      if (ended) return source.close();
      lost(true);
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, RETRY_MS);
    };
  }

  connect();
  window.addEventListener("online", () => {
    if (ended) return;
    source.close();
    connect();
  });
})();
