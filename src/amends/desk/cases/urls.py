"""Addresses of the app `cases`."""

from django.urls import path

from amends.desk.cases import views

app_name = "cases"

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("cases/<slug:public_id>/", views.case, name="case"),
    path("cases/<slug:public_id>/outline/", views.outline, name="outline"),
    path("cases/<slug:public_id>/outline/<slug:field>/", views.outline_field, name="outline-field"),
    path("cases/<slug:public_id>/events/", views.event, name="event"),
    path("cases/<slug:public_id>/notes/", views.note, name="note"),
    path("cases/<slug:public_id>/assign/", views.assign, name="assign"),
    path("cases/<slug:public_id>/move/", views.move, name="move"),
    path("cases/<slug:public_id>/files/<int:pk>/", views.attachment, name="attachment"),
]
