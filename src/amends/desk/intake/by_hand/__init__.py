"""By hand: what a customer said on the phone or at the counter, in the customer's words, and read back (G1.1)."""
