"""What all pages share: the frame, languages and themes, error pages, static files."""
