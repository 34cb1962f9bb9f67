"""What joins the other domains for a reader: overview, household list, household page, exports.

It owns no table and decides nothing; it asks the domains below through their selectors.
"""
