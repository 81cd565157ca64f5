"""What a change of a zone changes in what is allowed, in the words of a reviewer."""
