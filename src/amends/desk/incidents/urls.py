"""Addresses of `incidents`: the desk's pages, and the public ones below `/i/`."""

from django.urls import path

from amends.desk.incidents.views import incidents, notes, public, writing

app_name = "incidents"

urlpatterns = [
    path("incidents/", incidents.listed, name="list"),
    path("incidents/new/", incidents.new, name="new"),
    path("incidents/suspicions/<int:pk>/", incidents.suspicion, name="suspicion"),
    path("incidents/<slug:public_id>/", incidents.incident, name="incident"),
    path("incidents/<slug:public_id>/edit/", incidents.edit, name="edit"),
    path("incidents/<slug:public_id>/move", incidents.move, name="move"),
    path("incidents/<slug:public_id>/cases/", incidents.cases, name="cases"),
    path("incidents/<slug:public_id>/cause/", incidents.cause, name="cause"),
    path("incidents/<slug:public_id>/unlink", incidents.unlink, name="unlink"),
    path("incidents/<slug:public_id>/files.zip", incidents.files, name="files"),
    path("incidents/<slug:public_id>/write/<slug:kind>/<slug:language>/", writing.write, name="write"),
    path("incidents/<slug:public_id>/write/<slug:kind>/<slug:language>/check", writing.check, name="check"),
    path("incidents/<slug:public_id>/write/<slug:kind>/<slug:language>/draft", writing.draft, name="draft"),
    path("incidents/<slug:public_id>/withdraw/<slug:language>", writing.withdraw, name="withdraw"),
    path("incidents/<slug:public_id>/update/", writing.update, name="update"),
    path("incidents/<slug:public_id>/notes/", notes.notes, name="notes"),
    path("incidents/<slug:public_id>/notes/progress", notes.progress, name="progress"),
    path("incidents/<slug:public_id>/notes/do", notes.do, name="notes-do"),
    path("incidents/<slug:public_id>/notes/list/", notes.people, name="people"),
    path("incidents/<slug:public_id>/notes/notes.csv", notes.table, name="table"),
    path("incidents/<slug:public_id>/notes/import/", notes.upload, name="upload"),
    path("incidents/<slug:public_id>/notes/import/<int:pk>/", notes.columns, name="columns"),
    path("incidents/<slug:public_id>/notes/<int:pk>/", notes.note, name="note"),
    path("cases/<slug:public_id>/incident", incidents.of_case, name="of-case"),
    path("i/<slug:slug>/", public.page, name="public"),
    path("i/<slug:slug>/subscribe", public.subscribe, name="subscribe"),
    path("i/<slug:slug>/yes/<str:token>", public.confirm, name="confirm"),
    path("i/<slug:slug>/no/<str:token>", public.leave, name="leave"),
    path("i/<slug:slug>/<slug:language>/", public.page, name="public-language"),
    path("i/<slug:slug>/<slug:language>/feed.xml", public.feed, name="feed"),
]
