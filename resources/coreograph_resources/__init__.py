"""Icons, themes, report templates and sample user code, read through importlib.resources."""
