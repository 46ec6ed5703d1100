"""Addresses of people: for administrators, and for whoever joins."""

from django.urls import path

from config import people_views

urlpatterns = [
    path("people/", people_views.people_list, name="people"),
    path("people/add/", people_views.person_add, name="person_add"),
    path("people/<int:person_id>/role/", people_views.person_role, name="person_role"),
    path("people/<int:person_id>/active/", people_views.person_active, name="person_active"),
    path("people/<int:person_id>/link/", people_views.person_link, name="person_link"),
    path("join/<uidb64>/<token>/", people_views.Join.as_view(), name="join"),
    path("account/password/", people_views.PasswordChange.as_view(), name="password"),
]
