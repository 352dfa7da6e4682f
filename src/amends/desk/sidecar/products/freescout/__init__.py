"""FreeScout."""
