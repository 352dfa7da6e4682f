"""Addresses of `advocates`."""

from django.urls import URLPattern

app_name = "advocates"
urlpatterns: list[URLPattern] = []
