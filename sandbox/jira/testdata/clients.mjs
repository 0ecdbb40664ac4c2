// Drives the Jira sandbox with the npm clients people really use, and fails on
// the first answer that one of them cannot live with.
//
// From an empty folder (any folder outside this project):
//
//	npm install jira.js@5.4.0 jira-client@8.2.2 jirajs6@npm:jira.js@6.2.0
//	node <project>/sandbox/jira/testdata/clients.mjs http://127.0.0.1:9102
//
// The packages are looked up in the working folder. jira.js 6.2.0 declares Node
// 22 (npm install --force on 20) and is left out when it is not installed. The
// sandbox must accept user alice, as `go run ./dev` starts it.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const base = process.argv[2] ?? 'http://127.0.0.1:9102';
const here = join(process.cwd(), 'package.json');
const require = createRequire(here);
const email = 'alice@example.com';
const token = 'sandbox';
const bob = 'sandbox:bob';

async function step(name, run) {
  try {
    await run();
    console.log(`ok   ${name}`);
  } catch (error) {
    console.error(`FAIL ${name}`);
    console.error(error?.response?.data ?? error);
    process.exit(1);
  }
}

const textOf = (doc) => doc.content.map((p) => p.content.map((n) => n.text ?? '\n').join('')).join('\n\n');

async function withJiraJs5(name, client, rich, plain) {
  let key;
  await step(`${name}: myself`, async () => {
    const me = await client.myself.getCurrentUser();
    assert.equal(me.accountId, 'sandbox:alice');
    assert.equal(me.emailAddress, email);
  });
  await step(`${name}: create with a property`, async () => {
    const made = await client.issues.createIssue({
      fields: {
        project: { key: 'ENG' }, issuetype: { name: 'Bug' }, summary: `${name} creates`, description: rich('first line\nsecond'),
        priority: { name: 'High' }, labels: ['one'], customfield_10042: 'LT-1', customfield_10043: 2.5,
      },
      properties: [{ key: 'origin', value: { from: name } }],
    });
    key = made.key;
    assert.match(key, /^ENG-\d+$/);
  });
  await step(`${name}: read`, async () => {
    const issue = await client.issues.getIssue({ issueIdOrKey: key, expand: ['renderedFields', 'changelog'], properties: ['origin'] });
    assert.equal(plain(issue.fields.description), 'first line\nsecond');
    assert.equal(issue.fields.priority.name, 'High');
    assert.equal(issue.fields.status.name, 'To Do');
    assert.deepEqual(issue.properties.origin, { from: name });
    assert.match(issue.renderedFields.description, /<p>first line<br\/>/);
  });
  await step(`${name}: edit, read the changelog`, async () => {
    const edited = await client.issues.editIssue({
      issueIdOrKey: key, returnIssue: true, fields: { summary: `${name} edits` }, update: { labels: [{ add: 'two' }] },
    });
    assert.equal(edited.fields.summary, `${name} edits`);
    const log = await client.issues.getChangeLogs({ issueIdOrKey: key });
    assert.deepEqual(log.values.at(-1).items.map((i) => i.field), ['labels', 'summary']);
  });
  await step(`${name}: transition`, async () => {
    const { transitions } = await client.issues.getTransitions({ issueIdOrKey: key });
    const start = transitions.find((t) => t.to.name === 'In Progress');
    await client.issues.doTransition({ issueIdOrKey: key, transition: { id: start.id } });
    const issue = await client.issues.getIssue({ issueIdOrKey: key, fields: ['status'] });
    assert.equal(issue.fields.status.name, 'In Progress');
    await assert.rejects(client.issues.doTransition({ issueIdOrKey: key, transition: { id: '41' } }));
  });
  await step(`${name}: comment, edit it, list, delete`, async () => {
    const made = await client.issueComments.addComment({ issueIdOrKey: key, comment: rich('hello') });
    await client.issueComments.updateComment({ issueIdOrKey: key, id: made.id, comment: rich('hello again'), body: rich('hello again') });
    const page = await client.issueComments.getComments({ issueIdOrKey: key, expand: 'renderedBody' });
    assert.equal(page.total, 1);
    assert.equal(plain(page.comments[0].body), 'hello again');
    assert.match(page.comments[0].renderedBody, /hello again/);
    await client.issueComments.deleteComment({ issueIdOrKey: key, id: made.id });
  });
  await step(`${name}: search`, async () => {
    const found = await client.issueSearch.searchForIssuesUsingJqlEnhancedSearchPost({
      jql: 'project = ENG AND creator = currentUser() AND created >= -1d ORDER BY created DESC', fields: ['summary'],
      properties: ['origin'], maxResults: 1,
    });
    assert.equal(found.issues[0].key, key);
    assert.deepEqual(found.issues[0].properties.origin, { from: name });
    const got = await client.issueSearch.searchForIssuesUsingJqlEnhancedSearch({ jql: `key = ${key}`, fields: ['summary', 'status'] });
    assert.equal(got.isLast, true);
    await assert.rejects(client.issueSearch.searchForIssuesUsingJql({ jql: 'project = ENG' }), (e) => (e.status ?? e.response?.status) === 410);
  });
  await step(`${name}: users and assign`, async () => {
    const [found] = await client.userSearch.findUsers({ query: 'bob@example.com' });
    assert.equal(found.accountId, bob);
    const [able] = await client.userSearch.findAssignableUsers({ issueKey: key, query: 'bob' });
    await client.issues.assignIssue({ issueIdOrKey: key, accountId: able.accountId });
    assert.equal((await client.issues.getIssue({ issueIdOrKey: key })).fields.assignee.displayName, 'Bob');
    await client.issues.assignIssue({ issueIdOrKey: key, accountId: null });
    assert.equal((await client.issues.getIssue({ issueIdOrKey: key })).fields.assignee, null);
  });
  await step(`${name}: remote links`, async () => {
    const link = { issueIdOrKey: key, globalId: 'g1', object: { url: 'https://example.com/1', title: 'one' } };
    const first = await client.issueRemoteLinks.createOrUpdateRemoteIssueLink(link);
    const again = await client.issueRemoteLinks.createOrUpdateRemoteIssueLink({ ...link, object: { ...link.object, title: 'uno' } });
    assert.equal(first.id, again.id);
    const list = await client.issueRemoteLinks.getRemoteIssueLinks({ issueIdOrKey: key });
    assert.deepEqual(list.map((l) => l.object.title), ['uno']);
    await client.issueRemoteLinks.deleteRemoteIssueLinkById({ issueIdOrKey: key, linkId: String(first.id) });
  });
  await step(`${name}: properties`, async () => {
    await client.issueProperties.setIssueProperty({ issueIdOrKey: key, propertyKey: 'k', propertyValue: { a: 1 } });
    assert.deepEqual((await client.issueProperties.getIssueProperty({ issueIdOrKey: key, propertyKey: 'k' })).value, { a: 1 });
    assert.deepEqual((await client.issueProperties.getIssuePropertyKeys({ issueIdOrKey: key })).keys.map((p) => p.key), ['k', 'origin']);
    await client.issueProperties.deleteIssueProperty({ issueIdOrKey: key, propertyKey: 'k' });
  });
  await step(`${name}: delete`, async () => {
    await client.issues.deleteIssue({ issueIdOrKey: key });
    await assert.rejects(client.issues.getIssue({ issueIdOrKey: key }), (e) => (e.status ?? e.response?.status) === 404);
  });
}

