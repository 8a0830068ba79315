# Every command of the project; `make` prints them.

ENV ?= dev
SEED ?= 1
SANDBOX = .sandbox/bin/sandbox
PACK = .sandbox/bin/slipway-policy
# What only tests need, and what draws, is in modules of its own that ./... does not see.
MODULES = cmd/report $(patsubst %/go.mod,%,$(wildcard tests/*/go.mod))

.DEFAULT_GOAL := help

help: ## Print this list
	@awk -F '(: [a-z]*)? *## ' '/^[a-z-]+:.*## /{sub(/:.*/, "", $$1); printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  (ENV=dev, staging or prod chooses the environment; dev is the default)"

program:
	@test -x $(SANDBOX) || echo "Compiling the sandbox: a few minutes on two cores, the first time."
	@go build -o $(SANDBOX) ./cmd/sandbox

pack:
	@go build -o $(PACK) ./policy && cp policy/PulumiPolicy.yaml $(dir $(PACK))

up: program pack ## Create or update an environment in its simulated account, checked by the policy pack
	@$(SANDBOX) up $(ENV) --policy-pack $(PACK)
	@echo "Next: make report, and open report/index.html: a picture, who reaches whom, what takes how long."

preview: program ## Show what up would do
	@$(SANDBOX) preview $(ENV)

policy: program pack ## Check a preview of an environment with the policy pack
	@$(SANDBOX) preview $(ENV) --policy-pack $(PACK)

refresh: program ## Bring Pulumi's state to what exists in the account
	@$(SANDBOX) refresh $(ENV)

destroy: program ## Delete an environment
	@$(SANDBOX) destroy $(ENV)

state: program ## List what exists in the account
	@$(SANDBOX) state $(ENV)

timeline: program ## Show how long AWS would have taken for the last change
	@$(SANDBOX) timeline $(ENV)

reach: program ## Tell who reaches whom, in what exists or else in a preview
	@$(SANDBOX) reach $(ENV)

report: program ## Write report/index.html about an environment that up has made
	@test -x .sandbox/bin/report || echo "Compiling the report: about two minutes on two cores, the first time."
	@cd cmd/report && go build -o ../../.sandbox/bin/report .
	@mkdir -p .sandbox/$(ENV)
	@umask 077 && $(SANDBOX) export $(ENV) >.sandbox/$(ENV)/export.json
	@.sandbox/bin/report --state .sandbox/$(ENV)/export.json --timeline .sandbox/$(ENV)/timeline.json --policies .sandbox/$(ENV)/policy.json --config stacks/Pulumi.$(ENV).yaml

drift: program ## Change something in the account behind Pulumi's back; SEED chooses what
	@$(SANDBOX) drift $(ENV) --seed $(SEED)

recover: program ## Make an environment whole after an update that was killed
	@$(SANDBOX) recover $(ENV)

serve: program ## Keep the providers running for ordinary Pulumi commands
	@$(SANDBOX) serve $(ENV)

test: ## Run every test, with the race detector
	go test -race -timeout 30m ./...
	@for module in $(MODULES); do echo "== tests of the module $$module"; (cd $$module && go test ./...) || exit 1; done

mutate: ## Switch the sandbox's rules off one by one; every time a test must notice
	go run ./tests/mutate

chaos: ## Break every environment at every step, and mend it; SEED chooses the sample on the real engine
	go test ./tests/chaos -full -seed $(SEED) -timeout 30m -v

# golangci-lint keeps what it found with the paths of the tree it found it in, and repeats it for
# every other tree with the same files. A cache for each tree keeps one from hearing of another.
lint: export GOLANGCI_LINT_CACHE = $(CURDIR)/.sandbox/golangci-lint
lint: ## Formatting, vet and the linters
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "gofmt -w the files above"; exit 1; }
	go vet ./...
	go tool -modfile=tools/staticcheck/go.mod staticcheck ./...
	go tool -modfile=tools/golangci-lint/go.mod golangci-lint run ./...

golden: ## Rewrite golden files; review the diff
	go test $$(grep -rl slipway/internal/golden --include="*_test.go" --exclude-dir=report . | xargs -n1 dirname | sort -u) -run Golden -update

conformance: ## Hold the sandbox to the real AWS provider; needs terraform, see docs/sandbox.md
	SLIPWAY_CONFORMANCE=all go test -count=1 -v -timeout 30m ./tests/conformance

bench: ## Measure: a second up against the first, and what the sandbox adds to each operation
	go test ./sandbox ./tests ./reach -run '^$$' -bench . -benchtime 1x

fuzz: ## Change random networks, and ask a million times what reach says before and after
	go test ./reach -run TestChangesDoWhatTheyMay -rapid.checks 22000 -timeout 1h -v

clean: ## Forget every simulated account and the built CLI
	rm -rf .sandbox

.PHONY: help program pack up preview policy refresh destroy state timeline reach report drift recover serve test mutate chaos conformance lint golden bench fuzz clean
