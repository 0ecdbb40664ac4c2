package jira

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
)

// eye is the view webhooks are written from: the flavour's users, wiki text
// whatever the API version, nobody in particular looking.
func (s *Server) eye() *view {
	return &view{s: s, cloud: s.opts.Flavor == Cloud, api: s.opts.BaseURL + "/rest/api/2"}
}

// send signs and queues one delivery. flow is Primary, or Secondary for the
// fallout of another event.
func (s *Server) send(event, flow string, parts object) {
	if s.opts.WebhookURL == "" {
		return
	}
	parts["timestamp"] = s.now().UnixMilli()
	parts["webhookEvent"] = event
	body := mustJSON(parts)
	mac := hmac.New(sha256.New, []byte(s.opts.Secret))
	mac.Write(body)
	header := http.Header{}
	header.Set("Content-Type", "application/json; charset=UTF-8")
	header.Set("User-Agent", "Atlassian HttpClient sandbox / JIRA")
	header.Set("X-Hub-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	if s.opts.Flavor == Cloud {
		// The same on every attempt and every duplicate of this delivery.
		id := sha256.Sum256(fmt.Appendf(nil, "%s/%d", event, s.core.Next("delivery")))
		header.Set("X-Atlassian-Webhook-Identifier", hex.EncodeToString(id[:16]))
		header.Set("X-Atlassian-Webhook-Flow", flow)
	}
	s.core.Deliver(body, header)
}

// webhookIssue is the issue as deliveries carry it.
func (s *Server) webhookIssue(i issue) object {
	v := s.eye()
	fields := v.allFields(i)
	out := object{"id": i.ID, "key": i.Key, "self": v.api + "/issue/" + i.ID, "fields": fields}
	if v.cloud {
		delete(fields, "comment")
		delete(fields, "worklog")
		// Recent Cloud really leaves the /issue segment out of this link.
		out["self"] = v.api + "/" + i.ID
	}
	return out
}

func (s *Server) sendCreated(i issue, actor string) {
	v := s.eye()
	parts := object{"issue_event_type_name": "issue_created", "user": v.userJSON(actor), "issue": s.webhookIssue(i)}
	if v.cloud {
		// Cloud lists the initial values; the API's changelog does not.
		blank := issue{ProjectID: i.ProjectID, Key: i.Key, TypeID: i.TypeID}
		items := s.diff(blank, i)
		for k := range items {
			if items[k].FieldID == "status" {
				items[k].Field = "Status"
			}
		}
		parts["changelog"] = object{"id": s.nextID("history"), "items": v.changesJSON(items, true)}
	}
	s.send("jira:issue_created", "Primary", parts)
}

// sendUpdated carries the changelog entry under the id the API shows it by.
func (s *Server) sendUpdated(i issue, actor, event string, h history) {
	v := s.eye()
	s.send("jira:issue_updated", "Primary", object{"issue_event_type_name": event, "user": v.userJSON(actor),
		"issue": s.webhookIssue(i), "changelog": object{"id": h.ID, "items": v.changesJSON(h.Items, true)}})
}

// sendDeleted announces a deletion; on Cloud the comments' own deletions follow
// as fallout.
func (s *Server) sendDeleted(i issue, actor string, comments []comment) {
	v := s.eye()
	s.send("jira:issue_deleted", "Primary", object{"user": v.userJSON(actor), "issue": s.webhookIssue(i)})
	if !v.cloud {
		return
	}
	for _, cm := range comments {
		s.send("comment_deleted", "Secondary", object{"comment": v.commentJSON(cm, nil), "issue": s.reducedIssue(i)})
	}
}

// sendComment announces a comment's creation, update or deletion (what).
// Cloud names the issue but not the actor. Data Center does the reverse, and
// then says the same again as an update of the issue.
func (s *Server) sendComment(what string, i issue, cm comment, actor string) {
	v := s.eye()
	body := v.commentJSON(cm, nil)
	if v.cloud {
		s.send("comment_"+what, "Primary", object{"comment": body, "issue": s.reducedIssue(i)})
		return
	}
	parts := object{"comment": body}
	if what != "created" {
		parts["user"] = v.userJSON(actor)
	}
	s.send("comment_"+what, "", parts)
	name := map[string]string{"created": "issue_commented", "updated": "issue_comment_edited", "deleted": "issue_comment_deleted"}[what]
	parts = object{"issue_event_type_name": name, "user": v.userJSON(actor), "issue": s.webhookIssue(i)}
	if what != "deleted" {
		parts["comment"] = body
	}
	s.send("jira:issue_updated", "", parts)
}

// reducedIssue is the little that Cloud says of a comment's issue.
func (s *Server) reducedIssue(i issue) object {
	out := s.webhookIssue(i)
	fields, _ := out["fields"].(object)
	out["fields"] = choose(fields, []string{"summary", "issuetype", "project", "assignee", "priority", "status"}, "")
	return out
}
