"""Addresses of the app `house`."""

from django.urls import path

from amends.desk.house import views

app_name = "house"

urlpatterns = [
    path("settings/", views.settings_page, name="settings"),
    path("settings/limits/", views.profile, name="new-profile"),
    path("settings/limits/<int:pk>/", views.profile, name="profile"),
    path("settings/log/", views.log, name="log"),
    path("settings/demonstration/", views.demo, name="demo"),
]
