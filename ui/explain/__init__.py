"""The Explain page: which muscles moved, what the network made of it, and whether to believe the picture."""
