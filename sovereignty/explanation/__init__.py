"""Explains a verdict: what the law says of one call or one place, and which compiled documents say the same."""
