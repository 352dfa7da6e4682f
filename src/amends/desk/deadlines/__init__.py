"""Time limits by place within which a complaint must be answered."""
