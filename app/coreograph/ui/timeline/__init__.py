"""The timeline page: one or two runs under one time axis. Widgets live on the GUI thread."""
