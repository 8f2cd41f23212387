"""Entry point of `python -m transcriber`.

The module imports nothing at the top level, because each engine process imports the module when it starts.
"""

if __name__ == "__main__":
    import sys

    if sys.argv[1:2] == ["export"]:
        from transcriber import export

        sys.exit(export.main(sys.argv[2:]))

    from transcriber.workers.process_server import warm_up

    warm_up()

    from transcriber.command import main

    sys.exit(main())
