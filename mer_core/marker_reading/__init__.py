"""The machinery of `mer_core.marker_files`: reading CSV and ELAN files, and putting their times on a clip's frames."""
