/** What a request got. */
export type Answer =
  | {
      readonly kind: "answered";
      readonly status: number;
      /** Of a header that came more than once, the values joined. */
      readonly header: Headers;
      readonly trailer: Headers;
      readonly body: Buffer;
      /** Whether we have hung up before the end: streams that have none. */
      readonly left: boolean;
    }
  /** The connection or the stream ended without an answer. */
  | { readonly kind: "broken"; readonly why: string }
  | { readonly kind: "silent"; readonly milliseconds: number }
  /** The client that we use refuses to send it. */
  | { readonly kind: "unsent" };

/** How long an answer may take. */
export const PATIENCE_MS = 30_000;
/** After which we leave a stream that need not end. */
export const STAY_MS = 150;
/** Of an answer that does not end. */
export const MOST_BYTES = 4 * 1024 * 1024;
