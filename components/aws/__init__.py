"""A zone on AWS."""
