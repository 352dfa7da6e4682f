"""Addresses of `opinion`."""

from django.urls import URLPattern, path

from amends.desk.opinion import views

app_name = "opinion"
urlpatterns: list[URLPattern] = [
    path("settings/opinion/", views.settings_page, name="settings"),
    path("settings/opinion/do/", views.act, name="act"),
    path("cases/<slug:public_id>/opinion/<slug:kind>/", views.ask, name="ask"),
    path("cases/<slug:public_id>/opinion/<slug:kind>/use/", views.use, name="use"),
]
