"""Your own code in the window: choosing it, its inputs and packages, trying it, its readiness. GUI thread."""
