# Each command installs what it needs by itself, below .local/ and nowhere else.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

UV_VERSION := 0.13.9
UV := .local/uv/bin/uv
# Airflow 3.2.1, the stack and the tests. MWAA's other versions each have an environment of their own.
MAIN := .local/venvs/airflow
AIRFLOW_VERSIONS := $(patsubst %,.local/venvs/airflow-%/ready,3.0.6 3.3.1)
TRANSCRIBER := .local/venvs/transcriber
# The AWS CDK with its Node, and the tests of infra/. checkov pins other versions of what these need.
INFRA := .local/venvs/infra
CHECKOV := .local/venvs/checkov
# JAX, which fine-tunes models.
TRAINER := .local/venvs/trainer
# What compiles KenLM's programs, which estimate the language models of scorers. It is removed afterwards.
KENLM_BUILD := .local/venvs/kenlm
KENLM := .local/kenlm
# MiniStack and SeaweedFS, on which the tests of storage run too. MiniStack pins another botocore than Airflow.
S3_SERVERS := .local/venvs/s3-servers
# Tools that read the sources only: import-linter and codespell.
TOOLS := .local/venvs/tools
CDK := CDK_DISABLE_CLI_TELEMETRY=true PATH=$(CURDIR)/$(INFRA)/bin:$$PATH .local/cdk/node_modules/.bin/cdk
# TensorFlow, which writes models. Only `make bench` needs it, for a model of the official size.
EXPORT := .local/venvs/export
PYTHON := $(MAIN)/bin/python
# What tests need only where there is a compiler; without one, they skip.
COMPILED := $(if $(shell command -v g++),$(KENLM)/ready)
# One process runs all tests of a file. tests/conftest.py starts the integration tests first.
DIST := --dist loadfile --no-loadscope-reorder
LOCK = $(UV) pip compile --upgrade --quiet --no-emit-index-url --no-header --no-annotate --python-platform x86_64-manylinux_2_28

# Folder names reach Python through the environment, never through a shell command.
# `value`: as it was typed, with nothing expanded.
override AUDIO := $(value AUDIO)
override OUT := $(value OUT)
override MODEL := $(value MODEL)
override BASE := $(value BASE)
override WORDS := $(value WORDS)
override TEACH := $(value TEACH)
override TEST := $(value TEST)
override OTHERS := $(value OTHERS)
override BUCKET := $(value BUCKET)
override SET := $(value SET)
export AUDIO OUT MODEL BASE TEST OTHERS WORDS TEACH BUCKET SET RUNNER AIRFLOW FRESH SEED STEPS
export PYTHONPATH := $(CURDIR)/dags
export UV_PYTHON_INSTALL_DIR := $(CURDIR)/.local/python
export PYTHONDONTWRITEBYTECODE := $(CI)

.PHONY: help setup chosen demo teach up down rehearsal synth bootstrap preflight deploy smoke scan destroy snapshot test walk check hooks bench pictures lint format model documents constraints lock clean

help:  ## show this list
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

demo: setup chosen  ## transcribe recordings on this machine: make demo [AUDIO=dir] [OUT=dir] [MODEL=dir] [RUNNER=container] [AIRFLOW=3.0.6]
	@$(PYTHON) -m local demo

teach: $(TRAINER)/ready $(TRANSCRIBER)/ready $(if $(WORDS)$(filter words both,$(TEACH)),$(KENLM)/ready)  ## teach a model your speech or, with WORDS, only words: make teach AUDIO=dir [WORDS=dir] [TEACH=sound|words|both] [BASE=dir] [OUT=dir] [TEST=dir] [OTHERS=dir], or BUCKET=name [SET=name] [BASE=name]
	@PYTHONPATH=dags:transcriber_image:trainer_image $(TRAINER)/bin/python -m trainer

up: setup chosen  ## start the local stack and leave it running: make up [FRESH=1] [RUNNER=container] [AIRFLOW=3.0.6]
	@$(PYTHON) -m local up

down: setup  ## end the local stack, and keep its bucket and history for the next make up
	@$(PYTHON) -m local down

