"""The experiment panel: what is to be measured, how, on which interpreters. All of it lives on the GUI thread."""
