// The answers to a typed sentence come into the page; without this file the form leads to a page that holds them.
// Listens on the document, because the form may arrive when a run ends under the reader's eyes.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-try]");
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  if (button.disabled) return;
  const answers = document.getElementById("run-try-answers");
  const words = button.textContent;
  const body = new URLSearchParams(new FormData(form));
  button.disabled = true;
  button.textContent = button.dataset.asking;
  answers.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("run-try-answers");
    if (fresh) answers.replaceChildren(...fresh.childNodes);
    else form.submit(); // signed out meanwhile, say: the whole page tells why
    const wrong = page.querySelector("form[data-try] .errorlist");
    if (wrong) answers.replaceChildren(wrong);
  } catch {
    answers.textContent = answers.dataset.unreached;
  }
  answers.removeAttribute("aria-busy");
  button.textContent = words;
  button.disabled = false;
});
