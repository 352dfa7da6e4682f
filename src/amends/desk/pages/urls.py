"""Addresses of the app `pages`."""

from django.urls import path

from amends.desk.pages import views

app_name = "pages"

urlpatterns = [
    path("alive", views.alive, name="alive"),
    path("appearance", views.appearance, name="appearance"),
    path("waiting", views.waiting, name="waiting"),
]
