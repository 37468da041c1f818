"""Public test sets of sound source localisation, on whatever of their files is there."""
