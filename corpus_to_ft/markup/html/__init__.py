"""HTML: the tree, what of it is the article, its text, and what the page says about itself."""
