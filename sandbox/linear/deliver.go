package linear

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
)

// event is a delivery before it is signed.
type event struct {
	actor  user
	action string
	typ    string
	data   object
	from   object // updatedFrom; nil for what is no update
	url    string // "" where Linear gives none
	at     date
}

// send signs and queues one delivery.
func (s *Server) send(e event) {
	if s.options.WebhookURL == "" {
		return
	}
	sent := s.core.Now().UnixMilli()
	body := object{
		"action": e.action, "type": e.typ, "actor": s.actorPayload(e.actor), "createdAt": e.at, "data": e.data,
		"organizationId": orgID, "webhookId": webhookID, "webhookTimestamp": sent,
	}
	if e.from != nil {
		body["updatedFrom"] = e.from
	}
	if e.url != "" {
		body["url"] = e.url
	}
	raw, err := encode(body)
	if err != nil {
		return
	}
	mac := hmac.New(sha256.New, []byte(s.options.Secret))
	mac.Write(raw)
	header := http.Header{}
	header.Set("Content-Type", "application/json; charset=utf-8")
	header.Set("User-Agent", "Linear-Webhook")
	header.Set("Linear-Delivery", newID())
	header.Set("Linear-Event", e.typ)
	header.Set("Linear-Signature", hex.EncodeToString(mac.Sum(nil)))
	header.Set("Linear-Timestamp", strconv.FormatInt(sent, 10))
	s.core.Deliver(raw, header)
}

func (s *Server) deliverIssue(by user, action string, i issue, from object) {
	s.send(event{actor: by, action: action, typ: "Issue", data: s.issuePayload(i), from: from, url: s.issueURL(i), at: i.UpdatedAt})
}

func (s *Server) deliverComment(by user, action string, m comment, from object) {
	i, _ := s.issues.Get(m.IssueID)
	t, _ := s.teams.Get(i.TeamID)
	u, _ := s.users.Get(m.UserID)
	data := object{
		"id": m.ID, "createdAt": m.CreatedAt, "updatedAt": m.UpdatedAt, "body": m.Body, "issueId": m.IssueID, "userId": m.UserID,
		"reactionData": []any{}, "isArtificialAgentSessionRoot": false, "user": s.userPayload(u), "botActor": s.botPayload(m.UserID, m.ActAs),
		"issue": object{
			"id": i.ID, "title": i.Title, "identifier": i.Identifier, "url": s.issueURL(i), "teamId": t.ID,
			"team": object{"id": t.ID, "key": t.Key, "name": t.Name},
		},
	}
	if m.ParentID != nil {
		parent, _ := s.comments.Get(*m.ParentID)
		data["parentId"] = *m.ParentID
		data["parent"] = object{"id": parent.ID, "body": parent.Body, "issueId": parent.IssueID, "userId": parent.UserID}
	}
	if m.EditedAt != nil {
		data["editedAt"] = *m.EditedAt
	}
	s.send(event{actor: by, action: action, typ: "Comment", data: data, from: from, url: s.commentURL(i, m), at: m.UpdatedAt})
}

func (s *Server) deliverAttachment(by user, action string, a attachment) {
	data := object{
		"id": a.ID, "createdAt": a.CreatedAt, "updatedAt": a.UpdatedAt, "issueId": a.IssueID, "url": a.URL, "title": a.Title,
		"metadata": a.Metadata, "source": sourceAPI, "sourceType": "api", "groupBySource": a.Group, "creatorId": a.CreatorID,
	}
	if a.Subtitle != nil {
		data["subtitle"] = *a.Subtitle
	}
	s.send(event{actor: by, action: action, typ: "Attachment", data: data, at: a.UpdatedAt})
}

func (s *Server) deliverLabel(by user, action string, l label) {
	data := object{
		"id": l.ID, "createdAt": l.CreatedAt, "updatedAt": l.UpdatedAt, "name": l.Name, "color": l.Color, "isGroup": l.IsGroup,
		"creatorId": orNil(l.CreatorID), "teamId": orNil(l.TeamID), "parentId": orNil(l.ParentID), "description": orNil(l.Description),
	}
	s.send(event{actor: by, action: action, typ: "IssueLabel", data: data, at: l.UpdatedAt})
}
