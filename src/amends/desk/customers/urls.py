"""Addresses of the app `customers`."""

from django.urls import path

from amends.desk.customers import views

app_name = "customers"

urlpatterns = [
    path("customers/", views.customers, name="list"),
    path("customers/new/", views.new, name="new"),
    path("customers/<slug:public_id>/", views.customer, name="customer"),
    path("customers/<slug:public_id>/contacts/", views.contact, name="add-contact"),
]
