"""What people can do with the intake. Each service checks authority, writes and logs in one transaction."""
