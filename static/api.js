// Draws the API's description with Swagger UI, which comes with a Python package. Without scripts the page links to it.
const place = document.getElementById("api-description");
SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  deepLinking: true,
  requestInterceptor: (request) => {
    if (request.method !== "GET") request.headers["X-CSRFToken"] = place.dataset.csrfToken;
    return request;
  },
});
