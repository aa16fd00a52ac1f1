/** What tells of a call how its messages are written. */
export interface CodecContext {
  /** On a port that speaks nothing but binary. */
  readonly alwaysBinary?: true;
  readonly requestHeader: Pick<Headers, "get">;
  readonly requestMethod?: string;
  readonly url?: string;
}

/** The media types of binary protobuf in gRPC, gRPC-Web and Connect, whatever parameters follow. */
const BINARY = /^application\/(?:proto|connect\+proto|grpc(?:-web)?(?:\+proto)?)[ \t]*(?:;|$)/i;

/** Whether the answer is written as binary protobuf. In doubt it is not: JSON must never be taken for binary. */
export function isBinary({ alwaysBinary, requestHeader, requestMethod, url }: CodecContext): boolean {
  if (alwaysBinary) {
    return true;
  }
  if (requestMethod === "GET") {
    return new URL(url ?? "", "http://localhost").searchParams.get("encoding") === "proto";
  }
  return BINARY.test(requestHeader.get("content-type") ?? "");
}
