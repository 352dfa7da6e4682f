"""The check-in: one question, some days after the last promise was kept."""
