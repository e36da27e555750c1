"""Sphinx settings of the manual."""

from kap_model._version import __version__

project = "kap_model"
author = "the kap_model authors"
project_copyright = "2026, the kap_model authors"
release = __version__
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "kap_model"
html_static_path = ["_static"]
html_css_files = ["manual.css"]
html_copy_source = False
html_show_sphinx = False
exclude_patterns = ["_build"]
myst_heading_anchors = 3
nitpicky = True