synth: $(INFRA)/ready .local/cdk/ready  ## write the templates of the AWS deployment to cdk.out: make synth [CDKFLAGS='-c name=other']
	@$(CDK) synth --quiet $(CDKFLAGS)

bootstrap: $(INFRA)/ready .local/cdk/ready  ## make what the CDK itself needs, once per account and region
	@$(CDK) bootstrap $(CDKFLAGS)

preflight: $(MAIN)/ready synth  ## ask your AWS account, with read-only calls, what of a deployment would fail: make preflight [CDKFLAGS='-c name=other']
	@$(PYTHON) -m infra.preflight --templates cdk.out

deploy: $(MAIN)/ready synth  ## create or update everything in your AWS account: make deploy [CDKFLAGS='-c name=other']
	@$(PYTHON) -m infra.mwaa --templates cdk.out
	@$(PYTHON) -m infra.preflight --templates cdk.out
	@$(CDK) deploy --all --app cdk.out $(CDKFLAGS)

smoke: $(MAIN)/ready synth  ## prove a deployment: transcribe a clip with it, check every part, remove it all: make smoke [CDKFLAGS='-c name=other']
	@$(PYTHON) -m infra.smoke --templates cdk.out

scan: $(MAIN)/ready synth  ## let ECR scan the deployed image for known vulnerabilities, and list those that are not settled: make scan [CDKFLAGS='-c name=other']
	@$(PYTHON) -m infra.image_scan --templates cdk.out

destroy: $(INFRA)/ready .local/cdk/ready  ## remove it again, all but audio and transcripts
	@$(CDK) destroy --all $(CDKFLAGS)

rehearsal: setup $(INFRA)/ready .local/cdk/ready  ## deploy to a local AWS with the real CDK, transcribe there, update, destroy (five minutes)
	@$(PYTHON) -m rehearsal

snapshot: $(INFRA)/ready .local/cdk/ready  ## take over a change of the templates that was meant
	@SNAPSHOT=take $(INFRA)/bin/python -m pytest --quiet tests/infra/test_snapshot.py

test: setup $(TRAINER)/ready $(COMPILED) $(AIRFLOW_VERSIONS) lint $(CHECKOV)/ready $(S3_SERVERS)/ready .local/cdk/ready  ## everything that CI checks
	@$(TRANSCRIBER)/bin/python -m pytest -n 2 $(DIST) tests/contract tests/transcriber
	@$(TRAINER)/bin/python -m pytest -n 2 $(DIST) tests/trainer
	@$(INFRA)/bin/python -m pytest -n 2 $(DIST) tests/infra
	@$(PYTHON) -m pytest -n 2 $(DIST) --ignore=tests/transcriber --ignore=tests/trainer --ignore=tests/infra tests

walk: setup  ## take random steps of people, AWS and lost machines on the local stack (20 minutes): make walk [SEED=7] [STEPS=200]
	@SEED=$${SEED:-$$RANDOM} STEPS=$${STEPS:-200} $(PYTHON) -m pytest -q -s tests/integration/test_random_walk.py

check: setup $(TRAINER)/ready $(COMPILED) $(AIRFLOW_VERSIONS) lint $(CHECKOV)/ready .local/cdk/ready  ## lint, and all tests that need no stack, other S3 server, browser or container: for every change
	@$(TRANSCRIBER)/bin/python -m pytest -q -n 2 $(DIST) -m 'not s3_servers' tests/contract tests/transcriber
	@$(TRAINER)/bin/python -m pytest -q -n 2 $(DIST) tests/trainer
	@$(INFRA)/bin/python -m pytest -q -n 2 $(DIST) tests/infra
	@$(PYTHON) -m pytest -q -n 2 $(DIST) -m 'not integration and not container and not s3_servers' \
		--ignore=tests/transcriber --ignore=tests/trainer --ignore=tests/infra tests

hooks: $(TOOLS)/ready  ## let git check each commit: style, types, layers and spelling
	@$(TOOLS)/bin/pre-commit install

bench: setup $(EXPORT)/ready $(TRAINER)/ready  ## measure speed, memory and requests, for docs/performance.md (an hour): make bench [BENCHFLAGS=--quick]
	@$(PYTHON) -m benchmarks $(BENCHFLAGS)

