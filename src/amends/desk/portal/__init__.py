"""The customer's own page, behind a secret link."""
