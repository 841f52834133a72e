import { showComment, showEvent, showLabel } from '../answers.ts';
import { tellOfLabel } from '../news.ts';
import { addLabel, putLabel, takeLabel } from '../seed.ts';
import { type Comment, instant, type Label, nextId, type PullRequest, type Repository } from '../state.ts';
import { type Answer, type Call, NOT_FOUND, ok, okOrNotFound, pageOf, type Routes, textOf } from './route.ts';

const HERE = '/repos/{owner}/{repo}';
const ISSUE = `${HERE}/issues/{issue_number}`;

/** Labels of repositories and pull requests, comments, and who put labels on. */
export const ISSUES: Routes = {
  [`GET ${HERE}/labels`]: ({ repository, query }) =>
    ok(pageOf(query, [...repository.labels.values()]).map(showLabel)),
  [`GET ${HERE}/labels/{name}`]: (call) => {
    const label = namedLabel(call.repository, call.path['name']);
    return okOrNotFound(label && showLabel(label));
  },
  [`POST ${HERE}/labels`]: createLabel,
  [`PATCH ${HERE}/labels/{name}`]: ({ repository, path, body }) => {
    const label = namedLabel(repository, path['name']);
    if (label === undefined) return NOT_FOUND;
    label.color = textOf(body, 'color', label.color);
    label.description = textOf(body, 'description', label.description);
    return ok(showLabel(label));
  },
  [`GET ${ISSUE}/labels`]: (call) => on(call, (pullRequest) => ok(labelsOf(call.repository, pullRequest))),
  [`POST ${ISSUE}/labels`]: (call) => on(call, (pullRequest) => putLabels(call, pullRequest)),
  [`DELETE ${ISSUE}/labels/{name}`]: (call) => on(call, (pullRequest) => takeOff(call, pullRequest)),
  [`GET ${ISSUE}/comments`]: (call) =>
    on(call, ({ number }) => {
      const said = call.repository.comments.filter((comment) => comment.on === number);
      return ok(pageOf(call.query, said).map((comment) => showComment(call.repository, comment)));
    }),
  [`POST ${ISSUE}/comments`]: (call) => on(call, (pullRequest) => say(call, pullRequest)),
  [`GET ${HERE}/issues/comments/{comment_id}`]: (call) => {
    const found = commentOf(call);
    return okOrNotFound(found && showComment(call.repository, found));
  },
  [`PATCH ${HERE}/issues/comments/{comment_id}`]: (call) => {
    const found = commentOf(call);
    if (found === undefined) return NOT_FOUND;
    found.body = textOf(call.body, 'body');
    found.updatedAt = instant(call.repository.now());
    return ok(showComment(call.repository, found));
  },
  [`GET ${ISSUE}/events`]: (call) => on(call, (pullRequest) => listEvents(call, pullRequest)),
};

function on(call: Call, answer: (pullRequest: PullRequest) => Answer): Answer {
  const pullRequest = call.repository.pullRequests.get(Number(call.path['issue_number']));
  return pullRequest === undefined ? NOT_FOUND : answer(pullRequest);
}

/** GitHub takes a label's name in any case. */
function namedLabel({ labels }: Repository, name = ''): Label | undefined {
  return [...labels.values()].find((label) => label.name.toLowerCase() === name.toLowerCase());
}

function createLabel({ repository, body }: Call): Answer {
  const name = textOf(body, 'name');
  const color = textOf(body, 'color', 'ededed');
  const description = textOf(body, 'description');
  const wrong = namedLabel(repository, name) === undefined ? wrongWith(color, description) : 'already_exists';
  if (wrong !== undefined) return invalid(wrong);
  return { status: 201, body: showLabel(addLabel(repository, { name, color, description })) };
}

function wrongWith(color: string, description: string): string | undefined {
  if (!/^[0-9a-f]{6}$/i.test(color)) return 'invalid';
  return description.length > 100 ? 'too_long' : undefined;
}

function invalid(code: string): Answer {
  const errors = [{ resource: 'Label', code, field: 'name' }];
  return {
    status: 422,
    body: { message: 'Validation Failed', errors, documentation_url: 'https://docs.github.com/rest' },
  };
}

function labelsOf(repository: Repository, { labels }: PullRequest) {
  return labels.flatMap((name) => {
    const label = repository.labels.get(name);
    return label === undefined ? [] : [showLabel(label)];
  });
}

function putLabels({ repository, body, by }: Call, pullRequest: PullRequest): Answer {
  const wanted = (Array.isArray(body) ? body : (body['labels'] ?? [])) as readonly unknown[];
  for (const one of wanted) {
    const typed = typeof one === 'string' ? one : textOf(one as Record<string, unknown>, 'name');
    const name = namedLabel(repository, typed)?.name ?? typed;
    if (putLabel(repository, pullRequest, name, by)) {
      tellOfLabel(repository, pullRequest, { action: 'labeled', label: name, by });
    }
  }
  return ok(labelsOf(repository, pullRequest));
}

function takeOff({ repository, path, by }: Call, pullRequest: PullRequest): Answer {
  const name = namedLabel(repository, path['name'])?.name ?? '';
  if (!takeLabel(repository, pullRequest, name, by)) {
    return {
      status: 404,
      body: { message: 'Label does not exist', documentation_url: 'https://docs.github.com/rest' },
    };
  }
  tellOfLabel(repository, pullRequest, { action: 'unlabeled', label: name, by });
  return ok(labelsOf(repository, pullRequest));
}

function say({ repository, body, by }: Call, { number }: PullRequest): Answer {
  const at = instant(repository.now());
  const made: Comment = {
    id: nextId(),
    on: number,
    by,
    body: textOf(body, 'body'),
    createdAt: at,
    updatedAt: at,
  };
  repository.comments.push(made);
  return { status: 201, body: showComment(repository, made) };
}

function commentOf({ repository, path }: Call): Comment | undefined {
  return repository.comments.find(({ id }) => id === Number(path['comment_id']));
}

function listEvents({ repository, query }: Call, { number }: PullRequest): Answer {
  const all = repository.events.filter((event) => event.on === number);
  const size = Math.min(Number(query.get('per_page') ?? 30), 100);
  const last = Math.max(1, Math.ceil(all.length / size));
  const page = Number(query.get('page') ?? 1);
  const address = `https://api.github.com/repos/${repository.name}/issues/${number}/events?per_page=${size}`;
  const link =
    page < last
      ? { link: `<${address}&page=${page + 1}>; rel="next", <${address}&page=${last}>; rel="last"` }
      : {};
  return { ...ok(pageOf(query, all).map(showEvent)), headers: link };
}
