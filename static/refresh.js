// Parts of a page that change by themselves: an element with an id and `data-refresh`, the address of its fresh self.
// It is asked for again until it comes without that mark. Without this file the page is whole; a link reloads it.
const EVERY_MS = 2000;
const AFTER_A_FAILURE_MS = 10_000;
const said = document.getElementById("refresh-said");

const later = (id, wait) => setTimeout(() => refresh(id), wait);

async function refresh(id) {
  const old = document.getElementById(id);
  if (!old?.dataset.refresh) return;
  if (document.hidden) {
    document.addEventListener("visibilitychange", () => refresh(id), { once: true });
    return;
  }
  try {
    const answer = await fetch(old.dataset.refresh, { headers: { "HX-Request": "true" }, cache: "no-store" });
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
    if (!fresh) throw new Error(`no part named ${id} came back`);
    replace(document.getElementById(id), fresh);
    later(id, EVERY_MS);
  } catch (error) {
    console.warn("a part of the page could not be refreshed:", error);
    later(id, AFTER_A_FAILURE_MS);
  }
}

// What has the focus keeps it; what is said aloud is said only when it changes.
function replace(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  old.replaceWith(fresh);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  if (said && fresh.dataset.said && said.textContent !== fresh.dataset.said) said.textContent = fresh.dataset.said;
}

document.querySelectorAll("[data-refresh]").forEach((part) => later(part.id, EVERY_MS));
