"""The zone's own Azure Policy definitions, one module a subject, with the initiative and assignments that bind them."""
