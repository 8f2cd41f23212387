"""The agreement between the DAGs, the containers and the pages: S3 keys, records, options and errors.

All of them import this package: Airflow from `dags/`, the containers and the pages from copies. The package uses the
standard library only, and the syntax of Python 3.9, the last version with a `deepspeech` wheel.
"""
