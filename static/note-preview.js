// The note as it will look, made by the server while one types. Without this file the Preview button asks for it.
(() => {
  const TYPING_MS = 300;
  const form = document.querySelector("[data-preview]");
  const shown = document.getElementById("note-preview");
  const body = form.elements.body;
  const language = form.elements.language;
  form.querySelector('[name="preview"]').hidden = true;
  let timer;
  let latest = 0;

  async function show() {
    const asked = ++latest;
    const fields = new FormData();
    fields.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    fields.set("body", body.value);
    const answer = await fetch(form.dataset.preview, { method: "POST", body: fields });
    if (!answer.ok || asked !== latest) return;
    shown.innerHTML = await answer.text();
    shown.lang = language.value === "zh" ? "zh-Hans" : language.value;
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(() => show().catch((error) => console.warn("the preview could not be fetched:", error)), TYPING_MS);
  }

  body.addEventListener("input", soon);
  language.addEventListener("change", soon);
  document.querySelector("[data-focus]")?.focus();
})();
