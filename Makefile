# Everything here runs on a fresh machine with Go; what a target needs beyond it, the target installs.

GO ?= go
# The Go tool asks git for the version that it stamps, and fails where git refuses to answer.
export GOFLAGS ?= $(shell git rev-parse --verify -q HEAD >/dev/null 2>&1 || echo -buildvcs=false)
# Of the tests of one package. It ends what hangs: a slow machine that does other work beside comes nowhere near it.
LIMIT := 1h
# Of all mutants, each of which runs tests, and of all faults.
NIGHT := 12h
# The CDK runs on the Node that package.json pins.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

# Two at a time, the longest first, for which what several of them need is there before. Each prints when it ends.
.PHONY: test
test: ## Everything that must hold: formatting, vet, the whole story, the template, moto and MiniStack, an image that boots, a sixteenth of the faults, all tests, those of goroutines with the race detector
	$(MAKE) -j 3 check node_modules/.package-lock.json $(VENV)/ministack/installed
	$(MAKE) -j 2 $(if $(filter output-sync,$(.FEATURES)),-O) race $(BOOT) conformance unraced some-faults story template

# Without QEMU it is left out, except in CI.
BOOT := $(if $(CI)$(shell command -v qemu-system-x86_64),boot,no-boot)
.PHONY: no-boot
no-boot:
	@echo "SKIPPED: make boot, which needs QEMU: apt-get install qemu-system-x86 mmdebstrap debian-archive-keyring e2fsprogs"

.PHONY: some-faults
some-faults:
	$(MAKE) faults EVERY=16

# The browser's load does not reach an alarm's threshold on a busy machine that has the detector, too.
SLOWED := ^TestStoryInABrowser$$
# Where goroutines share memory. The nights have the detector over the rest.
RACED := ./gallery-ami/app ./internal/asl ./internal/console ./internal/environment ./internal/load \
	./internal/localcloud/elb ./internal/localcloud/fabric ./internal/localcloud/machine ./internal/pace ./internal/terminal ./lambdas/door
REST := $(GO) list ./... | grep -vxF $(patsubst ./%,-e photogallery/%,$(RACED))

.PHONY: race
race:
	$(GO) test -race -timeout $(LIMIT) -skip '$(SLOWED)' $(RACED)

# The stories of /internal/stack and all of /conformance have targets of their own.
.PHONY: unraced
unraced:
	$(GO) test -timeout $(LIMIT) $$($(REST) | grep -v -e /conformance/ -e /internal/stack$$)
	$(GO) test -timeout $(LIMIT) -run '$(SLOWED)' ./internal/console

.PHONY: race-rest
race-rest: ## The race detector over what `make test` runs without it
	$(GO) test -race -timeout $(LIMIT) $$($(REST) | grep -v -e /cdk -e /architecture -e /faults)
	$(GO) test -race -timeout $(LIMIT) -run '$(SLOWED)' ./internal/console

.PHONY: build
build: ## Build bin/gallery, which knows its version
	$(GO) build -trimpath -ldflags='-s -w' -o bin/gallery ./cmd/gallery

.PHONY: snapshot
snapshot: ## The program's archives for Linux and macOS in dist/, with checksums and software bills of materials: PLATFORMS=linux/amd64 for some, VERSION names them
	GO='$(GO)' VERSION='$(VERSION)' PLATFORMS='$(PLATFORMS)' tools/release/archives.sh

PLATFORM ?= darwin/arm64
.PHONY: cross
cross: ## Vet and build for PLATFORM (darwin/arm64)
	GOOS=$(patsubst %/,%,$(dir $(PLATFORM))) GOARCH=$(notdir $(PLATFORM)) $(GO) vet ./cmd/... ./internal/... ./lambdas/... ./gallery-ami/...
	GOOS=$(patsubst %/,%,$(dir $(PLATFORM))) GOARCH=$(notdir $(PLATFORM)) $(GO) build -o bin/cross/ ./cmd/gallery

.PHONY: fmt
fmt: ## Format the Go code and the state machines, and tidy the modules
	gofmt -w $$(git ls-files '*.go')
	$(GO) test ./statemachine -run Form -write
	$(GO) mod tidy
	cd tools/lint && $(GO) mod tidy
	cd tools/release && $(GO) mod tidy

.PHONY: cover
cover: ## Statements that the Go tests run, by package, and bin/cover.html
	@mkdir -p bin
	$(GO) test -timeout $(LIMIT) -coverpkg ./cmd/...,./gallery-ami/...,./internal/...,./lambdas/... -coverprofile bin/cover.out ./...
	$(GO) tool cover -html bin/cover.out -o bin/cover.html

.PHONY: clean
clean: ## Remove what the targets have built and installed
	rm -rf bin dist cdk.out node_modules $(VENV)

.PHONY: quick
quick: node_modules/.package-lock.json ## The Go tests alone, without the race detector
	$(GO) test -timeout $(LIMIT) ./...

