package linear

import (
	"net/http"
	"net/url"
	"strings"
)

// issueLabelCreate makes a label of a team, or of the workspace.
func (c *call) issueLabelCreate(args input) (any, error) {
	in := args.input()
	if err := in.only("id", "name", "color", "description", "teamId", "parentId", "isGroup"); err != nil {
		return nil, err
	}
	now := c.s.now()
	l := label{Color: "#bec2c8", IsGroup: in.flag("isGroup"), CreatorID: &c.actor.ID, CreatedAt: now, UpdatedAt: now}
	if err := in.setText("name", &l.Name); err != nil {
		return nil, err
	}
	if color, given := in.text("color"); given {
		l.Color = color
	}
	if err := in.setOptional("description", &l.Description); err != nil {
		return nil, err
	}
	if in["teamId"] != nil {
		t, err := c.teamInput(in)
		if err != nil {
			return nil, err
		}
		l.TeamID = &t.ID
	}
	if parent, given := in.text("parentId"); given {
		group, ok := c.s.labels.Get(parent)
		if !ok {
			return nil, notFound("IssueLabel")
		}
		if !group.IsGroup {
			return nil, invalid("parentId is not a label group")
		}
		l.ParentID = &group.ID
	}
	if taken := c.s.labels.Select(l.clashes); len(taken) > 0 {
		shown := "A label with the name \"" + l.Name + "\" already exists."
		return nil, inputError(http.StatusOK, "Duplicate label name", shown)
	}
	var err error
	if l.ID, err = c.s.claimID("IssueLabel", in); err != nil {
		return nil, err
	}
	c.s.spend("IssueLabel", l.ID)
	c.s.labels.Put(l.ID, l)
	c.s.deliverLabel(c.actor, "create", l)
	return c.payload("IssueLabelPayload", object{"issueLabel": c.labelNode(l)}), nil
}

// clashes reports whether two labels could be offered side by side under one
// name.
func (l label) clashes(other label) bool {
	return strings.EqualFold(l.Name, other.Name) && (l.TeamID == nil || other.TeamID == nil || *l.TeamID == *other.TeamID)
}

func (c *call) projectCreate(args input) (any, error) {
	in := args.input()
	if err := in.only("id", "name", "description", "teamIds"); err != nil {
		return nil, err
	}
	now := c.s.now()
	p := project{CreatorID: &c.actor.ID, CreatedAt: now, UpdatedAt: now}
	if err := in.setText("name", &p.Name); err != nil {
		return nil, err
	}
	p.Description, _ = in.text("description")
	refs, err := in.texts("teamIds")
	if err != nil {
		return nil, err
	}
	for _, ref := range refs {
		t, err := c.team(ref)
		if err != nil {
			return nil, err
		}
		p.TeamIDs = append(p.TeamIDs, t.ID)
	}
	if len(p.TeamIDs) == 0 {
		return nil, invalid("teamIds should not be empty")
	}
	if p.ID, err = c.s.claimID("Project", in); err != nil {
		return nil, err
	}
	c.s.spend("Project", p.ID)
	c.s.projects.Put(p.ID, p)
	return c.payload("ProjectPayload", object{"project": c.projectNode(p)}), nil
}

// Registered webhooks are kept but not called: deliveries go to the URL that
// the sandbox was started with.
func (c *call) webhookCreate(args input) (any, error) {
	in := args.input()
	now := c.s.now()
	w := webhook{Secret: "lin_wh_" + newID(), Enabled: true, AllTeams: in.flag("allPublicTeams"), CreatorID: c.actor.ID, CreatedAt: now, UpdatedAt: now}
	if in["teamId"] != nil {
		t, err := c.teamInput(in)
		if err != nil {
			return nil, err
		}
		w.TeamID = &t.ID
	}
	if (w.TeamID != nil) == w.AllTeams {
		return nil, invalid("exactly one of teamId and allPublicTeams must be defined")
	}
	if err := configure(&w, in); err != nil {
		return nil, err
	}
	var err error
	if w.ID, err = c.s.claimID("Webhook", in); err != nil {
		return nil, err
	}
	c.s.spend("Webhook", w.ID)
	return c.saveWebhook(w), nil
}

// configure sets what may be changed about a webhook later.
func configure(w *webhook, in input) error {
	err := in.only("id", "url", "label", "secret", "enabled", "resourceTypes", "teamId", "allPublicTeams")
	if err != nil {
		return err
	}
	if err := in.setText("url", &w.URL); err != nil {
		return err
	}
	if parsed, err := url.Parse(w.URL); err != nil || parsed.Host == "" {
		return invalid("url must be a URL address")
	}
	if err := in.setOptional("label", &w.Label); err != nil {
		return err
	}
	if secret, given := in.text("secret"); given {
		w.Secret = secret
	}
	if enabled, given := in["enabled"].(bool); given {
		w.Enabled = enabled
	}
	if !in.has("resourceTypes") {
		return nil
	}
	w.ResourceTypes, err = in.texts("resourceTypes")
	return err
}

func (c *call) saveWebhook(w webhook) node {
	c.s.webhooks.Put(w.ID, w)
	return c.payload("WebhookPayload", object{"webhook": c.webhookNode(w)})
}

func (c *call) webhookUpdate(args input) (any, error) {
	id, _ := args.text("id")
	w, ok := c.s.webhooks.Get(id)
	if !ok {
		return nil, notFound("Webhook")
	}
	if err := configure(&w, args.input()); err != nil {
		return nil, err
	}
	w.UpdatedAt = c.s.after(w.UpdatedAt)
	return c.saveWebhook(w), nil
}

func (c *call) webhookDelete(args input) (any, error) {
	id, _ := args.text("id")
	if _, ok := c.s.webhooks.Get(id); !ok {
		return nil, notFound("Webhook")
	}
	c.s.webhooks.Delete(id)
	return c.deleted(id), nil
}
