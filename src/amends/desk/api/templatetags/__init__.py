"""Tags of the API's pages."""
