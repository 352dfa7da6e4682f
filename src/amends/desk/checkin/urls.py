"""Addresses of the app `checkin`."""

from django.urls import path

from amends.desk.checkin import views

app_name = "checkin"

urlpatterns = [path("settings/check-in/", views.settings_page, name="settings")]
