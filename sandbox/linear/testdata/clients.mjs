// Drives the Linear sandbox with Linear's own npm client, and fails on the first
// answer that it cannot live with.
//
// From an empty folder (any folder outside this project):
//
//	npm install @linear/sdk@88.3.0
//	node <project>/sandbox/linear/testdata/clients.mjs http://127.0.0.1:9103 [9199]
//
// The package is looked up in the working folder. With a port, the script
// listens there and checks deliveries as well: the sandbox must then deliver to
// http://127.0.0.1:<port>/ with the secret "sandbox-secret". Later releases of
// the client ask for fields that the schema of 88.3.0 does not have.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const base = process.argv[2] ?? 'http://127.0.0.1:9103';
const port = process.argv[3];
const require = createRequire(join(process.cwd(), 'package.json'));
const sdk = require('@linear/sdk');
const { LinearWebhookClient } = require('@linear/sdk/webhooks');

const apiUrl = `${base}/graphql`;
const client = new sdk.LinearClient({ apiKey: 'lin_api_alice', apiUrl });
const app = new sdk.LinearClient({ accessToken: 'lin_app_bot', apiUrl });

async function step(name, run) {
  try {
    await run();
    console.log(`ok   ${name}`);
  } catch (error) {
    console.error(`FAIL ${name}`);
    console.error(error);
    process.exit(1);
  }
}

