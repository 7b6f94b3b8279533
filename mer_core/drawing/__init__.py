"""What `mer_core.pictures` and `mer_core.figures` draw with and from."""
