import type { News, Peers } from "../../directory/store/peers.ts";
import type { Store } from "../../directory/store/store.ts";

type AccessListener = Parameters<Store["onAccessChange"]>[0];
type CommitListener = Parameters<Store["onCommit"]>[0];

/** Tells listeners of this process, and its peers, what has been committed. */
export class Announcements {
  readonly #peers: Peers | undefined;
  readonly #accessListeners: AccessListener[] = [];
  readonly #commitListeners: CommitListener[] = [];

  constructor(peers: Peers | undefined) {
    this.#peers = peers;
    peers?.listen((news) => this.#tellListeners(news));
  }

  onAccessChange(listener: AccessListener): void {
    this.#accessListeners.push(listener);
  }

  onCommit(listener: CommitListener): void {
    this.#commitListeners.push(listener);
  }

  async make(news: News): Promise<void> {
    if (news.revision !== null || news.access.length > 0) {
      this.#tellListeners(news);
      await this.#peers?.tell(news);
    }
  }

  #tellListeners({ accountId, revision, access }: News): void {
    for (const userId of access) {
      for (const listener of this.#accessListeners) listener(accountId, userId);
    }
    if (revision !== null) {
      for (const listener of this.#commitListeners) listener(accountId, revision);
    }
  }
}
