"""The parts of the Analyze page, one file a part."""
