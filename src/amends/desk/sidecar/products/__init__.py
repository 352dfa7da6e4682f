"""The products that can be connected: one folder each, found by walking this package."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from amends.desk.sidecar.product import Product

__all__ = ["all_products"]


@cache
def all_products() -> Mapping[str, Product]:
    """Every product by its name, in the order of their labels."""
    folders = [entry.name for entry in pkgutil.iter_modules(__path__) if entry.ispkg]
    found: list[Product] = [import_module(f"{__name__}.{folder}.product").PRODUCT for folder in folders]
    return {product.name: product for product in sorted(found, key=lambda one: one.label.casefold())}
