package linear

import (
	"encoding/hex"
	"flag"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ticketsync/ticketsync/ticket"
)

// TestMain keeps the properties below from leaving files behind: a failing one
// prints how to repeat it.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.nofailfile", "true"); err != nil {
		panic(err)
	}
	m.Run()
}

const shapeV4 = `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`

func idMarker(pair string, generation int) ticket.Marker {
	return ticket.Marker{Installation: "dev", Pair: pair, Generation: generation, State: ticket.Linked}
}

// TestIDsMayNeverChange: they are stored in Linear. With other values a create
// that is repeated after an upgrade makes a second issue, and the issues and
// comments of ours that exist are taken for a person's.
func TestIDsMayNeverChange(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ want, got string }{
		{"6473100f-df58-49b3-8a69-7af4a2c5b034", issueID("dev", idMarker("pair/helpdesk/tkt_00000000000000000001/linear", 1))},
		{"df509529-55e1-49b6-a36e-581515a76b8b", issueID("dev", idMarker("pair/helpdesk/tkt_00000000000000000001/linear", 2))},
		{"e0ce6f27-ca82-42c2-b6cd-e1c1fa37c73e", issueID("prod", idMarker("pair/jira/10001/linear", 1))},
		{"429e7d6f-1c87-4764-8921-0e101c201b3c", commentID("dev", "155e0000-0000-4000-8000-000000000064", "helpdesk/msg_00000000000000000001")},
		{"877d94f3-a48f-4be0-a5eb-06335d331222", commentID("dev", "155e0000-0000-4000-8000-000000000064", ticket.NoteToken)},
	} {
		require.Equal(t, c.want, c.got)
	}
}

// anInstallation draws what the configuration takes for a name.
func anInstallation() *rapid.Generator[string] { return rapid.StringMatching(`[a-z0-9-]{1,40}`) }

// TestIDs: each has the shape, is known to its installation alone, and comes
// out the same again.
func TestIDs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		installation := anInstallation().Draw(t, "installation")
		other := anInstallation().Filter(func(s string) bool { return s != installation }).Draw(t, "other")
		m := idMarker(rapid.String().Draw(t, "pair"), rapid.IntRange(1, 1000).Draw(t, "generation"))
		on, token := rapid.String().Draw(t, "ticket"), rapid.String().Draw(t, "token")
		both := func() []string { return []string{issueID(installation, m), commentID(installation, on, token)} }
		for _, id := range both() {
			require.Regexp(t, shapeV4, id)
			require.True(t, ours(installation, id))
			require.False(t, ours(other, id))
		}
		require.Equal(t, both(), both())
	})
}

// TestDifferentThingsHaveDifferentIDs also where texts run together alike.
func TestDifferentThingsHaveDifferentIDs(t *testing.T) {
	t.Parallel()
	require.NotEqual(t, commentID("dev", "ab", "c"), commentID("dev", "a", "bc"))
	require.NotEqual(t, issueID("dev", idMarker("p1", 1)), issueID("dev", idMarker("p", 11)))
	require.NotEqual(t, issueID("dev", idMarker("p", 1)), commentID("dev", "p", "1"))
	type input struct {
		issue      bool
		a, b       string
		generation int
	}
	draw := rapid.Custom(func(t *rapid.T) input {
		part := rapid.StringMatching(`[ab1/:]{0,4}`)
		in := input{issue: rapid.Bool().Draw(t, "issue"), a: part.Draw(t, "a")}
		if in.issue {
			in.generation = rapid.IntRange(0, 12).Draw(t, "generation")
		} else {
			in.b = part.Draw(t, "b")
		}
		return in
	})
	id := func(in input) string {
		if in.issue {
			return issueID("dev", idMarker(in.a, in.generation))
		}
		return commentID("dev", in.a, in.b)
	}
	rapid.Check(t, func(t *rapid.T) {
		x, y := draw.Draw(t, "x"), draw.Draw(t, "y")
		require.Equal(t, x == y, id(x) == id(y))
		require.NotEqual(t, id(x), issueID("prod", idMarker(x.a, x.generation)), "another installation's")
	})
}

// TestStateIsNoPartOfAnID: an issue keeps its id when it is unlinked.
func TestStateIsNoPartOfAnID(t *testing.T) {
	t.Parallel()
	m := idMarker("pair/jira/10001/linear", 1)
	id := issueID("dev", m)
	m.State, m.URL = ticket.Unlinked, "https://jira.example.com/browse/ENG-1"
	require.Equal(t, id, issueID("dev", m))
}

func TestIDsOfOthersAreNotOurs(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 9))
	for range 20_000 {
		id := randomV4(random)
		require.Regexp(t, shapeV4, id)
		require.False(t, ours("dev", id), id)
	}
	id := issueID("dev", idMarker("pair/jira/10001/linear", 1))
	for i := range id { // any digit but its own
		digit := "0"
		if id[i] == '0' {
			digit = "1"
		}
		require.False(t, ours("dev", id[:i]+digit+id[i+1:]), i)
	}
	for _, odd := range []string{"", "PRO-7", strings.ToUpper(id), id + "0", id[1:], strings.ReplaceAll(id, "-", ""), "{" + id + "}", id + "\n"} {
		require.False(t, ours("dev", odd), odd)
	}
}

func randomV4(random *rand.Rand) string {
	var b [idSize]byte
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	s := hex.EncodeToString(b[:])
	return strings.Join([]string{s[:8], s[8:12], s[12:16], s[16:20], s[20:]}, "-")
}
