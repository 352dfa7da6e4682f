"""Addresses of `channels`."""

from django.urls import URLPattern, path

from amends.desk.channels import views

app_name = "channels"
urlpatterns: list[URLPattern] = [
    path("settings/channels/", views.channels, name="list"),
    path("settings/channels/add/<slug:kind>/", views.add, name="add"),
    path("settings/channels/heard/<int:pk>/again/", views.again, name="read-again"),
    path("settings/channels/<slug:public_id>/", views.channel, name="channel"),
    path("settings/channels/<slug:public_id>/do/", views.act, name="act"),
    path("channels/answers/<int:pk>/", views.answer, name="answer"),
    path("channels/hand-over/<slug:public_id>/", views.hand_over, name="hand-over"),
    path("channels/hook/<slug:public_id>/<str:key>/", views.hook, name="hook"),
]
