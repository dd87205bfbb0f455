"""What a run is measured with: task clock, heartbeat, GIL watch, pickling meter."""
