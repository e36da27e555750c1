"""Values as a notebook or a web page shows them: pure functions to HTML and SVG.

Every element carries its own style, so nothing leaks into the page and nothing clashes; text and
lines take the page's colour, so that they are read in light and dark themes alike.
"""
