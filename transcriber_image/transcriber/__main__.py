"""Entry point of `python -m transcriber`.

The module imports nothing at its top, because each engine process imports it when it starts.
"""

if __name__ == "__main__":
    import sys

    from transcriber.workers.process_server import warm_up

    warm_up()

    from transcriber.command import main

    sys.exit(main())
