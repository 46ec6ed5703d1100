// The paper's form: another row without asking the server, names of known authors, the field an address points at.
// Without this file the buttons ask the server for another row.
(() => {
  const FIELD_MS = 200;

  function addRow(box) {
    const rows = box.querySelectorAll("[data-row]");
    const row = rows[rows.length - 1].cloneNode(true);
    const total = box.querySelector('[name$="-TOTAL_FORMS"]');
    const from = `${box.dataset.rows}-${rows.length - 1}-`;
    const to = `${box.dataset.rows}-${rows.length}-`;
    for (const part of row.querySelectorAll("[name], [id], [for]")) {
      for (const name of ["name", "id", "for"]) {
        const value = part.getAttribute(name);
        if (value) part.setAttribute(name, value.replace(from, to));
      }
    }
    row.querySelectorAll(".errorlist").forEach((list) => list.remove());
    row.querySelectorAll("input").forEach((input) => {
      if (input.type === "checkbox") input.checked = false;
      else input.value = "";
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
    });
    rows[rows.length - 1].after(row);
    total.value = rows.length + 1;
    row.querySelector("input").focus();
  }

  document.querySelectorAll("[data-more]").forEach((button) => {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      addRow(button.closest("[data-rows]"));
    });
  });

  // Below the authors: names that are known and hold what stands on the line of the cursor.
  const box = document.querySelector("[data-known-authors]");
  const field = box.querySelector("textarea");
  const offers = document.createElement("p");
  offers.className = "row offers";
  offers.setAttribute("aria-live", "polite");
  field.after(offers);
  let timer;

  function line() {
    const start = field.value.lastIndexOf("\n", field.selectionStart - 1) + 1;
    const end = field.value.indexOf("\n", start);
    return [start, end < 0 ? field.value.length : end];
  }

  function take(name) {
    const [start, end] = line();
    field.setRangeText(name, start, end, "end");
    offers.replaceChildren();
    field.focus();
  }

  async function offer() {
    const [start, end] = line();
    const text = field.value.slice(start, end).trim();
    const answer = text.length > 1 ? await fetch(`${box.dataset.knownAuthors}?q=${encodeURIComponent(text)}`) : null;
    const names = answer?.ok ? (await answer.json()).names.filter((name) => name !== text) : [];
    offers.replaceChildren(
      ...names.map((name) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "chip";
        button.textContent = name;
        button.addEventListener("click", () => take(name));
        return button;
      }),
    );
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(offer, FIELD_MS);
  });

  (document.querySelector("[data-focus]") || document.getElementById(location.hash.slice(1)))?.focus();
})();
