package ravenna

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	defaultLimit = 100
	maxLimit     = 10_000
)

// page is a window on a list.
type page struct {
	offset, limit int
}

// readPage reads limit and one of cursor, offset and skip.
func readPage(query url.Values) (page, error) {
	p := page{limit: defaultLimit}
	var issues []string
	number := func(name string, low, high int, into *int) {
		text := query.Get(name)
		if text == "" {
			return
		}
		value, err := strconv.Atoi(text)
		if err != nil || value < low || value > high {
			issues = append(issues, fmt.Sprintf("%s: expected a number from %d to %d", name, low, high))
			return
		}
		*into = value
	}
	const most = 1 << 30
	number("limit", 1, maxLimit, &p.limit)
	number("skip", 1, most, &p.offset)
	number("offset", 0, most, &p.offset)
	if text := query.Get("cursor"); text != "" {
		offset, ok := readCursor(text)
		if !ok {
			issues = append(issues, "cursor: not one that was handed out")
		}
		p.offset = offset
	}
	if len(issues) > 0 {
		return page{}, invalid(issues...)
	}
	return p, nil
}

const cursorMark = "after:"

func cursor(offset int) string {
	return base64.RawURLEncoding.EncodeToString([]byte(cursorMark + strconv.Itoa(offset)))
}

func readCursor(text string) (int, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return 0, false
	}
	digits, ok := strings.CutPrefix(string(raw), cursorMark)
	if !ok {
		return 0, false
	}
	offset, err := strconv.Atoi(digits)
	return offset, err == nil && offset >= 0
}

// cut returns the window on items, and the cursor of the next one if any.
func cut[T any](items []T, p page) ([]T, string) {
	from := min(p.offset, len(items))
	to := min(from+p.limit, len(items))
	if to < len(items) {
		return items[from:to], cursor(to)
	}
	return items[from:to], ""
}

// pageOf renders a window as the usual envelope.
func pageOf[T any](query url.Values, items []T, render func(T) object) (object, error) {
	p, err := readPage(query)
	if err != nil {
		return nil, err
	}
	window, next := cut(items, p)
	rendered := make([]object, 0, len(window))
	for _, item := range window {
		rendered = append(rendered, render(item))
	}
	answer := object{"items": rendered, "totalCount": len(items)}
	if next != "" {
		answer["nextCursor"] = next
	}
	return answer, nil
}

// order sorts a list, which comes in order of creation, by what the query asks
// for. A key that is not known changes nothing, like one the server does not
// support.
func order[T any](query url.Values, items []T, defaultKey string, defaultDescending bool, compare map[string]func(a, b T) int) {
	key := query.Get("sortBy")
	by, known := compare[key]
	if !known {
		by = compare[defaultKey]
	}
	descending := defaultDescending
	switch query.Get("sortDirection") {
	case "asc":
		descending = false
	case "desc":
		descending = true
	}
	if descending {
		// Reversed first, so that of equals the younger comes first as well.
		slices.Reverse(items)
		slices.SortStableFunc(items, func(a, b T) int { return by(b, a) })
		return
	}
	slices.SortStableFunc(items, by)
}
