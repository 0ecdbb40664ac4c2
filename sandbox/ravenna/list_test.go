package ravenna_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/sandbox/ravenna"
)

func TestListLeavesOutWhatIsDone(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	for _, label := range []string{"Open", "Waiting on customer", "Done", "Closed"} {
		w.ticket(label, object{"statusId": w.status(label)})
	}
	require.ElementsMatch(t, []string{"Open", "Waiting on customer"}, titles(w.items("/tickets")))
	require.ElementsMatch(t, []string{"Open", "Waiting on customer"}, titles(w.items("/tickets?openFilter=true")))
	require.Len(t, w.items("/tickets?openFilter=false"), 4)
	require.Equal(t, 2.0, w.do("GET", "/tickets/count", nil)["totalCount"])
	require.Equal(t, 4.0, w.do("GET", "/tickets/count?openFilter=false", nil)["totalCount"])
}

func TestListFilters(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	printer := w.ticket("Printer", object{"description": "out of paper", "priority": "LOW"})
	w.ticket("Laptop", object{"assigneeId": "u_bob", "queueId": w.queue("PROD")})
	w.ticket("Draft", object{"published": false})
	w.do("POST", "/ticket-messages", object{"ticketId": id(printer), "content": "toner too"})
	for query, want := range map[string][]string{
		"":                                {"Laptop", "Printer"},
		"queueId=" + w.queue("PROD"):      {"Laptop"},
		"assigneeId=u_bob":                {"Laptop"},
		"unassignedFilter=true":           {"Printer"},
		"priority=LOW":                    {"Printer"},
		"excludeTicketIds=" + id(printer): {"Laptop"},
		"includeUnpublished=true":         {"Draft", "Laptop", "Printer"},
		"search=PAPER":                    {"Printer"},
		"search=toner":                    {"Printer"},
		"search=toner&searchFields=title": {},
		"textFilter=IT-1":                 {"Printer"},
		"statusId=" + w.status("Waiting"): {},
	} {
		require.Equal(t, want, titles(w.items("/tickets?"+query)), query)
	}
}

func TestListIsSorted(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	for _, title := range []string{"b", "c", "a"} {
		w.ticket(title, nil)
		w.clock.advance(time.Second)
	}
	w.do("PUT", "/tickets/IT-1", object{"data": object{"priority": "URGENT"}})
	for query, want := range map[string][]string{
		"":                                     {"a", "c", "b"},
		"?sortDirection=asc":                   {"b", "c", "a"},
		"?sortBy=updatedAt&sortDirection=desc": {"b", "a", "c"},
		"?sortBy=updatedAt&sortDirection=asc":  {"c", "a", "b"},
		"?sortBy=title&sortDirection=asc":      {"a", "b", "c"},
		"?sortBy=nonsense":                     {"a", "c", "b"},
	} {
		require.Equal(t, want, titles(w.items("/tickets"+query)), query)
	}
	w.control("PUT", "/quirks", object{"sort": "off"})
	require.Equal(t, []string{"b", "c", "a"}, titles(w.items("/tickets?sortBy=updatedAt&sortDirection=desc")))
}

func TestListIsPaged(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	for _, title := range []string{"1", "2", "3", "4", "5"} {
		w.ticket(title, nil)
	}
	for _, shape := range []string{"default", "thin", "list", "full"} {
		var seen []string
		query := "?sortBy=title&sortDirection=asc&limit=2&responseType=" + shape
		next := ""
		for range 3 {
			page := w.do("GET", "/tickets"+query+next, nil)
			require.Equal(t, 5.0, page["totalCount"])
			seen = append(seen, titles(objects(t, page["items"]))...)
			if page["nextCursor"] == nil {
				break
			}
			next = "&cursor=" + url.QueryEscape(page["nextCursor"].(string))
		}
		require.Equal(t, []string{"1", "2", "3", "4", "5"}, seen, shape)
	}
	require.Equal(t, []string{"3"}, titles(w.items("/tickets?sortBy=title&sortDirection=asc&limit=1&offset=2")))
	require.Empty(t, w.items("/tickets?offset=99"))
	for _, query := range []string{"limit=0", "limit=10001", "limit=x", "offset=-1", "cursor=made-up", "responseType=huge"} {
		w.refused(400, "BAD_REQUEST", "GET", "/tickets?"+query, nil)
	}
}

func TestMetadataIsInTheDefaultShapeOnly(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	parent := w.ticket("parent", object{"metadata": object{"mine": 1}})
	w.ticket("child", object{"parentId": id(parent), "assigneeId": "u_bob"})
	for shape, has := range map[string]bool{"default": true, "thin": false, "list": false} {
		page := w.do("GET", "/tickets?responseType="+shape, nil)
		require.Equal(t, shape, page["responseType"])
		for _, item := range objects(t, page["items"]) {
			require.Equal(t, has, item["metadata"] != nil || hasKey(item, "metadata"), shape)
		}
	}
}

func hasKey(item object, name string) bool {
	_, ok := item[name]
	return ok
}

func TestSearchLagsButListsDoNot(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	w.control("PUT", "/search", object{"lag": "60s"})
	w.ticket("Printer", nil)
	require.Empty(t, w.items("/tickets?search=printer"))
	require.Len(t, w.items("/tickets"), 1)
	w.clock.advance(time.Minute)
	require.Len(t, w.items("/tickets?search=printer"), 1)
}
