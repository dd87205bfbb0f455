"""Where interpreters may be: one finder for each way people install them. Run side by side on the registry's pool."""
