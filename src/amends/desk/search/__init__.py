"""Full-text search and saved views."""
