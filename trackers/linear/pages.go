package linear

import (
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/linear/api"
	"github.com/ticketsync/ticketsync/trackers/linear/opt"
)

// maxPages bounds a list, should its cursors lead in a circle.
const maxPages = 1000

// pages reads a list page by page: each gets the cursor, absent at first.
func pages(each func(after opt.Value[string]) (api.PageFields, error)) error {
	page, err := each(nil)
	if err != nil {
		return err
	}
	return further(page, each)
}

// further reads what comes after a page.
func further(page api.PageFields, each func(after opt.Value[string]) (api.PageFields, error)) error {
	last := ""
	for n := 0; page.HasNextPage; n++ {
		cursor, ok := page.EndCursor.Get()
		if !ok || cursor == last || n == maxPages {
			// Stopping quietly would make what was not read look deleted.
			return &trackers.Error{Kind: trackers.Unavailable, Op: "list pages", Message: "the list does not end"}
		}
		last = cursor
		var err error
		if page, err = each(opt.Of(cursor)); err != nil {
			return err
		}
	}
	return nil
}
