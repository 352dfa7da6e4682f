"""What can be done with incidents. Each service checks authority, writes and logs in one transaction."""
