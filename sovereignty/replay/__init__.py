"""CloudTrail's records against a zone's documents: what would have been refused, before the documents bind."""
