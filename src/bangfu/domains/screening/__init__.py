"""Monthly screening (筛查): which households the data points to, and why.

It asks the engine for a run over the register and the feeds of one county and month, and publishes
the result: one hint per household with its reasons, and what changed. A hint is a finding of a
machine, unverified; assessed levels and handling belong to `monitoring`.
"""
