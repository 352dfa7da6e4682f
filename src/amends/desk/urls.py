"""Addresses of the desk: each app brings its own."""

from django.urls import include, path

urlpatterns = [
    path("", include("amends.desk.pages.urls")),
    path("", include("amends.desk.people.urls")),
    path("", include("amends.desk.house.urls")),
    path("", include("amends.desk.customers.urls")),
    path("", include("amends.desk.cases.urls")),
    path("", include("amends.desk.ledger.urls")),
    path("", include("amends.desk.portal.urls")),
    path("", include("amends.desk.outbox.urls")),
    path("", include("amends.desk.intake.urls")),
    path("", include("amends.desk.composer.urls")),
    path("", include("amends.desk.checkin.urls")),
    path("", include("amends.desk.privacy.urls")),
    path("", include("amends.desk.search.urls")),
    path("", include("amends.desk.remedies.urls")),
    path("", include("amends.desk.causes.urls")),
    path("", include("amends.desk.incidents.urls")),
    path("", include("amends.desk.advocates.urls")),
    path("", include("amends.desk.plan.urls")),
    path("", include("amends.desk.insight.urls")),
    path("", include("amends.desk.api.urls")),
    path("", include("amends.desk.webhooks.urls")),
    path("", include("amends.desk.opinion.urls")),
    path("", include("amends.desk.mailboxes.urls")),
    path("", include("amends.desk.telling.urls")),
    path("", include("amends.desk.channels.urls")),
    path("", include("amends.desk.sidecar.urls")),
]

handler400 = "amends.desk.pages.views.bad_request"
handler403 = "amends.desk.pages.views.forbidden"
handler404 = "amends.desk.pages.views.not_found"
handler500 = "amends.desk.pages.views.failed"
