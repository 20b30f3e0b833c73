"""Wordglass: see what sequence models learn, and watch them learn it.

Data flows one way: corpora -> tokens -> models + training -> checkpoints -> states
-> analysis -> figures -> ui -> pages.
"""
