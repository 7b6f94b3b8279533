"""The challenge on the screen: plays a clip once, takes an answer, then shows the truth slowly and amplified."""
