"""The machinery behind `mer_core.synthetic`: action units as displacement fields, scenarios, and the face they move."""
