"""Tags by which the case page shows the composer."""
