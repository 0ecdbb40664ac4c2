package linear

// mutations are the fields of Mutation that are answered.
var mutations = map[string]root{
	"issueCreate":      (*call).issueCreate,
	"issueBatchCreate": (*call).issueBatchCreate,
	"issueUpdate":      (*call).issueUpdate,
	"issueAddLabel":    (*call).issueAddLabel,
	"issueRemoveLabel": (*call).issueRemoveLabel,
	"issueArchive":     (*call).issueArchive,
	"issueUnarchive":   (*call).issueUnarchive,
	"issueDelete":      (*call).issueDelete,
	"commentCreate":    (*call).commentCreate,
	"commentUpdate":    (*call).commentUpdate,
	"commentDelete":    (*call).commentDelete,
	"attachmentCreate": (*call).attachmentCreate,
	"attachmentUpdate": (*call).attachmentUpdate,
	"attachmentDelete": (*call).attachmentDelete,
	"issueLabelCreate": (*call).issueLabelCreate,
	"projectCreate":    (*call).projectCreate,
	"webhookCreate":    (*call).webhookCreate,
	"webhookUpdate":    (*call).webhookUpdate,
	"webhookDelete":    (*call).webhookDelete,
}

// payload is the answer of a mutation: its parts, and what every payload has.
func (c *call) payload(typ string, parts object) node {
	parts["success"] = true
	parts["lastSyncId"] = c.s.core.Next("sync")
	return node{typ, parts}
}

func (c *call) deleted(id string) node {
	return c.payload("DeletePayload", object{"entityId": id})
}

// issuePayload answers what was done to an issue, or, once after the control
// said so, that something was done.
func (c *call) issuePayload(i issue) node {
	if c.s.quirks.NullIssue {
		c.s.quirks.NullIssue = false
		return c.payload("IssuePayload", object{"issue": nil})
	}
	return c.payload("IssuePayload", object{"issue": c.issueNode(i)})
}

// actAs reads createAsUser, which only an app may give.
func (c *call) actAs(in input) (*string, error) {
	var name *string
	if err := in.setOptional("createAsUser", &name); err != nil {
		return nil, err
	}
	if _, icon := in.text("displayIconUrl"); (name != nil || icon) && !c.actor.App {
		return nil, invalid("createAsUser and displayIconUrl are only available to OAuth applications in the actor=app mode")
	}
	return name, nil
}
