"""Every address. Pages at the root, the API below /api/v1/, its description at /api/."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.contrib.staticfiles.storage import staticfiles_storage
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import DefaultRouter

from catalog.api.urls import router as catalog_router
from config import account, people_urls
from config.api_pages import api_page, api_reference, not_found
from config.ready import ready
from config.theme import set_theme
from demos.api.urls import router as demos_router

router = DefaultRouter()
for part in (catalog_router, demos_router):
    router.registry.extend(part.registry)

urlpatterns = [
    path("", include("catalog.urls")),
    path("", include("demos.urls")),
    path("api/", api_page, name="api-ui"),
    path("api/reference/", api_reference, name="api-reference"),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/v1/", include(router.urls)),
    path("api/<path:address>", not_found),
    *people_urls.urlpatterns,
    path("login/", auth.LoginView.as_view(), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("account/", account.account, name="account"),
    path("account/token/", account.token_new, name="token_new"),
    path("account/token/<int:token_id>/revoke/", account.token_revoke, name="token_revoke"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("theme/", set_theme, name="set_theme"),
    path("ready/", ready, name="ready"),
    path("admin/", admin.site.urls),
    path("favicon.ico", RedirectView.as_view(url=staticfiles_storage.url("favicon.svg"))),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
handler500 = "config.errors.server_error"
