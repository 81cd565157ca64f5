"""The components served as a Pulumi package, for programs of other languages than Python."""
