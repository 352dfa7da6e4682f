"""Addresses of the app `privacy`."""

from django.urls import path

from amends.desk.privacy import views

app_name = "privacy"

urlpatterns = [
    path("customers/<str:public_id>/export", views.export, name="export"),
    path("customers/<str:public_id>/erase", views.erase, name="erase"),
    path("settings/keeping/", views.rules, name="rules"),
]