.PHONY: story
story: ## Release, scale, heal, roll, undo and tear down on this machine, and see that nothing is left
	$(GO) run ./cmd/gallery up --check

# All single faults take more than half an hour on two cores, so `make test` takes every sixteenth of them.
FAULTS := $(CURDIR)/bin/faults.txt
.PHONY: faults
faults: ## Every fault at every place of every scenario (one in EVERY), PAIRS of them (100), drawn with SEED (1), planted bugs, time and money; WRITE=1 writes conformance/reliability.md and docs/reliability.md
	@mkdir -p bin && rm -f $(FAULTS)
	@GOGC=400 $(GO) test ./conformance/faults -count 1 -timeout $(NIGHT) $(if $(EVERY),-every $(EVERY),-all) -pairs $(or $(PAIRS),100) -seed $(or $(SEED),1) \
		-report $(FAULTS) $(if $(WRITE),-write) || { cat $(FAULTS); exit 1; }
	@cat $(FAULTS)

.PHONY: check
check: ## Formatting, vet and a tidy module
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); \
		if [ -n "$$unformatted" ]; then echo "not gofmt'ed:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) mod tidy -diff

# The scripts that run on a laptop, where macOS has bash 3.2 and BSD's tools. The others run on Amazon Linux, in a
# virtual machine, or where their own first lines want Linux.
LAPTOP := '*.sh' ':!conformance/boot' ':!gallery-ami/recipe/builder.sh' ':!gallery-ami/recipe/fleet.sh' ':!gallery-ami/recipe/run.sh' \
	':!internal/local/process/testdata' ':!tools/bench' ':!tools/pictures'

.PHONY: scripts
scripts: ## ShellCheck, where it is installed, and what macOS's bash 3.2 and tools do not know
	@! git grep -nEf tools/lint/bash.txt -- $(LAPTOP) || { echo "macOS does not know that: see tools/lint/bash.txt"; exit 1; }
	@if command -v shellcheck >/dev/null; then git ls-files -- $(LAPTOP) | xargs shellcheck --severity=warning --exclude=SC2115; \
		else echo "SKIPPED: ShellCheck, which is not installed"; fi

.PHONY: lint
lint: scripts ## The linters of .golangci.yml, the vulnerability check (builds both the first time), and phrases that nobody says
	$(GO) tool -modfile=tools/lint/go.mod golangci-lint run ./...
	@! git grep -nEf tools/lint/voice.txt -- '*.go' '*.md' '*.sh' '*.py' '*.html' '*.js' '*.yml' Makefile || { echo "say it in plain English: see tools/lint/voice.txt"; exit 1; }
	$(GO) tool -modfile=tools/lint/go.mod govulncheck ./...

VENV = conformance/.venv

$(VENV)/installed: conformance/requirements.txt
	python3 -m venv --clear $(VENV)
	$(VENV)/bin/pip install -q --disable-pip-version-check --require-hashes -r $<
	@touch $@

# It needs another botocore.
$(VENV)/ministack/installed: conformance/ministack/requirements.txt $(VENV)/installed
	python3 -m venv --clear $(VENV)/ministack
	$(VENV)/ministack/bin/pip install -q --disable-pip-version-check --require-hashes -r $<
	@touch $@

.PHONY: conformance
conformance: node_modules/.package-lock.json $(VENV)/installed $(VENV)/ministack/installed ## The product against moto and MiniStack, independent AWS emulators, with a report, and its requests and the embedded cloud's answers against botocore's models (installs them the first time; needs Python 3 with pip, and Chromium)
	$(GO) vet -tags conformance,boot,emulator ./conformance/...
	$(GO) test -tags conformance -count 1 -timeout $(LIMIT) $$($(GO) list ./conformance/... | grep -v /faults)
	@mkdir -p bin
	CONFORMANCE_CALLS=$(CURDIR)/bin/calls.jsonl $(GO) test -count 1 ./internal/stack
	$(VENV)/bin/python conformance/calls.py <bin/calls.jsonl

# Where KVM does not work machines are emulated, which takes ten minutes or more.
.PHONY: boot
boot: $(VENV)/installed ## Build an image in a virtual machine and boot instances of it: what our scripts do under a real systemd and cloud-init (needs QEMU, mmdebstrap, e2fsprogs, and root or sudo the first time); WRITE=1 writes conformance/boot.md
	$(GO) vet -tags boot ./conformance/boot
	$(GO) test -tags boot -count 1 -timeout $(LIMIT) ./conformance/boot -skip '^TestFaultsAreFound$$' $(if $(WRITE),-write)

.PHONY: boot-mutants
boot-mutants: $(VENV)/installed ## The same with faults in the scripts, each of which must be found
	$(GO) test -tags boot -count 1 -timeout $(NIGHT) ./conformance/boot -run '^TestFaultsAreFound$$' -v