pictures: setup  ## take the pictures of the pages in docs/pictures/ again (two minutes)
	@$(PYTHON) -m local.pictures

lint: setup $(TRAINER)/ready $(INFRA)/ready $(TOOLS)/ready  ## style, types, layers and spelling
	@$(MAIN)/bin/ruff check .
	@$(MAIN)/bin/ruff check --preview --select AIR dags plugins
	@$(MAIN)/bin/ruff format --check .
	@$(MAIN)/bin/mypy
	@MYPYPATH=transcriber_image $(TRANSCRIBER)/bin/mypy --python-version 3.9 \
		transcriber_image/transcriber transcriber_image/fetch_model.py dags/transcription/contract dags/transcription/formats
	@MYPYPATH=trainer_image:transcriber_image $(TRAINER)/bin/mypy --cache-dir .mypy_cache/trainer --follow-imports silent \
		trainer_image/trainer
	@MYPYPATH=trainer_image:transcriber_image $(TRANSCRIBER)/bin/mypy --python-version 3.9 \
		trainer_image/recogniser trainer_image/bucket_access
	@$(INFRA)/bin/mypy --cache-dir .mypy_cache/infra --exclude infra/mwaa/load_dags.py infra documentation
	@PYTHONPATH=dags:plugins:transcriber_image:trainer_image:. $(TOOLS)/bin/lint-imports --cache-dir .local/import-linter >.local/import-linter.log \
		|| { cat .local/import-linter.log; exit 1; }
	@$(TOOLS)/bin/codespell

format: setup  ## put the code into the style that lint wants
	@$(MAIN)/bin/ruff check --fix .
	@$(MAIN)/bin/ruff format .

# Only from the command line: as a variable of the environment, LANGUAGE names the languages of the desktop.
model: chosen_language := $(if $(filter command,$(origin LANGUAGE)),$(LANGUAGE),en)
model:  ## fetch an official DeepSpeech 0.9.3 model into models/: English (1.1 GB), or Mandarin with LANGUAGE=zh-CN (260 MB)
	@python3 transcriber_image/fetch_model.py --language $(chosen_language) \
		models/deepspeech-0.9.3$(if $(filter en,$(chosen_language)),,-$(chosen_language))

documents: $(INFRA)/ready  ## write settings, costs and the picture of a deployment into README and docs
	@PATH=$(CURDIR)/$(INFRA)/bin:$$PATH $(INFRA)/bin/python -m infra.documents

constraints: setup  ## fetch the copies of Airflow's constraints again
	@$(PYTHON) -m infra.mwaa.constraints

lock: $(UV)  ## resolve the pinned requirements again
	$(LOCK) --python-version 3.12 --exclude-newer 2026-05-10 locks/mwaa-3.2.1.in --output-file locks/mwaa-3.2.1.txt
	$(LOCK) --python-version 3.12 --exclude-newer 2025-08-30 --generate-hashes locks/mwaa-3.0.6.in --output-file locks/mwaa-3.0.6.txt
	$(LOCK) --python-version 3.12 --exclude-newer 2026-08-20 --generate-hashes locks/mwaa-3.3.1.in --output-file locks/mwaa-3.3.1.txt
	$(LOCK) --python-version 3.12 --generate-hashes locks/airflow.in --output-file locks/airflow.txt
	$(LOCK) --python-version 3.12 --generate-hashes locks/infra.in --output-file locks/infra.txt
	$(LOCK) --python-version 3.12 --generate-hashes locks/checkov.in --output-file locks/checkov.txt
	$(LOCK) --python-version 3.12 --generate-hashes locks/s3-servers.in --output-file locks/s3-servers.txt
	$(LOCK) --python-version 3.12 --generate-hashes locks/tools.in --output-file locks/tools.txt
	$(LOCK) --python-version 3.12 --generate-hashes trainer_image/requirements.in --output-file trainer_image/requirements.txt
	$(LOCK) --python-version 3.12 --generate-hashes locks/trainer.in --output-file locks/trainer.txt
	echo uv==$(UV_VERSION) | $(LOCK) --python-version 3.9 --generate-hashes - --output-file trainer_image/uv.txt
	$(LOCK) --python-version 3.12 --generate-hashes locks/kenlm.in --output-file locks/kenlm.txt
	$(LOCK) --python-version 3.9 --generate-hashes transcriber_image/requirements.in --output-file transcriber_image/requirements.txt
	$(LOCK) --python-version 3.9 --generate-hashes locks/transcriber.in --output-file locks/transcriber.txt

