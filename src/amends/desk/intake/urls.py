"""Addresses of the app `intake`."""

from django.urls import path

from amends.desk.intake import views
from amends.desk.intake.by_hand.views import write_down
from amends.desk.intake.form.views import complaint, received

app_name = "intake"

urlpatterns = [
    path("complaint/", complaint, name="complaint"),
    path("complaint/received/", received, name="received"),
    path("complaint/embedded/", complaint, {"embedded": True}, name="complaint-embedded"),
    path("complaint/embedded/received/", received, {"embedded": True}, name="received-embedded"),
    path("write-down/", write_down, name="write-down"),
    path("left-out/", views.left_out, name="left-out"),
    path("left-out/raw/<int:pk>/", views.raw_move, name="raw-move"),
    path("left-out/raw/<int:pk>/bytes", views.raw_bytes, name="raw-bytes"),
    path("left-out/<slug:public_id>/complaint/", views.complaint_after_all, name="complaint-after-all"),
    path("left-out/<slug:public_id>/none/", views.no_complaint, name="no-complaint"),
    path("settings/intake/", views.intake_page, name="settings"),
    path("settings/intake/mailboxes/new/", views.mailbox, name="new-mailbox"),
    path("settings/intake/mailboxes/<int:pk>/", views.mailbox, name="mailbox"),
    path("settings/intake/mailboxes/<int:pk>/move/", views.mailbox_move, name="mailbox-move"),
]
