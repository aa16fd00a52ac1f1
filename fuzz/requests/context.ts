import type { DescMethod } from "@bufbuild/protobuf";
import type { Random } from "../../test/server/random.ts";
import type { Known } from "../callers/known.ts";

/** What the values of a request are made from. */
export interface Context {
  readonly random: Random;
  /** What answers have shown. */
  readonly known: Known;
  readonly method: DescMethod;
  /** The id of the caller's user. */
  readonly self: string;
  /** How likely a value is hostile. */
  readonly hostile: number;
}
