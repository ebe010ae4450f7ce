# `make help` lists the targets.

GO       ?= go
TOOL     := $(GO) tool -modfile=tools/go.mod
BUILD    := .build
FUZZTIME ?= 5s
BASELINE := results/baseline
# Other clients, in a module of their own.
PEERS    := bench/peers
# The race detector needs a C compiler; on a machine with Go alone the tests run
# without it.
RACE     := $(if $(shell command -v $$($(GO) env CC)),-race)

.DEFAULT_GOAL := help
.PHONY: help build check fmt format vet lint workflows generated cross cross-tests test gate baseline test-guest fuzz accuracy bench bench-peers gate-study clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build .build/pushbench
	$(GO) build -o $(BUILD)/pushbench ./cmd/pushbench

check: fmt vet lint workflows generated cross ## everything that is checked without running the program

fmt: ## check the form of the source (gofumpt)
	@files=$$($(TOOL) gofumpt -l .) || exit 1; \
	if [ -n "$$files" ]; then echo "gofumpt would change (make format does it):"; echo "$$files"; exit 1; fi

format: ## bring the source into form (gofumpt)
	$(TOOL) gofumpt -w .

vet: ## go vet
	$(GO) vet ./...
	cd $(PEERS) && $(GO) vet ./...

lint: workflows ## staticcheck, and actionlint on the workflow for users
	$(TOOL) staticcheck ./...
	cd $(PEERS) && $(GO) tool -modfile=../../tools/go.mod staticcheck ./...

# They are laid out as in a user's repository, so that the inputs of the action are
# checked as well.
workflows:
	@rm -rf $(BUILD)/ci && mkdir -p $(BUILD)/ci/.git $(BUILD)/ci/.github/workflows $(BUILD)/ci/.github/actions
	@cp examples/ci/gate.yml $(BUILD)/ci/.github/workflows && cp -r examples/ci/pushbench-gate $(BUILD)/ci/.github/actions
	cd $(BUILD)/ci && $(GO) tool -modfile=$(CURDIR)/tools/go.mod actionlint -shellcheck= -pyflakes=

# Changes that were there before do not count, so that this works in the middle
# of an edit; on a clean clone it says that `git diff --exit-code` is empty.
generated: ## check that generated files are up to date
	@before=$$(git diff | git hash-object --stdin); $(GO) generate ./... || exit 1; \
	if [ "$$before" != "$$(git diff | git hash-object --stdin)" ]; then \
		echo "generated files were out of date; go generate has now changed:"; git diff --stat; exit 1; fi

cross: ## build the program for macOS and Windows
	GOOS=darwin $(GO) build -o /dev/null ./cmd/pushbench
	GOOS=windows $(GO) build -o /dev/null ./cmd/pushbench

cross-tests: ## look at everything as macOS and Windows see it, tests included
	GOOS=darwin $(GO) vet ./...
	GOOS=windows $(GO) vet ./...

# One package at a time: on two cores the trials of one make those of another late.
# What they need is compiled before, on all cores. Tests of the whole program start it
# some hundred times, which takes twice as long with the race detector; it looks at
# the packages, and at those tests that run both sides of a trial in one process. What
# calculates in one goroutine is tested without it, and measures nothing: side by side.
PROGRAM  := ./cmd/pushbench
PURE     := results|scenarios
TOGETHER := ^Test(EveryTransportDelivers|TransportsNoticeTruncation|BothHalvesOfATrial|LoadOfServe)$$
MILLION  := ^TestCountsAreTheStrategys$$
GOTEST    = $(if $(CI),PUSHBENCH_NO_SKIP=1) $(GO) test -vet=off -p 1 -timeout 8m
test: ## run every test, with the race detector where there is a C compiler
	$(if $(RACE),,@echo "no C compiler: testing without the race detector")
	$(GO) list $(RACE) -test -deps -export ./... >/dev/null
	$(GOTEST) $(RACE) -run '$(TOGETHER)' $(PROGRAM)
	$(GOTEST) -skip '$(TOGETHER)' $(PROGRAM)
	$(GOTEST) -p 2 $$($(GO) list ./... | grep -E '/pushbench/($(PURE))(/|$$)')
	$(GOTEST) -run '$(MILLION)' ./server/probe
	$(GOTEST) $(RACE) -skip '$(MILLION)' $$($(GO) list ./... | grep -v -E '/cmd/pushbench$$|/pushbench/($(PURE))(/|$$)')
	cd $(PEERS) && $(if $(CI),PUSHBENCH_NO_SKIP=1) $(GO) test $(RACE) ./...
	$(if $(shell command -v apt-get),$(MAKE) test-guest,@echo "no Debian packages: leaving out the guest kernel with sch_netem")

# Timed metrics are left out: the baseline may have been made in other weather.
gate: build ## hold counts per message to the stored baseline: half a minute
	rm -rf $(BUILD)/gate
	$(BUILD)/pushbench gate smoke --counted --baseline $(BASELINE) -o $(BUILD)/gate

