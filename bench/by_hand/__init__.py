"""The national pack written by hand, as an analyst would without Bangfu: the yardstick of bench."""
