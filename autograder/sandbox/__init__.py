"""The instructor's side of the wall: starts sandboxed workers, feeds them, believes nothing."""
