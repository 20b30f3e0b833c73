"""Wordglass: ``streamlit run app.py``."""

from core.ui import frame

frame.run()
