"""What is kept of customers: taking it out, erasing it, for how long it stays."""
