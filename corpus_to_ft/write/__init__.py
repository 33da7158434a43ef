"""Write: examples become the lines of a training file, with manifest, card and report beside them."""