baseline: build ## make that baseline anew, where counts were meant to change
	rm -rf $(BUILD)/baseline
	$(BUILD)/pushbench run smoke -o $(BUILD)/baseline >/dev/null
	$(BUILD)/pushbench compare $(BUILD)/baseline --counted --save-baseline $(BASELINE)

# The tests of netem that have a case for backend tc, and that case alone: the
# guest is too slow for backend user. It runs without the race detector. The count
# makes sure that the names still say something.
TC_TESTS := DelayIsThere|Counters|OffStopsEverythingUntilItIsOver|TCPPasses|LinksAreWhatProfilesAsk
test-guest: ## run the tests of the tc backend in a guest kernel that has sch_netem
	netem/guest/setup $(BUILD)/guest
	PUSHBENCH_VERIFY=all CGO_ENABLED=0 $(GO) test -v -count=1 -timeout 3m -exec "$(CURDIR)/netem/guest/run" \
		-run '^Test($(TC_TESTS))$$/^tc' ./netem ./netem/verify >$(BUILD)/guest.log || { cat $(BUILD)/guest.log; exit 1; }
	@grep -E '^ok|--- PASS: .*/tc' $(BUILD)/guest.log
	@test "$$(grep -c -- '--- PASS: .*/tc' $(BUILD)/guest.log)" -ge 8 || { echo "too few cases of backend tc ran"; exit 1; }

fuzz: ## run each fuzz target for FUZZTIME (5s)
	@set -e; for dir in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n 1 dirname | sort -u); do \
		for target in $$($(GO) test -list '^Fuzz' $$dir | grep '^Fuzz'); do \
			echo "$$dir $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$dir; \
		done; \
	done

# Status 1 of the guest's run says that the backends differ: the table tells.
accuracy: ## measure both backends of emulated networks and write docs/accuracy.md: a quarter of an hour, on an idle machine
	netem/guest/setup $(BUILD)/guest
	CGO_ENABLED=0 $(GO) build -o $(BUILD)/accuracy ./netem/accuracy
	GUEST_TIMEOUT=1200 netem/guest/run $(BUILD)/accuracy >$(BUILD)/accuracy.md || [ $$? = 1 ]
	$(BUILD)/accuracy insert docs/accuracy.md guest <$(BUILD)/accuracy.md
	$(GO) test ./netem -run '^$$' -bench . -benchtime 1x -count 6 -timeout 20m >$(BUILD)/host.txt || { cat $(BUILD)/host.txt; exit 1; }
	{ date -u +'%-d %B %Y, Linux '$$(uname -r)'.'; echo; echo '```'; $(TOOL) benchstat $(BUILD)/host.txt; echo '```'; } | $(BUILD)/accuracy insert docs/accuracy.md host

bench: build ## measure pushbench itself: a few minutes, on an idle machine
	gcc -O2 -Wall -Wextra -Werror -o $(BUILD)/limit bench/limit/limit.c
	$(GO) run ./bench -pushbench $(BUILD)/pushbench -limit $(BUILD)/limit
	$(GO) test -run '^$$' -bench . -benchmem ./server ./loadgen

# k6 is built with the versions it was released with, the first time in minutes.
bench-peers: build ## compare pushbench's clients with gorilla, go-sse and k6: three minutes, on an idle machine
	$(GO) build -modfile=$(PEERS)/k6/go.mod -o $(BUILD)/k6 go.k6.io/k6
	cd $(PEERS) && $(GO) build -o $(abspath $(BUILD))/peers .
	$(BUILD)/peers -pushbench $(BUILD)/pushbench -k6 $(BUILD)/k6 -script $(PEERS)/k6.js

# STUDY is where the study is kept; a study that is there already goes on.
STUDY       ?= results/studies
STUDY_TIME  ?= 90m
STUDY_BUSY  ?= 45m
STUDY_GATES ?= 12
study = $(BUILD)/pushbench study --duration $(2) $(3) \
	$(if $(wildcard $(STUDY)/$(1)/run.json),--resume $(STUDY)/$(1),-o $(STUDY)/$(1) bench/gate-study.yaml)

gate-study: build ## measure the gate's false alarms and power into docs/gate.md: four hours, on an idle machine
	$(call study,quiet,$(STUDY_TIME),--gates $(STUDY_GATES))
	$(call study,busy,$(STUDY_BUSY),--busy --gates 0)
	$(GO) run ./results/gate/study/tables docs/gate.md quiet $(STUDY)/quiet
	$(GO) run ./results/gate/study/tables -gates docs/gate.md gates $(STUDY)/quiet
	$(GO) run ./results/gate/study/tables docs/gate.md busy $(STUDY)/busy

clean: ## remove what was built
	rm -rf $(BUILD)
