"""Addresses of `search`."""

from django.urls import path

from amends.desk.search import views

app_name = "search"

urlpatterns = [
    path("views/", views.saved, name="views"),
    path("views/save/", views.keep, name="keep"),
    path("views/counts/", views.counts, name="counts"),
    path("views/<slug:public_id>/", views.change, name="view"),
    path("several/", views.several, name="several"),
]
