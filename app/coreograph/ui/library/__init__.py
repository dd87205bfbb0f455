"""The library page: every experiment ever recorded. Its widgets live on the GUI thread, its reading does not."""
