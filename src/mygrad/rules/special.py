"""Rules of functions about special."""
