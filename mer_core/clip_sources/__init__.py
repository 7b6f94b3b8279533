"""One module for each kind of file a clip may come in; `mer_core.clips` chooses between them."""
