"""Tags of `plan`."""
