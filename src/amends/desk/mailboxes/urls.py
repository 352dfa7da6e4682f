"""Addresses of the app `mailboxes`."""

from django.urls import path

from amends.desk.mailboxes import views

app_name = "mailboxes"

urlpatterns = [
    path("settings/mailboxes/", views.mailboxes, name="list"),
    path("settings/mailboxes/connected/", views.connected, name="connected"),
    path("settings/mailboxes/connect/<slug:provider>/", views.connect, name="connect"),
    path("settings/mailboxes/<int:pk>/", views.mailbox, name="mailbox"),
    path("settings/mailboxes/<int:pk>/ask/", views.ask, name="ask"),
    path("settings/mailboxes/<int:pk>/disconnect/", views.end, name="disconnect"),
    path("settings/mail-providers/new/", views.new_provider, name="new-provider"),
    path("settings/mail-providers/<int:pk>/", views.provider, name="provider"),
    path("settings/mail-providers/<int:pk>/remove/", views.remove, name="remove-provider"),
    path("mail-events/<slug:public_id>/<slug:door>/", views.post, name="post"),
]
