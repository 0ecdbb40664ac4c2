// Package api is the generated client for the part of Linear's GraphQL API that
// the adapter uses. schema.graphql lists that part, operations.graphql the
// calls. A nullable member is an opt.Value.
package api

//go:generate go run github.com/Khan/genqlient genqlient.yaml
