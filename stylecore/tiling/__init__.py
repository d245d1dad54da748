"""A picture in tiles, exactly: its loss and gradient are those of the whole, to rounding.

Each tile is run for itself, with as much of the picture around it as the network sees. Statistics
are sums over tiles; what is as large as the picture and not wanted at once lies on the disk.
May import: engine, control, losses, optimizers, pictures, settings and errors.
"""
