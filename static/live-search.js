// Results follow the typing. htmx does that; it is fetched when somebody turns to the search box, not with the page.
const field = document.getElementById("q");
const fetchHtmx = () => {
  const script = document.createElement("script");
  script.src = field.form.dataset.htmx;
  document.head.append(script);
};
if (document.activeElement === field) fetchHtmx();
else field.addEventListener("focus", fetchHtmx, { once: true });
