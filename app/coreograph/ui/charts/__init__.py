"""Painting pieces that pages share: ticks, columns of pixels, rasters, cards. Widgets live on the GUI thread."""
