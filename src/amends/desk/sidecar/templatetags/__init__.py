"""Tags of the side-car."""
