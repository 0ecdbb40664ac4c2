package linear

import (
	"slices"
	"time"
)

// index is what searches see: every recent version of what they can find, so
// that a lag set at any time hides what is younger.
type index struct {
	issues      versions[issue]
	comments    versions[comment]
	attachments versions[attachment]
}

// keepVersions is how long a version that was replaced is remembered; no lag
// reaches further back.
const keepVersions = time.Hour

type version[T any] struct {
	at    time.Time
	value T
	gone  bool
}

type versions[T any] struct {
	ids []string
	of  map[string][]version[T]
}

func (v *versions[T]) add(id string, next version[T]) {
	if v.of == nil {
		v.of = map[string][]version[T]{}
	}
	known := v.of[id]
	if known == nil {
		v.ids = append(v.ids, id)
	}
	for len(known) > 1 && next.at.Sub(known[1].at) > keepVersions {
		known = known[1:]
	}
	v.of[id] = append(known, next)
}

// asOf returns what there was at a time, in the order of creation.
func (v *versions[T]) asOf(at time.Time) []T {
	var found []T
	for _, id := range v.ids {
		for _, one := range slices.Backward(v.of[id]) {
			if one.at.After(at) {
				continue
			}
			if !one.gone {
				found = append(found, one.value)
			}
			break
		}
	}
	return found
}

// reindex fills the index from the tables, as if all had always been there, and
// knows every id there is as spent.
func (s *Server) reindex() {
	for _, i := range s.issues.All() {
		s.index.issues.add(i.ID, version[issue]{value: i})
		s.spend("Issue", i.ID)
	}
	for _, m := range s.comments.All() {
		s.index.comments.add(m.ID, version[comment]{value: m})
		s.spend("Comment", m.ID)
	}
	for _, a := range s.attachments.All() {
		s.index.attachments.add(a.ID, version[attachment]{value: a})
		s.spend("Attachment", a.ID)
	}
}

func (s *Server) putIssue(i issue) {
	s.issues.Put(i.ID, i)
	s.index.issues.add(i.ID, version[issue]{at: s.core.Now(), value: i})
}

func (s *Server) dropIssue(i issue) {
	s.issues.Delete(i.ID)
	s.index.issues.add(i.ID, version[issue]{at: s.core.Now(), gone: true})
}

func (s *Server) putComment(m comment) {
	s.comments.Put(m.ID, m)
	s.index.comments.add(m.ID, version[comment]{at: s.core.Now(), value: m})
}

func (s *Server) dropComment(m comment) {
	s.comments.Delete(m.ID)
	s.index.comments.add(m.ID, version[comment]{at: s.core.Now(), gone: true})
}

func (s *Server) putAttachment(a attachment) {
	s.attachments.Put(a.ID, a)
	s.index.attachments.add(a.ID, version[attachment]{at: s.core.Now(), value: a})
}

func (s *Server) dropAttachment(a attachment) {
	s.attachments.Delete(a.ID)
	s.index.attachments.add(a.ID, version[attachment]{at: s.core.Now(), gone: true})
}
