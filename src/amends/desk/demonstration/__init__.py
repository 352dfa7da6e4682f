"""A made-up business to try the desk with: clearly marked, and gone with one click."""
