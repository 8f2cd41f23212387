"""`python -m transcriber`. It imports nothing at once: each process of the engine reads this file when it starts."""

if __name__ == "__main__":
    import sys

    from transcriber.workers.process_server import warm_up

    warm_up()

    from transcriber.command import main

    sys.exit(main())
