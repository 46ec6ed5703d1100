"""Addresses of imports."""

from django.urls import path

from catalog.intake import views as import_views

urlpatterns = [
    path("import/", import_views.import_new, name="import"),
    path("import/<uuid:import_id>/", import_views.import_preview, name="import_preview"),
    path("import/<uuid:import_id>/accept/", import_views.import_accept, name="import_accept"),
    path("import/<uuid:import_id>/undo/", import_views.import_undo, name="import_undo"),
    path("import/<uuid:import_id>/cancel/", import_views.import_cancel, name="import_cancel"),
    path("import/<uuid:import_id>/again/", import_views.import_again, name="import_again"),
    path("import/<uuid:import_id>/list/", import_views.import_list, name="import_list"),
    path("import/<uuid:import_id>/decisions/", import_views.import_decide, name="import_decide"),
    path("import/<uuid:import_id>/problems/", import_views.import_problems, name="import_problems"),
    path("import/<uuid:import_id>/items/<int:number>/", import_views.import_item, name="import_item"),
]
