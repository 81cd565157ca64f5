"""How a zone comes to be in a real organization: the steps before its policies bind, and the way back."""
