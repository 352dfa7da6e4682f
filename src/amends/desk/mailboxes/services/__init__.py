"""What can be done with mailboxes: connecting them, having them send, giving them further addresses."""
