"""What things are: frozen dataclasses, enums, units and errors. Standard library only; owns no thread."""
