"""Pulumi's side of the rules: the analyzer protocol on one hand, the law's plain data on the other."""
