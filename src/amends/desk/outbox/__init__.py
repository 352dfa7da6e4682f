"""What is to be sent: never twice, never lost."""
