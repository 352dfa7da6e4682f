"""Remedies: what makes it good, within what each may give."""
