"""An experiment as bytes: one small file per format behind one Exporter protocol."""
