"""Replies whose findings no reader would dispute."""

CONDITIONAL = "We are sorry if this upset you."
FAVOUR = "As a one-time courtesy we will refund you."
META = "We would like to apologise for the two-week delay of your order."
