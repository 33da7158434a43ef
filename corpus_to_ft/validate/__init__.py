"""Says of a training file, line by line, what its target would refuse, cut or learn wrongly."""
