"""From the declaration to documents: one file for each enforcement point, pure functions of Zone and Deployment."""
