"""A file of reviews (CSV) that a person brings: from a place that has neither an interface nor a feed."""