async function withJiraJs6(client) {
  const name = 'jira.js 6';
  let key;
  await step(`${name}: myself, create, edit`, async () => {
    assert.equal((await client.myself.getCurrentUser()).accountId, 'sandbox:alice');
    const made = await client.issues.createIssue({
      fields: { project: { key: 'ENG' }, issuetype: { name: 'Task' }, summary: 'six', description: 'h2. Heading\n\n*bold*' },
    });
    key = made.key;
    await client.issues.editIssue({ issueIdOrKey: key, fields: { summary: 'six edited' } });
    const issue = await client.issues.getIssue({ issueIdOrKey: key });
    assert.equal(issue.fields.summary, 'six edited');
    assert.equal(textOf(issue.fields.description), 'h2. Heading\n\n*bold*');
  });
  await step(`${name}: comment, transition, search`, async () => {
    const comment = await client.issueComments.addComment({ issueIdOrKey: key, body: 'plain *text*' });
    assert.equal(textOf(comment.body), 'plain *text*');
    const { transitions } = await client.issues.getTransitions({ issueIdOrKey: key });
    await client.issues.doTransition({ issueIdOrKey: key, transition: { id: transitions[0].id } });
    assert.equal((await client.issueComments.getComments({ issueIdOrKey: key })).total, 1);
    const log = await client.issues.getChangeLogs({ issueIdOrKey: key });
    assert.equal(log.values.length, 2);
  });
  await step(`${name}: users, assign, links, properties, delete`, async () => {
    const [found] = await client.userSearch.findUsers({ query: 'bob' });
    await client.issues.assignIssue({ issueIdOrKey: key, accountId: found.accountId });
    await client.issueRemoteLinks.createOrUpdateRemoteIssueLink({ issueIdOrKey: key, globalId: 'g', object: { url: 'https://example.com', title: 't' } });
    assert.equal((await client.issueRemoteLinks.getRemoteIssueLinks({ issueIdOrKey: key })).length, 1);
    await client.issueProperties.setIssueProperty({ issueIdOrKey: key, propertyKey: 'k', body: { a: 1 } });
    assert.deepEqual((await client.issueProperties.getIssueProperty({ issueIdOrKey: key, propertyKey: 'k' })).value, { a: 1 });
    await client.issues.deleteIssue({ issueIdOrKey: key });
  });
}

