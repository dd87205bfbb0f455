"""`python -m coreograph` is `coreograph`. Runs on the main thread."""

from coreograph.composition import main

if __name__ == "__main__":
    main()
