"""The app `customers`."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """Customers as persons: how they are addressed and reached, what they care about."""

    name = "amends.desk.customers"
    label = "customers"
