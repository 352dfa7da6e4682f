"""Tags of `opinion`."""
