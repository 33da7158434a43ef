"""`python -m corpus_to_ft` is the command line."""

from corpus_to_ft.cli import main

if __name__ == "__main__":
    main()
