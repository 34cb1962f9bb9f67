"""Notices and objections (公示、异议): what is hung up in a village, for which days, what it shows,
and what is said against it within those days.

A notice is made of plain lines by whoever needs one; it knows no case. Nothing is hung up that the
privacy scan has not passed, and the masked web version is gone when its days are.
"""
