"""Addresses of the app `portal`."""

from django.urls import path

from amends.desk.portal import views

app_name = "portal"

urlpatterns = [
    path("c/<str:token>/", views.page, name="page"),
    path("c/<str:token>/promises", views.promises, name="promises"),
    path("c/<str:token>/write", views.write, name="write"),
    path("c/<str:token>/right", views.right, name="right"),
    path("c/<str:token>/not-yet", views.not_yet, name="not-yet"),
    path("c/<str:token>/promises/<int:key>/let-off", views.let_off, name="let-off"),
    path("c/<str:token>/wishes", views.wishes, name="wishes"),
    path("c/<str:token>/files/<int:key>", views.file, name="file"),
    path("c/<str:token>/new", views.renew, name="renew"),
    path("settings/customers-pages/", views.settings_page, name="settings"),
    path("cases/<str:public_id>/page/link", views.issue, name="issue"),
    path("cases/<str:public_id>/page/end", views.revoke, name="revoke"),
    path("cases/<str:public_id>/page/", views.preview, name="preview"),
]
