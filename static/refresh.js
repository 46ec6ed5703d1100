// Parts of a page that change by themselves: an element with an id and `data-refresh`, the address of its fresh self.
// It is asked for again until it comes without that mark. Where things in it carry `data-part`, with an id each, they
// are swapped one by one, and only those that the server says differently. Without this file the page is whole; a link
// reloads it.
import { remember, replace } from "./parts.js";

const EVERY_MS = 2000;
const AFTER_A_FAILURE_MS = 10_000;
const said = document.getElementById("refresh-said");

const later = (id, wait) => setTimeout(() => refresh(id), wait);

function partsOf(whole) {
  const parts = [...whole.querySelectorAll("[data-part]")];
  return parts.length ? parts : [whole];
}

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
    if (said && fresh.dataset.said && said.textContent !== fresh.dataset.said) said.textContent = fresh.dataset.said;
    if (fresh.dataset.title) document.title = fresh.dataset.title;
    const waits = partsOf(fresh).map(replace).includes(false);
    if (!fresh.dataset.refresh && !waits) old.removeAttribute("data-refresh");
    later(id, EVERY_MS);
  } catch (error) {
    console.warn("a part of the page could not be refreshed:", error);
    later(id, AFTER_A_FAILURE_MS);
  }
}

document.querySelectorAll("[data-refresh]").forEach((whole) => {
  partsOf(whole).forEach(remember);
  later(whole.id, EVERY_MS);
});
