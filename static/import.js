// Two helps on the import's pages, each of which works without: dropping a file, and progress that moves by itself.
(() => {
  const POLL_MS = 1000;

  function dropping(zone) {
    const input = zone.querySelector("input[type=file]");
    const said = zone.querySelector(".drop-said");
    zone.querySelector(".drop-hint").hidden = false;
    const over = (event) => {
      event.preventDefault();
      zone.classList.add("over");
    };
    zone.addEventListener("dragover", over);
    zone.addEventListener("dragenter", over);
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      said.textContent = input.files[0].name;
    });
  }

  // The page itself is asked again; once the state is another, the whole page is another and is loaded.
  function following(box) {
    const state = box.dataset.state;
    async function ask() {
      try {
        const answer = await fetch(location.pathname, { cache: "no-store" });
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("import-progress");
        if (!answer.ok || !fresh || (fresh.dataset.state !== state && fresh.dataset.state !== "reading")) {
          location.reload();
          return;
        }
        box.replaceChildren(...fresh.childNodes);
      } catch (error) {
        console.warn("the import's page could not be asked:", error);
      }
      setTimeout(ask, POLL_MS);
    }
    setTimeout(ask, POLL_MS);
  }

  const zone = document.getElementById("drop-zone");
  if (zone) dropping(zone);
  const box = document.getElementById("import-progress");
  if (box) following(box);
})();
