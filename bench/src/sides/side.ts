/** One of the servers that are compared, in one configuration. */
export interface Side {
  readonly name: SideName;
  /** As it stands in tables. */
  readonly title: string;
  /** Program, version and whatever differs from its defaults. */
  readonly description: string;
  command(place: SidePlace): SideCommand;
}

export type SideName = 'holdfast' | 'restate' | 'restate-1';

export interface SidePlace {
  readonly folder: string;
  readonly ingressPort: number;
  readonly adminPort: number;
  /** For servers that need a port to talk to themselves. */
  readonly internalPort: number;
}

export interface SideCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}