async function control(method, path, body) {
  const answer = await fetch(`${base}/_sandbox/${path}`, { method, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
}

// rejects returns the error that a call has to end with.
async function rejects(call, type) {
  let caught;
  await assert.rejects(call, (error) => {
    caught = error;
    return true;
  });
  assert.ok(caught instanceof type, `${caught?.constructor?.name}: ${caught?.message}`);
  return caught;
}

// deliveries are those that the SDK's own webhook client accepted.
const deliveries = [];
const refused = [];
let receiver;
if (port) {
  const handler = new LinearWebhookClient('sandbox-secret').createHandler();
  handler.on('*', (payload) => deliveries.push(payload));
  receiver = createServer(async (request, response) => {
    await handler(request, response);
    if (response.statusCode !== 200) refused.push(response.statusCode);
  }).listen(Number(port), '127.0.0.1');
}

async function delivered(type, action, id) {
  if (!port) return;
  for (let tries = 0; tries < 100; tries += 1) {
    const found = deliveries.find((d) => d.type === type && d.action === action && d.data.id === id);
    if (found) return found;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  assert.fail(`no ${type} ${action} was delivered for ${id}`);
}

let team, states, bob, issue, id;

await step('viewer and organization', async () => {
  const me = await client.viewer;
  assert.equal(me.email, 'alice@example.com');
  assert.ok(me.createdAt instanceof Date);
  assert.equal((await me.organization).urlKey, 'sandbox');
  assert.equal((await app.viewer).app, true);
});

await step('teams and workflow states', async () => {
  const teams = await client.teams();
  team = teams.nodes.find((t) => t.key === 'PRO');
  assert.equal((await client.team('PRO')).id, team.id);
  states = (await team.states()).nodes;
  assert.deepEqual(states.toSorted((a, b) => a.position - b.position).map((s) => s.name), ['Backlog', 'Todo', 'In Progress', 'Done', 'Canceled']);
  const all = await client.workflowStates({ filter: { team: { key: { eq: 'PRO' } }, type: { eq: 'completed' } } });
  assert.deepEqual(all.nodes.map((s) => s.name), ['Done']);
  assert.equal((await client.workflowState(all.nodes[0].id)).type, 'completed');
});

await step('users and labels', async () => {
  const found = await client.users({ filter: { email: { eqIgnoreCase: 'BOB@example.com' } } });
  [bob] = found.nodes;
  assert.equal((await client.user(bob.id)).name, 'Bob Example');
  const labels = await client.issueLabels({ filter: { name: { eq: 'Bug' } } });
  assert.equal(labels.nodes.length, 1);
  const made = await client.createIssueLabel({ name: `label ${randomUUID()}`, teamId: team.id });
  assert.equal((await (await made.issueLabel).team).key, 'PRO');
});

await step('create an issue under an id of one\'s own', async () => {
  id = randomUUID();
  const made = await client.createIssue({
    id, teamId: team.id, title: 'from the client', description: '- one\n- two', priority: 2, assigneeId: bob.id,
    stateId: states.find((s) => s.name === 'In Progress').id,
  });
  assert.equal(made.success, true);
  issue = await made.issue;
  assert.equal(issue.id, id);
  assert.match(issue.identifier, /^PRO-\d+$/);
  assert.equal(issue.description, '* one\n* two');
  assert.ok(issue.updatedAt instanceof Date && !Number.isNaN(issue.updatedAt.getTime()));
  const d = await delivered('Issue', 'create', id);
  if (d) {
    assert.equal(d.actor.type, 'user');
    assert.equal(typeof d.webhookTimestamp, 'number');
  }
});

await step('the same id again is a conflict', async () => {
  const error = await rejects(() => client.createIssue({ id, teamId: team.id, title: 'again' }), sdk.InvalidInputLinearError);
  assert.equal(error.status, 400);
  assert.equal(error.errors[0].message, `Entity Issue with id ${id} already exists.`);
  assert.equal(error.raw.response.errors[0].message, 'conflict on insert of Issue');
  assert.equal(error.raw.response.errors[0].extensions.code, 'INPUT_ERROR');
});

await step('read an issue with state, assignee and comments', async () => {
  for (const ref of [id, issue.identifier]) {
    const read = await client.issue(ref);
    assert.equal(read.id, id);
    assert.equal((await read.state).name, 'In Progress');
    assert.equal((await read.assignee).id, bob.id);
    assert.equal((await read.team).key, 'PRO');
    assert.equal((await read.creator).email, 'alice@example.com');
    assert.deepEqual((await read.comments()).nodes, []);
    assert.deepEqual((await read.labels()).nodes, []);
  }
});

await step('update an issue, null unassigns', async () => {
  const changed = await (await client.updateIssue(id, { title: 'changed', assigneeId: null })).issue;
  assert.equal(changed.title, 'changed');
  assert.equal(await changed.assignee, undefined);
  assert.equal(changed.priority, 2);
  assert.ok(changed.updatedAt > issue.updatedAt);
  const history = await changed.history();
  assert.ok(history.nodes.some((h) => h.toTitle === 'changed'), 'the history names the new title');
  const d = await delivered('Issue', 'update', id);
  if (d) assert.equal(d.updatedFrom.assigneeId, bob.id);
});

await step('comment, reply, edit, delete', async () => {
  const root = await (await client.createComment({ issueId: id, body: 'hello' })).comment;
  const reply = await (await app.createComment({ id: randomUUID(), parentId: root.id, issueId: id, body: 'hi', createAsUser: 'Jane' })).comment;
  assert.equal(reply.botActor.userDisplayName, 'Jane');
  assert.equal((await reply.user).app, true);
  const listed = await (await client.issue(id)).comments();
  assert.deepEqual(listed.nodes.map((c) => c.body).toSorted(), ['hello', 'hi']);
  const error = await rejects(() => client.createComment({ parentId: reply.id, issueId: id, body: 'deeper' }), sdk.InvalidInputLinearError);
  assert.equal(error.status, 200);
  await rejects(() => client.createComment({ id: reply.id, issueId: id, body: 'again' }), sdk.InvalidInputLinearError);
  const edited = await (await client.updateComment(root.id, { body: 'hello all' })).comment;
  assert.equal(edited.body, 'hello all');
  const swept = await client.comments({ filter: { issue: { team: { key: { eq: 'PRO' } } }, updatedAt: { gt: issue.createdAt } } });
  assert.ok(swept.nodes.some((c) => c.id === root.id));
  assert.equal((await client.deleteComment(root.id)).success, true);
  await delivered('Comment', 'create', reply.id);
  await delivered('Comment', 'update', root.id);
  await delivered('Comment', 'remove', root.id);
});

await step('attach twice, one attachment', async () => {
  const url = `https://example.com/${id}#ticketsync`;
  const first = await (await client.createAttachment({ issueId: id, url, title: 'one', metadata: { a: 1 } })).attachment;
  const second = await (await client.createAttachment({ issueId: id, url, title: 'two', metadata: { b: 'c' } })).attachment;
  assert.equal(second.id, first.id);
  assert.equal(second.title, 'two');
  const found = await client.attachmentsForURL(url);
  assert.deepEqual(found.nodes.map((a) => a.id), [first.id]);
  assert.equal((await found.nodes[0].issue).id, id);
  assert.deepEqual(found.nodes[0].metadata, { b: 'c' });
  assert.equal((await client.deleteAttachment(first.id)).success, true);
  await delivered('Attachment', 'update', first.id);
});

await step('list issues page by page', async () => {
  for (const title of ['a', 'b', 'c']) await client.createIssue({ teamId: team.id, title });
  const page = await client.issues({ first: 2, filter: { team: { key: { eq: 'PRO' } } }, orderBy: sdk.PaginationOrderBy.UpdatedAt });
  assert.deepEqual(page.nodes.map((i) => i.title), ['c', 'b']);
  assert.equal(page.pageInfo.hasNextPage, true);
  await page.fetchNext();
  assert.equal(page.nodes.length, 4);
  await rejects(() => client.issues({ first: 251 }), sdk.InvalidInputLinearError);
});

await step('archive, trash, restore', async () => {
  assert.equal((await client.archiveIssue(id)).success, true);
  assert.ok((await client.issue(id)).archivedAt instanceof Date);
  assert.equal((await client.unarchiveIssue(id)).success, true);
  assert.equal((await client.deleteIssue(id)).success, true);
  const gone = await client.issue(id);
  assert.equal(gone.trashed, true);
  const listed = await client.issues({ filter: { id: { eq: id } } });
  assert.deepEqual(listed.nodes, []);
  const archived = await client.issues({ filter: { id: { eq: id } }, includeArchived: true });
  assert.equal(archived.nodes.length, 1);
  await rejects(() => client.createIssue({ id, teamId: team.id, title: 'again' }), sdk.InvalidInputLinearError);
  const d = await delivered('Issue', 'remove', id);
  if (d) assert.ok(d.data.archivedAt);
});

await step('projects and webhooks', async () => {
  const projects = await client.projects();
  assert.ok(projects.nodes.some((p) => p.name === 'Launch'));
  const made = await (await client.createProject({ name: 'New', teamIds: [team.id] })).project;
  assert.equal((await client.project(made.id)).name, 'New');
  const hook = await (await client.createWebhook({ url: 'https://example.com/hook', resourceTypes: ['Issue'], teamId: team.id })).webhook;
  assert.equal((await client.webhook(hook.id)).enabled, true);
  assert.equal((await client.deleteWebhook(hook.id)).success, true);
});

await step('errors come as the client\'s own types', async () => {
  const missing = await rejects(() => client.issue(randomUUID()), sdk.InvalidInputLinearError);
  assert.match(missing.raw.response.errors[0].message, /^Entity not found: Issue/);
  await rejects(() => new sdk.LinearClient({ apiKey: 'nonsense', apiUrl }).viewer, sdk.AuthenticationLinearError);
  await control('PUT', 'limits', { requests: 1 });
  await client.viewer;
  const limited = await rejects(() => client.viewer, sdk.RatelimitedLinearError);
  assert.equal(limited.requestsLimit, 1);
  assert.equal(limited.requestsRemaining, 0);
  assert.ok(limited.requestsResetAt > Date.now(), 'in milliseconds');
  await control('DELETE', 'limits');
  await control('PUT', 'faults', [{ operation: 'viewer', fault: 'status:429', retry_after: 60 }]);
  const faulted = await rejects(() => client.viewer, sdk.RatelimitedLinearError);
  assert.ok(Math.abs(faulted.requestsResetAt - Date.now() - 60_000) < 5_000);
  await control('PUT', 'faults', [{ operation: 'viewer', fault: 'status:503' }]);
  await rejects(() => client.viewer, sdk.InternalLinearError);
});

await step('status of the limits', async () => {
  const status = await client.rateLimitStatus;
  assert.equal(status.limits.find((l) => l.type === 'requests').allowedAmount, 2500);
});

if (port) {
  await step('every delivery verifies', async () => {
    assert.deepEqual(refused, []);
    assert.ok(deliveries.length >= 10, `${deliveries.length} deliveries`);
    receiver.close();
  });
}
console.log('the client works');
