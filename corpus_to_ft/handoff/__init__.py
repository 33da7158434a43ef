"""Hand-off: a finished data set as the files and the settings that one local trainer reads."""
