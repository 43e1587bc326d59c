"""Rules of functions about statistics."""
