"""Addresses of `sidecar`."""

from django.urls import URLPattern, path

from amends.desk.sidecar import views

app_name = "sidecar"
urlpatterns: list[URLPattern] = [
    path("settings/other-desks/", views.connections, name="list"),
    path("settings/other-desks/new/<slug:product>/", views.connect, name="connect"),
    path("settings/other-desks/<int:pk>/", views.connection, name="connection"),
    path("settings/other-desks/<int:pk>/do/", views.act, name="act"),
    path("settings/other-desks/<int:pk>/came/", views.came, name="came"),
    path("settings/other-desks/came/<int:pk>/again/", views.again, name="again"),
    path("settings/other-desks/came/<int:pk>/bytes/", views.raw, name="raw"),
    path("settings/other-desks/notes/<int:pk>/again/", views.note_again, name="note-again"),
    path("hooks/desk/<slug:public_id>/", views.hook, name="hook"),
]
