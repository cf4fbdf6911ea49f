# The Lambda package, the same for both functions. `sam build` runs build-Api and build-Delivery through the Makefile;
# without sam:
#   make build-Api ARTIFACTS_DIR=<new folder> [LAMBDA_PYTHON=3.12] [LAMBDA_ARCH=x86_64]
# No interpreter of that version and no such machine are needed: wheels are only copied.

PYTHON ?= python3
LAMBDA_PYTHON ?= 3.13
LAMBDA_ARCH ?= arm64

# manylinux2014, because the function's Python 3.11 runs on Amazon Linux 2 (glibc 2.26).
WHEEL_ARCH = $(patsubst arm64,aarch64,$(LAMBDA_ARCH))
WHEELS = --platform manylinux_2_17_$(WHEEL_ARCH) --platform manylinux2014_$(WHEEL_ARCH) \
	--python-version $(LAMBDA_PYTHON) --implementation cp --only-binary=:all:

# The X-Ray SDK brings botocore, and that the description of every AWS service: 20 MB. What we call is kept.
BOTOCORE_DATA = dynamodb s3 sqs ssm sts xray *.json

.PHONY: build-Api build-Delivery
build-Api build-Delivery:
	@test -n "$(ARTIFACTS_DIR)" || { echo "ARTIFACTS_DIR= says where to build" >&2; exit 1; }
	@mkdir -p "$(ARTIFACTS_DIR)"
	@test -z "$$(ls -A "$(ARTIFACTS_DIR)")" || { echo "$(ARTIFACTS_DIR) is not empty" >&2; exit 1; }
	$(PYTHON) -m pip install --quiet --quiet --disable-pip-version-check --require-hashes --no-deps --no-compile $(WHEELS) \
		--target "$(ARTIFACTS_DIR)" -r requirements/runtime.txt
	rm -rf "$(ARTIFACTS_DIR)/bin"
	find "$(ARTIFACTS_DIR)/botocore/data" -mindepth 1 -maxdepth 1 $(foreach kept,$(BOTOCORE_DATA),! -name '$(kept)') -exec rm -rf {} +
	cp -R src/ringpost actions "$(ARTIFACTS_DIR)"
	find "$(ARTIFACTS_DIR)" -type d \( -name __pycache__ -o -name tests \) -prune -exec rm -rf {} +
