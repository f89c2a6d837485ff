"""Puts two pictures of one size side by side, somewhat smaller: left, right, to this file."""

import sys

import gi

gi.require_version("GdkPixbuf", "2.0")
from gi.repository import GdkPixbuf  # noqa: E402

GAP = 24
SCALE = 0.75

pictures = [GdkPixbuf.Pixbuf.new_from_file(path) for path in sys.argv[1:3]]
width, height = (int(side * SCALE) for side in (pictures[0].get_width(), pictures[0].get_height()))
pair = GdkPixbuf.Pixbuf.new(GdkPixbuf.Colorspace.RGB, True, 8, 2 * width + GAP, height)
pair.fill(0)
for number, picture in enumerate(pictures):
    small = picture.scale_simple(width, height, GdkPixbuf.InterpType.HYPER).add_alpha(False, 0, 0, 0)
    small.copy_area(0, 0, width, height, pair, number * (width + GAP), 0)
pair.savev(sys.argv[3], "png", [], [])
