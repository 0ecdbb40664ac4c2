.DEFAULT_GOAL := help
.PHONY: help dev test check build simulate histories golden

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

dev: ## run everything in one process, with a demo
	go run ./dev

test: ## run every test
	go test ./... ./dev/...

check: ## what CI runs; needs the shared folder beside the project
	.ci/run

build: ## build the one binary
	CGO_ENABLED=0 go build -trimpath -o ticketsync ./cmd/ticketsync

simulate: ## play random people and faults, 200 seeds, and print a table
	go run ./dev/simulate

histories: ## record workflow histories that are missing
	go run ./dev/record -out workflows/testdata/histories

golden: ## write golden files again, after looking at why they changed
	go test ./trackers/markdown -update
	go test ./trackers/jira -update-snapshots -update-wiki
