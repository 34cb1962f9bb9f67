"""Reconciliation with the national system (与全国系统核对).

The national system stays authoritative: what is decided here has to be entered there by hand. Its
newest export is compared with the register field by field; what to enter there and what differs
becomes a list whose items tick themselves off when the next export shows them.
"""
