"""The machinery behind `mer_core.faces`: detector, mesh, tracking, and what to remark on a track."""
