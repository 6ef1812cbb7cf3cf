"""Yes, If: a studio for paid, unscripted scenes whose performers keep deciding what they may be used for."""

__version__ = "0.1.0"
