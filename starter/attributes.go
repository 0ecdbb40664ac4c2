package starter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/addressing"
)

const (
	// usableTimeout is how long new search attributes get until every part of
	// the service knows them; a cluster refreshes its caches once a minute.
	usableTimeout = 2 * time.Minute
	usableGlance  = 500 * time.Millisecond
)

// attribute is one search attribute of the pairs.
type attribute struct {
	name string
	kind enumspb.IndexedValueType
}

func attributes() []attribute {
	keyword := enumspb.INDEXED_VALUE_TYPE_KEYWORD
	return []attribute{
		{addressing.AttrRoute, keyword},
		{addressing.AttrLeftKey, keyword},
		{addressing.AttrRightKey, keyword},
		{addressing.AttrState, keyword},
		{addressing.AttrReason, keyword},
		{addressing.AttrSyncedAt, enumspb.INDEXED_VALUE_TYPE_DATETIME},
	}
}

// usable asks for pairs by every attribute: the one proof that works on every
// kind of service, with no permission but that of reading.
func usable(ctx context.Context, c client.Client) (bool, error) {
	var terms []string
	for _, a := range attributes() {
		terms = append(terms, a.name+" IS NULL")
	}
	_, err := c.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Query: strings.Join(terms, " AND ")})
	var invalid *serviceerror.InvalidArgument
	if errors.As(err, &invalid) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for search attributes: %w", plain(err))
	}
	return true, nil
}

// register makes sure that pairs can be found by their attributes. Where the
// service does not let us, the error holds the commands to run.
func register(ctx context.Context, c client.Client, namespace string, notes io.Writer) error {
	ok, err := usable(ctx, c)
	if err != nil || ok {
		return err
	}
	missing, err := add(ctx, c.OperatorService(), namespace)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(notes, "registered search attributes: %s\n", strings.Join(missing, ", "))
	deadline := time.Now().Add(usableTimeout)
	for {
		if ok, err := usable(ctx, c); err != nil || ok {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("search attributes are registered but cannot be used after %s: apply again later", usableTimeout)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(usableGlance):
		}
	}
}

// add registers what the namespace does not have and returns the names.
func add(ctx context.Context, operator operatorservice.OperatorServiceClient, namespace string) ([]string, error) {
	want := map[string]enumspb.IndexedValueType{}
	var names []string
	known, err := operator.ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		return nil, refusedAttributes(namespace, err)
	}
	for _, a := range attributes() {
		switch kind, there := known.GetCustomAttributes()[a.name]; {
		case !there:
			want[a.name] = a.kind
			names = append(names, a.name)
		case kind != a.kind:
			return nil, fmt.Errorf("search attribute %s has type %s, not %s: remove it from namespace %s and apply again",
				a.name, kind, a.kind, namespace)
		}
	}
	if len(want) == 0 {
		return nil, nil
	}
	_, err = operator.AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{Namespace: namespace, SearchAttributes: want})
	var exists *serviceerror.AlreadyExists
	if err != nil && !errors.As(err, &exists) {
		return nil, refusedAttributes(namespace, err)
	}
	return names, nil
}

// refusedAttributes says how to do by hand what the service did not let us do,
// as on Temporal Cloud.
func refusedAttributes(namespace string, cause error) error {
	var b strings.Builder
	fmt.Fprintf(&b, "register search attributes: Temporal refused (%s). Run this, then apply again:\n", strings.TrimSpace(cause.Error()))
	b.WriteString("on Temporal Cloud:\n  tcld namespace search-attributes add --namespace " + namespace)
	for _, a := range attributes() {
		fmt.Fprintf(&b, " \\\n    --search-attribute %s=%s", a.name, a.kind)
	}
	b.WriteString("\nelsewhere, as an operator of the cluster:\n")
	for _, kind := range []enumspb.IndexedValueType{enumspb.INDEXED_VALUE_TYPE_KEYWORD, enumspb.INDEXED_VALUE_TYPE_DATETIME} {
		of := slices.DeleteFunc(attributes(), func(a attribute) bool { return a.kind != kind })
		fmt.Fprintf(&b, "  temporal operator search-attribute create --namespace %s --type %s", namespace, kind)
		for _, a := range of {
			b.WriteString(" --name " + a.name)
		}
		b.WriteString("\n")
	}
	return errors.New(strings.TrimRight(b.String(), "\n"))
}
