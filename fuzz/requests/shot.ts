import { gunzipSync, gzipSync } from "node:zlib";

/** A request as it goes over the wire, but for secrets: `{ADMIN}` in a header stands for that caller's. */
export interface Shot {
  readonly port: "http" | "grpc";
  readonly http: 1 | 2;
  readonly verb: string;
  /** With the query. */
  readonly path: string;
  readonly headers: ReadonlyArray<readonly [string, string]>;
  readonly body: Buffer;
  /** `roster.v1.UserService/GetUser`: what it was made from. */
  readonly method: string;
  /** What was done to it after it was made: then it need not be a request of any protocol. */
  readonly spoilt?: string;
}

/** As a file of the corpus keeps it. */
interface WrittenShot extends Omit<Shot, "body"> {
  /** Base64 of its gzip. */
  readonly body: string;
}

export function writeShot(shot: Shot): string {
  const written: WrittenShot = { ...shot, body: gzipSync(shot.body, { level: 9 }).toString("base64") };
  return JSON.stringify(written);
}

export function readShot(text: string): Shot {
  const written: WrittenShot = JSON.parse(text);
  return { ...written, body: gunzipSync(Buffer.from(written.body, "base64")) };
}
