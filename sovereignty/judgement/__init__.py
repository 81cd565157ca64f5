"""What the law says, asked without any cloud: the reference that documents, rules and guards are held against."""
