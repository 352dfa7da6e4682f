"""Cases: the customer's words, the outline, the log, the inbox."""
