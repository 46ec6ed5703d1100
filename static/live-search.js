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
// A click, not "toggle": that one also comes for every facet that arrives open.
document.addEventListener("click", ({ target }) => {
  const facet = target.closest(".facet > summary")?.parentElement;
  if (!facet) return;
  const ids = folded();
  if (facet.open) ids.add(facet.id);
  else ids.delete(facet.id);
  localStorage.setItem("folded-facets", JSON.stringify([...ids]));
});
document.addEventListener("htmx:afterSettle", restore);
restore();
