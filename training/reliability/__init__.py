"""How far a network's answers may be trusted, measured on the out-of-fold predictions of an honest run."""
