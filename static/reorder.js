// Rows are moved without leaving the page: buttons keep their focus, a grip takes the pointer, and each move is said.
// Every move is one of the page's own forms, sent as it stands; the page that answers takes the place of this one.
// Without this file the same forms lead to the same page.
const live = document.getElementById("live");
const ROW = "[data-row]";
const EDGE_PX = 60; // this near to the window's edge, a drag scrolls
let drag = null;

function board() {
  return document.querySelector("[data-reorder]");
}

// Says what the page says about the move: emptied first, so that the same words twice are heard twice.
function say(words) {
  live.textContent = "";
  setTimeout(() => (live.textContent = words), 50);
}

function show(html, address) {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-reorder]");
  if (!fresh) return location.assign(address);
  board().replaceWith(fresh);
  history.replaceState(null, "", address); // so that a reload shows the same page of the list
  const target = fresh.querySelector("[autofocus]") || fresh.querySelector(".moved a, [data-said]");
  target?.focus({ preventScroll: true });
  fresh.querySelector(".moved")?.scrollIntoView({ block: "nearest" });
  say([...fresh.querySelectorAll("[data-said]")].map((said) => said.textContent).join(" "));
  arm();
}

async function send(action, body) {
  board().setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(action, { method: "POST", body });
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    show(await answer.text(), answer.url);
  } catch (error) {
    console.warn("the move was not made:", error);
    location.reload(); // shows what the server has
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-move]");
  if (!form || board().hasAttribute("aria-busy")) return form && event.preventDefault();
  event.preventDefault();
  const button = event.submitter;
  send(button?.getAttribute("formaction") || form.action, new FormData(form, button));
});

// ---- the pointer -----------------------------------------------------------------------------------------------
function arm() {
  document.querySelectorAll(".grip[hidden]").forEach((grip) => grip.removeAttribute("hidden"));
}

function unmark() {
  document.querySelectorAll(".drop-before, .drop-after").forEach((row) => row.classList.remove("drop-before", "drop-after"));
}

// Where a drop at this height would land: beside a row, or at the end of a section that has none here.
function landing(x, y) {
  const under = document.elementFromPoint(x, y);
  const row = under?.closest(ROW);
  if (row) {
    const box = row.getBoundingClientRect();
    return { row, to: y < box.top + box.height / 2 ? "before" : "after", target: row.dataset.row };
  }
  const section = under?.closest("[data-section]");
  if (!section || section.querySelector(ROW)) return null;
  return { row: section, to: "section", target: section.dataset.section };
}

function end() {
  unmark();
  drag?.row.classList.remove("dragged");
  drag = null;
}

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest(".grip");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  const row = grip.closest(ROW);
  drag = { row, landing: null };
  row.classList.add("dragged");
});

document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  if (event.clientY < EDGE_PX * 2) scrollBy(0, -EDGE_PX / 4);
  if (event.clientY > innerHeight - EDGE_PX) scrollBy(0, EDGE_PX / 4);
  unmark();
  const found = landing(event.clientX, event.clientY);
  drag.landing = found?.row === drag.row ? null : found;
  drag.landing?.row.classList.add(drag.landing.to === "before" ? "drop-before" : "drop-after");
});

document.addEventListener("pointerup", () => {
  if (!drag) return;
  const { row, landing: found } = drag;
  end();
  if (!found) return;
  const form = row.querySelector("form[data-move]");
  const body = new FormData(form);
  body.set("to", found.to);
  body.set("target", found.target);
  send(form.action, body);
});

document.addEventListener("pointercancel", end);
document.addEventListener("keydown", (event) => event.key === "Escape" && end());

arm();
