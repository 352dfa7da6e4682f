"""Tags of advocates."""
