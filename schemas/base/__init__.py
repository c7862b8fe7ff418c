"""Money, time, partitioners, the lines of a value, words and errors that all rooms share."""
