package ticket

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// awkward are ids and names that trackers may come up with.
var awkward = []string{
	"10042", "a/b", "a/b/c", "Überschrift-7", "票-1", "100%", "%2F", "a b", "#ticketsync=", "?q=1&r=2", "a+b", "(x)", "[y]", "<z>", `q"q`, "..", "linked", "/", "a/1/linked",
}

func TestPairIDRoundTrip(t *testing.T) {
	t.Parallel()
	for _, id := range awkward {
		origin := Ref{Connection: "help-desk", ID: id}
		back, other, err := ParsePairID(PairID(origin, "jira"))
		require.NoError(t, err, id)
		require.Equal(t, origin, back)
		require.Equal(t, "jira", other)
	}
	require.Equal(t, "pair/desk/7/jira", PairID(Ref{"desk", "7"}, "jira"))
	for _, bad := range []string{"", "pair/", "pair/desk", "pair/desk/7", "pair/desk/7/", "pair//7/jira", "pair/desk//jira", "route/desk/7/jira", "alias/pair/a/b/c"} {
		_, _, err := ParsePairID(bad)
		require.ErrorContains(t, err, "parse pair id", bad)
	}
}

func TestMarkerLinkRoundTrip(t *testing.T) {
	t.Parallel()
	for _, id := range awkward {
		for _, state := range []MarkerState{Linked, Unlinked} {
			for _, address := range []string{"", "https://jira.example.com/browse/ENG-45", "https://x.example.com/?a=b&c=%20d"} {
				m := Marker{Installation: "dev", Pair: PairID(Ref{"desk", id}, "jira"), Generation: 12, State: state, URL: address}
				link := m.Link()
				require.True(t, strings.HasPrefix(link, address+"#ticketsync=dev/pair/desk/"), link)
				require.NotContains(t, link, " ")
				back, ok := ParseLink(link)
				require.True(t, ok, link)
				require.Equal(t, m, back)
			}
		}
	}
	m := Marker{Installation: "dev", Pair: "pair/desk/7/jira", Generation: 1, State: Linked, URL: "https://x/1"}
	require.Equal(t, "https://x/1#ticketsync=dev/pair/desk/7/jira/1/linked", m.Link())
	m.URL = m.Link()
	require.Equal(t, m.URL, m.Link(), "an address that is a link already is not extended")
}

func TestParseLinkRefuses(t *testing.T) {
	t.Parallel()
	for _, link := range []string{
		"", "https://x/1", "https://x/1#ticketsync", "https://x/1#ticketsync=", "https://x/1#other=dev/pair/desk/7/jira/1/linked",
		"https://x/1#ticketsync=dev/pair/desk/7/jira/1/gone",
		"https://x/1#ticketsync=dev/pair/desk/7/jira/0/linked",
		"https://x/1#ticketsync=dev/pair/desk/7/jira/-1/linked",
		"https://x/1#ticketsync=dev/pair/desk/7/jira/one/linked",
		"https://x/1#ticketsync=/pair/desk/7/jira/1/linked",
		"https://x/1#ticketsync=dev/pair/desk/7/1/linked",
		"https://x/1#ticketsync=dev/pair/desk/7/jira/1/%zz",
	} {
		_, ok := ParseLink(link)
		require.False(t, ok, link)
	}
}

func FuzzParseLink(f *testing.F) {
	for _, id := range awkward {
		f.Add(Marker{Installation: "dev", Pair: PairID(Ref{"desk", id}, "jira"), Generation: 1, State: Linked, URL: "https://x/1"}.Link())
	}
	f.Add("#ticketsync=/////")
	f.Add("#ticketsync=a/pair/b/c/d/+1/linked#ticketsync=")
	f.Fuzz(func(t *testing.T, link string) {
		m, ok := ParseLink(link)
		if !ok {
			return
		}
		require.True(t, m.Valid())
		back, ok := ParseLink(m.Link())
		require.True(t, ok)
		require.Equal(t, m, back)
	})
}

func TestTokenLink(t *testing.T) {
	t.Parallel()
	for _, token := range append([]string{NoteToken, CommentToken("desk", "10")}, awkward...) {
		link := TokenLink("https://x/1#comment-7", token, "")
		require.True(t, strings.HasPrefix(link, "https://x/1#comment-7#ticketsync="))
		back, stamp, ok := ParseToken(link)
		require.True(t, ok, token)
		require.Equal(t, token, back)
		require.Empty(t, stamp)
		require.Equal(t, TokenLink("https://x/2", "t", ""), TokenLink("https://x/2#ticketsync=old", "t", ""))
	}
	for _, address := range []string{"", "https://x/1", "https://x/1#ticketsync=", "https://x/1#ticketsync=%zz"} {
		_, _, ok := ParseToken(address)
		require.False(t, ok, address)
	}
}

func TestStamp(t *testing.T) {
	t.Parallel()
	for _, id := range awkward {
		text := Fingerprint(id)
		token, stamp, ok := ParseToken(TokenLink("https://x/1", CommentToken("desk", id), Stamp(id, text)))
		require.True(t, ok, id)
		require.Equal(t, CommentToken("desk", id), token)
		ticketID, fingerprint := ParseStamp(stamp)
		require.Equal(t, id, ticketID)
		require.Equal(t, text, fingerprint)
	}
}

func TestMarkerValid(t *testing.T) {
	t.Parallel()
	good := Marker{Installation: "dev", Pair: "pair/desk/7/jira", Generation: 1, State: Linked}
	require.True(t, good.Valid())
	for name, spoil := range map[string]func(*Marker){
		"installation": func(m *Marker) { m.Installation = "" },
		"pair":         func(m *Marker) { m.Pair = "desk/7" },
		"generation":   func(m *Marker) { m.Generation = 0 },
		"state":        func(m *Marker) { m.State = "" },
	} {
		m := good
		spoil(&m)
		require.False(t, m.Valid(), name)
	}
}
