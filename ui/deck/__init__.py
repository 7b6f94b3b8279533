"""The deck: face, motion curve, markers and transport in one component that scrubs in the browser."""
