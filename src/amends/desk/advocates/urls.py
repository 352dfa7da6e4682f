"""Addresses of `advocates`."""

from django.urls import path

from amends.desk.advocates import views

app_name = "advocates"

urlpatterns = [
    path("advocates/", views.listed, name="list"),
    path("advocates/heard/", views.heard, name="heard"),
    path("settings/advocates/", views.settings_page, name="settings"),
    path("advocates/signs/<int:pk>/", views.sign, name="sign"),
    path("advocates/rewards/<int:pk>/drop/", views.drop, name="drop-reward"),
    path("advocates/<slug:public_id>/", views.advocate, name="advocate"),
    path("advocates/<slug:public_id>/<slug:act>/", views.do, name="do"),
]
