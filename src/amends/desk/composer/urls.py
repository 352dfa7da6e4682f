"""Addresses of the app `composer`."""

from django.urls import path

from amends.desk.composer import views

app_name = "composer"

urlpatterns = [
    path("cases/<slug:public_id>/answer/<slug:kind>/", views.compose, name="compose"),
    path("cases/<slug:public_id>/answer/<slug:kind>/check/", views.check, name="check"),
    path("cases/<slug:public_id>/answer/<slug:kind>/draft/", views.draft, name="draft"),
    path("cases/<slug:public_id>/answer/<slug:kind>/files/", views.files, name="files"),
    path("cases/<slug:public_id>/talk/", views.talk, name="talk"),
    path("replies/", views.replies, name="replies"),
    path("replies/<int:pk>/", views.reply, name="reply"),
    path("replies/<int:pk>/undo/", views.undo, name="undo"),
    path("replies/<int:pk>/approve/", views.approve, name="approve"),
    path("replies/<int:pk>/send-back/", views.send_back, name="send-back"),
    path("replies/<int:pk>/again/", views.again, name="again"),
    path("replies/<int:pk>/posted/", views.posted, name="posted"),
    path("replies/files/<int:pk>/", views.file, name="file"),
    path("mails/<int:pk>/settle/", views.settle, name="settle"),
]
