"""Results in, plotly figures out: what all systems share; those of one system are in its folder."""
