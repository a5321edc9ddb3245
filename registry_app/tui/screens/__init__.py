"""One file and one stylesheet per screen; a stylesheet's only root is its screen's class."""
