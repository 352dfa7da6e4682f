"""Mail in: listening to mailboxes, keeping what comes, reading it, finding the case it belongs to."""
