"""What runs only on a laptop: the Bitbucket emulator, the demo and the stack runner."""
