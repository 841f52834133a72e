import type { Item, PlayedChannel, PlayedPerson, Workspace } from './slack/workspace.ts';
import { directChannel } from './slack/workspace.ts';

/** A slash command as the composer offers it. */
export interface OfferedCommand {
  /** The words, without the slash: `deploy status`. */
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
}

/** A first step that the page proposes. */
export interface Hint {
  /** The person who types it. */
  readonly user: string;
  readonly text: string;
  readonly says: string;
}

/** What the page shows beside the played Slack's own content. */
export interface PageDemo {
  readonly commands: readonly OfferedCommand[];
  readonly hints: readonly Hint[];
}

export interface PageState extends PageDemo {
  readonly team: { readonly name: string };
  readonly app: { readonly user: string; readonly name: string };
  readonly people: readonly (PlayedPerson & { readonly direct: string })[];
  readonly channels: readonly PlayedChannel[];
  readonly items: readonly Item[];
}

/** All that the page draws, as it is now. */
export function pageState({ team, app, people, channels, items }: Workspace, demo: PageDemo): PageState {
  return {
    ...demo,
    team: { name: team.name },
    app: { user: app.user, name: app.name },
    people: people.map((person) => ({ ...person, direct: directChannel(person.id) })),
    channels,
    items: items.filter((item) => !item.deleted),
  };
}
