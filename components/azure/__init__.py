"""A zone on Azure."""
