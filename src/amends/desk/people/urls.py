"""Addresses of the app `people`."""

from django.urls import path

from amends.desk.people import views

app_name = "people"

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/provider/", views.provider, name="provider"),
    path("sign-in/provided/", views.provided, name="provided"),
    path("sign-in/code/", views.second_factor, name="second-factor"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("first/<str:token>/", views.first_owner, name="first-owner"),
    path("join/<str:token>/", views.join, name="join"),
    path("new-password/", views.forgotten, name="forgotten"),
    path("new-password/<str:token>/", views.new_password, name="new-password"),
    path("me/", views.me, name="me"),
    path("me/password/", views.own_password, name="own-password"),
    path("me/sign-out-everywhere/", views.sign_out_everywhere, name="sign-out-everywhere"),
    path("me/second-factor/", views.second_factor_on, name="second-factor-on"),
    path("me/second-factor/off/", views.second_factor_off, name="second-factor-off"),
    path("people/", views.people, name="list"),
    path("people/invite/", views.invite, name="invite"),
    path("people/teams/", views.save_team, name="save-team"),
    path("people/<int:pk>/", views.change, name="change"),
]
