"""A take as one picture: what was measured of one performer or two, on one time axis, as SVG and as PNG."""
