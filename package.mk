# The Lambda package, the same for all functions. `sam build` runs build-Api, build-Delivery and build-Live through the Makefile;
# without sam:
#   make build-Api ARTIFACTS_DIR=<new folder> [LAMBDA_PYTHON=3.12] [LAMBDA_ARCH=x86_64] [BYTECODE_PYTHON=<its interpreter>]
# No such machine is needed: wheels are only copied. An interpreter of that version is, to compile: $(PYTHON), python3.12
# on PATH, or the one that is handed in. Without one the package works, and starts at half the speed.

PYTHON ?= python3
LAMBDA_PYTHON ?= 3.13
LAMBDA_ARCH ?= arm64
BYTECODE_PYTHON ?=
# Of what the package is made; the benchmarks have one made of their peers in the same way.
REQUIREMENTS = requirements/runtime.txt
SOURCES = src/ringpost actions

# manylinux2014, because the function's Python 3.11 runs on Amazon Linux 2 (glibc 2.26).
WHEEL_ARCH = $(patsubst arm64,aarch64,$(LAMBDA_ARCH))
WHEELS = --platform manylinux_2_17_$(WHEEL_ARCH) --platform manylinux2014_$(WHEEL_ARCH) \
	--python-version $(LAMBDA_PYTHON) --implementation cp --only-binary=:all:

# boto3 brings botocore, and that the description of every AWS service: 20 MB. What we call is kept.
BOTOCORE_DATA = apigatewaymanagementapi dynamodb s3 sqs ssm sts xray *.json

# Bytecode is that of one version of CPython, and not of one that is still to be released.
OF_THE_FUNCTION = import sys; v = sys.version_info; \
	sys.exit((sys.implementation.name, v.releaselevel, "%d.%d" % v[:2]) != ("cpython", "final", "$(LAMBDA_PYTHON)"))
THIS_FILE := $(lastword $(MAKEFILE_LIST))

.PHONY: build-Api build-Delivery build-Live bytecode
build-Api build-Delivery build-Live:
	@test -n "$(ARTIFACTS_DIR)" || { echo "ARTIFACTS_DIR= says where to build" >&2; exit 1; }
	@mkdir -p "$(ARTIFACTS_DIR)"
	@test -z "$$(ls -A "$(ARTIFACTS_DIR)")" || { echo "$(ARTIFACTS_DIR) is not empty" >&2; exit 1; }
	$(PYTHON) -m pip install --quiet --quiet --disable-pip-version-check --require-hashes --no-deps --no-compile $(WHEELS) \
		--target "$(ARTIFACTS_DIR)" -r $(REQUIREMENTS)
	rm -rf "$(ARTIFACTS_DIR)/bin"
	find "$(ARTIFACTS_DIR)/botocore/data" "$(ARTIFACTS_DIR)/boto3/data" -mindepth 1 -maxdepth 1 $(foreach kept,$(BOTOCORE_DATA),! -name '$(kept)') -exec rm -rf {} +
	cp -R $(SOURCES) "$(ARTIFACTS_DIR)"
	find "$(ARTIFACTS_DIR)" -type d \( -name __pycache__ -o -name tests \) -prune -exec rm -rf {} +
	@$(MAKE) --no-print-directory -f "$(THIS_FILE)" bytecode

# Lambda can write none. Unchecked: a file's time is whatever unpacking gives it, and nobody edits one there. -I, because
# PYTHONPYCACHEPREFIX would have it written elsewhere. What is said goes to standard output: sam shows no other.
bytecode:
	@for python in "$(BYTECODE_PYTHON)" "$(PYTHON)" "python$(LAMBDA_PYTHON)"; do \
		if "$$python" -I -c '$(OF_THE_FUNCTION)' 2>/dev/null; then \
			echo "Compiling for Python $(LAMBDA_PYTHON)"; \
			exec "$$python" -I -m compileall -q --invalidation-mode unchecked-hash \
				-s "$(ARTIFACTS_DIR)" -p /var/task "$(ARTIFACTS_DIR)"; \
		fi; \
	done; \
	echo "****"; \
	echo "**** NOT COMPILED: there is no CPython $(LAMBDA_PYTHON) here, of which the function is, in BYTECODE_PYTHON=$(BYTECODE_PYTHON), PYTHON=$(PYTHON) or PATH."; \
	echo "**** The package works, but Lambda can write no bytecode: each cold start without a snapshot compiles all modules anew"; \
	echo "**** and takes about twice as long. Hand one in: BYTECODE_PYTHON=/path/to/python$(LAMBDA_PYTHON) sam build"; \
	echo "****"
