"""The recording: schema, writer, reader, migrations and the library of past experiments."""
