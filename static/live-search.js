// Results follow the typing. htmx does that; it is fetched when somebody turns to the search box, not with the page.
const field = document.getElementById("q");
const fetchHtmx = () => {
  const script = document.createElement("script");
  script.src = field.form.dataset.htmx;
  document.head.append(script);
};
if (document.activeElement === field) fetchHtmx();
else field.addEventListener("focus", fetchHtmx, { once: true });

// Facets stay folded as they were left, on other pages and through new results.
const folded = () => new Set(JSON.parse(localStorage.getItem("folded-facets") ?? "[]"));
const restore = () => {
  for (const id of folded()) document.getElementById(id)?.removeAttribute("open");
};
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (!target.matches(".facet")) return;
    const ids = folded();
    if (target.open) ids.delete(target.id);
    else ids.add(target.id);
    localStorage.setItem("folded-facets", JSON.stringify([...ids]));
  },
  true,
);
document.addEventListener("htmx:afterSettle", restore);
restore();
