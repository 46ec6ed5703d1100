// A group's page while its runs work: asks for the page's own partial again and swaps the parts that differ.
// Without this file the page reloads itself, and has a link that does.
(() => {
  const page = document.getElementById("group-live");
  if (!page || !("live" in page.dataset)) return;
  const said = document.getElementById("group-said");
  const REFRESH_MS = 2000;
  const served = new Map([...page.querySelectorAll("[data-part]")].map((part) => [part.id, part.outerHTML]));

  // A part in which somebody types or chooses waits until they are done; what the reader has opened stays open.
  function replace(part) {
    const old = document.getElementById(part.id);
    if (!old || served.get(part.id) === part.outerHTML) return;
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    if (focused && focused.matches("input, select")) return;
    served.set(part.id, part.outerHTML);
    const open = [...old.querySelectorAll("details[open][id]")].map((details) => details.id);
    const kept = [...old.querySelectorAll("input[id]")].filter((input) => input.value !== input.defaultValue);
    old.replaceWith(part);
    open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    kept.forEach((input) => (document.getElementById(input.id).value = input.value));
    if (focused?.id) document.getElementById(focused.id)?.focus();
  }

  async function refresh() {
    let live = true;
    try {
      const headers = { "HX-Request": "true" };
      const answer = await fetch(location.pathname + location.search, { headers, cache: "no-store" });
      if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("group-live");
      fresh.querySelectorAll("[data-part]").forEach(replace);
      if (said.textContent !== fresh.dataset.said) said.textContent = fresh.dataset.said;
      document.title = fresh.dataset.title;
      live = "live" in fresh.dataset;
    } catch (error) {
      console.warn("the group's page could not be refreshed:", error);
    }
    if (live) setTimeout(refresh, REFRESH_MS);
  }

  setTimeout(refresh, REFRESH_MS);
})();
