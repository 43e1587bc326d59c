"""Rules of functions about selection."""
