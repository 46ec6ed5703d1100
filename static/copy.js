// A "Copy" button beside every text that can be copied. Without this file the texts can still be selected.
for (const text of document.querySelectorAll("[data-copy]")) {
  const list = text.closest("[data-copy-label]");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button copy";
  button.textContent = list.dataset.copyLabel;
  button.setAttribute("aria-describedby", text.id);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text.textContent.trim());
    button.textContent = list.dataset.copiedLabel;
    setTimeout(() => { button.textContent = list.dataset.copyLabel; }, 2000);
  });
  const place = text.closest("details");
  if (place) place.querySelector("p").append(" ", button);
  else text.after(" ", button);
}
