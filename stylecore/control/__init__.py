"""What steers a run: where each style goes, whose colours come out, what is left untouched.

A control is read at the size of its picture and given out at the size of a scale. May import:
pictures, settings, errors.
"""
