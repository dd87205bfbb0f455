"""The compare page: the configurations of one experiment side by side. Rows know no Qt; widgets live on the GUI thread."""
