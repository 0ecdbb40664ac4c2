package jira

import (
	"fmt"
	"net/url"
	"slices"
	"time"
)

// stamp is Jira's timestamp layout: milliseconds, zone without a colon.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000-0700") }

func (v *view) base() string { return v.s.opts.BaseURL }

// userJSON is nil for nobody, so that it encodes as null.
func (v *view) userJSON(name string) any {
	u, found := userNamed(name)
	if !found {
		return nil
	}
	out := object{"displayName": u.display, "active": true, "timeZone": "Etc/UTC", "avatarUrls": v.avatars("useravatar?ownerId=" + u.name)}
	if v.cloud {
		out["self"] = v.api + "/user?accountId=" + url.QueryEscape(u.accountID())
		out["accountId"], out["accountType"] = u.accountID(), "atlassian"
		// A hidden address is left out, not emptied; one always sees one's own.
		if !v.s.core.HideEmail() || v.user == name {
			out["emailAddress"] = u.email()
		}
		return out
	}
	out["self"] = v.api + "/user?username=" + u.name
	out["name"], out["key"], out["emailAddress"] = u.name, u.key(), u.email()
	return out
}

func (v *view) avatars(what string) object {
	at := v.base() + "/secure/" + what + "&size="
	return object{"48x48": at + "large", "32x32": at + "medium", "24x24": at + "small", "16x16": at + "xsmall"}
}

// projectJSON is the short form, as in lists and in issues.
func (v *view) projectJSON(p project) object {
	return object{"self": v.api + "/project/" + p.id, "id": p.id, "key": p.key, "name": p.name,
		"projectTypeKey": p.kind, "simplified": false, "avatarUrls": v.avatars("projectavatar?pid=" + p.id)}
}

func (v *view) typeJSON(t issueType) object {
	out := object{"self": v.api + "/issuetype/" + t.id, "id": t.id, "name": t.name, "description": t.description,
		"iconUrl": v.base() + "/secure/viewavatar?size=medium&avatarType=issuetype&avatarId=10300", "subtask": false, "avatarId": 10300}
	if v.cloud {
		out["hierarchyLevel"] = 0
	}
	return out
}

func (v *view) statusJSON(st status) object {
	cat := object{"self": v.api + "/statuscategory/" + jsonInt(categories[st.Category]["id"])}
	for k, x := range categories[st.Category] {
		cat[k] = x
	}
	return object{"self": v.api + "/status/" + st.ID, "description": "", "iconUrl": v.base() + "/images/icons/statuses/generic.png",
		"name": st.Name, "id": st.ID, "statusCategory": cat}
}

// statusNow also serves statuses that were removed from a workflow.
func (v *view) statusNow(id string) any {
	st, found := v.s.statusBy(id)
	if !found {
		return nil
	}
	return v.statusJSON(st)
}

// namedJSON shows an entry of a fixed table, nil if there is none.
func (v *view) namedJSON(path string, list []named, id string) any {
	n, found := pick(list, id, "")
	if !found {
		return nil
	}
	out := object{"self": v.api + "/" + path + "/" + n.id, "id": n.id, "name": n.name}
	switch path {
	case "priority":
		out["iconUrl"] = v.base() + "/images/icons/priorities/" + n.id + ".svg"
	default:
		out["description"] = n.description
	}
	return out
}

func (v *view) componentsJSON(p project, ids []string) []object {
	out := []object{}
	for _, c := range p.components {
		if slices.Contains(ids, c.id) {
			out = append(out, object{"self": v.api + "/component/" + c.id, "id": c.id, "name": c.name})
		}
	}
	return out
}

// rich shows wiki text as the API version does; empty text is null.
func (v *view) rich(text string) any {
	switch {
	case text == "":
		return nil
	case v.adf:
		return toDocument(text)
	}
	return text
}

// jsonInt prints a number of a seed object.
func jsonInt(n any) string { return fmt.Sprint(n) }
