"""One HTTPS POST in front of any PBX."""

__version__ = "0.1.0"
