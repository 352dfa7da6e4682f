"""Addresses of `telling`."""

from django.urls import URLPattern, path

from amends.desk.telling import views

app_name = "telling"
urlpatterns: list[URLPattern] = [
    path("me/told/", views.mine, name="mine"),
    path("me/told/slack/", views.slack, name="slack"),
    path("me/told/browser/", views.browser, name="browser"),
    path("me/told/<int:pk>/do/", views.act, name="act"),
    path("settings/telling/", views.team, name="team"),
    path("settings/telling/words/", views.words, name="words"),
    path("settings/telling/<int:pk>/", views.team_way, name="team-way"),
]
