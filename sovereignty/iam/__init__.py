"""IAM policy documents, evaluated as AWS evaluates them: one request at a time, or sets of actions at once."""
