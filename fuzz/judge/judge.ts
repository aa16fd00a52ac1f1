import { type DescMessage, fromBinary, fromJsonString, type Message } from "@bufbuild/protobuf";
import { Code, type ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema, RequestInfoSchema } from "../../gen/google/rpc/error_details_pb.js";
import { CODES, DETAIL_TYPES } from "../../src/rpc/errors.ts";
import type { Shot } from "../requests/shot.ts";
import type { Answer } from "../send/answer.ts";
import { type Outcome, toOutcome } from "./outcome.ts";

/** What is to be said of an answer. */
export interface Verdict {
  /** What is wrong with it. */
  readonly finding: string | undefined;
  /** `OK`, a reason of Roster's, or what the layers below have said. */
  readonly outcome: string;
  readonly messages: readonly Message[];
}

/** `output`: the messages that a method answers with; undefined: the request is for no method that is known. */
export function judge(shot: Shot, output: DescMessage | undefined, answer: Answer): Verdict {
  switch (answer.kind) {
    case "unsent":
      return fine("unsent");
    case "silent":
      return bad(`no answer in ${Math.round(answer.milliseconds / 1000)} seconds`);
    case "broken":
      return mayBreak(shot, answer.why) ? fine("broken off") : bad(`no answer: ${answer.why}`);
    case "answered":
      return answer.left ? fine("left") : judgeAnswer(shot, output, answer);
  }
}

function judgeAnswer(shot: Shot, output: DescMessage | undefined, answer: Extract<Answer, { kind: "answered" }>): Verdict {
  if (isOfHttp(shot, answer)) return fine(`HTTP ${answer.status}`);
  try {
    const outcome = toOutcome(answer);
    const finding = outcome.error && findingOf(outcome.error);
    if (finding !== undefined) return bad(finding);
    const messages = output === undefined ? [] : decode(output, outcome);
    return { finding: undefined, outcome: outcome.error === undefined ? "OK" : reasonOf(outcome.error), messages };
  } catch (error) {
    return bad(`no answer of its protocol: ${error instanceof Error ? error.message : error}`);
  }
}

function fine(outcome: string): Verdict {
  return { finding: undefined, outcome, messages: [] };
}

function bad(finding: string): Verdict {
  return { finding, outcome: finding, messages: [] };
}

/** HTTP/2 resets streams whose headers are none. */
function mayBreak({ spoilt = "", http }: Shot, why: string): boolean {
  return http === 2 && /header|key|path|query|type|compression|deadline/.test(spoilt) && why.endsWith("reset with 1");
}

/** What is answered below or beside the protocols: preflights, probes, requests that are none of HTTP. */
function isOfHttp({ verb, path, http, spoilt }: Shot, { status, body }: Extract<Answer, { kind: "answered" }>): boolean {
  if (verb === "HEAD") return true;
  if (verb === "OPTIONS") return status === 204;
  if (verb === "GET" && /^\/(livez|readyz)(\?|$)/.test(path)) return status === 200;
  const isBare = http === 1 && body.length === 0;
  return isBare && ((status === 400 && spoilt !== undefined) || (status === 431 && path.length > MOST_HEAD_BYTES / 2));
}

/** Of the target and the headers of HTTP/1.1. */
const MOST_HEAD_BYTES = 16 * 1024;
const MOST_TEXT = 500;
const NEVER: readonly Code[] = [Code.Internal, Code.Unknown, Code.DataLoss];

/** What api.md demands of every error. */
function findingOf(error: ConnectError): string | undefined {
  const { code, rawMessage } = error;
  const [info] = error.findDetails(ErrorInfoSchema);
  const what = `${Code[code]}: ${rawMessage.slice(0, MOST_TEXT)}`;
  if (NEVER.includes(code)) return what;
  if (info === undefined || info.domain !== "roster") return `an error without a reason: ${what}`;
  const due = new Map<string, Code>(Object.entries(CODES)).get(info.reason);
  if (due !== code) return `an error with a reason that does not belong to its code: ${info.reason}, ${what}`;
  if (error.findDetails(RequestInfoSchema).length !== 1) return `an error without the id of its call: ${what}`;
  return rawMessage === "" || rawMessage.length > MOST_TEXT
    ? `an error with a text of ${rawMessage.length} characters: ${what}`
    : undefined;
}

function reasonOf(error: ConnectError): string {
  return error.findDetails(ErrorInfoSchema)[0]?.reason ?? "";
}

function decode(output: DescMessage, { messages, json }: Outcome): Message[] {
  return messages.map((data) =>
    json ? fromJsonString(output, data.toString(), { registry: DETAIL_TYPES }) : fromBinary(output, data),
  );
}
