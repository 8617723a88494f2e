"""How Sphinx makes the site; `autograder site` calls it."""

project = "Convolutional vision"
author = "The Convolutional Vision Course authors"
copyright = author  # noqa: A001  (Sphinx's name)
extensions = ["myst_nb", "autograder.site.mathml"]
exclude_patterns = ["LICENSE"]

html_theme = "alabaster"
html_theme_options = {
    "description": "A course in notebooks, with a grader to trust",
    "fixed_sidebar": True,
    "body_max_width": "100%",  # code has lines of 100 characters
    "page_width": "1250px",
    "sidebar_width": "260px",
}
html_sidebars = {"**": ["about.html", "searchfield.html", "navigation.html", "relations.html"]}
html_show_sphinx = False
html_copy_source = False  # the notebooks are handed out with what belongs to them
html_math_renderer = "mathml"

myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 3
# Outputs come from the executed solutions, cell by cell, without the solutions.
nb_execution_mode = "off"
nb_number_source_lines = False
