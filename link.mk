# The link as one file, for a switch's machine that has Python and nothing else:
#   make link-package [LINK_PYTHONS="3.11 3.13"] [LINK_ARCHES=x86_64]
# Compiled modules carry their Python and machine in their names (_pydantic_core.cpython-313-x86_64-linux-gnu.so), so those
# of all lie side by side in one folder, and each interpreter finds its own. docs/decisions/0014.

LINK_PYTHONS ?= 3.11 3.12 3.13 3.14
LINK_ARCHES ?= x86_64 aarch64
LINK_VERSION = $(shell sed -nE 's/^__version__ = "(.*)"/\1/p' src/ringpost/__init__.py)
LINK_FILE = dist/ringpost-link-$(LINK_VERSION).pyz
LINK_BUILD := .aws-sam/link
# Of ours, what a link knows (pyproject.toml, "A link knows its switch and the wire"), and its command.
LINK_FOLDERS = link model switch
LINK_MODULES = __init__.py client.py clock.py live_client.py nearest.py settings.py live/__init__.py live/messages.py \
	entry/__init__.py entry/cli/__init__.py entry/cli/linking.py entry/cli/options.py

.PHONY: link-package
link-package: .venv/dev $(TOOLS)/shiv  ## the link as one file, in dist/, and its checksum (LINK_PYTHONS=, LINK_ARCHES=)
	rm -rf $(LINK_BUILD) $(LINK_FILE) $(LINK_FILE).sha256
	mkdir -p $(LINK_BUILD)/all dist
	for python in $(LINK_PYTHONS); do for arch in $(LINK_ARCHES); do \
		$(BIN)/python $(PIP_INSTALL) --no-compile --only-binary=:all: --implementation cp --python-version $$python \
			--platform manylinux_2_17_$$arch --platform manylinux2014_$$arch \
			--target $(LINK_BUILD)/one -r requirements/link.txt && \
		cp -R $(LINK_BUILD)/one/. $(LINK_BUILD)/all && rm -rf $(LINK_BUILD)/one || exit 1; \
	done; done
	rm -rf $(LINK_BUILD)/all/bin
	for path in $(LINK_FOLDERS) $(LINK_MODULES); do \
		mkdir -p "$(LINK_BUILD)/all/ringpost/$$(dirname $$path)" && \
		cp -R src/ringpost/$$path "$(LINK_BUILD)/all/ringpost/$$(dirname $$path)" || exit 1; \
	done
	find $(LINK_BUILD)/all -type d -name __pycache__ -prune -exec rm -rf {} +
	$(TOOLS)/shiv/bin/shiv --site-packages $(LINK_BUILD)/all --compressed --reproducible \
		--python '/usr/bin/env python3' --preamble src/ringpost/entry/link_file.py \
		--entry-point ringpost.entry.cli.linking:link --output-file $(LINK_FILE)
	cd dist && sha256sum $(notdir $(LINK_FILE)) > $(notdir $(LINK_FILE)).sha256
	@cat $(LINK_FILE).sha256 && du -h $(LINK_FILE)
