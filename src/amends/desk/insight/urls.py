"""Addresses of `insight`."""

from django.urls import path, re_path

from amends.desk.insight import views

app_name = "insight"

urlpatterns = [
    path("insight/", views.overview, name="overview"),
    path("insight/mirror/", views.mirror, name="mirror"),
    path("insight/letters/", views.letter_list, name="letters"),
    path("insight/letters/switch", views.switch_letters, name="switch-letters"),
    path("insight/letters/<str:month>/", views.letter, name="letter"),
    path("insight/of/<slug:key>/", views.subject, name="subject"),
    re_path(r"^insight/of/(?P<key>[-\w]+)/(?P<name>[-\w]+)\.(?P<kind>csv|parquet)$", views.download, name="download"),
]