clean:  ## end the local stack, remove everything that was installed or left below .local/
	@if [ -x $(PYTHON) ]; then $(PYTHON) -m local down; fi
	rm -rf .local

setup: $(MAIN)/ready $(TRANSCRIBER)/ready

# The version that `make demo` or `make up` names; the stack refuses one that is not known.
chosen: $(filter %/airflow-$(AIRFLOW)/ready,$(AIRFLOW_VERSIONS))

$(UV):
	@echo "Installing uv $(UV_VERSION) …"
	@python3 -m venv .local/uv || { echo "This Python has no venv module; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@.local/uv/bin/python -m pip install --quiet uv==$(UV_VERSION)

# The marker is older than a lock file that changed, which makes the environment again.
PYTHON_OF_ENVIRONMENT := 3.12
$(TRANSCRIBER)/ready: PYTHON_OF_ENVIRONMENT := 3.9
$(MAIN)/ready $(TRANSCRIBER)/ready $(TRAINER)/ready $(KENLM_BUILD)/ready $(INFRA)/ready $(CHECKOV)/ready $(S3_SERVERS)/ready $(TOOLS)/ready: .local/venvs/%/ready: locks/%.txt | $(UV)
	$(install)

$(AIRFLOW_VERSIONS): .local/venvs/airflow-%/ready: locks/mwaa-%.txt | $(UV)
	$(install)

# uv fetches a version of Python that this machine lacks.
find_python = $(UV) python find --quiet $(1) >/dev/null 2>&1 || $(UV) python install --quiet $(1) >/dev/null 2>&1 \
	|| { echo "Python $(1) is not installed, and uv cannot fetch it: install it, for example with pyenv, or allow uv access to the internet." >&2; exit 1; }

define install
	@echo "Installing $(notdir $(@D)) (Python $(PYTHON_OF_ENVIRONMENT)) …"
	@$(call find_python,$(PYTHON_OF_ENVIRONMENT))
	@$(UV) venv --quiet --clear --python $(PYTHON_OF_ENVIRONMENT) $(@D)
	@$(UV) pip install --quiet --python $(@D) --require-hashes -r $<
	@touch $@
endef

# Without build isolation, because pip would compile CMake to read the name of the package.
$(KENLM)/ready: trainer_image/build_kenlm.py locks/kenlm-source.txt locks/kenlm.txt | $(UV)
	@command -v g++ >/dev/null || { echo "Scorers from texts need a compiler; on Debian and Ubuntu: apt install g++" >&2; exit 1; }
	@$(MAKE) --no-print-directory $(KENLM_BUILD)/ready
	@echo "Compiling KenLM …"
	@mkdir -p $(KENLM)
	@$(KENLM_BUILD)/bin/python -m pip download -qq --no-deps --no-build-isolation --no-binary kenlm --require-hashes \
		--requirement locks/kenlm-source.txt --dest $(KENLM)
	@$(KENLM_BUILD)/bin/python trainer_image/build_kenlm.py $(KENLM)
	@rm -rf $(KENLM_BUILD)
	@touch $@

# The CDK's command line, below .local/ like everything else; npm is the one of $(INFRA).
.local/cdk/ready: package.json package-lock.json $(INFRA)/ready
	@mkdir -p $(@D)
	@cp package.json package-lock.json $(@D)
	@cd $(@D) && PATH=$(CURDIR)/$(INFRA)/bin:$$PATH npm ci --silent --no-audit --no-fund
	@touch $@

$(EXPORT)/ready: transcriber_image/demo_model/training/requirements-export.txt | $(UV)
	@echo "Installing TensorFlow (Python 3.9) …"
	@$(call find_python,3.9)
	@$(UV) venv --quiet --clear --python 3.9 $(EXPORT)
	@$(UV) pip install --quiet --python $(EXPORT) -r $<
	@touch $@
