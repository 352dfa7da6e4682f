"""Addresses of `api`: the operations, their document, a page about them, the tokens."""

from django.urls import URLPattern, path

from amends.desk.api import views
from amends.desk.api.describing import patterns

app_name = "api"

urlpatterns: list[URLPattern] = [
    path("settings/programs/", views.tokens, name="tokens"),
    path("settings/programs/<int:pk>/end/", views.revoke, name="revoke"),
    path("api/", views.about, name="about"),
    path("api/openapi.json", views.openapi, name="openapi"),
]

urlpatterns += [
    path(f"api/{pattern.pattern}", pattern.callback, name=pattern.name or "nowhere") for pattern in patterns()
]
