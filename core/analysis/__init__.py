"""Arrays in, frozen dataclasses of arrays out: what all systems share; those of one system are in its folder."""
