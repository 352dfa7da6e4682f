"""Addresses of the app `ledger`."""

from django.urls import path

from amends.desk.ledger import views

app_name = "ledger"

urlpatterns = [
    path("promises/", views.board, name="board"),
    path("promises/all/", views.promises, name="list"),
    path("promises/kept/", views.kept, name="kept"),
    path("promises/calendar/", views.calendar, name="calendar"),
    path("promises/calendar/<str:token>.ics", views.calendar_feed, name="calendar-feed"),
    path("promises/<int:pk>/", views.promise, name="promise"),
    path("promises/<int:pk>/keep", views.keep, name="keep"),
    path("promises/<int:pk>/danger", views.danger, name="danger"),
    path("promises/<int:pk>/broken", views.broken, name="broken"),
    path("promises/<int:pk>/release", views.release, name="release"),
    path("promises/<int:pk>/reopen", views.reopen, name="reopen"),
    path("promises/<int:pk>/correct", views.correct, name="correct"),
    path("promises/words/<int:pk>", views.told, name="told"),
    path("cases/<str:public_id>/promises", views.add, name="add"),
]
