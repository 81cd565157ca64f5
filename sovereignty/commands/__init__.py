"""The commands of the CLI, one file each: what a command reads, does and prints. `__main__` registers them."""
