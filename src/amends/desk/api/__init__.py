"""The HTTP API: scoped tokens, OpenAPI."""
