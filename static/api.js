// Draws the API's description with Swagger UI, which comes with a Python package. Without scripts the page links to it.
const place = document.getElementById("api-description");
const root = document.documentElement;
const night = matchMedia("(prefers-color-scheme: dark)");

// Swagger UI has a dark theme of its own, under a class of the root.
function follow() {
  const theme = root.dataset.theme || (night.matches ? "dark" : "light");
  root.classList.toggle("dark-mode", theme === "dark");
}
follow();
night.addEventListener("change", follow);

SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  requestInterceptor: (request) => {
    if (request.method !== "GET") request.headers["X-CSRFToken"] = place.dataset.csrfToken;
    return request;
  },
});
