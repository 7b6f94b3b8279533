"""How the files of clips are usually named; whether a file is what its name says, reading it tells."""

_VIDEOS = "mp4 m4v mov avi mkv webm mpg mpeg wmv flv 3gp mts m2ts ogv asf"
ANIMATION_SUFFIXES = (".gif", ".webp")
STILL_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")
# Of files that are a clip each; stills become one only together.
CLIP_SUFFIXES = (*(f".{name}" for name in _VIDEOS.split()), *ANIMATION_SUFFIXES, ".zip")
