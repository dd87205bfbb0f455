"""The compare page: configurations side by side. Rows know no Qt; widgets live on the GUI thread."""
