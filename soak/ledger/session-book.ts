/** What a caller knows of a session. */
export interface SessionRecord {
  readonly id: string;
  readonly userId: string;
  open: boolean;
  /** As it was last written into the metadata. */
  tag: string;
}

/** The sessions of a caller's users. Sessions of which something is not known are forgotten. */
export class SessionBook {
  readonly sessions = new Map<string, SessionRecord>();

  of(userId: string): SessionRecord[] {
    return [...this.sessions.values()].filter((session) => session.userId === userId);
  }

  endAll(userId: string): void {
    for (const session of this.of(userId)) session.open = false;
  }

  forgetAll(userId: string): void {
    for (const { id } of this.of(userId)) this.sessions.delete(id);
  }
}
