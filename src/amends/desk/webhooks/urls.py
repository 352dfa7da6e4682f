"""Addresses of `webhooks`."""

from django.urls import URLPattern, path

from amends.desk.webhooks import views

app_name = "webhooks"
urlpatterns: list[URLPattern] = [
    path("settings/webhooks/", views.endpoints, name="list"),
    path("settings/webhooks/<int:pk>/", views.endpoint, name="endpoint"),
    path("settings/webhooks/<int:pk>/do/", views.act, name="act"),
    path("settings/webhooks/sent/<int:pk>/again/", views.again, name="again"),
]