async function withJiraClient(JiraApi) {
  const at = new URL(base);
  const where = { protocol: at.protocol.replace(':', ''), host: at.hostname, port: at.port, apiVersion: '2', strictSSL: false };
  const cloud = new JiraApi({ ...where, username: email, password: token });
  const center = new JiraApi({ ...where, bearer: 'pat_alice' });
  for (const [name, client] of [['jira-client on Cloud', cloud], ['jira-client on Data Center', center]]) {
    const onCloud = client === cloud;
    let key;
    await step(`${name}: myself, create, read, edit`, async () => {
      const me = await client.getCurrentUser();
      assert.equal(onCloud ? me.accountId : me.name, onCloud ? 'sandbox:alice' : 'alice');
      ({ key } = await client.addNewIssue({ fields: { project: { key: 'OPS' }, issuetype: { name: 'Task' }, summary: name, description: 'text' } }));
      await client.updateIssue(key, { fields: { summary: `${name} edited`, labels: ['x'] } });
      const issue = await client.findIssue(key, 'renderedFields');
      assert.equal(issue.fields.summary, `${name} edited`);
      assert.equal(issue.renderedFields.description, '<p>text</p>');
    });
    await step(`${name}: transition, comment`, async () => {
      const { transitions } = await client.listTransitions(key);
      await client.transitionIssue(key, { transition: { id: transitions.find((t) => t.to.name === 'Done').id } });
      const comment = await client.addComment(key, 'a comment');
      await client.updateComment(key, comment.id, 'another');
      assert.equal((await client.getComments(key)).comments[0].body, 'another');
      assert.equal((await client.findIssue(key)).fields.resolution.name, 'Done');
      await client.deleteComment(key, comment.id);
    });
    await step(`${name}: search, users, assign`, async () => {
      if (onCloud) {
        await assert.rejects(client.searchJira('project = OPS'), /CHANGE-2046/);
        assert.equal((await client.searchUsers({ query: 'bob' }))[0].accountId, bob);
        await client.updateAssigneeWithId(key, bob);
      } else {
        const found = await client.searchJira(`key = ${key}`, { fields: ['summary'], maxResults: 5 });
        assert.equal(found.total, 1);
        assert.equal((await client.searchUsers({ username: 'bob' }))[0].name, 'bob');
        await client.updateAssignee(key, 'bob');
      }
      assert.equal((await client.findIssue(key)).fields.assignee.displayName, 'Bob');
    });
    await step(`${name}: links, properties, delete`, async () => {
      const link = await client.createRemoteLink(key, { globalId: 'g', object: { url: 'https://example.com', title: 't' } });
      assert.equal((await client.getRemoteLinks(key))[0].id, link.id);
      await client.deleteRemoteLink(key, link.id);
      await client.doRequest(client.makeRequestHeader(client.makeUri({ pathname: `/issue/${key}/properties/k` }), { method: 'PUT', body: { a: 1 } }));
      assert.deepEqual((await client.getIssueProperty(key, 'k')).value, { a: 1 });
      await client.deleteIssue(key);
      await assert.rejects(client.findIssue(key), /Issue does not exist/);
    });
  }
}

const five = require('jira.js');
const config = { host: base, authentication: { basic: { email, apiToken: token } } };
const document = (text) => ({ type: 'doc', version: 1, content: text.split('\n\n').map((p) => ({
  type: 'paragraph', content: p.split('\n').flatMap((line, n) => [...(n ? [{ type: 'hardBreak' }] : []), { type: 'text', text: line }]),
})) });
await withJiraJs5('jira.js 5 v2', new five.Version2Client(config), (text) => text, (text) => text);
await withJiraJs5('jira.js 5 v3', new five.Version3Client(config), document, textOf);
await withJiraClient(require('jira-client'));
const six = join(process.cwd(), 'node_modules/jirajs6/dist/index.js');
if (existsSync(six)) {
  const { createCloudClient } = await import(pathToFileURL(six));
  await withJiraJs6(createCloudClient({ host: base, auth: { type: 'basic', email, apiToken: token }, onSchemaMismatch: 'throw' }));
} else {
  console.log('--   jira.js 6: not installed');
}
console.log('all clients work');
