"""Pulumi components that build a zone. Each makes one thing whole; none reads configuration."""
