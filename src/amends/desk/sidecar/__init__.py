"""The side-car: other desks tell of what is said there, and get notes on what is answered."""