EMULATOR ?= aws-emulator
.PHONY: emulator
emulator: ## The contract on AWS's own AWS Emulator, where that is installed (EMULATOR names its command)
	@command -v $(EMULATOR) >/dev/null || { echo "There is no $(EMULATOR): install AWS Emulator's Linux package as https://docs.aws.amazon.com/emulator/latest/userguide/getting-started-linux.html says."; exit 1; }
	PHOTOGALLERY_EMULATOR=$(EMULATOR) $(GO) test -tags conformance,emulator -count 1 -timeout $(LIMIT) ./conformance/contract -run AWSEmulator -v

.PHONY: aws
aws: node_modules/.package-lock.json ## The story in an AWS account of yours (SIZE=short for one release): says what it would do and cost; GALLERY_AWS_E2E=1 does it, see docs/real-aws.md
	@$(GO) build -o bin/aws ./conformance/aws && bin/aws -size '$(SIZE)'

.PHONY: aws-sweep
aws-sweep: node_modules/.package-lock.json ## What runs of make aws have left in your account; ENVIRONMENT=e2e-… removes that one's
	@$(GO) build -o bin/aws ./conformance/aws && bin/aws -sweep $(ENVIRONMENT)

.PHONY: mutants
mutants: node_modules/.package-lock.json $(VENV)/installed ## Plant one bug after the other in a copy of the tree and see that a test catches each: ONLY=regexp for some; WRITE=1 writes conformance/mutants.md
	$(GO) test ./conformance/mutants -run '^TestMutantsAreCaught$$' -v -timeout $(NIGHT) -only '$(or $(ONLY),.)' $(if $(WRITE),-write)

# W3005 is about dependencies that CloudFormation also knows by itself: the CDK writes them, too.
.PHONY: template
template: node_modules/.package-lock.json $(VENV)/installed ## Synthesize the stack, twice, and check template and state machines with their validators
	cdk synth -q -o cdk.out
	cp cdk.out/photogallery-main.template.json cdk.out/first.json
	cdk synth -q -o cdk.out
	cmp cdk.out/first.json cdk.out/photogallery-main.template.json
	$(VENV)/bin/cfn-lint --ignore-checks W3005 --regions us-east-1 --template cdk.out/photogallery-main.template.json
	cdk synth -q -o cdk.out/all -c domain=photos.example.com -c hostedZone=Z0123456789ABCDEFGHIJ -c instanceConnect=on -c accessLogs=on \
		-c nightlyTeardown='cron(0 20 * * ? *)' -c ebsKey=arn:aws:kms:us-east-1:123456789012:key/0ea3fef3-80a7-4778-9d8c-1c0c6f4c3d2a \
		-c webhook=teams:photogallery/webhook -c github=octo-org/octo-repo:environment:production \
		-c wake=click -c sleepAfter=45m
	$(VENV)/bin/python conformance/statements.py cdk.out/photogallery-main.template.json cdk.out/all/photogallery-main.template.json
	$(VENV)/bin/python conformance/create_only.py < cdk/testdata/create_only.json | cmp - cdk/testdata/create_only.json
	for machine in release teardown; do asl-validator --json-path statemachine/$$machine.asl.json || exit 1; done

.PHONY: bench
bench: ## The app, gallery up and the functions' start beside what else one might use (needs Linux, nginx, python3-venv and Chromium)
	$(GO) run ./tools/bench

.PHONY: pictures
pictures: screenshots console-pictures drawings ## What the README shows, made from the program (needs Chromium and tmux)
	tools/pictures/record.sh
	$(GO) run ./cmd/gallery up --check >docs/pictures/check.txt

.PHONY: screenshots
screenshots: ## The README's pictures of the gallery alone (needs Chromium)
	$(GO) run ./tools/pictures/shoot

.PHONY: console-pictures
console-pictures: ## The console's views, light and dark, wide and on a phone (needs Chromium)
	$(GO) run ./tools/pictures/shoot -console

.PHONY: drawings
drawings: node_modules/.package-lock.json ## The pictures of the state machines, the stack and the strategies, from what runs (needs Node)
	$(GO) run ./tools/pictures/graph
	$(GO) run ./tools/pictures/architecture
	$(GO) test ./tools/pictures/strategies -write

.PHONY: documents
documents: ## What the documents say of the stack's options and permissions, the judge's errors and the conformance tests, from the program
	$(GO) run ./cdk/document
	$(GO) test ./lambdas/balancer/judge -run Document -write
	$(GO) test -tags conformance $(addprefix ./conformance/,aws/e2e contract deployed differential ministack moto) -run Document -write

# npm writes this file last.
node_modules/.package-lock.json: package.json package-lock.json
	npm ci --no-audit --no-fund

.PHONY: fuzz
fuzz: ## Every fuzz target for FUZZTIME each (default 20s)
	@$(GO) test -list '^Fuzz' ./... | awk '/^Fuzz/ {names[++n]=$$1} /^ok/ {for (i=1;i<=n;i++) print $$2, names[i]; n=0}' | \
		while read -r package target; do \
			$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $${FUZZTIME:-20s} "$$package" || exit 1; \
		done

.PHONY: presubmit
presubmit: lint test ## What a change should pass before it is sent
