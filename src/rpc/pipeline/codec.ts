/** What tells of a call how its messages are written. */
export interface CodecContext {
  readonly requestHeader: Pick<Headers, "get">;
  readonly requestMethod?: string;
  readonly url?: string;
}

/** Whether the answer is written as binary protobuf. In doubt it is not: what is JSON must never be taken for binary. */
export function isBinary({ requestHeader, requestMethod, url }: CodecContext): boolean {
  if (requestMethod === "GET") {
    return new URL(url ?? "", "http://localhost").searchParams.get("encoding") === "proto";
  }
  return !/json/i.test(requestHeader.get("content-type") ?? "");
}
