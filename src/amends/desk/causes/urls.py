"""Addresses of the app `causes`."""

from django.urls import path

from amends.desk.causes import views

app_name = "causes"

urlpatterns = [
    path("causes/", views.causes, name="list"),
    path("causes/causes.csv", views.causes_csv, name="csv"),
    path("causes/suggest/", views.suggest, name="suggest"),
    path("causes/new/", views.add, name="add"),
    path("causes/first/", views.tell_first, name="tell-first"),
    path("causes/<int:pk>/", views.cause, name="cause"),
    path("causes/<int:pk>/rename/", views.rename, name="rename"),
    path("causes/<int:pk>/notes/", views.notes, name="notes"),
    path("causes/<int:pk>/merge/", views.merge, name="merge"),
    path("causes/<int:pk>/split/", views.split, name="split"),
    path("causes/<int:pk>/archive/", views.archive, name="archive"),
    path("causes/<int:pk>/preventions/", views.plan, name="plan"),
    path("preventions/<int:pk>/change/", views.change, name="change"),
    path("preventions/<int:pk>/done/", views.done, name="done"),
    path("preventions/<int:pk>/check/", views.check, name="check"),
    path("preventions/<int:pk>/drop/", views.drop, name="drop"),
    path("preventions/<int:pk>/again/", views.again, name="again"),
    path("recurrences/<int:pk>/seen/", views.seen, name="seen"),
    path("cases/<str:public_id>/causes/", views.link, name="link"),
    path("cases/<str:public_id>/causes/<int:pk>/remove/", views.unlink, name="unlink"),
    path("similar/<int:pk>/", views.similar, name="similar"),
    path("disclosures/<int:pk>/told/", views.told, name="told"),
    path("disclosures/<int:pk>/drop/", views.drop_disclosure, name="drop-disclosure"),
    path("settings/causes/", views.settings_page, name="settings"),
]
