"""Addresses of the app `customers`."""

from django.urls import path

from amends.desk.customers import views

app_name = "customers"

urlpatterns = [
    path("customers/", views.customers, name="list"),
    path("customers/new/", views.new, name="new"),
    path("customers/<slug:public_id>/", views.customer, name="customer"),
    path("customers/<slug:public_id>/contacts/", views.contact, name="add-contact"),
    path("customers/<slug:public_id>/same/", views.same, name="same"),
    path("customers/<slug:public_id>/same/<slug:other_id>/", views.compare, name="compare"),
    path("customers/<slug:public_id>/apart/<int:merger>/", views.apart, name="apart"),
]
