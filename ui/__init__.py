"""Streamlit glue: computes nothing itself, everything comes from `mer_core`."""
